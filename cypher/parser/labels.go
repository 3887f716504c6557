package parser

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

// checkLabels refuses a label expression that mixes what may not be mixed: a
// colon between labels with the symbols of label expressions or with IS. intro
// is the colon or IS before it.
func (p *parser) checkLabels(l ast.LabelExpr, intro token) {
	if and, ok := l.(*ast.LabelAnd); ok && and.Colons {
		colon := p.colonIn(and)
		if intro.kind == tokIdent {
			p.failBecause(colon, "", status.Because("42I29", "The IS keyword cannot be used together with multiple labels in 'IS %s'. Rewrite the expression as 'IS %s'.", and.At().Text(p.src), labelText(and)),
				"Mixing the IS keyword with colon (':') between labels is not allowed. This expression could be expressed as IS %s.", labelText(and))
		}
		if p.inserting {
			p.failDetail(colon, "", "Colon `:` conjunction is not allowed in INSERT. Use `CREATE` or conjunction with ampersand `&` instead.")
		}
	}
	if at, colons := p.firstColon(l); colons && p.symbols(l) {
		p.failDetail(at, "", "Mixing label expression symbols ('|', '&', '!', and '%%') with colon (':') between labels is not allowed. Please only use one set of symbols. This expression could be expressed as :%s.", labelText(l))
	}
}

// firstColon gives the first colon between labels of l.
func (p *parser) firstColon(l ast.LabelExpr) (at token, found bool) {
	switch l := l.(type) {
	case *ast.LabelAnd:
		if l.Colons {
			return p.colonIn(l), true
		}
		for _, o := range l.Operands {
			if at, found = p.firstColon(o); found {
				return at, true
			}
		}
	case *ast.LabelOr:
		for _, o := range l.Operands {
			if at, found = p.firstColon(o); found {
				return at, true
			}
		}
	case *ast.LabelNot:
		return p.firstColon(l.Operand)
	}
	return token{}, false
}

// colonIn gives the first colon between the operands of and.
func (p *parser) colonIn(and *ast.LabelAnd) token {
	for _, t := range p.tokens {
		if t.start >= and.Operands[0].At().End && t.text == ":" {
			return t
		}
	}
	return p.peek()
}

// symbols tells whether l holds symbols beside colons.
func (p *parser) symbols(l ast.LabelExpr) bool {
	switch l := l.(type) {
	case *ast.LabelAnd:
		if !l.Colons || strings.Contains(l.At().Text(p.src), "&") {
			return true
		}
		for _, o := range l.Operands {
			if p.symbols(o) {
				return true
			}
		}
	case *ast.LabelOr, *ast.LabelNot, *ast.LabelAny:
		return true
	}
	return false
}

// labelText writes a label expression with symbols alone.
func labelText(l ast.LabelExpr) string {
	operands := func(all []ast.LabelExpr, sign string) string {
		parts := make([]string, len(all))
		for i, o := range all {
			parts[i] = labelText(o)
			switch o.(type) {
			case *ast.LabelAnd, *ast.LabelOr:
				parts[i] = "(" + parts[i] + ")"
			}
		}
		return strings.Join(parts, sign)
	}
	switch l := l.(type) {
	case *ast.LabelName:
		return l.Name
	case *ast.LabelNot:
		return "!" + operands([]ast.LabelExpr{l.Operand}, "")
	case *ast.LabelAnd:
		return operands(l.Operands, "&")
	case *ast.LabelOr:
		return operands(l.Operands, "|")
	case *ast.LabelDynamic:
		return "$(…)"
	}
	return "%"
}
