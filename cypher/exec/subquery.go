package exec

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

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
	if cl.Scoped {
		inner.enclose()
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
	counted := plan.countedPattern()
	return func(r *run, f frame) (graph.Value, error) {
		if counted != nil && r.profile == nil {
			n, err := counted.count(r, f, kind == "EXISTS")
			if kind == "EXISTS" {
				return graph.Bool(n > 0), err
			}
			return graph.Int(n), err
		}
		items := building{r: r}
		n := int64(0)
		stop := &errEnough{}
		err := plan.run(r, f, func(out frame) error {
			n += r.weight
			switch kind {
			case "EXISTS":
				return stop
			case "COLLECT":
				return items.add(out[plan.resultSlots()[0]])
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
		return items.list(), nil
	}
}

// countedPattern gives the pattern whose solutions are the rows of q, nil when q
// is more than one MATCH.
func (q *queryPlan) countedPattern() *pattern {
	if q.next != nil || len(q.chains) != 1 || len(q.chains[0].stages) != 2 || !slices.Equal(q.columns, []string{countedRow}) {
		return nil
	}
	if match := q.chains[0].stages[0]; match.name == "" {
		return match.pattern
	}
	return nil
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
	saved := c.scope
	c.scope = saved.clone()
	c.scope.enclose()
	c.scope.listed = true
	plan := c.query(&q)
	c.scope = saved
	if e.Kind == "COLLECT" && len(plan.columns) != 1 {
		c.failBecause(e, "", status.Because("42N22", "A COLLECT subquery must end with a single return column."), "A Collect Expression must end with a single return column.")
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
	} else {
		p.needed, p.counting = map[int]bool{}, true
	}
	all := part.Shortest == "allShortestPaths"
	return func(r *run, f frame) (graph.Value, error) {
		if path < 0 {
			n, err := p.count(r, f, true)
			return graph.Bool(n > 0), err
		}
		stop := &errEnough{}
		row := f
		found := false
		paths := building{r: r}
		err := p.on(r, row, func(frame) error {
			found = true
			if err := paths.add(row[path]); err != nil {
				return err
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
		case all:
			return paths.list(), nil
		case found:
			return paths.list().AsList()[0], nil
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
		out := building{r: r}
		err := p.on(r, row, func(frame) error {
			v, err := value(r, row)
			if err != nil {
				return err
			}
			return out.add(v)
		})
		return out.list(), err
	}
}
