package cypher_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"graticule/cypher"
	"graticule/cypher/fn"
)

// TestIndexesChangeNoAnswer asks the same of a graph before and after it has
// indexes, and while it changes.
func TestIndexesChangeNoAnswer(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	plain, indexed := newDatabase(t), newDatabase(t)
	both := func(query string) {
		t.Helper()
		a, err := plain.Run(context.Background(), query, nil)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		b, err := indexed.Run(context.Background(), query, nil)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if x, y := texts(a), texts(b); !slices.Equal(x, y) {
			t.Errorf("%s\nwithout an index %v\nwith one         %v\nplan %s", query, x, y, plan(indexed.explain(query)))
		}
	}
	for _, x := range []string{
		"CREATE TEXT INDEX FOR (n:A) ON (n.s)", "CREATE TEXT INDEX FOR ()-[r:R]-() ON (r.s)", "CREATE POINT INDEX FOR (n:A) ON (n.p)", "CREATE POINT INDEX FOR ()-[r:R]-() ON (r.p)",
		"CREATE INDEX FOR (n:A) ON (n.v)", "CREATE INDEX FOR ()-[r:R]-() ON (r.v)",
	} {
		if _, err := indexed.Run(context.Background(), x, nil); err != nil {
			t.Fatal(err)
		}
	}
	word := func() string {
		parts := []string{"ab", "abc", "é", "x", "€uro", "", "bc", "a"}
		var s string
		for range r.IntN(6) {
			s += parts[r.IntN(len(parts))]
		}
		return "'" + s + "'"
	}
	coordinate := func(most float64) float64 { return float64(r.IntN(int(most)*2*4))/4 - most }
	point := func() string {
		switch r.IntN(4) {
		case 0:
			return fmt.Sprintf("point({longitude: %v, latitude: %v})", coordinate(180), coordinate(90))
		case 1:
			return fmt.Sprintf("point({longitude: %v, latitude: %v, height: %v})", coordinate(180), coordinate(90), coordinate(5000))
		case 2:
			return fmt.Sprintf("point({x: %v, y: %v, z: %v})", coordinate(9), coordinate(9), coordinate(9))
		}
		return fmt.Sprintf("point({x: %v, y: %v})", coordinate(9), coordinate(9))
	}
	props := func() string {
		s := word()
		if r.IntN(20) == 0 {
			s = fmt.Sprintf("'%sabc'", strings.Repeat("long", 300))
		}
		return fmt.Sprintf("{s: %s, p: %s, v: %d}", []string{s, s, s, "7", "null"}[r.IntN(5)], []string{point(), point(), "null", "'a'"}[r.IntN(4)], r.IntN(9))
	}
	for i := range 200 {
		both(fmt.Sprintf("CREATE (:A:N%d %s)-[:R %s]->(:A %s)", i%3, props(), props(), props()))
	}
	conditions := func(x string) string {
		switch r.IntN(9) {
		case 0:
			return fmt.Sprintf("%s.s CONTAINS %s", x, word())
		case 1:
			return fmt.Sprintf("%s.s ENDS WITH %s", x, word())
		case 2:
			return fmt.Sprintf("%s.s STARTS WITH %s AND %s.s CONTAINS %s", x, word(), x, word())
		case 3:
			return fmt.Sprintf("point.distance(%s.p, %s) < %v", x, point(), []float64{0, 1, 4, 1e5, 3e6, 1e7, 3e7}[r.IntN(7)])
		case 4:
			return fmt.Sprintf("%v >= point.distance(%s, %s.p)", []float64{0, 2, 1e6, 9e6, -1}[r.IntN(5)], point(), x)
		case 5:
			return fmt.Sprintf("point.withinBBox(%s.p, %s, %s)", x, point(), point())
		case 6:
			return fmt.Sprintf("%s.v = %d", x, r.IntN(9))
		case 7:
			return fmt.Sprintf("%s.v > %d AND %s.v <= %d", x, r.IntN(9), x, r.IntN(9))
		}
		return fmt.Sprintf("%s.v IS NOT NULL AND %s.s CONTAINS 'abc'", x, x)
	}
	for range 6 {
		for range 50 {
			both(fmt.Sprintf("MATCH (n:A) WHERE %s RETURN n.v, n.s, n.p", conditions("n")))
			both(fmt.Sprintf("MATCH (a)%s[r:R]%s(b) WHERE %s RETURN r.v, r.s, a.v, b.v", []string{"-", "<-"}[r.IntN(2)], "-", conditions("r")))
		}
		for range 20 {
			both(fmt.Sprintf("MATCH (n:A) WITH n ORDER BY id(n) SKIP %d LIMIT 1 SET n = %s", r.IntN(300), props()))
			both(fmt.Sprintf("MATCH ()-[r:R]->() WITH r ORDER BY id(r) SKIP %d LIMIT 1 SET r += %s", r.IntN(180), props()))
		}
		both(fmt.Sprintf("MATCH (n:A) WITH n ORDER BY id(n) SKIP %d LIMIT 2 DETACH DELETE n", r.IntN(300)))
		both(fmt.Sprintf("MATCH (n:A) WITH n ORDER BY id(n) SKIP %d LIMIT 2 REMOVE n:A", r.IntN(300)))
	}
}

// TestIndexOrderIsThatOfOrderBy compares rows that an index gives in order with sorted ones.
func TestIndexOrderIsThatOfOrderBy(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	kinds := map[string][]string{
		"i": {"1", "2", "3", "-7", "9223372036854775807", "0"}, "f": {"1", "1.5", "-0.0", "0", "0.0/0.0", "1.0/0.0", "-1.0/0.0", "9007199254740993", "9007199254740992.0"},
		"s": {"'a'", "'B'", "''", "'é'", "'\\uD83D\\uDE00'", "'\\uFFFD'", "'ab'"}, "d": {"date('2024-01-01')", "date('-0001-01-01')", "date('2023-12-31')"},
		"t": {"datetime('2024-01-01T00:00Z')", "datetime('2024-01-01T01:00+02:00')", "datetime('2024-01-01T00:00[Europe/Paris]')"}, "b": {"true", "false"},
		"m": {"1", "'a'", "true", "2.5", "date('2024-01-01')"}, "n": {"1", "2", "null"},
	}
	plain, indexed := newDatabase(t), newDatabase(t)
	for k := range kinds {
		if _, err := indexed.Run(context.Background(), fmt.Sprintf("CREATE INDEX FOR (n:A) ON (n.%s)", k), nil); err != nil {
			t.Fatal(err)
		}
	}
	both := func(query string) {
		t.Helper()
		a, _, err := plain.run(query, nil)
		b, _, err2 := indexed.run(query, nil)
		if err != nil || err2 != nil || a != b {
			t.Errorf("%s\nsorted   %s %v\nin order %s %v\nplan %s", query, a, err, b, err2, plan(indexed.explain(query)))
		}
	}
	for range 4 {
		for range 40 {
			var props []string
			for k, vs := range kinds {
				props = append(props, k+": "+vs[r.IntN(len(vs))])
			}
			both(fmt.Sprintf("CREATE (:A {%s})-[:R]->(:B {i: %d})", strings.Join(props, ", "), r.IntN(5)))
		}
		for k := range kinds {
			for _, direction := range []string{"", " DESC"} {
				both(fmt.Sprintf("MATCH (n:A) RETURN n.%s AS k ORDER BY k%s", k, direction))
				both(fmt.Sprintf("MATCH (n:A) RETURN n.%s ORDER BY n.%s%s SKIP %d LIMIT %d", k, k, direction, r.IntN(5), r.IntN(50)))
				both(fmt.Sprintf("MATCH (n:A) WHERE n.%s IS NOT NULL RETURN n.%s ORDER BY n.%s%s LIMIT 7", k, k, k, direction))
				both(fmt.Sprintf("MATCH (n:A) WHERE n.%s > %s RETURN n.%s ORDER BY n.%s%s LIMIT 7", k, kinds[k][0], k, k, direction))
				both(fmt.Sprintf("MATCH (n:A)-->(b) WHERE b.i > 2 WITH n ORDER BY n.%s%s LIMIT 9 RETURN collect(n.%s) AS l", k, direction, k))
				both(fmt.Sprintf("UNWIND [1, 2] AS x MATCH (n:A) RETURN x, n.%s ORDER BY n.%s%s, x LIMIT 8", k, k, direction))
			}
		}
	}
	for query, want := range map[string]bool{
		"MATCH (n:A) RETURN n ORDER BY n.i LIMIT 3": true, "MATCH (n:A) RETURN n ORDER BY n.s DESC": true, "MATCH (n:A) WHERE n.i > 1 WITH n ORDER BY n.i RETURN n": true,
		"MATCH (n:A) RETURN n ORDER BY n.m LIMIT 3": false, "MATCH (n:A) RETURN n ORDER BY n.n LIMIT 3": false, "MATCH (n:A) RETURN n ORDER BY n.i, n.s": false, "MATCH (n) RETURN n ORDER BY n.i": false,
	} {
		got := plan(indexed.explain(query))
		if unsorted := !strings.Contains(got, "Sort") && !strings.Contains(got, "Top"); unsorted != want {
			t.Errorf("%s\n plan %s, want it without sorting: %v", query, got, want)
		}
	}
}

// TestJoinChecksBothSides joins nodes by a value while both have other conditions.
func TestJoinChecksBothSides(t *testing.T) {
	d := newDatabase(t)
	if _, _, err := d.run("UNWIND range(1, 60) AS i CREATE (:A {x: i % 7, z: i % 2}), (:B {x: i % 7, y: i % 3})", nil); err != nil {
		t.Fatal(err)
	}
	const query = "MATCH (a:A {z: 1}), (b:B {y: 1}) WHERE b.x = a.x RETURN a.z, b.y, count(*)"
	if got := plan(d.explain(query)); !strings.Contains(got, "ValueHashJoin") {
		t.Fatalf("the plan has no join: %s", got)
	}
	want := 0 // counted here
	for i := 1; i <= 60; i++ {
		for j := 1; j <= 60; j++ {
			if i%2 == 1 && j%3 == 1 && i%7 == j%7 {
				want++
			}
		}
	}
	for _, q := range []string{query, "PROFILE " + query} {
		if got, _, err := d.run(q, nil); err != nil || got != fmt.Sprintf("1, 1, %d", want) {
			t.Errorf("%s: %s, %v, want %d of them", q, got, err, want)
		}
	}
}

// TestPlansNameTheIndex looks for the operators by which Neo4j's users know indexes.
func TestPlansNameTheIndex(t *testing.T) {
	d := newDatabase(t)
	for _, q := range []string{
		"UNWIND range(1, 200) AS i CREATE (a:A {v: i, s: 'text ' + i, p: point({x: i, y: i}), u: i})-[:R {v: i, s: 'text ' + i, p: point({x: i, y: i})}]->(:B)",
		"CREATE TEXT INDEX FOR (n:A) ON (n.s)", "CREATE TEXT INDEX FOR ()-[r:R]-() ON (r.s)", "CREATE POINT INDEX FOR (n:A) ON (n.p)", "CREATE POINT INDEX FOR ()-[r:R]-() ON (r.p)",
		"CREATE INDEX FOR (n:A) ON (n.v)", "CREATE INDEX FOR ()-[r:R]-() ON (r.v)", "CREATE CONSTRAINT FOR (n:A) REQUIRE n.u IS UNIQUE",
	} {
		if _, err := d.Run(context.Background(), q, nil); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]string{
		"MATCH (n:A) WHERE n.v = 1 RETURN n":                                                         "NodeIndexSeek",
		"MATCH (n:A) WHERE n.v IN [1, 2] RETURN n":                                                   "NodeIndexSeek",
		"MATCH (n:A) WHERE n.u = 1 RETURN n":                                                         "NodeUniqueIndexSeek",
		"MATCH (n:A) WHERE n.v > 190 RETURN n":                                                       "NodeIndexSeekByRange",
		"MATCH (n:A) WHERE n.v IS NOT NULL RETURN n":                                                 "NodeIndexScan",
		"MATCH (n:A) WHERE n.s STARTS WITH 'text 1' RETURN n":                                        "NodeIndexSeekByRange",
		"MATCH (n:A) WHERE n.s CONTAINS 'ext 1' RETURN n":                                            "NodeIndexContainsScan",
		"MATCH (n:A) WHERE n.s ENDS WITH '99' RETURN n":                                              "NodeIndexEndsWithScan",
		"MATCH (n:A) WHERE point.distance(n.p, point({x: 1, y: 1})) < 5 RETURN n":                    "NodeIndexSeekByRange",
		"MATCH (n:A) WHERE point.withinBBox(n.p, point({x: 1, y: 1}), point({x: 2, y: 2})) RETURN n": "NodeIndexSeekByRange",
		"MATCH ()-[r:R]->() WHERE r.v = 1 RETURN r":                                                  "DirectedRelationshipIndexSeek",
		"MATCH ()-[r:R {v: 3}]-() RETURN r":                                                          "UndirectedRelationshipIndexSeek",
		"MATCH ()-[r:R]->() WHERE r.v > 190 RETURN r":                                                "DirectedRelationshipIndexSeekByRange",
		"MATCH ()-[r:R]->() WHERE r.s CONTAINS 'ext 7' RETURN r":                                     "DirectedRelationshipIndexContainsScan",
		"MATCH ()-[r:R]->() WHERE r.s ENDS WITH '7' RETURN r":                                        "DirectedRelationshipIndexEndsWithScan",
		"MATCH (n:A) RETURN n":                                                                       "NodeByLabelScan",
		"MATCH (n) RETURN n":                                                                         "AllNodesScan",
		"MATCH ()-[r:R]->() RETURN r":                                                                "DirectedRelationshipTypeScan",
		"MATCH (n) WHERE elementId(n) = 'x' RETURN n":                                                "NodeByElementIdSeek",
	} {
		if got := plan(d.explain(query)); !strings.Contains(got, "- "+want+"@") {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
}

func plan(o *cypher.PlanNode) string {
	if o == nil {
		return ""
	}
	details, _ := o.Arguments.Get("Details")
	out := o.Operator + "(" + fn.ToText(details) + ")"
	for _, c := range o.Children {
		out += " <- " + plan(c)
	}
	return out
}

// explain gives the plan of a query.
func (d *database) explain(query string) *cypher.PlanNode {
	res, err := d.Run(context.Background(), "EXPLAIN "+query, nil)
	if err != nil {
		return nil
	}
	return res.Plan
}
