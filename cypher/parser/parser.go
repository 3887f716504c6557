package parser

import (
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// Limits of a statement's text.
const (
	TextMax  = 1 << 20 // bytes
	DepthMax = 500     // nested expressions and queries
)

// Config are the defaults of the envelope.
type Config struct {
	Version int // language version without a CYPHER prefix: 5 (the zero value) or 25
}

// Parse parses one statement; a trailing semicolon is allowed. The error is a *status.Error.
func Parse(text string, cfg Config) (*ast.Statement, error) {
	if len(text) > TextMax {
		return nil, status.New(status.SyntaxError, "42001", "The statement has %d bytes; the limit is %d. Pass data as parameters.", len(text), TextMax)
	}
	tokens, err := lex(text)
	if err != nil {
		if prefixed25(text) {
			cfg.Version = 25
		}
		return nil, status.InVersion(cfg.Version, err)
	}
	p := &parser{src: text, tokens: tokens, version: cfg.Version}
	if p.version == 0 {
		p.version = 5
	}
	stmt, err := p.statement()
	if err != nil {
		return nil, status.InVersion(p.version, err)
	}
	return stmt, nil
}

// prefixed25 tells whether a text that is no sequence of tokens asks for Cypher 25.
func prefixed25(text string) bool {
	words := strings.Fields(text)
	return len(words) > 1 && strings.EqualFold(words[0], "CYPHER") && words[1] == "25"
}

type parser struct {
	src     string
	tokens  []token
	at      int
	depth   int
	version int
	// inserting: the pattern is that of INSERT.
	inserting bool
	// plain: a pattern that is an expression, in which nothing is quantified.
	plain  bool
	noBar  int // >0: '|' ends a label expression (list comprehension)
	params map[string]struct{}
	// composing: SHOW and TERMINATE are clauses of a query, in which shown are those so far.
	composing bool
	shown     []ast.Command
	after     []ast.Clause // that the clause parsed last brings with it
}

// failure is panicked by the parser's helpers and recovered in statement; it
// never leaves the package.
type failure struct{ err *status.Error }

func (p *parser) statement() (stmt *ast.Statement, err error) {
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(failure)
			if !ok {
				panic(r)
			}
			stmt, err = nil, f.err
		}
	}()
	start := p.peek().start
	s := &ast.Statement{Source: p.src, Version: p.version, Options: map[string]string{}}
	p.envelope(s)
	switch {
	case p.peek().kind == tokEOF:
		p.failBecause(p.peek(), "UnexpectedSyntax", status.Because("42N45", "Unexpected end of input, expected 'CYPHER', 'EXPLAIN', 'PROFILE' or a query."), "Unexpected end of input: expected CYPHER, EXPLAIN, PROFILE or Query")
	case p.version >= 25 && p.isWord("DEFINE") && p.isAnyWordAt(1, "FUNCTION", "PROCEDURE"):
		e := status.New(status.SyntaxError, "51N26", "The DEFINE keyword is not available in this implementation of Cypher due to lack of support for local callables.")
		panic(failure{ast.Locate(e.Explained("The DEFINE keyword is not available. This implementation of Cypher does not support local callables."), p.src, p.peek().start)})
	}
	begin := p.at
	if p.isWord("USE") {
		s.Use, _ = p.clause().(*ast.Use)
	}
	if s.Command = p.command(); s.Command == nil || p.composes(s.Command) {
		p.at, s.Use, s.Command = begin, nil, nil
		s.Query = p.query()
		s.Shown = p.shown
		p.checkConclusion(s.Query)
	}
	semicolons := 0
	for p.punct(";") {
		semicolons++
	}
	if t := p.peek(); t.kind != tokEOF && semicolons > 0 && (p.clauseAhead() || p.isAnyWord("SHOW", "DROP")) {
		p.severalStatements()
	}
	if t := p.peek(); t.kind != tokEOF {
		p.unexpected("a clause or the end of the statement")
	}
	s.Span = ast.Span{Start: start, End: p.lastEnd()}
	for _, t := range p.tokens {
		if at := strings.IndexByte(t.text, '$'); t.kind == tokIdent && at >= 0 && s.Version >= 25 {
			p.failDetail(token{start: t.start + at, end: t.end}, "UnexpectedSyntax", "Invalid input '$': expected the end of a name")
		}
		if t.kind == tokIdent && strings.IndexByte(t.text, '$') >= 0 {
			s.Dollars = append(s.Dollars, ast.Name{Span: ast.Span{Start: t.start, End: t.end}, Value: t.text})
		}
	}
	return s, nil
}

// severalStatements fails because more than one statement was sent at once.
func (p *parser) severalStatements() {
	n := 1
	for i, t := range p.tokens {
		if t.kind == tokPunct && t.text == ";" && p.tokens[i+1].kind != tokEOF {
			n++
		}
	}
	panic(failure{status.New(status.SyntaxError, "50N42", "Expected exactly one statement per query but got: %d (line 0, column 0 (offset: 0))", n)})
}

// envelope reads EXPLAIN, PROFILE and CYPHER [version] [option=value].
func (p *parser) envelope(s *ast.Statement) {
	prefixed := 0 // the version that a prefix gave
	for {
		if s.Explain && s.Profile {
			p.conflicting("execution mode")
		}
		switch {
		case p.word("EXPLAIN"):
			s.Explain = true
		case p.word("PROFILE"):
			s.Profile = true
		case p.isWord("CYPHER"):
			p.at++
			if t := p.peek(); t.kind == tokInt || t.kind == tokFloat {
				switch t.text {
				case "5", "25":
					p.at++
					version := map[string]int{"5": 5, "25": 25}[t.text]
					if prefixed != 0 && prefixed != version {
						p.conflicting("cypher version")
					}
					s.Version, p.version, prefixed = version, version, version
				default:
					p.refuse(status.Because("22N10", "Invalid pre-parser option, specified '%s' is not valid for option 'cypher version'. Valid options are: '5' and '25'.", t.text), "%s is not a valid option for cypher version. Valid options are: 5, 25", t.text)
				}
			}
			for p.peek().kind == tokIdent && p.peekAt(1).text == "=" {
				name := p.take()
				p.at++
				v := p.take()
				if v.kind != tokIdent {
					p.failBecause(v, "", status.Because("42I47", "Parser Error: %s", v.text), "Encountered %q where the value of a pre-parser option must stand.", v.text)
				}
				p.option(s, name, v)
			}
		default:
			return
		}
	}
}

var knownOptions = map[string]string{
	"planner": "cost idp dp", "runtime": "slotted pipelined parallel interpreted legacy", "updatestrategy": "default eager",
	"expressionengine": "default interpreted compiled", "operatorengine": "default interpreted compiled",
	"interpretedpipesfallback": "default disabled whitelisted_plans_only all", "replan": "default force skip",
	"inferschemaparts": "off most_selective_label", "connectcomponentsplanner": "greedy idp", "debug": "", "eageranalyzer": "ir lp",
	"statefulshortestplanningmode": "into_only all_if_possible cardinality_heuristic",
}

func (p *parser) option(s *ast.Statement, name, v token) {
	key := strings.ToLower(name.text)
	values, ok := knownOptions[key]
	if !ok {
		p.refuse(status.Because("22N07", "Invalid pre-parser option(s): '%s'.", name.text), "Unsupported options: %s", name.text)
	}
	value := strings.ToLower(v.text)
	found := values == ""
	for _, w := range strings.Fields(values) {
		found = found || w == value
	}
	if !found {
		all := strings.Fields(values)
		slices.Sort(all)
		p.refuse(status.Because("22N10", "Invalid pre-parser option, specified '%s' is not valid for option '%s'. Valid options are: %s.", v.text, name.text, status.Listed(all, "'", "'", "and")),
			"%s is not a valid option for %s. Valid options are: %s", v.text, name.text, strings.Join(all, ", "))
	}
	if old, ok := s.Options[key]; ok && old != value {
		p.conflicting(name.text)
	}
	s.Options[key] = value
}

// refuse fails because of the envelope of a statement.
func (p *parser) refuse(cause *status.Error, format string, args ...any) {
	panic(failure{status.New(status.ArgumentError, "", format, args...).With("22000", cause)})
}

// conflicting fails because an option of the envelope is given twice.
func (p *parser) conflicting(name string) {
	p.refuse(status.Because("22N09", "Invalid pre-parser option, cannot specify multiple conflicting values for '%s'.", name), "Can't specify multiple conflicting values for %s", name)
}

// --- tokens ---

func (p *parser) peek() token             { return p.tokens[p.at] }
func (p *parser) peekAt(n int) token      { return p.tokens[min(p.at+n, len(p.tokens)-1)] }
func (p *parser) take() token             { t := p.tokens[p.at]; p.advance(); return t }
func (p *parser) lastEnd() int            { return p.tokens[max(p.at-1, 0)].end }
func (p *parser) from(start int) ast.Span { return ast.Span{Start: start, End: p.lastEnd()} }

func (p *parser) advance() {
	if p.at < len(p.tokens)-1 {
		p.at++
	}
}

func (p *parser) isPunct(s string) bool { t := p.peek(); return t.kind == tokPunct && t.text == s }

func (p *parser) punctAt(n int, s string) bool {
	t := p.peekAt(n)
	return t.kind == tokPunct && t.text == s
}

func (p *parser) punct(s string) bool {
	if p.isPunct(s) {
		p.advance()
		return true
	}
	return false
}

func (p *parser) need(s string) token {
	t := p.peek()
	if !p.punct(s) {
		p.unexpected("'" + s + "'")
	}
	return t
}

func (p *parser) isWordAt(n int, w string) bool {
	t := p.peekAt(n)
	return t.kind == tokIdent && len(t.text) == len(w) && strings.EqualFold(t.text, w)
}

func (p *parser) isWord(w string) bool { return p.isWordAt(0, w) }

// isWords tells whether the words follow, the first at the current token.
func (p *parser) isWords(ws ...string) bool {
	for i, w := range ws {
		if !p.isWordAt(i, w) {
			return false
		}
	}
	return true
}

func (p *parser) isAnyWord(ws ...string) bool {
	for _, w := range ws {
		if p.isWord(w) {
			return true
		}
	}
	return false
}

func (p *parser) isAnyWordAt(n int, ws ...string) bool {
	return slices.ContainsFunc(ws, func(w string) bool { return p.isWordAt(n, w) })
}

func (p *parser) word(w string) bool {
	if p.isWord(w) {
		p.advance()
		return true
	}
	return false
}

// words takes all words if they follow in that order.
func (p *parser) words(ws ...string) bool {
	if !p.isWords(ws...) {
		return false
	}
	for range ws {
		p.advance()
	}
	return true
}

// oneOf takes one of the words and tells which, "" if none.
func (p *parser) oneOf(ws ...string) string {
	for _, w := range ws {
		if p.word(w) {
			return w
		}
	}
	return ""
}

func (p *parser) needWord(w string) {
	if !p.word(w) {
		p.unexpected("'" + w + "'")
	}
}

// name takes an identifier, plain or escaped.
func (p *parser) name() ast.Name {
	t := p.peek()
	if t.kind != tokIdent && t.kind != tokEscaped {
		p.unexpected("an identifier")
	}
	p.advance()
	return ast.Name{Span: ast.Span{Start: t.start, End: t.end}, Value: t.text}
}

// token parses the name of a label, a type or a property.
func (p *parser) token() ast.Name {
	n := p.name()
	p.checkToken(n)
	return n
}

func (p *parser) checkToken(n ast.Name) {
	if !graph.ValidName(n.Value) {
		p.failAt(n.Span, "", "'%s' is not a valid token name. Token names cannot be empty or contain any null-bytes.", n.Value)
	}
}

func (p *parser) isName() bool { k := p.peek().kind; return k == tokIdent || k == tokEscaped }

func (p *parser) variable() ast.Name { return p.name() }

// --- errors ---

func (p *parser) fail(t token, format string, args ...any) {
	e := status.New(status.SyntaxError, "50N42", format, args...)
	panic(failure{ast.Locate(e, p.src, t.start)})
}

// failDetail is fail with the openCypher detail word.
func (p *parser) failDetail(t token, detail, format string, args ...any) {
	e := status.New(status.SyntaxError, "50N42", format, args...)
	e.Detail = detail
	panic(failure{ast.Locate(e, p.src, t.start)})
}

// failAt is failDetail at a place that is no token.
func (p *parser) failAt(at ast.Span, detail, format string, args ...any) {
	p.failDetail(token{start: at.Start, end: at.End}, detail, format, args...)
}

// failBecause is failDetail with the GQL cause of a syntax error.
func (p *parser) failBecause(t token, detail string, cause *status.Error, format string, args ...any) {
	e := status.New(status.SyntaxError, "", format, args...).With("42001", cause)
	e.Detail = detail
	panic(failure{ast.Locate(e, p.src, t.start)})
}

func (p *parser) unexpected(expected string) {
	t := p.peek()
	text := p.src[t.start:t.end]
	if t.kind == tokEOF {
		text = ""
	}
	p.failDetail(t, "UnexpectedSyntax", "Invalid input '%s': expected %s", text, expected)
}

func (l *lexer) fail(at int, format string, args ...any) *status.Error {
	return ast.Locate(status.New(status.SyntaxError, "50N42", format, args...), l.src, at)
}

func (p *parser) enter() {
	if p.depth++; p.depth > DepthMax {
		p.fail(p.peek(), "The statement is nested deeper than %d levels; split it up", DepthMax)
	}
}

func (p *parser) leave() { p.depth-- }
