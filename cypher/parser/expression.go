package parser

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
)

// Binding powers, loosest first.
const (
	precOr = iota + 1
	precXor
	precAnd
	precNot
	precComparison
	precPredicate
	precAdd
	precMultiply
	precPower
)

// expr parses an expression.
func (p *parser) expr() ast.Expr { return p.binary(precOr) }

func (p *parser) binary(min int) ast.Expr {
	p.enter()
	defer p.leave()
	start := p.peek().start
	var left ast.Expr
	if min <= precNot && p.isWord("NOT") && !p.punctAt(1, ".") {
		p.advance()
		operand := p.binary(precNot)
		left = &ast.Unary{Span: p.from(start), Op: ast.OpNot, Operand: operand}
		min = max(min, precOr)
		return p.climb(left, start, min, precAnd)
	}
	left = p.unary()
	return p.climb(left, start, min, precPower)
}

// climb extends left by operators whose power lies in min..most.
func (p *parser) climb(left ast.Expr, start, min, most int) ast.Expr {
	for {
		op, prec, width := p.operator()
		if prec == 0 || prec < min || prec > most {
			if prec := p.postPredicate(&left, start, min, most); prec {
				continue
			}
			return left
		}
		for range width {
			p.advance()
		}
		switch prec {
		case precComparison:
			left = p.comparison(left, op, start)
		default:
			right := p.binary(prec + 1)
			left = &ast.Binary{Span: p.from(start), Op: op, Left: left, Right: right}
		}
	}
}

func (p *parser) comparison(left ast.Expr, op ast.Op, start int) ast.Expr {
	c := &ast.Comparison{Operands: []ast.Expr{left}, Ops: []ast.Op{op}}
	for {
		c.Operands = append(c.Operands, p.binary(precPredicate))
		next, prec, width := p.operator()
		if prec != precComparison {
			break
		}
		for range width {
			p.advance()
		}
		c.Ops = append(c.Ops, next)
	}
	c.Span = p.from(start)
	return c
}

// operator tells the binary operator at the current token, its power (0: none) and its width in tokens.
func (p *parser) operator() (ast.Op, int, int) {
	t := p.peek()
	switch t.kind {
	case tokPunct:
		switch t.text {
		case "=":
			return ast.OpEqual, precComparison, 1
		case "<>":
			return ast.OpNotEqual, precComparison, 1
		case "!=":
			p.fail(t, "Unknown operation '!=' (you probably meant to use '<>', which is the operator for inequality testing)")
		case "<":
			return ast.OpLess, precComparison, 1
		case "<=":
			return ast.OpLessEqual, precComparison, 1
		case ">":
			return ast.OpGreater, precComparison, 1
		case ">=":
			return ast.OpGreaterEqual, precComparison, 1
		case "=~":
			return ast.OpRegex, precPredicate, 1
		case "+":
			return ast.OpAdd, precAdd, 1
		case "-":
			return ast.OpSubtract, precAdd, 1
		case "||":
			return ast.OpConcat, precAdd, 1
		case "*":
			return ast.OpMultiply, precMultiply, 1
		case "/":
			return ast.OpDivide, precMultiply, 1
		case "%":
			return ast.OpModulo, precMultiply, 1
		case "^":
			return ast.OpPower, precPower, 1
		}
	case tokIdent:
		switch {
		case p.isWord("OR"):
			return ast.OpOr, precOr, 1
		case p.isWord("XOR"):
			return ast.OpXor, precXor, 1
		case p.isWord("AND"):
			return ast.OpAnd, precAnd, 1
		case p.isWord("IN"):
			return ast.OpIn, precPredicate, 1
		case p.isWord("CONTAINS"):
			return ast.OpContains, precPredicate, 1
		case p.isWords("STARTS", "WITH"):
			return ast.OpStartsWith, precPredicate, 2
		case p.isWords("ENDS", "WITH"):
			return ast.OpEndsWith, precPredicate, 2
		}
	}
	return 0, 0, 0
}

// postPredicate extends *left by IS …, :: or :Label at predicate power.
func (p *parser) postPredicate(left *ast.Expr, start, min, most int) bool {
	if min > precPredicate || most < precPredicate {
		return false
	}
	if e := p.isPredicate(*left, start); e != nil {
		*left = e
		return true
	}
	return false
}

// isPredicate parses what may follow an operand without an operator of its own;
// nil when nothing does.
func (p *parser) isPredicate(left ast.Expr, start int) ast.Expr {
	switch {
	case p.isPunct("::"):
		p.advance()
		t := p.typ()
		return &ast.TypePredicate{Span: p.from(start), Operand: left, Type: t}
	case p.isPunct(":") && p.labelAhead():
		p.advance()
		labels := p.labelExpr()
		return &ast.LabelPredicate{Span: p.from(start), Operand: left, Labels: labels}
	case p.isWord("IS"):
		p.advance()
		not := p.word("NOT")
		switch {
		case p.word("NULL"):
			return &ast.IsNull{Span: p.from(start), Operand: left, Not: not}
		case p.punct("::") || p.word("TYPED"):
			t := p.typ()
			return &ast.TypePredicate{Span: p.from(start), Operand: left, Type: t, Not: not}
		case p.isAnyWord("NFC", "NFD", "NFKC", "NFKD") && p.isWordAt(1, "NORMALIZED"):
			form := strings.ToUpper(p.take().text)
			p.advance()
			return &ast.IsNormalized{Span: p.from(start), Operand: left, Form: form, Not: not}
		case p.word("NORMALIZED"):
			return &ast.IsNormalized{Span: p.from(start), Operand: left, Form: "NFC", Not: not}
		case p.word("LABELED") || p.isName() || p.isPunct("!") || p.isPunct("%"):
			labels := p.labelExpr()
			return &ast.LabelPredicate{Span: p.from(start), Operand: left, Labels: labels, Not: not}
		}
		p.unexpected("'NULL', 'NOT NULL', '::', 'TYPED' or 'NORMALIZED'")
	}
	return nil
}

func (p *parser) labelAhead() bool {
	t := p.peekAt(1)
	return t.kind == tokIdent || t.kind == tokEscaped || (t.kind == tokPunct && (t.text == "!" || t.text == "%" || t.text == "(" || t.text == "$"))
}

func (p *parser) unary() ast.Expr {
	t := p.peek()
	if t.kind == tokPunct && (t.text == "-" || t.text == "+") {
		p.enter()
		defer p.leave()
		p.advance()
		if n := p.peek(); t.text == "-" && n.kind == tokInt && p.minInt(n.text) {
			p.advance()
			return p.postfix(&ast.Literal{Span: p.from(t.start), Value: graph.Int(math.MinInt64)}, t.start)
		}
		operand := p.unary()
		if lit, ok := operand.(*ast.Literal); ok && t.text == "-" {
			switch lit.Value.Kind() {
			case graph.KindInt:
				return &ast.Literal{Span: p.from(t.start), Value: graph.Int(-lit.Value.AsInt())}
			case graph.KindFloat:
				return &ast.Literal{Span: p.from(t.start), Value: graph.Float(-lit.Value.AsFloat())}
			}
		}
		op := ast.OpNegate
		if t.text == "+" {
			op = ast.OpPlus
		}
		return &ast.Unary{Span: p.from(t.start), Op: op, Operand: operand}
	}
	return p.postfix(p.primary(), t.start)
}

func (p *parser) minInt(text string) bool {
	v, err := strconv.ParseUint(strings.ReplaceAll(text, "_", ""), 0, 64)
	return err == nil && v == 1<<63
}

// postfix extends e by .key, [index] and [from..to].
func (p *parser) postfix(e ast.Expr, start int) ast.Expr {
	for {
		switch {
		case p.isPunct(".") && (p.peekAt(1).kind == tokIdent || p.peekAt(1).kind == tokEscaped):
			p.advance()
			key := p.name()
			e = &ast.Property{Span: p.from(start), Subject: e, Key: key}
		case p.isPunct("["):
			p.advance()
			e = p.subscript(e, start)
		default:
			return e
		}
	}
}

func (p *parser) subscript(e ast.Expr, start int) ast.Expr {
	var from ast.Expr
	if !p.isPunct("..") {
		from = p.expr()
		if p.punct("]") {
			return &ast.Index{Span: p.from(start), Subject: e, Index: from}
		}
	}
	p.need("..")
	var to ast.Expr
	if !p.isPunct("]") {
		to = p.expr()
	}
	p.need("]")
	return &ast.Slice{Span: p.from(start), Subject: e, From: from, To: to}
}

func (p *parser) primary() ast.Expr {
	t := p.peek()
	span := ast.Span{Start: t.start, End: t.end}
	switch t.kind {
	case tokInt:
		p.advance()
		return &ast.Literal{Span: span, Value: graph.Int(p.integer(t))}
	case tokFloat:
		p.advance()
		f, err := strconv.ParseFloat(strings.ReplaceAll(t.text, "_", ""), 64)
		if err != nil && math.IsInf(f, 0) {
			p.failDetail(t, "FloatingPointOverflow", "floating point number is too large")
		}
		return &ast.Literal{Span: span, Value: graph.Float(f)}
	case tokString:
		p.advance()
		return &ast.Literal{Span: span, Value: graph.String(t.text)}
	case tokParam:
		p.advance()
		return &ast.Parameter{Span: span, Name: t.text}
	case tokPunct:
		switch t.text {
		case "(":
			return p.parenthesised()
		case "[":
			return p.bracketed()
		case "{":
			return p.mapLiteral()
		}
	case tokEscaped:
		return p.nameOrCall()
	case tokIdent:
		if e := p.keywordExpr(t, span); e != nil {
			return e
		}
		return p.nameOrCall()
	}
	p.unexpected("an expression")
	return nil
}

// integer reads a decimal, 0x or 0o literal.
func (p *parser) integer(t token) int64 {
	text := strings.ReplaceAll(t.text, "_", "")
	base := text
	v, err := strconv.ParseInt(base, 0, 64)
	if len(text) > 1 && text[0] == '0' && isDigit(text[1]) {
		v, err = strconv.ParseInt(strings.TrimLeft(text[:len(text)-1], "0")+text[len(text)-1:], 10, 64)
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		p.failDetail(t, "IntegerOverflow", "integer is too large")
	case err != nil:
		p.failDetail(t, "InvalidNumberLiteral", "Invalid input '%s': not a number", t.text)
	}
	return v
}

// keywordExpr parses expressions that begin with a keyword; nil when t begins none.
func (p *parser) keywordExpr(t token, span ast.Span) ast.Expr {
	switch strings.ToUpper(t.text) {
	case "TRUE", "FALSE", "NULL", "INF", "INFINITY", "NAN":
		if p.punctAt(1, "(") || p.punctAt(1, ".") {
			return nil
		}
		p.advance()
		return &ast.Literal{Span: span, Value: constants[strings.ToUpper(t.text)]}
	case "CASE":
		if p.punctAt(1, ".") || p.punctAt(1, ")") || p.punctAt(1, ",") {
			return nil
		}
		return p.caseExpr()
	case "EXISTS", "COUNT", "COLLECT":
		if p.punctAt(1, "{") {
			return p.subquery(strings.ToUpper(t.text))
		}
		if strings.EqualFold(t.text, "EXISTS") && p.punctAt(1, "(") && p.patternAhead(2) {
			p.advance()
			p.advance()
			e := p.patternExpr()
			p.need(")")
			return &ast.Call{Span: p.from(t.start), Name: ast.Name{Span: span, Value: "exists"}, Args: []ast.Expr{e}}
		}
	case "ALL", "ANY", "NONE", "SINGLE":
		if p.punctAt(1, "(") && (p.peekAt(2).kind == tokIdent || p.peekAt(2).kind == tokEscaped) && p.isWordAt(3, "IN") {
			return p.quantifier(strings.ToLower(t.text))
		}
	case "REDUCE", "ALLREDUCE":
		if p.punctAt(1, "(") {
			return p.reduce(strings.EqualFold(t.text, "allReduce"))
		}
	case "SHORTESTPATH", "ALLSHORTESTPATHS":
		if p.punctAt(1, "(") {
			part := p.shortestPath()
			return &ast.PatternExpr{Span: part.Span, Pattern: part}
		}
	case "TRIM":
		if p.punctAt(1, "(") && p.trimAhead() {
			return p.trim()
		}
	}
	return nil
}

var constants = map[string]graph.Value{
	"TRUE": graph.True, "FALSE": graph.False, "NULL": graph.Null,
	"INF": graph.Float(math.Inf(1)), "INFINITY": graph.Float(math.Inf(1)), "NAN": graph.Float(math.NaN()),
}

// nameOrCall parses a variable, or a function call with its dotted name.
func (p *parser) nameOrCall() ast.Expr {
	start := p.peek().start
	n := 1
	for p.punctAt(n, ".") && (p.peekAt(n+1).kind == tokIdent || p.peekAt(n+1).kind == tokEscaped) {
		n += 2
	}
	if !p.punctAt(n, "(") {
		v := p.name()
		if p.isPunct("{") {
			if e := p.mapProjection(v); e != nil {
				return e
			}
		}
		return &ast.Variable{Span: v.Span, Name: v.Value}
	}
	name := p.dottedName()
	call := &ast.Call{Name: name}
	p.need("(")
	switch {
	case p.isPunct("*") && p.punctAt(1, ")"):
		p.advance()
		call.Star = true
	case !p.isPunct(")"):
		if p.isWord("DISTINCT") && !p.punctAt(1, ")") && !p.punctAt(1, ",") {
			p.advance()
			call.Distinct = true
		} else if p.isWord("ALL") && !p.punctAt(1, "(") && !p.punctAt(1, ")") && !p.punctAt(1, ",") {
			p.advance()
		}
		for {
			call.Args = append(call.Args, p.argument(name.Value))
			if !p.punct(",") {
				break
			}
		}
	}
	p.need(")")
	call.Span = p.from(start)
	return call
}

// argument parses one function argument; normalize's form is a keyword.
func (p *parser) argument(function string) ast.Expr {
	if strings.EqualFold(function, "normalize") && p.isAnyWord("NFC", "NFD", "NFKC", "NFKD") && p.punctAt(1, ")") {
		t := p.take()
		return &ast.Literal{Span: p.from(t.start), Value: graph.String(strings.ToUpper(t.text))}
	}
	return p.expr()
}

func (p *parser) dottedName() ast.Name {
	start := p.peek().start
	parts := []string{p.name().Value}
	for p.isPunct(".") {
		p.advance()
		parts = append(parts, p.name().Value)
	}
	return ast.Name{Span: p.from(start), Value: strings.Join(parts, ".")}
}

func (p *parser) parenthesised() ast.Expr {
	if p.patternAhead(0) {
		return p.patternExpr()
	}
	p.need("(")
	saved := p.noBar
	p.noBar = 0
	e := p.expr()
	p.noBar = saved
	p.need(")")
	return e
}

// patternAhead tells whether the parenthesis n tokens ahead opens a node
// pattern that a relationship follows.
func (p *parser) patternAhead(n int) bool {
	open := p.peekAt(n)
	if open.kind != tokPunct || open.text != "(" || open.match == 0 {
		return false
	}
	inner := p.at + n + 1
	if t := p.tokens[inner]; t.kind == tokIdent || t.kind == tokEscaped {
		inner++
	}
	t := p.tokens[inner]
	node := (t.kind == tokPunct && (t.text == ")" || t.text == ":" || t.text == "{")) || (t.kind == tokIdent && (strings.EqualFold(t.text, "WHERE") || strings.EqualFold(t.text, "IS")))
	if !node {
		return false
	}
	after := func(i int, s string) bool {
		j := open.match + i
		return j < len(p.tokens) && p.tokens[j].kind == tokPunct && p.tokens[j].text == s
	}
	switch {
	case after(1, "-") && (after(2, "[") || after(2, "-")):
		return true
	case after(1, "<") && after(2, "-") && (after(3, "[") || after(3, "-")):
		return true
	}
	return false
}

func (p *parser) patternExpr() ast.Expr {
	path := p.pathElements()
	return &ast.PatternExpr{Span: path.Span, Pattern: path}
}

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
		path := p.pathElements()
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
// both are comprehensions in Cypher except when a comma follows at this depth.
func (p *parser) bracketIsList() bool {
	for i := p.at; i < len(p.tokens); i++ {
		t := p.tokens[i]
		if t.kind == tokEOF {
			return false
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
			return true
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
	c := &ast.PatternComprehension{Variable: v, Pattern: p.pathElements()}
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
			key := p.name()
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

func (p *parser) caseExpr() ast.Expr {
	start := p.take().start
	c := &ast.Case{}
	if !p.isWord("WHEN") {
		c.Subject = p.expr()
	}
	for p.isWord("WHEN") {
		wstart := p.take().start
		var w ast.CaseWhen
		for {
			w.Conditions = append(w.Conditions, p.caseCondition(c.Subject != nil))
			if c.Subject == nil || !p.punct(",") {
				break
			}
		}
		p.needWord("THEN")
		w.Then = p.expr()
		w.Span = p.from(wstart)
		c.Whens = append(c.Whens, w)
	}
	if len(c.Whens) == 0 {
		p.unexpected("'WHEN'")
	}
	if p.word("ELSE") {
		c.Else = p.expr()
	}
	p.needWord("END")
	c.Span = p.from(start)
	return c
}

// caseCondition parses one alternative of WHEN; in a simple CASE it may be a
// predicate without its left operand.
func (p *parser) caseCondition(simple bool) ast.Expr {
	if !simple {
		return p.expr()
	}
	start := p.peek().start
	operand := &ast.CaseOperand{Span: ast.Span{Start: start, End: start}}
	if op, prec, width := p.operator(); prec == precComparison || op == ast.OpRegex && prec == precPredicate || op == ast.OpStartsWith || op == ast.OpEndsWith {
		for range width {
			p.advance()
		}
		right := p.binary(precPredicate)
		if prec == precComparison {
			return &ast.Comparison{Span: p.from(start), Operands: []ast.Expr{operand, right}, Ops: []ast.Op{op}}
		}
		return &ast.Binary{Span: p.from(start), Op: op, Left: operand, Right: right}
	}
	if p.isPunct("::") || p.isWord("IS") && (p.isWordAt(1, "NULL") || p.isWordAt(1, "NOT") || p.isWordAt(1, "TYPED") || p.isWordAt(1, "NORMALIZED") || p.isWordAt(2, "NORMALIZED") || p.punctAt(1, "::")) {
		return p.isPredicate(operand, start)
	}
	return p.expr()
}

func (p *parser) quantifier(kind string) ast.Expr {
	start := p.take().start
	p.need("(")
	q := &ast.Quantifier{Kind: kind, Variable: p.variable()}
	p.needWord("IN")
	q.List = p.expr()
	if p.word("WHERE") {
		q.Predicate = p.expr()
	}
	p.need(")")
	q.Span = p.from(start)
	return q
}

func (p *parser) reduce(all bool) ast.Expr {
	start := p.take().start
	p.need("(")
	r := &ast.Reduce{Accumulator: p.variable()}
	p.need("=")
	r.Init = p.expr()
	p.need(",")
	r.Variable = p.variable()
	p.needWord("IN")
	p.noBar++
	r.List = p.expr()
	p.noBar--
	p.need("|")
	r.Expression = p.expr()
	if all {
		p.need(",")
		r.AllPredicate = p.expr()
	}
	p.need(")")
	r.Span = p.from(start)
	return r
}

func (p *parser) subquery(kind string) ast.Expr {
	start := p.take().start
	p.enter()
	defer p.leave()
	saved := p.noBar
	p.noBar = 0
	defer func() { p.noBar = saved }()
	p.need("{")
	s := &ast.Subquery{Kind: kind}
	if p.clauseAhead() {
		s.Query = p.query()
	} else {
		qstart := p.peek().start
		m := &ast.Match{Pattern: p.pattern()}
		if p.word("WHERE") {
			m.Where = p.expr()
		}
		m.Span = p.from(qstart)
		s.Query = &ast.Query{Span: m.Span, Parts: []*ast.SingleQuery{{Span: m.Span, Clauses: []ast.Clause{m}}}}
	}
	p.need("}")
	s.Span = p.from(start)
	return s
}

func (p *parser) trimAhead() bool {
	if p.isWordAt(2, "BOTH") || p.isWordAt(2, "LEADING") || p.isWordAt(2, "TRAILING") {
		return true
	}
	// trim(x FROM s)
	end := p.peekAt(1).match
	depth := 0
	for i := p.at + 2; i < end; i++ {
		t := p.tokens[i]
		switch {
		case t.kind == tokPunct && (t.text == "(" || t.text == "[" || t.text == "{"):
			depth++
		case t.kind == tokPunct && (t.text == ")" || t.text == "]" || t.text == "}"):
			depth--
		case depth == 0 && t.kind == tokIdent && strings.EqualFold(t.text, "FROM"):
			return true
		}
	}
	return false
}

// trim parses trim([BOTH|LEADING|TRAILING] [chars] FROM s) into btrim, ltrim or rtrim.
func (p *parser) trim() ast.Expr {
	start := p.take().start
	p.need("(")
	name := "btrim"
	switch p.oneOf("BOTH", "LEADING", "TRAILING") {
	case "LEADING":
		name = "ltrim"
	case "TRAILING":
		name = "rtrim"
	}
	var chars ast.Expr
	if !p.isWord("FROM") {
		chars = p.expr()
	}
	p.needWord("FROM")
	args := []ast.Expr{p.expr()}
	if chars != nil {
		args = append(args, chars)
	}
	p.need(")")
	span := p.from(start)
	return &ast.Call{Span: span, Name: ast.Name{Span: span, Value: name}, Args: args}
}
