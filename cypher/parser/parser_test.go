package parser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graticule/cypher/ast"
	"graticule/status"
)

func TestParseAccepts(t *testing.T) {
	for _, q := range []string{
		"RETURN 1", "RETURN -9223372036854775808 AS x;", "MATCH (n) RETURN n.a.b[0][1..2], n:A:B, n.x IS NOT NULL",
		"MATCH (a:A&!B|C {x: 1})-[r:R|S*1..3 {y: $p}]->(b)<--(c) WHERE NOT (a)-->(b) AND a.x < 3 <= 4 RETURN *",
		"MATCH p = shortestPath((a)-[*..15]-(b)) RETURN length(p)", "MATCH ((a)-[r:R]->(b) WHERE a.x > 1){2,3} RETURN r",
		"MATCH (match:Match {return: 1}) RETURN match.return AS as", "UNWIND range(1, 3) AS x WITH x WHERE x > 1 RETURN collect(DISTINCT x)[..-1]",
		"MERGE (a:A {x: $x}) ON CREATE SET a.t = 1, a += {z: 2} ON MATCH SET a:B RETURN a {.x, y: 1, .*}",
		"RETURN [x IN [1,2] WHERE x > 1 | x], [(a)-->(b) WHERE a:X | b.name], reduce(s = 0, x IN [1] | s + x), all(x IN [1] WHERE x)",
		"RETURN CASE 1 WHEN 1, > 3 THEN 'a' WHEN IS NULL THEN 'b' ELSE 'c' END, EXISTS { (a)-->() WHERE true }, COUNT { MATCH (n) RETURN n }",
		"CALL { WITH 1 AS x RETURN x } IN 2 CONCURRENT TRANSACTIONS OF 10 ROWS ON ERROR CONTINUE REPORT STATUS AS s RETURN s",
		"CALL (a, b) { RETURN 1 AS c } RETURN c", "CALL db.labels() YIELD label AS l WHERE l <> 'x' RETURN l", "FOREACH (x IN [1] | CREATE (:A {x: x}))",
		"EXPLAIN CYPHER 5 planner=cost MATCH (n) RETURN n", "RETURN 1 UNION ALL RETURN 2", "LOAD CSV WITH HEADERS FROM 'file:///a.csv' AS row RETURN row",
		"CREATE DATABASE orders TOPOLOGY 3 PRIMARIES 2 SECONDARIES WAIT 5 SECONDS;", "SHOW DATABASES YIELD name, currentStatus, role, address\nORDER BY name;",
		"SHOW DATABASES YIELD name, address, role, currentStatus\nWHERE name = 'neo4j';", "CREATE INDEX i IF NOT EXISTS FOR (n:A) ON (n.x, n.y)",
		"CREATE CONSTRAINT FOR ()-[r:R]-() REQUIRE r.x IS NOT NULL", "ALTER USER neo4j SET PASSWORD 'abc' CHANGE NOT REQUIRED SET STATUS ACTIVE",
		"ALTER CURRENT USER SET PASSWORD FROM 'a' TO $b", "SHOW TRANSACTIONS 'a', 'b' YIELD * RETURN count(*)", "TERMINATE TRANSACTION 'x'",
		"RETURN 1 IS :: INTEGER NOT NULL, [1] IS :: LIST<INTEGER | STRING>, trim(BOTH 'x' FROM 'xax'), normalize('a', NFC), `odd``name`",
		"ALTER DATABASE d SET TOPOLOGY 1 PRIMARY SET ACCESS READ ONLY", "CREATE FULLTEXT INDEX f FOR (n:A|B) ON EACH [n.x, n.y] OPTIONS {indexConfig: {`a.b`: true}}",
		"MATCH (a)-[r]->(b) USING INDEX a:A(x) RETURN a", "RETURN 0x1F, 0o17, 1_000, .5, 1e-3, 'a\\u0041\\n' // end",
	} {
		if _, err := Parse(q, Config{}); err != nil {
			t.Errorf("%s\n%v", q, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for q, detail := range map[string]string{
		"RETURN": "UnexpectedSyntax", "MATCH (n RETURN n": "UnexpectedSyntax", "RETURN 9223372036854775808": "IntegerOverflow",
		"RETURN 9223372h54775808": "InvalidNumberLiteral", "RETURN '\\uH'": "InvalidUnicodeLiteral", "RETURN 1.34E999": "FloatingPointOverflow",
		"RETURN 42 — 41": "InvalidUnicodeCharacter", "FOO": "UnexpectedSyntax", "RETURN 1 != 2": "", "": "UnexpectedSyntax",
	} {
		_, err := Parse(q, Config{})
		e := status.As(err)
		if e == nil || e.Code != status.SyntaxError || e.Detail != detail {
			t.Errorf("%q: %v", q, err)
		}
	}
}

func TestParseBoundsDepthAndLength(t *testing.T) {
	for _, q := range []string{
		"RETURN " + strings.Repeat("(", 4000) + "1" + strings.Repeat(")", 4000), "RETURN " + strings.Repeat("[", 100000),
		"RETURN " + strings.Repeat("NOT ", 100000) + "true", "RETURN " + strings.Repeat("-", 100001) + "x", "MATCH " + strings.Repeat("((a)", 5000),
		strings.Repeat("x", TextMax+1),
	} {
		if _, err := Parse(q, Config{}); err == nil {
			t.Errorf("%.20s… was accepted", q)
		}
	}
}

func TestSpansAreTheSource(t *testing.T) {
	src := "RETURN cOuNt( * ), {a: 1, b: 'foo'}  AS x,  12 / 4 * 3 - 2 * 4"
	s, err := Parse(src, Config{})
	if err != nil {
		t.Fatal(err)
	}
	ret := s.Query.Parts[0].Clauses[0].(*ast.Return)
	for i, want := range []string{"cOuNt( * )", "{a: 1, b: 'foo'}", "12 / 4 * 3 - 2 * 4"} {
		if got := ret.Items[i].Span.Text(src); got != want {
			t.Errorf("item %d is %q, want %q", i, got, want)
		}
	}
}

// An ORDER without BY once made the parser read the same clause for ever.
func TestOrderWithoutBy(t *testing.T) {
	for _, q := range []string{"RETURN 1 AS a ORDER a", "MATCH (n) ORDER", "MATCH (n) RETURN n ORDER Y n SKIP 1"} {
		if _, err := Parse(q, Config{}); err == nil || !strings.Contains(err.Error(), "'BY'") {
			t.Errorf("%s: %v, want an error that expects 'BY'", q, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("MATCH (a:A {x: 1})-[r:R*1..2]->(b) WHERE a.x = $p RETURN a, collect(b)[0]")
	f.Add("CREATE CONSTRAINT c FOR (n:A) REQUIRE n.x IS UNIQUE")
	f.Fuzz(func(t *testing.T, q string) {
		_, err := Parse(q, Config{})
		if err != nil && status.As(err) == nil {
			t.Fatalf("%v is no status", err)
		}
	})
}

// TestParseOpenCypherScenarios parses every query of the openCypher scenarios
// that do not expect a syntax error.
func TestParseOpenCypherScenarios(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "tck", "features")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the openCypher scenarios are not beside the project")
	}
	total, bad := 0, 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".feature") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, scenario := range strings.Split(string(b), "Scenario")[1:] {
			if strings.Contains(scenario, "SyntaxError") || strings.Contains(scenario, "<") && strings.HasPrefix(scenario, " Outline") {
				continue
			}
			parts := strings.Split(scenario, `"""`)
			for i := 1; i < len(parts); i += 2 {
				total++
				if _, err := Parse(parts[i], Config{}); err != nil {
					bad++
					t.Errorf("%s: %v", filepath.Base(path), err)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d queries, %d refused", total, bad)
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("MATCH (n:User {id: $id}) WHERE n.age >= 18 RETURN n.name", Config{}); err != nil {
			b.Fatal(err)
		}
	}
}
