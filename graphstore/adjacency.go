package graphstore

import (
	"slices"

	"graticule/graph"
)

// --- adjacency ---

func dirs(d graph.Direction) []int {
	switch d {
	case graph.Outgoing:
		return []int{0}
	case graph.Incoming:
		return []int{1}
	}
	return []int{0, 1}
}

func (tx *Tx) readEdges(id graph.NodeID, dir int, types []graph.TypeID) {
	if len(types) == 0 {
		tx.fp.read(mix(fpEdges, uint64(id), anyOf, uint64(dir)))
	}
	for _, t := range types {
		tx.fp.read(mix(fpEdges, uint64(id), tx.typeHash(t), uint64(dir)))
	}
}

// Expand fills out with the relationships of req.Sources; see exec.Reader.
func (tx *Tx) Expand(req *graph.ExpandRequest, out *graph.Adjacency) error {
	out.Reset()
	ds := dirs(req.Direction)
	for ; req.Source < len(req.Sources); req.Source++ {
		id := req.Sources[req.Source]
		n := tx.state.nodes.get(uint64(id))
		if tx.reading() {
			for _, d := range ds {
				tx.readEdges(id, d, req.Types)
			}
		}
		at := 0
		if n != nil {
			for _, d := range ds {
				for i := range n.ends[d] {
					te := &n.ends[d][i]
					if len(req.Types) > 0 && !slices.Contains(req.Types, te.typ) {
						continue
					}
					if at+te.n <= req.Offset {
						at += te.n
						continue
					}
					for _, chunk := range te.chunks {
						for _, e := range chunk {
							at++
							if at <= req.Offset || (d == 1 && len(ds) == 2 && e.other == id) {
								continue
							}
							if req.Limit > 0 && len(out.Rel) >= req.Limit {
								req.Offset = at - 1
								out.EndSource()
								return nil
							}
							out.Add(e.rel, te.typ, e.other, d == 0)
						}
					}
				}
			}
		}
		req.Offset = 0
		out.EndSource()
	}
	return nil
}

// ExpandInto gives the relationships between from[i] and to[i], walking the end with fewer.
func (tx *Tx) ExpandInto(from, to []graph.NodeID, dir graph.Direction, types []graph.TypeID, out *graph.Adjacency) error {
	out.Reset()
	ds := dirs(dir)
	for i := range from {
		a, b := tx.state.nodes.get(uint64(from[i])), tx.state.nodes.get(uint64(to[i]))
		for _, d := range ds {
			if tx.reading() {
				tx.readPair(from[i], to[i], d, types)
			}
			if a == nil || b == nil || (d == 1 && len(ds) == 2 && from[i] == to[i]) {
				continue
			}
			if a.degree(d, graph.AnyType) <= b.degree(1-d, graph.AnyType) {
				tx.between(a, d, to[i], types, func(e edge, t graph.TypeID) { out.Add(e.rel, t, to[i], d == 0) })
			} else {
				tx.between(b, 1-d, from[i], types, func(e edge, t graph.TypeID) { out.Add(e.rel, t, to[i], d == 0) })
			}
		}
		out.EndSource()
	}
	return nil
}

func (tx *Tx) between(n *nodeRecord, dir int, other graph.NodeID, types []graph.TypeID, emit func(edge, graph.TypeID)) {
	for i := range n.ends[dir] {
		te := &n.ends[dir][i]
		if len(types) > 0 && !slices.Contains(types, te.typ) {
			continue
		}
		for _, chunk := range te.chunks {
			for _, e := range chunk {
				if e.other == other {
					emit(e, te.typ)
				}
			}
		}
	}
}

func (tx *Tx) readPair(a, b graph.NodeID, dir int, types []graph.TypeID) {
	if dir == 1 {
		a, b = b, a
	}
	if len(types) == 0 {
		tx.fp.read(mix(fpPair, uint64(a), uint64(b), anyOf))
	}
	for _, t := range types {
		tx.fp.read(mix(fpPair, uint64(a), uint64(b), tx.typeHash(t)))
	}
}

// Degree counts the relationships of each node.
func (tx *Tx) Degree(ids []graph.NodeID, dir graph.Direction, types []graph.TypeID, out []int64) error {
	ds := dirs(dir)
	for i, id := range ids {
		out[i] = 0
		n := tx.state.nodes.get(uint64(id))
		for _, d := range ds {
			if tx.reading() {
				tx.readEdges(id, d, types)
			}
			if n == nil {
				continue
			}
			if len(types) == 0 {
				out[i] += int64(n.degree(d, graph.AnyType))
			}
			for _, t := range types {
				out[i] += int64(n.degree(d, t))
			}
		}
		if len(ds) == 2 && n != nil {
			tx.between(n, 0, id, types, func(edge, graph.TypeID) { out[i]-- }) // a loop counts once
		}
	}
	return nil
}

// NodeCount counts the nodes with a label, or all.
func (tx *Tx) NodeCount(label graph.LabelID) int64 {
	if label == graph.AnyLabel {
		if tx.reading() {
			tx.fp.read(mix(fpLabel, noLabel))
		}
		return int64(tx.state.nodes.n)
	}
	if tx.reading() {
		tx.fp.read(mix(fpLabel, tx.labelHash(label)))
	}
	if s := tx.state.labelSet(label); s != nil {
		return s.n
	}
	return 0
}

// RelCount counts relationships; with a start or end label it is an estimate.
func (tx *Tx) RelCount(start graph.LabelID, typ graph.TypeID, end graph.LabelID) (int64, bool) {
	if tx.reading() {
		tx.fp.read(mix(fpType, tx.typeHash(typ)))
	}
	n := int64(tx.state.rels.n)
	if typ != graph.AnyType {
		n = 0
		if s := tx.state.typeSet(typ); s != nil {
			n = s.n
		}
	}
	return n, start == graph.AnyLabel && end == graph.AnyLabel
}
