package difftest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"graticule/graph"
	"graticule/internal/cases"
)

// TestEngineStandsRandomStatements plays rounds with the engine on both sides:
// nothing differs, nothing panics, and most statements are legal.
func TestEngineStandsRandomStatements(t *testing.T) {
	const seed = 1
	engine, other, literals := &cases.Engine{}, &cases.Engine{}, &Literals{}
	t.Cleanup(func() { engine.Close(); other.Close(); literals.Close() })
	legal, broken := 0, 0
	totals, err := Play(t.Context(), Config{
		Neo: func() cases.Database { return other }, Engine: engine, Seed: seed, Statements: 2000, Workers: 1, Literals: literals.Map,
		Report: func(d *Difference) { t.Errorf("with itself differs\n%s", d) },
		Refused: func(s *Statement, why *cases.Failure) {
			if legal++; why.Code == "panic" || strings.HasPrefix(why.Code, "Neo.DatabaseError") && !strings.Contains(why.Message, "is missing") {
				broken++
				t.Errorf("seed %d: %s\n%s: %s", seed, s.Text, why.Code, why.Message)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := totals.Reads + totals.Writes; legal > n/10 {
		t.Errorf("seed %d: %d of %d statements that should be legal are refused", seed, legal, n)
	}
	if totals.WritesThatChange < totals.Writes/4 || totals.Failed == 0 {
		t.Errorf("seed %d: statements test little: %+v", seed, totals)
	}
	t.Logf("seed %d: %+v", seed, totals)
}

// TestCompareSees shows that what differs is seen, and what is not determined is not.
func TestCompareSees(t *testing.T) {
	rows := func(vs ...graph.Value) *cases.Answer {
		a := &cases.Answer{Columns: []string{"x"}}
		for _, v := range vs {
			a.Rows = append(a.Rows, []graph.Value{v})
		}
		return a
	}
	failed := func(code, gql string) *cases.Answer {
		return &cases.Answer{Failure: &cases.Failure{Code: code, GQL: gql}}
	}
	list := func(vs ...graph.Value) graph.Value { return graph.List(vs) }
	one, two := graph.Int(1), graph.Int(2)
	node := func(f float64) graph.Value {
		m := graph.NewMap(1)
		m.Put("f", graph.Float(f))
		return graph.NodeOf(&graph.Node{Labels: []string{"A"}, Properties: m})
	}
	counted := rows(one)
	counted.Counters = []string{"nodes-created 1"}
	for _, c := range []struct {
		name      string
		s         Statement
		neo, ours *cases.Answer
		class     string
	}{
		{"same", Statement{}, rows(one, two), rows(two, one), ""},
		{"value", Statement{}, rows(one), rows(two), "rows"},
		{"count", Statement{}, rows(one), rows(one, one), "rows"},
		{"type", Statement{}, rows(one), rows(graph.Float(1)), "rows"},
		{"loose", Statement{Loose: true}, rows(one), rows(graph.Float(1)), ""},
		{"exact", Statement{}, rows(graph.Float(0.1)), rows(graph.Float(0.1 + 1e-17*3)), "rows"},
		{"inexact", Statement{Inexact: true}, rows(graph.Float(0.1)), rows(graph.Float(0.1 + 1e-15)), ""},
		{"inexact in a node", Statement{Inexact: true}, rows(node(0.1)), rows(node(0.1 + 1e-15)), ""},
		{"another node", Statement{Inexact: true}, rows(node(0.1)), rows(node(0.2)), "rows"},
		{"order", Statement{Keys: []int{0}}, rows(one, two), rows(two, one), "order"},
		{"list", Statement{}, rows(list(one, two)), rows(list(two, one)), "rows"},
		{"bag", Statement{Bags: []int{0}}, rows(list(one, two)), rows(list(two, one)), ""},
		{"bag with less", Statement{Bags: []int{0}}, rows(list(one, two)), rows(list(one)), "rows"},
		{"counters", Statement{}, rows(one), counted, "counters"},
		{"columns", Statement{}, rows(one), &cases.Answer{Columns: []string{"y"}, Rows: rows(one).Rows}, "columns"},
		{"only ours", Statement{Unsure: true}, rows(one), failed("A", "1"), "only we fail: A 1"},
		{"only theirs", Statement{Unsure: true}, failed("A", "1"), rows(one), "only Neo4j fails: A 1"},
		{"codes", Statement{}, failed("A", "1"), failed("B", "1"), "code: A 1, ours B 1"},
		{"status", Statement{}, failed("A", "1"), failed("A", "2"), "gqlstatus: A 1, ours 2"},
		{"same error", Statement{}, failed("A", "1"), failed("A", "1"), ""},
	} {
		if class, _ := Compare(&c.s, c.neo, c.ours); class != c.class {
			t.Errorf("%s: %q, want %q", c.name, class, c.class)
		}
	}
}

func TestMultiplesAreOfTheSameRows(t *testing.T) {
	for _, x := range []struct {
		more, fewer []string
		want        bool
	}{
		{[]string{"64"}, []string{"30"}, false},
		{[]string{"64"}, []string{"16"}, true},
		{[]string{"a | 64", "b | 3"}, []string{"b | 1", "a | 16"}, true},
		{[]string{"a | 64", "b | 3"}, []string{"b | 2", "a | 16"}, false},
		{[]string{"a | 64"}, []string{"b | 1", "a | 16"}, false},
		{[]string{"c | 64"}, []string{"a | 16"}, false},
	} {
		if got := multiples(x.more, x.fewer); got != x.want {
			t.Errorf("%v of %v: %v", x.more, x.fewer, got)
		}
	}
}

// TestRulesOfTextsAreConfirmed shows that a rule about a text does not hide what
// differs without it, and that each is the rule of something.
func TestRulesOfTextsAreConfirmed(t *testing.T) {
	for name := range takenOut {
		if !slices.ContainsFunc(rules, func(r rule) bool { return r.name == name }) {
			t.Errorf("%q is no rule", name)
		}
	}
	neo := &answering{func(text string) int64 { return int64(strings.Count(text, "-0.0")) }}
	plain := &answering{func(string) int64 { return 0 }}
	off := &answering{func(string) int64 { return 7 }}
	for _, c := range []struct {
		ours    *answering
		allowed int
	}{{plain, 1}, {off, 0}} {
		p := &player{Config: Config{Engine: c.ours}}
		p.totals.ByRule = map[string]int{}
		d, err := p.compare(t.Context(), neo, &Statement{Text: "RETURN -0.0 < 0.0 AS x"})
		if err != nil || (d == nil) != (c.allowed == 1) || p.totals.ByRule["minus zero"] != c.allowed {
			t.Errorf("%v, %v, %v; want %d allowed", d, err, p.totals.ByRule, c.allowed)
		}
	}
}

// answering is a database whose only answer is a number made of the text.
type answering struct{ of func(text string) int64 }

func (a *answering) Reset(context.Context, []cases.Import) error { return nil }

func (a *answering) Run(_ context.Context, text string, _ *graph.Map, _ bool) (*cases.Answer, error) {
	return &cases.Answer{Columns: []string{"x"}, Rows: [][]graph.Value{{graph.Int(a.of(text))}}}, nil
}
