package parser

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
)

// interpolated parses s'text {expression} text' into a concatenation; a brace
// that stands for itself is written \\{ or \\}.
func (p *parser) interpolated() ast.Expr {
	p.enter()
	defer p.leave()
	start := p.take().start
	t := p.take()
	span := p.from(start)
	text := t.text
	var out ast.Expr
	add := func(e ast.Expr) {
		if out != nil {
			e = &ast.Binary{Span: span, Op: ast.OpConcat, Left: out, Right: e}
		}
		out = e
	}
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 || out == nil {
			add(&ast.Literal{Span: span, Value: graph.String(plain.String())})
			plain.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text) && (text[i+1] == '{' || text[i+1] == '}'):
			i++
			plain.WriteByte(text[i])
		case text[i] == '{':
			end := closing(text, i)
			if end < 0 {
				p.failDetail(t, "UnexpectedSyntax", "Invalid input '%s': expected '}'", text[i:])
			}
			flush()
			e := p.within(text[i+1 : end])
			add(&ast.Call{Span: span, Name: ast.Name{Span: span, Value: "toString"}, Args: []ast.Expr{e}})
			i = end
		default:
			plain.WriteByte(text[i])
		}
	}
	flush()
	return out
}

// closing gives the place of the brace that closes the one at open; -1 for none.
func closing(text string, open int) int {
	depth := 0
	for i := open; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// within parses an expression that stands inside a string.
func (p *parser) within(text string) ast.Expr {
	tokens, err := lex(text)
	if err != nil {
		p.fail(p.tokens[p.at-1], "Invalid input '%s'", text)
	}
	inner := &parser{src: text, tokens: tokens, version: p.version, depth: p.depth, params: p.params}
	e := inner.expr()
	if inner.peek().kind != tokEOF {
		inner.unexpected("'}'")
	}
	return e
}

// propertyExists parses PROPERTY_EXISTS(v, key): null for a null v.
func (p *parser) propertyExists() ast.Expr {
	start := p.take().start
	p.need("(")
	name := p.name()
	v := &ast.Variable{Span: name.Span, Name: name.Value}
	p.need(",")
	key := p.name()
	p.need(")")
	span := p.from(start)
	exists := &ast.IsNull{Span: span, Operand: &ast.Property{Span: span, Subject: v, Key: key}, Not: true}
	return &ast.Case{Span: span, Whens: []ast.CaseWhen{{Span: span, Conditions: []ast.Expr{&ast.IsNull{Span: span, Operand: v, Not: true}}, Then: exists}}}
}
