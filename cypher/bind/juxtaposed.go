package bind

import "graticule/cypher/ast"

// checkPathJuxtaposed checks all elements of a path that stand side by side.
func (b *binder) checkPathJuxtaposed(p *ast.PathPattern) {
	for i := 1; i < len(p.Elements); i++ {
		b.checkJuxtaposed(p, i)
	}
}

// checkJuxtaposed checks that of two elements of a path without a relationship
// between them, the one before i and that at i, one is quantified.
func (b *binder) checkJuxtaposed(p *ast.PathPattern, i int) {
	if linked(p.Elements[i-1]) || linked(p.Elements[i]) {
		return
	}
	from, to := i-1, i // the factors on both sides
	for from > 0 && unparenthesised(p.Elements[i-1]) && unparenthesised(p.Elements[from-1]) && (linked(p.Elements[from]) || linked(p.Elements[from-1])) {
		from--
	}
	for to+1 < len(p.Elements) && unparenthesised(p.Elements[i]) && unparenthesised(p.Elements[to+1]) && (linked(p.Elements[to]) || linked(p.Elements[to+1])) {
		to++
	}
	left, right := p.Elements[from:i], p.Elements[i:to+1]
	what := func(els []ast.PatternElement) string {
		switch {
		case len(els) > 1:
			return "a simple path pattern"
		case unparenthesised(els[0]):
			return "a single node"
		}
		return "a (non-quantified) parenthesized path pattern"
	}
	text := func(els []ast.PatternElement) string {
		return ast.Span{Start: els[0].At().Start, End: els[len(els)-1].At().End}.Text(b.source)
	}
	said := text(left) + " is " + what(left) + " and " + text(right) + " is " + what(right)
	if what(left) == what(right) {
		said = "both " + text(left) + " and " + text(right) + " are " + map[string]string{"a simple path pattern": "simple path patterns", "a single node": "single nodes"}[what(left)]
		if !unparenthesised(left[0]) {
			said = "both " + text(left) + " and " + text(right) + " are (non-quantified) parenthesized path patterns"
		}
	}
	at := right[0]
	if len(right) > 1 {
		at = left[0]
	}
	b.fail(at, "", "Juxtaposition is currently only supported for quantified path patterns.\nIn this case, %s.\nThat is, neither of these is a quantified path pattern.", said)
}

// linked tells whether an element may stand beside any other.
func linked(el ast.PatternElement) bool {
	switch el := el.(type) {
	case *ast.RelPattern:
		return true
	case *ast.QuantifiedPath:
		return el.Quantifier.Min >= 0
	}
	return false
}

// unparenthesised tells whether an element is a node or a relationship.
func unparenthesised(el ast.PatternElement) bool {
	_, path := el.(*ast.QuantifiedPath)
	return !path
}

// checkMixed refuses relationships of variable length beside anything quantified
// in one MATCH, its conditions included, but not the subqueries in them.
func (b *binder) checkMixed(m *ast.Match) {
	var long *ast.RelPattern
	quantified := false
	var path func(p *ast.PathPattern)
	look := func(e ast.Expr) {
		ast.Any(e, func(x ast.Expr) bool {
			switch x := x.(type) {
			case *ast.PatternExpr:
				path(x.Pattern)
			case *ast.PatternComprehension:
				path(x.Pattern)
			}
			return false
		})
	}
	path = func(p *ast.PathPattern) {
		for _, el := range p.Elements {
			switch el := el.(type) {
			case *ast.NodePattern:
				look(el.Properties)
				look(el.Where)
			case *ast.RelPattern:
				if el.Length != nil && long == nil {
					long = el
				}
				quantified = quantified || el.Quantifier != nil
				look(el.Properties)
				look(el.Where)
			case *ast.QuantifiedPath:
				quantified = quantified || el.Quantifier.Min >= 0
				path(el.Path)
			}
		}
		look(p.Where)
	}
	for _, p := range m.Pattern.Parts {
		path(p)
	}
	look(m.Where)
	if long != nil && quantified {
		b.fail(long, "", "Mixing variable-length relationships ('-[*]-') with quantified relationships ('()-->*()') or quantified path patterns ('(()-->())*') is not allowed.")
	}
}
