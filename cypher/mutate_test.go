package cypher_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
)

// Limits of a mutator.
const (
	mutatedMax = 4000   // bytes of a statement it makes
	keptMax    = 20_000 // statements it changes further
)

var tokenText = regexp.MustCompile("(?s)`[^`]*`|'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\"|[\\p{L}_$][\\p{L}\\p{N}_]*|[0-9][0-9a-fA-FxXoO_.eE]*|\\s+|.")

// mutator makes statements from others by cutting, doubling, swapping, nesting and
// mixing their tokens.
type mutator struct {
	rand  *rand.Rand
	texts [][]string // as tokens
	fixed int        // how many of them are the seeds
}

func newMutator(seed uint64, seeds []string) *mutator {
	m := &mutator{rand: rand.New(rand.NewPCG(seed, 1))}
	for _, s := range seeds {
		m.texts = append(m.texts, tokenText.FindAllString(s, -1))
	}
	m.fixed = len(m.texts)
	return m
}

// keep adds q to what is changed further; when there is no room it takes the
// place of another that was added.
func (m *mutator) keep(q string) {
	tokens := tokenText.FindAllString(q, -1)
	if len(m.texts) < m.fixed+keptMax {
		m.texts = append(m.texts, tokens)
		return
	}
	m.texts[m.fixed+m.rand.IntN(keptMax)] = tokens
}

func (m *mutator) any() []string { return m.texts[m.rand.IntN(len(m.texts))] }

// span gives some tokens of a text.
func (m *mutator) span(of []string) (from, to int) {
	if len(of) == 0 {
		return 0, 0
	}
	from = m.rand.IntN(len(of))
	return from, min(len(of), from+1+m.rand.IntN(1+m.rand.IntN(12)))
}

var wraps = [][2]string{{"(", ")"}, {"[", "]"}, {"{", "}"}, {"{a: ", "}"}, {"CALL { ", " }"}, {"EXISTS { ", " }"}, {"COUNT { ", " }"}, {"[x IN ", " | x]"}, {"coalesce(", ")"}, {"CASE WHEN ", " THEN 1 END"}, {"NOT ", ""}, {"-", ""}, {"((", ")){1,2}"}, {"(", ")+"}}

// next makes a statement.
func (m *mutator) next() string {
	tokens := append([]string(nil), m.any()...)
	for range 1 + m.rand.IntN(2) {
		tokens = m.change(tokens)
	}
	q := strings.Join(tokens, "")
	if len(q) > mutatedMax {
		q = q[:mutatedMax]
	}
	return q
}

// kindOf tells words, numbers, texts and signs apart.
func kindOf(token string) byte {
	if token == "" {
		return 0
	}
	switch c := token[0]; {
	case c >= '0' && c <= '9':
		return '0'
	case c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z':
		if strings.ToUpper(token) == token {
			return 'A'
		}
		return 'a'
	case c == '"' || c == '\'':
		return '"'
	case strings.ContainsRune("+-*/%^", rune(c)):
		return '+'
	case strings.ContainsRune("<>=", rune(c)):
		return '='
	case strings.ContainsRune("|&!", rune(c)):
		return '|'
	default:
		return c
	}
}

func (m *mutator) change(tokens []string) []string {
	from, to := m.span(tokens)
	other := m.any()
	a, b := m.span(other)
	join := func(parts ...[]string) (out []string) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	switch m.rand.IntN(16) {
	case 0:
		return join(tokens[:from], tokens[to:])
	case 1:
		return join(tokens[:to], tokens[from:])
	case 2:
		return join(tokens[:from], other[a:b], tokens[to:])
	case 3:
		return join(tokens[:from], other[a:b], tokens[from:])
	case 4:
		return join(tokens[:from], other[a:])
	case 5:
		w, n := wraps[m.rand.IntN(len(wraps))], 1
		if m.rand.IntN(20) == 0 {
			n = 1 + m.rand.IntN(100)
		}
		return join(tokens[:from], []string{strings.Repeat(w[0], n)}, tokens[from:to], []string{strings.Repeat(w[1], n)}, tokens[to:])
	case 6:
		n := 2
		if m.rand.IntN(20) == 0 {
			n = 2 + m.rand.IntN(100)
		}
		out := tokens[:from:from]
		for range n {
			out = append(out, tokens[from:to]...)
		}
		return join(out, tokens[to:])
	case 7: // swap with a span after it
		c := to + m.rand.IntN(len(tokens)-to+1)
		d := min(len(tokens), c+to-from)
		return join(tokens[:from], tokens[c:d], tokens[to:c], tokens[from:to], tokens[d:])
	}
	if m.rand.IntN(8) > 0 { // a token for one of its kind
		if len(tokens) == 0 || len(other) == 0 {
			return other
		}
		at := m.rand.IntN(len(tokens))
		for range 20 {
			if t := other[m.rand.IntN(len(other))]; kindOf(t) == kindOf(tokens[at]) && t != tokens[at] {
				tokens[at] = t
				break
			}
		}
		return tokens
	}
	text := []byte(strings.Join(tokens, ""))
	for range 1 + m.rand.IntN(3) {
		if len(text) > 0 {
			text[m.rand.IntN(len(text))] = byte(m.rand.IntN(256))
		}
	}
	return tokenText.FindAllString(string(text), -1)
}
