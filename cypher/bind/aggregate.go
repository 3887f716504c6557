package bind

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

// aggregate checks a call of an aggregating function.
func (b *binder) aggregate(e *ast.Call, name string, s *scope, c context) typ {
	switch {
	case c.inside:
		b.fail(e, "NestedAggregation", "Can't use aggregate functions inside of aggregate functions.")
	case !c.aggregate:
		b.fail(e, "InvalidAggregation", "Invalid use of aggregating function %s(...) in this context", name)
	}
	arg := anyType
	sig := signatures[name]
	if !e.Star {
		b.arity(e, name)
	}
	for i, a := range e.Args {
		t := b.expr(a, s, context{inside: true})
		b.argument(e, i, t, sig)
		if lit, ok := a.(*ast.Literal); ok && i == 1 && lit.Value.IsNumber() && (lit.Value.Number() < 0 || lit.Value.Number() > 1) {
			text := a.At().Text(b.source)
			b.failBecause(a, "NumberOutOfRange", status.Because("42N31", "Expected 'percentile range' to be FLOAT in the range 0.0 to 1.0 but found %s.", text),
				"Invalid input '%s' is not a valid argument, must be a number in the range 0.0 to 1.0", text)
		}
		if i == 0 {
			arg = t
		}
	}
	if strings.HasPrefix(name, "percentile") && len(e.Args) == 2 {
		b.percentile(e.Args[1])
	}
	switch name {
	case "count":
		return typ{kinds: isInt}
	case "collect":
		return listOf(arg)
	case "min", "max":
		return arg
	}
	if sig.gives == 0 {
		return anyType
	}
	return typ{kinds: sig.gives}
}

// percentile refuses a literal that is no percentile.
func (b *binder) percentile(e ast.Expr) {
	lit, ok := e.(*ast.Literal)
	negative := false
	if u, is := e.(*ast.Unary); is && u.Op == ast.OpSubtract {
		lit, ok = u.Operand.(*ast.Literal)
		negative = true
	}
	if !ok || !lit.Value.IsNumber() && !lit.Value.IsNull() {
		return
	}
	if p := lit.Value.Number(); !lit.Value.IsNull() && p >= 0 && p <= 1 && (!negative || p == 0) {
		return
	}
	text := strings.ToUpper(e.At().Text(b.source))
	if strings.EqualFold(text, "nan") {
		text = "NaN"
	}
	b.failBecause(e, "NumberOutOfRange", status.Because("42N31", "Expected 'percentile range' to be FLOAT in the range 0.0 to 1.0 but found %s.", text),
		"Invalid input '%s' is not a valid argument, must be a number in the range 0.0 to 1.0", text)
}

// aggregates tells whether e holds an aggregating function.
func (b *binder) aggregates(e ast.Expr) bool {
	return ast.Any(e, func(x ast.Expr) bool {
		call, ok := x.(*ast.Call)
		return ok && b.cfg.Aggregate(strings.ToLower(call.Name.Value))
	})
}

// text gives the source of an expression without spaces, by which expressions are compared.
func (b *binder) text(e ast.Expr) string {
	return strings.Join(strings.Fields(e.At().Text(b.source)), "")
}

// grouping is the keys by which a projection groups, by their text.
type grouping struct {
	keys  map[string]ast.Expr
	whole bool // any of them may stand beside an aggregate, as GROUP BY allows
}

func (b *binder) grouping(p *ast.Projection) grouping {
	g := grouping{keys: map[string]ast.Expr{}}
	for _, i := range p.Items {
		if !b.aggregates(i.Expr) {
			g.keys[b.text(i.Expr)] = i.Expr
		}
	}
	return g
}

// simple tells whether a key can be used beside an aggregate: a variable, or a
// property of one.
func simple(e ast.Expr) bool {
	if p, ok := e.(*ast.Property); ok {
		return simple(p.Subject)
	}
	switch e.(type) {
	case *ast.Variable, *ast.Literal, *ast.Parameter:
		return true
	}
	return false
}

// checkGrouped checks that what e reads outside aggregates are grouping keys.
// local holds names bound within e.
func (b *binder) checkGrouped(e ast.Expr, g grouping, s *scope, local map[string]bool) {
	if key, ok := g.keys[b.text(e)]; ok && (g.whole || simple(key)) {
		return
	}
	switch e := e.(type) {
	case *ast.Property:
		if v, ok := e.Subject.(*ast.Variable); ok && !local[v.Name] && b.version < 25 && (s.outer[v.Name].kinds == 0 || b.version < 25) {
			if _, grouped := g.keys[v.Name]; !grouped {
				b.failUngrouped(e, e.At().Text(b.source))
			}
		}
	case *ast.Variable:
		if _, outer := s.outer[e.Name]; !outer && !local[e.Name] {
			b.failUngrouped(e, e.Name)
		}
	case *ast.Call:
		if b.cfg.Aggregate(strings.ToLower(e.Name.Value)) {
			return
		}
	case *ast.ListComprehension:
		local = with(local, e.Variable.Value)
	case *ast.Quantifier:
		local = with(local, e.Variable.Value)
	case *ast.Reduce:
		local = with(local, e.Variable.Value, e.Accumulator.Value)
	case *ast.PatternComprehension, *ast.Subquery, *ast.PatternExpr:
		return
	}
	ast.Children(e, func(x ast.Expr) { b.checkGrouped(x, g, s, local) })
}

// failUngrouped fails because of what is no grouping key.
func (b *binder) failUngrouped(e ast.Node, text string) {
	b.failBecause(ast.Span{Start: e.At().Start, End: e.At().End}, "AmbiguousAggregationExpression", status.Because("42I18", "The aggregation column contains implicit grouping expressions referenced by the variables `%s`. Implicit grouping expressions are variables not explicitly declared as grouping keys.", text),
		"Aggregation column contains implicit grouping expressions. For example, in 'RETURN n.a, n.a + n.b + count(*)' the aggregation expression 'n.a + n.b + count(*)' includes the implicit grouping key 'n.b'. It may be possible to rewrite the query by extracting these grouping/aggregation expressions into a preceding WITH clause. Illegal expression(s): %s", text)
}

func with(names map[string]bool, more ...string) map[string]bool {
	out := map[string]bool{}
	for n := range names {
		out[n] = true
	}
	for _, n := range more {
		out[n] = true
	}
	return out
}
