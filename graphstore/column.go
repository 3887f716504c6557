package graphstore

import (
	"sync/atomic"

	"graticule/graph"
)

// Property columns are derived from node records, one leaf page (64 nodes) and
// key at a time, when a read of many nodes first asks for them: a scan then
// reads eight bytes a value in a row instead of following three pointers. They
// hang on the page, which never changes once its state is published, so nobody
// keeps them right: a write copies the page, and the copy has none.

// columns are those of one leaf page; a new slice for each addition.
type columns struct {
	list atomic.Pointer[[]*leafColumn]
	cold atomic.Uint32 // values read without a column
}

type leafColumn struct {
	key    graph.KeyID
	values graph.Column // radixSize of them; null where there is no node
}

// warmUp is how many single values are read from a page before it gets a
// column: as many as making the column reads.
const warmUp = radixSize

// leafAt gives the page of a node, nil when there is none.
func (r *radix[T]) leafAt(i uint64) *leafPage[T] {
	m := i / midSpan
	if m >= uint64(len(r.root)) || r.root[m] == nil {
		return nil
	}
	return r.root[m].kids[(i>>radixBits)%radixSize]
}

func (c *columns) of(key graph.KeyID) *leafColumn {
	if list := c.list.Load(); list != nil {
		for _, x := range *list {
			if x.key == key {
				return x
			}
		}
	}
	return nil
}

// column gives the column of a page that is published, making it where it is missing.
func column(p *leafPage[nodeRecord], key graph.KeyID) *leafColumn {
	if x := p.columns.of(key); x != nil {
		return x
	}
	x := &leafColumn{key: key}
	for _, n := range p.vals {
		if n == nil {
			x.values.Append(graph.Null)
		} else {
			x.values.Append(propOf(n.props, key))
		}
	}
	for {
		old := p.columns.list.Load()
		var list []*leafColumn
		if old != nil {
			list = append(list, *old...)
		}
		list = append(list, x)
		if p.columns.list.CompareAndSwap(old, &list) {
			return x
		}
		if there := p.columns.of(key); there != nil {
			return there
		}
	}
}

// NodeColumn fills out with one property of many nodes. Runs of ids from one
// page are cheap.
func (tx *Tx) NodeColumn(ids []graph.NodeID, key graph.KeyID, out *graph.Column) error {
	out.Reset()
	if tx.reading() {
		for _, id := range ids {
			tx.fp.read(mix(fpNodeProp, uint64(id), tx.keyHash(key)))
		}
	}
	for i := 0; i < len(ids); {
		at := uint64(ids[i]) >> radixBits
		end := i + 1
		for end < len(ids) && uint64(ids[end])>>radixBits == at {
			end++
		}
		page := tx.state.nodes.leafAt(uint64(ids[i]))
		switch {
		case page == nil:
			out.Repeat(graph.Null, end-i)
		case tx.cfg.Write && page.gen == tx.state.gen: // may still change
			tx.appendProps(page, ids[i:end], key, out)
		default:
			x := page.columns.of(key)
			if x == nil {
				if end-i < warmUp/4 && page.columns.cold.Add(uint32(end-i)) < warmUp {
					tx.appendProps(page, ids[i:end], key, out)
					break
				}
				x = column(page, key)
			}
			appendColumn(out, &x.values, ids[i:end])
		}
		i = end
	}
	return nil
}

func (tx *Tx) appendProps(page *leafPage[nodeRecord], ids []graph.NodeID, key graph.KeyID, out *graph.Column) {
	for _, id := range ids {
		if n := page.vals[id%radixSize]; n != nil {
			out.Append(propOf(n.props, key))
		} else {
			out.Append(graph.Null)
		}
	}
}

func appendColumn(out, from *graph.Column, ids []graph.NodeID) {
	if !from.Boxed && !from.Mixed && !out.Boxed && !out.Mixed && (len(out.Bits) == 0 || out.Kind == from.Kind) {
		out.Kind = from.Kind
		for _, id := range ids {
			out.Bits = append(out.Bits, from.Bits[id%radixSize])
		}
		return
	}
	for _, id := range ids {
		out.AppendFrom(from, int(id%radixSize))
	}
}
