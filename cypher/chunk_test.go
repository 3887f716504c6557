package cypher_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"graticule/cypher/cyphertest"
	"graticule/cypher/fn"
	"graticule/graph"
)

// TestChunksGiveWhatRowsGive compares plans that compute on chunks with the
// same plans row by row, which profiled runs use, on a graph that changes.
func TestChunksGiveWhatRowsGive(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	d := newDatabase(t)
	value := func() string {
		return []string{"null", "1", "2", "3", "70000", "-5", "2.0", "2.5", "0.0/0.0", "true", "'a'", "'b'", "[1, 2]", "date('2024-01-01')", "9223372036854775807"}[r.IntN(15)]
	}
	run := func(query string) []string {
		res, err := d.Run(context.Background(), query, nil)
		if err != nil {
			return []string{"error: " + err.Error()}
		}
		return texts(res)
	}
	run("CREATE INDEX ay FOR (n:A) ON (n.y)")
	run("CREATE INDEX bx FOR (n:B) ON (n.x)")
	label := func() string { return []string{"", ":A", ":B", ":A:B"}[r.IntN(4)] }
	for range 300 {
		run(fmt.Sprintf("CREATE (%s {x: %s, y: %d, z: %s})", label(), value(), r.IntN(4), value()))
	}
	for range 900 {
		run(fmt.Sprintf("MATCH (a), (b) WHERE id(a) = %d AND id(b) = %d CREATE (a)-[:%s {w: %s}]->(b)", r.IntN(300), r.IntN(300), []string{"R", "S"}[r.IntN(2)], value()))
	}
	conditions := []string{"", "WHERE n.x > 1", "WHERE n.x = n.z", "WHERE NOT n.x < 2 OR n.y = 3", "WHERE n.x IS NULL AND n.y >= 1", "WHERE n.x <> 'a'", "WHERE n.y + 1 = 2", "WHERE n.x IS NOT NULL AND n.missing IS NULL", "WHERE n.x IN [1, 'a']", "WHERE (n.x > 1) = true", "WHERE NOT (n.x > 1 AND n.y > 0)"}
	returns := []string{
		"n.x, count(*) AS c", "n.y, sum(n.y) AS s, min(n.x) AS lo, max(n.z) AS hi", "count(n.x) AS a, count(DISTINCT n.x) AS b, avg(n.y) AS c, min(n.y) AS d, max(n.y) AS e",
		"n.y, n.x, count(DISTINCT n.z) AS c", "DISTINCT n.x", "DISTINCT n.x, n.y", "DISTINCT n, n.x", "count(DISTINCT n) AS c", "n.y + 1 AS k, collect(n.y) AS l", "id(n) AS i, n.x", "count(*) AS c", "sum(n.y * 2) AS s", "n", "DISTINCT n.y ORDER BY n.y LIMIT 2",
	}
	patterns := []string{
		"(n)", "(n:A)", "(n:A&B)", "(n:A|B)", "(n {y: 1})", "(n:B {y: 2})", "(m:A)-->(n)", "(m {y: 1})-[:R]->(n:B)", "(m)<-[r:S {w: 1}]-(n)", "(m:A)--(n)", "(m:A)-->()-->(n)", "(m:A {y: 0})-[*1..2]->(n)", "(m:B)-[:R|S*0..3]->(n:A)",
		"(n)-[r]->(m)", "(n)-[r:R]->(m) WHERE r.w > 1 WITH n, r, m MATCH (m)", "(m:A)-[r]->(n) WHERE r.w = n.x OR m.y < n.y WITH n, r MATCH (n)", "(m:A), (n:B)", "(n:A) WHERE n.y >= 1 WITH n MATCH (n)", "(n:A {x: 1})", "(m:A)-->()<--(n:B {y: 3})",
	}
	for round := range 12 {
		for range 40 {
			query := fmt.Sprintf("MATCH %s %s RETURN %s", patterns[r.IntN(len(patterns))], conditions[r.IntN(len(conditions))], returns[r.IntN(len(returns))])
			if r.IntN(4) == 0 {
				query = "OPTIONAL " + query
			}
			rows, chunks := run("PROFILE "+query), run(query)
			if !slices.Equal(rows, chunks) {
				t.Errorf("round %d: %s\nrow by row %v\nin chunks  %v", round, query, rows, chunks)
			}
		}
		for range 20 { // pages get new columns
			run(fmt.Sprintf("MATCH (n) WHERE id(n) = %d SET n.x = %s, n.y = %d", r.IntN(300), value(), r.IntN(4)))
		}
		run(fmt.Sprintf("MATCH (n) WHERE id(n) = %d DETACH DELETE n", r.IntN(300)))
		run(fmt.Sprintf("MATCH (n) WHERE id(n) = %d REMOVE n:A SET n:B", r.IntN(300)))
	}
}

// texts gives the rows in no order, with the elements of their lists in none.
func texts(res *cyphertest.Result) []string {
	var out []string
	for _, row := range res.Rows {
		var b strings.Builder
		for _, v := range row {
			if l := v.AsListOrNil(); l != nil {
				var elements []string
				for _, e := range l {
					elements = append(elements, fn.ToText(e))
				}
				slices.Sort(elements)
				fmt.Fprintf(&b, "%v; ", elements)
				continue
			}
			fmt.Fprintf(&b, "%s; ", fn.ToText(v))
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return out
}

// ORDER BY with LIMIT gives the beginning of what it gives without, however the
// rows come and whatever is sorted by.
func TestTheBestRowsAreTheFirstOfAll(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	d := newDatabase(t)
	var list []graph.Value
	for i := range 6000 {
		m := graph.NewMap(4)
		m.Put("i", graph.Int(int64(i)))
		m.Put("k", graph.Int(int64(r.IntN(50))))
		m.Put("s", graph.String(fmt.Sprint("text that is long enough ", r.IntN(300))))
		m.Put("v", []graph.Value{graph.Int(int64(r.IntN(9))), graph.Float(r.Float64() * 9), graph.Null, graph.String("a"), graph.True}[r.IntN(5)])
		list = append(list, graph.MapOf(m))
	}
	p := graph.NewMap(1)
	p.Put("list", graph.List(list))
	for _, q := range []string{"UNWIND $list AS m CREATE (n:T) SET n = m", "MATCH (n:T {k: 3}), (m:T {k: 4}) CREATE (n)-[:R]->(m)"} {
		if _, _, err := d.run(q, p); err != nil {
			t.Fatal(err)
		}
	}
	rows := func(q string) (out []string) {
		t.Helper()
		res, err := d.Run(context.Background(), q, nil)
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		for _, row := range res.Rows {
			out = append(out, fn.ToText(graph.List(row)))
		}
		return out
	}
	for _, q := range []string{
		"MATCH (n:T) RETURN n.i AS i, n.v AS v ORDER BY n.i", "MATCH (n:T) RETURN n.i AS i ORDER BY i DESC", "MATCH (n:T) RETURN n.v AS v ORDER BY v", "MATCH (n:T) RETURN n.v AS v ORDER BY n.v DESC",
		"MATCH (n:T) RETURN n.s AS s, n.i AS i ORDER BY n.s, n.i DESC", "MATCH (n:T) RETURN n.k AS k, n.s AS s, n.i AS i ORDER BY k DESC, s, i", "MATCH (n:T) RETURN n.i + n.k AS k, n.i AS i ORDER BY k, i", "MATCH (n:T) RETURN n.i AS i ORDER BY -n.k, i",
		"MATCH (n:T) WITH n ORDER BY n.k, n.i DESC RETURN n.i AS i", "MATCH (n:T) WITH n.k AS k, n ORDER BY k DESC, n.i RETURN k, n.i AS i", "MATCH (n:T) WITH n.k AS i, n.i AS k ORDER BY i, k RETURN i, k", "MATCH (n)-[:R]->(m) RETURN m.i AS m, n.i AS n ORDER BY m DESC, n", "MATCH (n:T) WITH DISTINCT n.s AS s ORDER BY s RETURN s",
	} {
		all := rows(q)
		for _, limit := range []int{1, 2, 10, 900, 5000} {
			skip := r.IntN(3)
			text := fmt.Sprint(" SKIP ", skip, " LIMIT ", limit)
			cut := q + text
			if i := strings.Index(q, " RETURN "); strings.Contains(q, " WITH ") {
				cut = q[:i] + text + q[i:]
			}
			got := rows(cut)
			want := all[min(skip, len(all)):min(skip+limit, len(all))]
			if !slices.Equal(got, want) {
				t.Fatalf("%s gives %d rows that begin with %v, want %d with %v", cut, len(got), got[:min(3, len(got))], len(want), want[:min(3, len(want))])
			}
		}
	}
}

// TestJoinsByValueGiveWhatScansGive compares equalities that a table of nodes answers
// with the same of lists of one element, which none does.
func TestJoinsByValueGiveWhatScansGive(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	d := newDatabase(t)
	run := func(query string) []string {
		res, err := d.Run(context.Background(), query, nil)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		rows := texts(res)
		slices.Sort(rows)
		return rows
	}
	run("CREATE INDEX ti FOR (n:T) ON (n.i)")
	for i := range 200 {
		k := []string{"null", "1", "1.0", "2", "-0.0", "0", "0.0/0.0", "'1'", "true", "[1]", "[1.0]", "date('2024-01-01')", "9007199254740993", "9007199254740992.0"}[r.IntN(14)]
		run(fmt.Sprintf("CREATE (:T%s {i: %d, k: %s})", []string{"", ":U"}[r.IntN(2)], i, k))
	}
	for _, q := range []string{
		"MATCH (a:T) WHERE a.i < 90 WITH a MATCH (b:T) WHERE b.k = a.k RETURN a.i, b.i",
		"MATCH (a:T), (b:T) WHERE a.i < 90 AND b.i > 60 AND a.k = b.k RETURN a.i, b.i",
		"MATCH (a:T), (b:T:U) WHERE a.i < 90 AND b.i IN range(20, 120) AND b.k = a.k AND a.i < b.i RETURN a.i, b.i",
		"MATCH (a:U) WITH a.k AS k, a.i AS i MATCH (b) WHERE b.k = k AND b.i > 100 RETURN i, b.i",
		"UNWIND range(0, 60) AS i MATCH (a:T {i: i}) OPTIONAL MATCH (b:U) WHERE b.k = a.k RETURN i, count(b) AS n",
		"MATCH (a:T) WHERE a.i < 90 WITH a LIMIT 40 CALL (a) { MATCH (b:U) WHERE b.k = a.k RETURN count(b) AS n } RETURN a.i, n",
	} {
		scans := strings.NewReplacer("b.k = a.k", "[b.k] = [a.k]", "a.k = b.k", "[a.k] = [b.k]", "b.k = k", "[b.k] = [k]").Replace(q)
		if a, b := run(q), run(scans); !slices.Equal(a, b) {
			t.Errorf("%s gives %d rows, %s %d:\n%v\n%v", q, len(a), scans, len(b), a, b)
		}
	}
}

// computing makes random expressions of numbers and other values.
type computing struct{ *rand.Rand }

func (c computing) value() string {
	return []string{"null", "0", "1", "-1", "2", "7", "-13", "70000", "4000000000", "-9223372036854775807", "9223372036854775807", "0.0", "-2.5", "1.5e300", "0.0/0.0", "3.0", "'a'", "true", "duration('P1D')", "[1]"}[c.IntN(20)]
}

// list gives a list of n values, most often of numbers that do not overflow.
func (c computing) list(n int) string {
	if c.IntN(4) == 0 {
		from := c.IntN(20) - 10
		return fmt.Sprintf("range(%d, %d)", from, from+n-1)
	}
	wild := c.IntN(3) == 0
	items := make([]string, n)
	for i := range items {
		if items[i] = fmt.Sprint(c.IntN(40) - 20); c.IntN(8) == 0 {
			items[i] = []string{"null", "2.5", "-0.5"}[c.IntN(3)]
		} else if wild && c.IntN(6) == 0 {
			items[i] = c.value()
		}
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func (c computing) number(depth int, names ...string) string {
	switch {
	case depth == 0 && c.IntN(3) > 0:
		return names[c.IntN(len(names))]
	case depth == 0 && c.IntN(12) == 0:
		return c.value()
	case depth == 0:
		return fmt.Sprint(c.IntN(9) - 2)
	}
	if c.IntN(5) == 0 {
		call := []string{"abs(%s)", "sign(%s)", "toFloat(%s)", "toInteger(%s)", "size(toString(%s))", "toIntegerOrNull(%s)", "round(%s, 1)", "size(split(toStringOrNull(%s), '0'))", "valueType(%s)", "coalesce(%s, x)", "coalesce(null, 3, %s)"}
		return fmt.Sprintf(call[c.IntN(len(call))], c.number(c.IntN(depth), names...))
	}
	return fmt.Sprintf("(%s %s %s)", c.number(c.IntN(depth), names...), []string{"+", "-", "*", "/", "%", "+"}[c.IntN(6)], c.number(c.IntN(depth), names...))
}

func (c computing) condition(depth int, names ...string) string {
	if depth > 0 && c.IntN(2) == 0 {
		return fmt.Sprintf("(%s %s %s)", c.condition(depth-1, names...), []string{"AND", "OR"}[c.IntN(2)], c.condition(depth-1, names...))
	}
	switch c.IntN(8) {
	case 0:
		return "NOT " + c.condition(0, names...)
	case 1:
		return c.number(1, names...) + " IS NULL"
	case 2:
		return c.number(1, names...) + " IN [1, 2, null, 3.0]"
	}
	return fmt.Sprintf("%s %s %s", c.number(2, names...), []string{"=", "<>", "<", "<=", ">", ">="}[c.IntN(6)], c.number(1, names...))
}

// TestComputedChunksGiveWhatRowsGive compares rows of lists that are computed in
// chunks with the same row by row, errors included.
func TestComputedChunksGiveWhatRowsGive(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	c := computing{rand.New(rand.NewPCG(seed, 2))}
	d := newDatabase(t)
	failed, compared := 0, 0
	run := func(query string) []string {
		res, err := d.Run(context.Background(), query, nil)
		if err != nil {
			why, _, _ := strings.Cut(err.Error(), " (line")
			return []string{"error: " + why}
		}
		out := []string{fmt.Sprint(len(res.Rows), " rows")}
		for _, row := range res.Rows {
			for _, v := range row {
				out = append(out, fn.Literal(v))
			}
		}
		return out
	}
	same := func(rows, chunks string) {
		t.Helper()
		a, b := run(rows), run(chunks)
		if compared++; strings.HasPrefix(a[0], "error") {
			failed++
		}
		if !slices.Equal(a, b) {
			t.Errorf("%s\nrow by row %v\n%s\nin chunks  %v", rows, a, chunks, b)
		}
	}
	for range 400 {
		long, short := c.list(33+c.IntN(150)), c.list(1+c.IntN(16))
		x, e, p := c.number(2, "x"), c.number(3, "x"), c.condition(2, "x")
		query := []string{
			fmt.Sprintf("UNWIND %s AS x WITH x, %s AS a WHERE %s RETURN x, a, %s AS b", long, e, c.condition(1, "x", "a"), c.number(1, "x", "a")),
			fmt.Sprintf("UNWIND %s AS x RETURN sum(CASE WHEN %s THEN 1 ELSE 0 END) AS s, count(*) AS n", long, p),
			fmt.Sprintf("UNWIND %s AS x WITH x WHERE %s RETURN count(*) AS n, collect(x) AS l", long, p),
			fmt.Sprintf("UNWIND %s AS x WITH x, x IS NULL AS k WHERE %s RETURN k, count(%s) AS n", long, p, e),
			fmt.Sprintf("UNWIND %s AS x RETURN x, %s AS a ORDER BY a %s, x LIMIT 7", long, e, []string{"", "DESC"}[c.IntN(2)]),
			fmt.Sprintf("UNWIND %s AS x RETURN %s AS a SKIP 1 LIMIT %d", long, e, c.IntN(5)),
			fmt.Sprintf("UNWIND %s AS x WITH DISTINCT %s AS a RETURN a, %s AS b", long, x, c.number(1, "a")),
			fmt.Sprintf("UNWIND %s AS x UNWIND range(coalesce(x %% 7, 0), 40) AS y RETURN max(%s) AS m", c.list(3), c.number(1, "x", "y")),
			fmt.Sprintf("UNWIND %s AS x CALL (x) { UNWIND range(1, 35) AS y WITH y WHERE %s RETURN count(y) AS n } RETURN x, n", short, c.condition(1, "x", "y")),
			fmt.Sprintf("UNWIND %s AS x WITH x, %s AS x2 ORDER BY x2 RETURN collect(x2) AS l", long, e),
		}[c.IntN(10)]
		same("PROFILE "+query, query)
		same(fmt.Sprintf("WITH %s AS l RETURN reduce(made = [], x IN l | CASE WHEN %s THEN made + [%s] ELSE made END) AS l", long, p, e), fmt.Sprintf("WITH %s AS l RETURN [x IN l WHERE %s | %s] AS l", long, p, e))
		kind := []string{"any", "all", "none"}[c.IntN(3)]
		times := func(n int) string {
			return fmt.Sprintf("WITH %s AS l RETURN %s(x IN reduce(s = [], i IN range(1, %d) | s + l) WHERE %s) AS b", short, kind, n, p)
		}
		same(times(1), times(33))
	}
	t.Logf("%d compared, of which %d fail", compared, failed)
	if failed < compared/20 || failed > compared*3/4 {
		t.Errorf("%d of %d fail", failed, compared)
	}
}
