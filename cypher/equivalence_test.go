package cypher_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// equal are queries that must give the same rows on any graph: one that the
// planner has a shortcut for, one that it solves path by path.
var equal = [][2]string{
	{"MATCH (s:S)-->()-->(n) RETURN DISTINCT n.i", "MATCH p = (s:S)-->()-->(n) RETURN DISTINCT n.i"},
	{"MATCH (s:S)-->()-->()-->(n) RETURN DISTINCT n.i", "MATCH p = (s:S)-->()-->()-->(n) RETURN DISTINCT n.i"},
	{"MATCH (s:S)--()--()--(n) RETURN DISTINCT n.i", "MATCH p = (s:S)--()--()--(n) RETURN DISTINCT n.i"},
	{"MATCH (s:S)--()--()--()--(n:T) WHERE n.i > 2 RETURN DISTINCT n.i", "MATCH p = (s:S)--()--()--()--(n:T) WHERE n.i > 2 RETURN DISTINCT n.i"},
	{"MATCH (s:S)-[:R]-(:T)<-[:Q]-()-[:R]-(n) RETURN count(DISTINCT n)", "MATCH p = (s:S)-[:R]-(:T)<-[:Q]-()-[:R]-(n) RETURN count(DISTINCT n)"},
	{"MATCH (s:S)-[{w: 1}]-()-[{w: 1}]-()-[{w: 1}]-(n) RETURN count(DISTINCT n), min(n.i)", "MATCH p = (s:S)-[{w: 1}]-()-[{w: 1}]-()-[{w: 1}]-(n) RETURN count(DISTINCT n), min(n.i)"},
	{"MATCH (s:S)-[*1..3]->(n) RETURN DISTINCT n.i", "MATCH p = (s:S)-[*1..3]->(n) RETURN DISTINCT n.i"},
	{"MATCH (s:S)-[*0..3]-(n) RETURN DISTINCT n.i", "MATCH p = (s:S)-[*0..3]-(n) RETURN DISTINCT n.i"},
	{"MATCH (s:S)-[*..2]-(n) RETURN DISTINCT n.i", "MATCH p = (s:S)-[*..2]-(n) RETURN DISTINCT n.i"},
	{"MATCH (s:S)-[:R*]->(n) RETURN DISTINCT n.i", "MATCH p = (s:S)-[:R*]->(n) RETURN DISTINCT n.i"},
	{"MATCH (a)-->(b)-->(c) RETURN count(*)", "MATCH p = (a)-->(b)-->(c) RETURN count(p)"},
	{"MATCH (a)--(b)--(c) RETURN count(*)", "MATCH p = (a)--(b)--(c) RETURN count(p)"},
	{"MATCH (a:T)--(b)-->(c)--(d) RETURN count(c)", "MATCH p = (a:T)--(b)-->(c)--(d) RETURN count(p)"},
	{"MATCH (a)-[r:R]->(b) RETURN count(r)", "MATCH p = (a)-[r:R]->(b) RETURN count(p)"},
	{"MATCH (a)-[r:R|Q]->() RETURN count(r)", "MATCH p = (a)-[r:R|Q]->() RETURN count(p)"},
	{"MATCH (a)-->(b:T) RETURN b.i, count(*)", "MATCH p = (a)-->(b:T) RETURN b.i, count(p)"},
	{"MATCH (n:T) RETURN count(n)", "MATCH p = (n:T) RETURN count(p)"},
	{"MATCH (n) RETURN n.i, COUNT { (n)-->() }", "MATCH (n) OPTIONAL MATCH p = (n)-->() RETURN n.i, count(p)"},
	{"MATCH (a:S), (b) WHERE a.w = b.w RETURN a.i, b.i", "MATCH (a:S) MATCH (b) WITH a, b WHERE a.w = b.w RETURN a.i, b.i"},
	{"MATCH (a), (b) WHERE a.w = b.w AND a.i < b.i RETURN a.i, b.i", "MATCH (a) MATCH (b) WITH a, b WHERE a.w = b.w AND a.i < b.i RETURN a.i, b.i"},
	{"MATCH (a {w: b.w}), (b:S) RETURN a.i, b.i", "MATCH (b:S) MATCH (a) WITH a, b WHERE a.w = b.w RETURN a.i, b.i"},
	{"MATCH (s:S)((a)-[r:R]->(b)){1,3}(n) RETURN n.i, [x IN r | x.k], [x IN a | x.i], [x IN b | x.i]", "MATCH p = (s:S)-[r:R*1..3]->(n) RETURN n.i, [x IN r | x.k], [x IN nodes(p)[..-1] | x.i], [x IN nodes(p)[1..] | x.i]"},
	{"MATCH (s:S)((a)-[r:R]-(b) WHERE a.i <> b.i){1,3}(n) RETURN n.i, [x IN r | x.k]", "MATCH p = (s:S)-[r:R*1..3]-(n) WHERE all(i IN range(0, length(p) - 1) WHERE nodes(p)[i].i <> nodes(p)[i + 1].i) RETURN n.i, [x IN r | x.k]"},
	{"MATCH (s:S)((a)-[r]->(b)-[q]->(c)){1,2}(n:T) RETURN n.i, size(r)", "MATCH p = (s:S)-[*2..4]->(n:T) WHERE length(p) % 2 = 0 RETURN n.i, length(p) / 2"},
	{"MATCH (s:S)-[:R]->{0,2}(n) RETURN n.i", "MATCH (s:S)-[:R*0..2]->(n) RETURN n.i"},
	{"MATCH p = shortestPath((a:S)-[*..6]-(b:T)) WHERE a <> b RETURN a.i, b.i, length(p)", "MATCH p = (a:S)-[*1..6]-(b:T) WHERE a <> b RETURN a.i, b.i, min(length(p))"},
	{"MATCH p = shortestPath((a:S)-[:R*]->(b)) WHERE a <> b RETURN a.i, b.i, length(p)", "MATCH p = (a:S)-[:R*]->(b) WHERE a <> b RETURN a.i, b.i, min(length(p))"},
	{"MATCH p = allShortestPaths((a:S)-[*..4]->(b)) WHERE a <> b RETURN a.i, b.i, [r IN relationships(p) | r.k]", "MATCH q = (a:S)-[*..4]->(b) WHERE a <> b WITH a, b, min(length(q)) AS l MATCH p = (a)-[*..4]->(b) WHERE length(p) = l RETURN a.i, b.i, [r IN relationships(p) | r.k]"},
	{"MATCH p = shortestPath((a:S)-[*..5]->(b)) WHERE a <> b AND all(x IN nodes(p)[1..-1] WHERE x.w = 1) RETURN a.i, b.i, length(p)", "MATCH p = (a:S)-[*..5]->(b) WHERE a <> b AND all(x IN nodes(p)[1..-1] WHERE x.w = 1) RETURN a.i, b.i, min(length(p))"},
	{"MATCH p = shortestPath((a:S)-[*..5]-(b)) WHERE a <> b AND all(x IN nodes(p) WHERE x.w < 2) AND all(r IN relationships(p) WHERE r.w = 1) RETURN a.i, b.i, length(p)", "MATCH p = (a:S)-[*..5]-(b) WHERE a <> b AND all(x IN nodes(p) WHERE x.w < 2) AND all(r IN relationships(p) WHERE r.w = 1) RETURN a.i, b.i, min(length(p))"},
	{"MATCH p = ANY SHORTEST (a:S)-[:R]->+(b) RETURN a.i, b.i, length(p)", "MATCH p = (a:S)-[:R*]->(b) RETURN a.i, b.i, min(length(p))"},
	{"MATCH p = ALL SHORTEST (a:S)--{1,4}(b) RETURN a.i, b.i, [r IN relationships(p) | r.k]", "MATCH q = (a:S)-[*1..4]-(b) WITH a, b, min(length(q)) AS l MATCH p = (a)-[*1..4]-(b) WHERE length(p) = l RETURN a.i, b.i, [r IN relationships(p) | r.k]"},
	{"MATCH p = SHORTEST 2 GROUPS (a:S)-->{1,4}(b) RETURN a.i, b.i, length(p)", "MATCH q = (a:S)-[*1..4]->(b) WITH a, b, collect(DISTINCT length(q)) AS ls UNWIND ls AS l WITH a, b, l ORDER BY l WITH a, b, collect(l)[..2] AS ls MATCH p = (a)-[*1..4]->(b) WHERE length(p) IN ls RETURN a.i, b.i, length(p)"},
	{"MATCH (n:S|T) RETURN n.i", "MATCH (n) WHERE 'S' IN labels(n) OR 'T' IN labels(n) RETURN n.i"},
	{"MATCH (n) WHERE n:S AND n.i >= 3 RETURN n.i", "MATCH (n) WITH n WHERE n:S AND n.i >= 3 RETURN n.i"},
	{"MATCH (n:X) WHERE n.i > 2 AND n.i <= 7 RETURN n.i", "MATCH (n:X) WITH n WHERE n.i > 2 AND n.i <= 7 RETURN n.i"},
	{"MATCH (n:X) WHERE 3 < n.i RETURN n.i", "MATCH (n:X) WITH n WHERE 3 < n.i RETURN n.i"},
	{"MATCH (n:X) WHERE n.i IN [1, 4, 4, 99, null] RETURN n.i", "MATCH (n:X) WITH n WHERE n.i IN [1, 4, 4, 99, null] RETURN n.i"},
	{"MATCH (n:X) WHERE n.s STARTS WITH 'a' RETURN n.s", "MATCH (n:X) WITH n WHERE n.s STARTS WITH 'a' RETURN n.s"},
	{"MATCH (n:X) WHERE n.s IS NOT NULL RETURN n.s", "MATCH (n:X) WITH n WHERE n.s IS NOT NULL RETURN n.s"},
	{"MATCH (n) WHERE id(n) IN [0, 3, 3] RETURN n.i", "MATCH (n) WITH n WHERE id(n) IN [0, 3, 3] RETURN n.i"},
	{"MATCH (n:S) MATCH (m) WHERE elementId(m) = elementId(n) RETURN m.i", "MATCH (m:S) RETURN m.i"},
	{"MATCH (n) RETURN n.w, n.i ORDER BY n.w DESC, n.i LIMIT 3", "MATCH (n) WITH n ORDER BY n.w DESC, n.i WITH collect(n)[..3] AS l UNWIND l AS n RETURN n.w, n.i"},
	{"MATCH (n) RETURN n.w, n.i ORDER BY n.i SKIP 2 LIMIT 3", "MATCH (n) WITH n ORDER BY n.i WITH collect(n)[2..5] AS l UNWIND l AS n RETURN n.w, n.i"},
	{"MATCH (a:S)-[r]->(b)-->(c)-->(a) RETURN a.i, b.i, c.i", "MATCH (a:S) MATCH p = (a)-[*3]->(a) WITH a, nodes(p) AS x RETURN a.i, x[1].i, x[2].i"},
}

// TestEqualQueries compares on random multigraphs with loops.
func TestEqualQueries(t *testing.T) {
	for seed := uint64(1); seed <= 25; seed++ {
		r := rand.New(rand.NewPCG(seed, 11))
		d := newDatabase(t)
		mustRun := func(q string) string {
			rows, _, err := d.run(q, nil)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, q, err)
			}
			return rows
		}
		if seed%2 == 0 {
			mustRun("CREATE INDEX FOR (n:X) ON (n.i)")
			mustRun("CREATE INDEX FOR (n:X) ON (n.s)")
		}
		n := 3 + r.IntN(6)
		for i := range n {
			labels := ":X" + []string{"", ":S", ":T", ":S:T"}[r.IntN(4)]
			text := []string{"", ", s: 'a'", ", s: 'ab'", ", s: 'b'", ", s: 1"}[r.IntN(5)]
			mustRun(fmt.Sprintf("CREATE (%s {i: %d, w: %d%s})", labels, i, r.IntN(3), text))
		}
		for k := range r.IntN(2 * n) {
			mustRun(fmt.Sprintf("MATCH (a {i: %d}), (b {i: %d}) CREATE (a)-[:%s {k: %d, w: %d}]->(b)", r.IntN(n), r.IntN(n), []string{"R", "Q"}[r.IntN(2)], k, r.IntN(2)))
		}
		for _, q := range equal {
			var got [2][]string
			for i := range q {
				got[i] = strings.Split(mustRun(q[i]), "; ")
				slices.Sort(got[i])
			}
			if !slices.Equal(got[0], got[1]) {
				t.Errorf("seed %d, %d nodes\n%s\n gives %v\n%s\n gives %v", seed, n, q[0], got[0], q[1], got[1])
			}
		}
	}
}
