package graphstore

import (
	"slices"

	"graticule/graph"
	"graticule/internal/snapmap"
)

// anyKey says that more than one property may have changed.
const anyKey graph.KeyID = 1<<32 - 1

// An index keeps the entities with one of its labels (or types) by the values
// of its keys. While it is populated for the first time (populate.go) it has no
// body yet, only the ids that changed meanwhile.
type index struct {
	def     graph.Index
	labels  []uint32 // label or type tokens
	keys    []graph.KeyID
	body    structure
	owned   bool // the body, or changed, belongs to this fork
	filling *population
	changed *snapmap.Map[uint64, uint64] // ids to the log index of the last change, while filling
}

// A structure is what an index keeps. A structure in a published state never
// changes; a fork of it is changed by one goroutine.
type structure interface {
	fork() structure
	// holds tells whether an entity with the values has a place in it.
	holds(values []graph.Value) bool
	// change puts an entity's new values in the place of those before; no values
	// mean that the index does not cover the entity.
	change(id uint64, before, after []graph.Value)
	len() int
}

// A seeker is a structure that answers range queries: with all entities that
// match, and perhaps some that do not.
type seeker interface {
	seek(q graph.RangeQuery) idCursor
}

// An idCursor gives ids some at a time; 0 is the end.
type idCursor interface{ next(buf []uint64) int }

// newStructure makes an empty structure for an index.
func newStructure(d graph.Index) structure {
	switch d.Type {
	case graph.IndexFulltext:
		return newTextSet(d)
	case graph.IndexVector:
		return newVectorSet(d)
	case graph.IndexText:
		return newGramSet()
	case graph.IndexPoint:
		return newCurveSet()
	}
	return newRangeSet()
}

// schema is the indexes' and constraints' definitions, immutable.
type schema struct {
	nextID      uint32
	indexes     []graph.Index
	constraints []graph.Constraint
}

func (x *index) covers(token uint32) bool { return slices.Contains(x.labels, token) }

func (x *index) coversAny(labels []graph.LabelID) bool {
	return slices.ContainsFunc(labels, func(l graph.LabelID) bool { return x.covers(uint32(l)) })
}

// values appends the values of the index's keys to buf.
func (x *index) values(props []graph.Property, buf []graph.Value) []graph.Value {
	for _, k := range x.keys {
		buf = append(buf, propOf(props, k))
	}
	return buf
}

func all(values []graph.Value) bool {
	return len(values) > 0 && !slices.ContainsFunc(values, graph.Value.IsNull)
}

// identical tells whether a change from a to b is none.
func identical(a, b []graph.Value) bool {
	return slices.EqualFunc(a, b, func(x, y graph.Value) bool { return x.Kind() == y.Kind() && graph.Compare(x, y) == 0 })
}

// ownedIndex gives the index for changing it.
func (s *state) ownedIndex(id graph.IndexID) *index {
	x := s.indexes[id]
	if x.owned && s.ownIndex {
		return x
	}
	if !s.ownIndex {
		s.indexes = copyIndexes(s.indexes)
		s.ownIndex = true
		x = s.indexes[id]
	}
	if x.owned = true; x.body != nil {
		x.body = x.body.fork()
	} else {
		x.changed = x.changed.Fork()
	}
	return x
}

func copyIndexes(from map[graph.IndexID]*index) map[graph.IndexID]*index {
	to := make(map[graph.IndexID]*index, len(from)+1)
	for k, v := range from {
		c := *v
		c.owned = false
		to[k] = &c
	}
	return to
}

func (s *state) reindexNode(id graph.NodeID, oldLabels []graph.LabelID, oldProps []graph.Property, labels []graph.LabelID, props []graph.Property, key graph.KeyID) {
	for xid, x := range s.indexes {
		if x.def.Relationship || (key != anyKey && !slices.Contains(x.keys, key)) {
			continue
		}
		was, is := x.coversAny(oldLabels), x.coversAny(labels)
		if was || is {
			s.reindex(xid, uint64(id), was, oldProps, is, props)
		}
	}
}

func (s *state) reindexRel(id graph.RelID, t graph.TypeID, oldProps, props []graph.Property, key graph.KeyID) {
	for xid, x := range s.indexes {
		if x.def.Relationship && x.covers(uint32(t)) && (key == anyKey || slices.Contains(x.keys, key)) {
			s.reindex(xid, uint64(id), true, oldProps, true, props)
		}
	}
}

func (s *state) reindex(xid graph.IndexID, id uint64, was bool, oldProps []graph.Property, is bool, props []graph.Property) {
	x := s.indexes[xid]
	if x.body == nil {
		s.ownedIndex(xid).changed.Set(id, s.position.Index)
		return
	}
	var buf [8]graph.Value
	var before, after []graph.Value
	if was {
		before = x.values(oldProps, buf[:0:4])
	}
	if is {
		after = x.values(props, buf[4:4])
	}
	had, has := x.body.holds(before), x.body.holds(after)
	if (!had && !has) || (had && has && identical(before, after)) {
		return
	}
	s.ownedIndex(xid).body.change(id, before, after)
}

// eachCovered calls f for the entities an index covers, with the values of its keys.
func (s *state) eachCovered(x *index, f func(id uint64, values []graph.Value) error) error {
	var values []graph.Value
	for i, token := range x.labels {
		var at uint64
		var buf [256]uint64
		for n := s.fillSet(x, token, &at, buf[:]); n > 0; n = s.fillSet(x, token, &at, buf[:]) {
			for _, id := range buf[:n] {
				if s.coveredBefore(x, id, i) {
					continue
				}
				values = x.values(s.propsOf(x, id), values[:0])
				if err := f(id, values); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s *state) fillSet(x *index, token uint32, at *uint64, buf []uint64) int {
	sets := s.labels
	if x.def.Relationship {
		sets = s.types
	}
	if int(token) >= len(sets) || sets[token] == nil {
		return 0
	}
	return fill(sets[token], at, buf)
}

// coveredBefore tells whether one of the first n labels covers the node.
func (s *state) coveredBefore(x *index, id uint64, n int) bool {
	if n == 0 || x.def.Relationship {
		return false
	}
	rec := s.nodes.get(id)
	return slices.ContainsFunc(x.labels[:n], func(l uint32) bool { return rec.hasLabel(graph.LabelID(l)) })
}

func (s *state) propsOf(x *index, id uint64) []graph.Property {
	if x.def.Relationship {
		if r := s.rels.get(id); r != nil {
			return r.props
		}
	} else if n := s.nodes.get(id); n != nil {
		return n.props
	}
	return nil
}

// valuesOf gives the values an index has of an entity, none when it does not cover it.
func (s *state) valuesOf(x *index, id uint64) []graph.Value {
	if x.def.Relationship {
		r := s.rels.get(id)
		if r == nil || !x.covers(uint32(r.typ)) {
			return nil
		}
		return x.values(r.props, nil)
	}
	n := s.nodes.get(id)
	if n == nil || !x.coversAny(n.labels) {
		return nil
	}
	return x.values(n.props, nil)
}
