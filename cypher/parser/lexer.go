package parser

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"graticule/cypher/ast"
)

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokIdent
	tokEscaped // `name`
	tokInt
	tokFloat
	tokString
	tokParam // $name; $ alone is a tokPunct
	tokPunct
)

// A token is one lexical element. text is the source text, except for escaped
// names, parameters and strings, where it is the unescaped value.
type token struct {
	kind       tokenKind
	start, end int
	text       string
	match      int // for an opening bracket: index of the closing token, or 0
}

var composites = [...]string{"...", "<=", ">=", "<>", "!=", "=~", "+=", "||", "..", "::", "=>"}

// lex makes the tokens of src; the last one is tokEOF.
func lex(src string) ([]token, error) {
	l := lexer{src: src, tokens: make([]token, 0, len(src)/4+8)}
	for {
		if err := l.skipSpace(); err != nil {
			return nil, err
		}
		if l.pos >= len(src) {
			break
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	l.add(tokEOF, l.pos, "")
	return l.tokens, nil
}

type lexer struct {
	src    string
	pos    int
	tokens []token
	open   []int // indexes of brackets not closed yet
}

func (l *lexer) add(kind tokenKind, start int, text string) {
	l.tokens = append(l.tokens, token{kind: kind, start: start, end: l.pos, text: text})
}

func (l *lexer) skipSpace() error {
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v' || (c >= 0x1c && c <= 0x1f):
			l.pos++
		case c == '/' && strings.HasPrefix(l.src[l.pos:], "//"):
			if i := strings.IndexByte(l.src[l.pos:], '\n'); i >= 0 {
				l.pos += i
			} else {
				l.pos = len(l.src)
			}
		case c == '/' && strings.HasPrefix(l.src[l.pos:], "/*"):
			i := strings.Index(l.src[l.pos+2:], "*/")
			if i < 0 {
				return l.fail(l.pos+1, "Failed to parse comment. A comment starting on `/*` must have a closing `*/`.")
			}
			l.pos += i + 4
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(l.src[l.pos:])
			if !unicode.IsSpace(r) && r != '\ufeff' && r != '\u180e' {
				return nil
			}
			l.pos += n
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) next() error {
	start, c := l.pos, l.src[l.pos]
	switch {
	case c == '`':
		return l.escaped(tokEscaped)
	case c == '\'' || c == '"':
		return l.str(c)
	case isDigit(c) || (c == '.' && l.floatDot()):
		return l.number()
	case c == '$':
		return l.param()
	case l.identStart():
		l.ident()
		l.add(tokIdent, start, l.src[start:l.pos])
		return nil
	case c == '\\' && strings.HasPrefix(l.src[l.pos:], `\u`):
		var b strings.Builder // an escape in the text of the query
		for strings.HasPrefix(l.src[l.pos:], `\u`) {
			if err := l.escape(&b); err != nil {
				return err
			}
			at := l.pos
			l.ident()
			b.WriteString(l.src[at:l.pos])
		}
		l.add(tokIdent, start, b.String())
		return nil
	case c < utf8.RuneSelf && strings.IndexByte("()[]{}<>=+-*/%^.,:;|&!~?@#\\", c) >= 0:
		return l.punct()
	}
	r, n := utf8.DecodeRuneInString(l.src[l.pos:])
	err := l.fail(start, "Invalid input '%s'", l.src[l.pos:l.pos+n])
	if r >= utf8.RuneSelf {
		err.Detail = "InvalidUnicodeCharacter"
	}
	return err
}

func (l *lexer) punct() error {
	start := l.pos
	for _, op := range composites {
		if strings.HasPrefix(l.src[l.pos:], op) {
			l.pos += len(op)
			l.add(tokPunct, start, op)
			return nil
		}
	}
	l.pos++
	text := l.src[start:l.pos]
	switch text[0] {
	case '(', '[', '{':
		l.open = append(l.open, len(l.tokens))
	case ')', ']', '}':
		if n := len(l.open); n > 0 {
			l.tokens[l.open[n-1]].match = len(l.tokens)
			l.open = l.open[:n-1]
		}
	}
	l.add(tokPunct, start, text)
	return nil
}

// floatDot tells whether the dot at pos begins a number such as .5.
func (l *lexer) floatDot() bool {
	if l.pos+1 >= len(l.src) || !isDigit(l.src[l.pos+1]) || len(l.tokens) == 0 {
		return l.pos+1 < len(l.src) && isDigit(l.src[l.pos+1])
	}
	last := l.tokens[len(l.tokens)-1]
	if last.end != l.pos {
		return true
	}
	return last.kind == tokPunct && last.text != ")" && last.text != "]" && last.text != "}" && last.text != ".."
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isIdentRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Mc, r) || unicode.Is(unicode.Pc, r) || unicode.Is(unicode.Nl, r)
}

func (l *lexer) identStart() bool {
	c := l.src[l.pos]
	if c < utf8.RuneSelf {
		return c == '_' || (c|0x20 >= 'a' && c|0x20 <= 'z')
	}
	r, _ := utf8.DecodeRuneInString(l.src[l.pos:])
	return unicode.IsLetter(r) || unicode.Is(unicode.Pc, r) || unicode.Is(unicode.Nl, r)
}

func (l *lexer) ident() {
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		if c < utf8.RuneSelf {
			if c == '$' && l.pos+1 < len(l.src) && l.src[l.pos+1] == '(' {
				return // of a dynamic label, $(…)
			}
			if c != '_' && c != '$' && !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') {
				return
			}
			l.pos++
			continue
		}
		r, n := utf8.DecodeRuneInString(l.src[l.pos:])
		if !isIdentRune(r) {
			return
		}
		l.pos += n
	}
}

func (l *lexer) escaped(kind tokenKind) error {
	start := l.pos
	l.pos++
	var b strings.Builder
	for {
		i := strings.IndexAny(l.src[l.pos:], "`\\")
		if i < 0 {
			return l.fail(start, "Failed to parse an escaped name: it has no closing '`'.")
		}
		b.WriteString(l.src[l.pos : l.pos+i])
		l.pos += i
		switch {
		case strings.HasPrefix(l.src[l.pos:], `\u`):
			if err := l.escape(&b); err != nil {
				return err
			}
			continue
		case l.src[l.pos] == '\\':
			b.WriteByte('\\')
			l.pos++
			continue
		}
		l.pos++
		if l.pos < len(l.src) && l.src[l.pos] == '`' {
			b.WriteByte('`')
			l.pos++
			continue
		}
		l.add(kind, start, b.String())
		return nil
	}
}

func (l *lexer) param() error {
	start := l.pos
	l.pos++
	if l.pos < len(l.src) {
		if l.src[l.pos] == '`' {
			if err := l.escaped(tokParam); err != nil {
				return err
			}
			l.tokens[len(l.tokens)-1].start = start
			return nil
		}
		if isDigit(l.src[l.pos]) || l.identStart() {
			begin := l.pos
			l.ident()
			l.add(tokParam, start, l.src[begin:l.pos])
			return nil
		}
	}
	l.add(tokPunct, start, "$")
	return nil
}

func (l *lexer) str(quote byte) error {
	start := l.pos
	l.pos++
	if end := strings.IndexAny(l.src[l.pos:], string([]byte{quote, '\\'})); end >= 0 && l.src[l.pos+end] == quote {
		text := l.src[l.pos : l.pos+end]
		l.pos += end + 1
		l.add(tokString, start, text)
		return nil
	}
	var b strings.Builder
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		if c == quote {
			l.pos++
			l.add(tokString, start, b.String())
			return nil
		}
		if c != '\\' {
			b.WriteByte(c)
			l.pos++
			continue
		}
		if err := l.escape(&b); err != nil {
			return err
		}
	}
	return l.fail(start, "Failed to parse string literal. The query must contain an even number of non-escaped quotes.")
}

// escape reads one backslash sequence; an unknown one is kept as it is.
func (l *lexer) escape(b *strings.Builder) error {
	if l.pos+1 >= len(l.src) {
		l.pos++
		return nil
	}
	c := l.src[l.pos+1]
	if i := strings.IndexByte(`\'"bfnrt`+"`", c); i >= 0 {
		b.WriteByte("\\'\"\b\f\n\r\t`"[i])
		l.pos += 2
		return nil
	}
	size := map[byte]int{'u': 4, 'U': 8}[c]
	if size == 0 {
		b.WriteByte('\\')
		l.pos++
		return nil
	}
	var r rune
	for i := range size {
		at := l.pos + 2 + i
		h := -1
		if at < len(l.src) {
			h = hexDigit(l.src[at])
		}
		if h < 0 {
			err := l.fail(l.pos, "Invalid input '%s': expected four hexadecimal digits specifying a unicode character", l.src[l.pos:min(at+1, len(l.src))])
			err.Detail = "InvalidUnicodeLiteral"
			return err
		}
		r = r<<4 | rune(h)
	}
	l.pos += 2 + size
	// A surrogate pair written as two \u sequences is one character.
	if r >= 0xD800 && r < 0xDC00 && l.pos+6 <= len(l.src) && l.src[l.pos] == '\\' && l.src[l.pos+1] == 'u' {
		var low rune
		for i := range 4 {
			low = low<<4 | rune(max(hexDigit(l.src[l.pos+2+i]), 0))
		}
		if low >= 0xDC00 && low < 0xE000 {
			r = 0x10000 + (r-0xD800)<<10 + (low - 0xDC00)
			l.pos += 6
		}
	}
	b.WriteRune(r)
	return nil
}

func hexDigit(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

func (l *lexer) number() error {
	start, kind := l.pos, tokInt
	if l.src[l.pos] == '0' && l.pos+1 < len(l.src) && (l.src[l.pos+1]|0x20 == 'x' || l.src[l.pos+1]|0x20 == 'o') {
		l.pos += 2
		l.ident()
		l.add(tokInt, start, l.src[start:l.pos])
		return nil
	}
	l.digits()
	if l.pos+1 < len(l.src) && l.src[l.pos] == '.' && isDigit(l.src[l.pos+1]) {
		kind = tokFloat
		l.pos++
		l.digits()
	}
	if l.pos < len(l.src) && l.src[l.pos]|0x20 == 'e' {
		at := l.pos + 1
		if at < len(l.src) && (l.src[at] == '+' || l.src[at] == '-') {
			at++
		}
		if at < len(l.src) && isDigit(l.src[at]) {
			kind = tokFloat
			l.pos = at
			l.digits()
		}
	}
	if l.pos < len(l.src) && l.identStart() {
		l.ident()
		err := ast.Locate(invalidNumber(l.src[start:l.pos]), l.src, start)
		if len(l.tokens) > 0 && (l.tokens[len(l.tokens)-1].text == "{" || l.tokens[len(l.tokens)-1].text == ",") && strings.HasPrefix(l.src[l.pos:], ":") {
			err.Detail = "UnexpectedSyntax" // a key of a map
		}
		return err
	}
	l.add(kind, start, l.src[start:l.pos])
	return nil
}

func (l *lexer) digits() {
	for l.pos < len(l.src) && (isDigit(l.src[l.pos]) || (l.src[l.pos] == '_' && l.pos+1 < len(l.src) && isDigit(l.src[l.pos+1]))) {
		l.pos++
	}
}

func (l *lexer) span(start int) ast.Span { return ast.Span{Start: start, End: l.pos} }
