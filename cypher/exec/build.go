package exec

import (
	"fmt"
	"slices"
	"strings"

	"graticule/graph"
)

// --- from an order to steps ---

func (pl *planner) build(o *order) []op {
	p := pl.p
	if ops := pl.counted(o); ops != nil {
		return ops
	}
	var ops []op
	used := make([]bool, len(p.preds))
	have := map[int]bool{}
	var earlier []*patternRel
	filters := func(rows float64) {
		for i, pr := range p.preds {
			if used[i] || !pl.ready(&order{have: have}, pr.deps) {
				continue
			}
			used[i] = true
			ops = append(ops, op{name: "Filter", details: pr.text, rows: rows, build: filterStep(pr.test), sift: pr.sift()})
		}
	}
	hops, from, at := pl.reachable(o, used)
	for i, a := range o.actions {
		if hops != nil && i == at {
			ops = append(ops, op{name: "PruningVarExpand", details: pl.chain(from, hops), rows: a.rows, build: reach(from.slot, hops), many: reachChunks(from.slot, hops)})
			for _, h := range hops {
				have[h.node.slot], have[h.x.slot] = true, true
			}
			filters(a.rows)
			break
		}
		if n := a.node; n != nil {
			if n.bound {
				ops = append(ops, op{name: "Argument", details: n.name, rows: 1, build: n.check(true)})
			} else {
				ops = append(ops, op{name: a.access.name, details: a.access.details, rows: a.rows, build: a.access.build, many: a.access.many})
			}
			have[n.slot] = true
			filters(a.rows)
			continue
		}
		x := a.rel
		var onPath []predicate // conditions on a shortest path belong to the search
		if x.shortest != "" {
			for j, pr := range p.preds {
				if !used[j] && (pr.deps[x.slot] || x.pathSlot >= 0 && pr.deps[x.pathSlot]) {
					used[j] = true
					onPath = append(onPath, pr)
				}
			}
		}
		if i == len(o.actions)-1 && pl.onlyCounted(x, a) {
			ops = append(ops, op{name: "GetDegree", details: x.title(), rows: o.rows, build: x.degree(a.haveFrom, earlier)})
			break
		}
		details := x.title()
		if a.index != nil {
			details = indexDetails(x.title(), a.index.index, a.index.how)
		}
		ops = append(ops, op{name: x.operator(a), details: details, rows: a.rows, build: pl.expand(x, a, slices.Clone(earlier), onPath, o, i), many: pl.expandMany(x, a, slices.Clone(earlier), o, i)})
		if !p.repeatable {
			earlier = append(earlier, x)
		}
		have[x.slot] = true
		for _, s := range x.moreSlots() {
			have[s] = true
		}
		fresh := []*patternNode{}
		if !a.haveFrom {
			fresh = append(fresh, x.from)
		}
		if !a.haveTo && x.to != x.from {
			fresh = append(fresh, x.to)
		}
		for _, n := range fresh {
			if n.test != nil || len(n.props) > 0 {
				ops = append(ops, op{name: "Filter", details: n.title(), rows: a.rows, build: n.check(false), sift: n.sift()})
			}
			have[n.slot] = true
		}
		filters(a.rows)
	}
	for _, b := range p.paths {
		ops = append(ops, op{name: "Projection", details: "path", build: b.build()})
		have[b.slot] = true
	}
	filters(o.rows)
	return ops
}

// expand picks the step that solves x in the state the order gives.
func (pl *planner) expand(x *patternRel, a action, earlier []*patternRel, onPath []predicate, o *order, i int) stepBuilder {
	into := a.haveFrom && a.haveTo
	switch {
	case x.shortest != "":
		return x.shortestBetween(x.shortest == "allShortestPaths", onPath)
	case x.selection != nil:
		return x.expandSelection(earlier)
	case x.repeat != nil:
		return x.expandRepeat(into, earlier)
	case x.bound && !x.variable && !a.haveFrom && !a.haveTo:
		return x.fromBound(earlier)
	case !a.haveFrom && !a.haveTo:
		return x.eachRel(a.cursors(), earlier)
	case x.variable:
		if pl.prunes(x, a, o, i) {
			return x.reachWithin(a.haveFrom)
		}
		return x.expandVariable(a.haveFrom, into, earlier)
	case into:
		return x.expandInto(earlier)
	}
	return x.expandOne(a.haveFrom, earlier)
}

// expandMany is expand for what can be had in chunks; nil for anything else.
func (pl *planner) expandMany(x *patternRel, a action, earlier []*patternRel, o *order, i int) source {
	switch {
	case x.shortest != "" || x.selection != nil || x.repeat != nil || x.bound || a.haveFrom && a.haveTo:
		return nil
	case !a.haveFrom && !a.haveTo:
		if x.direction == graph.Both || x.from == x.to {
			return nil
		}
		return x.relChunks(a.cursors(), earlier)
	case x.variable:
		if pl.prunes(x, a, o, i) {
			return x.reachWithinChunks(a.haveFrom)
		}
		return nil
	}
	return x.expandChunks(a.haveFrom, earlier)
}

// cursors gives where the relationship is looked for.
func (a *action) cursors() relCursors {
	if a.index != nil {
		return a.index.found
	}
	return a.rel.scans
}

func (x *patternRel) operator(a action) string {
	switch {
	case a.index != nil:
		return a.index.operatorOf(x)
	case x.shortest != "":
		return "ShortestPath"
	case x.selection != nil:
		return "StatefulShortestPath(Into)"
	case x.repeat != nil:
		return "Repeat(Trail)"
	case x.bound && !a.haveFrom && !a.haveTo:
		return "ProjectEndpoints"
	case !a.haveFrom && !a.haveTo && x.direction == graph.Both:
		return "UndirectedRelationshipTypeScan"
	case !a.haveFrom && !a.haveTo && len(x.types) == 0:
		return "DirectedAllRelationshipsScan"
	case !a.haveFrom && !a.haveTo:
		return "DirectedRelationshipTypeScan"
	}
	name := "Expand"
	if x.variable {
		name = "VarLengthExpand"
	}
	if a.haveFrom && a.haveTo {
		return name + "(Into)"
	}
	return name + "(All)"
}

func (x *patternRel) title() string {
	rel := "[" + x.name
	if len(x.types) > 0 {
		rel += ":" + strings.Join(x.types, "|")
	}
	if x.variable {
		rel += "*"
		if x.min != 1 || x.max >= 0 {
			rel += fmt.Sprint(x.min) + ".."
		}
		if x.max >= 0 {
			rel += fmt.Sprint(x.max)
		}
	}
	rel += "]"
	left, right := "-", "-"
	switch x.direction {
	case graph.Incoming:
		left = "<-"
	case graph.Outgoing:
		right = "->"
	}
	return "(" + x.from.title() + ")" + left + rel + right + "(" + x.to.title() + ")"
}

func (pl *planner) chain(from *patternNode, hops []reachHop) string {
	s := "(" + from.title() + ")"
	for _, h := range hops {
		left, right := "-", "-"
		switch h.dir {
		case graph.Incoming:
			left = "<-"
		case graph.Outgoing:
			right = "->"
		}
		s += left + "[]" + right + "(" + h.node.title() + ")"
	}
	return s
}

// wanted tells whether anything but the pattern's own steps reads the slot.
func (pl *planner) wanted(slot int) bool { return pl.p.needed == nil || pl.p.needed[slot] }

// readBy tells whether a predicate other than those on the slot alone reads it.
func (pl *planner) readBy(slot int) bool {
	for _, pr := range pl.p.preds {
		if !pr.deps[slot] {
			continue
		}
		for d := range pr.deps {
			if d != slot && pl.own[d] {
				return true
			}
		}
	}
	return false
}

// reachable finds the chain of single relationships at the end of the order of
// which only the last node is wanted. It marks the predicates the chain takes over.
func (pl *planner) reachable(o *order, used []bool) (hops []reachHop, from *patternNode, at int) {
	p := pl.p
	if !p.distinct || p.needed == nil || len(p.paths) > 0 {
		return nil, nil, 0
	}
	for at = 0; at < len(o.actions) && o.actions[at].node != nil; at++ {
	}
	chain := o.actions[at:]
	if len(chain) < 2 {
		return nil, nil, 0
	}
	var last *patternNode
	for i, a := range chain {
		x := a.rel
		if x == nil || x.variable || x.bound || x.shortest != "" || x.repeat != nil || x.selection != nil || a.haveFrom == a.haveTo || !x.isLocal(pl.own) {
			return nil, nil, 0
		}
		source, target, dir := x.from, x.to, x.direction
		if !a.haveFrom {
			source, target, dir = target, source, dir.Reverse()
		}
		if (last != nil && source != last) || pl.wanted(x.slot) || pl.readsRel(x.slot) {
			return nil, nil, 0
		}
		if i == 0 {
			from = source
		}
		if i < len(chain)-1 && (pl.wanted(target.slot) || pl.readBy(target.slot)) {
			return nil, nil, 0
		}
		hops = append(hops, reachHop{x: x, dir: dir, node: target})
		last = target
	}
	for h := range hops {
		for i, pr := range p.preds {
			alone := pr.deps[hops[h].node.slot]
			for d := range pr.deps {
				alone = alone && (d == hops[h].node.slot || !pl.own[d])
			}
			if alone {
				used[i] = true
				hops[h].filters = append(hops[h].filters, pr)
			}
		}
	}
	return hops, from, at
}

func (pl *planner) readsRel(slot int) bool {
	for _, pr := range pl.p.preds {
		if pr.deps[slot] {
			return true
		}
	}
	return false
}

// prunes tells whether of the variable relationship x, the only one of the
// pattern, just the far node is wanted, and each once.
func (pl *planner) prunes(x *patternRel, a action, o *order, i int) bool {
	p := pl.p
	return p.distinct && p.needed != nil && len(p.paths) == 0 && len(p.rels) == 1 && i == len(o.actions)-1 && a.haveFrom != a.haveTo &&
		!x.bound && x.min <= 1 && (x.direction != graph.Both || x.min == 0) && x.isLocal(pl.own) && len(x.moreSlots()) == 0 &&
		!pl.wanted(x.slot) && !pl.readsRel(x.slot)
}
