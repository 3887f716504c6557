package parser

import (
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
		colon := p.take()
		labels := p.labelExpr()
		p.checkLabels(labels, colon)
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
		case p.version >= 25 && p.word("LABELED") || p.isName() || p.isPunct("!") || p.isPunct("%"):
			is := p.tokens[p.at-1]
			labels := p.labelExpr()
			p.checkLabels(labels, is)
			return &ast.LabelPredicate{Span: p.from(start), Operand: left, Labels: labels, Not: not}
		}
		p.unexpected("'NULL', 'NOT NULL', '::', 'TYPED' or 'NORMALIZED'")
	}
	return nil
}

func (p *parser) labelAhead() bool {
	t := p.peekAt(1)
	dynamic := t.kind == tokParam && (strings.EqualFold(t.text, "any") || strings.EqualFold(t.text, "all")) && p.punctAt(2, "(")
	return dynamic || t.kind == tokIdent || t.kind == tokEscaped || (t.kind == tokPunct && (t.text == "!" || t.text == "%" || t.text == "(" || t.text == "$"))
}

func (p *parser) unary() ast.Expr {
	t := p.peek()
	if t.kind == tokPunct && (t.text == "-" || t.text == "+") {
		p.enter()
		defer p.leave()
		p.advance()
		switch n := p.peek(); {
		case t.text == "-" && n.kind == tokInt && p.minInt(n.text):
			p.advance()
			return p.postfix(&ast.Literal{Span: p.from(t.start), Value: graph.Int(math.MinInt64)}, t.start)
		case p.isPunct("+"):
			p.unexpected("an expression")
		case p.isPunct("-"): // of a number literal alone
			if next := p.peekAt(1); next.kind != tokInt && next.kind != tokFloat {
				p.advance()
				p.unexpected("a number")
			}
		}
		operand := p.unary()
		if lit, ok := operand.(*ast.Literal); ok && t.text == "-" {
			switch lit.Value.Kind() {
			case graph.KindInt:
				if lit.Value.AsInt() == math.MinInt64 {
					break // which overflows when it runs
				}
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
		case p.isPunct(".") && (p.peekAt(1).kind == tokParam || p.punctAt(1, "*")) && !p.punctAt(2, "}") && !p.punctAt(2, ","):
			t := p.peekAt(1)
			p.failDetail(t, "UnexpectedSyntax", "Invalid input '%s': expected a property key", p.src[t.start:t.start+1])
		case p.isPunct(".") && (p.peekAt(1).kind == tokIdent || p.peekAt(1).kind == tokEscaped):
			p.advance()
			key := p.token()
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
