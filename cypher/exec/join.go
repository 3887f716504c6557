package exec

import (
	"encoding/binary"
	"slices"

	"graticule/graph"
)

// A patternJoin puts the rows of one part of a pattern, its side, into a table
// by the nodes it has in common with the other part, whose rows then look them
// up. Without such nodes it gives every pair. Only statements that do not write
// use it. A table that outgrows the memory goes to files (putoff.go).
type patternJoin struct {
	side        []op
	outer       []int         // slots of earlier clauses that the side reads
	on          []int         // slots of the nodes
	slots       []int         // that the side fills for the rows
	left, right []*patternRel // relationships of both parts, which must differ
}

// joining is the state of a join in a run.
type joining struct {
	*patternJoin
	holding
	r      *run
	late   *lateJoin
	solve  push
	filled bool
	filed  bool          // the table is in files
	made   []graph.Value // values of outer that the table was made for
	keys   []byte        // of the rows, 8 bytes for each node
	values []graph.Value // of the rows, len(slots) for each
	head   map[string]int32
	next   []int32 // row with the same key, -1: none
	last   []int32 // of a key, by its first row
	key    []byte
}

// holding counts what a step keeps in memory.
type holding struct {
	held   int64
	holder *int64 // what counts it too; nil: nothing
}

func (h *holding) hold(n int64) {
	if h.held += n; h.holder != nil {
		*h.holder += n
	}
}

// build is the step of a join.
func (h *patternJoin) build(r *run, next push) push {
	j := &joining{patternJoin: h, r: r, holding: holding{holder: r.holder}, head: map[string]int32{}}
	emit := next
	if len(h.left) > 0 && len(h.right) > 0 {
		emit = func(f frame) error {
			if !h.apart(f) {
				return nil
			}
			return next(f)
		}
	}
	j.late = r.lateJoin(emit, h.slots...)
	j.solve = r.solver(h.side, j.take, r.byRow(j.take))
	return func(f frame) error { return j.lookUp(f, emit) }
}

// lookUp hands on what fits the row.
func (j *joining) lookUp(f frame, next push) error {
	if !j.filled || !j.fits(f) {
		if err := j.fill(f); err != nil {
			return err
		}
	}
	j.keyOf(f)
	if j.filed {
		return j.late.putOff(j.key, f)
	}
	first, ok := j.head[string(j.key)]
	if !ok {
		return nil
	}
	for at := first; at >= 0; at = j.next[at] {
		if err := j.r.alive(); err != nil {
			return err
		}
		copyTo(f, j.slots, j.values[int(at)*len(j.slots):])
		if err := next(f); err != nil {
			return err
		}
	}
	return nil
}

func copyTo(f frame, slots []int, values []graph.Value) {
	for i, s := range slots {
		f[s] = values[i]
	}
}

// fits tells whether the table was made for what the row has of earlier clauses.
func (j *joining) fits(f frame) bool {
	for i, s := range j.outer {
		if a, b := j.made[i], f[s]; a.Kind() != b.Kind() || graph.Compare(a, b) != 0 {
			return false
		}
	}
	return true
}

// fill makes the table for what the row has of earlier clauses. Rows that wait
// for the one before are joined with that first.
func (j *joining) fill(f frame) error {
	if err := j.late.settle(); err != nil {
		return err
	}
	j.late.close()
	j.empty()
	j.filed, j.filled = false, true
	j.made = j.made[:0]
	for _, s := range j.outer {
		j.made = append(j.made, f[s])
	}
	return j.solve(append(frame(nil), f...))
}

func (j *joining) empty() {
	j.keys, j.values, j.next, j.last = j.keys[:0], j.values[:0], j.next[:0], j.last[:0]
	clear(j.head)
	j.r.shrink(j.held)
	j.hold(-j.held)
}

const (
	slotBytes = 24 // of a value that is kept
	joinBytes = 64 // of a row of a table, beside
)

// take puts a row of the side into the table.
func (j *joining) take(f frame) error {
	j.keyOf(f)
	row := int32(len(j.next))
	if j.filed {
		return j.file(f)
	}
	n := int64(len(j.key)+len(j.slots)*slotBytes) + joinBytes
	if err := j.r.grow(n); err != nil {
		if !j.r.spills(err, j.held) {
			return err
		}
		if err := j.spill(); err != nil {
			return err
		}
		j.keyOf(f)
		return j.file(f)
	}
	j.hold(n)
	j.keys = append(j.keys, j.key...)
	for _, s := range j.slots {
		j.values = append(j.values, f[s])
	}
	j.next, j.last = append(j.next, -1), append(j.last, row)
	if first, ok := j.head[string(j.key)]; ok {
		j.next[j.last[first]] = row
		j.last[first] = row
	} else {
		j.head[string(j.key)] = row
	}
	if j.r.outgrown(j.held) {
		return j.spill()
	}
	return nil
}

// file writes a row of the side, whose key is at hand, to the table in files.
func (j *joining) file(f frame) error {
	values := make([]graph.Value, len(j.slots))
	for i, s := range j.slots {
		values[i] = f[s]
	}
	return j.late.add(j.key, values...)
}

// spill writes the table to files.
func (j *joining) spill() error {
	size, width := 8*len(j.on), len(j.slots)
	for row := range j.next {
		if err := j.late.add(j.keys[row*size:(row+1)*size], j.values[row*width:(row+1)*width]...); err != nil {
			return err
		}
	}
	j.filed = true
	j.empty()
	return nil
}

func (j *joining) keyOf(f frame) {
	j.key = j.key[:0]
	for _, s := range j.on {
		j.key = binary.BigEndian.AppendUint64(j.key, uint64(f[s].NodeID()))
	}
}

// apart tells whether no relationship of one part stands in the other.
func (h *patternJoin) apart(f frame) bool {
	for _, x := range h.right {
		switch v := f[x.slot]; v.Kind() {
		case graph.KindRel:
			if usedBy(h.left, f, v.RelID()) {
				return false
			}
		case graph.KindList:
			if slices.ContainsFunc(v.AsList(), func(rel graph.Value) bool { return usedBy(h.left, f, rel.RelID()) }) {
				return false
			}
		}
	}
	return true
}
