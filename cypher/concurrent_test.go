package cypher_test

import (
	"sync/atomic"
	"testing"

	"graticule/status"
)

// TestBatchesRunAtOnce holds each batch until three have begun: one after
// another they would wait for ever.
func TestBatchesRunAtOnce(t *testing.T) {
	d := newDatabase(t)
	var begun atomic.Int64
	three := make(chan struct{})
	d.Began = func() {
		if begun.Add(1) == 3 {
			close(three)
		}
		<-three
	}
	got, counters, err := d.run("UNWIND range(1, 9) AS x CALL (x) { CREATE (c:C {x: x}) RETURN c.x AS y } IN 3 CONCURRENT TRANSACTIONS OF 1 ROW REPORT STATUS AS s RETURN collect(y) AS ys, count(DISTINCT s.committed) AS c", nil)
	if err == nil {
		t.Fatal("REPORT STATUS without ON ERROR is accepted")
	}
	got, counters, err = d.run("UNWIND range(1, 9) AS x CALL (x) { CREATE (c:C {x: x}) RETURN c.x AS y } IN 3 CONCURRENT TRANSACTIONS OF 1 ROW ON ERROR CONTINUE REPORT STATUS AS s RETURN collect(y) AS ys, collect(DISTINCT s.committed) AS c", nil)
	if err != nil || got != "[1, 2, 3, 4, 5, 6, 7, 8, 9], [true]" {
		t.Errorf("%s, %v", got, err)
	}
	if n, _ := counters.Get("nodes-created"); n.AsInt() != 9 {
		t.Errorf("nodes-created %v", n)
	}
}

// TestBatchesThatMeet lets batches write the same nodes: none is lost.
func TestBatchesThatMeet(t *testing.T) {
	d := newDatabase(t)
	if _, _, err := d.run("UNWIND range(1, 400) AS x CALL (x) { MERGE (c:C {k: x % 5}) SET c.n = coalesce(c.n, 0) + 1 } IN 4 CONCURRENT TRANSACTIONS OF 3 ROWS", nil); err != nil {
		t.Fatal(err)
	}
	if got, _, err := d.run("MATCH (c:C) WITH c ORDER BY c.k RETURN collect(c.n) AS n", nil); err != nil || got != "[80, 80, 80, 80, 80]" {
		t.Errorf("%s, %v", got, err)
	}
}

// TestBatchErrors ends some of the batches with an error.
func TestBatchErrors(t *testing.T) {
	d := newDatabase(t)
	const batches = "UNWIND range(1, 20) AS x CALL (x) { CREATE (c:C {x: 10 / (x - 7)}) RETURN c } IN 4 CONCURRENT TRANSACTIONS OF 1 ROW "
	_, _, err := d.run(batches+"RETURN count(c) AS n", nil)
	if e := status.As(err); e == nil || e.Code != status.ArithmeticError {
		t.Errorf("error %v", err)
	}
	before, _, _ := d.run("MATCH (c:C) RETURN count(c) >= 6 AND count(c) < 20 AS some", nil)
	if before != "true" {
		t.Errorf("after a failed batch: %s", before)
	}
	got, _, err := d.run(batches+"ON ERROR CONTINUE REPORT STATUS AS s RETURN count(c) AS n, sum(CASE WHEN s.committed THEN 1 ELSE 0 END) AS ok", nil)
	if err != nil || got != "19, 19" {
		t.Errorf("ON ERROR CONTINUE: %s, %v", got, err)
	}
	got, _, err = d.run(batches+"ON ERROR BREAK REPORT STATUS AS s RETURN count(*) AS n, sum(CASE WHEN s.errorMessage IS NOT NULL THEN 1 ELSE 0 END) AS failed, min(CASE WHEN s.started THEN 1 ELSE 0 END) AS started", nil)
	if err != nil || got != "20, 1, 0" {
		t.Errorf("ON ERROR BREAK: %s, %v", got, err)
	}
}
