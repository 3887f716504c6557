package difftest

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// triesMax bounds how often a difference is played to make it small.
const triesMax = 300

var token = regexp.MustCompile("'(?:[^'\\\\]|\\\\.)*'|`[^`]*`|\\$?[A-Za-z_][A-Za-z_0-9]*|\\d+(?:\\.\\d+)?|[^\\sA-Za-z_0-9'`]|\\S")

// shrinker removes what a difference does not need.
type shrinker struct {
	*player
	ctx   context.Context
	best  Difference
	tries int
}

// shrink makes d as small as it finds while it stays of its class. Limits need
// their order: a text that has lost ORDER BY before LIMIT is not tried.
func (p *player) shrink(ctx context.Context, d *Difference) error {
	s := &shrinker{player: p, ctx: ctx, best: *d}
	p.loaded = nil
	if !s.try(*d) {
		return ctx.Err() // not to be seen again: it is reported as it was
	}
	if len(d.Before) > 0 {
		c := s.best
		c.Before = nil
		s.try(c)
	}
	for range 3 {
		size := len(s.best.Statement.Text) + len(s.best.Graph.Nodes) + len(s.best.Graph.Rels)
		s.before()
		s.words()
		s.graph()
		if s.tries >= triesMax || size == len(s.best.Statement.Text)+len(s.best.Graph.Nodes)+len(s.best.Graph.Rels) {
			break
		}
	}
	s.best.Small = true
	*d = s.best
	return ctx.Err()
}

// try keeps c when it still differs.
func (s *shrinker) try(c Difference) bool {
	if s.tries >= triesMax {
		return false
	}
	s.tries++
	ok, err := s.again(s.ctx, &c)
	if err != nil || !ok {
		return false
	}
	s.best = c
	return true
}

func (s *shrinker) before() {
	for i := len(s.best.Before) - 1; i >= 0; i-- {
		c := s.best
		c.Before = slices.Delete(slices.Clone(c.Before), i, i+1)
		s.try(c)
	}
}

var cut = regexp.MustCompile(`\b(LIMIT|SKIP|OFFSET)\b`)

// words takes away parts of the text, the longest first.
func (s *shrinker) words() {
	for size := 32; size > 0; size /= 2 {
		words := token.FindAllString(s.best.Statement.Text, -1)
		for at := 0; at+size <= len(words); {
			if s.tryWords(slices.Delete(slices.Clone(words), at, at+size)) {
				words = token.FindAllString(s.best.Statement.Text, -1)
				continue
			}
			at++
		}
	}
	s.brackets()
}

// brackets takes away brackets with what is in them, or without it.
func (s *shrinker) brackets() {
	closing := map[string]string{"(": ")", "[": "]", "{": "}"}
	words := token.FindAllString(s.best.Statement.Text, -1)
	for at := 0; at < len(words); at++ {
		end := closing[words[at]]
		if end == "" {
			continue
		}
		depth, to := 0, at
		for to = at; to < len(words); to++ {
			if words[to] == words[at] {
				depth++
			} else if words[to] == end {
				if depth--; depth == 0 {
					break
				}
			}
		}
		if to >= len(words) {
			continue
		}
		bare := slices.Clone(words)
		bare = append(append(bare[:at:at], words[at+1:to]...), words[to+1:]...)
		for _, c := range [][]string{slices.Delete(slices.Clone(words), at, to+1), bare} {
			if s.tryWords(c) {
				words = token.FindAllString(s.best.Statement.Text, -1)
				break
			}
		}
	}
}

func (s *shrinker) tryWords(words []string) bool {
	text := write(words)
	if len(cut.FindAllString(text, -1)) > strings.Count(text, "ORDER BY") && s.best.Statement.Wrong == "" {
		return false
	}
	c := s.best
	st := *c.Statement
	st.Text = text
	for _, p := range st.Params {
		name, _, _ := strings.Cut(p, ":")
		if !strings.Contains(text, "$"+name) {
			st.Params = slices.DeleteFunc(slices.Clone(st.Params), func(q string) bool { return q == p })
		}
	}
	c.Statement = &st
	// A text that no longer compiles, or no longer has to, is known without Neo4j in most cases.
	if ours := strings.HasPrefix(c.Class, "only we fail") || strings.HasPrefix(c.Class, "code") || strings.HasPrefix(c.Class, "gql"); !c.Statement.Writes && s.loaded == c.Graph {
		a, err := run(s.ctx, s.Engine, patienceOurs, c.Statement, nil)
		if err != nil || a == nil || len(st.Params) == 0 && (a.Failure != nil) != ours {
			return false
		}
	}
	return s.try(c)
}

// write joins words with spaces only where two would become one.
func write(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && (isWord(words[i-1]) || words[i-1] == ")" || words[i-1] == "]" || words[i-1] == "}" || words[i-1] == "," || words[i-1] == ":") && (isWord(w) || w == "(" || w == "{" || w == "[") &&
			!(words[i-1] == ":" && !isWord(w)) && !(w == "(" && isWord(words[i-1]) && strings.ToUpper(words[i-1]) != words[i-1]) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

func isWord(w string) bool {
	c := w[0]
	return c == '\'' || c == '`' || c == '$' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// graph takes away relationships, nodes, labels and properties.
func (s *shrinker) graph() {
	for i := len(s.best.Graph.Rels) - 1; i >= 0; i-- {
		g := *s.best.Graph
		g.Rels = slices.Delete(slices.Clone(g.Rels), i, i+1)
		s.tryGraph(&g)
	}
	for i := len(s.best.Graph.Nodes) - 1; i >= 0; i-- {
		g := *s.best.Graph
		uid := g.Nodes[i].UID
		if slices.ContainsFunc(g.Rels, func(r GraphRel) bool { return r.From == uid || r.To == uid }) {
			continue
		}
		g.Nodes = slices.Delete(slices.Clone(g.Nodes), i, i+1)
		s.tryGraph(&g)
	}
	for i := range s.best.Graph.Nodes {
		for j := len(s.best.Graph.Nodes[i].Props) - 1; j > 0; j-- {
			g := *s.best.Graph
			g.Nodes = slices.Clone(g.Nodes)
			g.Nodes[i].Props = slices.Delete(slices.Clone(g.Nodes[i].Props), j, j+1)
			s.tryGraph(&g)
		}
	}
	for i := range s.best.Graph.Rels {
		for j := len(s.best.Graph.Rels[i].Props) - 1; j > 0; j-- {
			g := *s.best.Graph
			g.Rels = slices.Clone(g.Rels)
			g.Rels[i].Props = slices.Delete(slices.Clone(g.Rels[i].Props), j, j+1)
			s.tryGraph(&g)
		}
	}
	if len(s.best.Graph.Schema) > 0 {
		g := *s.best.Graph
		g.Schema = nil
		s.tryGraph(&g)
	}
}

func (s *shrinker) tryGraph(g *Graph) {
	c := s.best
	c.Graph = g
	s.try(c)
}
