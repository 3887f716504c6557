package graphstore

import (
	"context"
	"slices"
	"sync/atomic"

	"graticule/graph"
	"graticule/internal/snapmap"
)

// An index that covers few entities is filled where it is made. One that covers
// more gets no body at first: each copy fills it in the background from the
// state in which it appeared, then catches up with the ids that changed
// meanwhile, and publishes it under Store.applyMu. Nothing of this is in the
// log or on disk, so each copy does it in its own time.
const (
	inlineMax  = 10_000 // entities that are indexed at once
	costlyMax  = 500    // the same for full-text and vector indexes
	catchUpMax = 1_000  // changed ids that are left for the last round, which holds applyMu
)

// A population is the first filling of an index. It is shared by all states.
type population struct {
	total, done atomic.Int64
	ready       chan struct{} // closed when the index is online, dropped, or its store closed
}

func (p *population) percent() float64 {
	if n := p.total.Load(); n > 0 {
		return min(100, 100*float64(p.done.Load())/float64(n))
	}
	return 100
}

// where says in what state an index is opened.
type where int

const (
	inTransaction where = iota // constraints need their index now, others never
	inApply
	atOpen // the cheap ones are filled before the first query
)

// openIndex gives the index of a definition its place in s. Its tokens are made if need be.
func (s *state) openIndex(d graph.Index, at where) {
	if d.Type == graph.IndexLookup {
		return
	}
	x := &index{def: d}
	kind, sets := labelToken, &s.labels
	if d.Relationship {
		kind, sets = typeToken, &s.types
	}
	covered := int64(0)
	for _, l := range d.Labels {
		token := s.ensureToken(kind, l)
		x.labels = append(x.labels, token)
		if int(token) < len(*sets) && (*sets)[token] != nil {
			covered += (*sets)[token].n
		}
	}
	for _, p := range d.Properties {
		x.keys = append(x.keys, graph.KeyID(s.ensureToken(keyToken, p)))
	}
	costly := d.Type == graph.IndexFulltext || d.Type == graph.IndexVector
	now := covered <= inlineMax
	switch {
	case costly:
		now = covered <= costlyMax
	case at == atOpen, at == inTransaction && d.Constraint != "":
		now = true
	}
	if now {
		x.body = newStructure(d)
		_ = s.fillIndex(x, x.body, func(int64) error { return nil })
	} else {
		x.filling = &population{ready: make(chan struct{})}
		x.filling.total.Store(max(1, covered))
		x.changed = &snapmap.Map[uint64, uint64]{}
	}
	x.owned = true
	if !s.ownIndex {
		s.indexes, s.ownIndex = copyIndexes(s.indexes), true
	}
	s.indexes[d.ID] = x
}

// fillIndex puts all entities of s that x covers into body; tick may end it.
func (s *state) fillIndex(x *index, body structure, tick func(done int64) error) error {
	done := int64(0)
	sorted, isRange := body.(*rangeSet)
	var entries []string
	err := s.eachCovered(x, func(id uint64, values []graph.Value) error {
		if isRange {
			if e, ok := rangeEntry(values, id); ok {
				entries = append(entries, e)
			}
		} else if body.holds(values) {
			body.change(id, nil, values)
		}
		if done++; done%64 != 0 {
			return nil
		}
		return tick(done)
	})
	if err == nil && isRange {
		sorted.load(entries)
	}
	return err
}

// startWork begins the background work that the indexes of st wait for. The
// caller holds applyMu, or has the store for itself.
func (s *Store) startWork(st *state) {
	for id, x := range st.indexes {
		var work func(ctx context.Context)
		if p := x.filling; p != nil {
			work = func(ctx context.Context) {
				defer close(p.ready)
				s.fill(ctx, id, p)
			}
		} else if v, ok := x.body.(*vectorSet); ok && v.recent.Len() >= absorbMin {
			work = func(ctx context.Context) { s.absorb(ctx, id) }
		}
		if work == nil || s.busy[id] {
			continue
		}
		s.busy[id] = true
		ctx := s.working
		s.workers.Go(func() {
			work(ctx)
			s.applyMu.Lock()
			defer s.applyMu.Unlock()
			delete(s.busy, id)
			if ctx.Err() == nil {
				s.startWork(s.state.Load()) // what came meanwhile
			}
		})
	}
}

// fill fills one index and publishes it, unless it is dropped meanwhile.
func (s *Store) fill(ctx context.Context, id graph.IndexID, p *population) {
	base := s.state.Load()
	x := base.indexes[id]
	if x == nil || x.filling != p {
		return
	}
	body := newStructure(x.def)
	err := base.fillIndex(x, body, func(done int64) error {
		p.done.Store(done)
		return ctx.Err()
	})
	if v, ok := body.(*vectorSet); ok && err == nil {
		p.done.Store(0)
		body, err = v.linked(ctx, func() { p.done.Add(1) })
	}
	for err == nil && ctx.Err() == nil {
		st := s.state.Load()
		left := st.changedSince(id, p, base)
		if left == nil {
			return // dropped
		}
		if len(left) > catchUpMax {
			x.catchUp(body, base, st, left)
			base = st
			continue
		}
		s.applyMu.Lock()
		st = s.state.Load()
		if left = st.changedSince(id, p, base); left != nil && len(left) <= catchUpMax && ctx.Err() == nil {
			x.catchUp(body, base, st, left)
			s.publishBody(st, id, body)
			s.applyMu.Unlock()
			return
		}
		s.applyMu.Unlock()
	}
}

// changedSince gives the ids an index being filled saw change after base; nil when it is gone.
func (s *state) changedSince(id graph.IndexID, p *population, base *state) []uint64 {
	x := s.indexes[id]
	if x == nil || x.filling != p {
		return nil
	}
	ids := []uint64{}
	x.changed.Scan(func(id, at uint64) bool {
		if at > base.position.Index {
			ids = append(ids, id)
		}
		return true
	})
	return ids
}

func (x *index) catchUp(body structure, base, st *state, ids []uint64) {
	for _, id := range ids {
		body.change(id, base.valuesOf(x, id), st.valuesOf(x, id))
	}
}

// publishBody publishes st with a body for one of its indexes. The caller holds applyMu.
func (s *Store) publishBody(st *state, id graph.IndexID, body structure) {
	next := *st
	next.indexes = copyIndexes(st.indexes)
	x := next.indexes[id]
	x.body, x.filling, x.changed = body, nil, nil
	s.state.Store(&next)
}

// awaitIndex waits until an index of the newest state is online. It tells
// whether it had to wait.
func (s *Store) awaitIndex(ctx context.Context, id graph.IndexID) (waited bool, err error) {
	x := s.state.Load().indexes[id]
	if x == nil || x.filling == nil {
		return false, nil
	}
	select {
	case <-x.filling.ready:
		return true, nil
	case <-ctx.Done():
		return true, context.Cause(ctx)
	}
}

// AwaitIndexes waits until the named indexes are online on this copy, all of them without names.
func (tx *Tx) AwaitIndexes(ctx context.Context, names ...string) error {
	for id, x := range tx.state.indexes {
		if len(names) > 0 && !slices.Contains(names, x.def.Name) {
			continue
		}
		if _, err := tx.store.awaitIndex(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
