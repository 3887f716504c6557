package cypher_test

import (
	"context"
	"strings"
	"testing"
)

// TestHintsAreFollowed asks for what the planner would not do by itself.
func TestHintsAreFollowed(t *testing.T) {
	d := newDatabase(t)
	for _, q := range []string{
		"CREATE INDEX FOR (a:A) ON (a.n)", "CREATE INDEX FOR (a:A) ON (a.m)", "CREATE INDEX FOR (b:B) ON (b.n)", "CREATE INDEX FOR (a:A) ON (a.s)", "CREATE TEXT INDEX FOR (a:A) ON (a.s)",
		"UNWIND range(1, 200) AS i CREATE (:A {n: i, m: i % 5, s: toString(i)})-[:R]->(:B {n: i % 7})",
	} {
		if _, err := d.Run(context.Background(), q, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ match, hint, rest, without, with string }{
		{"MATCH (a:A)", "USING SCAN a:A", "WHERE a.n = 7 RETURN a.n", "NodeIndexSeek@neo4j(RANGE INDEX a:A(n)", "NodeByLabelScan@neo4j(a:A)"},
		{"MATCH (a:A)", "USING INDEX a:A(m)", "WHERE a.n = 7 AND a.m = 2 RETURN a.n", "NodeIndexSeek@neo4j(RANGE INDEX a:A(n)", "NodeIndexSeek@neo4j(RANGE INDEX a:A(m)"},
		{"MATCH (a:A)-[:R]->(b:B)", "USING INDEX b:B(n)", "WHERE a.n = 7 AND b.n = 0 RETURN a.n", "(RANGE INDEX a:A(n)", "(RANGE INDEX b:B(n)"},
		{"MATCH (a:A)-[:R]->(b:B)", "USING INDEX a:A(n) USING INDEX b:B(n)", "WHERE a.n = 7 AND b.n = 0 RETURN a.n", "Expand(All)", "Expand(Into)"},
		{"MATCH (a:A)-[:R]->(b:B)", "USING SCAN b:B", "WHERE a.n = 7 RETURN a.n, b.n", "(RANGE INDEX a:A(n)", "NodeByLabelScan@neo4j(b:B)"},
		{"MATCH (a:A)", "USING TEXT INDEX a:A(s)", "WHERE a.s STARTS WITH '1' RETURN a.s", "RANGE INDEX a:A(s)", "TEXT INDEX a:A(s)"},
	} {
		plain, hinted := c.match+" "+c.rest, c.match+" "+c.hint+" "+c.rest
		if p := plan(d.explain(plain)); !strings.Contains(p, c.without) {
			t.Errorf("%s: %s is not in %s", plain, c.without, p)
		}
		if p := plan(d.explain(hinted)); !strings.Contains(p, c.with) {
			t.Errorf("%s: %s is not in %s", hinted, c.with, p)
		}
		a, _ := d.Run(context.Background(), plain, nil)
		b, err := d.Run(context.Background(), hinted, nil)
		if err != nil || len(a.Rows) == 0 || strings.Join(texts(a), "") != strings.Join(texts(b), "") {
			t.Errorf("%s: %v", hinted, err)
		}
	}
}
