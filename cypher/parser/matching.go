package parser

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

// matchMode parses what may stand between MATCH and its pattern and tells
// whether relationships may repeat.
func (p *parser) matchMode() bool {
	t := p.peek()
	repeatable := p.words("REPEATABLE", "ELEMENTS") || p.words("REPEATABLE", "ELEMENT", "BINDINGS") || p.words("REPEATABLE", "ELEMENT")
	different := !repeatable && (p.words("DIFFERENT", "RELATIONSHIPS") || p.words("DIFFERENT", "RELATIONSHIP", "BINDINGS") || p.words("DIFFERENT", "RELATIONSHIP"))
	if p.version < 25 && repeatable {
		p.fail(t, "Match modes such as `REPEATABLE ELEMENTS` are not supported yet.")
	}
	if p.version < 25 && different {
		p.fail(t, "Match modes such as `DIFFERENT RELATIONSHIPS` are not supported yet.")
	}
	if p.version >= 25 && p.isAnyWord("REPEATABLE", "DIFFERENT") && p.punctAt(1, "(") {
		p.advance()
		p.unexpected("'ELEMENT' or 'ELEMENTS'")
	}
	return repeatable
}

// groupBy parses GROUP BY e, … | ALL | ().
func (p *parser) groupBy() *ast.GroupBy {
	start := p.peek().start
	p.words("GROUP", "BY")
	g := &ast.GroupBy{}
	switch {
	case p.word("ALL"):
		g.All = true
	case p.isPunct("(") && p.punctAt(1, ")"):
		p.advance()
		p.advance()
	default:
		for {
			g.Keys = append(g.Keys, p.expr())
			if !p.punct(",") {
				break
			}
		}
	}
	g.Span = p.from(start)
	return g
}

// search parses SEARCH v IN (VECTOR INDEX name FOR e [WHERE p] LIMIT k) [SCORE AS s].
func (p *parser) search() *ast.Search {
	t := p.take()
	s := &ast.Search{Variable: p.variable()}
	p.needWord("IN")
	p.need("(")
	if s.Kind = p.oneOf("VECTOR", "FULLTEXT"); s.Kind == "" {
		p.unexpected("'VECTOR' or 'FULLTEXT'")
	}
	p.needWord("INDEX")
	if s.Kind == "FULLTEXT" {
		p.failBecause(t, "", status.Because("51N26", "The `FULLTEXT SEARCH` clause is not available. This implementation of Cypher does not support the `FULLTEXT SEARCH` clause."), "The `FULLTEXT SEARCH` clause is not supported.")
	}
	s.Index = p.name()
	p.needWord("FOR")
	s.For = p.expr()
	if p.word("WHERE") {
		s.Where = p.expr()
	}
	p.needWord("LIMIT")
	s.Limit = p.expr()
	p.need(")")
	if p.word("SCORE") {
		p.needWord("AS")
		n := p.variable()
		s.Score = &n
	}
	s.Span = p.from(t.start)
	return s
}

// usedBrace tells whether USE graph { follows.
func (p *parser) usedBrace() bool {
	if !p.isWord("USE") {
		return false
	}
	n := 1
	if p.isWordAt(1, "GRAPH") && p.peekAt(2).kind != tokPunct {
		n = 2
	}
	for n++; p.punctAt(n, "."); {
		n += 2
	}
	return p.punctAt(n, "{")
}

// plainLabels refuses what goes on with a label expression where only labels may stand.
func (p *parser) plainLabels() {
	for at := p.at - 1; at > 0 && p.tokens[at].text != "," && !strings.EqualFold(p.tokens[at].text, "SET") && !strings.EqualFold(p.tokens[at].text, "REMOVE"); at-- {
		if t := p.tokens[at]; t.kind == tokPunct && (t.text == "|" || t.text == "%" || t.text == "!" || t.text == "&") {
			p.failDetail(t, "UnexpectedSyntax", "Invalid input '%s': expected a label", t.text)
		}
	}
}

// selectorText writes a selector in its full form.
func selectorText(s *ast.Selector) string {
	switch s.Kind {
	case "ANY":
		return "ANY 1 PATHS"
	case "ALL":
		return "ALL PATHS"
	case "ALL SHORTEST":
		return "ALL SHORTEST PATHS"
	}
	return "SHORTEST 1 PATHS"
}
