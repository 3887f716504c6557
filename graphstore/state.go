package graphstore

import (
	"slices"

	"graticule/graph"
	"graticule/replication"
)

// A state is the whole graph at one position. A published state never
// changes; a fork of it is changed by exactly one goroutine until it is
// published or dropped.
type state struct {
	gen      *generation
	position replication.Position
	time     int64  // leader time of the last entry, Unix nanoseconds
	changed  uint64 // index of the last changeset; after a start or a restore, of whatever was last

	nodes  radix[nodeRecord]
	rels   radix[relRecord]
	tokens [tokenKinds]tokens
	labels []*bitset // nodes by label
	types  []*bitset // relationships by type
	ownSet map[*bitset]bool

	schema   *schema
	indexes  map[graph.IndexID]*index
	ownIndex bool

	nextNode, nextRel uint64 // first ids not leased yet

	touched *touched // what a fork changed; nil when nobody asks
}

// touched are the entities and tokens a fork changed, for writing them to disk.
type touched struct {
	nodes  map[graph.NodeID]struct{}
	rels   map[graph.RelID]struct{}
	tokens []touchedToken
	schema bool
}

type touchedToken struct {
	kind tokenKind
	id   uint32
}

func newState() *state {
	gen := &generation{}
	s := &state{gen: gen, schema: &schema{nextID: 1}, indexes: map[graph.IndexID]*index{}}
	s.nodes.gen, s.rels.gen = gen, gen
	return s
}

func (s *state) fork() *state {
	gen := &generation{}
	c := *s
	c.gen, c.ownIndex, c.touched = gen, false, nil
	c.nodes, c.rels = s.nodes.fork(gen), s.rels.fork(gen)
	for k := range c.tokens {
		c.tokens[k] = s.tokens[k].fork()
	}
	c.labels, c.types = s.labels[:len(s.labels):len(s.labels)], s.types[:len(s.types):len(s.types)]
	c.ownSet = nil
	return &c
}

// node gives the record for changing it.
func (s *state) ownNode(id graph.NodeID) *nodeRecord {
	n := s.nodes.get(uint64(id))
	if n == nil {
		return nil
	}
	if n.gen != s.gen {
		c := *n
		c.gen = s.gen
		n = &c
		s.nodes.set(uint64(id), n)
	}
	if s.touched != nil {
		s.touched.nodes[id] = struct{}{}
	}
	return n
}

func (s *state) ownRel(id graph.RelID) *relRecord {
	r := s.rels.get(uint64(id))
	if r == nil {
		return nil
	}
	if r.gen != s.gen {
		c := *r
		c.gen = s.gen
		r = &c
		s.rels.set(uint64(id), r)
	}
	if s.touched != nil {
		s.touched.rels[id] = struct{}{}
	}
	return r
}

// set gives the i-th bitset of *sets for changing it.
func (s *state) set(sets *[]*bitset, i uint32) *bitset {
	var b *bitset
	if int(i) < len(*sets) {
		b = (*sets)[i]
	}
	if b != nil && s.ownSet[b] {
		return b
	}
	if b == nil {
		b = &bitset{}
		b.pages.gen = s.gen
	} else {
		b = b.fork(s.gen)
	}
	grown := make([]*bitset, max(len(*sets), int(i)+1))
	copy(grown, *sets)
	grown[i] = b
	*sets = grown
	if s.ownSet == nil {
		s.ownSet = map[*bitset]bool{}
	}
	s.ownSet[b] = true
	return b
}

func (s *state) labelSet(l graph.LabelID) *bitset {
	if int(l) < len(s.labels) {
		return s.labels[l]
	}
	return nil
}

func (s *state) typeSet(t graph.TypeID) *bitset {
	if int(t) < len(s.types) {
		return s.types[t]
	}
	return nil
}

func (s *state) ensureToken(kind tokenKind, name string) uint32 {
	id, created := s.tokens[kind].ensure(name)
	if created && s.touched != nil {
		s.touched.tokens = append(s.touched.tokens, touchedToken{kind, id})
	}
	return id
}

// --- mutators: the only ways a graph changes, in a transaction and in Apply ---

func (s *state) createNode(id graph.NodeID, labels []graph.LabelID) {
	labels = slices.Clone(labels)
	slices.Sort(labels)
	labels = slices.Compact(labels)
	s.nodes.set(uint64(id), &nodeRecord{gen: s.gen, labels: labels})
	if s.touched != nil {
		s.touched.nodes[id] = struct{}{}
	}
	for _, l := range labels {
		s.set(&s.labels, uint32(l)).put(uint64(id), true)
	}
}

func (s *state) createRel(id graph.RelID, t graph.TypeID, start, end graph.NodeID) {
	s.rels.set(uint64(id), &relRecord{gen: s.gen, typ: t, start: start, end: end})
	if s.touched != nil {
		s.touched.rels[id] = struct{}{}
	}
	s.set(&s.types, uint32(t)).put(uint64(id), true)
	s.link(id, t, start, end)
}

// link puts a relationship into the adjacency of its ends. The nodes count as
// touched only when their records change, so this does not use ownNode.
func (s *state) link(id graph.RelID, t graph.TypeID, start, end graph.NodeID) {
	keep := s.touched
	s.touched = nil
	if n := s.ownNode(start); n != nil {
		n.addEdge(0, t, edge{id, end})
	}
	if n := s.ownNode(end); n != nil {
		n.addEdge(1, t, edge{id, start})
	}
	s.touched = keep
}

func (s *state) setNodeProp(id graph.NodeID, key graph.KeyID, v graph.Value) {
	n := s.ownNode(id)
	if n == nil {
		return
	}
	before := n.props
	n.props = withProp(n.props, key, v)
	s.reindexNode(id, n.labels, before, n.labels, n.props, key)
}

func (s *state) setRelProp(id graph.RelID, key graph.KeyID, v graph.Value) {
	r := s.ownRel(id)
	if r == nil {
		return
	}
	before := r.props
	r.props = withProp(r.props, key, v)
	s.reindexRel(id, r.typ, before, r.props, key)
}

func (s *state) setLabel(id graph.NodeID, l graph.LabelID, on bool) {
	n := s.ownNode(id)
	if n == nil {
		return
	}
	i, has := slices.BinarySearch(n.labels, l)
	if has == on {
		return
	}
	before := n.labels
	if on {
		n.labels = slices.Insert(slices.Clone(n.labels), i, l)
	} else {
		n.labels = slices.Concat(n.labels[:i], n.labels[i+1:])
	}
	s.set(&s.labels, uint32(l)).put(uint64(id), on)
	s.reindexNode(id, before, n.props, n.labels, n.props, anyKey)
}

func (s *state) deleteNode(id graph.NodeID) {
	n := s.nodes.get(uint64(id))
	if n == nil {
		return
	}
	s.reindexNode(id, n.labels, n.props, nil, nil, anyKey)
	for _, l := range n.labels {
		s.set(&s.labels, uint32(l)).put(uint64(id), false)
	}
	s.nodes.set(uint64(id), nil)
	if s.touched != nil {
		s.touched.nodes[id] = struct{}{}
	}
}

func (s *state) deleteRel(id graph.RelID) {
	r := s.rels.get(uint64(id))
	if r == nil {
		return
	}
	s.reindexRel(id, r.typ, r.props, nil, anyKey)
	s.set(&s.types, uint32(r.typ)).put(uint64(id), false)
	s.rels.set(uint64(id), nil)
	keep := s.touched
	s.touched = nil
	if n := s.ownNode(r.start); n != nil {
		n.removeEdge(0, r.typ, id)
	}
	if n := s.ownNode(r.end); n != nil {
		n.removeEdge(1, r.typ, id)
	}
	if s.touched = keep; s.touched != nil {
		s.touched.rels[id] = struct{}{}
	}
}
