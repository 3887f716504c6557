package graphstore

import (
	"slices"

	"graticule/graph"
)

// --- scans ---

type setCursor[ID ~uint64] struct {
	set *bitset
	at  uint64
}

func (c *setCursor[ID]) Next(buf []ID) (int, error) {
	if c.set == nil {
		return 0, nil
	}
	return fill(c.set, &c.at, buf), nil
}

func (c *setCursor[ID]) Close() error { return nil }

type allNodes struct {
	state *state
	at    uint64
}

func (c *allNodes) Next(buf []graph.NodeID) (int, error) {
	n := 0
	for n < len(buf) {
		i, _, ok := c.state.nodes.next(c.at)
		if !ok {
			break
		}
		buf[n], c.at = graph.NodeID(i), i+1
		n++
	}
	return n, nil
}

func (c *allNodes) Close() error { return nil }

// ScanNodes gives every node, ascending.
func (tx *Tx) ScanNodes() graph.NodeCursor {
	if tx.reading() {
		tx.fp.read(mix(fpLabel, noLabel))
	}
	return &allNodes{state: tx.state}
}

// ScanLabel gives the nodes with a label, ascending.
func (tx *Tx) ScanLabel(l graph.LabelID) graph.NodeCursor {
	if tx.reading() {
		tx.fp.read(mix(fpLabel, tx.labelHash(l)))
	}
	return &setCursor[graph.NodeID]{set: tx.state.labelSet(l)}
}

type relCursor struct {
	state *state
	ids   func(buf []graph.RelID) int
}

func (c *relCursor) Next(ids []graph.RelID, ends []graph.RelEnds) (int, error) {
	n := c.ids(ids)
	for i, id := range ids[:n] {
		ends[i] = c.state.relEnds(id)
	}
	return n, nil
}

func (c *relCursor) Close() error { return nil }

// ScanRels gives the relationships of a type, or all, ascending.
func (tx *Tx) ScanRels(t graph.TypeID) graph.RelCursor {
	if tx.reading() {
		tx.fp.read(mix(fpType, tx.typeHash(t)))
	}
	st := tx.state
	if t == graph.AnyType {
		var at uint64
		return &relCursor{state: st, ids: func(buf []graph.RelID) int {
			n := 0
			for n < len(buf) {
				i, _, ok := st.rels.next(at)
				if !ok {
					break
				}
				buf[n], at = graph.RelID(i), i+1
				n++
			}
			return n
		}}
	}
	set := st.typeSet(t)
	var at uint64
	return &relCursor{state: st, ids: func(buf []graph.RelID) int {
		if set == nil {
			return 0
		}
		return fill(set, &at, buf)
	}}
}

// --- index seeks ---

func (tx *Tx) readRange(x *index, q graph.RangeQuery) {
	if !tx.reading() || x == nil {
		return
	}
	exact := len(q.Equal) == len(x.keys)
	hashes := tx.state.tokens[labelToken].hash
	if x.def.Relationship {
		hashes = tx.state.tokens[typeToken].hash
	}
	for _, l := range x.labels {
		for i, k := range x.keys {
			if exact {
				tx.fp.read(mix(fpValue, hashes[l], tx.keyHash(k), valueHash(q.Equal[i])))
			} else {
				tx.fp.read(mix(fpKey, hashes[l], tx.keyHash(k)))
			}
		}
	}
}

// seek gives the entities in range; none when the index cannot answer.
func (x *index) seek(q graph.RangeQuery) idCursor {
	if x != nil {
		if r, ok := x.body.(seeker); ok {
			return r.seek(q)
		}
	}
	return &listCursor{}
}

type nodeSeek struct{ idCursor }

func (c nodeSeek) Next(buf []graph.NodeID) (int, error) {
	var ids [256]uint64
	n := c.next(ids[:min(len(buf), len(ids))])
	for i, id := range ids[:n] {
		buf[i] = graph.NodeID(id)
	}
	return n, nil
}

func (c nodeSeek) Close() error { return nil }

// SeekNodes gives the nodes of an index range in value order.
func (tx *Tx) SeekNodes(id graph.IndexID, q graph.RangeQuery) graph.NodeCursor {
	x := tx.state.indexes[id]
	tx.readRange(x, q)
	return nodeSeek{x.seek(q)}
}

// SeekRels gives the relationships of an index range in value order.
func (tx *Tx) SeekRels(id graph.IndexID, q graph.RangeQuery) graph.RelCursor {
	x := tx.state.indexes[id]
	tx.readRange(x, q)
	c := x.seek(q)
	return &relCursor{state: tx.state, ids: func(buf []graph.RelID) int {
		var ids [256]uint64
		n := c.next(ids[:min(len(buf), len(ids))])
		for i, id := range ids[:n] {
			buf[i] = graph.RelID(id)
		}
		return n
	}}
}

// FindNodes gives the nodes with all labels whose properties equal the values.
// It registers exactly this condition as read. A null value matches nothing.
func (tx *Tx) FindNodes(labels []graph.LabelID, keys []graph.KeyID, values []graph.Value, out []graph.NodeID) ([]graph.NodeID, error) {
	tx.readPredicate(labels, keys, values)
	var want [8][]byte
	for i, v := range values {
		k := appendOrder(nil, v)
		if len(k) == 0 {
			return out, nil
		}
		if i < len(want) {
			want[i] = k
		}
	}
	if x := tx.indexFor(labels, keys); x != nil {
		at := make([]graph.Value, len(x.keys))
		for i, k := range x.keys {
			at[i] = values[slices.Index(keys, k)]
		}
		for _, id := range x.body.(*rangeSet).exactly(at, 1<<31) {
			if tx.state.matches(tx.state.nodes.get(id), labels, keys, values) {
				out = append(out, graph.NodeID(id))
			}
		}
		return out, nil
	}
	if len(labels) == 0 {
		for i, n, ok := tx.state.nodes.next(0); ok; i, n, ok = tx.state.nodes.next(i + 1) {
			if tx.state.matches(n, nil, keys, values) {
				out = append(out, graph.NodeID(i))
			}
		}
		return out, nil
	}
	smallest := tx.state.labelSet(labels[0])
	for _, l := range labels[1:] {
		if s := tx.state.labelSet(l); s == nil || (smallest != nil && s.n < smallest.n) {
			smallest = s
		}
	}
	if smallest == nil {
		return out, nil
	}
	var at uint64
	var buf [256]uint64
	for n := fill(smallest, &at, buf[:]); n > 0; n = fill(smallest, &at, buf[:]) {
		for _, id := range buf[:n] {
			if tx.state.matches(tx.state.nodes.get(id), labels, keys, values) {
				out = append(out, graph.NodeID(id))
			}
		}
	}
	return out, nil
}

func (tx *Tx) readPredicate(labels []graph.LabelID, keys []graph.KeyID, values []graph.Value) {
	if !tx.reading() {
		return
	}
	hashes := []uint64{noLabel}
	if len(labels) > 0 {
		hashes = hashes[:0]
		for _, l := range labels {
			hashes = append(hashes, tx.labelHash(l))
		}
	}
	for _, l := range hashes {
		if len(keys) == 0 {
			tx.fp.read(mix(fpLabel, l))
		}
		for i, k := range keys {
			tx.fp.read(mix(fpValue, l, tx.keyHash(k), valueHash(values[i])))
		}
	}
}
