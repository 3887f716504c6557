package bind

import (
	"maps"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// projection checks WITH (with) or RETURN and gives the scope after it.
func (b *binder) projection(at ast.Node, p *ast.Projection, s *scope, with bool) *scope {
	out := &scope{vars: map[string]typ{}, outer: s.outer, imported: s.imported}
	grouped := false
	if p.Star {
		if len(s.vars) == 0 && !with && len(p.Items) == 0 {
			b.failBecause(at, "NoVariablesInScope", status.Because("42I37", "'RETURN *' is not allowed when there are no variables in scope."), "RETURN * is not allowed when there are no variables in scope")
		}
		for _, name := range s.names() {
			if b.projects(p, name) { // the item takes the place of what * stands for
				continue
			}
			out.declare(name, s.vars[name])
			out.order = append(out.order, name)
		}
	}
	for _, i := range p.Items {
		t := b.expr(i.Expr, s, context{aggregate: true})
		grouped = grouped || b.aggregates(i.Expr)
		name := b.column(i)
		switch {
		case !with && s.imported: // CALL tells of what it returns
		case b.version >= 25 && !with:
			b.checkShadow(at, i, name, s)
		default:
			b.checkShadow(nil, i, name, s)
		}
		if _, twice := out.vars[name]; twice {
			at := ast.Node(p.Items[0])
			if b.version >= 25 {
				if at = i.Expr; i.Alias != nil {
					at = i.Alias
				}
			}
			b.fail(at, "ColumnNameConflict", "Multiple result columns with the same name are not supported")
		}
		out.declare(name, t)
		out.order = append(out.order, name)
	}
	if p.GroupBy != nil {
		b.checkGroupBy(p, s, out)
		grouped = true
	} else if grouped {
		b.checkItems(p, s)
	}
	word := "RETURN"
	if with {
		word = "WITH"
	}
	for _, o := range p.OrderBy {
		if !grouped && b.aggregates(o.Expr) && p.GroupBy == nil {
			if b.version >= 25 {
				b.failAggregate(o.Expr)
			}
			b.fail(at, "InvalidAggregation", "Cannot use aggregation in ORDER BY if there are no aggregate expressions in the preceding %s", word)
		}
	}
	b.noteAmbiguous(p)
	b.tail(p, s, out, grouped)
	if with {
		b.requireAliases(p)
	}
	return out
}

// illegalAggregates is what both languages say of aggregates in ORDER BY.
const illegalAggregates = "Illegal aggregation expression(s) in order by: %s. If an aggregation expression is used in order by, it also needs to be a projection item on it's own. For example, in 'RETURN n.a, 1 + count(*) ORDER BY count(*) + 1' the aggregation expression 'count(*) + 1' is not a projection item on its own, but it could be rewritten to 'RETURN n.a, 1 + count(*) AS cnt ORDER BY 1 + count(*)'."

// failAggregate fails because e aggregates where nothing is projected that does.
func (b *binder) failAggregate(e ast.Expr) {
	text := e.At().Text(b.source)
	b.failBecause(e, "InvalidAggregation", status.Because("42I24", "Aggregate expression '%s' is not allowed in this context.", text), illegalAggregates, text)
}

// projectedAggregates refuses ORDER BY, in Cypher 5, to aggregate what no item of p does.
func (b *binder) projectedAggregates(p *ast.Projection) {
	var others []ast.Expr
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		if slices.ContainsFunc(p.Items, func(i ast.ReturnItem) bool { return b.text(i.Expr) == b.text(e) }) {
			return
		}
		if call, ok := e.(*ast.Call); ok && b.cfg.Aggregate(strings.ToLower(call.Name.Value)) {
			others = append(others, e)
			return
		}
		ast.Children(e, visit)
	}
	for _, o := range p.OrderBy {
		visit(o.Expr)
	}
	if len(others) == 0 {
		return
	}
	texts := make([]string, len(others))
	for i, e := range others {
		texts[i] = e.At().Text(b.source)
	}
	b.fail(others[0], "InvalidAggregation", illegalAggregates, strings.Join(texts, ", "))
}

// projects tells whether an item of p has a name.
func (b *binder) projects(p *ast.Projection, name string) bool {
	return slices.ContainsFunc(p.Items, func(i ast.ReturnItem) bool { return b.column(i) == name })
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
			b.failBecause(i, "NoExpressionAlias", status.Because("42N21", "Expression in WITH must be aliased (use AS)."), "Expression in WITH must be aliased (use AS)")
		}
	}
}

// checkItems checks that aggregating items read only grouping keys beside their aggregates.
func (b *binder) checkItems(p *ast.Projection, s *scope) {
	g := b.grouping(p)
	if p.Star {
		for name := range s.vars {
			if b.projects(p, name) {
				continue
			}
			g.keys[name] = &ast.Variable{Name: name}
		}
	}
	u := &ungrouped{}
	for _, i := range p.Items {
		if b.aggregates(i.Expr) {
			b.checkGrouped(i.Expr, g, s, nil, u)
		}
	}
	u.fail(b)
}

// checkGroupBy checks that items read nothing but the keys of GROUP BY beside aggregates.
func (b *binder) checkGroupBy(p *ast.Projection, s, out *scope) {
	both := s.clone()
	maps.Copy(both.vars, out.vars)
	g := grouping{keys: map[string]ast.Expr{}, whole: true}
	for _, k := range p.GroupBy.Keys {
		b.expr(k, both, context{})
		g.keys[b.text(k)] = k
		for _, i := range p.Items {
			if v, ok := k.(*ast.Variable); ok && i.Alias != nil && i.Alias.Value == v.Name {
				g.keys[b.text(i.Expr)] = i.Expr
			}
		}
	}
	if p.GroupBy.All {
		g = b.grouping(p)
	}
	u := &ungrouped{}
	for _, i := range p.Items {
		if !p.GroupBy.All || b.aggregates(i.Expr) {
			b.checkGrouped(i.Expr, g, s, nil, u)
		}
	}
	u.fail(b)
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
	if grouped && b.version < 25 {
		b.projectedAggregates(p)
	}
	b.constant(p.Skip, "SKIP", before)
	b.constant(p.Limit, "LIMIT", before)
	if p.Where != nil {
		if !grouped && !p.Distinct {
			b.predicate(p.Where, see)
		} else {
			b.grouped = true
			b.afterProjection(p.Where, p, see, before, false)
			b.grouped = false
		}
	}
}

// afterProjection checks an expression that may repeat projected ones by their text.
func (b *binder) afterProjection(e ast.Expr, p *ast.Projection, see, before *scope, grouped bool) {
	items := map[string]ast.Expr{}
	for _, i := range p.Items {
		items[b.text(i.Expr)] = i.Expr
	}
	if !grouped && !p.Distinct && !b.grouped {
		if _, name := e.(*ast.Variable); !name && items[b.text(e)] != nil {
			see = before // an alias may hide what the item reads
		}
		b.expr(e, see, context{})
		return
	}
	if b.version >= 25 && grouped && b.aggregates(e) {
		both := before.clone()
		maps.Copy(both.vars, see.vars)
		b.expr(e, both, context{aggregate: true})
		return
	}
	b.before = before
	defer func() { b.before = nil }()
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
func (b *binder) constant(e ast.Expr, what string, s *scope) {
	if e == nil {
		return
	}
	ast.Any(e, func(x ast.Expr) bool {
		switch x.(type) {
		case *ast.Subquery, *ast.PatternComprehension, *ast.PatternExpr:
			b.fail(e, "", "It is not allowed to use patterns in the expression for %s, so that the value for %s can be statically calculated.", what, what)
		}
		if v, ok := x.(*ast.Variable); ok {
			b.fail(v, "NonConstantExpression", "It is not allowed to refer to variables in %s, so that the value for %s can be statically calculated.", what, what)
		}
		return false
	})
	least, kind := "0", "non-negative"
	if what != "SKIP" && what != "LIMIT" {
		least, kind = "1", "positive"
	}
	invalid := func(detail, text string) {
		b.failBecause(e, detail, status.Because("42N31", "Expected '%s' to be INTEGER in the range %s to 9223372036854775807 but found %s.", what, least, text),
			"Invalid input. '%s' is not a valid value. Must be a %s integer.", text, kind)
	}
	if lit, ok := e.(*ast.Literal); ok && (lit.Value.Kind() != graph.KindInt || lit.Value.AsInt() == 0 && least == "1") {
		invalid("InvalidArgumentType", b.literalText(e))
	}
	negative := false
	operand := e
	if u, ok := e.(*ast.Unary); ok && u.Op == ast.OpNegate {
		negative, operand = true, u.Operand
	}
	if lit, ok := operand.(*ast.Literal); ok && lit.Value.Kind() == graph.KindInt && (negative && lit.Value.AsInt() > 0 || lit.Value.AsInt() < 0) {
		invalid("NegativeIntegerArgument", e.At().Text(b.source))
	}
	b.require(e, b.expr(e, s, context{}), isInt)
}
