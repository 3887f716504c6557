package parser

import (
	"strings"

	"graticule/cypher/ast"
)

func (p *parser) bracketed() ast.Expr {
	start := p.need("[").start
	switch {
	case p.isName() && p.isWordAt(1, "IN") && !p.bracketIsList():
		return p.listComprehension(start)
	case p.isName() && p.punctAt(1, "=") && p.patternAhead(2):
		v := p.name()
		p.need("=")
		return p.patternComprehension(start, &v)
	case p.patternAhead(0):
		mark := p.at
		path := p.plainElements()
		if p.isPunct("|") || p.isWord("WHERE") {
			p.at = mark
			return p.patternComprehension(start, nil)
		}
		_ = path
		p.at = mark
	}
	list := &ast.List{}
	saved := p.noBar
	p.noBar = 0
	if !p.isPunct("]") {
		for {
			list.Items = append(list.Items, p.expr())
			if !p.punct(",") {
				break
			}
		}
	}
	p.noBar = saved
	p.need("]")
	list.Span = p.from(start)
	return list
}

// bracketIsList tells [x IN list, …] or [x IN list] without WHERE and '|' apart:
// both are comprehensions in Cypher except when a comma follows at this depth, which
// is not one of the tests of a WHEN.
func (p *parser) bracketIsList() bool {
	cases := 0
	for i := p.at; i < len(p.tokens); i++ {
		t := p.tokens[i]
		if t.kind == tokEOF {
			return false
		}
		if before := p.tokens[i-1]; t.kind == tokIdent && before.text != "." {
			switch {
			case strings.EqualFold(t.text, "CASE"):
				cases++
			case strings.EqualFold(t.text, "END") && cases > 0:
				cases--
			}
		}
		if t.kind != tokPunct {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			if t.match == 0 {
				return false
			}
			i = t.match
		case ",":
			if cases == 0 {
				return true
			}
		case "]", "|":
			return false
		}
	}
	return false
}

func (p *parser) listComprehension(start int) ast.Expr {
	c := &ast.ListComprehension{Variable: p.variable()}
	p.needWord("IN")
	p.noBar++
	c.List = p.expr()
	if p.word("WHERE") {
		c.Where = p.expr()
	}
	p.noBar--
	if p.punct("|") {
		saved := p.noBar
		p.noBar = 0
		c.Projection = p.expr()
		p.noBar = saved
	}
	p.need("]")
	c.Span = p.from(start)
	return c
}

func (p *parser) patternComprehension(start int, v *ast.Name) ast.Expr {
	c := &ast.PatternComprehension{Variable: v, Pattern: p.plainElements()}
	p.noBar++
	if p.word("WHERE") {
		c.Where = p.expr()
	}
	p.noBar--
	p.need("|")
	saved := p.noBar
	p.noBar = 0
	c.Projection = p.expr()
	p.noBar = saved
	p.need("]")
	c.Span = p.from(start)
	return c
}

func (p *parser) mapLiteral() ast.Expr {
	start := p.need("{").start
	m := &ast.Map{}
	saved := p.noBar
	p.noBar = 0
	if !p.isPunct("}") {
		for {
			m.Keys = append(m.Keys, p.name())
			if p.isPunct("::") { // {a::b} is a key, then a label-less colon: not legal
				p.unexpected("':'")
			}
			p.need(":")
			m.Values = append(m.Values, p.expr())
			if !p.punct(",") {
				break
			}
		}
	}
	p.noBar = saved
	p.need("}")
	m.Span = p.from(start)
	return m
}

// mapProjection parses {…} after a variable; nil when it is no projection
// (a subquery's body, say).
func (p *parser) mapProjection(v ast.Name) ast.Expr {
	next := p.peekAt(1)
	ok := next.kind == tokPunct && (next.text == "." || next.text == "}") ||
		(next.kind == tokIdent || next.kind == tokEscaped) && (p.punctAt(2, ":") || p.punctAt(2, ",") || p.punctAt(2, "}"))
	if !ok {
		return nil
	}
	m := &ast.MapProjection{Subject: &ast.Variable{Span: v.Span, Name: v.Value}}
	p.need("{")
	if !p.isPunct("}") {
		for {
			m.Items = append(m.Items, p.projectionItem())
			if !p.punct(",") {
				break
			}
		}
	}
	p.need("}")
	m.Span = p.from(v.Start)
	return m
}

func (p *parser) projectionItem() ast.MapProjectionItem {
	start := p.peek().start
	var item ast.MapProjectionItem
	switch {
	case p.punct("."):
		if p.punct("*") {
			item.AllProperties = true
		} else {
			key := p.token()
			item.Property = &key
		}
	case p.punctAt(1, ":"):
		key := p.name()
		p.need(":")
		item.Key, item.Value = &key, p.expr()
	default:
		v := p.name()
		item.Variable = &ast.Variable{Span: v.Span, Name: v.Value}
	}
	item.Span = p.from(start)
	return item
}
