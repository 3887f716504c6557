package exec

import (
	"errors"

	"graticule/graph"
)

// Of a scan that is made for each row that comes: how many rows come before a table
// of what it finds is made, which takes about as long as so many scans, and how many
// nodes it must find.
const (
	rescanRows  = 12
	rescanNodes = 32
)

// rescanned is a scan for nodes with n.key = value, which differs between the rows
// that come: for all but the first ones it is looked up in a table, made once, which
// the consumer need not know: it checks what it gets. Where the memory is too small
// for a table, it scans on.
func (n *patternNode) rescanned(s seek, scan source) source {
	return func(r *run, next take) push {
		t := &rescan{holding: holding{holder: r.holder}, n: n, s: s, r: r, scan: scan(r, next), next: r.sieved(n.sift(), next)}
		return t.push
	}
}

type rescan struct {
	holding
	n     *patternNode
	s     seek
	r     *run
	scan  push // makes the chunks of all nodes
	next  take
	came  int  // rows so far
	never bool // no table is of use
	ids   map[string][]graph.NodeID
	key   []byte
	found []graph.NodeID
}

func (t *rescan) push(f frame) error {
	if t.came++; t.came <= rescanRows || t.never {
		return t.scan(f)
	}
	if t.ids == nil {
		if err := t.make(f); err == errNoTable {
			t.ids, t.never = nil, true
			t.r.shrink(t.held)
			t.hold(-t.held)
			return t.scan(f)
		} else if err != nil {
			return err
		}
	}
	v, err := t.s.value(t.r, f)
	if err != nil { // which counts only where there is a node
		return t.scan(f)
	}
	if v.IsNull() {
		return nil
	}
	t.key = graph.AppendKey(t.key[:0], v)
	ids := t.ids[string(t.key)]
	if len(ids) == 0 {
		return nil
	}
	mine := append(t.found[:0], ids...) // who takes a chunk may change it
	t.found = nil
	err = t.r.chunks(mine, t.n.slot, f, t.next)
	t.found = mine
	return err
}

// errNoTable ends a table that is not worth its memory, or too large for it.
var errNoTable = errors.New("no table of the nodes is made")

// make makes the table of all nodes that n may be.
func (t *rescan) make(f frame) error {
	t.ids = map[string][]graph.NodeID{}
	label, ok := t.r.rarest(t.n.must)
	if !ok || t.r.graph.EstimateNodes(label) < rescanNodes {
		return errNoTable
	}
	return t.r.eachChunk(t.r.nodesWith(label), t.n.slot, append(frame(nil), f...), t.take)
}

// take puts the nodes of a chunk into the table.
func (t *rescan) take(c *chunk) error {
	values := column()
	defer putColumn(values)
	if err := t.r.nodeColumn(c.lane(t.n.slot).nodes, t.s.key, values); err != nil {
		return err
	}
	for i, id := range c.lane(t.n.slot).nodes {
		if values.KindAt(i) == graph.KindNull {
			continue
		}
		t.key = graph.AppendKey(t.key[:0], values.At(i))
		size := int64(len(t.key)) + entryBytes
		if t.r.grow(size) != nil {
			return errNoTable
		}
		t.hold(size)
		if t.r.outgrown(t.held) {
			return errNoTable
		}
		t.ids[string(t.key)] = append(t.ids[string(t.key)], id)
	}
	return nil
}
