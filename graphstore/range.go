package graphstore

import (
	"encoding/binary"
	"slices"
	"strings"

	"graticule/graph"
	"graticule/internal/snapmap"
)

// A rangeSet maps the order keys of an entity's properties, followed by its id
// in eight bytes, to nothing: a sorted set.
type rangeSet struct {
	tree *snapmap.Map[string, struct{}]
}

func newRangeSet() *rangeSet { return &rangeSet{&snapmap.Map[string, struct{}]{}} }

func (r *rangeSet) fork() structure { return &rangeSet{r.tree.Fork()} }

func (r *rangeSet) len() int { return r.tree.Len() }

func (r *rangeSet) holds(values []graph.Value) bool { return all(values) }

func (r *rangeSet) change(id uint64, before, after []graph.Value) {
	old, had := rangeEntry(before, id)
	entry, has := rangeEntry(after, id)
	if had && has && old == entry {
		return
	}
	if had {
		r.tree.Delete(old)
	}
	if has {
		r.tree.Set(entry, struct{}{})
	}
}

// load fills an empty set.
func (r *rangeSet) load(entries []string) {
	slices.Sort(entries)
	for _, e := range entries {
		r.tree.Load(e, struct{}{})
	}
}

// rangeEntry gives the key of an entity, ok=false when the set does not hold it.
func rangeEntry(values []graph.Value, id uint64) (string, bool) {
	if len(values) == 0 {
		return "", false
	}
	b := make([]byte, 0, keyRoom)
	for _, v := range values {
		n := len(b)
		if b = appendOrder(b, v); len(b) == n {
			return "", false
		}
	}
	return string(binary.BigEndian.AppendUint64(b, id)), true
}

func idOf(entry string) uint64 { return binary.BigEndian.Uint64([]byte(entry[len(entry)-8:])) }

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
func (r *rangeSet) seek(q graph.RangeQuery) idCursor {
	c := &indexCursor{tree: r.tree, descending: q.Descending}
	var ok bool
	if c.bounds, ok = boundsOf(q); !ok {
		c.done = true
	}
	return c
}

// An indexCursor walks a range; it re-enters the tree at the last key for each batch.
type indexCursor struct {
	tree       *snapmap.Map[string, struct{}]
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
func (r *rangeSet) exactly(values []graph.Value, limit int) []uint64 {
	b := make([]byte, 0, keyRoom)
	for _, v := range values {
		n := len(b)
		if b = appendOrder(b, v); len(b) == n {
			return nil
		}
	}
	prefix := string(b)
	var out []uint64
	r.tree.Ascend(prefix, func(key string, _ struct{}) bool {
		if !strings.HasPrefix(key, prefix) || len(key) != len(prefix)+8 || len(out) >= limit {
			return false
		}
		out = append(out, idOf(key))
		return true
	})
	return out
}
