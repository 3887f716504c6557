package graphstore

import (
	"slices"

	"graticule/graph"
)

// --- tokens ---

// Label, Type and Key look a token up by name; LabelName, TypeName and KeyName go back.
func (tx *Tx) Label(name string) (graph.LabelID, bool) {
	id, ok := tx.state.tokens[labelToken].id(name)
	return graph.LabelID(id), ok
}

// Type looks a relationship type up.
func (tx *Tx) Type(name string) (graph.TypeID, bool) {
	id, ok := tx.state.tokens[typeToken].id(name)
	return graph.TypeID(id), ok
}

// Key looks a property key up.
func (tx *Tx) Key(name string) (graph.KeyID, bool) {
	id, ok := tx.state.tokens[keyToken].id(name)
	return graph.KeyID(id), ok
}

// LabelName gives a label's name.
func (tx *Tx) LabelName(id graph.LabelID) string { return tx.state.tokens[labelToken].name(uint32(id)) }

// TypeName gives a type's name.
func (tx *Tx) TypeName(id graph.TypeID) string { return tx.state.tokens[typeToken].name(uint32(id)) }

// KeyName gives a property key's name.
func (tx *Tx) KeyName(id graph.KeyID) string { return tx.state.tokens[keyToken].name(uint32(id)) }

func (tx *Tx) ensure(kind tokenKind, name string) (uint32, error) {
	if id, ok := tx.state.tokens[kind].id(name); ok {
		return id, nil
	}
	if !tx.cfg.Write {
		return 0, ErrReadOnly
	}
	tx.rec.op(opToken, uint64(kind))
	tx.rec.b = appendBytes(tx.rec.b, name)
	return tx.state.ensureToken(kind, name), nil
}

// EnsureLabel gives the token of a label, making it if need be.
func (tx *Tx) EnsureLabel(name string) (graph.LabelID, error) {
	id, err := tx.ensure(labelToken, name)
	return graph.LabelID(id), err
}

// EnsureType gives the token of a relationship type, making it if need be.
func (tx *Tx) EnsureType(name string) (graph.TypeID, error) {
	id, err := tx.ensure(typeToken, name)
	return graph.TypeID(id), err
}

// EnsureKey gives the token of a property key, making it if need be.
func (tx *Tx) EnsureKey(name string) (graph.KeyID, error) {
	id, err := tx.ensure(keyToken, name)
	return graph.KeyID(id), err
}

func inUse(names []string, sets []*bitset) []string {
	var out []string
	for i, name := range names {
		if i < len(sets) && sets[i] != nil && sets[i].n > 0 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// LabelNames lists the labels of at least one node.
func (tx *Tx) LabelNames() []string { return inUse(tx.state.tokens[labelToken].names, tx.state.labels) }

// TypeNames lists the types of at least one relationship.
func (tx *Tx) TypeNames() []string { return inUse(tx.state.tokens[typeToken].names, tx.state.types) }

// KeyNames lists all property keys ever used.
func (tx *Tx) KeyNames() []string {
	out := slices.Clone(tx.state.tokens[keyToken].names)
	slices.Sort(out)
	return out
}

func (tx *Tx) labelHash(l graph.LabelID) uint64 { return tx.state.tokens[labelToken].hash[l] }
func (tx *Tx) keyHash(k graph.KeyID) uint64     { return tx.state.tokens[keyToken].hash[k] }
func (tx *Tx) typeHash(t graph.TypeID) uint64 {
	if t == graph.AnyType {
		return anyOf
	}
	return tx.state.tokens[typeToken].hash[t]
}

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
func (x *index) seek(q graph.RangeQuery) *indexCursor {
	if x != nil {
		if r, ok := x.body.(*rangeSet); ok {
			return r.seek(q)
		}
	}
	return &indexCursor{done: true}
}

type nodeSeek struct{ *indexCursor }

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

// indexFor gives an online range index on one of the labels over keys that are all given.
func (tx *Tx) indexFor(labels []graph.LabelID, keys []graph.KeyID) *index {
	var best *index
	for _, x := range tx.state.indexes {
		if x.def.Relationship || x.def.Type != graph.IndexRange || x.body == nil || (best != nil && (len(x.keys) < len(best.keys) || len(x.keys) == len(best.keys) && x.def.ID > best.def.ID)) {
			continue
		}
		covers := slices.ContainsFunc(labels, func(l graph.LabelID) bool { return x.covers(uint32(l)) })
		if covers && !slices.ContainsFunc(x.keys, func(k graph.KeyID) bool { return !slices.Contains(keys, k) }) {
			best = x
		}
	}
	return best
}

// matches compares by order keys, so that 1 equals 1.0.
func (s *state) matches(n *nodeRecord, labels []graph.LabelID, keys []graph.KeyID, values []graph.Value) bool {
	if n == nil {
		return false
	}
	for _, l := range labels {
		if !n.hasLabel(l) {
			return false
		}
	}
	for i, k := range keys {
		if !sameValue(propOf(n.props, k), values[i]) {
			return false
		}
	}
	return true
}

func sameValue(a, b graph.Value) bool {
	switch {
	case a.Kind() == graph.KindInt && b.Kind() == graph.KindInt:
		return a.AsInt() == b.AsInt()
	case a.Kind() == graph.KindString && b.Kind() == graph.KindString:
		return a.AsString() == b.AsString()
	case a.IsNull() || b.IsNull():
		return false
	}
	return string(appendOrder(nil, a)) == string(appendOrder(nil, b))
}

// --- entities ---

// NodesExist tells for each id whether the node is there.
func (tx *Tx) NodesExist(ids []graph.NodeID, out []bool) error {
	for i, id := range ids {
		out[i] = tx.state.nodes.get(uint64(id)) != nil
		if tx.reading() {
			tx.fp.read(mix(fpNode, uint64(id)))
		}
	}
	return nil
}

// NodeLabels fills out with the label sets of the nodes.
func (tx *Tx) NodeLabels(ids []graph.NodeID, out *graph.LabelSets) error {
	out.Reset()
	for _, id := range ids {
		if n := tx.state.nodes.get(uint64(id)); n != nil {
			out.Label = append(out.Label, n.labels...)
		}
		out.Offset = append(out.Offset, int32(len(out.Label)))
		if tx.reading() {
			tx.fp.read(mix(fpNodeLabel, uint64(id), anyOf))
		}
	}
	return nil
}

// HasLabel tells for each node whether it has the label.
func (tx *Tx) HasLabel(ids []graph.NodeID, label graph.LabelID, out []bool) error {
	for i, id := range ids {
		n := tx.state.nodes.get(uint64(id))
		out[i] = n != nil && n.hasLabel(label)
		if tx.reading() {
			tx.fp.read(mix(fpNodeLabel, uint64(id), tx.labelHash(label)))
		}
	}
	return nil
}

// NodeProperty fetches one property of many nodes.
func (tx *Tx) NodeProperty(ids []graph.NodeID, key graph.KeyID, out []graph.Value) error {
	for i, id := range ids {
		out[i] = graph.Null
		if n := tx.state.nodes.get(uint64(id)); n != nil {
			out[i] = propOf(n.props, key)
		}
		if tx.reading() {
			tx.fp.read(mix(fpNodeProp, uint64(id), tx.keyHash(key)))
		}
	}
	return nil
}

// RelProperty fetches one property of many relationships.
func (tx *Tx) RelProperty(ids []graph.RelID, key graph.KeyID, out []graph.Value) error {
	for i, id := range ids {
		out[i] = graph.Null
		if r := tx.state.rels.get(uint64(id)); r != nil {
			out[i] = propOf(r.props, key)
		}
		if tx.reading() {
			tx.fp.read(mix(fpRelProp, uint64(id), tx.keyHash(key)))
		}
	}
	return nil
}

// NodeProperties appends all properties of a node.
func (tx *Tx) NodeProperties(id graph.NodeID, out []graph.Property) ([]graph.Property, error) {
	if tx.reading() {
		tx.fp.read(mix(fpNodeAny, uint64(id)))
	}
	if n := tx.state.nodes.get(uint64(id)); n != nil {
		out = append(out, n.props...)
	}
	return out, nil
}

// RelProperties appends all properties of a relationship.
func (tx *Tx) RelProperties(id graph.RelID, out []graph.Property) ([]graph.Property, error) {
	if tx.reading() {
		tx.fp.read(mix(fpRelAny, uint64(id)))
	}
	if r := tx.state.rels.get(uint64(id)); r != nil {
		out = append(out, r.props...)
	}
	return out, nil
}

func (s *state) relEnds(id graph.RelID) graph.RelEnds {
	if r := s.rels.get(uint64(id)); r != nil {
		return graph.RelEnds{Start: r.start, End: r.end, Type: r.typ, Exists: true}
	}
	return graph.RelEnds{}
}

// RelEnds appends the ends and type of each relationship.
func (tx *Tx) RelEnds(ids []graph.RelID, out []graph.RelEnds) error {
	for i, id := range ids {
		out[i] = tx.state.relEnds(id)
		if tx.reading() {
			tx.fp.read(mix(fpRel, uint64(id)))
		}
	}
	return nil
}

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

// Node gives a node as a client sees it, nil when it is not there.
func (tx *Tx) Node(id graph.NodeID) *graph.Node {
	if tx.reading() {
		tx.fp.read(mix(fpNodeAny, uint64(id)))
	}
	n := tx.state.nodes.get(uint64(id))
	if n == nil {
		return nil
	}
	out := &graph.Node{ID: id, Labels: make([]string, len(n.labels)), Properties: tx.propMap(n.props)}
	for i, l := range n.labels {
		out.Labels[i] = tx.LabelName(l)
	}
	return out
}

// Relationship gives a relationship as a client sees it, nil when it is not there.
func (tx *Tx) Relationship(id graph.RelID) *graph.Relationship {
	if tx.reading() {
		tx.fp.read(mix(fpRelAny, uint64(id)))
	}
	r := tx.state.rels.get(uint64(id))
	if r == nil {
		return nil
	}
	return &graph.Relationship{ID: id, Start: r.start, End: r.end, Type: tx.TypeName(r.typ), Properties: tx.propMap(r.props)}
}

func (tx *Tx) propMap(props []graph.Property) *graph.Map {
	m := graph.NewMap(len(props))
	for _, p := range props {
		m.Put(tx.KeyName(p.Key), p.Value)
	}
	return m
}
