package fulltext

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError is a query that is not in the query language.
type SyntaxError struct {
	Found  string // as the message quotes it
	Column int    // in characters from 0
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("Encountered \"%s\" at line 1, column %d.", e.Found, e.Column)
}

// TextQuerySyntax tells this error from others.
func (e *SyntaxError) TextQuerySyntax() {}

// occur says what a clause means for a match.
type occur uint8

const (
	should occur = iota
	must
	mustNot
)

// A query is a parsed query. field is "" for all fields.
type query interface{}

type (
	boolean struct {
		clauses []clause
	}
	clause struct {
		occur occur
		query query
	}
	boosted struct {
		query query
		boost float32
	}
	terms struct { // of one word, which the analyzer may split
		field, text string
	}
	phrase struct {
		field, text string
		slop        int
	}
	fuzzy struct {
		field, text string
		edits       float64 // a number of edits, or a similarity below 1
	}
	wildcard struct {
		field, pattern string // ? and *, escaped by \
	}
	regex struct {
		field, pattern string
	}
	between struct {
		field, low, high  string // "*" is open
		lowIncl, highIncl bool
	}
	everything struct{}
)

// depthMax bounds how deep queries nest.
const depthMax = 200

// Parse reads a query in Lucene's classic syntax: words, "phrases"~2, AND OR NOT
// && || ! + -, field:, w?ldc*rds, fuzzy~1, /regular expressions/, [a TO b],
// {a TO b}, boosts^2 and parentheses.
func Parse(text string) (query, error) {
	p := &parser{text: text}
	q, err := p.query("", 0)
	if err != nil {
		return nil, err
	}
	if p.skip(); p.at < len(p.text) {
		return nil, p.unexpected()
	}
	return q, nil
}

type parser struct {
	text string
	at   int
}

func (p *parser) skip() {
	for p.at < len(p.text) {
		switch r, n := utf8.DecodeRuneInString(p.text[p.at:]); r {
		case ' ', '\t', '\n', '\r', '\u3000':
			p.at += n
		default:
			return
		}
	}
}

func (p *parser) unexpected() error {
	p.skip()
	column := utf8.RuneCountInString(p.text[:p.at])
	if p.at >= len(p.text) {
		return &SyntaxError{"<EOF>", column}
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return &SyntaxError{fmt.Sprintf(" \"%c\" \"%c \"\"", r, r), column}
}

func (p *parser) has(s string) bool { return strings.HasPrefix(p.text[p.at:], s) }

func (p *parser) eat(s string) bool {
	if p.has(s) {
		p.at += len(s)
		return true
	}
	return false
}

// word eats a word that stands alone.
func (p *parser) word(s string) bool {
	if !p.has(s) {
		return false
	}
	if rest := p.text[p.at+len(s):]; rest != "" && p.termChar(rest, false) > 0 {
		return false
	}
	p.at += len(s)
	return true
}

func (p *parser) conjunction() string {
	p.skip()
	switch {
	case p.word("AND"), p.eat("&&"):
		return "AND"
	case p.word("OR"), p.eat("||"):
		return "OR"
	}
	return ""
}

func (p *parser) modifier() occur {
	p.skip()
	switch {
	case p.eat("+"):
		return must
	case p.eat("-"), p.eat("!"), p.word("NOT"):
		return mustNot
	}
	return should
}

func (p *parser) query(field string, depth int) (query, error) {
	if depth > depthMax {
		return nil, p.unexpected()
	}
	var out boolean
	for first := true; ; first = false {
		conj := ""
		if p.skip(); !first {
			if p.at >= len(p.text) || p.has(")") {
				break
			}
			conj = p.conjunction()
		}
		mods := p.modifier()
		q, err := p.clause(field, depth)
		if err != nil {
			return nil, err
		}
		out.add(conj, mods, q)
	}
	if len(out.clauses) == 1 && out.clauses[0].occur == should {
		return out.clauses[0].query, nil
	}
	return out, nil
}

// add joins a clause as Lucene does when OR is the default.
func (q *boolean) add(conj string, mods occur, c query) {
	if n := len(q.clauses); n > 0 && conj == "AND" && q.clauses[n-1].occur != mustNot {
		q.clauses[n-1].occur = must
	}
	if c == nil {
		return
	}
	if mods == should && conj == "AND" {
		mods = must
	}
	q.clauses = append(q.clauses, clause{mods, c})
}

func (p *parser) clause(field string, depth int) (query, error) {
	p.skip()
	start := p.at
	if name, ok := p.term(); ok && p.eat(":") {
		field = unescape(name)
	} else {
		p.at = start
		if p.eat("*:") {
			if p.skip(); p.eat("*") {
				return p.boost(everything{})
			}
			field = ""
		}
	}
	p.skip()
	switch {
	case p.eat("("):
		q, err := p.query(field, depth+1)
		if err != nil {
			return nil, err
		}
		if p.skip(); !p.eat(")") {
			return nil, p.unexpected()
		}
		return p.boost(q)
	case p.has("["), p.has("{"):
		return p.between(field)
	case p.has("\""):
		return p.quoted(field)
	case p.has("/"):
		end := strings.IndexByte(p.text[p.at+1:], '/')
		if end < 0 {
			return nil, p.unexpected()
		}
		pattern := p.text[p.at+1 : p.at+1+end]
		p.at += end + 2
		return p.boost(regex{field, pattern})
	}
	return p.single(field)
}

// single parses a word, wildcard or fuzzy word.
func (p *parser) single(field string) (query, error) {
	start := p.at
	wild := false
	for p.at < len(p.text) {
		if p.has("*") || p.has("?") {
			wild = true
			p.at++
			continue
		}
		n := p.termChar(p.text[p.at:], p.at == start)
		if n == 0 {
			break
		}
		p.at += n
	}
	if p.at == start {
		return nil, p.unexpected()
	}
	text := p.text[start:p.at]
	if text == "AND" || text == "OR" || text == "NOT" {
		p.at = start
		return nil, p.unexpected()
	}
	switch {
	case wild:
		return p.boost(wildcard{field, text})
	case p.eat("~"):
		edits := 2.0
		if n := p.number(); n != "" {
			edits, _ = strconv.ParseFloat(n, 64)
		}
		return p.boost(fuzzy{field, unescape(text), edits})
	}
	return p.boost(terms{field, unescape(text)})
}

func (p *parser) quoted(field string) (query, error) {
	start := p.at + 1
	for i := start; i < len(p.text); i++ {
		switch p.text[i] {
		case '\\':
			i++
		case '"':
			text := unescape(p.text[start:i])
			p.at = i + 1
			slop := 0
			if p.eat("~") {
				f, _ := strconv.ParseFloat(p.number(), 64)
				slop = int(f)
			}
			return p.boost(phrase{field, text, slop})
		}
	}
	return nil, p.unexpected()
}

func (p *parser) between(field string) (query, error) {
	q := between{field: field, lowIncl: p.text[p.at] == '['}
	p.at++
	var err error
	if q.low, err = p.bound(); err != nil {
		return nil, err
	}
	if p.skip(); !p.eat("TO") {
		return nil, p.unexpected()
	}
	if q.high, err = p.bound(); err != nil {
		return nil, err
	}
	p.skip()
	if q.highIncl = p.has("]"); !q.highIncl && !p.has("}") {
		return nil, p.unexpected()
	}
	p.at++
	return p.boost(q)
}

func (p *parser) bound() (string, error) {
	p.skip()
	start := p.at
	if p.eat("\"") {
		if end := strings.IndexByte(p.text[p.at:], '"'); end >= 0 {
			p.at += end + 1
			return unescape(p.text[start+1 : p.at-1]), nil
		}
		p.at = start
		return "", p.unexpected()
	}
	for p.at < len(p.text) && !strings.ContainsRune(" \t\n\r]}", rune(p.text[p.at])) {
		p.at++
	}
	if p.at == start {
		return "", p.unexpected()
	}
	return unescape(p.text[start:p.at]), nil
}

// boost parses the ^number after a clause.
func (p *parser) boost(q query) (query, error) {
	if !p.eat("^") {
		return q, nil
	}
	n := p.number()
	if n == "" {
		return nil, p.unexpected()
	}
	f, err := strconv.ParseFloat(n, 32)
	if err != nil {
		return nil, p.unexpected()
	}
	return boosted{q, float32(f)}, nil
}

func (p *parser) number() string {
	start := p.at
	for p.at < len(p.text) && (p.text[p.at] >= '0' && p.text[p.at] <= '9' || p.at > start && p.text[p.at] == '.') {
		p.at++
	}
	return p.text[start:p.at]
}

// term eats the characters of a word without wildcards.
func (p *parser) term() (string, bool) {
	start := p.at
	for p.at < len(p.text) {
		n := p.termChar(p.text[p.at:], p.at == start)
		if n == 0 {
			break
		}
		p.at += n
	}
	return p.text[start:p.at], p.at > start
}

// termChar gives the bytes of the character of a word that s begins with, 0 when it is none.
func (p *parser) termChar(s string, first bool) int {
	r, n := utf8.DecodeRuneInString(s)
	switch r {
	case '\\':
		if len(s) == 1 {
			return 0
		}
		_, m := utf8.DecodeRuneInString(s[1:])
		return 1 + m
	case '+', '-':
		if first {
			return 0
		}
	case ' ', '\t', '\n', '\r', '\u3000', '!', '(', ')', ':', '^', '[', ']', '"', '{', '}', '~', '*', '?', '/':
		return 0
	}
	return n
}

// unescape removes the backslashes before characters; \uXXXX is a character by number.
func unescape(s string) string {
	if !strings.Contains(s, "\\") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if s[i] == 'u' && i+4 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+5], 16, 16); err == nil {
				b.WriteRune(rune(n))
				i += 4
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
