package exec

import (
	"math"
	"slices"
	"sync"

	"graticule/graph"
	"graticule/status"
)

// errCommonEnds is shortestPath between a node and itself, which Neo4j refuses
// unless the path may be empty.
var errCommonEnds = status.New(status.ExecutionFailed, "51N23", "%s", "The shortest path algorithm does not work when the start and end nodes are the same. This can happen if you\n"+
	"perform a shortestPath search after a cartesian product that might have the same start and end nodes for some\n"+
	"of the rows passed to shortestPath. If you would rather not experience this exception, and can accept the\n"+
	"possibility of missing results for those rows, disable this in the Neo4j configuration by setting\n"+
	"`dbms.cypher.forbid_shortestpath_common_nodes` to false. If you cannot accept missing results, and really want the\n"+
	"shortestPath between two common nodes, then re-write the query using a standard Cypher variable length pattern\n"+
	"expression followed by ordering by path length and limiting to one result.").
	Explained("Cannot find the shortest path when the start and end nodes are the same. To enable this behavior, set 'dbms.cypher.forbid_shortestpath_common_nodes' to false.")

// hop is one way to have come to a node.
type hop struct {
	rel  graph.RelID
	from graph.NodeID
	next int32 // of the same node, in the side's hops; -1: none
}

// side is one of the two searches that meet: how far each node is from its
// root, and the ways that come from one step nearer. Sides are used again
// (newSide, release).
type side struct {
	found    idTable // places of nodes in reached; refused where a condition fails
	reached  []reachedNode
	hops     []hop
	frontier []graph.NodeID
	spare    []graph.NodeID
	dir      graph.Direction
	level    int32
	every    []predicate // conditions on each node or relationship of the path
	oneWay   bool        // one way to each node is enough
	held     int64       // bytes counted for it
}

type reachedNode struct {
	depth       int32
	first, last int32 // of its hops; -1: none
}

var freeSides = sync.Pool{New: func() any { return &side{} }}

func newSide(root graph.NodeID, dir graph.Direction, predicates []predicate) *side {
	s := freeSides.Get().(*side)
	s.dir, s.level, s.oneWay, s.every = dir, 0, false, s.every[:0]
	s.frontier = append(s.frontier[:0], root)
	s.reach(root)
	for _, p := range predicates {
		if p.each != nil {
			s.every = append(s.every, p)
		}
	}
	return s
}

func (s *side) release(r *run) {
	r.shrink(s.held)
	s.held = 0
	s.found.clear()
	clear(s.every)
	s.reached, s.hops = s.reached[:0], s.hops[:0]
	freeSides.Put(s)
}

// reach notes a node at the level at hand and gives its place.
func (s *side) reach(n graph.NodeID) int32 {
	at := int32(len(s.reached))
	s.reached = append(s.reached, reachedNode{s.level, -1, -1})
	s.found.set(n, at)
	return at
}

// depth gives how far a node is; ok=false when it was not reached.
func (s *side) depth(n graph.NodeID) (depth int32, ok bool) {
	at, ok := s.found.get(n)
	if !ok || at < 0 {
		return 0, false
	}
	return s.reached[at].depth, true
}

func (s *side) addWay(at int32, rel graph.RelID, from graph.NodeID) {
	w, n := int32(len(s.hops)), &s.reached[at]
	s.hops = append(s.hops, hop{rel, from, -1})
	if n.first < 0 {
		n.first = w
	} else {
		s.hops[n.last].next = w
	}
	n.last = w
}

// ways calls visit for each way that comes to n from one step nearer, while it gives true.
func (s *side) ways(n graph.NodeID, visit func(h hop) bool) bool {
	at, ok := s.found.get(n)
	if !ok || at < 0 {
		return true
	}
	for w := s.reached[at].first; w >= 0; w = s.hops[w].next {
		if near, _ := s.depth(s.hops[w].from); near == s.reached[at].depth-1 && !visit(s.hops[w]) {
			return false
		}
	}
	return true
}

// passes tests what must hold of each relationship, or of each node, of a path.
func (s *side) passes(r *run, f frame, v graph.Value) (bool, error) {
	for _, p := range s.every {
		if p.eachRel != (v.Kind() == graph.KindRel) {
			continue
		}
		f[p.eachSlot] = v
		if ok, err := p.each(r, f); err != nil || !ok.IsTrue() {
			return false, err
		}
	}
	return true, nil
}

// sift drops those of the nodes just reached that fail a condition. The hops
// that led there stay, but nothing leads to them.
func (s *side) sift(r *run, f frame, reached []graph.NodeID) ([]graph.NodeID, error) {
	out := column()
	defer putColumn(out)
	for _, p := range s.every {
		if p.eachRel {
			continue
		}
		kept := reached[:0]
		for len(reached) > 0 {
			n := min(len(reached), chunkRows)
			c := chunk{f: f, n: n, lanes: []lane{{slot: p.eachSlot, nodes: reached[:n]}}}
			if err := p.eachVector(r, &c, out); err != nil {
				return nil, err
			}
			for i, id := range reached[:n] {
				if out.At(i).IsTrue() {
					kept = append(kept, id)
				} else {
					s.found.set(id, refused)
				}
			}
			reached = reached[n:]
		}
		reached = kept
	}
	return reached, nil
}

// shortestBetween finds one or all shortest paths between two solved nodes with
// a breadth-first search from both ends. With predicates on the path, the
// shortest paths that pass them.
func (x *patternRel) shortestBetween(all bool, predicates []predicate) stepBuilder {
	return func(r *run, next push) push {
		types := x.typeSet(r)
		return func(f frame) error {
			a, b := f[x.from.slot], f[x.to.slot]
			if a.Kind() != graph.KindNode || b.Kind() != graph.KindNode {
				return nil
			}
			ids, ok := types()
			start, goal := a.NodeID(), b.NodeID()
			if start == goal && (x.min > 0 || x.from == x.to) && x.shortest != "" {
				return errCommonEnds
			}
			if start == goal && x.min > 0 {
				return nil
			}
			emitted := false
			// emit takes a path and tells whether it passed.
			emit := func(rels []graph.Value, nodes []graph.Value) error {
				if emitted && !all {
					return nil
				}
				f[x.slot] = graph.List(slices.Clone(rels))
				x.groups(f, f[x.slot].AsList(), nodes)
				if len(predicates) > 0 {
					if x.pathSlot >= 0 {
						f[x.pathSlot] = graph.PathOf(&graph.Path{Nodes: slices.Clone(nodes), Rels: slices.Clone(rels)})
					}
					for _, p := range predicates {
						v, err := p.test(r, f)
						if err != nil || !v.IsTrue() {
							return err
						}
					}
				}
				emitted = true
				return next(f)
			}
			if start == goal {
				return emit(nil, []graph.Value{a})
			}
			if !ok { // no relationship has such a type: no types would mean any
				return nil
			}
			left, right := newSide(start, x.direction, predicates), newSide(goal, x.direction.Reverse(), predicates)
			defer left.release(r)
			defer right.release(r)
			left.oneWay = !all && len(left.every) == len(predicates)
			right.oneWay = left.oneWay
			for _, end := range []graph.Value{a, b} {
				if pass, err := left.passes(r, f, end); !pass || err != nil {
					return err
				}
			}
			meeting, err := r.meet(x, f, ids, left, right)
			if err != nil || len(meeting) == 0 {
				return err
			}
			length := int64(left.level + right.level)
			if length >= x.min {
				err = r.joined(left, right, meeting, start, goal, func(rels, nodes []graph.Value) (bool, error) {
					err := emit(rels, nodes)
					return !emitted || all, err
				})
				if err != nil || emitted {
					return err
				}
			}
			if len(predicates) == 0 && length >= x.min {
				return nil
			}
			// None of the shortest passed: longer ones, by length.
			return r.longer(x, f, ids, predicates, start, goal, length+1, func() bool { return emitted }, emit)
		}
	}
}

// meet grows the smaller search until both have a node in common, and gives
// these nodes; none when there is no path within the length of x.
func (r *run) meet(x *patternRel, f frame, types []graph.TypeID, left, right *side) ([]graph.NodeID, error) {
	for len(left.frontier) > 0 && len(right.frontier) > 0 {
		if x.max >= 0 && int64(left.level+right.level) >= x.max {
			return nil, nil
		}
		s, other := left, right
		if len(right.frontier) < len(left.frontier) {
			s, other = right, left
		}
		if err := r.advance(x, f, types, s); err != nil {
			return nil, err
		}
		var meeting []graph.NodeID
		for _, n := range s.frontier {
			if _, ok := other.depth(n); ok {
				meeting = append(meeting, n)
			}
		}
		if len(meeting) > 0 {
			return meeting, nil
		}
	}
	return nil, nil
}

// advance grows a search by one level.
func (r *run) advance(x *patternRel, f frame, types []graph.TypeID, s *side) error {
	s.level++
	reached, hops := s.spare[:0], len(s.hops)
	plain, relTests, nodeTests := x.test == nil && len(x.props) == 0, false, false
	for _, p := range s.every {
		relTests, nodeTests = relTests || p.eachRel, nodeTests || !p.eachRel
	}
	for _, at := range s.frontier {
		err := r.expandAll(at, s.dir, types, func(adj *graph.Adjacency) error {
			for i, rel := range adj.Rel {
				n := adj.Neighbour[i]
				place, seen := s.found.get(n)
				if seen && (place < 0 || s.reached[place].depth < s.level || s.oneWay) {
					continue
				}
				if !plain {
					if ok, err := x.accepts(r, f, graph.RelRef(rel)); err != nil {
						return err
					} else if !ok {
						continue
					}
				}
				if relTests {
					if pass, err := s.passes(r, f, graph.RelRef(rel)); err != nil {
						return err
					} else if !pass {
						continue
					}
				}
				if !seen {
					place = s.reach(n)
					reached = append(reached, n)
				}
				s.addWay(place, rel, at)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := r.grow(0); err != nil {
			return err
		}
	}
	if nodeTests {
		var err error
		if reached, err = s.sift(r, f, reached); err != nil {
			return err
		}
	}
	s.spare, s.frontier = s.frontier, reached
	n := int64(len(reached))*48 + int64(len(s.hops)-hops)*16
	s.held += n
	return r.grow(n)
}

// joined enumerates the paths through the nodes where two searches met; visit tells whether to go on.
func (r *run) joined(left, right *side, meeting []graph.NodeID, start, goal graph.NodeID, visit func(rels, nodes []graph.Value) (bool, error)) error {
	for _, m := range meeting {
		var rels, nodes []graph.Value
		var more bool
		var err error
		var forth func(at graph.NodeID) bool
		forth = func(at graph.NodeID) bool {
			if at == goal {
				more, err = visit(rels, nodes)
				return more && err == nil
			}
			return right.ways(at, func(h hop) bool {
				rels, nodes = append(rels, graph.RelRef(h.rel)), append(nodes, graph.NodeRef(h.from))
				ok := forth(h.from)
				rels, nodes = rels[:len(rels)-1], nodes[:len(nodes)-1]
				return ok
			})
		}
		var back func(at graph.NodeID, rel, node []graph.Value) bool
		back = func(at graph.NodeID, rel, node []graph.Value) bool {
			node = append(node, graph.NodeRef(at))
			if at == start {
				rels, nodes = rels[:0], nodes[:0]
				for i := range rel {
					rels = append(rels, rel[len(rel)-1-i])
				}
				for i := range node {
					nodes = append(nodes, node[len(node)-1-i])
				}
				return forth(m)
			}
			return left.ways(at, func(h hop) bool { return back(h.from, append(rel, graph.RelRef(h.rel)), node) })
		}
		if !back(m, nil, nil) {
			return err
		}
	}
	return nil
}

// byLength finds the trails between two solved nodes, shorter ones first: all of a
// length, and none of a longer one once enough is true.
func (x *patternRel) byLength(enough func() bool) stepBuilder {
	return func(r *run, next push) push {
		types := x.typeSet(r)
		return func(f frame) error {
			start, goal := f[x.from.slot].NodeID(), f[x.to.slot].NodeID()
			emit := func(rels, nodes []graph.Value) error {
				f[x.slot] = graph.List(slices.Clone(rels))
				x.groups(f, f[x.slot].AsList(), nodes)
				return next(f)
			}
			ids, ok := types()
			switch {
			case ok:
				return r.longer(x, f, ids, nil, start, goal, 0, enough, emit)
			case start == goal && x.min == 0: // no relationship has such a type
				return emit(nil, []graph.Value{f[x.from.slot]})
			}
			return nil
		}
	}
}

// longer tries trails of growing length from from on, in depth-first order,
// never going where the goal is out of reach.
func (r *run) longer(x *patternRel, f frame, types []graph.TypeID, predicates []predicate, start, goal graph.NodeID, from int64, done func() bool, emit func(rels, nodes []graph.Value) error) error {
	home := newSide(goal, x.direction.Reverse(), predicates) // how far nodes are from the goal
	home.oneWay = true
	defer home.release(r)
	last := x.max
	if last < 0 {
		last = math.MaxInt32
	}
	for length := max(from, x.min); length <= last && !done(); length++ {
		for len(home.frontier) > 0 && int64(home.level) < length {
			if err := r.advance(x, f, types, home); err != nil {
				return err
			}
		}
		deeper := false
		rels, nodes := []graph.Value{}, []graph.Value{graph.NodeRef(start)}
		var walk func(at graph.NodeID) error
		walk = func(at graph.NodeID) error {
			left := length - int64(len(rels))
			if left == 0 {
				deeper = true
				if at == goal {
					return emit(rels, nodes)
				}
				return nil
			}
			if err := r.grow(levelBytes); err != nil {
				return err
			}
			defer r.shrink(levelBytes)
			return r.expandAll(at, x.direction, types, func(adj *graph.Adjacency) error {
				for i, rel := range adj.Rel {
					n := adj.Neighbour[i]
					if !x.walk && onTrail(rels, rel) {
						continue
					}
					if away, ok := home.depth(n); !ok || int64(away) > left-1 {
						// A longer path may reach the goal from there.
						deeper = deeper || ok || len(home.frontier) > 0
						continue
					}
					v := graph.RelRef(rel)
					if ok, err := x.accepts(r, f, v); err != nil {
						return err
					} else if !ok {
						continue
					}
					if ok, err := home.passes(r, f, v); err != nil {
						return err
					} else if !ok {
						continue
					}
					rels, nodes = append(rels, v), append(nodes, graph.NodeRef(n))
					if err := walk(n); err != nil {
						return err
					}
					rels, nodes = rels[:len(rels)-1], nodes[:len(nodes)-1]
				}
				return nil
			})
		}
		if err := walk(start); err != nil {
			return err
		}
		if !deeper {
			return nil // no trail is that long
		}
	}
	return nil
}
