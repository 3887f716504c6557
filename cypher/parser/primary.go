package parser

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

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
			p.outOfRange(t, "FloatingPointOverflow", "floating point number is too large")
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
		if next := p.peekAt(1); p.version >= 25 && strings.EqualFold(t.text, "s") && next.kind == tokString && next.start == t.end {
			return p.interpolated()
		}
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
		if !strings.ContainsAny(text, "89") && p.version >= 25 {
			p.failDetail(t, "UnexpectedSyntax", "Invalid input '%s': expected an expression", t.text)
		}
		if !strings.ContainsAny(text, "89") {
			p.failDetail(t, "InvalidNumberLiteral", "The octal integer literal syntax `%s` is no longer supported, please use `0o%s` instead", t.text, strings.TrimPrefix(t.text, "0"))
		}
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		p.outOfRange(t, "IntegerOverflow", "integer is too large")
	case err != nil:
		p.failUnder(t, invalidNumber(p.src[t.start:t.end]))
	}
	return v
}

// invalidNumber is the error of a text that begins with a digit and is no number.
func invalidNumber(text string) *status.Error {
	e := status.New(status.SyntaxError, "50N42", "invalid literal number")
	e.Detail = "InvalidNumberLiteral"
	kind := "decimal"
	switch {
	case strings.HasPrefix(strings.ToLower(text), "0x"):
		kind = "hex"
	case strings.HasPrefix(strings.ToLower(text), "0o"):
		kind = "octal"
	}
	e.In25 = func() *status.Error {
		return e.With("42001", status.Because("42I07", "The given %s integer literal '%s' is invalid.", kind, text))
	}
	return e
}

// quantifierAhead tells whether ( x IN follows the word at hand.
func (p *parser) quantifierAhead() bool {
	return p.punctAt(1, "(") && (p.peekAt(2).kind == tokIdent || p.peekAt(2).kind == tokEscaped) && p.isWordAt(3, "IN")
}

// keywordExpr parses expressions that begin with a keyword; nil when t begins none.
func (p *parser) keywordExpr(t token, span ast.Span) ast.Expr {
	switch strings.ToUpper(t.text) {
	case "TRUE", "FALSE", "NULL", "INF", "INFINITY", "NAN":
		if p.punctAt(1, "(") {
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
		if p.quantifierAhead() {
			return p.quantifier(strings.ToLower(t.text))
		}
	case "REDUCE", "ALLREDUCE":
		if p.punctAt(1, "(") && (p.version >= 25 || strings.EqualFold(t.text, "reduce")) {
			return p.reduce(strings.EqualFold(t.text, "allReduce"))
		}
	case "SHORTESTPATH", "ALLSHORTESTPATHS":
		if p.punctAt(1, "(") {
			part := p.shortestPath()
			return &ast.PatternExpr{Span: part.Span, Pattern: part}
		}
	case "PROPERTY_EXISTS":
		if p.version >= 25 && p.punctAt(1, "(") && (p.peekAt(2).kind == tokIdent || p.peekAt(2).kind == tokEscaped) && p.punctAt(3, ",") {
			return p.propertyExists()
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
			call.Args = append(call.Args, p.argument(name.Value, len(call.Args)))
			if !p.punct(",") {
				break
			}
		}
	}
	p.need(")")
	call.Span = p.from(start)
	return call
}

// keywordArguments are the places of arguments that are words rather than expressions.
var keywordArguments = map[string]int{"normalize": 1, "vector": 2, "vector_distance": 2, "vector_norm": 1, "property_exists": 1}

// argument parses the i-th argument of a function; the form of normalize, the
// type of vector and their like are words.
func (p *parser) argument(function string, i int) ast.Expr {
	at, ok := keywordArguments[strings.ToLower(function)]
	if ok && at == i && strings.EqualFold(function, "normalize") && p.peek().kind == tokIdent && p.punctAt(1, ")") && !p.isAnyWord("NFC", "NFD", "NFKC", "NFKD") {
		t := p.peek()
		e := status.New(status.SyntaxError, "50N42", "Invalid normal form, expected NFC, NFD, NFKC, NFKD")
		e.In25 = func() *status.Error {
			return e.With("42001", status.Because("42N49", "Unknown Normal Form: '%s'.", p.src[t.start:t.end]))
		}
		p.failUnder(t, e)
	}
	if ok && at == i && p.peek().kind == tokIdent && p.punctAt(1, ")") && !p.isWord("null") && (p.version == 25 || at == 1 && strings.EqualFold(function, "normalize")) {
		t := p.take()
		text := t.text
		if !strings.EqualFold(function, "property_exists") {
			text = strings.ToUpper(text)
		}
		return &ast.Literal{Span: p.from(t.start), Value: graph.String(text)}
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
// pattern that a relationship follows, rather than an operand of minus.
func (p *parser) patternAhead(n int) bool {
	if !p.nodeAhead(n) {
		return false
	}
	n = p.closing(n) + 1
	if p.punctAt(n, "<") {
		n++
	}
	if !p.punctAt(n, "-") {
		return false
	}
	if p.punctAt(n+1, "[") {
		return p.relationshipAhead(n + 1)
	}
	return p.punctAt(n+1, "-") && (p.punctAt(n+2, ">") || p.nodeAhead(n+2))
}

// closing counts the tokens up to the one that closes the bracket n tokens ahead; -1 if none does.
func (p *parser) closing(n int) int {
	if m := p.peekAt(n).match; m > 0 {
		return m - p.at
	}
	return -1
}

// nodeAhead tells whether n tokens ahead stands what may be a node pattern.
func (p *parser) nodeAhead(n int) bool {
	if !p.punctAt(n, "(") || p.closing(n) < 0 {
		return false
	}
	n = p.pastName(n + 1)
	return p.punctAt(n, ")") || p.contentAhead(n)
}

// relationshipAhead tells whether the bracket n tokens ahead opens a relationship pattern, rather than a list.
func (p *parser) relationshipAhead(n int) bool {
	inner := p.pastName(n + 1)
	if p.punctAt(inner, "]") || p.punctAt(inner, "{") {
		return p.closing(n) > 0 && p.punctAt(p.closing(n)+1, "-")
	}
	return p.punctAt(inner, "*") || p.contentAhead(inner)
}

// contentAhead tells whether n tokens ahead begins what stands behind the variable of a pattern.
func (p *parser) contentAhead(n int) bool {
	t := p.peekAt(n)
	return p.punctAt(n, ":") || p.punctAt(n, "{") || t.kind == tokIdent && (strings.EqualFold(t.text, "WHERE") || strings.EqualFold(t.text, "IS"))
}

// pastName skips the name that may stand n tokens ahead.
func (p *parser) pastName(n int) int {
	if k := p.peekAt(n).kind; k == tokIdent || k == tokEscaped {
		return n + 1
	}
	return n
}

func (p *parser) patternExpr() ast.Expr {
	path := p.plainElements()
	return &ast.PatternExpr{Span: path.Span, Pattern: path}
}

// outOfRange fails because of a number that no value can hold.
func (p *parser) outOfRange(t token, detail, message string) {
	e := status.New(status.SyntaxError, "22003", "%s", message).Explained("The numeric value " + p.src[t.start:t.end] + " is outside the required range.")
	e.Detail = detail
	panic(failure{ast.Locate(e, p.src, t.start)})
}
