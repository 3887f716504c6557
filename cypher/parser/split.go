package parser

import "strings"

// Split cuts a script at its semicolons, as shells do: those within strings,
// escaped names and comments do not count. Statements come trimmed, empty ones
// and those of comments alone are left out. Text that the lexer refuses stays
// whole from there on, so that parsing it tells what is wrong.
func Split(script string) []string {
	var out []string
	start := 0
	cut := func(end int, empty bool) {
		if s := strings.TrimSpace(script[start:end]); !empty && s != "" {
			out = append(out, s)
		}
	}
	l := lexer{src: script}
	for {
		if l.skipSpace() != nil || l.pos < len(script) && l.next() != nil {
			cut(len(script), false)
			return out
		}
		n := len(l.tokens)
		if n > 0 && l.tokens[n-1].kind == tokPunct && l.tokens[n-1].text == ";" {
			cut(l.tokens[n-1].start, n == 1)
			start, l.tokens, l.open = l.pos, l.tokens[:0], nil
			continue
		}
		if l.pos >= len(script) {
			cut(len(script), n == 0)
			return out
		}
	}
}
