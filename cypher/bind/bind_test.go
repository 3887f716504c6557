package bind

import (
	"slices"
	"testing"

	"graticule/cypher/parser"
	"graticule/status"
)

// bindText parses and binds q.
func bindText(t *testing.T, q string, version int) (*Bound, error) {
	t.Helper()
	stmt, err := parser.Parse(q, parser.Config{Version: version})
	if err != nil {
		t.Fatalf("parse %s: %v", q, err)
	}
	return Bind(stmt, Config{Outputs: func(string) []string { return []string{"label"} }})
}

func TestBindAccepts(t *testing.T) {
	for _, q := range []string{
		"MATCH (a)-[r:R*1..3]->(b) WITH r UNWIND r AS one MATCH ()-[one]->() RETURN one",
		"MATCH (a) CALL { WITH a MATCH (a)-->(b) RETURN count(b) AS n } RETURN a, n",
		"MATCH (a) CALL (a) { MATCH (a)-->(b) WITH b RETURN a.x + b.x AS n } RETURN a, n",
		"MATCH (a) CALL (*) { WITH 1 AS one RETURN a.x AS x } RETURN x",
		"UNWIND [1, 2] AS x CALL { CREATE () } IN TRANSACTIONS OF 10 ROWS ON ERROR CONTINUE REPORT STATUS AS st RETURN st.committed",
		"MATCH (a) CALL { MATCH (b) RETURN b UNION MATCH (c) RETURN c AS b } RETURN a, b",
		"MATCH (n) WHERE EXISTS { MATCH (n)-->(m) WITH m WHERE m.x > n.x RETURN m } RETURN n",
		"MATCH (n) RETURN COUNT { (n)-->(m) WHERE m.x = n.x } AS c, COLLECT { MATCH (n)-->(m) RETURN m.name } AS names",
		"MATCH ((a)-[r]->(b) WHERE a.x < b.x){1,3} RETURN size(r), [x IN a | x.name]",
		"MATCH (s) ((a)-[r]->(b))+ (e) RETURN s, e, r[0]",
		"MATCH p = shortestPath((a)-[*..5]-(b)) WHERE all(n IN nodes(p) WHERE n.x = 1) RETURN length(p)",
		"MATCH (a:A), (b:B) RETURN shortestPath((a)-[*]-(b)) IS NULL",
		"MATCH (a) RETURN a {.name, .*, x: 1, friends: [(a)-->(b) | b.name]}",
		"MATCH (a) RETURN a.x AS x, count(*) AS c ORDER BY x, count(*) DESC",
		"MATCH (a) RETURN a.x, collect(a)[0].y + count(*) AS c ORDER BY a.x",
		"MATCH (a) WITH a, count(*) AS c WHERE c > 1 AND a.x = 2 RETURN *",
		"MATCH (a) RETURN DISTINCT a.name ORDER BY toLower(a.name)",
		"MATCH (a) WITH a.name AS name WHERE a.age > 3 RETURN name",
		"FOREACH (x IN [1, 2] | CREATE (n {v: x}) SET n.w = x)",
		"MERGE (a:A {id: $id}) ON CREATE SET a.t = timestamp() ON MATCH SET a.n = coalesce(a.n, 0) + 1",
		"MATCH (a), (b) MERGE (a)-[r:R]-(b) SET r += $props DELETE r",
		"MATCH (a) SET a = {x: 1}, a:L, a.y = null REMOVE a.x",
		"MATCH p = (a)-->() DELETE p",
		"RETURN [1, 'a', null][0] - 1, {a: 1}.a * 2, date() + duration('P1D'), [1] + 2",
		"RETURN reduce(s = 0, x IN [1, 2] | s + x) % 2, [x IN range(1, 3) WHERE x % 2 = 0 | x ^ 2]",
		"RETURN CASE WHEN true THEN 1 ELSE 'a' END - 1",
		"MATCH (n) WHERE (n)-->() OR exists((n)<--()) RETURN CASE WHEN (n)-->(:A) THEN 1 END",
		"CALL db.labels()", "CALL db.labels() YIELD *", "CALL db.labels() YIELD label WHERE label <> 'A' RETURN label AS l",
		"WITH * RETURN 1 AS one", "MATCH (n) RETURN n SKIP toInteger(rand() * 9) LIMIT $limit",
		"LOAD CSV WITH HEADERS FROM 'file:///a.csv' AS row CREATE (:A {x: row.x})",
		"MATCH (a)-[r]->(b) WITH a, collect({r: r, b: b}) AS all UNWIND all AS one RETURN one.r.x, one.b.y",
		"UNWIND $rows AS row MATCH (a {id: row.id}) SET a += row.props RETURN count(*)",
		"OPTIONAL MATCH (a) WITH a ORDER BY a.x LIMIT 1 MATCH (a)-->(b) RETURN a, b",
		"MATCH (m) WHERE m.x IN [1, 2] AND NOT m.y IN $list AND m:A|B RETURN min(m.x) + max(m.x) - avg(m.x)",
	} {
		if _, err := bindText(t, q, 5); err != nil {
			t.Errorf("%s: %v", q, err)
		}
	}
	for _, q := range []string{
		"CREATE (a) MATCH (b) RETURN b", "MATCH (a) LET x = a.x, y = 2 FILTER x > y RETURN x", "RETURN 1 AS a NEXT RETURN a + 1 AS b",
		"WHEN true THEN RETURN 1 AS a ELSE RETURN 2 AS a", "{ RETURN 1 AS a } UNION { RETURN 2 AS a }",
	} {
		if _, err := bindText(t, q, 25); err != nil {
			t.Errorf("%s: %v", q, err)
		}
	}
}

func TestBindRefuses(t *testing.T) {
	for _, c := range []struct {
		query, detail string
		offset        int
	}{
		{"MATCH (a) CALL { MATCH (a)-->(b) RETURN a } RETURN a", "VariableAlreadyBound", 40},
		{"MATCH (a) CALL { RETURN a.x AS x } RETURN x", "UndefinedVariable", 24},
		{"MATCH (a) CALL (b) { RETURN 1 AS x } RETURN x", "UndefinedVariable", 16},
		{"MATCH (a) CALL () { RETURN a.x AS x } RETURN x", "UndefinedVariable", 27},
		{"MATCH (a) RETURN COUNT { CREATE (b) }", "InvalidClauseComposition", 17},
		{"MATCH (a) WITH a.x AS x RETURN a", "UndefinedVariable", 31},
		{"UNWIND [1] AS x UNWIND [2] AS x RETURN x", "VariableAlreadyBound", 30},
		{"MATCH (n {x: 1})-[r]->(n $p) RETURN n", "InvalidParameterUse", 25},
		{"MATCH (a) ((a)-[r]->(b))+ RETURN r", "VariableAlreadyBound", 10},
		{"UNWIND ['a'] AS x RETURN x - 1", "InvalidArgumentType", 25},
		{"MATCH (n) SET n.x = count(*)", "InvalidAggregation", 20},
		{"RETURN [x IN [1] | count(x)]", "InvalidAggregation", 19},
		{"RETURN size((:A)-->())", "UnexpectedSyntax", 12},
		{"CREATE (a) MATCH (b) RETURN b", "InvalidClauseComposition", 11},
		{"MATCH (a) CALL (a) { RETURN a.x } RETURN 1", "NoExpressionAlias", 28},
		{"MATCH (a) CALL (a) { WITH 1 AS a RETURN a AS b } RETURN b", "VariableAlreadyBound", 31},
		{"MATCH (n) DELETE n:A", "InvalidDelete", 17},
		{"MATCH (n) RETURN n LIMIT n.x", "NonConstantExpression", 25},
	} {
		_, err := bindText(t, c.query, 5)
		e := status.As(err)
		if e == nil {
			t.Errorf("%s: accepted, want %s", c.query, c.detail)
			continue
		}
		if e.Detail != c.detail || e.Position.Offset != c.offset || e.Position.Line != 1 {
			t.Errorf("%s: %s at %+v, want %s at %d (%v)", c.query, e.Detail, e.Position, c.detail, c.offset, err)
		}
	}
}

func TestBindTellsColumnsAndParameters(t *testing.T) {
	b, err := bindText(t, "MATCH (n {x: $b}) SET n.y = $a RETURN  n . y ,cOuNt( * ) AS c, n", 5)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"n . y", "c", "n"}; !slices.Equal(b.Columns, want) {
		t.Errorf("columns %q, want %q", b.Columns, want)
	}
	if want := []string{"a", "b"}; !slices.Equal(b.Parameters, want) || !b.Writes {
		t.Errorf("parameters %q, writes %v", b.Parameters, b.Writes)
	}
}

func BenchmarkBind(b *testing.B) {
	stmt, err := parser.Parse("MATCH (n:User {id: $id}) WHERE n.age >= 18 RETURN n.name", parser.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Bind(stmt, Config{}); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzBind checks that whatever parses is bound or refused with a status.
func FuzzBind(f *testing.F) {
	for _, q := range []string{
		"MATCH p = (a)-[r*]->(b {x: 1}) WHERE a.x > 1 RETURN a, collect(b)[0] AS c ORDER BY c SKIP 1",
		"MATCH (a) CALL (a) { MATCH (a)--(b) RETURN b AS c } IN TRANSACTIONS RETURN EXISTS { (c)-->() }",
		"WHEN true THEN RETURN 1 AS a ELSE RETURN 2 AS a NEXT LET b = a FILTER b > 1 RETURN *",
		"MERGE (a:A)-[r:R]->(b) ON CREATE SET a.x = 1, a:B, a += {} REMOVE a.x DETACH DELETE r, b",
		"MATCH ((a)-[r]->(b) WHERE a.x = 1){1,2} RETURN [x IN a | x {.y, z: 1}], reduce(s = 0, x IN r | s + 1)",
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		for _, version := range []int{5, 25} {
			stmt, err := parser.Parse(q, parser.Config{Version: version})
			if err != nil {
				continue
			}
			if _, err := Bind(stmt, Config{}); err != nil && status.As(err) == nil {
				t.Fatalf("%v is no status", err)
			}
		}
	})
}
