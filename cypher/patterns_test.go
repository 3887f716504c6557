package cypher_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"graticule/graph"
)

// edge is a relationship of a graph that a test makes.
type edge struct {
	from, to, weight int
	typ              string
}

// multigraph is a random graph with loops and parallel relationships.
type multigraph struct {
	labels [][]string
	values []int
	edges  []edge
}

func randomMultigraph(r *rand.Rand, nodes, edges int) *multigraph {
	g := &multigraph{}
	for range nodes {
		g.labels = append(g.labels, [][]string{{}, {"A"}, {"B"}, {"A", "B"}}[r.IntN(4)])
		g.values = append(g.values, r.IntN(4))
	}
	hub := r.IntN(nodes)
	for range edges {
		e := edge{r.IntN(nodes), r.IntN(nodes), r.IntN(3), []string{"R", "R", "S"}[r.IntN(3)]}
		switch r.IntN(5) {
		case 0:
			e.from = hub
		case 1:
			e.to = hub
		}
		g.edges = append(g.edges, e)
	}
	return g
}

// statement creates the graph.
func (g *multigraph) statements() []string {
	var nodes, rels []string
	for i, labels := range g.labels {
		nodes = append(nodes, fmt.Sprintf("(:%s {i: %d, v: %d})", strings.Join(append([]string{"N"}, labels...), ":"), i, g.values[i]))
	}
	for k, e := range g.edges {
		rels = append(rels, fmt.Sprintf("MATCH (a:N {i: %d}), (b:N {i: %d}) CREATE (a)-[:%s {k: %d, w: %d}]->(b)", e.from, e.to, e.typ, k, e.weight))
	}
	return append([]string{"CREATE " + strings.Join(nodes, ", ")}, rels...)
}

// wanted is a pattern with what a node and a relationship must have.
type wanted struct {
	labels []string // of the nodes, "": any
	value  []int    // of the nodes, -1: any
	links  []link
	less   [2]int // nodes of which the first must have the lesser value
}

type link struct {
	from, to, dir int // 0: outgoing, 1: incoming, 2: both
	typ           string
	weight        int // -1: any
}

// randomPattern makes a pattern with cycles, a chain of which the ends are told,
// or two chains.
func randomPattern(r *rand.Rand, rels int) *wanted {
	p := &wanted{}
	if shape := r.IntN(4); shape < 2 {
		cut := r.IntN(rels)
		for n := range rels + 1 + shape {
			p.labels, p.value = append(p.labels, []string{"", "", "A"}[r.IntN(3)]), append(p.value, -1)
			if n > 0 && (shape == 0 || n != cut+1) {
				p.links = append(p.links, link{from: n - 1, to: n, dir: r.IntN(2), typ: []string{"", "R"}[r.IntN(2)], weight: -1})
			}
		}
		if shape == 0 {
			p.labels[0], p.labels[rels], p.value[0], p.value[rels] = "A", "B", r.IntN(4), r.IntN(4)
		}
		return p
	}
	nodes := 2 + r.IntN(rels)
	for range nodes {
		p.labels = append(p.labels, []string{"", "", "A", "B"}[r.IntN(4)])
		p.value = append(p.value, []int{-1, -1, -1, r.IntN(4)}[r.IntN(4)])
	}
	for k := range rels {
		l := link{from: r.IntN(nodes), to: r.IntN(nodes), dir: r.IntN(3), typ: []string{"", "R", "S"}[r.IntN(3)], weight: []int{-1, -1, -1, r.IntN(3)}[r.IntN(4)]}
		if k+1 < nodes && r.IntN(6) > 0 { // a tree first
			l.from, l.to = r.IntN(k+1), k+1
		}
		p.links = append(p.links, l)
	}
	p.less = [2]int{r.IntN(nodes), r.IntN(nodes)}
	return p
}

// match gives the solutions by trying all relationships in turn; ok=false when
// there is too much to try.
func (g *multigraph) match(p *wanted) (out []string, ok bool) {
	at := make([]int, len(p.labels))
	for i := range at {
		at[i] = -1
	}
	used := make([]int, 0, len(p.links))
	tried := 0
	fits := func(n, node int) bool {
		return (at[n] == node || at[n] < 0) && (p.labels[n] == "" || slices.Contains(g.labels[node], p.labels[n])) && (p.value[n] < 0 || g.values[node] == p.value[n])
	}
	var nodes func(n int)
	nodes = func(n int) {
		switch {
		case n == len(at):
			tried++
			if p.less[0] == p.less[1] || g.values[at[p.less[0]]] < g.values[at[p.less[1]]] {
				out = append(out, fmt.Sprint(at, used))
			}
		case at[n] >= 0:
			nodes(n + 1)
		default:
			for node := range g.labels {
				if fits(n, node) {
					at[n] = node
					nodes(n + 1)
					at[n] = -1
				}
			}
		}
	}
	var links func(l int)
	links = func(l int) {
		if tried += len(g.edges); tried > triedMax {
			return
		}
		if l == len(p.links) {
			nodes(0)
			return
		}
		x := p.links[l]
		for k, e := range g.edges {
			if slices.Contains(used, k) || x.typ != "" && x.typ != e.typ || x.weight >= 0 && x.weight != e.weight {
				continue
			}
			try := func(from, to int) {
				if !fits(x.from, from) {
					return
				}
				hadFrom := at[x.from]
				at[x.from] = from
				if fits(x.to, to) {
					hadTo := at[x.to]
					at[x.to] = to
					used = append(used, k)
					links(l + 1)
					used = used[:len(used)-1]
					at[x.to] = hadTo
				}
				at[x.from] = hadFrom
			}
			if x.dir != 1 {
				try(e.from, e.to)
			}
			if x.dir == 1 || x.dir == 2 && e.from != e.to {
				try(e.to, e.from)
			}
		}
	}
	links(0)
	slices.Sort(out)
	return out, tried <= triedMax
}

// triedMax is how many relationships are tried for one pattern.
const triedMax = 100_000

// query writes the pattern; bound nodes are matched by a clause before, and of
// some a row for each value comes.
func (p *wanted) query(r *rand.Rand) string {
	var parts, where []string
	said := make([]bool, len(p.labels))
	node := func(n int) string {
		if said[n] {
			return fmt.Sprintf("(n%d)", n)
		}
		said[n] = true
		s := fmt.Sprintf("(n%d", n)
		if p.labels[n] != "" {
			s += ":" + p.labels[n]
		}
		if p.value[n] >= 0 {
			if r.IntN(2) == 0 {
				s += fmt.Sprintf(" {v: %d}", p.value[n])
			} else {
				where = append(where, fmt.Sprintf("n%d.v = %d", n, p.value[n]))
			}
		}
		return s + ")"
	}
	before := ""
	if r.IntN(3) == 0 {
		n := r.IntN(len(p.labels))
		before = "MATCH " + node(n) + " "
		if len(where) > 0 {
			before += "WHERE " + where[0] + " "
			where = nil
		}
	}
	for l, x := range p.links {
		s := fmt.Sprintf("[r%d", l)
		if x.typ != "" {
			s += ":" + x.typ
		}
		if x.weight >= 0 {
			s += fmt.Sprintf(" {w: %d}", x.weight)
		}
		parts = append(parts, node(x.from)+[]string{"-", "<-", "-"}[x.dir]+s+"]"+[]string{"->", "-", "-"}[x.dir]+node(x.to))
	}
	for n := range said {
		if !said[n] {
			parts = append(parts, node(n))
		}
	}
	r.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
	if p.less[0] != p.less[1] {
		where = append(where, fmt.Sprintf("n%d.v < n%d.v", p.less[0], p.less[1]))
	}
	q := before + "MATCH " + strings.Join(parts, ", ")
	if len(where) > 0 {
		q += " WHERE " + strings.Join(where, " AND ")
	}
	var nodes, rels []string
	for n := range p.labels {
		nodes = append(nodes, fmt.Sprintf("n%d.i", n))
	}
	for l := range p.links {
		rels = append(rels, fmt.Sprintf("r%d.k", l))
	}
	return q + " RETURN [" + strings.Join(nodes, ", ") + "] AS nodes, [" + strings.Join(rels, ", ") + "] AS rels"
}

// TestPatternsGiveAllSolutions compares random patterns of one to six
// relationships, most of them with cycles, on random graphs with loops and
// parallel relationships, with solutions found by trying everything.
func TestPatternsGiveAllSolutions(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	seen := map[string]int{}
	for round := range 15 {
		d := newDatabase(t)
		run := func(query string) [][]graph.Value {
			res, err := d.Run(context.Background(), query, nil)
			if err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			return res.Rows
		}
		g := randomMultigraph(r, []int{3, 6, 12, 30, 60}[round%5], []int{12, 20, 30, 70, 200}[round%5])
		for _, s := range g.statements() {
			run(s)
		}
		if r.IntN(2) == 0 {
			run("CREATE INDEX FOR (n:A) ON (n.v)")
		}
		if r.IntN(2) == 0 { // what is rare changes the order
			run("UNWIND range(1, 300) AS x CREATE (:B {v: 9})")
		}
		for range 80 {
			p := randomPattern(r, 2+r.IntN(5))
			want, ok := g.match(p)
			if !ok || len(want) > 1000 || len(p.links) > 4 && len(want) == 0 {
				continue
			}
			query := p.query(r)
			root := d.explain(query)
			for _, name := range []string{"Expand(Intersect)", "NodeHashJoin", "CartesianProduct"} {
				seen[name] += strings.Count(plan(root), name)
			}
			for _, how := range []string{"", "PROFILE "} {
				var got []string
				for _, row := range run(how + query) {
					var numbers [2][]int64
					for i, list := range row {
						for _, v := range list.AsList() {
							if v.IsNull() { // a node that is none of g
								numbers[i] = append(numbers[i], -1)
								continue
							}
							numbers[i] = append(numbers[i], v.AsInt())
						}
					}
					if !slices.Contains(numbers[0], -1) {
						got = append(got, fmt.Sprint(numbers[0], numbers[1]))
					}
				}
				if slices.Sort(got); !slices.Equal(got, want) {
					t.Fatalf("%s%s\ngives %d rows, %d are there\n%v\n%v\nplan %s\ngraph %+v", how, query, len(got), len(want), got[:min(5, len(got))], want[:min(5, len(want))], plan(root), *g)
				}
			}
		}
	}
	t.Logf("operators seen: %v", seen)
	for _, name := range []string{"Expand(Intersect)", "NodeHashJoin", "CartesianProduct"} {
		if seen[name] == 0 {
			t.Errorf("no plan had %s", name)
		}
	}
}

// A selector takes the shortest of the paths that the pattern has without it.
func TestSelectorsTakeTheShortestPaths(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	patterns := []string{
		"(a)-[:R]->+(b)", "(a)-[:R|S]-*(b)", "(a)-[:R]->{2,}(b)", "(a)-[:R]-{1,4}(b)", "(a)-[:S]->(b)", "(a)-[*0..3]-(b)",
		"(a)((x)-[q:R]->(y) WHERE q.w > 0)+(b)", "(a)((x)-[q]-(y) WHERE x.v <> y.v)*(b)", "(a)((x:A)-[:R]-(y)-[:S]-(z)){1,3}(b)", "(a)((x {v: 1})-[q]->(y)){0,2}(b)",
		"(a)-[:R]->+(m:A)-[:R|S]->*(b)", "(a)-[:R]-(m {v: 1})-[:S]-+(b)", "(a)-[:R]-{1,3}(m)-[:S]->(n:B)<-[:R]-*(b)", "(a)((x)-[:R]->(y:A))+(m)-[:S]-{0,2}(b)",
		"(a)-[:R]-+(m:B)((x)-[q]-(y) WHERE q.w = 1)*(b)", "(a)-[:S]-(m)((x)-[:R]-(y)-[:R]-(z:A))+(b)", "((a)-[:R]->+(m)-[:S]-*(b) WHERE m.v > 1)", "(a)-[:R]-+(m)-[:R]-+(b)",
	}
	for round := range 8 {
		d := newDatabase(t)
		g := randomMultigraph(r, 4+r.IntN(3), 6+r.IntN(4))
		for _, s := range g.statements() {
			if _, _, err := d.run(s, nil); err != nil {
				t.Fatal(err)
			}
		}
		lengths := func(pattern string) map[string][]int64 {
			t.Helper()
			res, err := d.Run(context.Background(), "MATCH (a:N), (b:N) MATCH p = "+pattern+" RETURN a.i, b.i, length(p) AS l ORDER BY l", nil)
			if err != nil {
				t.Fatalf("round %d: %s: %v\n%v", round, pattern, err, g.statements())
			}
			out := map[string][]int64{}
			for _, row := range res.Rows {
				ends := fmt.Sprint(row[0], row[1])
				out[ends] = append(out[ends], row[2].AsInt())
			}
			return out
		}
		for _, pattern := range patterns {
			every := lengths(pattern)
			k := 1 + r.IntN(4)
			for _, s := range []struct {
				text   string
				k      int
				groups bool
			}{{"ANY SHORTEST", 1, false}, {"ALL SHORTEST", 1, true}, {fmt.Sprint("SHORTEST ", k), k, false}, {fmt.Sprint("SHORTEST ", k, " GROUPS"), k, true}} {
				got := lengths(s.text + " " + pattern)
				for ends, all := range every {
					var want []int64
					n := 0
					for i, l := range all {
						if !s.groups || i == 0 || all[i-1] != l {
							n++
						}
						if n > s.k {
							break
						}
						want = append(want, l)
					}
					if !slices.Equal(got[ends], want) {
						t.Fatalf("round %d: %s %s between %s gives %v of %v\n%v", round, s.text, pattern, ends, got[ends], all, g.statements())
					}
				}
				if len(got) != len(every) {
					t.Fatalf("round %d: %s %s: %d pairs of ends instead of %d", round, s.text, pattern, len(got), len(every))
				}
			}
		}
	}
}
