package cypher_test

import (
	"context"
	"math"
	"testing"

	"graticule/cypher"
	"graticule/graph"
)

// estimated gives the rows expected of the operator nearest to the result that
// belongs to a pattern.
func estimated(t *testing.T, o *cypher.PlanNode) float64 {
	t.Helper()
	for o != nil {
		switch o.Operator {
		case "ProduceResults@neo4j", "Projection@neo4j":
			o = o.Children[0]
			continue
		}
		v, _ := o.Arguments.Get("EstimatedRows")
		return v.Number()
	}
	t.Fatal("the plan has no pattern")
	return 0
}

// TestEstimatesOfSkewedData compares the rows expected with those that come,
// on values of which few are common and most are rare.
func TestEstimatesOfSkewedData(t *testing.T) {
	d := newDatabase(t)
	run := func(query string, params *graph.Map) *cypher.PlanNode {
		t.Helper()
		res, err := d.Run(context.Background(), query, params)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return res.Plan
	}
	run("CREATE INDEX FOR (p:P) ON (p.v)", nil)
	run("CREATE INDEX FOR (p:P) ON (p.s)", nil)
	run("CREATE INDEX FOR (p:P) ON (p.v, p.s)", nil)
	// v is 0 for half of the nodes, 1 for a quarter, and so on; s has one common first letter.
	run(`UNWIND range(1, 8192) AS i WITH i, [b IN range(0, 13) WHERE i % toInteger(2 ^ (b + 1)) <> 0][0] AS v
		CREATE (:P {v: v, s: CASE WHEN i % 100 = 0 THEN 'z' ELSE 'a' END + toString(i), u: i * i})`, nil)
	run("CREATE (:Q)", nil)
	params := func(v int64) *graph.Map { m := graph.NewMap(1); m.Put("v", graph.Int(v)); return m }
	for _, c := range []struct {
		where  string
		params *graph.Map
		most   float64 // times too many or too few
		before float64 // what was expected without looking at the values
	}{
		{"p.v = 0", nil, 1.1, 128}, {"p.v = 1", nil, 1.1, 128}, {"p.v = 7", nil, 1.1, 128}, {"p.v = 12", nil, 1.1, 128}, {"p.v = 99", nil, 2.1, 128},
		{"p.v = $v", params(0), 1.1, 128}, {"p.v = $v", params(9), 1.1, 128},
		{"p.v > 0", nil, 1.1, 1638}, {"p.v > 6", nil, 1.1, 1638}, {"p.v >= 2 AND p.v < 4", nil, 1.1, 328}, {"p.v > $v", params(8), 1.1, 1638},
		{"p.s STARTS WITH 'z'", nil, 1.1, 410}, {"p.s STARTS WITH 'a'", nil, 1.1, 410}, {"p.s STARTS WITH 'a81'", nil, 1.5, 410},
		{"p.v IS NOT NULL", nil, 1.1, 7782}, {"p.v IN [0, 1]", nil, 1.1, 640},
		{"p.u < 4194304", nil, 1.5, 3277}, {"p.u > 60000000", nil, 2.5, 3277}, {"p.u >= 0", nil, 1.1, 3277}, // from a sample
	} {
		query := "MATCH (p:P) WHERE " + c.where + " RETURN p"
		want := 0.0
		res, err := d.Run(context.Background(), query, c.params)
		if err != nil {
			t.Fatal(err)
		}
		want = float64(len(res.Rows))
		got := estimated(t, run("EXPLAIN "+query, c.params))
		off := func(x float64) float64 { x, y := max(x, 0.5), max(want, 0.5); return math.Max(x/y, y/x) }
		t.Logf("%-28s %6.0f rows, %8.1f expected (%.1f times off, %.1f without statistics of values)", c.where, want, got, off(got), off(c.before))
		if off(got) > c.most {
			t.Errorf("%s %v: %v rows were expected, %v came", c.where, c.params, got, want)
		}
	}
}

// TestPlanFollowsTheGraph asks the same while labels, values and indexes change.
func TestPlanFollowsTheGraph(t *testing.T) {
	d := newDatabase(t)
	run := func(query string) {
		t.Helper()
		if _, err := d.Run(context.Background(), query, nil); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	query := "MATCH (a:A)-[:R]->(b:B) RETURN a.i, b.i"
	first := func() string {
		res, err := d.Run(context.Background(), "EXPLAIN "+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		o := res.Plan
		for len(o.Children) > 0 {
			o = o.Children[0]
		}
		return plan(o)
	}
	run("UNWIND range(1, 2000) AS i CREATE (:N {i: i})-[:R]->(:M {i: i})")
	for i, step := range []struct{ change, from string }{
		{"MATCH (n:N) WHERE n.i <= 3 SET n:A", "NodeByLabelScan@neo4j(b:B)"},
		{"MATCH (m:M) SET m:B", "NodeByLabelScan@neo4j(a:A)"},
		{"MATCH (n:N) SET n:A", ""}, // no total has changed, but the sizes of labels have
		{"MATCH (m:M) WHERE m.i > 4 REMOVE m:B", "NodeByLabelScan@neo4j(b:B)"},
	} {
		run(step.change)
		if got := first(); step.from != "" && got != step.from {
			t.Errorf("after change %d the plan begins with %s, not %s", i, got, step.from)
		}
	}
	run("CREATE INDEX FOR (b:B) ON (b.i)")
	query = "MATCH (a:A)-[:R]->(b:B) WHERE b.i = 2 RETURN a.i"
	if got := first(); got != "NodeIndexSeek@neo4j(RANGE INDEX b:B(i) WHERE i =)" {
		t.Errorf("with an index the plan begins with %s", got)
	}
}
