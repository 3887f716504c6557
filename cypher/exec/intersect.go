package exec

import (
	"slices"

	"graticule/graph"
)

// An intersection finds a node as the neighbour of several solved ones: it walks
// the shortest of their lists of relationships and looks each neighbour up in
// the others. A list is put into a table once for all rows in a row that have
// the same node. Only statements that do not write use it.
type intersection struct {
	node    *patternNode
	legs    []leg
	earlier []*patternRel
	apart   bool // the legs must be different relationships
}

// leg is one of the relationships that meet.
type leg struct {
	x        *patternRel
	haveFrom bool // it leads from its solved From
	near     int  // slot of its solved end
	dir      graph.Direction
}

func newLeg(x *patternRel, to *patternNode) leg {
	l := leg{x: x, haveFrom: x.to == to}
	l.near, _, l.dir = x.sides(l.haveFrom)
	return l
}

const (
	tablePays  = 8  // times the walked list: as long a list is put into a table at once
	tableStart = 16 // entries more
)

// meeting is the state of an intersection in a run.
type meeting struct {
	*intersection
	holding // of the tables
	r       *run
	types   []func() ([]graph.TypeID, bool)
	tables  []neighbours
	last    []graph.NodeID // near ends of the row before, one more than the id
	plain   []bool         // legs without conditions of their own
	busy    bool

	ids    [][]graph.TypeID
	first  []int32 // for each leg, the first entry of the neighbour at hand
	chosen []graph.RelID
	cand   []graph.NodeID // neighbours that all tables have
	candAt []int32        // their entries in the walked list
	pairs  []graph.Adjacency
	source []graph.NodeID // one node many times

	// The rows that are ready.
	nodes  []graph.NodeID
	rels   [][]graph.RelID
	lanes  []lane
	chunk  chunk
	degree [1]int64
}

// chunks hands on the rows in chunks; the consumer checks the node.
func (x *intersection) chunks(r *run, next take) push {
	m := x.meeting(r)
	return func(f frame) error {
		if m.busy { // a nested use takes its own
			own := x.meeting(r)
			own.holder = nil
			err := own.row(f, next)
			r.shrink(own.held)
			return err
		}
		m.busy = true
		err := m.row(f, next)
		m.busy = false
		return err
	}
}

// rows is chunks for who takes rows.
func (x *intersection) rows(r *run, next push) push { return x.chunks(r, r.byRow(next)) }

func (x *intersection) meeting(r *run) *meeting {
	n := len(x.legs)
	m := &meeting{intersection: x, r: r, holding: holding{holder: r.holder}, tables: make([]neighbours, n), last: make([]graph.NodeID, n), ids: make([][]graph.TypeID, n), first: make([]int32, n), chosen: make([]graph.RelID, n), pairs: make([]graph.Adjacency, n), rels: make([][]graph.RelID, n)}
	for _, l := range x.legs {
		m.types = append(m.types, l.x.typeSet(r))
		m.plain = append(m.plain, l.x.test == nil && len(l.x.props) == 0)
	}
	return m
}

// row solves one row.
func (m *meeting) row(f frame, next take) error {
	walked, least := -1, int64(0)
	sizes := make([]int64, 0, 4)
	for i, l := range m.legs {
		if f[l.near].Kind() != graph.KindNode {
			return nil
		}
		ids, ok := m.types[i]()
		if !ok {
			return nil
		}
		m.ids[i] = ids
		size, err := m.size(i, f[l.near].NodeID())
		if err != nil || size == 0 {
			return err
		}
		if sizes = append(sizes, size); walked < 0 || size < least {
			walked, least = i, size
		}
	}
	for i, l := range m.legs {
		near := f[l.near].NodeID()
		again := m.last[i] == near+1
		m.last[i] = near + 1
		if i == walked || m.tables[i].of(near) || !again && sizes[i] > tablePays*least+tableStart {
			continue
		}
		if err := m.fill(i, near); err != nil {
			return err
		}
	}
	m.nodes = m.nodes[:0]
	for i := range m.rels {
		m.rels[i] = m.rels[i][:0]
	}
	near := f[m.legs[walked].near].NodeID()
	err := m.r.expandAll(near, m.legs[walked].dir, m.ids[walked], func(a *graph.Adjacency) error {
		return m.meet(f, walked, a, next)
	})
	if err != nil {
		return err
	}
	return m.flush(f, next)
}

// size gives the number of relationships of a leg, about.
func (m *meeting) size(i int, near graph.NodeID) (int64, error) {
	if m.tables[i].of(near) {
		return int64(len(m.tables[i].rels)), nil
	}
	m.r.nodeArg[0] = near
	err := m.r.graph.Degree(m.r.nodeArg[:], m.legs[i].dir, m.ids[i], m.degree[:])
	return m.degree[0], err
}

// fill puts the list of a leg into its table.
func (m *meeting) fill(i int, near graph.NodeID) error {
	t := &m.tables[i]
	had := t.bytes()
	t.start(near)
	err := m.r.expandAll(near, m.legs[i].dir, m.ids[i], func(a *graph.Adjacency) error {
		for k, rel := range a.Rel {
			t.add(a.Neighbour[k], rel)
		}
		return nil
	})
	if err != nil {
		t.near = 0
		return err
	}
	more := t.bytes() - had
	m.hold(more)
	return m.r.grow(more)
}

// meet looks the neighbours of a batch of the walked list up in the other lists.
func (m *meeting) meet(f frame, walked int, a *graph.Adjacency, next take) error {
	m.cand, m.candAt = m.cand[:0], m.candAt[:0]
	asked := false // some lists are in no table
	for i := range m.legs {
		asked = asked || i != walked && !m.tables[i].of(f[m.legs[i].near].NodeID())
	}
	if !asked && len(m.legs) == 2 {
		t := &m.tables[1-walked]
		for k, c := range a.Neighbour {
			if t.get(c) >= 0 {
				m.cand, m.candAt = append(m.cand, c), append(m.candAt, int32(k))
			}
		}
	} else {
		for k, c := range a.Neighbour {
			in := true
			for i := range m.legs {
				if t := &m.tables[i]; i != walked && t.of(f[m.legs[i].near].NodeID()) && t.get(c) < 0 {
					in = false
					break
				}
			}
			if in {
				m.cand, m.candAt = append(m.cand, c), append(m.candAt, int32(k))
			}
		}
	}
	if len(m.cand) == 0 {
		return nil
	}
	for i, l := range m.legs {
		near := f[l.near].NodeID()
		if i == walked || m.tables[i].of(near) {
			continue
		}
		m.source = m.source[:0]
		for range m.cand {
			m.source = append(m.source, near)
		}
		from, to := m.source, m.cand
		if !l.haveFrom {
			from, to = to, from
		}
		if err := m.r.graph.ExpandInto(from, to, l.x.direction, m.ids[i], &m.pairs[i]); err != nil {
			return err
		}
	}
	for k, c := range m.cand {
		m.chosen[walked] = a.Rel[m.candAt[k]]
		if ok, err := m.usable(f, walked, c); err != nil {
			return err
		} else if !ok {
			continue
		}
		if err := m.combine(f, walked, 0, k, c, next); err != nil {
			return err
		}
	}
	return nil
}

// usable tells whether the chosen relationship of a leg may stand there.
func (m *meeting) usable(f frame, i int, c graph.NodeID) (bool, error) {
	rel := m.chosen[i]
	if len(m.earlier) > 0 && usedBy(m.earlier, f, rel) {
		return false, nil
	}
	if m.plain[i] {
		return true, nil
	}
	x := m.legs[i].x
	f[x.slot], f[m.node.slot] = graph.RelRef(rel), graph.NodeRef(c)
	return x.accepts(m.r, f, f[x.slot])
}

// combine chooses relationships for the legs from the i-th on, for the k-th candidate c.
func (m *meeting) combine(f frame, walked, i, k int, c graph.NodeID, next take) error {
	if i == walked {
		i++
	}
	if i >= len(m.legs) {
		m.nodes = append(m.nodes, c)
		for l, rel := range m.chosen {
			m.rels[l] = append(m.rels[l], rel)
		}
		if len(m.nodes) < chunkRows {
			return nil
		}
		return m.flush(f, next)
	}
	choose := func(rel graph.RelID) error {
		if m.apart && (slices.Contains(m.chosen[:i], rel) || rel == m.chosen[walked]) {
			return nil
		}
		m.chosen[i] = rel
		if ok, err := m.usable(f, i, c); err != nil || !ok {
			return err
		}
		return m.combine(f, walked, i+1, k, c, next)
	}
	if t := &m.tables[i]; t.of(f[m.legs[i].near].NodeID()) {
		for at := t.get(c); at >= 0; at = t.next[at] {
			if err := choose(t.rels[at]); err != nil {
				return err
			}
		}
		return nil
	}
	p := &m.pairs[i]
	for _, rel := range p.Rel[p.Offset[k]:p.Offset[k+1]] {
		if err := choose(rel); err != nil {
			return err
		}
	}
	return nil
}

// flush hands on the rows that are ready.
func (m *meeting) flush(f frame, next take) error {
	if len(m.nodes) == 0 {
		return nil
	}
	m.lanes = append(m.lanes[:0], lane{slot: m.node.slot, nodes: m.nodes})
	for i, l := range m.legs {
		m.lanes = append(m.lanes, lane{slot: l.x.slot, rels: m.rels[i]})
	}
	m.chunk = chunk{f: f, n: len(m.nodes), lanes: m.lanes}
	err := next(&m.chunk)
	m.nodes = m.nodes[:0]
	for i := range m.rels {
		m.rels[i] = m.rels[i][:0]
	}
	return err
}

// neighbours are the relationships of one node by the node at their other end:
// a hash table with chains, since there may be several to one node.
type neighbours struct {
	near  graph.NodeID // one more than the id; 0: none
	slots []int32      // entry + 1; 0: free
	ids   []graph.NodeID
	rels  []graph.RelID
	next  []int32 // entry of the same neighbour, -1: none
}

// of tells whether the table is that of a node.
func (t *neighbours) of(near graph.NodeID) bool { return t.near == near+1 }

func (t *neighbours) start(near graph.NodeID) {
	t.near = near + 1
	clear(t.slots)
	t.ids, t.rels, t.next = t.ids[:0], t.rels[:0], t.next[:0]
}

func (t *neighbours) bytes() int64 { return int64(4*len(t.slots) + 20*cap(t.ids)) }

// place gives the slot of a neighbour, or the free one where it would be.
// D. E. Knuth, "The Art of Computer Programming" 3, 6.4: multiplicative hashing.
func (t *neighbours) place(c graph.NodeID) int {
	mask := len(t.slots) - 1
	at := int(uint64(c)*0x9E3779B97F4A7C15>>32) & mask
	for t.slots[at] != 0 && t.ids[t.slots[at]-1] != c {
		at = (at + 1) & mask
	}
	return at
}

// get gives the first entry of a neighbour, -1 when there is none.
func (t *neighbours) get(c graph.NodeID) int32 {
	if len(t.slots) == 0 {
		return -1
	}
	return t.slots[t.place(c)] - 1
}

func (t *neighbours) add(c graph.NodeID, rel graph.RelID) {
	if 2*(len(t.ids)+1) > len(t.slots) {
		t.slots = make([]int32, max(16, 2*len(t.slots)))
		for i := len(t.ids) - 1; i >= 0; i-- {
			at := t.place(t.ids[i])
			t.next[i] = t.slots[at] - 1
			t.slots[at] = int32(i + 1)
		}
	}
	at := t.place(c)
	t.ids, t.rels, t.next = append(t.ids, c), append(t.rels, rel), append(t.next, t.slots[at]-1)
	t.slots[at] = int32(len(t.ids))
}
