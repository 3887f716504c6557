package exec

import (
	"slices"

	"graticule/graph"
)

const expandLimit = 1024 // relationships fetched at once

// expandAll hands the relationships of a node to take, some at a time.
func (r *run) expandAll(at graph.NodeID, dir graph.Direction, types []graph.TypeID, take func(*graph.Adjacency) error) error {
	e := r.expander()
	defer r.release(e)
	e.source[0] = at
	e.request = graph.ExpandRequest{Sources: e.source[:], Direction: dir, Types: types, Limit: expandLimit}
	for !e.request.Done() {
		if err := r.graph.Expand(&e.request, &e.out); err != nil {
			return err
		}
		if err := r.alive(); err != nil {
			return err
		}
		if err := take(&e.out); err != nil {
			return err
		}
	}
	return nil
}

// expander is the memory of one expansion; runs keep some for reuse.
type expander struct {
	source  [1]graph.NodeID
	request graph.ExpandRequest
	out     graph.Adjacency
}

func (r *run) expander() *expander {
	if n := len(r.free); n > 0 {
		e := r.free[n-1]
		r.free = r.free[:n-1]
		return e
	}
	return &expander{}
}

func (r *run) release(e *expander) { r.free = append(r.free, e) }

// typeSet resolves the type names of x for a run.
func (x *patternRel) typeSet(r *run) func() ([]graph.TypeID, bool) {
	types, ok := r.types(x.types)
	if ok && len(types) == len(x.types) {
		return func() ([]graph.TypeID, bool) { return types, true }
	}
	return func() ([]graph.TypeID, bool) { return r.types(x.types) } // a name may come into use during the run
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
			if onTrail(v.AsList(), rel) {
				return true
			}
		}
	}
	return false
}

func onTrail(trail []graph.Value, rel graph.RelID) bool {
	for _, t := range trail {
		if t.RelID() == rel {
			return true
		}
	}
	return false
}

// sides gives where an expansion starts and where it goes.
func (x *patternRel) sides(haveFrom bool) (from, to int, dir graph.Direction) {
	if haveFrom {
		return x.from.slot, x.to.slot, x.direction
	}
	return x.to.slot, x.from.slot, x.direction.Reverse()
}

// expandOne walks one relationship from its solved end.
func (x *patternRel) expandOne(haveFrom bool, earlier []*patternRel) stepBuilder {
	fromSlot, toSlot, dir := x.sides(haveFrom)
	slot := x.slot
	plain := x.test == nil && len(x.props) == 0 && !x.bound
	return func(r *run, next push) push {
		types := x.typeSet(r)
		return func(f frame) error {
			if f[fromSlot].Kind() != graph.KindNode {
				return nil
			}
			ids, ok := types()
			if !ok {
				return nil
			}
			bound := f[slot]
			e := r.expander()
			defer r.release(e)
			e.source[0] = f[fromSlot].NodeID()
			e.request = graph.ExpandRequest{Sources: e.source[:], Direction: dir, Types: ids, Limit: expandLimit}
			for !e.request.Done() {
				if err := r.graph.Expand(&e.request, &e.out); err != nil {
					return err
				}
				if err := r.alive(); err != nil {
					return err
				}
				for i, rel := range e.out.Rel {
					if len(earlier) > 0 && usedBy(earlier, f, rel) {
						continue
					}
					v := graph.RelRef(rel)
					if !plain {
						if x.bound && (bound.Kind() != graph.KindRel || bound.RelID() != rel) {
							continue
						}
						if ok, err := x.accepts(r, f, v); err != nil {
							return err
						} else if !ok {
							continue
						}
					}
					f[slot] = v
					f[toSlot] = graph.NodeRef(e.out.Neighbour[i])
					if err := next(f); err != nil {
						return err
					}
				}
			}
			return nil
		}
	}
}

// expandInto finds the relationships between two solved ends.
func (x *patternRel) expandInto(earlier []*patternRel) stepBuilder {
	fromSlot, toSlot, slot := x.from.slot, x.to.slot, x.slot
	return func(r *run, next push) push {
		types := x.typeSet(r)
		return func(f frame) error {
			if f[fromSlot].Kind() != graph.KindNode || f[toSlot].Kind() != graph.KindNode {
				return nil
			}
			ids, ok := types()
			if !ok {
				return nil
			}
			bound := f[slot]
			e := r.expander()
			defer r.release(e)
			from, to := [1]graph.NodeID{f[fromSlot].NodeID()}, [1]graph.NodeID{f[toSlot].NodeID()}
			if err := r.graph.ExpandInto(from[:], to[:], x.direction, ids, &e.out); err != nil {
				return err
			}
			for _, rel := range e.out.Rel {
				if (x.bound && (bound.Kind() != graph.KindRel || bound.RelID() != rel)) || usedBy(earlier, f, rel) {
					continue
				}
				v := graph.RelRef(rel)
				if ok, err := x.accepts(r, f, v); err != nil {
					return err
				} else if !ok {
					continue
				}
				f[slot] = v
				if err := next(f); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// fromBound solves both ends of a relationship that an earlier clause bound.
func (x *patternRel) fromBound(earlier []*patternRel) stepBuilder {
	return func(r *run, next push) push {
		return func(f frame) error {
			v := f[x.slot]
			if v.Kind() != graph.KindRel || usedBy(earlier, f, v.RelID()) {
				return nil
			}
			ends, err := r.ends(v.RelID())
			if err != nil || !ends.Exists {
				return err
			}
			if types, ok := r.types(x.types); !ok || (len(types) > 0 && !slices.Contains(types, ends.Type)) {
				return nil
			}
			if ok, err := x.accepts(r, f, v); !ok || err != nil {
				return err
			}
			return x.orient(ends, f, next)
		}
	}
}

// orient sets the ends of x as its direction allows, twice where it allows both.
func (x *patternRel) orient(ends graph.RelEnds, f frame, next push) error {
	from, to := ends.Start, ends.End
	if x.direction == graph.Incoming {
		from, to = to, from
	}
	f[x.from.slot], f[x.to.slot] = graph.NodeRef(from), graph.NodeRef(to)
	if err := next(f); err != nil || x.direction != graph.Both || from == to {
		return err
	}
	f[x.from.slot], f[x.to.slot] = graph.NodeRef(to), graph.NodeRef(from)
	return next(f)
}

// relCursors calls use with a cursor for each set of relationships to look at.
type relCursors func(r *run, f frame, use func(graph.RelCursor) error) error

// scans are the relationships of the types of x.
func (x *patternRel) scans(r *run, _ frame, use func(graph.RelCursor) error) error {
	types := []graph.TypeID{graph.AnyType}
	if len(x.types) > 0 {
		var ok bool
		if types, ok = r.types(x.types); !ok {
			return nil
		}
	}
	for i, t := range types {
		if slices.Contains(types[:i], t) {
			continue
		}
		if err := use(r.graph.ScanRels(t)); err != nil {
			return err
		}
	}
	return nil
}

// found are the relationships that an index finds.
func (u *indexUse) found(r *run, f frame, use func(graph.RelCursor) error) error {
	q, ok, err := u.query(r, f)
	if err != nil || !ok {
		return err
	}
	return use(r.graph.SeekRels(u.index.ID, q))
}

// eachRel solves a relationship and both its ends from nothing.
func (x *patternRel) eachRel(from relCursors, earlier []*patternRel) stepBuilder {
	return func(r *run, next push) push {
		var ids [scanBatch]graph.RelID
		var ends [scanBatch]graph.RelEnds
		return func(f frame) error {
			return from(r, f, func(c graph.RelCursor) error {
				defer c.Close()
				for {
					n, err := c.Next(ids[:], ends[:])
					if err != nil || n == 0 {
						return err
					}
					if err := r.check(); err != nil {
						return err
					}
					for k := range n {
						v := graph.RelRef(ids[k])
						if len(earlier) > 0 && usedBy(earlier, f, ids[k]) {
							continue
						}
						if ok, err := x.accepts(r, f, v); err != nil {
							return err
						} else if !ok {
							continue
						}
						f[x.slot] = v
						if err := x.orient(ends[k], f, next); err != nil {
							return err
						}
					}
				}
			})
		}
	}
}

// expandVariable walks trails depth first: no relationship twice. The list of
// relationships is made when it is kept.
func (x *patternRel) expandVariable(haveFrom, into, kept bool, earlier []*patternRel) stepBuilder {
	fromSlot, toSlot, dir := x.sides(haveFrom)
	reversed := !haveFrom
	return func(r *run, next push) push {
		types, may := x.typeSet(r), x.guide(r, haveFrom, earlier)
		return func(f frame) error {
			if f[fromSlot].Kind() != graph.KindNode || (into && f[toSlot].Kind() != graph.KindNode) {
				return nil
			}
			if x.bound {
				return x.matchBoundList(r, f, reversed, into, earlier, next)
			}
			ids, ok := types()
			if !ok && x.min > 0 {
				return nil
			}
			want := f[toSlot]
			start := f[fromSlot]
			trail := make([]graph.Value, 0, 8)
			stops := append(make([]graph.Value, 0, 8), start)
			emit := func(at graph.NodeID) error {
				if into && want.NodeID() != at {
					return nil
				}
				if kept {
					rels, nodes := slices.Clone(trail), stops
					if reversed {
						slices.Reverse(rels)
						nodes = slices.Clone(stops)
						slices.Reverse(nodes)
					}
					f[x.slot] = graph.List(rels)
					x.groups(f, rels, nodes)
				}
				if !into {
					f[toSlot] = graph.NodeRef(at)
				}
				return next(f)
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
				if err := r.grow(levelBytes); err != nil {
					return err
				}
				defer r.shrink(levelBytes)
				return r.expandAll(at, dir, ids, func(a *graph.Adjacency) error {
					for i, rel := range a.Rel {
						if err := r.alive(); err != nil {
							return err
						}
						if !x.walk && onTrail(trail, rel) || usedBy(earlier, f, rel) {
							continue
						}
						v := graph.RelRef(rel)
						if ok, err := x.accepts(r, f, v); err != nil {
							return err
						} else if !ok {
							continue
						}
						if may != nil {
							if ok, err := may(f, len(trail)+1, a.Neighbour[i]); err != nil {
								return err
							} else if !ok {
								continue
							}
						}
						trail, stops = append(trail, v), append(stops, graph.NodeRef(a.Neighbour[i]))
						if err := walk(a.Neighbour[i]); err != nil {
							return err
						}
						trail, stops = trail[:len(trail)-1], stops[:len(stops)-1]
					}
					return nil
				})
			}
			return walk(start.NodeID())
		}
	}
}

// groups fills the group variables of a quantified path that is solved as x.
func (x *patternRel) groups(f frame, rels, nodes []graph.Value) {
	if x.relsTo >= 0 {
		f[x.relsTo] = graph.List(rels)
	}
	if x.nodesFrom >= 0 {
		f[x.nodesFrom] = graph.List(slices.Clone(nodes[:len(nodes)-1]))
	}
	if x.nodesTo >= 0 {
		f[x.nodesTo] = graph.List(slices.Clone(nodes[1:]))
	}
}

// matchBoundList follows the relationships of a list that an earlier clause bound.
func (x *patternRel) matchBoundList(r *run, f frame, reversed, into bool, earlier []*patternRel, next push) error {
	if f[x.slot].Kind() != graph.KindList {
		return nil
	}
	rels := f[x.slot].AsList()
	fromSlot, toSlot, dir := x.sides(!reversed)
	if int64(len(rels)) < x.min || (x.max >= 0 && int64(len(rels)) > x.max) {
		return nil
	}
	at := f[fromSlot].NodeID()
	for i := range rels {
		v := rels[i]
		if reversed {
			v = rels[len(rels)-1-i]
		}
		if v.Kind() != graph.KindRel || usedBy(earlier, f, v.RelID()) || onTrail(rels[:i], rels[i].RelID()) {
			return nil
		}
		ends, err := r.ends(v.RelID())
		if err != nil || !ends.Exists {
			return err
		}
		if types, ok := r.types(x.types); !ok || (len(types) > 0 && !slices.Contains(types, ends.Type)) {
			return nil
		}
		if ok, err := x.accepts(r, f, v); !ok || err != nil {
			return err
		}
		switch {
		case ends.Start == at && dir != graph.Incoming:
			at = ends.End
		case ends.End == at && dir != graph.Outgoing:
			at = ends.Start
		default:
			return nil
		}
	}
	if into {
		if f[toSlot].NodeID() != at {
			return nil
		}
	} else {
		f[toSlot] = graph.NodeRef(at)
	}
	return next(f)
}
