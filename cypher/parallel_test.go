package cypher_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"graticule/cypher/exec"
	"graticule/internal/spill"
)

// several are workers that help every statement that can be helped.
func several() *exec.Workers { return &exec.Workers{Limit: 3, Rows: 1} }

// TestSeveralCoresGiveWhatOneGives compares statements whose rows are grouped on
// several cores with the same ones on one: rows, their order, and errors.
func TestSeveralCoresGiveWhatOneGives(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	d := newDatabase(t)
	value := func() string {
		return []string{"null", "1", "2", "3", "70000", "-5", "2.0", "2.5", "0.0/0.0", "-0.0", "true", "'a'", "'b'", "[1, 2]", "date('2024-01-01')", "9223372036854775807", "duration('P1D')"}[r.IntN(17)]
	}
	d.mustRun(t, "CREATE INDEX ay FOR (n:A) ON (n.y)")
	d.mustRun(t, "CREATE INDEX rw FOR ()-[r:R]-() ON (r.w)")
	for range 30 {
		var nodes []string
		for range 50 {
			nodes = append(nodes, fmt.Sprintf("(%s {x: %s, y: %d, z: %s, i: %d})", []string{"", ":A", ":B", ":A:B"}[r.IntN(4)], value(), r.IntN(5), value(), r.IntN(1000)))
		}
		d.mustRun(t, "CREATE "+strings.Join(nodes, ", "))
	}
	d.mustRun(t, fmt.Sprintf("MATCH (a), (b) WHERE (a.i * %d + b.i * %d) %% 1009 = 0 CREATE (a)-[:R {w: a.i}]->(b)", 1+r.IntN(1000), 1+r.IntN(1000)))
	d.mustRun(t, fmt.Sprintf("MATCH (a:A), (b) WHERE (a.i * %d + b.i * %d) %% 997 = 0 CREATE (a)-[:S {w: b.y}]->(b)", 1+r.IntN(900), 1+r.IntN(900)))
	patterns := []string{
		"(n)", "(n:A)", "(n:A&B)", "(n:A|B)", "(n {y: 1})", "(m:A)-->(n)", "(m {y: 1})-[:R]->(n:B)", "(m)<-[r:S {w: 1}]-(n)", "(m:A)-[:S]->()-[:R]->(n)", "(m:A {y: 0})-[*1..2]->(n)",
		"(n)-[r]->(m)", "(n)-[r:R]->(m)", "(n)-[r:R|S]->(m)", "(m)-[r:R]->(n) WHERE r.w > 990 WITH n MATCH (n)", "(n:A)-[r:S]->(m) WHERE n.y > 3", "(n:A) WHERE n.y >= 3", "(n:A), (m:B {y: 1})", "(n:A {x: 1})-->(m)", "(n:A)-->(m) WHERE EXISTS { (m)-[:S]->({y: n.y}) }",
		"p = (n:B)-[*0..1]-(m)", "(n:A) WHERE n.y IN [1, 2]", "(n:A), (m:B) WHERE m.i = n.i", "(n:Missing)-->(m)", "(n:A)-[:Missing]->(m)",
	}
	returns := []string{
		"count(*) AS c", "n.y, count(*) AS c", "n.x, count(*) AS c", "n.x, n.z, count(n.x) AS c", "n.y, sum(n.i) AS s, avg(n.i) AS a, min(n.i) AS lo, max(n.i) AS hi", "n.y, min(n.x) AS lo, max(n.z) AS hi", "sum(n.x) AS s", "n.y, avg(n.x) AS s",
		"count(DISTINCT n.x) AS c, count(DISTINCT n) AS d", "n.y, count(DISTINCT n.z) AS c, count(DISTINCT n.i) AS d", "n.y AS k, collect(n.i) AS l", "n, count(*) AS c", "n.y + 1 AS k, count(*) * 2 AS c, sum(n.i) + 1 AS s ORDER BY s DESC, k LIMIT 3", "n.x, count(*) AS c LIMIT 4",
		"labels(n) AS l, count(*) AS c", "sum(n.y * 2) AS s, count(n.z) AS c", "n.y, stdev(n.i) AS s", "n.y, sum(DISTINCT n.i) AS s", "CASE WHEN rand() < 2 THEN n.y END AS k, count(*) AS c", "n.i % 100 AS k, max(n.i / (n.y - 7)) AS m", "n.y, sum(n.i / n.y) AS s", "DISTINCT n.y, count(*) AS c",
		"n.y AS y, count(*) AS c ORDER BY y SKIP 1",
	}
	w := several()
	same := func(query string) {
		d.Workers = nil
		want, failed := d.texts(query)
		d.Workers = w
		got, err := d.texts(query)
		if fmt.Sprint(err) != fmt.Sprint(failed) {
			t.Errorf("%s\nfails on one core with    %v\non several cores with %v", query, failed, err)
		} else if !slices.Equal(got, want) {
			t.Errorf("%s\non one core   %v\non several %v", query, want, got)
		}
	}
	for _, p := range patterns {
		for _, ret := range returns {
			same("MATCH " + p + " RETURN " + ret)
		}
	}
	for _, query := range []string{
		"MATCH (n:A)-->(m) WITH n.y AS y, count(*) AS c MATCH (k:B {y: y}) RETURN y, c, count(k) AS d",
		"UNWIND range(0, 3) AS i MATCH (n:A {y: i})-->(m) RETURN i, count(m) AS c, min(m.i) AS lo",
		"MATCH (n:A)-->(m) RETURN n.y AS k, count(*) AS c UNION ALL MATCH (n:B)-->(m) RETURN n.y AS k, count(*) AS c",
		"UNWIND range(0, 3) AS i CALL (i) { MATCH (n:A {y: i})-->(m) RETURN count(*) AS c } RETURN i, c",
		"MATCH (n:A) RETURN COUNT { (n)-->() } AS k, count(*) AS c ORDER BY k",
		"OPTIONAL MATCH (n:Missing) RETURN count(n) AS c, min(n.x) AS m",
	} {
		same(query)
	}
	if n := w.Helped(); n < int64(len(patterns)*len(returns)/4) {
		t.Errorf("only %d statements were helped: the test shows little", n)
	} else {
		t.Logf("%d statements were helped", n)
	}

	// Groups that do not fit into the memory are made on one core, in files.
	d.Workers, d.MemoryLimit, d.Disk = w, 100<<10, &spill.Disk{Dir: t.TempDir()}
	limited := "MATCH (n)-->(m) RETURN n.i AS k, m.y AS y, count(*) AS c"
	got, err := d.texts(limited)
	d.Workers, d.MemoryLimit = nil, 0
	if want, _ := d.texts(limited); err != nil || !slices.Equal(got, want) || d.Disk.Files() == 0 {
		t.Errorf("with little memory: %d rows, want %d, %v, %d files", len(got), len(want), err, d.Disk.Files())
	}
}

// TestHelpersEndWithTheirStatement ends a statement that several cores carry out.
func TestHelpersEndWithTheirStatement(t *testing.T) {
	d := newDatabase(t)
	d.mustRun(t, "UNWIND range(0, 3999) AS i CREATE (:D {i: i})")
	d.Workers = several()
	ended := errors.New("ended by the test")
	ctx, cancel := context.WithCancelCause(context.Background())
	var at time.Time
	time.AfterFunc(200*time.Millisecond, func() { at = time.Now(); cancel(ended) })
	_, err := d.Run(ctx, "MATCH (a:D), (b:D), (c:D), (e:D) WHERE a.i + b.i + c.i + e.i < 0 RETURN a.i AS k, count(*) AS c", nil)
	if late := time.Since(at); !errors.Is(err, ended) || late > terminateMax {
		t.Errorf("it ended with %v after %v", err, late)
	}
}
