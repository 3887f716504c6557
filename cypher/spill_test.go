package cypher_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"graticule/cypher/fn"
	"graticule/internal/spill"
)

// spilling are statements whose rows do not fit into a small memory. They have
// the same rows in the same order with and without files.
var spilling = []string{
	"UNWIND range(1, 20000) AS i RETURN i, toString(i * 7919 % 5003) AS t ORDER BY t, i DESC",
	"UNWIND range(1, 20000) AS i WITH i, i * 7919 % 101 AS k ORDER BY k RETURN k, i",
	"UNWIND range(1, 20000) AS i WITH i, i * 7919 % 5003 AS k ORDER BY k SKIP 5000 LIMIT 10000 RETURN k, i",
	"UNWIND range(1, 15000) AS i RETURN DISTINCT i * 7919 % 5003 AS k",
	"UNWIND range(1, 15000) AS i RETURN DISTINCT toString(i * 7919 % 5003) AS k ORDER BY k DESC LIMIT 50",
	"UNWIND range(1, 15000) AS i WITH DISTINCT i % 9000 AS k, [i % 9000, 'x'] AS l WHERE k % 2 = 0 RETURN k, l[1] LIMIT 4000",
	"UNWIND range(1, 15000) AS i RETURN i * 7919 % 5003 AS k, count(*) AS n, sum(i) AS s, min(toString(i)) AS m, avg(i) AS a",
	"UNWIND range(1, 15000) AS i WITH toString(i * 7919 % 5003) AS k, collect(i) AS l RETURN k, size(l), l[0] + l[-1] AS x ORDER BY x, k",
	"UNWIND range(1, 15000) AS i RETURN i % 3 AS k, count(DISTINCT i % 5003) AS n, collect(DISTINCT i % 7) AS l, sum(DISTINCT i % 1000) AS s",
	"UNWIND range(1, 15000) AS i RETURN count(DISTINCT toString(i % 9001)) AS n, max(i) AS m",
	"UNWIND range(1, 20000) AS i WITH i % 17 AS k, collect(toString(i)) AS l RETURN k, size(l), l[0], l[-1], l[500]",
	"UNWIND range(1, 30000) AS i WITH i * 7919 % 501 AS k, collect(i) AS l, count(*) AS n, collect(CASE WHEN i % 3 = 0 THEN i END) AS m, sum(i) AS s RETURN k, l, n, m, s",
	"UNWIND range(1, 20000) AS i WITH i % 20 AS k, i RETURN k, percentileCont(i * 7 % 1009, 0.25) AS p, percentileDisc(toFloat(i), 0.9) AS q, collect(DISTINCT i % 300) AS l ORDER BY k DESC",
	"UNWIND range(1, 20000) AS i WITH CASE WHEN i < 2500 THEN i % 9 ELSE i % 301 END AS k, collect({a: i, b: toString(i)}) AS l RETURN k, size(l), l[3].b SKIP 2 LIMIT 200",
	"UNWIND range(1, 10000) AS i RETURN toString(i) AS x UNION UNWIND range(5000, 15000) AS i RETURN toString(i) AS x",
	"UNWIND range(1, 3000) AS i CALL (i) { UNWIND range(1, 20) AS j RETURN DISTINCT j % 7 AS k ORDER BY k DESC } RETURN i, k",
	"UNWIND range(1, 6000) AS i WITH i ORDER BY i DESC CALL (i) { RETURN i AS a UNION RETURN -i AS a } RETURN count(DISTINCT a) AS n, sum(a) AS s",
	"MATCH (a:A)-[r]->(b) RETURN a.x, b, r, labels(a) ORDER BY b.x DESC, a.x, type(r), r.w",
	"MATCH p = (a:A)-[*1..2]->(b) WITH p, length(p) AS l, a ORDER BY l DESC, a.x RETURN [n IN nodes(p) | n.x] AS xs, l",
	"MATCH p = (a:A)-[*1..2]->(b) RETURN DISTINCT p",
	"MATCH (a:A)-[r]->(b) RETURN b, count(r) AS n, collect(a.x)[0..2] AS l, count(DISTINCT a) AS d",
	"MATCH (a:A), (b:A) WHERE a.x <= 60 WITH a.x AS x, b.x AS y, {k: a.x + b.x, l: [date({year: 2000 + b.x % 9})]} AS m RETURN m, count(*) AS n ORDER BY n DESC, m.k LIMIT 200",
	"MATCH (a:A), (b:A) WHERE a.x <= 60 RETURN DISTINCT point({x: a.x % 40, y: b.x}) AS p, duration({days: b.x % 100}) AS d",
	"MATCH (a:A), (h:H) WHERE h.k = a.x RETURN a.x, h.n",
	"MATCH (a:H), (b:H) WHERE a.n <= 4000 AND b.k = a.n RETURN a.n, b.n",
	"MATCH (a:A), (h:H) WHERE h.s = toString(a.x) RETURN a.x, count(*) AS n, sum(h.n) AS s",
	"MATCH (a:H), (b:H) WHERE b.k = a.n % 3 RETURN count(*) AS n, sum(b.n) AS s",
	"MATCH (a:A), (h:H) WHERE a.x <= 12 AND h.m = a.x % 2 RETURN a.x, h.n", // a key that many share
	"MATCH (a:H), (b:H) WHERE b.k = a.n RETURN a.n, b.n SKIP 30 LIMIT 200",
	"MATCH (a:A), (h:H), (g:H) WHERE h.k = a.x AND g.k = h.n RETURN a.x, h.n, g.n",
	"MATCH (a:A)-[r]->(b), (h:H), (g:H) WHERE h.k = b.x AND g.s = h.s AND r.w > 200 RETURN a.x, b.x, h.n, sum(g.n) AS s",
	"UNWIND range(0, 9) AS i OPTIONAL MATCH (a:A), (h:H) WHERE a.x % 9 = i AND h.k = a.x + 200 * i RETURN i, a.x, h.n",
	"UNWIND range(1, 5) AS i MATCH (a:A), (h:H) WHERE h.k = a.x + i RETURN i, a.x, h.n",
	"UNWIND range(1, 5) AS i CALL (i) { MATCH (a:A), (h:H) WHERE a.x % 5 = i AND h.k = a.x + i RETURN count(*) AS n, sum(h.n) AS s } RETURN i, n, s",
	"UNWIND range(1, 5) AS i RETURN i, COUNT { MATCH (a:A), (h:H) WHERE a.x % 5 = i AND h.k = a.x } AS n, EXISTS { MATCH (a:A), (h:H) WHERE h.k = -a.x * i } AS e",
	"MATCH (a:A)-->(b:A)-->(c:A)<--(d:A)<--(e:A) WHERE a.x <= 100 AND e.x > 200 RETURN a.x, b.x, c.x, d.x, e.x",
	"UNWIND [140, 150, 150] AS i MATCH (a:A)-->(b:A)-->(c:A)<--(d:A)<--(e:A) WHERE a.x <= i AND e.x > i RETURN i, a.x, b.x, c.x, d.x, e.x",
	"UNWIND [140, 150] AS i OPTIONAL MATCH (a:A)-->(b:A)-->(c:A)<--(d:A)<--(e:A), (h:H) WHERE a.x <= i AND e.x > i AND h.k = a.x RETURN i, a.x, b.x, c.x, d.x, e.x, h.n",
	"MATCH (a:A) WHERE a.x <= 120 WITH collect(a) AS all UNWIND all AS a UNWIND all AS b WITH all, a, b ORDER BY a.x % 7, b.x SKIP 10 RETURN a.x, b.x, size(all) LIMIT 9000",
}

// TestPartsOfPatternsGoToFiles holds what the statements above are to show.
func TestPartsOfPatternsGoToFiles(t *testing.T) {
	d := spillDatabase(t, 1)
	joins := 0
	for _, q := range spilling {
		joins += strings.Count(plan(d.explain(q)), "NodeHashJoin")
	}
	if joins < 3 {
		t.Errorf("%d plans join parts of patterns", joins)
	}
}

func spillDatabase(t *testing.T, seed uint64) *database {
	d := newDatabase(t)
	rnd := rand.New(rand.NewPCG(seed, 1))
	d.mustRun(t, "UNWIND range(1, 300) AS i CREATE (:A:"+[]string{"B", "C"}[rnd.IntN(2)]+" {x: i})")
	d.mustRun(t, fmt.Sprintf("MATCH (a:A), (b:A) WHERE (a.x * %d + b.x * %d) %% 101 = 0 CREATE (a)-[:R {w: a.x}]->(b)", 1+rnd.IntN(100), 1+rnd.IntN(100)))
	d.mustRun(t, "UNWIND range(1, 6000) AS i CREATE (:H {k: i * 7919 % 2003, s: toString(i % 1501), m: i % 2, n: i})")
	return d
}

func (d *database) mustRun(t testing.TB, query string) {
	t.Helper()
	if _, err := d.Run(context.Background(), query, nil); err != nil {
		t.Fatal(err)
	}
}

// texts gives the rows as texts.
func (d *database) texts(query string) ([]string, error) {
	r, err := d.Run(context.Background(), query, nil)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, row := range r.Rows {
		var cells []string
		for _, v := range row {
			cells = append(cells, fmt.Sprint(v.Kind(), " ", fn.Inspect(v)))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out, nil
}

func TestRowsThatDoNotFitGoToFiles(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	d := spillDatabase(t, seed)
	disk := &spill.Disk{Dir: t.TempDir()}
	for i, q := range spilling {
		d.MemoryLimit, d.Disk = 0, nil
		want, err := d.texts(q)
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		for _, limit := range []int64{200 << 10} {
			d.MemoryLimit, d.Disk = limit, disk
			before := disk.Files()
			got, err := d.texts(q)
			if err != nil {
				t.Errorf("%s with %d bytes: %v", q, limit, err)
				continue
			}
			if made := disk.Files() - before; made == 0 && !strings.Contains(q, "CALL (i) { UNWIND") {
				t.Errorf("%s fits into %d bytes: it shows nothing; plan %s", q, limit, plan(d.explain(q)))
			}
			if len(got) != len(want) {
				t.Errorf("%s with %d bytes: %d rows, want %d", q, limit, len(got), len(want))
				continue
			}
			for k := range want {
				if got[k] != want[k] {
					t.Errorf("statement %d, %s with %d bytes: row %d is\n%s, want\n%s", i, q, limit, k, got[k], want[k])
					break
				}
			}
		}
	}
	if disk.Used() != 0 {
		t.Errorf("%d bytes of files are left", disk.Used())
	}
}
