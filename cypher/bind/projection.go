package bind

import (
	"maps"

	"graticule/cypher/ast"
	"graticule/graph"
)

// projection checks WITH (with) or RETURN and gives the scope after it.
func (b *binder) projection(at ast.Node, p *ast.Projection, s *scope, with bool) *scope {
	out := &scope{vars: map[string]typ{}, outer: s.outer}
	grouped := false
	if p.Star {
		if len(s.vars) == 0 && !with && len(p.Items) == 0 {
			b.fail(at, "NoVariablesInScope", "RETURN * is not allowed when there are no variables in scope")
		}
		for _, name := range s.names() {
			out.declare(name, s.vars[name])
			out.order = append(out.order, name)
		}
	}
	for _, i := range p.Items {
		t := b.expr(i.Expr, s, context{aggregate: true})
		grouped = grouped || b.aggregates(i.Expr)
		name := b.column(i)
		b.checkShadow(i, name, s)
		if _, twice := out.vars[name]; twice {
			b.fail(i, "ColumnNameConflict", "Multiple result columns with the same name are not supported")
		}
		out.declare(name, t)
		out.order = append(out.order, name)
	}
	if grouped {
		b.checkItems(p, s)
	}
	b.tail(p, s, out, grouped)
	if with {
		b.requireAliases(p)
	}
	return out
}

// column gives the name of a projected item: its alias, its variable or its exact text.
func (b *binder) column(i ast.ReturnItem) string {
	if i.Alias != nil {
		return i.Alias.Value
	}
	if v, ok := i.Expr.(*ast.Variable); ok {
		return v.Name
	}
	return i.Span.Text(b.source)
}

func (b *binder) requireAliases(p *ast.Projection) {
	for _, i := range p.Items {
		if _, variable := i.Expr.(*ast.Variable); !variable && i.Alias == nil {
			b.fail(i, "NoExpressionAlias", "Expression in WITH must be aliased (use AS)")
		}
	}
}

// checkItems checks that aggregating items read only grouping keys beside their aggregates.
func (b *binder) checkItems(p *ast.Projection, s *scope) {
	g := b.grouping(p)
	if p.Star {
		for name := range s.vars {
			g.keys[name] = &ast.Variable{Name: name}
		}
	}
	for _, i := range p.Items {
		if b.aggregates(i.Expr) {
			b.checkGrouped(i.Expr, g, s, nil)
		}
	}
}

// tail checks ORDER BY, SKIP, LIMIT and WHERE. They see what is projected and,
// unless rows were grouped or made distinct, what was visible before.
func (b *binder) tail(p *ast.Projection, before, out *scope, grouped bool) {
	see := out.clone()
	if !grouped && !p.Distinct {
		see = before.clone()
		maps.Copy(see.vars, out.vars)
	}
	for _, o := range p.OrderBy {
		b.afterProjection(o.Expr, p, see, before, grouped)
	}
	b.constant(p.Skip, before)
	b.constant(p.Limit, before)
	if p.Where != nil {
		if !grouped && !p.Distinct {
			b.predicate(p.Where, see)
		} else {
			b.afterProjection(p.Where, p, see, before, false)
		}
	}
}

// afterProjection checks an expression that may repeat projected ones by their text.
func (b *binder) afterProjection(e ast.Expr, p *ast.Projection, see, before *scope, grouped bool) {
	items := map[string]ast.Expr{}
	for _, i := range p.Items {
		items[b.text(i.Expr)] = i.Expr
	}
	if !grouped && !p.Distinct {
		b.expr(e, see, context{})
		return
	}
	mixed := b.aggregates(e) && items[b.text(e)] == nil
	if b.aggregates(e) && !grouped {
		b.expr(e, before, context{})
	}
	b.repeats(e, items, see, mixed, context{aggregate: grouped, predicate: true})
}

// repeats descends into e until it meets a projected expression or an operand that must be visible itself.
func (b *binder) repeats(e ast.Expr, items map[string]ast.Expr, see *scope, mixed bool, c context) {
	if item, ok := items[b.text(e)]; ok {
		if mixed && !simple(item) && !b.aggregates(item) {
			b.fail(e, "AmbiguousAggregationExpression", "ORDER BY mixes an aggregation with the grouping expression '%s'. Project it in a preceding WITH first.", e.At().Text(b.source))
		}
		return
	}
	switch e.(type) {
	case *ast.Binary, *ast.Unary, *ast.Comparison, *ast.Property, *ast.IsNull, *ast.List, *ast.Index:
		ast.Children(e, func(x ast.Expr) { b.repeats(x, items, see, mixed, c) })
	case *ast.Call:
		if !b.aggregates(e) {
			ast.Children(e, func(x ast.Expr) { b.repeats(x, items, see, mixed, c) })
			return
		}
		b.expr(e, see, c)
	default:
		b.expr(e, see, c)
	}
}

// constant checks SKIP and LIMIT, which cannot read the row.
func (b *binder) constant(e ast.Expr, s *scope) {
	if e == nil {
		return
	}
	if ast.Any(e, func(x ast.Expr) bool { _, ok := x.(*ast.Variable); return ok }) {
		b.fail(e, "NonConstantExpression", "It is not allowed to refer to variables in SKIP or LIMIT, so that the value can be statically calculated")
	}
	negative := false
	operand := e
	if u, ok := e.(*ast.Unary); ok && u.Op == ast.OpNegate {
		negative, operand = true, u.Operand
	}
	if lit, ok := operand.(*ast.Literal); ok && lit.Value.Kind() == graph.KindInt && (negative && lit.Value.AsInt() > 0 || lit.Value.AsInt() < 0) {
		b.fail(e, "NegativeIntegerArgument", "Invalid input. '%s' is not a valid value. Must be a non-negative integer.", e.At().Text(b.source))
	}
	b.require(e, b.expr(e, s, context{}), isInt)
}
