package exec

import (
	"context"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// stage builds one operator of a chain for a run.
type stage func(r *run, next sink, enough *errEnough) sink

// chain is a compiled single query: stages in order, the last of which hands
// its rows to the consumer.
type chain struct {
	stages  []operator
	columns []string
	slots   []int
	returns bool
}

func (ch *chain) build(r *run, last sink, enough *errEnough) sink {
	next := last
	for i := len(ch.stages) - 1; i >= 0; i-- {
		next = ch.stages[i].build(r, r.watched(&ch.stages[i], next), enough)
	}
	return next
}

// operator is one stage with what a plan says of it.
type operator struct {
	name    string // as Neo4j names it; "" for a projection, which names its parts itself
	details string
	build   stage
	pattern *pattern // of a MATCH
	proj    *projection
	sub     *queryPlan // of a subquery
}

// add appends a stage made from a clause.
func (c *compiler) add(ch *chain, name string, cl ast.Node, st stage) *operator {
	ch.stages = append(ch.stages, operator{name: name, details: cl.At().Text(c.source), build: st})
	return &ch.stages[len(ch.stages)-1]
}

// project appends the stage of a projection.
func (c *compiler) project(ch *chain, p *projection, cl ast.Node, lazy bool) {
	st := c.add(ch, "", cl, func(r *run, next sink, enough *errEnough) sink { return p.stages(r, next, enough, lazy) })
	st.proj = p
}

// clauses compiles the clauses of one single query.
func (c *compiler) clauses(q *ast.SingleQuery) *chain {
	ch := &chain{}
	read, wrote := false, false
	lazy := !c.writes
	var pending *pattern // of the MATCH just before
	for i, cl := range q.Clauses {
		last, optional := pending, false
		if last != nil {
			optional = q.Clauses[i-1].(*ast.Match).Optional
		}
		pending = nil
		if ch.returns {
			c.fail(cl, "InvalidClauseComposition", "RETURN can only be used at the end of the query")
		}
		switch cl := cl.(type) {
		case *ast.Match, *ast.CallProcedure, *ast.CallSubquery, *ast.LoadCSV:
			if wrote {
				c.add(ch, "Eager", cl, eager)
				wrote = false
			}
			read = true
		case *ast.Create, *ast.Merge, *ast.Set, *ast.Remove, *ast.Delete, *ast.Foreach:
			if read {
				c.add(ch, "Eager", cl, eager)
				read = false
			}
			if _, ok := cl.(*ast.Merge); ok && wrote {
				c.add(ch, "Eager", cl, eager) // it reads what was written before it
			}
			c.writes, wrote, lazy = true, true, false
		}
		switch cl := cl.(type) {
		case *ast.Match:
			p, st := c.match(cl)
			name := ""
			if cl.Optional {
				name = "Optional"
			}
			c.add(ch, name, cl, st).pattern = p
			pending = p
		case *ast.With:
			p := c.projection(&cl.Projection, cl, true)
			c.inform(last, optional, &cl.Projection, p)
			c.project(ch, p, cl, lazy)
		case *ast.Return:
			p := c.projection(&cl.Projection, cl, false)
			c.inform(last, optional, &cl.Projection, p)
			c.project(ch, p, cl, lazy)
			ch.columns, ch.slots, ch.returns = p.names, p.slots, true
		case *ast.Unwind:
			c.add(ch, "Unwind", cl, c.unwind(cl))
		case *ast.Create:
			c.add(ch, "Create", cl, c.create(cl))
		case *ast.Merge:
			c.add(ch, "Merge", cl, c.merge(cl))
		case *ast.Set:
			c.add(ch, "SetProperty", cl, rowwise(c.setItems(cl.Items)))
		case *ast.Remove:
			c.add(ch, "SetProperty", cl, rowwise(c.remove(cl)))
		case *ast.Delete:
			c.add(ch, "Delete", cl, rowwise(c.delete(cl)))
		case *ast.Foreach:
			c.add(ch, "Foreach", cl, rowwise(c.foreach(cl)))
		case *ast.CallSubquery:
			sub, st := c.callSubquery(cl)
			c.add(ch, "Apply", cl, st).sub = sub
		case *ast.CallProcedure:
			s, sub := c.callProcedure(cl, len(q.Clauses) == 1)
			c.add(ch, "ProcedureCall", cl, s)
			if sub != nil && i == len(q.Clauses)-1 {
				ch.columns, ch.slots, ch.returns = sub.columns, sub.slots, true
			}
		case *ast.OrderByClause:
			p := c.projection(&ast.Projection{Star: true, OrderBy: cl.OrderBy, Skip: cl.Skip, Limit: cl.Limit}, cl, true)
			c.project(ch, p, cl, lazy)
		case *ast.Let:
			p := c.projection(&ast.Projection{Star: true, Items: cl.Items}, cl, true)
			c.project(ch, p, cl, true)
		case *ast.Filter:
			test := c.boolean(cl.Where)
			c.add(ch, "Filter", cl, func(r *run, next sink, _ *errEnough) sink { return &filterSink{r: r, test: test, next: next} })
		case *ast.Finish:
			c.add(ch, "EmptyResult", cl, func(_ *run, next sink, _ *errEnough) sink { return dropSink{next} })
		case *ast.LoadCSV:
			c.add(ch, "LoadCSV", cl, c.loadCSV(cl))
		case *ast.Use:
		default:
			c.fail(cl, "UnexpectedSyntax", "This clause is not supported yet")
		}
	}
	if !ch.returns && len(q.Clauses) > 0 {
		switch last := q.Clauses[len(q.Clauses)-1].(type) {
		case *ast.Match, *ast.With, *ast.Unwind, *ast.Let, *ast.Filter, *ast.OrderByClause, *ast.LoadCSV:
			c.fail(last, "InvalidClauseComposition", "Query cannot conclude with %s (must be a RETURN clause, a FINISH clause, an update clause, a unit subquery call, or a procedure call with no YIELD)", strings.Fields(last.At().Text(c.source))[0])
		}
	}
	return ch
}

type dropSink struct{ next sink }

func (dropSink) push(frame) error { return nil }
func (s dropSink) done() error    { return s.next.done() }

// eager keeps all rows until the last one has come, so that what follows does
// not change what is still being read.
func eager(r *run, next sink, enough *errEnough) sink {
	return &eagerSink{r: r, next: next, enough: enough}
}

type eagerSink struct {
	r      *run
	rows   []frame
	next   sink
	enough *errEnough
}

func (s *eagerSink) push(f frame) error {
	s.rows = append(s.rows, append(frame(nil), f...))
	return s.r.grow(int64(24*len(f)) + 24)
}

func (s *eagerSink) done() error {
	rows := s.rows
	s.rows = nil
	for _, f := range rows {
		if err := s.next.push(f); err == error(s.enough) {
			break
		} else if err != nil {
			return err
		}
	}
	return s.next.done()
}

// rowwise makes a stage of an action on each row.
func rowwise(act func(r *run, f frame) error) stage {
	return func(r *run, next sink, _ *errEnough) sink { return &rowSink{r: r, act: act, next: next} }
}

type rowSink struct {
	r    *run
	act  func(r *run, f frame) error
	next sink
}

func (s *rowSink) push(f frame) error {
	if err := s.act(s.r, f); err != nil {
		return err
	}
	if err := s.r.alive(); err != nil {
		return err
	}
	return s.next.push(f)
}

func (s *rowSink) done() error { return s.next.done() }

// flat makes a stage of a function that calls emit for each row it makes of one.
func flat(f func(r *run, f frame, emit func() error) error) stage {
	return func(r *run, next sink, _ *errEnough) sink { return &flatSink{r: r, f: f, next: next} }
}

type flatSink struct {
	r    *run
	f    func(r *run, f frame, emit func() error) error
	next sink
}

func (s *flatSink) push(f frame) error {
	return s.f(s.r, f, func() error { return s.next.push(f) })
}

func (s *flatSink) done() error { return s.next.done() }

func (c *compiler) match(m *ast.Match) (*pattern, stage) {
	c.reads = true
	before := c.scope.clone()
	p := c.pattern(m.Pattern.Parts, m.Where)
	var fresh []int
	for name, slot := range c.scope.slots {
		if _, ok := before.slots[name]; !ok {
			fresh = append(fresh, slot)
		}
	}
	optional := m.Optional
	return p, func(r *run, next sink, _ *errEnough) sink {
		s := &matchSink{r: r, next: next}
		s.run = p.build(r, func(f frame) error { s.found = true; return next.push(f) })
		if optional {
			s.fresh = fresh
		}
		s.optional = optional
		return s
	}
}

// matchSink solves a pattern for each row; an optional one gives the row with
// nulls when there is no solution.
type matchSink struct {
	r        *run
	run      push
	next     sink
	fresh    []int
	optional bool
	found    bool
}

func (s *matchSink) push(f frame) error {
	s.found = false
	if err := s.run(f); err != nil || s.found || !s.optional {
		return err
	}
	for _, slot := range s.fresh {
		f[slot] = graph.Null
	}
	return s.next.push(f)
}

func (s *matchSink) done() error { return s.next.done() }

// --- subqueries ---

// callbackSink hands the rows of a subquery to a function.
type callbackSink func(f frame) error

func (s callbackSink) push(f frame) error { return s(f) }
func (s callbackSink) done() error        { return nil }

func (c *compiler) callSubquery(cl *ast.CallSubquery) (*queryPlan, stage) {
	outer := c.scope
	inner := newScope()
	imports := map[string]bool{}
	for _, v := range cl.Imports {
		imports[v.Name] = true
	}
	if !cl.Scoped && len(cl.Query.Parts) > 0 && len(cl.Query.Parts[0].Clauses) > 0 {
		if w, ok := cl.Query.Parts[0].Clauses[0].(*ast.With); ok {
			for _, i := range w.Items {
				if v, ok := i.Expr.(*ast.Variable); ok {
					imports[v.Name] = true
				}
			}
			if w.Star {
				for n := range outer.slots {
					imports[n] = true
				}
			}
		}
	}
	for n, s := range outer.slots {
		if imports[n] || cl.ImportAll {
			inner.slots[n], inner.kinds[n] = s, outer.kinds[n]
		}
	}
	for i := range cl.Imports {
		c.lookup(&cl.Imports[i])
	}
	c.scope = inner
	plan := c.query(cl.Query)
	c.scope = outer
	results := make([]int, len(plan.columns))
	for i, name := range plan.columns {
		if _, ok := outer.slots[name]; ok {
			c.fail(cl, "VariableAlreadyBound", "Variable `%s` already declared in outer scope", name)
		}
		results[i] = c.bind(name, anyVar)
	}
	if cl.Transactions != nil {
		return plan, c.inTransactions(cl.Transactions, plan, results)
	}
	optional := cl.Optional
	return plan, flat(func(r *run, f frame, emit func() error) error {
		if !plan.returns {
			if err := plan.run(r, f, func(frame) error { return nil }); err != nil {
				return err
			}
			return emit()
		}
		found := false
		err := plan.run(r, f, func(out frame) error {
			found = true
			for i, s := range plan.resultSlots() {
				f[results[i]] = out[s]
			}
			return emit()
		})
		if err != nil || found || !optional {
			return err
		}
		for _, s := range results {
			f[s] = graph.Null
		}
		return emit()
	})
}

func (c *compiler) subqueryExpr(e *ast.Subquery) eval {
	saved, savedAggs := c.scope, c.aggs
	c.scope, c.aggs = saved.clone(), nil
	wrote := c.writes
	c.writes = false
	plan := c.subqueryPlan(e)
	if c.writes {
		c.fail(e, "InvalidClauseComposition", "An %s Expression cannot contain any updating clauses", e.Kind)
	}
	c.scope, c.aggs, c.writes = saved, savedAggs, wrote
	kind := e.Kind
	return func(r *run, f frame) (graph.Value, error) {
		var items []graph.Value
		n := int64(0)
		stop := &errEnough{}
		err := plan.run(r, f, func(out frame) error {
			n += r.weight
			switch kind {
			case "EXISTS":
				return stop
			case "COLLECT":
				items = append(items, out[plan.resultSlots()[0]])
			}
			return nil
		})
		if err != nil && err != error(stop) {
			return graph.Null, err
		}
		switch kind {
		case "EXISTS":
			return graph.Bool(n > 0), nil
		case "COUNT":
			return graph.Int(n), nil
		}
		return graph.List(items), nil
	}
}

// subqueryPlan compiles the body; one that does not return gets its rows counted as they are.
func (c *compiler) subqueryPlan(e *ast.Subquery) *queryPlan {
	q := *e.Query
	q.Parts = nil
	for _, part := range e.Query.Parts {
		p := *part
		if n := len(p.Clauses); n > 0 {
			if _, ok := p.Clauses[n-1].(*ast.Return); !ok {
				one := &ast.Literal{Span: p.Span, Value: graph.Int(1)}
				p.Clauses = append(append([]ast.Clause(nil), p.Clauses...), &ast.Return{Span: p.Span, Projection: ast.Projection{Items: []ast.ReturnItem{{Span: p.Span, Expr: one, Alias: &ast.Name{Value: countedRow}}}}})
			}
		}
		q.Parts = append(q.Parts, &p)
	}
	plan := c.query(&q)
	if e.Kind == "COLLECT" && len(plan.columns) != 1 {
		c.fail(e, "", "A Collect Expression must end with a single return column.")
	}
	return plan
}

// patternPredicate is a pattern as a predicate: true when there is a match.
// Inside it, shortestPath gives the path itself.
func (c *compiler) patternPredicate(e *ast.PatternExpr) eval {
	saved := c.scope
	defer func() { c.scope = saved }()
	c.scope = saved.clone()
	for _, el := range e.Pattern.Elements {
		var v *ast.Name
		switch el := el.(type) {
		case *ast.NodePattern:
			v = el.Variable
		case *ast.RelPattern:
			v = el.Variable
		}
		if v != nil && e.Pattern.Shortest == "" {
			if _, ok := saved.slots[v.Value]; !ok {
				c.fail(v, "UndefinedVariable", "PatternExpressions are not allowed to introduce new variables: '%s'.", v.Value)
			}
		}
	}
	part := *e.Pattern
	path := -1
	if part.Shortest != "" {
		part.Variable = &ast.Name{Span: part.Span, Value: " path"}
	}
	p := c.pattern([]*ast.PathPattern{&part}, nil)
	if part.Shortest != "" {
		path = c.scope.slots[" path"]
	}
	all := part.Shortest == "allShortestPaths"
	return func(r *run, f frame) (graph.Value, error) {
		stop := &errEnough{}
		row := f
		found := false
		var paths []graph.Value
		err := p.on(r, row, func(frame) error {
			found = true
			if path >= 0 {
				paths = append(paths, row[path])
			}
			if all {
				return nil
			}
			return stop
		})
		if err != nil && err != error(stop) {
			return graph.Null, err
		}
		switch {
		case path < 0:
			return graph.Bool(found), nil
		case all:
			return graph.List(paths), nil
		case found:
			return paths[0], nil
		}
		return graph.Null, nil
	}
}

func (c *compiler) patternComprehension(e *ast.PatternComprehension) eval {
	saved := c.scope
	defer func() { c.scope = saved }()
	c.scope = saved.clone()
	part := *e.Pattern
	part.Variable = e.Variable
	p := c.pattern([]*ast.PathPattern{&part}, e.Where)
	value := c.expr(e.Projection)
	return func(r *run, f frame) (graph.Value, error) {
		row := f
		out := []graph.Value{}
		err := p.on(r, row, func(frame) error {
			v, err := value(r, row)
			out = append(out, v)
			return err
		})
		return graph.List(out), err
	}
}

// --- procedures ---

// Procedure is one procedure: names of its inputs and outputs, and its rows.
type Procedure struct {
	Name, Signature, Description, Mode string
	System                             bool // works on the system database
	Inputs                             []string
	InputTypes                         []string // of Inputs, such as "INTEGER"; empty: any value
	Optional                           int      // how many trailing inputs may be left out
	Outputs                            []string
	Call                               func(c *ProcedureContext, args []graph.Value) ([][]graph.Value, error)
}

// ProcedureContext is what a procedure may need.
type ProcedureContext struct {
	Context context.Context
	Graph   Graph
	Server  any
}

// writes tells whether a procedure changes the graph.
func (p *Procedure) writes() bool { return p != nil && (p.Mode == "WRITE" || p.Mode == "SCHEMA") }

// failure says which procedure an error comes from, unless it has a code of its own.
func (p *Procedure) failure(err error) error {
	if named, ok := err.(interface{ ClassName() string }); ok {
		return status.New(status.ProcedureCallFailed, "52N37", "Failed to invoke procedure `%s`: Caused by: %s: %s", p.Name, named.ClassName(), err)
	}
	return err
}

// Procedures finds procedures by lower-case name.
type Procedures map[string]*Procedure

func (c *compiler) callProcedure(cl *ast.CallProcedure, standalone bool) (stage, *chain) {
	p := c.procs[strings.ToLower(cl.Name.Value)]
	if p == nil {
		e := status.New(status.ProcedureNotFound, "42N08", "There is no procedure with the name `%s` registered for this database instance. Please ensure you've spelled the procedure name correctly and that the procedure is properly deployed.", cl.Name.Value)
		e.Detail = "ProcedureNotFound"
		panic(failure{e.At(ast.PositionOf(c.source, cl.Start))})
	}
	var args []eval
	if cl.HasArgs {
		if len(cl.Args) > len(p.Inputs) || len(cl.Args) < len(p.Inputs)-p.Optional {
			c.fail(cl, "InvalidNumberOfArguments", "Procedure call does not provide the required number of arguments: got %d expected %s", len(cl.Args), p.Signature)
		}
		args = c.exprs(cl.Args)
	} else {
		if !standalone && len(p.Inputs) > 0 {
			c.fail(cl, "InvalidArgumentPassingMode", "Procedure call inside a query does not support passing arguments implicitly. Please pass arguments explicitly in parentheses after procedure name for %s", cl.Name.Value)
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
			c.fail(at, "UndefinedVariable", "Unknown procedure output: `%s`", column)
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
	void := len(p.Outputs) == 0
	return flat(func(r *run, f frame, emit func() error) error {
		values := make([]graph.Value, len(args))
		for i, a := range args {
			v, err := a(r, f)
			if err != nil {
				return err
			}
			values[i] = v
		}
		rows, err := p.Call(&ProcedureContext{Context: r.ctx, Graph: r.graph, Server: r.env.Server}, values)
		if err != nil {
			return p.failure(err)
		}
		if void {
			return emit()
		}
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
			if err := emit(); err != nil {
				return err
			}
		}
		return nil
	}), sub
}
