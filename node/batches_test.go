package node_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// A statement that commits in batches hands the rows of each on, also before one
// that fails, and is carried out whole however many of its rows are read.
func TestRowsOfBatches(t *testing.T) {
	c := startCluster(t, "eu")
	d := c.driver("bolt", c.members[0])
	session := d.NewSession(t.Context(), neo4j.SessionConfig{FetchSize: 2})
	defer session.Close(t.Context())

	result, err := session.Run(t.Context(), "UNWIND [1, 2, 3, 0, 4] AS x CALL (x) { CREATE (b:Batch {v: 6 / x}) } IN TRANSACTIONS OF 1 ROW RETURN x", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []any
	for result.Next(t.Context()) {
		got = append(got, result.Record().Values[0])
	}
	if want := "[1 2 3]"; fmt.Sprint(got) != want || result.Err() == nil {
		t.Errorf("rows %v and then %v, want %s and an error", got, result.Err(), want)
	}
	if n := c.run(d, "MATCH (b:Batch) RETURN count(b)", nil)[0][0]; n != int64(3) {
		t.Errorf("%v nodes are there, want those of the batches before the error", n)
	}

	for i, read := range []func(neo4j.ResultWithContext) error{
		func(r neo4j.ResultWithContext) error { _, err := r.Consume(t.Context()); return err },
		func(r neo4j.ResultWithContext) error {
			r.Next(t.Context())
			_, err := r.Consume(t.Context())
			return err
		},
		func(r neo4j.ResultWithContext) error { _, err := r.Collect(t.Context()); return err },
	} {
		result, err := session.Run(t.Context(), "UNWIND range(1, 1000) AS x CALL (x) { CREATE (:Whole {x: x, i: $i}) } IN TRANSACTIONS OF 7 ROWS CREATE (:After {i: $i}) RETURN x", map[string]any{"i": i})
		if err == nil {
			err = read(result)
		}
		if err != nil {
			t.Fatal(err)
		}
		row := c.run(d, "RETURN COUNT { (w:Whole {i: $i}) }, COUNT { (a:After {i: $i}) }", map[string]any{"i": i})[0]
		if row[0] != int64(1000) || row[1] != int64(1000) {
			t.Errorf("way %d of reading: %v nodes of the batches and after them, want 1000 each", i, row)
		}
	}
}

// Batches that servers commit to one node at the same time are all committed, each
// once: one that comes after another server's is run again.
func TestContendedBatchesOfServersCommit(t *testing.T) {
	c := startCluster(t, "north", "south", "west")
	leaderOf(c)
	c.run(c.driver("neo4j", c.members[0]), "CREATE (:Counter {n: 0})", nil)
	const batches = 25
	var wg sync.WaitGroup
	for _, m := range c.members {
		d := c.driver("bolt", m)
		eventually(t, 30*time.Second, m.cfg.Name+" has the counter", func() bool {
			return len(c.run(d, "MATCH (c:Counter) RETURN c", nil, neo4j.ExecuteQueryWithReadersRouting())) == 1
		})
		wg.Go(func() {
			if _, _, err := c.autoCommit(d, fmt.Sprintf("UNWIND range(1, %d) AS x CALL (x) { MATCH (c:Counter) SET c.n = c.n + 1 } IN TRANSACTIONS OF 1 ROW", batches)); err != nil {
				t.Errorf("%s: %v", m.cfg.Name, err)
			}
		})
	}
	wg.Wait()
	d := c.driver("neo4j", c.members[0])
	if got := c.run(d, "MATCH (c:Counter) RETURN c.n", nil)[0][0]; got != int64(batches*len(c.members)) {
		t.Errorf("the counter stands at %v, want %d", got, batches*len(c.members))
	}
}
