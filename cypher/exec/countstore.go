package exec

import (
	"slices"

	"graticule/graph"
)

// counted answers a pattern whose rows are only counted from counts that are
// kept, as far as that goes; nil when it does not.
func (pl *planner) counted() []op {
	p := pl.p
	if !p.counting || p.needed == nil || len(p.preds) > 0 || len(p.paths) > 0 || len(p.needed) > 0 {
		return nil
	}
	free := func(n *patternNode) bool { return !n.bound && n.test == nil && len(n.props) == 0 }
	switch {
	case len(p.nodes) == 1 && len(p.rels) == 0 && !p.nodes[0].bound && len(p.nodes[0].props) == 0 && (p.nodes[0].test == nil || p.nodes[0].plainLabel() != ""):
		n := p.nodes[0]
		return []op{{name: "NodeCountFromCountStore", details: n.title(), rows: 1, build: func(r *run, next push) push {
			return func(f frame) error {
				label := graph.AnyLabel
				if l := n.plainLabel(); l != "" {
					var ok bool
					if label, ok = r.graph.Label(l); !ok {
						return nil
					}
				}
				return r.times(r.graph.NodeCount(label), f, next)
			}
		}}}
	case len(p.nodes) == 2 && len(p.rels) == 1 && free(p.nodes[0]) && free(p.nodes[1]):
		x := p.rels[0]
		if x.variable || x.bound || x.test != nil || len(x.props) > 0 || x.direction == graph.Both || x.selection != nil || x.shortest != "" {
			return nil
		}
		return []op{{name: "RelationshipCountFromCountStore", details: x.title(), rows: 1, build: func(r *run, next push) push {
			return func(f frame) error {
				types, ok := r.types(x.types)
				if !ok {
					return nil
				}
				if len(types) == 0 {
					types = []graph.TypeID{graph.AnyType}
				}
				var total int64
				for i, t := range types {
					if !slices.Contains(types[:i], t) {
						n, _ := r.graph.RelCount(graph.AnyLabel, t, graph.AnyLabel)
						total += n
					}
				}
				return r.times(total, f, next)
			}
		}}}
	}
	return nil
}

// onlyCounted tells whether the rows that x adds are only counted.
func (pl *planner) onlyCounted(x *patternRel, a action) bool {
	if !pl.p.counting || pl.p.needed == nil || len(pl.p.paths) > 0 || a.haveFrom == a.haveTo {
		return false
	}
	n := x.to
	if !a.haveFrom {
		n = x.from
	}
	covered := n.test == nil
	if l := n.plainLabel(); l != "" {
		id, ok := pl.r.graph.Label(l)
		covered = ok && pl.r.everyNodeHas(id)
	}
	return covered && len(n.props) == 0 && !x.variable && !x.bound && x.test == nil && len(x.props) == 0 && x.repeat == nil && x.selection == nil && x.shortest == "" &&
		!pl.wanted(x.slot) && !pl.wanted(n.slot) && !pl.readsRel(x.slot) && !pl.readsRel(n.slot)
}

// degree stands for expanding x where only the number of rows matters.
func (x *patternRel) degree(haveFrom bool, earlier []*patternRel) stepBuilder {
	fromSlot, _, dir := x.sides(haveFrom)
	return func(r *run, next push) push {
		types := x.typeSet(r)
		var out [1]int64
		return func(f frame) error {
			ids, ok := types()
			if !ok || f[fromSlot].Kind() != graph.KindNode {
				return nil
			}
			at := f[fromSlot].NodeID()
			r.nodeArg[0] = at
			if err := r.graph.Degree(r.nodeArg[:], dir, ids, out[:]); err != nil {
				return err
			}
			n := out[0]
			for _, e := range earlier { // those already walked do not count again
				rels := []graph.Value{f[e.slot]}
				if f[e.slot].Kind() == graph.KindList {
					rels = f[e.slot].AsList()
				}
				for _, v := range rels {
					ends, err := r.ends(v.RelID())
					if err != nil {
						return err
					}
					leaves, arrives := ends.Start == at && dir != graph.Incoming, ends.End == at && dir != graph.Outgoing
					if (leaves || arrives) && (len(ids) == 0 || slices.Contains(ids, ends.Type)) {
						n--
					}
				}
			}
			if err := r.alive(); err != nil {
				return err
			}
			return r.times(n, f, next)
		}
	}
}

// times hands one row on that stands for n.
func (r *run) times(n int64, f frame, next push) error {
	if n == 0 {
		return nil
	}
	was := r.weight
	r.weight = n
	err := next(f)
	r.weight = was
	return err
}
