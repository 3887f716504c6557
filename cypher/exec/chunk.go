package exec

import (
	"sync"

	"graticule/graph"
)

// A chunk is many rows that share a frame and differ in some entities or values
// only, as a scan, an expansion or an UNWIND makes them: the row is kept once, the
// entities as arrays of ids, the values as columns. Conditions, keys and arguments
// are computed on a whole chunk (vector.go); who needs a row writes what differs
// into the frame. Only statements that do not write use chunks: what they read does
// not change on the way.
type chunk struct {
	f     frame
	n     int
	lanes []lane
}

// A lane holds what one slot has in each row: nodes, relationships or values. Of two
// lanes of a slot the first counts.
type lane struct {
	slot   int
	nodes  []graph.NodeID
	rels   []graph.RelID
	values *graph.Column
}

// chunkRows is about how many rows a chunk has.
const chunkRows = 1024

// lane gives the lane of a slot, nil when the slot is the same in all rows.
func (c *chunk) lane(slot int) *lane {
	for i := range c.lanes {
		if c.lanes[i].slot == slot {
			return &c.lanes[i]
		}
	}
	return nil
}

// row makes the frame hold the i-th row.
func (c *chunk) row(i int) frame {
	for k := len(c.lanes) - 1; k >= 0; k-- {
		switch l := &c.lanes[k]; {
		case l.nodes != nil:
			c.f[l.slot] = graph.NodeRef(l.nodes[i])
		case l.values != nil:
			c.f[l.slot] = l.values.At(i)
		default:
			c.f[l.slot] = graph.RelRef(l.rels[i])
		}
	}
	return c.f
}

// keep drops the rows that are not marked.
func (c *chunk) keep(marked []bool) {
	n := 0
	for i, in := range marked {
		if !in {
			continue
		}
		if i != n {
			for k := range c.lanes {
				switch l := &c.lanes[k]; {
				case l.nodes != nil:
					l.nodes[n] = l.nodes[i]
				case l.rels != nil:
					l.rels[n] = l.rels[i]
				}
			}
		}
		n++
	}
	c.n = n
	for k := range c.lanes {
		switch l := &c.lanes[k]; {
		case l.nodes != nil:
			l.nodes = l.nodes[:n]
		case l.values != nil:
			l.values.Keep(marked)
		default:
			l.rels = l.rels[:n]
		}
	}
}

// take takes a chunk. It may change it; its arrays are reused afterwards.
type take func(c *chunk) error

// A chunkSink is a sink that takes chunks as well as rows.
type chunkSink interface {
	sink
	pushChunk(c *chunk) error
}

// A source makes a step that hands its rows on in chunks.
type source func(r *run, next take) push

// A sieve drops the rows of a chunk that fail a condition.
type sieve func(r *run) take

// byRow hands the rows of a chunk on one at a time. Sources look between chunks
// whether the run is to end.
func (r *run) byRow(next push) take {
	return func(c *chunk) error { return c.each(next) }
}

// each hands the rows on one at a time.
func (c *chunk) each(next push) error {
	for i := range c.n {
		if err := next(c.row(i)); err != nil {
			return err
		}
	}
	return nil
}

// sieved is the step of a filter for chunks.
func (r *run) sieved(s sieve, next take) take {
	sift := s(r)
	return func(c *chunk) error {
		if err := sift(c); err != nil || c.n == 0 {
			return err
		}
		return next(c)
	}
}

// idBuffers is the memory of one step that makes chunks.
type idBuffers struct {
	chunk chunk
	nodes []graph.NodeID
	rels  []graph.RelID
	ends  []graph.RelEnds
	lanes [3]lane
}

// Chunks and the columns computed from them are of bounded size and needed for
// a moment: all runs share what is free of them.
var (
	freeBuffers = sync.Pool{New: func() any { return &idBuffers{} }}
	freeColumns = sync.Pool{New: func() any { return &graph.Column{} }}
)

func buffers() *idBuffers       { return freeBuffers.Get().(*idBuffers) }
func column() *graph.Column     { return freeColumns.Get().(*graph.Column) }
func putColumn(c *graph.Column) { freeColumns.Put(c) }
func giveBack(b *idBuffers) {
	b.chunk, b.lanes = chunk{}, [3]lane{}
	freeBuffers.Put(b)
}

// --- sources ---

// eachChunk hands the ids of a cursor on in chunks, the first ones small: the
// consumer may not want more.
func (r *run) eachChunk(c graph.NodeCursor, slot int, f frame, next take) error {
	defer c.Close()
	b := buffers()
	defer giveBack(b)
	for size := scanBatch / 4; ; size = min(2*size, chunkRows) {
		if cap(b.nodes) < size {
			b.nodes = make([]graph.NodeID, size)
		}
		n, err := c.Next(b.nodes[:size])
		if err != nil || n == 0 {
			return err
		}
		if err := r.check(); err != nil {
			return err
		}
		b.lanes[0] = lane{slot: slot, nodes: b.nodes[:n]}
		b.chunk = chunk{f: f, n: n, lanes: b.lanes[:1]}
		if err := next(&b.chunk); err != nil {
			return err
		}
	}
}

// chunks hands ids on in chunks; the ids may be changed.
func (r *run) chunks(ids []graph.NodeID, slot int, f frame, next take) error {
	b := buffers()
	defer giveBack(b)
	for len(ids) > 0 {
		n := min(len(ids), chunkRows)
		b.lanes[0] = lane{slot: slot, nodes: ids[:n]}
		b.chunk = chunk{f: f, n: n, lanes: b.lanes[:1]}
		ids = ids[n:]
		if err := next(&b.chunk); err != nil {
			return err
		}
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

// scanChunks is scanAll, or scanLabels for a node that must have labels.
func (n *patternNode) scanChunks() source {
	return func(r *run, next take) push {
		if !n.scanDecides() {
			next = r.sieved(n.sift(), next)
		}
		return func(f frame) error {
			label, ok := r.rarest(n.must)
			if !ok {
				return nil
			}
			return r.eachChunk(r.nodesWith(label), n.slot, f, next)
		}
	}
}

// nodesWith gives the nodes with a label, or all.
func (r *run) nodesWith(label graph.LabelID) graph.NodeCursor {
	if label == graph.AnyLabel {
		return r.graph.ScanNodes()
	}
	return r.graph.ScanLabel(label)
}

// scanDecides tells whether a scan of the rarest label has checked all there is to check.
func (n *patternNode) scanDecides() bool {
	return len(n.props) == 0 && (n.test == nil || n.plainLabel() != "")
}

// rarest gives the label of fewest nodes, AnyLabel for no names; ok=false when one of
// the names is of no label.
func (r *run) rarest(names []string) (graph.LabelID, bool) {
	if len(names) == 0 {
		return graph.AnyLabel, true
	}
	labels, ok := r.labels(names)
	if !ok {
		return 0, false
	}
	best := labels[0]
	for _, l := range labels[1:] {
		if r.graph.EstimateNodes(l) < r.graph.EstimateNodes(best) {
			best = l
		}
	}
	return best, true
}

// expandChunks is expandOne.
func (x *patternRel) expandChunks(haveFrom bool, earlier []*patternRel) source {
	fromSlot, toSlot, dir := x.sides(haveFrom)
	plain := x.test == nil && len(x.props) == 0
	return func(r *run, next take) push {
		types := x.typeSet(r)
		return func(f frame) error {
			if f[fromSlot].Kind() != graph.KindNode {
				return nil
			}
			ids, ok := types()
			if !ok {
				return nil
			}
			b := buffers()
			defer giveBack(b)
			return r.expandAll(f[fromSlot].NodeID(), dir, ids, func(a *graph.Adjacency) error {
				n := 0
				for i, rel := range a.Rel {
					if len(earlier) > 0 && usedBy(earlier, f, rel) {
						continue
					}
					if !plain {
						f[x.slot], f[toSlot] = graph.RelRef(rel), graph.NodeRef(a.Neighbour[i])
						if ok, err := x.accepts(r, f, f[x.slot]); err != nil {
							return err
						} else if !ok {
							continue
						}
					}
					a.Rel[n], a.Neighbour[n] = rel, a.Neighbour[i]
					n++
				}
				if n == 0 {
					return nil
				}
				b.lanes[0], b.lanes[1] = lane{slot: toSlot, nodes: a.Neighbour[:n]}, lane{slot: x.slot, rels: a.Rel[:n]}
				b.chunk = chunk{f: f, n: n, lanes: b.lanes[:2]}
				return next(&b.chunk)
			})
		}
	}
}

// relChunks is eachRel for relationships of one direction.
func (x *patternRel) relChunks(from relCursors, earlier []*patternRel) source {
	plain := x.test == nil && len(x.props) == 0
	startSlot, endSlot := x.from.slot, x.to.slot
	if x.direction == graph.Incoming {
		startSlot, endSlot = endSlot, startSlot
	}
	return func(r *run, next take) push {
		return func(f frame) error {
			b := buffers()
			defer giveBack(b)
			if cap(b.rels) < scanBatch {
				b.rels, b.ends = make([]graph.RelID, scanBatch), make([]graph.RelEnds, scanBatch)
			}
			if cap(b.nodes) < 2*scanBatch {
				b.nodes = make([]graph.NodeID, 2*scanBatch)
			}
			return from(r, f, func(c graph.RelCursor) error {
				defer c.Close()
				for {
					rels, starts, stops := b.rels[:scanBatch], b.nodes[:scanBatch], b.nodes[scanBatch:2*scanBatch]
					got, err := c.Next(rels, b.ends)
					if err != nil || got == 0 {
						return err
					}
					if err := r.check(); err != nil {
						return err
					}
					n := 0
					for k := range got {
						if len(earlier) > 0 && usedBy(earlier, f, rels[k]) {
							continue
						}
						if !plain {
							if ok, err := x.accepts(r, f, graph.RelRef(rels[k])); err != nil {
								return err
							} else if !ok {
								continue
							}
						}
						rels[n], starts[n], stops[n] = rels[k], b.ends[k].Start, b.ends[k].End
						n++
					}
					if n == 0 {
						continue
					}
					b.lanes = [3]lane{{slot: startSlot, nodes: starts[:n]}, {slot: endSlot, nodes: stops[:n]}, {slot: x.slot, rels: rels[:n]}}
					b.chunk = chunk{f: f, n: n, lanes: b.lanes[:]}
					if err := next(&b.chunk); err != nil {
						return err
					}
				}
			})
		}
	}
}

// --- sieves ---

// sift checks labels and properties of the node of n.
func (n *patternNode) sift() sieve {
	return func(r *run) take {
		var marks []bool
		var column graph.Column
		everywhere := false
		if l := n.plainLabel(); l != "" {
			id, known := r.graph.Label(l)
			everywhere = known && r.everyNodeHas(id)
		}
		return func(c *chunk) error {
			l := c.lane(n.slot)
			if l == nil || l.nodes == nil { // the same node in all rows
				ok := false
				err := n.check(false)(r, func(frame) error { ok = true; return nil })(c.row(0))
				if !ok {
					c.n = 0
				}
				return err
			}
			if n.test != nil && !everywhere {
				marks = append(marks[:0], make([]bool, c.n)...)
				if name := n.plainLabel(); name != "" {
					label, known := r.graph.Label(name)
					if !known {
						c.n = 0
						return nil
					}
					if err := r.graph.HasLabel(l.nodes, label, marks); err != nil {
						return err
					}
				} else {
					for i := range c.n {
						f := c.row(i)
						ok, err := n.test(r, f, f[n.slot])
						if err != nil {
							return err
						}
						marks[i] = ok
					}
				}
				c.keep(marks)
			}
			for _, p := range n.props {
				if c.n == 0 {
					return nil
				}
				want, err := p.value(r, c.row(0))
				if err != nil {
					return err
				}
				if err := r.nodeColumn(c.lane(n.slot).nodes, p.key, &column); err != nil {
					return err
				}
				marks = marks[:0]
				for i := range c.n {
					marks = append(marks, graph.Equal(column.At(i), want).IsTrue())
				}
				c.keep(marks)
			}
			return nil
		}
	}
}

// sift keeps the rows for which the condition is true.
func (p *predicate) sift() sieve {
	v := p.vector
	if v == nil {
		v = rowByRow(p.test)
	}
	return func(r *run) take {
		var marks []bool
		var column graph.Column
		return func(c *chunk) error {
			if err := v(r, c, &column); err != nil {
				return err
			}
			marks = marks[:0]
			if !column.Boxed && !column.Mixed && column.Kind == graph.KindBool {
				for _, b := range column.Bits {
					marks = append(marks, b != 0)
				}
			} else {
				for i := range c.n {
					x, err := truth(column.At(i))
					if err != nil {
						return err
					}
					marks = append(marks, x.IsTrue())
				}
			}
			c.keep(marks)
			return nil
		}
	}
}

// nodeColumn fetches one property of many nodes; all null when no node has the key.
func (r *run) nodeColumn(ids []graph.NodeID, key string, out *graph.Column) error {
	k, ok := r.key(key)
	if !ok {
		out.Reset()
		out.Repeat(graph.Null, len(ids))
		return nil
	}
	return r.graph.NodeColumn(ids, k, out)
}
