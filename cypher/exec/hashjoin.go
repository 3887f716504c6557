package exec

import "graticule/graph"

// hashJoin solves a node by n.key = value with a table of all candidates, made
// when the first row comes. A table that outgrows the memory goes to files, and
// the rows that look it up wait until the pattern has made all of them (putoff.go).
func (n *patternNode) hashJoin(s seek, scan stepBuilder) stepBuilder {
	return func(r *run, next push) push {
		t := &hashTable{r: r, holding: holding{holder: r.holder}, late: r.lateJoin(next, n.slot)}
		filled := false
		fill := scan(r, func(f frame) error {
			v, err := r.property(f[n.slot], s.key)
			if err != nil || v.IsNull() {
				return err
			}
			t.key = graph.AppendKey(t.key[:0], v)
			return t.add(f[n.slot].NodeID())
		})
		return func(f frame) error {
			if !filled {
				t.ids, filled = map[string][]graph.NodeID{}, true
				if err := fill(append(frame(nil), f...)); err != nil {
					return err
				}
			}
			v, err := s.value(r, f)
			if err != nil || v.IsNull() {
				return err
			}
			t.key = graph.AppendKey(t.key[:0], v)
			if t.ids == nil {
				return t.late.putOff(t.key, f)
			}
			for _, id := range t.ids[string(t.key)] {
				f[n.slot] = graph.NodeRef(id)
				if err := next(f); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// hashTable finds nodes by keys.
type hashTable struct {
	holding
	r    *run
	late *lateJoin
	ids  map[string][]graph.NodeID // nil once it is in files
	key  []byte
}

// add adds a node whose key is t.key.
func (t *hashTable) add(id graph.NodeID) error {
	if t.ids == nil {
		return t.late.add(t.key, graph.NodeRef(id))
	}
	n := int64(len(t.key)) + entryBytes
	err := t.r.grow(n)
	if err == nil {
		t.hold(n)
		t.ids[string(t.key)] = append(t.ids[string(t.key)], id)
		if !t.r.outgrown(t.held) {
			return nil
		}
		return t.spill()
	}
	if !t.r.spills(err, t.held) {
		return err
	}
	if err := t.spill(); err != nil {
		return err
	}
	return t.late.add(t.key, graph.NodeRef(id))
}

// spill writes the table to files.
func (t *hashTable) spill() error {
	for key, ids := range t.ids {
		for _, id := range ids {
			if err := t.late.add([]byte(key), graph.NodeRef(id)); err != nil {
				return err
			}
		}
	}
	t.ids = nil
	t.r.shrink(t.held)
	t.hold(-t.held)
	return nil
}
