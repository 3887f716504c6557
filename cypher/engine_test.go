package cypher_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"graticule/cypher"
	"graticule/cypher/cyphertest"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// database is a database of a test, its answers as text.
type database struct{ *cyphertest.Database }

func newDatabase(t testing.TB) *database {
	d, err := cyphertest.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return &database{d}
}

// run gives the rows as text, with a semicolon between them, and the counters.
func (d *database) run(query string, params *graph.Map) (string, *graph.Map, error) {
	r, err := d.Run(context.Background(), query, params)
	if r == nil {
		return "", nil, err
	}
	var lines []string
	for _, row := range r.Rows {
		var cells []string
		for _, v := range row {
			cells = append(cells, show(v))
		}
		lines = append(lines, strings.Join(cells, ", "))
	}
	if err != nil {
		return strings.Join(lines, "; "), nil, err
	}
	return strings.Join(lines, "; "), r.Counters.Map(), nil
}

func show(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNode:
		n := v.AsNode()
		s := "("
		for _, l := range n.Labels {
			s += ":" + l
		}
		return s + fn.ToText(graph.MapOf(n.Properties)) + ")"
	case graph.KindRel:
		return "[:" + v.AsRel().Type + fn.ToText(graph.MapOf(v.AsRel().Properties)) + "]"
	case graph.KindPath:
		var parts []string
		for i, n := range v.AsPath().Nodes {
			if i > 0 {
				parts = append(parts, show(v.AsPath().Rels[i-1]))
			}
			parts = append(parts, show(n))
		}
		return "<" + strings.Join(parts, "-") + ">"
	case graph.KindList:
		var parts []string
		for _, e := range v.AsList() {
			parts = append(parts, show(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fn.ToText(v)
}

func TestQueries(t *testing.T) {
	const social = "CREATE (a:P {name: 'a', age: 1})-[:K {w: 1}]->(b:P {name: 'b', age: 2})-[:K {w: 2}]->(c:P {name: 'c', age: 3}), (a)-[:L]->(c), (c)-[:K]->(a)"
	for _, c := range []struct{ setup, query, want string }{
		{"", "RETURN 1 + 2 * 3 AS x, 'a' + 'b' AS y, 7 / 2, 7.0 / 2, 2 ^ 3, -3 % 2", "7, ab, 3, 3.5, 8.0, -1"},
		{"", "RETURN null = null, 1 = 1.0, [1, null] = [1, 2], 1 IN [2, null], true AND null, false AND null", "null, true, null, null, null, false"},
		{"", "UNWIND [3, 1, 2] AS x RETURN x ORDER BY x DESC SKIP 1 LIMIT 1", "2"},
		{"", "UNWIND range(1, 10) AS x WITH x % 3 AS k, x RETURN k, count(*), sum(x), collect(x) ORDER BY k", "0, 3, 18, [3, 6, 9]; 1, 4, 22, [1, 4, 7, 10]; 2, 3, 15, [2, 5, 8]"},
		{"", "RETURN count(*), sum(1), collect(null), avg(null)", "1, 1, [], null"},
		{"", "UNWIND [] AS x RETURN count(x), max(x)", "0, null"},
		{social, "MATCH (n:P) RETURN n.name ORDER BY n.name", "a; b; c"},
		{social, "MATCH (a:P {name: 'a'})-[r:K]->(b) RETURN b, r", "(:P{name: b, age: 2}), [:K{w: 1}]"},
		{social, "MATCH (a:P)-->(b)-->(c) RETURN a.name, b.name, c.name ORDER BY a.name, b.name", "a, b, c; a, c, a; b, c, a; c, a, b; c, a, c"},
		{social, "MATCH (a {name: 'a'})-[*1..2]->(x) RETURN x.name ORDER BY x.name", "a; b; c; c"},
		{social, "MATCH (a {name: 'a'})-[*2]-(x) RETURN count(*)", "5"},
		{social, "MATCH p = shortestPath((a:P {name: 'b'})-[*]->(b:P {name: 'a'})) RETURN length(p), [n IN nodes(p) | n.name]", "2, [b, c, a]"},
		{social, "MATCH (n:P) WHERE n.age > 1 AND (n)-[:K]->(:P {name: 'a'}) RETURN n.name", "c"},
		{social, "MATCH (n:P) OPTIONAL MATCH (n)-[:L]->(m) RETURN n.name, m.name ORDER BY n.name", "a, c; b, null; c, null"},
		{social, "MATCH (n:P) RETURN n.name, COUNT { (n)-->() } AS d, EXISTS { (n)-[:L]->() } ORDER BY d DESC, n.name LIMIT 1", "a, 2, true"},
		{social, "MATCH (n:P) WITH n ORDER BY n.age DESC LIMIT 2 RETURN collect(n.name)", "[c, b]"},
		{social, "MATCH (n:P {name: 'a'}) CALL (n) { MATCH (n)-->(m) RETURN count(m) AS c } RETURN n.name, c", "a, 2"},
		{social, "MATCH (n:P) RETURN DISTINCT labels(n), size(keys(n))", "[P], 2"},
		{social, "MATCH (a:P)-[:K]->(b:P)-[:K]->(c:P)-[:K]->(a) RETURN count(*)", "3"},
		{social, "MATCH (n:P {name: 'a'}) RETURN [(n)-[r]->(m) | m.name + type(r)] AS x, n {.name, z: 1}", "[bK, cL], {name: a, z: 1}"},
		{"", "MERGE (c:City {name: 'x'}) ON CREATE SET c.n = 1 ON MATCH SET c.n = 2 RETURN c", "(:City{name: x, n: 1})"},
		{"CREATE (:City {name: 'x'})", "MERGE (c:City {name: 'x'}) ON CREATE SET c.n = 1 ON MATCH SET c.n = 2 RETURN c", "(:City{name: x, n: 2})"},
		{"CREATE (:A {x: 1}), (:B {x: 2})", "MATCH (a:A), (b:B) MERGE (a)-[r:R]->(b) RETURN a.x, type(r), b.x", "1, R, 2"},
		{social, "MATCH (n:P {name: 'b'}) SET n.age = 5, n:Q, n += {z: 1} REMOVE n.name RETURN n", "(:P:Q{age: 5, z: 1})"},
		{social, "MATCH (n:P {name: 'b'}) DETACH DELETE n RETURN 1", "1"},
		{social, "MATCH (n) FOREACH (x IN [1, 2] | CREATE (:T {x: x})) WITH count(*) AS c MATCH (t:T) RETURN c, count(t)", "3, 6"},
		{social, "MATCH (n) CREATE (m:New {of: n.name}) RETURN count(m)", "3"},
		{"", "CREATE (a:A)-[r:R]->(a) RETURN startNode(r) = endNode(r)", "true"},
		{"", "RETURN 1 AS x UNION RETURN 1 AS x UNION RETURN 2 AS x", "1; 2"},
		{"", "RETURN CASE 3 WHEN 1, > 2 THEN 'big' ELSE 'small' END, CASE WHEN false THEN 1 END", "big, null"},
		{"", "RETURN date('2020-02-29') + duration('P1Y'), duration('P1DT2H').hours, datetime('2020-01-01T00:00:00Z').epochSeconds", "2021-02-28, 2, 1577836800"},
		{"", "RETURN all(x IN [1, 2] WHERE x > 0), single(x IN [1, 1] WHERE x = 1), reduce(s = 0, x IN [1, 2, 3] | s + x), [x IN range(1, 5) WHERE x % 2 = 1 | x * x]", "true, false, 6, [1, 9, 25]"},
		{"", "WITH {a: [1, {b: 2}]} AS m RETURN m.a[1].b, m['a'][-2], [1, 2, 3][1..], 'abc' =~ 'a.c'", "2, 1, [2, 3], true"},
		{"CREATE INDEX FOR (n:P) ON (n.name)", "SHOW INDEXES YIELD labelsOrTypes, properties, type WHERE type = 'RANGE' RETURN labelsOrTypes[0] AS l, properties", "P, [name]"},
		{social, "CALL db.labels() YIELD label RETURN label", "P"},
		{social, "CALL db.relationshipTypes()", "K; L"},
	} {
		d := newDatabase(t)
		if c.setup != "" {
			if _, _, err := d.run(c.setup, nil); err != nil {
				t.Fatalf("%s: %v", c.setup, err)
			}
		}
		got, _, err := d.run(c.query, nil)
		if err != nil || got != c.want {
			t.Errorf("%s\n got %s (%v)\nwant %s", c.query, got, err, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for query, want := range map[string]string{
		"RETURN x": "UndefinedVariable", "MATCH (n) RETURN m": "UndefinedVariable", "CREATE (n) CREATE (n)": "VariableAlreadyBound", "RETURN foo()": "UnknownFunction",
		"CREATE (a)-[:R]-(b)": "RequiresDirectedRelationship", "CREATE ()-[:A|B]->()": "NoSingleRelationshipType", "WITH 1 + 1 RETURN 2": "NoExpressionAlias", "RETURN 1 AS a, 2 AS a": "ColumnNameConflict",
		"MATCH (n) WHERE count(n) > 1 RETURN n": "InvalidAggregation", "RETURN $missing": "MissingParameter", "MATCH (n) RETURN n LIMIT -1": "NegativeIntegerArgument", "RETURN 1 UNION RETURN 2 AS x": "DifferentColumnsInUnion",
		"CALL no.such()": "ProcedureNotFound", "MERGE (n {x: null})": "MergeReadOwnWrites", "MATCH (n)": "InvalidClauseComposition",
	} {
		_, _, err := newDatabase(t).run(query, nil)
		if e := status.As(err); e == nil || e.Detail != want {
			t.Errorf("%s: %v (want detail %s)", query, err, want)
		}
	}
	d := newDatabase(t)
	if rows, _, err := d.run("UNWIND [1, 0, 2] AS x RETURN 10 / x", nil); rows != "10" || status.As(err) == nil {
		t.Errorf("rows before a failing one: %q, %v", rows, err)
	}
}

func TestCountersAndConstraints(t *testing.T) {
	d := newDatabase(t)
	_, m, err := d.run("CREATE (a:A:B {x: 1, y: 2})-[:R]->(:C)", nil)
	if got := fn.ToText(graph.MapOf(m)); err != nil || got != "{nodes-created: 2, relationships-created: 1, properties-set: 2, labels-added: 3, contains-updates: true}" {
		t.Errorf("counters %s, %v", got, err)
	}
	if _, _, err := d.run("CREATE CONSTRAINT u FOR (n:A) REQUIRE n.x IS UNIQUE", nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.run("CREATE (:A {x: 1})", nil); err == nil {
		t.Error("a duplicate value was stored")
	}
	if _, _, err := d.run("MATCH (a:A) DELETE a", nil); err == nil {
		t.Error("a node with relationships was deleted")
	}
	if got, _, err := d.run("MATCH (n:A {x: 1.0}) RETURN count(*)", nil); got != "1" || err != nil {
		t.Errorf("count %s, %v", got, err)
	}
}

// operators gives the operators of a plan from the leaf to the root, with the rows of a profile.
func operators(p *cypher.PlanNode) string {
	name := strings.TrimSuffix(p.Operator, "@neo4j")
	if p.Rows > 0 {
		name += fmt.Sprint(":", p.Rows)
	}
	for _, c := range p.Children {
		name = operators(c) + " " + name
	}
	return name
}

func TestPlans(t *testing.T) {
	d := newDatabase(t)
	for _, q := range []string{"CREATE INDEX FOR (n:P) ON (n.i)", "UNWIND range(1, 200) AS i CREATE (:P {i: i})", "MATCH (a:P {i: 1}), (b:P) CREATE (a)-[:R]->(b)"} {
		if _, _, err := d.run(q, nil); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]string{
		"EXPLAIN MATCH (n:P {i: 3}) RETURN n":                                                   "NodeIndexSeek Projection ProduceResults",
		"EXPLAIN MATCH (n:P) WHERE n.i > 3 RETURN n ORDER BY n.i LIMIT 2":                       "NodeIndexSeekByRange Filter Projection Limit ProduceResults",
		"EXPLAIN MATCH (n) RETURN count(*)":                                                     "NodeCountFromCountStore EagerAggregation ProduceResults",
		"EXPLAIN MATCH (a:P {i: 1})-->(b)-->(c) RETURN DISTINCT c":                              "NodeIndexSeek PruningVarExpand Distinct ProduceResults",
		"EXPLAIN MATCH (a:P {i: 1})-[r]->(b) SET b.x = 1":                                       "NodeIndexSeek Expand(All) Eager SetProperty EmptyResult ProduceResults",
		"PROFILE MATCH (a:P {i: 1})-->(b:P) WHERE b.i < 11 RETURN b.i":                          "NodeIndexSeek:1 Expand(All):200 Filter:200 Filter:10 Projection:10 ProduceResults:10",
		"PROFILE MATCH (n:P) RETURN n.i % 2 AS k, count(*) AS c":                                "NodeByLabelScan:200 EagerAggregation:2 ProduceResults:2",
		"EXPLAIN MATCH (a:P {i: 1}), (b:P {i: 2}) MATCH p = shortestPath((a)-[*]-(b)) RETURN p": "NodeIndexSeek NodeIndexSeek ShortestPath Projection Projection ProduceResults",
	} {
		r, err := d.Run(context.Background(), query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := operators(r.Plan); got != want {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
}

// A range that is unwound is not made as a list: it may be longer than any memory.
func TestUnwindMakesLongRangesAsTheyArePulled(t *testing.T) {
	d := newDatabase(t)
	for query, want := range map[string]string{
		"UNWIND range(1, 4000000000000) AS x RETURN x LIMIT 3":                                            "1; 2; 3",
		"UNWIND range(9223372036854775807, -9223372036854775807 - 1, -9223372036854775807) AS x RETURN x": "9223372036854775807; 0; -9223372036854775807",
		"UNWIND range(-9223372036854775807 - 1, 9223372036854775807) AS x RETURN x LIMIT 1":               "-9223372036854775808",
		"UNWIND range(5, 1) AS x RETURN x":                                                                "",
		"UNWIND [2, 3] AS n UNWIND range(n, 0, -2) AS x RETURN x":                                         "2; 0; 3; 1",
		"RETURN size(range(1, 10)) AS a, range(0, 10, 5) AS b":                                            "10, [0, 5, 10]",
	} {
		if got, _, err := d.run(query, nil); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", query, got, err, want)
		}
	}
	for _, query := range []string{"UNWIND range(1, 2, 0) AS x RETURN x", "UNWIND range(1, null) AS x RETURN x", "RETURN range(1, 4000000000000)"} {
		if got, _, err := d.run(query, nil); err == nil {
			t.Errorf("%s gave %s", query, got)
		}
	}
}

// A statement of which no row gets far still ends when it is asked to.
func TestCancelledStatementsEnd(t *testing.T) {
	d := newDatabase(t)
	if _, _, err := d.run("UNWIND range(1, 3000) AS x CREATE (:Person {id: x})", nil); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"UNWIND range(1, 4000000000000) AS x WITH x WHERE x < 0 RETURN count(x)",
		"UNWIND range(1, 4000000000000) AS x RETURN count(x)",
		"MATCH (a:Person), (b:Person), (c:Person), (d:Person) WHERE a.id + b.id + c.id + d.id < 0 RETURN count(*)",
		"MATCH (a), (b), (c), (d) RETURN count(*)",
		"UNWIND range(1, 4000000000000) AS x OPTIONAL MATCH (p:Nobody {id: x}) WITH p WHERE p IS NOT NULL RETURN p",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		began := time.Now()
		_, err := d.Run(ctx, query, nil)
		cancel()
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took > 20*time.Second {
			t.Errorf("%s: %v after %v", query, err, took)
		}
	}
}

// The kinds of the parameters are part of whether a statement is right: each
// combination is judged by itself, whatever ran before, and however many there are.
func TestParametersAreJudgedByTheirKinds(t *testing.T) {
	d := newDatabase(t)
	var list []string
	params := graph.NewMap(40)
	for i := range 40 {
		list = append(list, fmt.Sprintf("$p%d", i))
		params.Put(fmt.Sprintf("p%d", i), graph.Int(int64(i)))
	}
	if _, _, err := d.run("RETURN ["+strings.Join(list, ", ")+"] AS l", params); err != nil {
		t.Error(err)
	}
	for round := range 3 {
		for i := range 2 * len(list) {
			p := graph.NewMap(2)
			p.Put("a", graph.Int(1))
			p.Put("b", graph.Int(2))
			wrong := (i+round)%3 == 0
			if wrong {
				p.Put("b", graph.DurationOf(graph.Duration{Days: 1}))
			}
			if _, _, err := d.run("RETURN $a + $b AS c", p); wrong != (err != nil) {
				t.Fatalf("round %d, %d: %v", round, i, err)
			}
		}
	}
}
