package parser

import "graticule/cypher/ast"

// alterGraphType parses ALTER CURRENT GRAPH TYPE … from GRAPH on.
func (p *parser) alterGraphType(start int) ast.Command {
	p.needWord("GRAPH")
	p.needWord("TYPE")
	g := &ast.AlterGraphType{Operation: p.oneOf("ADD", "ALTER", "DROP", "SET")}
	if g.Operation == "" {
		p.unexpected("'ADD', 'ALTER', 'DROP' or 'SET'")
	}
	body := p.need("{").start
	if !p.isPunct("}") && !p.isPunct("(") && !p.isWord("CONSTRAINT") {
		p.unexpected("'(', 'CONSTRAINT' or '}'")
	}
	for more := !p.isPunct("}"); more; more = p.punct(",") {
		switch {
		case p.isPunct("("):
			g.Elements = append(g.Elements, p.elementType())
			if !p.isPunct(",") && !p.isPunct("}") {
				p.unexpected("',', 'REQUIRE' or '}'")
			}
		case p.isWord("CONSTRAINT") && g.Operation == "DROP":
			p.advance()
			g.Names = append(g.Names, p.name())
		case p.isWord("CONSTRAINT"):
			g.Constraints = append(g.Constraints, p.typeConstraint())
		default:
			p.unexpected("'(' or 'CONSTRAINT'")
		}
	}
	if !p.punct("}") {
		p.unexpected("',' or '}'")
	}
	g.Body = p.from(body)
	g.Span = p.from(start)
	return g
}

// implies takes => or IMPLIES.
func (p *parser) implies() bool {
	return p.punct("=>") || p.word("IMPLIES")
}

// elementType parses an element type and its REQUIREs.
func (p *parser) elementType() ast.ElementType {
	start := p.peek().start
	var e ast.ElementType
	end := p.elementNode(&e)
	if !end.Identifying || p.isPunct("-") && e.Properties == nil && e.Implied == nil {
		e = p.elementRelationship(end)
	} else {
		e.Alias, e.Token = end.Alias, *end.Label
	}
	for p.isWord("REQUIRE") {
		at := p.take().start
		c := ast.TypeConstraint{Inside: true, Relationship: e.Relationship}
		c.Properties, c.Kind, c.Of, c.Type, c.Options = p.requirement()
		c.Span = p.from(at)
		e.Constraints = append(e.Constraints, c)
	}
	for i := range e.Constraints {
		e.Constraints[i].On = ast.Endpoint{Span: e.Constraints[i].Span, Alias: e.Alias, Label: &e.Token, Identifying: true}
	}
	e.Span = p.from(start)
	return e
}

// elementNode parses (alias:Label => :Implied&Implied {…}), or what of it an end
// of a relationship has; what is implied goes into e.
func (p *parser) elementNode(e *ast.ElementType) (n ast.Endpoint) {
	start := p.need("(").start
	next := "a variable name, ')' or ':'"
	if p.isName() {
		alias := p.name()
		n.Alias, next = &alias, "')' or ':'"
	}
	if p.punct(":") {
		label := p.name()
		n.Label, n.Identifying = &label, p.implies()
		next = "')', '=' or 'IMPLIES'"
	}
	if n.Identifying {
		next = "')', ':' or '{'"
		for more := p.punct(":"); more; more = p.punct("&") {
			e.Implied = append(e.Implied, p.name())
			next = "'&', ')' or '{'"
		}
		if p.isPunct("{") {
			p.elementProperties(e)
			next = "')'"
		}
	}
	if !p.punct(")") {
		p.unexpected(next)
	}
	n.Span = p.from(start)
	return n
}

// elementRelationship parses what follows the source of a relationship element type.
func (p *parser) elementRelationship(source ast.Endpoint) ast.ElementType {
	e := ast.ElementType{Relationship: true, Source: source}
	p.need("-")
	p.need("[")
	if p.isName() {
		alias := p.name()
		e.Alias = &alias
	}
	p.need(":")
	e.Token = p.name()
	if !p.implies() {
		p.unexpected("'=' or 'IMPLIES'")
	}
	if p.isPunct("{") {
		p.elementProperties(&e)
	}
	p.need("]")
	p.need("-")
	p.need(">")
	var none ast.ElementType
	e.Target = p.elementNode(&none)
	if t := none.Implied; t != nil {
		p.failDetail(token{start: t[0].Start, end: t[0].End}, "UnexpectedSyntax", "Invalid input '%s': expected ')'", t[0].Value)
	}
	if t := none.Properties; t != nil {
		p.failDetail(token{start: e.Target.Start, end: e.Target.End}, "UnexpectedSyntax", "Invalid input '{': expected ')'")
	}
	return e
}

// elementProperties parses {key :: TYPE IS KEY, …}; the list of e is not nil then.
func (p *parser) elementProperties(e *ast.ElementType) {
	p.need("{")
	e.Properties = []ast.PropertyType{}
	for more := !p.isPunct("}"); more; more = p.punct(",") {
		start := p.peek().start
		t := ast.PropertyType{Key: p.name()}
		if !p.punct("::") {
			p.word("TYPED")
		}
		t.Type = p.typ()
		t.Span = p.from(start)
		e.Properties = append(e.Properties, t)
		if at := p.peek().start; p.word("IS") {
			c := ast.TypeConstraint{Inside: true, Relationship: e.Relationship, Properties: []ast.Property{{Span: t.Span, Key: t.Key}}}
			c.OfAt = p.peek().start
			c.Of = p.oneOf("NODE", "RELATIONSHIP", "REL")
			if c.Kind = p.oneOf("KEY", "UNIQUE"); c.Kind == "" {
				p.unexpected("'KEY', 'NODE', 'REL', 'RELATIONSHIP' or 'UNIQUE'")
			}
			c.Span = p.from(at)
			e.Constraints = append(e.Constraints, c)
		}
	}
	if !p.punct("}") {
		p.unexpected("',' or '}'")
	}
}

// typeConstraint parses CONSTRAINT name FOR pattern REQUIRE ….
func (p *parser) typeConstraint() ast.TypeConstraint {
	c := ast.TypeConstraint{}
	start := p.take().start
	if !p.isWord("FOR") || p.isWordAt(1, "FOR") {
		if !p.isName() {
			p.unexpected("an identifier or 'FOR'")
		}
		name := p.name()
		c.Name = &name
	}
	p.needWord("FOR")
	at := p.need("(").start
	if c.Relationship = p.punct(")"); c.Relationship {
		p.need("-")
		p.need("[")
	}
	if p.isName() {
		alias := p.name()
		c.On.Alias = &alias
	}
	if colon := p.peek().start; p.punct(":") {
		if c.Relationship {
			at = colon // where Neo4j says that this pattern is
		}
		label := p.name()
		c.On.Label, c.On.Identifying = &label, p.implies()
	}
	if c.Relationship {
		p.need("]")
		p.need("-")
		p.need(">")
		p.need("(")
	}
	p.need(")")
	c.On.Span = p.from(at)
	p.needWord("REQUIRE")
	c.Properties, c.Kind, c.Of, c.Type, c.Options = p.requirement()
	c.Span = p.from(start)
	return c
}

// showCurrent parses CURRENT USER and CURRENT GRAPH TYPE.
func (p *parser) showCurrent(s *ast.Show) {
	switch {
	case p.word("USER"):
		s.Kind = "CURRENT USER"
	case p.version < 25:
		p.unexpected("'USER'")
	case !p.word("GRAPH"):
		p.unexpected("'GRAPH TYPE' or 'USER'")
	default:
		p.needWord("TYPE")
		s.Kind = "GRAPH TYPE"
		if p.word("AS") {
			p.needWord("GRAPH")
			s.As = "GRAPH"
		}
	}
}
