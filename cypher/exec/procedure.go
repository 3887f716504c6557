package exec

import (
	"context"
	"fmt"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// --- procedures ---

// Procedure is one procedure: names of its inputs and outputs, and its rows.
type Procedure struct {
	Name, Signature, Description, Mode string
	System                             bool // works on the system database
	Admin                              bool // for administrators
	Hidden                             bool // not listed
	Inputs                             []string
	InputTypes                         []string // of Inputs, such as "INTEGER"; empty: any value
	Optional                           int      // how many trailing inputs may be left out
	Outputs                            []string
	Batches                            bool // commits transactions of its own
	Call                               func(c *ProcedureContext, args []graph.Value) ([][]graph.Value, error)
}

// ProcedureContext is what a procedure may need.
type ProcedureContext struct {
	Context context.Context
	Graph   Graph
	Server  any

	run     *run
	prepare func(text string) (*Plan, error)
}

// Show runs a SHOW or TERMINATE command that stands within a query.
func (c *ProcedureContext) Show(cmd ast.Command) (columns []string, rows [][]graph.Value, err error) {
	return c.run.env.Show(c.Context, cmd)
}

// writes tells whether a procedure changes the graph.
func (p *Procedure) writes() bool { return p != nil && (p.Mode == "WRITE" || p.Mode == "SCHEMA") }

// failure says which procedure an error comes from, unless it has a code of its own.
func (p *Procedure) failure(err error) error {
	if named, ok := err.(interface{ ClassName() string }); ok {
		return status.New(status.ProcedureCallFailed, "50N42", "Failed to invoke procedure `%s`: Caused by: %s: %s", p.Name, named.ClassName(), err)
	}
	return err
}

// wrongArity is the error of a call with n arguments, which are too many or too few.
func (p *Procedure) wrongArity(n int) *status.Error {
	head, tail, _ := strings.Cut(p.Signature, ") ::")
	head = strings.TrimSuffix(head, ")") // it is there when there are no outputs
	_, inputs, _ := strings.Cut(head, "(")
	var types []string
	if inputs != "" {
		for in := range strings.SplitSeq(inputs, ", ") {
			_, t, _ := strings.Cut(in, " :: ")
			types = append(types, t)
		}
	}
	least := len(p.Inputs) - p.Optional
	head = strings.ReplaceAll(strings.ReplaceAll(head, " = ", "  =  "), "  =  {}", "  =  Map{}")
	signature := head + ")"
	if outputs := strings.Trim(strings.TrimSpace(tail), "()"); outputs != "" {
		signature += " :: " + outputs
	}
	expects := "no arguments"
	if least > 0 && least <= len(types) {
		s, of := "s", "types"
		if least == 1 {
			s, of = "", "type"
		}
		expects = fmt.Sprintf("at least %d argument%s of %s %s", least, s, of, strings.Join(types[:least], ", "))
	}
	what := fmt.Sprintf("does not provide the required number of arguments: got %d expected at least %d (total: %d, %d of which have default values).", n, least, len(p.Inputs), p.Optional)
	if n > len(p.Inputs) {
		most := fmt.Sprintf("no more than %d", len(p.Inputs))
		if len(p.Inputs) == 0 {
			most = "none"
		}
		what = fmt.Sprintf("provides too many arguments: got %d expected %s.", n, most)
	}
	e := status.New(status.SyntaxError, "50N42", "Procedure call %s\n\nProcedure %s has signature: %s\nmeaning that it expects %s\nDescription: %s", what, p.Name, signature, expects, strings.TrimRight(p.Description, "\n"))
	e.In25 = func() *status.Error {
		return e.With("42001", status.Because("42I13", "The procedure or function call does not provide the required number of arguments; expected %d but got %d. The procedure or function %s() has the signature: %s.", max(least, min(n, len(p.Inputs))), n, p.Name, signature))
	}
	return e
}

// Procedures finds procedures by lower-case name.
type Procedures map[string]*Procedure

func (c *compiler) callProcedure(cl *ast.CallProcedure, standalone bool) (stage, *chain) {
	c.serial = true
	p := c.procs[strings.ToLower(cl.Name.Value)]
	if p == nil || p.Name != cl.Name.Value && strings.EqualFold(p.Name, cl.Name.Value) {
		e := status.New(status.ProcedureNotFound, "50N42", "There is no procedure with the name `%s` registered for this database instance. Please ensure you've spelled the procedure name correctly and that the procedure is properly deployed.", cl.Name.Value)
		e.Detail = "ProcedureNotFound"
		panic(failure{e}) // Neo4j names no place
	}
	c.batches = c.batches || p.Batches
	prepare := c.prepare
	var args []eval
	if cl.HasArgs {
		if len(cl.Args) > len(p.Inputs) || len(cl.Args) < len(p.Inputs)-p.Optional {
			c.failWith(cl, "InvalidNumberOfArguments", p.wrongArity(len(cl.Args)))
		}
		args = c.exprs(cl.Args)
	} else {
		switch {
		case standalone:
		case len(p.Inputs) > 0:
			c.fail(cl, "InvalidArgumentPassingMode", "Procedure call inside a query does not support passing arguments implicitly. Please pass arguments explicitly in parentheses after procedure name for %s", cl.Name.Value)
		default:
			c.fail(cl, "InvalidArgumentPassingMode", "Procedure call is missing parentheses: %s", cl.Name.Value)
		}
		for _, in := range p.Inputs[:len(p.Inputs)-p.Optional] {
			args = append(args, c.expr(&ast.Parameter{Span: cl.Span, Name: in}))
		}
	}
	type output struct{ from, slot int }
	var outs []output
	sub := &chain{}
	bind := func(column, name string, at ast.Node) {
		from := -1
		for i, o := range p.Outputs {
			if o == column {
				from = i
			}
		}
		if from < 0 {
			e := status.New(status.SyntaxError, "50N42", "Unknown procedure output: `%s`", column)
			e.In25 = func() *status.Error {
				return e.With("42001", status.Because("42N50", "The procedure return column '%s' is not defined for this procedure. Available output columns are: %s. Verify that the spelling is correct.", column, status.Listed(p.Outputs, "'", "'", "and")))
			}
			c.failWith(at, "UndefinedVariable", e)
		}
		if _, ok := c.scope.slots[name]; ok {
			c.fail(at, "VariableAlreadyBound", "Variable `%s` already declared", name)
		}
		slot := c.bind(name, anyVar)
		outs = append(outs, output{from, slot})
		sub.columns, sub.slots = append(sub.columns, name), append(sub.slots, slot)
	}
	switch {
	case cl.YieldStar || (standalone && !cl.HasYield):
		for _, o := range p.Outputs {
			bind(o, o, cl)
		}
	default:
		for _, y := range cl.Yield {
			name := y.Column.Value
			if y.Alias != nil {
				name = y.Alias.Value
			}
			bind(y.Column.Value, name, y)
		}
	}
	var where eval
	if cl.Where != nil {
		where = c.boolean(cl.Where)
	}
	if !standalone || len(p.Outputs) == 0 {
		sub = nil
	}
	void, optional := len(p.Outputs) == 0, cl.Optional
	return flat(func(r *run, f frame, emit func() error) error {
		values := make([]graph.Value, len(args))
		for i, a := range args {
			v, err := a(r, f)
			if err != nil {
				return err
			}
			values[i] = v
		}
		if r.env.Host != nil {
			if err := r.env.Host.MayCall(p); err != nil {
				return err
			}
		}
		rows, err := p.Call(&ProcedureContext{Context: r.ctx, Graph: r.graph, Server: r.env.Server, run: r, prepare: prepare}, values)
		if err != nil {
			return p.failure(err)
		}
		if void {
			return emit()
		}
		found := false
		for _, row := range rows {
			for _, o := range outs {
				f[o.slot] = row[o.from]
			}
			if where != nil {
				if v, err := where(r, f); err != nil {
					return err
				} else if !v.IsTrue() {
					continue
				}
			}
			found = true
			if err := emit(); err != nil {
				return err
			}
		}
		if optional && !found {
			for _, o := range outs {
				f[o.slot] = graph.Null
			}
			return emit()
		}
		return nil
	}), sub
}
