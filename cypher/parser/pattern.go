package parser

import (
	"strconv"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
)

// pattern parses comma-separated path patterns.
func (p *parser) pattern() ast.Pattern {
	start := p.peek().start
	var out ast.Pattern
	for {
		out.Parts = append(out.Parts, p.pathPattern())
		if !p.punct(",") {
			break
		}
	}
	out.Span = p.from(start)
	return out
}

// pathPattern parses [p =] [selector] [mode] path.
func (p *parser) pathPattern() *ast.PathPattern {
	start := p.peek().start
	var v *ast.Name
	if p.isName() && p.punctAt(1, "=") {
		if p.inserting {
			p.failDetail(p.peek(), "UnexpectedSyntax", "Named patterns are not allowed in `INSERT`. Use `CREATE` instead or remove the name.")
		}
		n := p.name()
		p.need("=")
		v = &n
	}
	sel := p.selector()
	mode := ""
	at := p.peek()
	if p.version >= 25 {
		if mode = p.oneOf("WALK", "TRAIL", "ACYCLIC"); mode != "" {
			p.oneOf("PATHS", "PATH")
		}
	}
	var part *ast.PathPattern
	if p.isAnyWord("shortestPath", "allShortestPaths") && p.punctAt(1, "(") {
		part = p.shortestPath()
	} else {
		part = p.pathElements()
	}
	part.Variable, part.Selector, part.Mode, part.ModeAt = v, sel, mode, ast.Span{Start: at.start, End: at.end}
	part.Span = p.from(start)
	return part
}

func (p *parser) selector() *ast.Selector {
	start := p.peek().start
	s := &ast.Selector{}
	count := func() {
		if k := p.peek().kind; k == tokInt || k == tokParam && p.version >= 25 {
			s.Count = p.primary()
		}
	}
	switch {
	case p.words("ALL", "SHORTEST"):
		s.Kind = "ALL SHORTEST"
	case p.words("ANY", "SHORTEST"):
		s.Kind = "ANY SHORTEST"
	case p.word("SHORTEST"):
		s.Kind = "SHORTEST"
		count()
		if t := p.peek(); s.Count == nil && t.kind == tokParam {
			p.failDetail(t, "UnexpectedSyntax", "Invalid input '$': expected 'GROUP', 'GROUPS', 'PATH', 'PATHS' or an integer value")
		}
		if s.Count == nil && p.isPunct("(") {
			p.unexpected("how many paths or groups, 'GROUP' or 'GROUPS'")
		}
	case p.isWord("ANY") && !p.punctAt(1, "="):
		p.advance()
		s.Kind = "ANY"
		count()
	case p.isWord("ALL") && !p.punctAt(1, "="):
		p.advance()
		s.Kind = "ALL"
	default:
		return nil
	}
	p.oneOf("PATHS", "PATH")
	if p.oneOf("GROUPS", "GROUP") != "" {
		s.Kind, s.Groups = "SHORTEST GROUPS", true
	}
	s.Span = p.from(start)
	return s
}

func (p *parser) shortestPath() *ast.PathPattern {
	t := p.take()
	p.need("(")
	part := p.pathElements()
	p.need(")")
	part.Shortest, part.ShortestAt = "shortestPath", t.start
	if strings.EqualFold(t.text, "allShortestPaths") {
		part.Shortest = "allShortestPaths"
	}
	part.Span = p.from(t.start)
	return part
}

// pathElements parses nodes, relationships and quantified paths in a row.
func (p *parser) pathElements() *ast.PathPattern {
	p.enter()
	defer p.leave()
	start := p.peek().start
	part := &ast.PathPattern{}
	joined := false // to a relationship, whose other end must be a node
	for {
		path := !joined && p.quantifiedAhead()
		if joined = false; path {
			part.Elements = append(part.Elements, p.quantifiedPath())
		} else {
			part.Elements = append(part.Elements, p.node())
		}
		switch {
		case p.isPunct("-") || p.isPunct("<"):
			if path {
				p.unexpected("a graph pattern or a node '('")
			}
			part.Elements = append(part.Elements, p.relationship())
			joined = true
		case p.isPunct("("):
		default:
			part.Span = p.from(start)
			return part
		}
	}
}

// plainElements is pathElements for a pattern that is an expression.
func (p *parser) plainElements() *ast.PathPattern {
	defer func(saved bool) { p.plain = saved }(p.plain)
	p.plain = true
	return p.pathElements()
}

// quantifiedAhead tells whether the parenthesis opens a path rather than a node.
func (p *parser) quantifiedAhead() bool {
	if !p.isPunct("(") {
		return false
	}
	n := 1
	if p.peekAt(1).kind != tokPunct && p.punctAt(2, "=") {
		n = 3
	}
	return p.punctAt(n, "(")
}

func (p *parser) quantifiedPath() ast.PatternElement {
	start := p.need("(").start
	q := &ast.QuantifiedPath{Path: p.pathPattern()}
	if p.word("WHERE") {
		q.Path.Where = p.expr()
	}
	p.need(")")
	if r := p.quantifierRange(); r != nil {
		q.Quantifier = *r
	} else {
		q.Quantifier = ast.Range{Span: p.from(start), Min: -1, Max: -1} // a parenthesised path, not repeated
	}
	q.Span = p.from(start)
	return q
}

// quantifierRange parses {m,n}, {n}, + or *; nil when none follows.
func (p *parser) quantifierRange() *ast.Range {
	start := p.peek().start
	r := &ast.Range{Max: -1}
	switch {
	case p.punct("+"):
		r.Min, r.HasMin = 1, true
	case p.punct("*"):
		r.HasMin = true
	case p.isPunct("{") && (p.peekAt(1).kind == tokInt || p.peekAt(1).kind == tokParam || p.punctAt(1, ",")):
		p.advance()
		if p.peek().kind == tokParam {
			p.at-- // only a number may stand here
			open := p.peekAt(1)
			p.failDetail(open, "UnexpectedSyntax", "Invalid input '$': expected a number")
		}
		if p.peek().kind == tokInt {
			r.Min, r.HasMin = p.integer(p.take()), true
		}
		if p.punct(",") {
			if p.peek().kind == tokInt {
				r.Max = p.integer(p.take())
			}
		} else {
			r.Max = r.Min
		}
		p.need("}")
	default:
		return nil
	}
	r.Span = p.from(start)
	return r
}

func (p *parser) node() *ast.NodePattern {
	start := p.need("(").start
	n := &ast.NodePattern{}
	if p.isName() && !(p.isWord("WHERE") && !p.punctAt(1, ":") && !p.punctAt(1, ")")) && !(p.isWord("IS") && !p.punctAt(1, ")") && !p.punctAt(1, ":") && !p.punctAt(1, "{")) {
		v := p.name()
		n.Variable = &v
	}
	n.Labels = p.optionalLabels()
	n.Properties = p.properties()
	if p.word("WHERE") {
		n.Where = p.expr()
	}
	p.need(")")
	n.Span = p.from(start)
	return n
}

func (p *parser) optionalLabels() ast.LabelExpr {
	at := p.peek()
	is := p.isWord("IS")
	if p.punct(":") || p.word("IS") {
		if is && p.version < 25 && p.isAnyWord("NULL", "NOT", "TYPED") {
			p.unexpected("an identifier, '$', '%' or '('")
		}
		saved := p.noBar
		p.noBar = 0
		defer func() { p.noBar = saved }()
		l := p.labelExpr()
		p.checkLabels(l, at)
		return l
	}
	return nil
}

func (p *parser) properties() ast.Expr {
	if p.isPunct("{") {
		m := p.mapLiteral()
		for _, key := range m.(*ast.Map).Keys {
			p.checkToken(key)
		}
		return m
	}
	if t := p.peek(); t.kind == tokParam {
		if p.inserting {
			p.failDetail(t, "UnexpectedSyntax", "Invalid input '$': expected ')', '{' or a label")
		}
		return p.primary()
	}
	return nil
}

func (p *parser) relationship() *ast.RelPattern {
	start := p.peek().start
	r := &ast.RelPattern{Direction: graph.Both}
	left := p.punct("<")
	p.need("-")
	if p.punct("[") {
		if p.isName() && !p.isWord("WHERE") && !(p.isWord("IS") && p.peekAt(1).kind != tokPunct) {
			v := p.name()
			r.Variable = &v
		}
		r.Types = p.optionalLabels()
		if p.inserting && r.Types == nil {
			p.unexpected("':' or 'IS'")
		}
		switch t := p.peek(); {
		case p.isPunct("*"):
			r.Length = p.varLength()
		case t.text == ".." || t.kind == tokInt || t.kind == tokFloat:
			p.failDetail(t, "InvalidRelationshipPattern", "Invalid input '%s': expected '*' before the bounds of a variable length relationship, such as [:TYPE*1..3]", t.text)
		}
		r.Properties = p.properties()
		if p.word("WHERE") {
			r.Where = p.expr()
		}
		p.need("]")
	}
	p.need("-")
	right := p.punct(">")
	switch {
	case left && !right:
		r.Direction = graph.Incoming
	case right && !left:
		r.Direction = graph.Outgoing
	}
	if !p.plain {
		r.Quantifier = p.quantifierRange()
	}
	r.Span = p.from(start)
	return r
}

// varLength parses *, *n, *m..n, *..n and *m...
func (p *parser) varLength() *ast.Range {
	start := p.need("*").start
	r := &ast.Range{Min: 1, Max: -1}
	if p.isPunct("-") && p.peekAt(1).kind == tokInt {
		p.failDetail(p.peek(), "InvalidRelationshipPattern", "Invalid input '-': expected bounds of a variable length relationship that are not negative")
	}
	if p.peek().kind == tokInt {
		r.Min, r.HasMin = p.integer(p.take()), true
		if !p.isPunct("..") {
			r.Max = r.Min
			r.Span = p.from(start)
			return r
		}
	}
	if p.punct("..") {
		if p.peek().kind == tokInt {
			r.Max = p.integer(p.take())
		}
	}
	r.Span = p.from(start)
	return r
}

// labelExpr parses a label expression: | loosest, then & and ':', then !.
func (p *parser) labelExpr() ast.LabelExpr {
	p.enter()
	defer p.leave()
	start := p.peek().start
	first := p.labelAnd()
	if p.noBar > 0 || !p.isPunct("|") {
		return first
	}
	or := &ast.LabelOr{Operands: []ast.LabelExpr{first}}
	for p.isPunct("|") {
		bar := p.take()
		if p.isPunct(":") {
			or.Colons = append(or.Colons, bar.start)
			p.advance()
		}
		or.Operands = append(or.Operands, p.labelAnd())
	}
	or.Span = p.from(start)
	return or
}

func (p *parser) labelAnd() ast.LabelExpr {
	start := p.peek().start
	first := p.labelNot()
	var and *ast.LabelAnd
	for p.isPunct("&") || (p.isPunct(":") && p.labelAhead()) {
		if and == nil {
			and = &ast.LabelAnd{Operands: []ast.LabelExpr{first}}
		}
		and.Colons = and.Colons || p.isPunct(":")
		p.advance()
		and.Operands = append(and.Operands, p.labelNot())
	}
	if and == nil {
		return first
	}
	and.Span = p.from(start)
	return and
}

func (p *parser) labelNot() ast.LabelExpr {
	start := p.peek().start
	switch {
	case p.punct("!"):
		operand := p.labelNot()
		return &ast.LabelNot{Span: p.from(start), Operand: operand}
	case p.punct("%"):
		return &ast.LabelAny{Span: p.from(start)}
	case p.punct("("):
		saved := p.noBar
		p.noBar = 0
		e := p.labelExpr()
		p.noBar = saved
		p.need(")")
		return e
	case p.punct("$"):
		any := p.oneOf("all", "any") == "any"
		p.need("(")
		e := p.expr()
		p.need(")")
		return &ast.LabelDynamic{Span: p.from(start), Expr: e, Any: any}
	case p.peek().kind == tokParam && p.punctAt(1, "(") && (strings.EqualFold(p.peek().text, "all") || strings.EqualFold(p.peek().text, "any")):
		any := strings.EqualFold(p.take().text, "any")
		p.need("(")
		e := p.expr()
		p.need(")")
		return &ast.LabelDynamic{Span: p.from(start), Expr: e, Any: any}
	case p.peek().kind == tokParam:
		t := p.peek()
		p.failDetail(token{start: t.start + 1, end: t.end}, "InvalidParameterUse", "Invalid input '%s': expected '(', 'all' or 'any'", t.text)
	}
	n := p.token()
	return &ast.LabelName{Span: n.Span, Name: n.Value}
}

// typ parses a type name with its synonyms, LIST<…>, unions and NOT NULL.
func (p *parser) typ() ast.Type {
	p.enter()
	defer p.leave()
	start := p.peek().start
	first := p.simpleType()
	if p.noBar > 0 || !p.isPunct("|") {
		return first
	}
	union := ast.Type{Union: []ast.Type{first}}
	for p.punct("|") {
		union.Union = append(union.Union, p.simpleType())
	}
	union.Span = p.from(start)
	for _, t := range union.Union {
		if t.NotNull != union.Union[0].NotNull {
			p.failAt(union.Span, "", "All types in a Closed Dynamic Union must be nullable, or be appended with `NOT NULL`")
		}
	}
	return union
}

// typeNames maps the words of a type to its canonical name, longest first.
var typeNames = []struct{ words, name string }{
	{"TIMESTAMP WITHOUT TIME ZONE", "LOCAL DATETIME"}, {"TIMESTAMP WITH TIME ZONE", "ZONED DATETIME"}, {"TIME WITHOUT TIME ZONE", "LOCAL TIME"}, {"TIME WITH TIME ZONE", "ZONED TIME"},
	{"TIMESTAMP WITHOUT TIMEZONE", "LOCAL DATETIME"}, {"TIMESTAMP WITH TIMEZONE", "ZONED DATETIME"}, {"TIME WITHOUT TIMEZONE", "LOCAL TIME"}, {"TIME WITH TIMEZONE", "ZONED TIME"},
	{"PROPERTY VALUE", "PROPERTY VALUE"}, {"SIGNED INTEGER", "INTEGER"}, {"LOCAL DATETIME", "LOCAL DATETIME"}, {"ZONED DATETIME", "ZONED DATETIME"}, {"LOCAL TIME", "LOCAL TIME"}, {"ZONED TIME", "ZONED TIME"},
	{"ANY PROPERTY VALUE", "PROPERTY VALUE"}, {"ANY VALUE", "ANY"}, {"ANY NODE", "NODE"}, {"ANY RELATIONSHIP", "RELATIONSHIP"}, {"ANY MAP", "MAP"},
	{"BOOLEAN", "BOOLEAN"}, {"BOOL", "BOOLEAN"}, {"STRING", "STRING"}, {"VARCHAR", "STRING"}, {"INTEGER", "INTEGER"}, {"INT", "INTEGER"},
	{"FLOAT", "FLOAT"}, {"DATE", "DATE"}, {"DURATION", "DURATION"}, {"POINT", "POINT"}, {"NODE", "NODE"}, {"VERTEX", "NODE"},
	{"RELATIONSHIP", "RELATIONSHIP"}, {"EDGE", "RELATIONSHIP"}, {"MAP", "MAP"}, {"PATHS", "PATH"}, {"PATH", "PATH"}, {"NULL", "NULL"}, {"NOTHING", "NOTHING"}, {"ANY", "ANY"},
	{"LIST", "LIST"}, {"ARRAY", "LIST"},
}

// coordinateTypes are the names of the types of coordinates of vectors.
var coordinateTypes = map[string]string{
	"INT8": "INTEGER8", "INTEGER8": "INTEGER8", "INT16": "INTEGER16", "INTEGER16": "INTEGER16", "INT32": "INTEGER32", "INTEGER32": "INTEGER32",
	"INT": "INTEGER", "INT64": "INTEGER", "INTEGER": "INTEGER", "INTEGER64": "INTEGER", "FLOAT32": "FLOAT32", "FLOAT": "FLOAT", "FLOAT64": "FLOAT",
}

// vectorType reads the types that only Cypher 25 has: VECTOR, VECTOR<FLOAT>(3), UUID,
// and names with bits; a type without a name is none of them.
func (p *parser) vectorType() (t ast.Type) {
	for word, name := range map[string]string{"UUID": "UUID", "INT64": "INTEGER", "INTEGER64": "INTEGER", "FLOAT64": "FLOAT"} {
		if p.word(word) {
			t.Name = name
			return t
		}
	}
	if !p.word("VECTOR") {
		return t
	}
	t.Name = "VECTOR"
	if p.punct("<") {
		name := coordinateTypes[strings.ToUpper(p.peek().text)]
		if name == "" {
			p.unexpected("a type of coordinates")
		}
		p.advance()
		t.Element = &ast.Type{Name: name}
		p.notNull()
		p.need(">")
	}
	if p.punct("(") {
		n, err := strconv.ParseInt(p.peek().text, 10, 64)
		if err != nil {
			p.unexpected("a dimension")
		}
		p.advance()
		p.need(")")
		t.Dimension = n
	}
	return t
}

func (p *parser) simpleType() ast.Type {
	t := ast.Type{}
	start := p.peek().start
	for _, n := range typeNames {
		if p.words(strings.Fields(n.words)...) {
			t.Name = n.name
			break
		}
	}
	if t.Name == "" && p.version == 25 {
		t = p.vectorType()
	}
	if t.Name == "" {
		p.unexpected("a type such as INTEGER, STRING or LIST<FLOAT>")
	}
	if t.Name == "LIST" || t.Name == "ANY" {
		if p.punct("<") {
			saved := p.noBar
			p.noBar = 0
			element := p.typ()
			p.noBar = saved
			p.need(">")
			if t.Name == "LIST" {
				t.Element = &element
			} else {
				t = element
			}
		}
	}
	if t.Name == "LIST" && t.Element == nil {
		p.unexpected("'<'")
	}
	t.NotNull = p.notNull()
	t.Span = p.from(start)
	for p.isAnyWord("LIST", "ARRAY") {
		p.advance()
		element := t
		t = ast.Type{Name: "LIST", Element: &element, NotNull: p.notNull(), Span: p.from(start)}
	}
	return t
}

func (p *parser) notNull() bool { return p.words("NOT", "NULL") || p.punct("!") }
