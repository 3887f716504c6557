package graphstore

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/tidwall/btree"

	"graticule/graph"
)

// anyKey says that more than one property may have changed.
const anyKey graph.KeyID = 1<<32 - 1

// An index maps the order keys of its properties, followed by the entity's id
// in eight bytes, to nothing: a sorted set.
type index struct {
	def    graph.Index
	labels []uint32 // label or type tokens
	keys   []graph.KeyID
	tree   *btree.Map[string, struct{}]
	owned  bool
}

// schema is the indexes' and constraints' definitions, immutable.
type schema struct {
	nextID      uint32
	indexes     []graph.Index
	constraints []graph.Constraint
}

func (x *index) covers(token uint32) bool { return slices.Contains(x.labels, token) }

// entry gives the key of an entity with props, ok=false when the index does not hold it.
func (x *index) entry(props []graph.Property, id uint64) (string, bool) {
	var b []byte
	for _, k := range x.keys {
		v := propOf(props, k)
		if v.IsNull() {
			return "", false
		}
		n := len(b)
		if b = appendOrder(b, v); len(b) == n {
			return "", false
		}
	}
	return string(binary.BigEndian.AppendUint64(b, id)), true
}

func idOf(entry string) uint64 { return binary.BigEndian.Uint64([]byte(entry[len(entry)-8:])) }

// ownedIndex gives the index for changing it.
func (s *state) ownedIndex(id graph.IndexID) *index {
	x := s.indexes[id]
	if x.owned && s.ownIndex {
		return x
	}
	if !s.ownIndex {
		m := make(map[graph.IndexID]*index, len(s.indexes))
		for k, v := range s.indexes {
			c := *v
			c.owned = false
			m[k] = &c
		}
		s.indexes, s.ownIndex = m, true
		x = m[id]
	}
	x.tree, x.owned = x.tree.Copy(), true
	return x
}

func (s *state) reindexNode(id graph.NodeID, oldLabels []graph.LabelID, oldProps []graph.Property, labels []graph.LabelID, props []graph.Property, key graph.KeyID) {
	covered := func(x *index, ls []graph.LabelID) bool {
		for _, l := range ls {
			if x.covers(uint32(l)) {
				return true
			}
		}
		return false
	}
	for xid, x := range s.indexes {
		if x.def.Relationship || (key != anyKey && !slices.Contains(x.keys, key)) {
			continue
		}
		was, is := covered(x, oldLabels), covered(x, labels)
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
	var before, after string
	if was {
		before, was = x.entry(oldProps, id)
	}
	if is {
		after, is = x.entry(props, id)
	}
	if was == is && before == after {
		return
	}
	x = s.ownedIndex(xid)
	if was {
		x.tree.Delete(before)
	}
	if is {
		x.tree.Set(after, struct{}{})
	}
}

// populate fills a new index from the records.
func (s *state) populate(x *index) {
	x.tree, x.owned = &btree.Map[string, struct{}]{}, true
	for _, token := range x.labels {
		sets := s.labels
		if x.def.Relationship {
			sets = s.types
		}
		if int(token) >= len(sets) || sets[token] == nil {
			continue
		}
		var at uint64
		var buf [256]uint64
		for n := fill(sets[token], &at, buf[:]); n > 0; n = fill(sets[token], &at, buf[:]) {
			for _, id := range buf[:n] {
				var props []graph.Property
				if x.def.Relationship {
					props = s.rels.get(id).props
				} else {
					props = s.nodes.get(id).props
				}
				if e, ok := x.entry(props, id); ok {
					x.tree.Set(e, struct{}{})
				}
			}
		}
	}
}

// bounds turns a query into a half-open range of order keys; ok=false when nothing can match.
func (q rangeBounds) match(entry string) bool {
	return entry >= q.low && (q.high == "" || entry < q.high)
}

type rangeBounds struct{ low, high string }

func boundsOf(q graph.RangeQuery) (rangeBounds, bool) {
	var prefix []byte
	for _, v := range q.Equal {
		n := len(prefix)
		if prefix = appendOrder(prefix, v); len(prefix) == n {
			return rangeBounds{}, false
		}
	}
	switch {
	case q.HasPrefix:
		text := orderText(q.Prefix)
		p := string(prefix) + string(orderString) + string(text[:len(text)-2])
		return rangeBounds{p, successor(p)}, true
	case q.Low.IsNull() && q.High.IsNull():
		return rangeBounds{string(prefix), successor(string(prefix))}, true
	}
	bound := q.Low
	if bound.IsNull() {
		bound = q.High
	}
	class := orderClass(bound)
	if class == 0 || (!q.Low.IsNull() && !q.High.IsNull() && orderClass(q.High) != class) {
		return rangeBounds{}, false
	}
	b := rangeBounds{low: string(append(slices.Clone(prefix), class)), high: string(append(slices.Clone(prefix), class+1))}
	if !q.Low.IsNull() {
		b.low = string(appendOrder(slices.Clone(prefix), q.Low))
		if !q.LowIncl {
			b.low = successor(b.low)
		}
	}
	if !q.High.IsNull() {
		b.high = string(appendOrder(slices.Clone(prefix), q.High))
		if q.HighIncl {
			b.high = successor(b.high)
		}
	}
	return b, true
}

// successor gives the smallest string after all strings that begin with s; "" means no bound.
func successor(s string) string {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] != 0xff {
			return s[:i] + string([]byte{s[i] + 1})
		}
	}
	return ""
}

// seek collects the ids in range, in value order, into a cursor's buffer.
func (x *index) seek(q graph.RangeQuery) *indexCursor {
	c := &indexCursor{descending: q.Descending}
	var ok bool
	if c.bounds, ok = boundsOf(q); !ok || x == nil || x.tree == nil {
		c.done = true
		return c
	}
	c.tree = x.tree
	return c
}

// An indexCursor walks a range; it re-enters the tree at the last key for each batch.
type indexCursor struct {
	tree       *btree.Map[string, struct{}]
	bounds     rangeBounds
	last       string
	started    bool
	done       bool
	descending bool
}

func (c *indexCursor) next(buf []uint64) int {
	n := 0
	if c.done {
		return 0
	}
	step := func(key string, _ struct{}) bool {
		if c.started && key == c.last {
			return true
		}
		if c.descending {
			if c.bounds.high != "" && key >= c.bounds.high {
				return true
			}
			if key < c.bounds.low {
				c.done = true
				return false
			}
		} else if !c.bounds.match(key) {
			c.done = true
			return false
		}
		if n == len(buf) {
			return false
		}
		buf[n] = idOf(key)
		n++
		c.last, c.started = key, true
		return true
	}
	from := c.last
	switch {
	case c.descending:
		if !c.started {
			from = c.bounds.high
		}
		if from == "" {
			c.tree.Reverse(step)
		} else {
			c.tree.Descend(from, step)
		}
	default:
		if !c.started {
			from = c.bounds.low
		}
		c.tree.Ascend(from, step)
	}
	if n < len(buf) {
		c.done = true
	}
	return n
}

// exactly gives the ids whose properties equal values, at most limit.
func (x *index) exactly(values []graph.Value, limit int) []uint64 {
	var b []byte
	for _, v := range values {
		n := len(b)
		if b = appendOrder(b, v); len(b) == n {
			return nil
		}
	}
	prefix := string(b)
	var out []uint64
	x.tree.Ascend(prefix, func(key string, _ struct{}) bool {
		if !strings.HasPrefix(key, prefix) || len(key) != len(prefix)+8 || len(out) >= limit {
			return false
		}
		out = append(out, idOf(key))
		return true
	})
	return out
}
