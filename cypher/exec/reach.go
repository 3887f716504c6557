package exec

import (
	"slices"
	"sync"

	"graticule/graph"
)

// A chain of relationships of which only the last node is wanted, and each only
// once, need not be walked path by path: it is enough to know the set of nodes
// reached after each hop. Cypher's paths never use a relationship twice, so that
// each node keeps one path that proves it; where the proof at hand of the node
// before would use the new relationship again, another is searched for.

// reachHop is one hop of such a chain.
type reachHop struct {
	x         *patternRel
	dir       graph.Direction
	node      *patternNode // it arrives at
	filters   []predicate  // on that node alone
	fromStart bool
}

// layer is the set of nodes reached after some hops, each with its proof.
type layer struct {
	ids    []graph.NodeID
	rel    []graph.RelID // the last relationship of the proof …
	parent []int32       // … and the node before, in the layer before
	whole  [][]graph.RelID
	index  idTable // refused: by the node's conditions
}

// freeLayers are layers that no run uses, empty: their memory is used again.
var freeLayers = sync.Pool{New: func() any { return &layer{} }}

func (l *layer) reset() {
	clear(l.whole)
	l.ids, l.rel, l.parent, l.whole = l.ids[:0], l.rel[:0], l.parent[:0], l.whole[:0]
	l.index.clear()
}

// reach solves the chain: the slot of its last node takes each node that some
// path reaches, once for each start.
func reach(start int, hops []reachHop) stepBuilder {
	return func(r *run, next push) push { return reachChunks(start, hops)(r, r.byRow(next)) }
}

// reachChunks is reach.
func reachChunks(start int, hops []reachHop) source {
	return func(r *run, next take) push {
		s := &reaching{r: r, hops: hops}
		for i := range hops {
			s.types = append(s.types, hops[i].x.typeSet(r))
			s.tests = append(s.tests, hops[i].nodeTest(r))
		}
		last := hops[len(hops)-1].node.slot
		return func(f frame) error {
			if f[start].Kind() != graph.KindNode {
				return nil
			}
			outer := s.layers
			s.layers = nil
			for range len(hops) + 1 {
				s.layers = append(s.layers, freeLayers.Get().(*layer))
			}
			defer func() {
				for _, l := range s.layers {
					l.reset()
					freeLayers.Put(l)
				}
				s.layers = outer
			}()
			s.layers[0].add(f[start].NodeID(), 0, -1)
			held := s.held
			s.held = 0
			defer func() { r.shrink(s.held); s.held = held }()
			for i := range hops {
				if err := s.hop(i, f); err != nil {
					return err
				}
			}
			return r.chunks(s.layers[len(hops)].ids, last, f, next)
		}
	}
}

func (l *layer) add(id graph.NodeID, rel graph.RelID, parent int32) {
	l.index.set(id, int32(len(l.ids)))
	l.ids, l.rel, l.parent, l.whole = append(l.ids, id), append(l.rel, rel), append(l.parent, parent), append(l.whole, nil)
}

// nodeTest gives the conditions on the node of h as one function; nil when there are none.
func (h *reachHop) nodeTest(r *run) func(f frame) (bool, error) {
	ok := false
	var check push = func(frame) error { ok = true; return nil }
	for i := len(h.filters) - 1; i >= 0; i-- {
		check = filterStep(h.filters[i].test)(r, check)
	}
	if l := h.node.plainLabel(); len(h.filters) == 0 && len(h.node.props) == 0 && (h.node.test == nil || l != "") {
		if l == "" {
			return nil
		}
		if id, known := r.graph.Label(l); known && r.everyNodeHas(id) {
			return nil
		}
	}
	check = h.node.check(false)(r, check)
	return func(f frame) (bool, error) { ok = false; err := check(f); return ok, err }
}

type reaching struct {
	r      *run
	hops   []reachHop
	layers []*layer
	types  []func() ([]graph.TypeID, bool)
	tests  []func(f frame) (bool, error)
	held   int64 // bytes of the layers of one start
}

const (
	refused  = int32(-1)
	unproved = int32(-2) // in a list of candidates, not in a layer
)

// idTable maps node ids, which are dense, to places of a layer: an array in pages.
type idTable struct {
	pages []*[tablePage]int32 // place + 1; 0: absent
	ids   []graph.NodeID      // that are in
}

const tablePage = 512

func (t *idTable) get(id graph.NodeID) (at int32, ok bool) {
	p := uint64(id) / tablePage
	if p >= uint64(len(t.pages)) || t.pages[p] == nil {
		return 0, false
	}
	switch v := t.pages[p][id%tablePage]; {
	case v > 0:
		return v - 1, true
	default:
		return v, v != 0
	}
}

// set puts id at a place, or marks it refused or unproved.
func (t *idTable) set(id graph.NodeID, at int32) {
	p := uint64(id) / tablePage
	if p >= uint64(len(t.pages)) {
		t.pages = append(t.pages, make([]*[tablePage]int32, p+1-uint64(len(t.pages)))...)
	}
	if t.pages[p] == nil {
		t.pages[p] = &[tablePage]int32{}
	}
	v := &t.pages[p][id%tablePage]
	if *v == 0 {
		t.ids = append(t.ids, id)
	}
	if *v = at; at >= 0 {
		*v = at + 1
	}
}

func (t *idTable) clear() {
	for _, id := range t.ids {
		t.pages[uint64(id)/tablePage][id%tablePage] = 0
	}
	t.ids = t.ids[:0]
}

// hop fills layer i+1 from layer i.
func (s *reaching) hop(i int, f frame) error {
	h, from, to := &s.hops[i], s.layers[i], s.layers[i+1]
	types, ok := s.types[i]()
	if !ok {
		return nil
	}
	plain := h.x.test == nil && len(h.x.props) == 0
	test := s.tests[i]
	var open []graph.NodeID // reached, but not yet proved
	for u := range from.ids {
		err := s.r.expandAll(from.ids[u], h.dir, types, func(a *graph.Adjacency) error {
			for k, rel := range a.Rel {
				v := a.Neighbour[k]
				at, seen := to.index.get(v)
				if seen && at != unproved {
					continue // proved or refused
				}
				if !plain {
					if ok, err := h.x.accepts(s.r, f, graph.RelRef(rel)); err != nil {
						return err
					} else if !ok {
						continue
					}
				}
				if !seen && test != nil {
					f[h.node.slot] = graph.NodeRef(v)
					ok, err := test(f)
					if err != nil {
						return err
					}
					if !ok {
						to.index.set(v, refused)
						continue
					}
				}
				if i > 0 && s.proofUses(i, int32(u), rel) {
					if !seen {
						to.index.set(v, unproved)
						open = append(open, v)
					}
					continue
				}
				to.add(v, rel, int32(u))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, v := range open {
		if at, _ := to.index.get(v); at != unproved {
			continue
		}
		proof, err := s.prove(i, v, f, nil)
		if err != nil {
			return err
		}
		if proof == nil {
			to.index.set(v, refused)
			continue
		}
		to.add(v, proof[0], -1)
		to.whole[len(to.whole)-1] = proof
	}
	n := int64(len(to.ids)) * 40
	s.held += n
	return s.r.grow(n)
}

// proofUses tells whether the proof of the u-th node of layer i holds rel.
func (s *reaching) proofUses(i int, u int32, rel graph.RelID) bool {
	for ; i > 0; i-- {
		l := s.layers[i]
		if l.whole[u] != nil {
			return slices.Contains(l.whole[u], rel)
		}
		if l.rel[u] == rel {
			return true
		}
		u = l.parent[u]
	}
	return false
}

// prove searches backwards for a path over hops 0 to i that ends in v and uses
// no relationship twice, nor one of used; its relationships from the last on.
func (s *reaching) prove(i int, v graph.NodeID, f frame, used []graph.RelID) ([]graph.RelID, error) {
	h, from := &s.hops[i], s.layers[i]
	types, ok := s.types[i]()
	if !ok {
		return nil, nil
	}
	var proof []graph.RelID
	err := s.r.expandAll(v, h.dir.Reverse(), types, func(a *graph.Adjacency) error {
		for k, rel := range a.Rel {
			at, there := from.index.get(a.Neighbour[k])
			if proof != nil || !there || at < 0 || slices.Contains(used, rel) {
				continue
			}
			if ok, err := h.x.accepts(s.r, f, graph.RelRef(rel)); err != nil {
				return err
			} else if !ok {
				continue
			}
			walked := append(slices.Clone(used), rel)
			if i == 0 {
				proof = walked
				continue
			}
			var err error
			if proof, err = s.prove(i-1, a.Neighbour[k], f, walked); err != nil {
				return err
			}
		}
		return nil
	})
	return proof, err
}

// reachWithin solves a relationship of variable length of which only the far
// node is wanted, each once: breadth first, for a shortest walk is a path. Its
// lower bound is 0 or 1.
func (x *patternRel) reachWithin(haveFrom bool) stepBuilder {
	return func(r *run, next push) push { return x.reachWithinChunks(haveFrom)(r, r.byRow(next)) }
}

// reachWithinChunks is reachWithin.
func (x *patternRel) reachWithinChunks(haveFrom bool) source {
	fromSlot, toSlot, dir := x.sides(haveFrom)
	plain := x.test == nil && len(x.props) == 0
	return func(r *run, next take) push {
		types := x.typeSet(r)
		return func(f frame) error {
			if f[fromSlot].Kind() != graph.KindNode {
				return nil
			}
			start := f[fromSlot].NodeID()
			ids, ok := types()
			if !ok && x.min > 0 {
				return nil
			}
			var seen idSet
			seen.add(uint64(start))
			held := int64(0)
			defer func() { r.shrink(held) }()
			cycle := x.min == 0 // the start has been given
			if cycle {
				if err := r.chunks([]graph.NodeID{start}, toSlot, f, next); err != nil {
					return err
				}
			}
			frontier := []graph.NodeID{start}
			for depth := int64(0); ok && len(frontier) > 0 && (x.max < 0 || depth < x.max); depth++ {
				var reached []graph.NodeID
				back, pages := false, int64(0)
				for _, at := range frontier {
					err := r.expandAll(at, dir, ids, func(a *graph.Adjacency) error {
						for i, rel := range a.Rel {
							n := a.Neighbour[i]
							if seen.has(uint64(n)) && (n != start || cycle) {
								continue
							}
							if !plain {
								if ok, err := x.accepts(r, f, graph.RelRef(rel)); err != nil {
									return err
								} else if !ok {
									continue
								}
							}
							if n == start {
								back, cycle = true, true
								continue
							}
							_, bytes := seen.add(uint64(n))
							pages += bytes
							reached = append(reached, n)
						}
						return nil
					})
					if err != nil {
						return err
					}
				}
				if back {
					if err := r.chunks([]graph.NodeID{start}, toSlot, f, next); err != nil {
						return err
					}
				}
				n := int64(len(reached))*16 + pages
				if err := r.grow(n); err != nil {
					return err
				}
				held += n
				if err := r.chunks(slices.Clone(reached), toSlot, f, next); err != nil {
					return err
				}
				frontier = reached
			}
			return nil
		}
	}
}
