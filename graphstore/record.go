package graphstore

import (
	"encoding/binary"
	"fmt"
	"slices"

	"graticule/graph"
	"graticule/replication"
)

// A nodeRecord is one node with its relationships. Records are immutable once
// their state is published; mutators copy what they change.
type nodeRecord struct {
	gen    *generation
	labels []graph.LabelID // ascending
	props  []graph.Property
	ends   [2][]typeEdges // by direction: outgoing, incoming; by type, in order of first use
	own    [2]*generation // that may change the list ends[dir] in place
}

type relRecord struct {
	gen   *generation
	typ   graph.TypeID
	start graph.NodeID
	end   graph.NodeID
	props []graph.Property
}

// typeEdges are a node's relationships of one type and direction, in chunks so
// that adding one to a hub copies a chunk and not the whole list.
type typeEdges struct {
	typ    graph.TypeID
	n      int
	chunks [][]edge
	own    *generation // that may change the list of chunks and append to the last one
}

type edge struct {
	rel   graph.RelID
	other graph.NodeID
}

const edgeChunk = 256

func findProp(props []graph.Property, key graph.KeyID) (int, bool) {
	return slices.BinarySearchFunc(props, key, func(p graph.Property, k graph.KeyID) int { return int(p.Key) - int(k) })
}

func propOf(props []graph.Property, key graph.KeyID) graph.Value {
	if len(props) < 8 {
		for i := range props {
			if props[i].Key == key {
				return props[i].Value
			}
		}
		return graph.Null
	}
	if i, ok := findProp(props, key); ok {
		return props[i].Value
	}
	return graph.Null
}

// withProp gives props with key set to v (null removes), as a new slice.
func withProp(props []graph.Property, key graph.KeyID, v graph.Value) []graph.Property {
	i, found := findProp(props, key)
	switch {
	case v.IsNull() && !found:
		return props
	case v.IsNull():
		return slices.Concat(props[:i], props[i+1:])
	case found:
		out := slices.Clone(props)
		out[i].Value = v
		return out
	}
	out := make([]graph.Property, 0, len(props)+1)
	out = append(out, props[:i]...)
	out = append(out, graph.Property{Key: key, Value: v})
	return append(out, props[i:]...)
}

func (n *nodeRecord) hasLabel(l graph.LabelID) bool {
	_, ok := slices.BinarySearch(n.labels, l)
	return ok
}

func (n *nodeRecord) edges(dir int, t graph.TypeID) *typeEdges {
	for i := range n.ends[dir] {
		if n.ends[dir][i].typ == t {
			return &n.ends[dir][i]
		}
	}
	return nil
}

// degree counts relationships of a type (graph.AnyType: all) in one direction.
func (n *nodeRecord) degree(dir int, t graph.TypeID) int {
	total := 0
	for i := range n.ends[dir] {
		if e := &n.ends[dir][i]; t == graph.AnyType || e.typ == t {
			total += e.n
		}
	}
	return total
}

// addEdge adds one relationship; n must belong to the fork that changes it. What
// the fork has copied once it changes in place from then on: a batch that gives
// a node a thousand relationships copies its lists once.
func (n *nodeRecord) addEdge(dir int, t graph.TypeID, e edge) {
	if n.own[dir] != n.gen {
		n.ends[dir], n.own[dir] = slices.Clone(n.ends[dir]), n.gen
	}
	i := slices.IndexFunc(n.ends[dir], func(x typeEdges) bool { return x.typ == t })
	if i < 0 {
		n.ends[dir] = append(n.ends[dir], typeEdges{typ: t, own: n.gen})
		i = len(n.ends[dir]) - 1
	}
	te := &n.ends[dir][i]
	last := len(te.chunks) - 1
	if te.own != n.gen {
		te.chunks, te.own = slices.Clone(te.chunks), n.gen
		if last >= 0 {
			te.chunks[last] = append(make([]edge, 0, len(te.chunks[last])+1), te.chunks[last]...)
		}
	}
	te.n++
	if last < 0 || len(te.chunks[last]) >= edgeChunk {
		te.chunks = append(te.chunks, []edge{e})
		return
	}
	te.chunks[last] = append(te.chunks[last], e)
}

func (n *nodeRecord) removeEdge(dir int, t graph.TypeID, rel graph.RelID) {
	ends := slices.Clone(n.ends[dir])
	for i := range ends {
		te := &ends[i]
		if te.own = nil; te.typ != t {
			continue
		}
		for c, chunk := range te.chunks {
			at := slices.IndexFunc(chunk, func(e edge) bool { return e.rel == rel })
			if at < 0 {
				continue
			}
			te.n--
			te.chunks = slices.Clone(te.chunks)
			if te.chunks[c] = slices.Concat(chunk[:at], chunk[at+1:]); len(te.chunks[c]) == 0 {
				te.chunks = slices.Delete(te.chunks, c, c+1)
			}
			if te.n == 0 {
				ends = slices.Delete(ends, i, i+1)
			}
			n.ends[dir] = ends
			return
		}
	}
}

// --- records on disk (docs/format/store.md) ---

const recordVersion = 1

// version reads the version of a record.
func (r *reader) version(newest byte) error {
	switch v := r.byte(); {
	case v == 0:
		return ErrDamaged
	case v > newest:
		return fmt.Errorf("record of version %d: %w", v, replication.ErrNewer)
	}
	return nil
}

func appendProps(dst []byte, props []graph.Property) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(props)))
	for _, p := range props {
		dst = binary.AppendUvarint(dst, uint64(p.Key))
		dst, _ = appendValue(dst, p.Value) // only storable values reach a record
	}
	return dst
}

func (r *reader) props() []graph.Property {
	n := r.count()
	if n == 0 {
		return nil
	}
	out := make([]graph.Property, 0, n)
	for range n {
		key := graph.KeyID(r.uvarint())
		out = append(out, graph.Property{Key: key, Value: r.value(0)})
	}
	return out
}

func (n *nodeRecord) append(dst []byte) []byte {
	dst = append(dst, recordVersion)
	dst = binary.AppendUvarint(dst, uint64(len(n.labels)))
	for _, l := range n.labels {
		dst = binary.AppendUvarint(dst, uint64(l))
	}
	return appendProps(dst, n.props)
}

func decodeNode(b []byte) (*nodeRecord, error) {
	r := reader{b: b}
	if err := r.version(recordVersion); err != nil {
		return nil, err
	}
	n := &nodeRecord{}
	for range r.count() {
		n.labels = append(n.labels, graph.LabelID(r.uvarint()))
	}
	n.props = r.props()
	return n, r.err
}

func (r *relRecord) append(dst []byte) []byte {
	dst = append(dst, recordVersion)
	for _, u := range []uint64{uint64(r.typ), uint64(r.start), uint64(r.end)} {
		dst = binary.AppendUvarint(dst, u)
	}
	return appendProps(dst, r.props)
}

func decodeRel(b []byte) (*relRecord, error) {
	r := reader{b: b}
	if err := r.version(recordVersion); err != nil {
		return nil, err
	}
	out := &relRecord{typ: graph.TypeID(r.uvarint()), start: graph.NodeID(r.uvarint()), end: graph.NodeID(r.uvarint())}
	out.props = r.props()
	return out, r.err
}
