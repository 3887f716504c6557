package exec

import (
	"slices"

	"graticule/graph"
)

// automaton is a path with a selector as a regular expression over nodes and
// relationships: what a part of the path may follow another one. It leaves out
// the conditions that name several variables and the least numbers of
// repetitions, so that it accepts more than the path.
//
// A search over the pairs of a node and a state, from one end of the path, finds
// how long a path from there has to be at least; the search for the paths
// themselves then never goes where it cannot come through (Neo4j calls the pairs
// the product graph).
type automaton struct {
	states []autoState
	last   int // the state of the end; that of the start is 0
	parts  map[*patternRel]autoPart
}

// autoPart are the states of a part of variable length: behind one of its
// relationships or repetitions, and before the first.
type autoPart struct{ inside, before int }

type autoState struct {
	node     *patternNode // whose conditions hold in the state, nil: any node
	preds    []predicate
	out, in  []autoStep
	then, of []int // states that hold, or held, as well
}

// autoStep is a relationship to, or from, another state.
type autoStep struct {
	state int
	rel   *patternRel
	preds []predicate
}

func newAutomaton(p *pattern, from, to *patternNode) *automaton {
	a := &automaton{parts: map[*patternRel]autoPart{}}
	at := a.state(from, p.preds)
	for i, x := range p.rels {
		node := x.to
		if i == len(p.rels)-1 {
			node = to
		}
		at = a.part(x, p, at, node)
	}
	a.last = at
	return a
}

func (a *automaton) state(n *patternNode, preds []predicate) int {
	s := autoState{node: n}
	if n != nil {
		s.preds = aboutSlot(preds, n.slot)
	}
	a.states = append(a.states, s)
	return len(a.states) - 1
}

// aboutSlot gives the predicates that need nothing but the value of a slot.
func aboutSlot(preds []predicate, slot int) (out []predicate) {
	for _, p := range preds {
		if len(p.deps) == 1 && p.deps[slot] {
			out = append(out, p)
		}
	}
	return out
}

func (a *automaton) step(from, to int, x *patternRel, preds []predicate) {
	preds = aboutSlot(preds, x.slot)
	a.states[from].out = append(a.states[from].out, autoStep{to, x, preds})
	a.states[to].in = append(a.states[to].in, autoStep{from, x, preds})
}

func (a *automaton) alike(s, then int) {
	a.states[s].then = append(a.states[s].then, then)
	a.states[then].of = append(a.states[then].of, s)
}

// part adds a relationship pattern of p behind a state, up to node, whose state it gives.
func (a *automaton) part(x *patternRel, p *pattern, at int, node *patternNode) int {
	switch {
	case x.repeat != nil:
		rep := x.repeat
		first := a.state(rep.first, rep.inner.preds)
		s := first
		a.alike(at, first)
		for i, inner := range rep.inner.rels {
			n := inner.to
			if i == len(rep.inner.rels)-1 {
				n = rep.last
			}
			s = a.part(inner, rep.inner, s, n)
		}
		a.parts[x] = autoPart{s, at}
		a.alike(s, first)
		end := a.state(node, p.preds)
		a.alike(s, end)
		if x.min == 0 {
			a.alike(at, end)
		}
		return end
	case x.variable:
		inside := a.state(nil, nil)
		a.parts[x] = autoPart{inside, at}
		a.step(at, inside, x, nil)
		a.step(inside, inside, x, nil)
		end := a.state(node, p.preds)
		a.alike(inside, end)
		if x.min == 0 {
			a.alike(at, end)
		}
		return end
	}
	end := a.state(node, p.preds)
	a.step(at, end, x, p.preds)
	return end
}

// away knows how far pairs of a node and a state are from one end of a path.
type away struct {
	a        *automaton
	forward  bool // from the start
	found    idTable
	frontier []pair
	spare    []pair
	level    int64
	held     int64
}

type pair struct {
	node  graph.NodeID
	state int
}

// reset begins at an end of the path; release gives the memory back.
func (w *away) reset(r *run, f frame, end graph.NodeID) error {
	w.level, w.frontier = 0, w.frontier[:0]
	state := w.a.last
	if w.forward {
		state = 0
	}
	return w.enter(r, f, end, state, &w.frontier)
}

func (w *away) release(r *run) {
	r.shrink(w.held)
	w.held = 0
	w.found.clear()
}

func (w *away) key(n graph.NodeID, state int) graph.NodeID {
	return n*graph.NodeID(len(w.a.states)) + graph.NodeID(state)
}

// enter notes a pair at the level at hand, and those that hold as well.
func (w *away) enter(r *run, f frame, n graph.NodeID, state int, reached *[]pair) error {
	key := w.key(n, state)
	if _, known := w.found.get(key); known {
		return nil
	}
	s := &w.a.states[state]
	if s.node != nil {
		ok, err := s.accepts(r, f, graph.NodeRef(n))
		if err != nil {
			return err
		}
		if !ok {
			w.found.set(key, refused)
			return nil
		}
	}
	w.found.set(key, int32(w.level))
	*reached = append(*reached, pair{n, state})
	also := s.of
	if w.forward {
		also = s.then
	}
	for _, t := range also {
		if err := w.enter(r, f, n, t, reached); err != nil {
			return err
		}
	}
	return nil
}

func (s *autoState) accepts(r *run, f frame, v graph.Value) (bool, error) {
	if s.node.test != nil {
		if ok, err := s.node.test(r, f, v); !ok || err != nil {
			return false, err
		}
	}
	if !slices.ContainsFunc(s.node.props, func(p propEquals) bool { return len(p.deps) > 0 }) {
		if ok, err := r.propsEqual(v, f, s.node.props); !ok || err != nil {
			return false, err
		}
	}
	return r.passAll(f, s.node.slot, v, s.preds)
}

// passAll tests predicates on the value of one slot, which keeps the one it had.
func (r *run) passAll(f frame, slot int, v graph.Value, preds []predicate) (bool, error) {
	if len(preds) == 0 {
		return true, nil
	}
	had := f[slot]
	defer func() { f[slot] = had }()
	f[slot] = v
	for _, p := range preds {
		if ok, err := p.test(r, f); err != nil || !ok.IsTrue() {
			return false, err
		}
	}
	return true, nil
}

// advance goes one relationship further.
func (w *away) advance(r *run, f frame) error {
	w.level++
	reached := w.spare[:0]
	for _, at := range w.frontier {
		steps := w.a.states[at.state].in
		if w.forward {
			steps = w.a.states[at.state].out
		}
		for _, s := range steps {
			types, ok := r.types(s.rel.types)
			if !ok {
				continue
			}
			dir := s.rel.direction
			if !w.forward {
				dir = dir.Reverse()
			}
			plain := s.rel.test == nil && len(s.preds) == 0
			err := r.expandAll(at.node, dir, types, func(adj *graph.Adjacency) error {
				for i, rel := range adj.Rel {
					if _, known := w.found.get(w.key(adj.Neighbour[i], s.state)); known {
						continue
					}
					if !plain {
						v := graph.RelRef(rel)
						if s.rel.test != nil {
							if ok, err := s.rel.test(r, f, v); err != nil {
								return err
							} else if !ok {
								continue
							}
						}
						if ok, err := r.passAll(f, s.rel.slot, v, s.preds); err != nil {
							return err
						} else if !ok {
							continue
						}
					}
					if err := w.enter(r, f, adj.Neighbour[i], s.state, &reached); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	w.spare, w.frontier = w.frontier, reached
	n := int64(len(reached)) * 64
	w.held += n
	return r.grow(n)
}

// within tells whether a pair is at most so far away, and whether it may be further.
func (w *away) within(r *run, f frame, n graph.NodeID, state int, most int64) (ok, further bool, err error) {
	for len(w.frontier) > 0 && w.level < most {
		if err := w.advance(r, f); err != nil {
			return false, false, err
		}
	}
	depth, known := w.found.get(w.key(n, state))
	switch {
	case known && depth < 0:
		return false, false, nil
	case known:
		return int64(depth) <= most, true, nil
	}
	return false, len(w.frontier) > 0, nil
}
