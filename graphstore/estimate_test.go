package graphstore

import (
	"testing"

	"graticule/graph"
)

// TestSamplesAreSpread holds that a sample does not come from one end, wherever
// the nodes with a label stand, and that small sets are taken as a whole.
func TestSamplesAreSpread(t *testing.T) {
	tx := &Tx{state: newState()}
	for i := range uint64(60_000) {
		labels := []graph.LabelID{0}
		if i >= 41_000 && i < 41_300 { // some next to each other
			labels = append(labels, 1)
		}
		if i%9000 == 5 { // few far apart
			labels = append(labels, 2)
		}
		tx.state.createNode(graph.NodeID(i), labels)
	}
	for _, c := range []struct {
		label       graph.LabelID
		least       int
		first, last graph.NodeID // bounds of the first and the last one
	}{{graph.AnyLabel, 64, 1000, 58_000}, {0, 64, 1000, 58_000}, {1, 64, 41_010, 41_290}, {2, 7, 5, 54_005}} {
		var buf [64]graph.NodeID
		ids := tx.sample(c.label, buf[:])
		if len(ids) < c.least || ids[0] > c.first || ids[len(ids)-1] < c.last {
			t.Errorf("label %d: %d nodes from %v: %v", c.label, len(ids), ids[0], ids)
		}
	}
	if ids := tx.sample(3, make([]graph.NodeID, 8)); len(ids) != 0 {
		t.Errorf("of a label without nodes: %v", ids)
	}
}

// TestEntriesByRank compares counts from the places of entries with walks, in an
// index whose values repeat.
func TestEntriesByRank(t *testing.T) {
	r := newRangeSet()
	values := 0.0
	for v := range 40 {
		values++
		for id := range 1 + v*v {
			r.change(uint64(v*10_000+id), nil, []graph.Value{graph.Int(int64(v))})
		}
	}
	tx := &Tx{state: newState()}
	tx.state.indexes[7] = &index{body: r}
	for low := -1; low < 42; low += 3 {
		for high := low; high < 42; high += 5 {
			q := graph.RangeQuery{Low: graph.Int(int64(low)), LowIncl: low%2 == 0, High: graph.Int(int64(high)), HighIncl: high%2 == 0}
			c, want := r.seek(q), 0
			var buf [100]uint64
			for n := c.next(buf[:]); n > 0; n = c.next(buf[:]) {
				want += n
			}
			if n, ok := tx.EstimateEntries(7, q); !ok || int(n) != want {
				t.Errorf("%d to %d: %d, %v, walked %d", low, high, n, ok, want)
			}
		}
	}
	for at := range r.len() {
		entry, _, _ := r.tree.GetAt(at)
		v, _, _ := r.tree.GetAt(at)
		if got := r.sameValue(at); got != len(r.exactly([]graph.Value{graph.Int(int64(idOf(v) / 10_000))}, 1<<20)) {
			t.Fatalf("place %d, entry %q: %d entries of the same value", at, entry, got)
		}
	}
	mean := float64(r.len()) / values
	if got := tx.EstimatePerValue(7); got < mean/4 || got > mean*4 {
		t.Errorf("%v entries for a value are expected, there are %v", got, mean)
	}
}
