package exec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"graticule/graph"
)

// --- from an order to steps ---

func (pl *planner) build(o *order) []op {
	if ops := pl.counted(); ops != nil {
		return ops
	}
	b := &builder{planner: pl, used: make([]bool, len(pl.p.preds)), have: map[int]bool{}, outer: map[int]bool{}, whole: true}
	b.add(o)
	for _, path := range pl.p.paths {
		b.ops = append(b.ops, op{name: "Projection", details: "path", rows: o.rows, build: path.build()})
		b.have[path.slot] = true
	}
	b.filters(o.rows)
	return b.ops
}

// builder makes the steps of an order.
type builder struct {
	*planner
	ops     []op
	used    []bool       // predicates that are checked
	have    map[int]bool // slots that are filled
	earlier []*patternRel
	whole   bool         // the order is that of the whole pattern
	outer   map[int]bool // slots of earlier clauses that are read
}

// filters checks all predicates that can be, those that look for more in the graph
// behind the others, after which rows are left.
func (b *builder) filters(rows float64) {
	for _, searches := range []bool{false, true} {
		for i, pr := range b.p.preds {
			if b.used[i] || pr.searches != searches || !b.ready(b.have, pr.deps) {
				continue
			}
			b.used[i] = true
			b.reads(pr.deps)
			b.ops = append(b.ops, op{name: "Filter", details: pr.text, rows: rows, build: filterStep(pr.test), sift: pr.sift()})
		}
	}
}

// filtered adds the filters behind the step at at, which makes all that a found
// when they leave fewer.
func (b *builder) filtered(a action, at int) {
	if b.filters(a.rows); len(b.ops) > at+1 {
		b.ops[at].rows = a.found
	}
}

// reads notes those of the slots that are of an earlier clause.
func (b *builder) reads(slots map[int]bool) {
	for s := range slots {
		if !b.own[s] {
			b.outer[s] = true
		}
	}
}

// add makes the steps of o.
func (b *builder) add(o *order) {
	var hops []reachHop
	var from *patternNode
	at := 0
	if b.whole {
		hops, from, at = b.reachable(o, b.used)
	}
	for i, a := range o.actions {
		switch {
		case hops != nil && i == at:
			b.ops = append(b.ops, op{name: "PruningVarExpand", details: b.chain(from, hops), rows: a.rows, build: reach(from.slot, hops), many: reachChunks(from.slot, hops)})
			for _, h := range hops {
				b.have[h.node.slot], b.have[h.x.slot] = true, true
			}
			b.filters(a.rows)
			return
		case a.side != nil:
			b.join(a)
		case a.legs != nil:
			b.intersect(a)
		case a.node != nil:
			b.find(a)
		default:
			if b.solve(o, i) {
				return
			}
		}
	}
}

// find solves a node from nothing, or checks one that is solved.
func (b *builder) find(a action) {
	n := a.node
	for _, s := range n.conditions() {
		b.reads(s.deps)
	}
	if n.bound {
		b.have[n.slot], b.outer[n.slot] = true, true
		if b.whole {
			b.ops = append(b.ops, op{name: "Argument", details: n.name, rows: 1, build: n.check(true)})
			b.filters(a.rows)
		}
		return
	}
	at := len(b.ops)
	b.ops = append(b.ops, op{name: a.access.name, details: a.access.details, rows: a.rows, build: a.access.build, many: a.access.many})
	b.have[n.slot] = true
	b.filtered(a, at)
}

// solve solves the relationship of the i-th action of o. It tells whether that
// stands for the rest of the order.
func (b *builder) solve(o *order, i int) bool {
	a := o.actions[i]
	x := a.rel
	for _, s := range x.conditions() {
		b.reads(s.deps)
	}
	if x.bound {
		b.outer[x.slot] = true
	}
	have := b.have
	var onPath []predicate // conditions on a shortest path belong to the search
	if x.shortest != "" {
		with := maps.Clone(have)
		for _, s := range append(x.moreSlots(), x.slot) {
			with[s] = true
		}
		for j, pr := range b.p.preds {
			if !b.used[j] && (pr.deps[x.slot] || x.pathSlot >= 0 && pr.deps[x.pathSlot]) && b.ready(with, pr.deps) {
				b.used[j] = true
				onPath = append(onPath, pr)
			}
		}
	}
	if b.whole && i == len(o.actions)-1 && b.onlyCounted(x, a) {
		b.ops = append(b.ops, op{name: "GetDegree", details: x.title(), rows: o.rows, build: x.degree(a.haveFrom, b.earlier)})
		return true
	}
	details := x.title()
	if a.index != nil {
		details = indexDetails(x.title(), a.index.index, a.index.how)
	}
	earlier := slices.Clone(b.earlier)
	at := len(b.ops)
	b.ops = append(b.ops, op{name: x.operator(a), details: details, rows: a.rows, build: b.expand(x, a, earlier, onPath, o, i), many: b.expandMany(x, a, earlier, o, i)})
	if !b.p.repeatable {
		b.earlier = append(b.earlier, x)
	}
	have[x.slot] = true
	for _, s := range x.moreSlots() {
		have[s] = true
	}
	if !a.haveFrom {
		b.check(x.from, a.rows)
	}
	if !a.haveTo && x.to != x.from {
		b.check(x.to, a.rows)
	}
	b.filtered(a, at)
	return false
}

// check checks a node that was reached.
func (b *builder) check(n *patternNode, rows float64) {
	for _, s := range n.conditions() {
		b.reads(s.deps)
	}
	if n.test != nil || len(n.props) > 0 {
		b.ops = append(b.ops, op{name: "Filter", details: n.title(), rows: rows, build: n.check(false), sift: n.sift()})
	}
	b.have[n.slot] = true
}

// intersect solves a node in which several relationships meet.
func (b *builder) intersect(a action) {
	x := &intersection{node: a.node, earlier: slices.Clone(b.earlier), apart: !b.p.repeatable}
	var details []string
	for _, leg := range a.legs {
		for _, s := range leg.conditions() {
			b.reads(s.deps)
		}
		x.legs = append(x.legs, newLeg(leg, a.node))
		details = append(details, leg.title())
		b.have[leg.slot] = true
		if !b.p.repeatable {
			b.earlier = append(b.earlier, leg)
		}
	}
	at := len(b.ops)
	b.ops = append(b.ops, op{name: "Expand(Intersect)", details: strings.Join(details, ", "), rows: a.rows, build: x.rows, many: x.chunks})
	b.check(a.node, a.rows)
	b.filtered(a, at)
}

// join solves a part of the pattern on its own, and joins its rows.
func (b *builder) join(a action) {
	side := &builder{planner: b.planner, used: make([]bool, len(b.used)), have: map[int]bool{}, outer: map[int]bool{}}
	for _, n := range b.p.nodes {
		if n.bound {
			side.have[n.slot] = true
		}
	}
	side.add(a.side)
	j := &patternJoin{side: side.ops, outer: slices.Sorted(maps.Keys(side.outer))}
	var names []string
	for _, n := range a.on {
		j.on = append(j.on, n.slot)
		names = append(names, n.title())
	}
	for _, s := range slices.Sorted(maps.Keys(side.have)) {
		if b.own[s] && !b.have[s] {
			j.slots = append(j.slots, s)
		}
	}
	if !b.p.repeatable {
		j.left, j.right = slices.Clone(b.earlier), side.earlier
		b.earlier = append(b.earlier, side.earlier...)
	}
	name := "NodeHashJoin"
	if len(a.on) == 0 {
		name = "CartesianProduct"
	}
	at := len(b.ops)
	b.ops = append(b.ops, op{name: name, details: strings.Join(names, ", "), rows: a.rows, build: j.build, side: j})
	for i := range b.used {
		b.used[i] = b.used[i] || side.used[i]
	}
	for s := range side.have {
		b.have[s] = true
	}
	maps.Copy(b.outer, side.outer)
	b.filtered(a, at)
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
		return x.expandVariable(a.haveFrom, into, pl.keepsList(x), earlier)
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
// keepsList tells whether the relationships of the variable x are asked for: by
// what follows, by a path or a group, or by another relationship, which must be none of them.
func (pl *planner) keepsList(x *patternRel) bool {
	return pl.wanted(x.slot) || pl.readsRel(x.slot) || x.relsTo >= 0 || x.nodesFrom >= 0 || x.nodesTo >= 0 || len(pl.p.rels) > 1 || len(pl.p.paths) > 0
}

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
