package exec

import (
	"graticule/graph"
)

const expandLimit = 1024 // relationships fetched at once

// expand solves a relationship from its solved end, or between two solved ends.
func (x *patternRel) expand(haveFrom, haveTo bool, earlier []*patternRel, p *pattern) step {
	if x.shortest != "" {
		return x.shortestPath()
	}
	if x.variable {
		return x.expandVariable(haveFrom, haveTo, earlier)
	}
	if x.bound && !haveFrom && !haveTo {
		return x.fromBound(earlier)
	}
	fromSlot, toSlot, dir := x.from.slot, x.to.slot, x.direction
	if !haveFrom {
		fromSlot, toSlot, dir = toSlot, fromSlot, dir.Reverse()
	}
	into := haveFrom && haveTo
	slot := x.slot
	return func(r *run, f frame, next func() error) error {
		if f[fromSlot].Kind() != graph.KindNode {
			return nil
		}
		types, ok := r.types(x.types)
		if !ok {
			return nil
		}
		at := f[fromSlot].NodeID()
		want := f[toSlot]
		bound := f[slot]
		take := func(a *graph.Adjacency) error {
			for i, rel := range a.Rel {
				if (into && a.Neighbour[i] != want.NodeID()) || (x.bound && (bound.Kind() != graph.KindRel || bound.RelID() != rel)) || usedBy(earlier, f, rel) {
					continue
				}
				v := graph.RelRef(rel)
				if ok, err := x.accepts(r, f, v); err != nil {
					return err
				} else if !ok {
					continue
				}
				f[slot] = v
				if !into {
					f[toSlot] = graph.NodeRef(a.Neighbour[i])
				}
				if err := next(); err != nil {
					return err
				}
			}
			return nil
		}
		if into {
			if want.Kind() != graph.KindNode {
				return nil
			}
			a := r.adjacency()
			defer r.release(a)
			if err := r.graph.ExpandInto([]graph.NodeID{at}, []graph.NodeID{want.NodeID()}, dir, types, a); err != nil {
				return err
			}
			return take(a)
		}
		return r.expandAll(at, dir, types, take)
	}
}

// expandAll hands the relationships of a node to take, some at a time.
func (r *run) expandAll(at graph.NodeID, dir graph.Direction, types []graph.TypeID, take func(*graph.Adjacency) error) error {
	source := [1]graph.NodeID{at}
	req := graph.ExpandRequest{Sources: source[:], Direction: dir, Types: types, Limit: expandLimit}
	a := r.adjacency()
	defer r.release(a)
	for !req.Done() {
		if err := r.graph.Expand(&req, a); err != nil {
			return err
		}
		if err := r.alive(); err != nil {
			return err
		}
		if err := take(a); err != nil {
			return err
		}
	}
	return nil
}

func (x *patternRel) accepts(r *run, f frame, v graph.Value) (bool, error) {
	if x.test != nil {
		if ok, err := x.test(r, f, v); !ok || err != nil {
			return false, err
		}
	}
	return r.propsEqual(v, f, x.props)
}

// usedBy tells whether rel stands in a relationship of the same MATCH already.
func usedBy(earlier []*patternRel, f frame, rel graph.RelID) bool {
	for _, e := range earlier {
		switch v := f[e.slot]; v.Kind() {
		case graph.KindRel:
			if v.RelID() == rel {
				return true
			}
		case graph.KindList:
			for _, y := range v.AsList() {
				if y.RelID() == rel {
					return true
				}
			}
		}
	}
	return false
}

// fromBound solves both ends of a relationship that an earlier clause bound.
func (x *patternRel) fromBound(earlier []*patternRel) step {
	return func(r *run, f frame, next func() error) error {
		v := f[x.slot]
		if v.Kind() != graph.KindRel || usedBy(earlier, f, v.RelID()) {
			return nil
		}
		ends, err := r.ends(v.RelID())
		if err != nil || !ends.Exists {
			return err
		}
		if types, ok := r.types(x.types); !ok || (len(types) > 0 && !contains(types, ends.Type)) {
			return nil
		}
		if ok, err := x.accepts(r, f, v); !ok || err != nil {
			return err
		}
		pairs := [][2]graph.NodeID{{ends.Start, ends.End}}
		switch x.direction {
		case graph.Incoming:
			pairs[0] = [2]graph.NodeID{ends.End, ends.Start}
		case graph.Both:
			if ends.Start != ends.End {
				pairs = append(pairs, [2]graph.NodeID{ends.End, ends.Start})
			}
		}
		for _, p := range pairs {
			f[x.from.slot], f[x.to.slot] = graph.NodeRef(p[0]), graph.NodeRef(p[1])
			if err := next(); err != nil {
				return err
			}
		}
		return nil
	}
}

func contains(types []graph.TypeID, t graph.TypeID) bool {
	for _, x := range types {
		if x == t {
			return true
		}
	}
	return false
}

// expandVariable walks trails depth first: no relationship twice.
func (x *patternRel) expandVariable(haveFrom, haveTo bool, earlier []*patternRel) step {
	fromSlot, toSlot, dir := x.from.slot, x.to.slot, x.direction
	reversed := false
	if !haveFrom {
		fromSlot, toSlot, dir, reversed = toSlot, fromSlot, dir.Reverse(), true
	}
	into := haveFrom && haveTo
	return func(r *run, f frame, next func() error) error {
		if f[fromSlot].Kind() != graph.KindNode || (into && f[toSlot].Kind() != graph.KindNode) {
			return nil
		}
		types, ok := r.types(x.types)
		if !ok && x.min > 0 {
			return nil
		}
		want := f[toSlot]
		trail := make([]graph.Value, 0, 8)
		emit := func(at graph.NodeID) error {
			if into && want.NodeID() != at {
				return nil
			}
			rels := append([]graph.Value(nil), trail...)
			if reversed {
				for i, j := 0, len(rels)-1; i < j; i, j = i+1, j-1 {
					rels[i], rels[j] = rels[j], rels[i]
				}
			}
			f[x.slot] = graph.List(rels)
			if !into {
				f[toSlot] = graph.NodeRef(at)
			}
			return next()
		}
		var walk func(at graph.NodeID) error
		walk = func(at graph.NodeID) error {
			depth := int64(len(trail))
			if depth >= x.min {
				if err := emit(at); err != nil {
					return err
				}
			}
			if (x.max >= 0 && depth >= x.max) || !ok {
				return nil
			}
			return r.expandAll(at, dir, types, func(a *graph.Adjacency) error {
				for i, rel := range a.Rel {
					if onTrail(trail, rel) || usedBy(earlier, f, rel) {
						continue
					}
					v := graph.RelRef(rel)
					if ok, err := x.accepts(r, f, v); err != nil {
						return err
					} else if !ok {
						continue
					}
					trail = append(trail, v)
					if err := walk(a.Neighbour[i]); err != nil {
						return err
					}
					trail = trail[:len(trail)-1]
				}
				return nil
			})
		}
		return walk(f[fromSlot].NodeID())
	}
}

func onTrail(trail []graph.Value, rel graph.RelID) bool {
	for _, t := range trail {
		if t.RelID() == rel {
			return true
		}
	}
	return false
}

// shortestPath finds one or all shortest paths between two solved nodes,
// breadth first from the start.
func (x *patternRel) shortestPath() step {
	return func(r *run, f frame, next func() error) error {
		a, b := f[x.from.slot], f[x.to.slot]
		if a.Kind() != graph.KindNode || b.Kind() != graph.KindNode {
			return nil
		}
		types, ok := r.types(x.types)
		if !ok {
			return nil
		}
		type link struct {
			rel  graph.RelID
			from graph.NodeID
		}
		start, goal := a.NodeID(), b.NodeID()
		depth := map[graph.NodeID]int64{start: 0}
		links := map[graph.NodeID][]link{}
		frontier := []graph.NodeID{start}
		for d := int64(1); len(frontier) > 0 && (x.max < 0 || d <= x.max); d++ {
			if _, found := depth[goal]; found && goal != start {
				break
			}
			var reached []graph.NodeID
			for _, at := range frontier {
				err := r.expandAll(at, x.direction, types, func(adj *graph.Adjacency) error {
					for i, rel := range adj.Rel {
						n := adj.Neighbour[i]
						if seen, ok := depth[n]; ok && seen < d {
							continue
						}
						if ok, err := x.accepts(r, f, graph.RelRef(rel)); err != nil {
							return err
						} else if !ok {
							continue
						}
						if _, ok := depth[n]; !ok {
							depth[n] = d
							reached = append(reached, n)
						}
						links[n] = append(links[n], link{rel, at})
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			frontier = reached
		}
		if _, found := depth[goal]; !found || (goal == start && x.min > 0) {
			return nil
		}
		var back []graph.Value
		emitted := false
		var walk func(at graph.NodeID) error
		walk = func(at graph.NodeID) error {
			if at == start {
				rels := make([]graph.Value, len(back))
				for i, v := range back {
					rels[len(back)-1-i] = v
				}
				f[x.slot] = graph.List(rels)
				emitted = true
				return next()
			}
			for _, l := range links[at] {
				back = append(back, graph.RelRef(l.rel))
				if err := walk(l.from); err != nil {
					return err
				}
				back = back[:len(back)-1]
				if emitted && x.shortest == "shortestPath" {
					return nil
				}
			}
			return nil
		}
		return walk(goal)
	}
}
