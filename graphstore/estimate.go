package graphstore

import (
	"encoding/binary"
	"math"

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

const degreeSamples = 48

// EstimateDegree gives the mean degree of nodes with a label, from a sample.
func (tx *Tx) EstimateDegree(label graph.LabelID, dir graph.Direction, types []graph.TypeID) float64 {
	var ids [degreeSamples]graph.NodeID
	n := 0
	if label == graph.AnyLabel {
		// Ids are dense: take them at equal distances.
		span := uint64(len(tx.state.nodes.root)) * midSpan
		for i := uint64(0); i < degreeSamples && n < degreeSamples; i++ {
			if at, _, ok := tx.state.nodes.next(span / degreeSamples * i); ok && (n == 0 || ids[n-1] != graph.NodeID(at)) {
				ids[n] = graph.NodeID(at)
				n++
			}
		}
	} else if s := tx.state.labelSet(label); s != nil {
		span := uint64(len(s.pages.root)) * midSpan * bitSpan
		for i := uint64(0); i < degreeSamples; i++ {
			at := span / degreeSamples * i
			k := fill(s, &at, ids[n:n+1])
			if k == 0 {
				break
			}
			if n == 0 || ids[n] > ids[n-1] {
				n++
			}
		}
		if n < degreeSamples/2 { // few nodes in one place
			var at uint64
			n = fill(s, &at, ids[:])
		}
	}
	if n == 0 {
		return 0
	}
	total := 0
	for _, id := range ids[:n] {
		rec := tx.state.nodes.get(uint64(id))
		for _, d := range dirs(dir) {
			if len(types) == 0 {
				total += rec.degree(d, graph.AnyType)
			}
			for _, t := range types {
				total += rec.degree(d, t)
			}
		}
	}
	return float64(total) / float64(n)
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

const valueSamples = 128

// EstimatePerValue gives the mean number of entities for one value of an
// index, from a sample; 1 when the index is of a constraint.
func (tx *Tx) EstimatePerValue(id graph.IndexID) float64 {
	x := tx.state.indexes[id]
	if x == nil || x.def.Constraint != "" {
		return 1
	}
	r, ok := x.body.(*rangeSet)
	if !ok || r.len() == 0 {
		return 1
	}
	entries, values, last := 0, 0, ""
	r.tree.Scan(func(entry string, _ struct{}) bool {
		if value := entry[:len(entry)-8]; values == 0 || value != last {
			values, last = values+1, value
		}
		entries++
		return entries < valueSamples
	})
	return float64(entries) / float64(values)
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
