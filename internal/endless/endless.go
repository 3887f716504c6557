package endless

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Graph are the statements that make the graph which Statements read.
var Graph = []string{
	"UNWIND range(0, 199) AS i CREATE (:D {i: i, name: 'a word of ' + i, v: [1.0 * i, 2, 3]})",
	"MATCH (a:D), (b:D) WHERE a.i <> b.i AND (a.i * 7 + b.i * 13) % 5 = 0 CREATE (a)-[:R]->(b)",
	"CREATE VECTOR INDEX v FOR (d:D) ON (d.v) OPTIONS {indexConfig: {`vector.dimensions`: 3, `vector.similarity_function`: 'cosine'}}",
	"CREATE FULLTEXT INDEX f FOR (d:D) ON EACH [d.name]",
}

// Statements gives statements that run for minutes, by name: one for each operator,
// function or wait that may take long within one row. LOAD CSV reads a file that it
// puts into importDir, and a server that never answers and lives as long as the test.
func Statements(t testing.TB, importDir string) map[string]string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(importDir, "large.csv"), []byte(strings.Repeat("a,b\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(silent.Close)
	url := silent.URL
	return map[string]string{
		"product of nodes":           "MATCH (a:D), (b:D), (c:D), (d:D), (e:D) WHERE a.i + b.i + c.i + d.i + e.i < 0 RETURN count(*)",
		"product of rows":            "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE a + b < 0 RETURN a",
		"range without a row":        "UNWIND range(1, 1000000000000) AS a WITH a WHERE a < 0 RETURN a",
		"walk of any length":         "MATCH (a:D {i: 0})-[*]->(b) WHERE b.i * 2 < 0 RETURN count(*)",
		"walk into a node":           "MATCH (a:D {i: 0}), (b:D {i: 5}) MATCH p = (a)-[*10..]->(b) WHERE length(p) < 0 RETURN count(*)",
		"quantified path":            "MATCH (a:D {i: 0}) (()-[r]->(x) WHERE x.i >= 0)+ (b) WHERE b.i < 0 RETURN count(*)",
		"shortest with a condition":  "MATCH (a:D {i: 0}), (b:D {i: 5}) MATCH p = shortestPath((a)-[*]->(b)) WHERE reduce(s = 0, n IN nodes(p) | s + n.i) < 0 RETURN p",
		"all shortest, many":         "MATCH (a:D {i: 0}), (b:D {i: 5}), (c:D), (d:D), (e:D) MATCH p = allShortestPaths((a)-[*..15]->(b)) WITH p WHERE length(p) < 0 RETURN p",
		"SHORTEST k":                 "MATCH p = SHORTEST 100000000 (a:D {i: 0})-->+(b:D {i: 5}) RETURN count(p)",
		"reachable nodes, again":     "MATCH (a:D), (b:D), (c:D) MATCH (a)-[*1..6]->(x) WITH DISTINCT a, b, c, x WHERE x.i < 0 RETURN a",
		"reduce":                     "RETURN reduce(s = 0, x IN range(1, 40000000) | s + x % 3) + reduce(s = 0, x IN range(1, 40000000) | s + x % 5)",
		"reduce in reduce":           "RETURN reduce(s = 0, x IN range(1, 1000000) | s + reduce(t = 0, y IN range(1, 1000000) | t + y % 7))",
		"list comprehension":         "RETURN size([x IN range(1, 1000000) WHERE size([y IN range(1, 1000000) WHERE y < 0]) > 0])",
		"quantifier":                 "RETURN all(x IN range(1, 1000000) WHERE none(y IN range(1, 1000000) WHERE y < 0))",
		"search in a list":           "WITH range(1, 3000000) AS l RETURN size([x IN l WHERE -x IN l])",
		"comparison of lists":        "WITH range(1, 3000000) AS l, range(1, 3000000) AS m RETURN size([x IN l WHERE l = m AND x < 0])",
		"sort":                       "UNWIND range(1, 3000000) AS x WITH x ORDER BY toString(x * 7919 % 1000003) RETURN count(x)",
		"top":                        "UNWIND range(1, 100000000) AS x WITH x ORDER BY x DESC LIMIT 100000 RETURN count(x)",
		"grouping":                   "UNWIND range(1, 100000000) AS x RETURN x % 1000003 AS k, count(*) AS n",
		"DISTINCT":                   "UNWIND range(1, 100000000) AS x RETURN DISTINCT x % 1000 AS k",
		"percentile":                 "UNWIND range(1, 100000000) AS x RETURN percentileCont(x * 7919 % 1000003, 0.5)",
		"collect":                    "UNWIND range(1, 100000000) AS x RETURN size(collect(x))",
		"UNION":                      "UNWIND range(1, 100000000) AS x RETURN x % 1000 AS k UNION UNWIND range(1, 100000000) AS x RETURN x % 1000 AS k",
		"subquery":                   "UNWIND range(1, 100000000) AS x CALL (x) { WITH x WHERE x < 0 RETURN 1 AS y } RETURN y",
		"EXISTS":                     "MATCH (a:D) WHERE EXISTS { MATCH p = (a)-[*]->(b) WHERE length(p) < 0 } RETURN a",
		"COUNT":                      "MATCH (a:D {i: 0}) RETURN COUNT { MATCH p = (a)-[*]->(b) WHERE length(p) < 0 }",
		"pattern comprehension":      "MATCH (a:D {i: 0}) RETURN size([p = (a)-[*]->(b) WHERE length(p) < 0 | p])",
		"regular expression, deep":   "RETURN reduce(s = 'a', i IN range(1, 12) | s + s) + 'c' =~ '(?=a)(a+)+b'",
		"regular expression, linear": "WITH reduce(s = 'ab', i IN range(1, 24) | s + s) AS s RETURN [i IN range(1, 50) | s =~ '(a|b|ab)*c']",
		"text replaced":              "WITH reduce(s = 'ab', i IN range(1, 22) | s + s) AS s RETURN size([i IN range(1, 10000) WHERE size(replace(s, 'a', 'b')) < 0])",
		"text split":                 "WITH reduce(s = 'a,', i IN range(1, 20) | s + s) AS s RETURN size([i IN range(1, 10000) WHERE size(split(s, ',')) < 0])",
		"lists sorted":               "WITH range(1, 2000000) AS l RETURN [i IN range(1, 1000) | size(apoc.coll.sort([x IN l | x * 7919 % 1000003]))]",
		"text in upper case":         "WITH reduce(s = 'aé ', i IN range(1, 22) | s + s) AS s RETURN size([i IN range(1, 10000) WHERE size(toUpper(s)) < 0])",
		"text reversed":              "WITH reduce(s = 'ab', i IN range(1, 22) | s + s) AS s RETURN size([i IN range(1, 10000) WHERE reverse(s) = ''])",
		"text trimmed":               "WITH reduce(s = '  ', i IN range(1, 22) | s + s) AS s RETURN size([i IN range(1, 10000) WHERE trim(s) <> ''])",
		"part of a text":             "WITH reduce(s = 'aé', i IN range(1, 22) | s + s) AS s RETURN size([i IN range(1, 10000) WHERE substring(s, size(s) / 2) = ''])",
		"text normalized":            "WITH reduce(s = 'aé', i IN range(1, 20) | s + s) AS s RETURN size([i IN range(1, 10000) WHERE normalize(s, NFD) = ''])",
		"text searched":              "WITH reduce(s = 'ab', i IN range(1, 24) | s + s) AS s RETURN size([i IN range(1, 100000) WHERE s CONTAINS 'aab'])",
		"texts joined":               "WITH [i IN range(1, 1000000) | 'text'] AS l RETURN size([i IN range(1, 10000) WHERE apoc.text.join(l, ', ') = ''])",
		"matches replaced":           "WITH reduce(s = 'ab', i IN range(1, 22) | s + s) AS s RETURN size([i IN range(1, 10000) WHERE apoc.text.replace(s, 'a(b)', '$1') = ''])",
		"lists joined":               "WITH range(1, 3000000) AS l RETURN size([i IN range(1, 10000) WHERE size(l + l) < 0])",
		"list reversed":              "WITH range(1, 3000000) AS l RETURN size([i IN range(1, 10000) WHERE head(reverse(l)) < 0])",
		"lists sorted at once":       "WITH [x IN range(1, 1000000) | toString(x * 7919 % 1000003)] AS l RETURN [i IN range(1, 1000) | size(apoc.coll.sort(l))]",
		"list as a set":              "WITH range(1, 1000000) AS l RETURN size([i IN range(1, 10000) WHERE size(apoc.coll.toSet(l)) < 0])",
		"list converted":             "WITH range(1, 1000000) AS l RETURN size([i IN range(1, 10000) WHERE size(toStringList(l)) < 0])",
		"type of a list":             "WITH range(1, 3000000) AS l RETURN size([i IN range(1, 10000) WHERE valueType(l) = '' OR NOT l IS :: LIST<INTEGER>])",
		"list as JSON":               "WITH range(1, 1000000) AS l RETURN size([i IN range(1, 10000) WHERE apoc.convert.toJson(l) = ''])",
		"percentile of much":         "UNWIND range(1, 1000000) AS x WITH percentileDisc(toFloat(x * 7919 % 1000003), 0.5) AS p, percentileCont(x * 7919 % 1000003, 0.1) AS q UNWIND range(1, 100000000) AS y WITH y WHERE y < 0 RETURN y",
		"nodes on their way out":     "MATCH (a:D), (b:D), (c:D) WITH collect(c) AS l RETURN l",
		"table of a hash join":       "UNWIND range(1, 1000000) AS x MATCH (a:D), (b:D), (c:D) WHERE b.i = a.i AND c.i = b.i AND a.i < 0 RETURN count(*)",
		"expansion by apoc":          "MATCH (a:D {i: 0}) CALL apoc.path.expandConfig(a, {maxLevel: 100}) YIELD path RETURN count(path)",
		"statement of apoc":          "CALL apoc.cypher.run('UNWIND range(1, 1000000000000) AS a WITH a WHERE a < 0 RETURN a', {}) YIELD value RETURN value",
		"batches of apoc":            "CALL apoc.periodic.iterate('UNWIND range(1, 100000000) AS x RETURN x', 'MATCH (d:D {i: -1}) SET d.x = x', {batchSize: 10}) YIELD batches RETURN batches",
		"CREATE":                     "UNWIND range(1, 100000000) AS x CREATE (:N {x: x})",
		"MERGE without an index":     "UNWIND range(1, 100000000) AS x MERGE (:D {i: x % 200, j: x % 3})",
		"SET":                        "MATCH (a:D), (b:D), (c:D), (d:D) SET a.x = b.i + c.i + d.i",
		"FOREACH":                    "FOREACH (x IN range(1, 10000000) | FOREACH (y IN [] | CREATE (:N)))",
		"batches":                    "UNWIND range(1, 100000000) AS x CALL (x) { WITH x WHERE x < 0 CREATE (:N) } IN TRANSACTIONS OF 10 ROWS",
		"batches side by side":       "UNWIND range(1, 100000000) AS x CALL (x) { WITH x WHERE x < 0 CREATE (:N) } IN 2 CONCURRENT TRANSACTIONS OF 10 ROWS",
		"LOAD CSV":                   "LOAD CSV FROM 'file:///large.csv' AS line WITH line UNWIND range(1, 1000000) AS x WITH line, x WHERE line[0] = 'never' RETURN line",
		"LOAD CSV that waits":        "LOAD CSV FROM '" + url + "' AS line RETURN line",
		"vector search, again":       "UNWIND range(1, 100000000) AS x CALL db.index.vector.queryNodes('v', 20, [1.0, x % 7, 2.0]) YIELD node WITH node WHERE node.i < 0 RETURN node",
		"full-text search, again":    "UNWIND range(1, 100000000) AS x CALL db.index.fulltext.queryNodes('f', 'word') YIELD node WITH node WHERE node.i < 0 RETURN node",
	}
}
