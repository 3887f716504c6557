package bind

import (
	"fmt"
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

// checkMatch checks the form of the patterns of one MATCH, or of a pattern in a
// subquery.
func (b *binder) checkMatch(m *ast.Match) {
	modes := map[string]bool{}
	for _, p := range m.Pattern.Parts {
		if len(m.Pattern.Parts) > 1 && p.Selector != nil && p.Selector.Kind != "ALL" && !m.Repeatable {
			text := "Multiple path patterns cannot be used in the same clause in combination with a selective path selector."
			if b.version >= 25 {
				text += " You may want to use multiple MATCH clauses, or you might want to consider using the REPEATABLE ELEMENTS match mode."
			}
			b.failBecause(selected(p), "", status.Because("42I45", "%s", text), "%s", text)
		}
		mode := p.Mode
		if mode == "" {
			mode = "WALK"
		}
		modes[p.Mode] = true
		if p.Mode != "" && len(modes) > 1 {
			first := m.Pattern.Parts[0]
			b.failBecause(first, "", status.Because("42N61", "Mixing %s and %s in the same graph pattern is not supported. Split the pattern into separate MATCH clauses instead.", first.Mode, mode), "Mixing path modes %s, %s in the same graph pattern is not supported.", first.Mode, mode)
		}
		if p.Mode != "" && p.Mode != "WALK" && m.Repeatable {
			b.failBecause(p.ModeAt, "", status.Because("42N60", "REPEATABLE ELEMENTS with %s path mode is not supported.", p.Mode), "REPEATABLE ELEMENTS with %s path mode is not supported.", p.Mode)
		}
		b.checkForm(p, m.Repeatable, false)
	}
	b.checkMixed(m)
}

// selected gives the place of a path with a selector: its variable, or what
// follows the selector.
func selected(p *ast.PathPattern) ast.Node {
	if p.Variable != nil {
		return p.Variable
	}
	return p.Elements[0]
}

// pathForms are the ways in which a query looks for shortest paths.
type pathForms struct {
	selects  bool      // by a selector other than ALL
	shortest *ast.Span // the first shortestPath or allShortestPaths
}

// withinSubquery binds a subquery, which must not hold both.
func (b *binder) withinSubquery(bind func()) {
	outer := b.forms
	b.forms = pathForms{}
	bind()
	if b.forms.selects && b.forms.shortest != nil {
		b.fail(*b.forms.shortest, "", "Mixing shortestPath/allShortestPaths with path selectors (e.g. 'ANY SHORTEST') or explicit match modes ('e.g. DIFFERENT RELATIONSHIPS') is not allowed.")
	}
	b.forms.selects = b.forms.selects || outer.selects
	if outer.shortest != nil {
		b.forms.shortest = outer.shortest
	}
}

// checkForm checks the elements of a path; inside tells that they are repeated.
func (b *binder) checkForm(p *ast.PathPattern, repeatable, inside bool) {
	b.forms.selects = b.forms.selects || p.Selector != nil && p.Selector.Kind != "ALL"
	if s := p.Selector; s != nil && s.Count != nil {
		if lit, ok := s.Count.(*ast.Literal); ok && lit.Value.AsInt() < 1 {
			b.failBecause(lit, "", status.Because("42N31", "Expected 'path count' to be INTEGER in the range 1 to 9223372036854775807 but found %d.", lit.Value.AsInt()), "The path count needs to be greater than 0.")
		}
	}
	if p.Shortest != "" {
		b.checkShortest(p)
	}
	for i, el := range p.Elements {
		switch el := el.(type) {
		case *ast.RelPattern:
			b.checkRel(p, el, repeatable, inside)
		case *ast.QuantifiedPath:
			b.checkQuantified(p, el, repeatable, inside)
		}
		if i > 0 {
			b.checkJuxtaposed(p, i)
		}
	}
	if !inside && len(p.Elements) == 1 {
		if q, ok := p.Elements[0].(*ast.QuantifiedPath); ok && q.Quantifier.Min == 0 {
			b.fail(p, "", "A top-level path pattern in a `MATCH` clause must be written such that it always evaluates to at least one node pattern.\nIn this case, `%s{0}` would result in an empty pattern.", ast.Span{Start: q.Start, End: q.Quantifier.Start}.Text(b.source))
		}
	}
}

func (b *binder) checkRel(p *ast.PathPattern, r *ast.RelPattern, repeatable, inside bool) {
	b.checkTypes(r)
	b.checkEndless(p, r.Length, repeatable)
	b.checkEndless(p, r.Quantifier, repeatable)
	switch {
	case r.Length != nil && inside:
		b.fail(r, "", "Variable length relationships cannot be part of a quantified path pattern.")
	case r.Length != nil && p.Mode != "":
		b.failBecause(r, "", status.Because("51N26", "Using explicit path modes on a pattern containing a variable-length relationship is not available. This implementation of Cypher does not support `%s` on variable-length relationships.", p.Mode),
			"Using a variable-length relationship such as `%s` together with explicit path mode `%s` is not available.", r.At().Text(b.source), p.Mode)
	case r.Length != nil && r.Where != nil:
		b.fail(ast.Span{Start: b.place(r.Where)}, "", "Relationship pattern predicates are not supported for variable-length relationships.")
	case r.Length != nil && symbolic(r.Types):
		b.fail(r.Types, "", "Variable length relationships must not use relationship type expressions.")
	case r.Quantifier != nil:
		b.checkRange(r.Quantifier)
	}
}

// symbolic tells whether a type expression holds more than alternatives.
func symbolic(l ast.LabelExpr) bool {
	switch l := l.(type) {
	case *ast.LabelNot, *ast.LabelAny, *ast.LabelAnd:
		return true
	case *ast.LabelOr:
		for _, o := range l.Operands {
			if symbolic(o) {
				return true
			}
		}
	}
	return false
}

// checkTypes checks the colons of a type expression.
func (b *binder) checkTypes(r *ast.RelPattern) {
	switch t := r.Types.(type) {
	case *ast.LabelAnd:
		if t.Colons {
			at := t.Operands[0].At().End
			b.failBecause(ast.Span{Start: at}, "", status.Because("42I20", "Label expressions and relationship type expressions cannot contain ':'. To express a label disjunction use '|' instead."), "Relationship types in a relationship type expressions may not be combined using ':'")
		}
	case *ast.LabelOr:
		if len(t.Colons) > 0 && (r.Variable != nil || r.Length != nil || r.Properties != nil) {
			var names []string
			for _, o := range t.Operands {
				names = append(names, o.At().Text(b.source))
			}
			b.failBecause(ast.Span{Start: t.Colons[0]}, "", status.Because("42I20", "Label expressions and relationship type expressions cannot contain '|:'. To express a label disjunction use '|' instead."),
				"The semantics of using colon in the separation of alternative relationship types in conjunction with\nthe use of variable binding, inlined property predicates, or variable length is no longer supported.\nPlease separate the relationships types using `:%s` instead.", strings.Join(names, "|"))
		}
	}
}

// checkLabelColons refuses the old a|:b between labels of a node.
func (b *binder) checkLabelColons(l ast.LabelExpr) {
	if or, ok := l.(*ast.LabelOr); ok && len(or.Colons) > 0 {
		b.failBecause(ast.Span{Start: or.Colons[0]}, "", status.Because("42I20", "Label expressions and relationship type expressions cannot contain '|:'. To express a label disjunction use '|' instead."), "Label expressions are not allowed to contain '|:'.")
	}
}

// checkEndless refuses a part of a path without an upper bound when its
// relationships may repeat: it would have no end.
func (b *binder) checkEndless(p *ast.PathPattern, r *ast.Range, repeatable bool) {
	if r == nil || !repeatable || r.Max >= 0 {
		return
	}
	at := ast.Node(p)
	if p.Selector != nil && p.Variable == nil {
		at = p.Elements[0].(ast.Node)
	}
	const text = "The quantified path pattern may yield an infinite number of rows under match mode 'REPEATABLE ELEMENTS'. Add an upper bound to the quantified path pattern."
	b.failBecause(at, "", status.Because("42N53", text), text)
}

func (b *binder) checkRange(r *ast.Range) {
	switch {
	case r.Max == 0:
		b.failBecause(r, "", status.Because("42N31", "Expected 'quantifier for a path pattern' to be INTEGER in the range 1 to 9223372036854775807 but found 0."), "A quantifier for a path pattern must not be limited by 0.")
	case r.Max > 0 && r.Min > r.Max:
		b.fail(r, "", "A quantifier for a path pattern must not have a lower bound which exceeds its upper bound.\nIn this case, the lower bound %d is greater than the upper bound %d.", r.Min, r.Max)
	}
}

func (b *binder) checkQuantified(p *ast.PathPattern, q *ast.QuantifiedPath, repeatable, inside bool) {
	repeated := q.Quantifier.Min >= 0
	switch {
	case repeated && inside:
		b.fail(q, "", "Quantified path patterns are not allowed to be nested.")
	case repeated && q.Path.Variable != nil:
		b.fail(q.Path, "", "Assigning a path in a quantified path pattern is not yet supported.")
	case !repeated && q.Path.Variable != nil && p.Selector == nil && p.Shortest == "":
		b.failBecause(q.Path, "", status.Because("42N42", "Sub-path assignment is not supported."), "Sub-path assignment is currently not supported.")
	}
	if repeated {
		b.checkEndless(p, &q.Quantifier, repeatable)
		b.checkRange(&q.Quantifier)
		if len(q.Path.Elements) == 1 {
			if _, node := q.Path.Elements[0].(*ast.NodePattern); node {
				b.fail(q, "", "A quantified path pattern needs to have at least one relationship.\nIn this case, the quantified path pattern %s consists of only one node.", b.quantifiedText(q))
			}
		}
	}
	b.checkForm(q.Path, repeatable, inside || repeated)
}

// quantifiedText gives the text of a quantified path as messages show it.
func (b *binder) quantifiedText(q *ast.QuantifiedPath) string {
	text := q.At().Text(b.source)
	end := strings.LastIndexByte(text, ')') + 1
	quantifier := strings.Join(strings.Fields(text[end:]), "")
	return pretty(text[:end]) + strings.Replace(quantifier, ",", ", ", 1)
}

// checkShortest checks shortestPath and allShortestPaths.
func (b *binder) checkShortest(p *ast.PathPattern) {
	at := ast.Span{Start: p.ShortestAt}
	if b.forms.shortest == nil {
		b.forms.shortest = &at
	}
	var r *ast.RelPattern
	if len(p.Elements) == 3 {
		r, _ = p.Elements[1].(*ast.RelPattern)
	}
	if r == nil {
		b.failBecause(at, "", status.Because("42N40", "The %s() function must contain one relationship pattern.", p.Shortest), "%s(...) requires a pattern containing a single relationship", p.Shortest)
	}
	if m, ok := r.Properties.(*ast.Map); ok {
		var parts []string
		for i, k := range m.Keys {
			parts = append(parts, fmt.Sprintf("(PropertyKeyName(%s),%s)", k.Value, literalName(m.Values[i])))
		}
		b.fail(at, "", "%s(...) contains properties MapExpression(ArraySeq(%s)). This is currently not supported.", p.Shortest, strings.Join(parts, ", "))
	}
	if r.Length != nil && r.Length.HasMin && r.Length.Min > 1 {
		b.fail(ast.Span{Start: r.Length.Start + 1}, "", "%s(...) does not support a minimal length different from 0 or 1", p.Shortest)
	}
}

// literalName writes an integer literal as Neo4j names it in messages.
func literalName(e ast.Expr) string {
	if lit, ok := e.(*ast.Literal); ok && typeOf(lit.Value).kinds == isInt {
		return fmt.Sprintf("SignedDecimalIntegerLiteral(%d)", lit.Value.AsInt())
	}
	return "..."
}
