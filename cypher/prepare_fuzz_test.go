package cypher

import (
	"testing"

	"graticule/status"
)

// FuzzPrepare checks that any text is compiled or refused with a status, and
// that none stops the process.
func FuzzPrepare(f *testing.F) {
	for _, q := range []string{
		"MATCH p = (a)-[r*]->(b {x: 1}) WHERE a.x > 1 RETURN a, collect(b)[0] AS c ORDER BY c SKIP 1",
		"MATCH (a) CALL (a) { MATCH (a)--(b) RETURN b AS c } RETURN EXISTS { (c)-->() }, COUNT { (a) }",
		"MERGE (a:A)-[r:R]->(b) ON CREATE SET a.x = 1, a:B, a += {} REMOVE a.x DETACH DELETE r, b",
		"UNWIND $l AS x FOREACH (y IN x | CREATE (:A {v: y})) RETURN [x IN [1] | x], CASE x WHEN 1 THEN 2 END",
		"SHOW INDEXES YIELD name ORDER BY name", "CALL db.labels() YIELD label AS l RETURN l",
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		for _, version := range []int{5, 25} {
			if _, err := New(nil).Prepare(q, version); err != nil && status.As(err) == nil {
				t.Fatalf("%v is no status", err)
			}
		}
	})
}
