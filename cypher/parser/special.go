package parser

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

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
	if op, prec, width := p.operator(); prec == precComparison || op == ast.OpRegex && prec == precPredicate || op == ast.OpStartsWith || op == ast.OpEndsWith || op == ast.OpContains && p.version >= 25 {
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
	function := p.tokens[p.at-1]
	shaped := func(ok bool) {
		if all && !ok {
			const signature = "allReduce(accumulator :: VARIABLE = initial :: ANY, variable :: VARIABLE IN list :: LIST<ANY> | reducer :: ANY, predicate :: BOOLEAN) :: BOOLEAN"
			p.failBecause(function, "", status.Because("42I51", "The procedure or function allReduce() must have the signature: %s.", signature), "Invalid syntax for the `allReduce` function. The function allReduce must have the signature %s", signature)
		}
	}
	p.need("(")
	if !all && p.version >= 25 && p.isPunct("=") {
		p.unexpected("an expression")
	}
	if !all && !p.punctAt(1, "=") {
		p.fail(function, "reduce(...) requires '| expression' (an accumulation expression)")
	}
	shaped(p.punctAt(1, "="))
	r := &ast.Reduce{Accumulator: p.variable()}
	p.need("=")
	r.Init = p.expr()
	shaped(p.isPunct(","))
	p.need(",")
	shaped(p.isWordAt(1, "IN"))
	r.Variable = p.variable()
	p.needWord("IN")
	p.noBar++
	r.List = p.expr()
	p.noBar--
	shaped(p.isPunct("|"))
	p.need("|")
	r.Expression = p.expr()
	if all {
		shaped(p.isPunct(","))
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
	defer func(noBar int, plain bool) { p.noBar, p.plain = noBar, plain }(p.noBar, p.plain)
	p.noBar, p.plain = 0, false
	p.need("{")
	s := &ast.Subquery{Kind: kind}
	if p.clauseAhead() {
		s.Query = p.query()
	} else {
		qstart := p.peek().start
		if kind == "COLLECT" {
			p.unexpected("a clause")
		}
		m := &ast.Match{Repeatable: p.matchMode()}
		m.Pattern = p.pattern()
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

// trim parses trim([BOTH|LEADING|TRAILING] [char] FROM s) into a call of "trim both" and its like.
func (p *parser) trim() ast.Expr {
	start := p.take().start
	p.need("(")
	name := "trim both"
	switch p.oneOf("BOTH", "LEADING", "TRAILING") {
	case "LEADING":
		name = "trim leading"
	case "TRAILING":
		name = "trim trailing"
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
