package parser

import "graticule/cypher/ast"

func (p *parser) createIndex(start int, kind string, replace bool) ast.Command {
	x := &ast.CreateIndex{Kind: kind, OrReplace: replace}
	x.Name = p.schemaName()
	x.IfNotExists = p.ifNotExists()
	p.needWord("FOR")
	x.Variable, x.Labels, x.Relationship = p.schemaPattern(kind)
	p.needWord("ON")
	switch kind {
	case "LOOKUP":
		p.word("EACH")
		x.Function = p.name() // labels or type
		p.need("(")
		x.Argument = p.name()
		p.need(")")
	case "FULLTEXT":
		p.needWord("EACH")
		p.need("[")
		x.Properties = p.propertyList()
		p.need("]")
	default:
		parens := p.punct("(")
		x.Properties = p.propertyList()
		if parens {
			p.need(")")
		}
	}
	x.Options = p.options()
	x.Span = p.from(start)
	return x
}

// schemaName parses the optional name before IF NOT EXISTS or FOR.
func (p *parser) schemaName() *ast.Text {
	if p.isWords("IF", "NOT") || (p.isWord("FOR") || p.isWord("ON")) && (p.punctAt(1, "(")) {
		return nil
	}
	t := p.text()
	return &t
}

// schemaPattern parses (v:L|M), (v), ()-[v:T]-() or ()-[v]-(), as the kind of
// index or a constraint allows.
func (p *parser) schemaPattern(kind string) (v ast.Name, labels []string, relationship bool) {
	p.need("(")
	if p.punct(")") {
		relationship = true
		p.punct("<")
		p.need("-")
		p.need("[")
	}
	v = p.variable()
	several := kind == "FULLTEXT" || kind == "VECTOR" && p.version == 25
	switch {
	case kind == "LOOKUP":
	default:
		p.need(":")
		for {
			labels = append(labels, p.name().Value)
			if !several || !p.punct("|") {
				break
			}
		}
	}
	if !relationship {
		p.need(")")
		return v, labels, false
	}
	p.need("]")
	p.need("-")
	p.punct(">")
	p.need("(")
	p.need(")")
	return v, labels, true
}

func (p *parser) propertyList() []ast.Property {
	var out []ast.Property
	for {
		start := p.peek().start
		v := p.variable()
		p.need(".")
		key := p.name()
		out = append(out, ast.Property{Span: p.from(start), Subject: &ast.Variable{Span: v.Span, Name: v.Value}, Key: key})
		if !p.punct(",") {
			return out
		}
	}
}

func (p *parser) createConstraint(start int, replace bool) ast.Command {
	c := &ast.CreateConstraint{OrReplace: replace}
	c.Name = p.schemaName()
	c.IfNotExists = p.ifNotExists()
	if p.isWord("ON") {
		p.fail(p.peek(), "Invalid constraint syntax, ON and ASSERT should not be used. Replace ON with FOR and ASSERT with REQUIRE.")
	}
	p.needWord("FOR")
	var labels []string
	c.Variable, labels, c.Relationship = p.schemaPattern("CONSTRAINT")
	c.Label = labels[0]
	if p.isWord("ASSERT") {
		p.fail(p.peek(), "Invalid constraint syntax, FOR should not be used in combination with ASSERT. Replace ASSERT with REQUIRE.")
	}
	p.needWord("REQUIRE")
	c.Properties, c.Kind, c.Of, c.Type, c.Options = p.requirement()
	c.Span = p.from(start)
	return c
}

// requirement parses what follows REQUIRE.
func (p *parser) requirement() (properties []ast.Property, kind, of string, typ *ast.Type, options ast.Expr) {
	parens := p.punct("(")
	properties = p.propertyList()
	if parens {
		p.need(")")
	}
	kind, of, typ = p.constraintKind()
	return properties, kind, of, typ, p.options()
}

// constraintKind parses :: TYPE or IS … of a constraint.
func (p *parser) constraintKind() (kind, of string, typ *ast.Type) {
	colons := p.punct("::")
	if !colons {
		p.needWord("IS")
		of = p.oneOf("NODE", "RELATIONSHIP", "REL")
	}
	switch {
	case colons || p.punct("::") || p.word("TYPED"):
		t := p.typ()
		return "TYPE", of, &t
	case p.word("UNIQUE"):
		return "UNIQUE", of, nil
	case p.word("KEY"):
		return "KEY", of, nil
	case p.words("NOT", "NULL"):
		return "EXISTS", of, nil
	}
	p.unexpected("'UNIQUE', 'KEY', 'NOT NULL', '::' or 'TYPED'")
	return "", "", nil
}
