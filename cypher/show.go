package cypher

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/exec"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

func typeName(v any) string { return fmt.Sprintf("%T", v) }

// show runs SHOW or TERMINATE: its rows are the source of a query made of its tail.
func (p *Prepared) show(ctx context.Context, cmd ast.Command, tail *ast.Tail, env Env) (*Cursor, error) {
	columns, rows, err := p.showRows(ctx, cmd, env)
	if err != nil {
		return nil, err
	}
	plan, err := p.showPlan(cmd, tail, columns, func() ([][]graph.Value, error) { return rows, nil })
	if err != nil {
		return nil, err
	}
	res, err := plan.Start(ctx, env.Environment)
	if err != nil {
		return nil, err
	}
	c := &Cursor{columns: plan.Columns, kind: ReadOnly, result: res}
	if p.stmt.Profile {
		c.profile = p.commandPlan(plan.Columns, nil)
	}
	return c, nil
}

// showPlan makes the query of a SHOW or TERMINATE over the rows that it shows.
func (p *Prepared) showPlan(cmd ast.Command, tail *ast.Tail, columns []ShowColumn, rows func() ([][]graph.Value, error)) (*exec.Plan, error) {
	source := &exec.Procedure{Name: " show", Call: func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) { return rows() }}
	at := cmd.At()
	name := func(s string) ast.Name { return ast.Name{Span: at, Value: s} }
	item := func(column, as string) ast.ReturnItem {
		alias := name(as)
		return ast.ReturnItem{Span: at, Expr: &ast.Variable{Span: at, Name: column}, Alias: &alias}
	}
	call := &ast.CallProcedure{Span: at, Name: name(" show"), HasArgs: true, HasYield: true}
	with := &ast.With{Span: at, Projection: ast.Projection{Star: true, OrderBy: tail.OrderBy, Skip: tail.Skip, Limit: tail.Limit, Where: tail.Where}}
	ret := &ast.Return{Span: at}
	for _, c := range columns { // WHERE sees all columns
		source.Outputs = append(source.Outputs, c.Name)
		if len(tail.Yield) == 0 || slices.ContainsFunc(tail.Yield, func(y ast.YieldItem) bool { return y.Column.Value == c.Name }) {
			call.Yield = append(call.Yield, ast.YieldItem{Span: at, Column: name(c.Name)})
		}
		if len(tail.Yield) == 0 && (c.Default || tail.YieldStar) {
			ret.Items = append(ret.Items, item(c.Name, c.Name))
		}
	}
	yielded, err := p.yielded(tail.Yield, source.Outputs)
	if err != nil {
		return nil, err
	}
	for _, y := range yielded {
		with.Star = false
		with.Items = append(with.Items, item(y[0], y[1]))
		ret.Items = append(ret.Items, item(y[1], y[1]))
	}
	if tail.Return != nil {
		ret = tail.Return
	}
	single := &ast.SingleQuery{Span: at, Clauses: []ast.Clause{call, with, ret}}
	stmt := &ast.Statement{Span: at, Source: p.stmt.Source, Version: p.stmt.Version, Query: &ast.Query{Span: at, Parts: []*ast.SingleQuery{single}}}
	plan, err := exec.Compile(stmt, exec.Library{Functions: p.engine.lib.Functions, Procedures: exec.Procedures{" show": source}})
	return plan, status.InVersion(p.stmt.Version, err)
}

// yielded gives the columns that YIELD names and what it calls them.
func (p *Prepared) yielded(items []ast.YieldItem, columns []string) (out [][2]string, err error) {
	for _, y := range items {
		as := y.Column
		if y.Alias != nil {
			as = *y.Alias
		}
		if !slices.Contains(columns, y.Column.Value) {
			return nil, status.InVersion(p.stmt.Version, unknownColumn(y, columns, p.stmt))
		}
		before := slices.IndexFunc(out, func(o [2]string) bool { return o[1] == as.Value })
		switch {
		case before < 0:
			out = append(out, [2]string{y.Column.Value, as.Value})
		case p.stmt.Version < 25:
			return nil, ast.Locate(status.New(status.SyntaxError, "50N42", "Variable `%s` already declared", as.Value), p.stmt.Source, as.Start)
		case out[before][0] != y.Column.Value:
			return nil, ast.Locate(status.New(status.SyntaxError, "50N42", "Multiple result columns with the same name are not supported").Cypher25(), p.stmt.Source, as.Start)
		}
	}
	return out, nil
}

// showColumns gives the columns of a command without running it.
func (p *Prepared) showColumns(cmd ast.Command, env Env) []ShowColumn {
	if s, ok := cmd.(*ast.Show); ok && !administers(cmd) && s.Kind != "SETTINGS" && s.Kind != "TRANSACTIONS" {
		columns, _ := p.showGraph(s, env)
		return columns
	}
	if env.Commands == nil {
		return nil
	}
	return env.Commands.Columns(cmd)
}

func (p *Prepared) showRows(ctx context.Context, cmd ast.Command, env Env) ([]ShowColumn, [][]graph.Value, error) {
	if s, ok := cmd.(*ast.Show); ok {
		if columns, rows := p.showGraph(s, env); columns != nil {
			return columns, rows, nil
		}
	}
	if env.Commands == nil {
		return nil, nil, status.New(status.UnsupportedOperation, "50N42", "This command needs a server: there are no transactions, users and databases to show without one.")
	}
	return env.Commands.Show(ctx, cmd, env.Params)
}

// showGraph lists what the engine itself knows; no columns for all else.
func (p *Prepared) showGraph(s *ast.Show, env Env) ([]ShowColumn, [][]graph.Value) {
	switch s.Kind {
	case "INDEXES":
		return showIndexes(env.Graph, s.Filter, p.stmt.Version)
	case "CONSTRAINTS":
		return showConstraints(env.Graph, s.Filter, p.stmt.Version)
	case "GRAPH TYPE":
		return showGraphType(env.Graph, s.As == "GRAPH")
	case "FUNCTIONS":
		return p.showFunctions(s.Filter)
	case "PROCEDURES":
		return p.engine.showProcedures()
	}
	return nil, nil
}

// columns makes a column list: names before the bar are shown by default.
func columns(text string) []ShowColumn {
	shown, more, _ := strings.Cut(text, "|")
	var out []ShowColumn
	for _, n := range strings.Fields(shown) {
		out = append(out, ShowColumn{n, true})
	}
	for _, n := range strings.Fields(more) {
		out = append(out, ShowColumn{n, false})
	}
	return out
}

func stringsOrNull(ss []string) graph.Value {
	if len(ss) == 0 {
		return graph.Null
	}
	return graph.Strings(ss)
}

func textOrNull(s string) graph.Value {
	if s == "" {
		return graph.Null
	}
	return graph.String(s)
}

func entityType(relationship bool) graph.Value {
	if relationship {
		return graph.String("RELATIONSHIP")
	}
	return graph.String("NODE")
}

// showFunctions lists the functions of the statement's version, and those of APOC.
func (p *Prepared) showFunctions(filter string) ([]ShowColumn, [][]graph.Value) {
	rows := [][]graph.Value{}
	builtIn := map[string]bool{}
	for _, f := range fn.Catalog(p.stmt.Version) {
		builtIn[lowerASCII(f.Name)] = true
		var arguments []graph.Value
		for _, a := range f.Arguments {
			m := graph.NewMap(5)
			m.Put("isDeprecated", graph.Bool(a.IsDeprecated))
			if a.Default != "" {
				m.Put("default", graph.String(a.Default))
			}
			m.Put("description", graph.String(a.Description))
			m.Put("name", graph.String(a.Name))
			m.Put("type", graph.String(a.Type))
			arguments = append(arguments, graph.MapOf(m))
		}
		rows = append(rows, []graph.Value{graph.String(f.Name), graph.String(f.Category), graph.String(f.Description), graph.String(f.Signature), graph.True, graph.List(arguments),
			graph.String(f.Returns), graph.Bool(f.Aggregating), graph.Null, graph.Null, graph.Bool(f.IsDeprecated), textOrNull(f.DeprecatedBy)})
	}
	for name, f := range p.engine.lib.Functions {
		if !builtIn[name] && strings.HasPrefix(name, "apoc.") {
			rows = append(rows, []graph.Value{graph.String(f.Name), graph.String(f.Category), graph.String(f.Description), graph.String(f.Signature), graph.False, graph.List(nil), graph.String(""), graph.False, graph.Null, graph.Null, graph.False, graph.Null})
		}
	}
	switch filter {
	case "BUILT IN":
		rows = slices.DeleteFunc(rows, func(r []graph.Value) bool { return !r[4].IsTrue() })
	case "USER DEFINED":
		rows = slices.DeleteFunc(rows, func(r []graph.Value) bool { return r[4].IsTrue() })
	}
	sortRows(rows)
	return columns("name category description | signature isBuiltIn argumentDescription returnDescription aggregating rolesExecution rolesBoostedExecution isDeprecated deprecatedBy"), rows
}

func (e *Engine) showProcedures() ([]ShowColumn, [][]graph.Value) {
	var rows [][]graph.Value
	for _, p := range e.lib.Procedures {
		if p.Hidden {
			continue
		}
		inputs, outputs := p.Parameters()
		rows = append(rows, []graph.Value{graph.String(p.Name), graph.String(p.Description), graph.String(p.Mode), graph.Bool(p.System), graph.String(p.Signature), described(inputs), described(outputs), graph.Bool(p.Admin), graph.Null, graph.Null, graph.False, graph.Null, deprecated(false)})
	}
	sortRows(rows)
	return columns("name description mode worksOnSystem | signature argumentDescription returnDescription admin rolesExecution rolesBoostedExecution isDeprecated deprecatedBy option"), rows
}

func deprecated(yes bool) graph.Value {
	m := graph.NewMap(1)
	m.Put("deprecated", graph.Bool(yes))
	return graph.MapOf(m)
}

// described tells of the inputs or outputs of a procedure.
func described(ps []exec.Parameter) graph.Value {
	var out []graph.Value
	for _, p := range ps {
		m := graph.NewMap(4)
		m.Put("isDeprecated", graph.False)
		if p.Default != "" {
			m.Put("default", graph.String("DefaultParameterValue{value="+p.Default+", type="+p.Type+"}"))
		}
		m.Put("description", graph.String(p.Name+" :: "+p.Type))
		m.Put("name", graph.String(p.Name))
		m.Put("type", graph.String(p.Type))
		out = append(out, graph.MapOf(m))
	}
	return graph.List(out)
}

func sortRows(rows [][]graph.Value) {
	slices.SortFunc(rows, func(a, b []graph.Value) int { return strings.Compare(a[0].AsString(), b[0].AsString()) })
}
