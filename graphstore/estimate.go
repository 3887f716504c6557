package graphstore

import (
	"encoding/binary"
	"math"
	"slices"
	"sort"

	"graticule/graph"
)

// What a planner asks. Nothing here counts as read by the transaction: a plan
// is only faster or slower for it, never wrong.

// EstimateNodes gives the number of nodes with a label (graph.AnyLabel: all).
func (tx *Tx) EstimateNodes(label graph.LabelID) int64 {
	if label == graph.AnyLabel {
		return int64(tx.state.nodes.n)
	}
	if s := tx.state.labelSet(label); s != nil {
		return s.n
	}
	return 0
}

// EstimateRels gives the number of relationships of a type (graph.AnyType: all).
func (tx *Tx) EstimateRels(typ graph.TypeID) int64 {
	if typ == graph.AnyType {
		return int64(tx.state.rels.n)
	}
	if s := tx.state.typeSet(typ); s != nil {
		return s.n
	}
	return 0
}

const degreeSamples = 64

// EstimateDegree gives the mean degree of nodes with a label: for all nodes from
// counts, for those with a label from a sample.
func (tx *Tx) EstimateDegree(label graph.LabelID, dir graph.Direction, types []graph.TypeID) float64 {
	all := 0.0 // relationships, at each of their ends
	for i, t := range types {
		if !slices.Contains(types[:i], t) {
			all += float64(tx.EstimateRels(t))
		}
	}
	if len(types) == 0 {
		all = float64(tx.EstimateRels(graph.AnyType))
	}
	all *= float64(len(dirs(dir)))
	nodes := float64(tx.EstimateNodes(label))
	if nodes == 0 {
		return 0
	}
	if label == graph.AnyLabel || nodes == float64(tx.EstimateNodes(graph.AnyLabel)) {
		return all / nodes
	}
	var buf [degreeSamples]graph.NodeID
	ids := tx.sample(label, buf[:])
	total := 0
	for _, id := range ids {
		rec := tx.state.nodes.get(uint64(id))
		for _, d := range dirs(dir) {
			if len(types) == 0 {
				total += rec.degree(d, graph.AnyType)
			}
			for i, t := range types {
				if !slices.Contains(types[:i], t) {
					total += rec.degree(d, t)
				}
			}
		}
	}
	return min(float64(total)/float64(max(1, len(ids))), all/nodes)
}

// sample fills buf with nodes that have a label (graph.AnyLabel: any) and stand
// at equal distances between the first and the last of them.
func (tx *Tx) sample(label graph.LabelID, buf []graph.NodeID) []graph.NodeID {
	limit := uint64(len(tx.state.nodes.root)) * midSpan
	after := func(id uint64) (uint64, bool) {
		at, _, ok := tx.state.nodes.next(id)
		return at, ok
	}
	if label != graph.AnyLabel {
		s := tx.state.labelSet(label)
		if s == nil {
			return nil
		}
		after = func(id uint64) (uint64, bool) {
			var one [1]uint64
			n := fill(s, &id, one[:])
			return one[0], n == 1
		}
	}
	first, ok := after(0)
	if !ok {
		return nil
	}
	// The last is the greatest id at or after which there is one.
	last := first + uint64(sort.Search(int(limit-first), func(i int) bool { _, ok := after(first + uint64(i) + 1); return !ok }))
	n := 0
	for i := range uint64(len(buf)) {
		at, _ := after(first + (last-first)/uint64(len(buf))*i + (last-first)%uint64(len(buf))*i/uint64(len(buf)))
		if n == 0 || graph.NodeID(at) > buf[n-1] {
			buf[n] = graph.NodeID(at)
			n++
		}
	}
	return buf[:n]
}

// SchemaVersion changes with every change of indexes or constraints, and when an index comes online.
func (tx *Tx) SchemaVersion() uint64 {
	s := tx.state.schema
	filling := uint64(0)
	for _, x := range tx.state.indexes {
		if x.filling != nil {
			filling++
		}
	}
	return uint64(s.nextID)<<36 | filling<<24 | uint64(len(s.indexes))<<12 | uint64(len(s.constraints))
}

const valueSamples = 64

// EstimatePerValue gives the mean number of entities for one value of an
// index; 1 when the index is of a constraint. The number of values is the sum,
// over all entries, of one by how many entries have the same value; the mean of
// that is taken from entries at equal distances.
func (tx *Tx) EstimatePerValue(id graph.IndexID) float64 {
	x := tx.state.indexes[id]
	if x == nil || x.def.Constraint != "" {
		return 1
	}
	r, ok := x.body.(*rangeSet)
	if !ok || r.len() == 0 {
		return 1
	}
	n := r.len()
	samples := min(n, valueSamples)
	sum := 0.0
	for i := range samples {
		sum += 1 / float64(r.sameValue(n/samples*i+n/samples/2))
	}
	return float64(samples) / sum
}

// sameValue counts the entries with the value of the one at a place.
func (r *rangeSet) sameValue(at int) int {
	entry, _, _ := r.tree.GetAt(at)
	value := entry[:len(entry)-8]
	same := func(i int) bool {
		e, _, ok := r.tree.GetAt(i)
		return ok && len(e) == len(entry) && e[:len(e)-8] == value
	}
	// Values stand together: steps double until they leave them, then halve.
	edge := func(sign int) int {
		step := 1
		for same(at + sign*step) {
			step *= 2
		}
		in := step / 2
		for out := step; out-in > 1; {
			if mid := (in + out) / 2; same(at + sign*mid) {
				in = mid
			} else {
				out = mid
			}
		}
		return in
	}
	return edge(-1) + edge(1) + 1
}

// rank gives how many entries are less than key.
func (r *rangeSet) rank(key string) int {
	return sort.Search(r.len(), func(i int) bool {
		e, _, _ := r.tree.GetAt(i)
		return e >= key
	})
}

// EstimateEntries gives how many entities a range index has in a range; ok=false
// for another index. The tree of the index knows the place of each entry, so
// that it answers like a histogram with as many buckets as entries, that is
// never out of date.
func (tx *Tx) EstimateEntries(id graph.IndexID, q graph.RangeQuery) (n int64, ok bool) {
	x := tx.state.indexes[id]
	if x == nil {
		return 0, false
	}
	r, ok := x.body.(*rangeSet)
	if !ok {
		return 0, false
	}
	b, some := boundsOf(q)
	if !some {
		return 0, true
	}
	high := r.len()
	if b.high != "" {
		high = r.rank(b.high)
	}
	return int64(max(0, high-r.rank(b.low))), true
}

const shareSamples = 64

// EstimateShare gives the part of the nodes with a label (graph.AnyLabel: all)
// whose property is in a range, from a sample at equal distances; ok=false when
// there are no such nodes.
func (tx *Tx) EstimateShare(label graph.LabelID, key graph.KeyID, q graph.RangeQuery) (share float64, ok bool) {
	var buf [shareSamples]graph.NodeID
	ids := tx.sample(label, buf[:])
	if len(ids) == 0 {
		return 0, false
	}
	b, some := boundsOf(q)
	hits := 0.0
	var entry []byte
	for _, id := range ids {
		rec := tx.state.nodes.get(uint64(id))
		if entry = appendOrder(entry[:0], propOf(rec.props, key)); some && len(entry) > 0 && b.match(string(entry)) {
			hits++
		}
	}
	// None of so few may still be some of all.
	return max(hits, 0.5) / float64(len(ids)), true
}

// IndexOrder tells how many entities a range index holds, and whether its order
// is that of ORDER BY: its values are of one kind that sorts the same way here
// and there.
func (tx *Tx) IndexOrder(id graph.IndexID) (entries int64, sorted bool) {
	x := tx.state.indexes[id]
	if x == nil {
		return 0, false
	}
	r, ok := x.body.(*rangeSet)
	if !ok || len(x.keys) != 1 {
		return 0, false
	}
	first, _, ok := r.tree.Min()
	if !ok {
		return 0, true
	}
	last, _, _ := r.tree.Max()
	if first[0] != last[0] {
		return int64(r.len()), false
	}
	switch first[0] {
	case orderString, orderBool, orderDate, orderLocalDateTime, orderDateTime:
		sorted = true
	case orderNumber: // a NaN with a sign stands first, but sorts last
		sorted = binary.BigEndian.Uint64([]byte(first[1:])) >= sortableFloat(math.Inf(-1))
	}
	return int64(r.len()), sorted
}
