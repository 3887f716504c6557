package exec

import (
	"cmp"
	"slices"

	"graticule/graph"
)

// planned is an order of steps for a pattern, good as long as the graph keeps
// about its size and its schema.
type planned struct {
	ops         []op
	ordered     *orderedScan // nil when the rows come in no order
	nodes, rels int64
	schema      uint64
}

// fits tells whether the plan still suits the graph of r.
func (pl *planned) fits(r *run) bool {
	near := func(a, b int64) bool { return a <= b+b/2+64 && b <= a+a/2+64 }
	return pl.schema == r.graph.SchemaVersion() && near(pl.nodes, r.graph.EstimateNodes(graph.AnyLabel)) && near(pl.rels, r.graph.EstimateRels(graph.AnyType))
}

// plan orders the pattern for the graph of r, or takes the order at hand.
func (p *pattern) plan(r *run) *planned {
	if pl := p.planned.Load(); pl != nil && pl.fits(r) {
		return pl
	}
	pl := &planned{nodes: r.graph.EstimateNodes(graph.AnyLabel), rels: r.graph.EstimateRels(graph.AnyType), schema: r.graph.SchemaVersion()}
	if p.never {
		pl.ops = []op{{name: "EmptyResult", build: func(*run, push) push { return func(frame) error { return nil } }}}
	} else {
		pl.ops, pl.ordered = p.order(r)
	}
	p.planned.Store(pl)
	return pl
}

// planner looks for a cheap order: from each possible first step it goes on
// with the step that makes the fewest rows, and keeps the order that makes the
// fewest in all.
type planner struct {
	r     *run
	p     *pattern
	own   map[int]bool // slots that solving fills
	total float64      // nodes in the graph
}

type action struct {
	node     *patternNode // to scan, or to check when bound
	rel      *patternRel
	access   access
	index    *indexUse // that finds rel
	haveFrom bool
	haveTo   bool
	rows     float64 // after it
}

// order is a partial order of steps.
type order struct {
	actions []action
	have    map[int]bool
	done    map[any]bool
	rows    float64
	cost    float64
}

func (o *order) clone() *order {
	c := *o
	c.actions = slices.Clone(o.actions)
	c.have, c.done = map[int]bool{}, map[any]bool{}
	for k := range o.have {
		c.have[k] = true
	}
	for k := range o.done {
		c.done[k] = true
	}
	return &c
}

func (p *pattern) order(r *run) ([]op, *orderedScan) {
	pl := &planner{r: r, p: p, own: p.ownSlots(), total: float64(max(1, r.graph.EstimateNodes(graph.AnyLabel)))}
	base := &order{have: map[int]bool{}, done: map[any]bool{}, rows: 1}
	for _, n := range p.nodes {
		if n.bound {
			base.actions = append(base.actions, action{node: n, rows: 1})
			base.have[n.slot], base.done[n] = true, true
		}
	}
	var best *order
	for _, first := range pl.starts(base) {
		o := base.clone()
		pl.take(o, first)
		for {
			next := pl.candidates(o, false)
			if len(next) == 0 {
				break
			}
			cheapest := next[0]
			for _, a := range next[1:] {
				if a.rows < cheapest.rows {
					cheapest = a
				}
			}
			pl.take(o, cheapest)
		}
		if best == nil || o.cost < best.cost {
			best = o
		}
	}
	if best == nil {
		best = base
	}
	ops := pl.build(best)
	return ops, pl.inOrder(best, ops)
}

// Limits of the search, whose work grows with the cube of the pattern.
const (
	patternMax    = 2000   // nodes and relationships of one MATCH
	searchMax     = 20_000 // steps weighed, about, in the search for an order
	candidatesMax = 64     // nodes looked at for one step
)

// starts gives the first steps from which an order is tried: all of them for a
// pattern of usual size, those with the fewest rows for a large one.
func (pl *planner) starts(base *order) []action {
	all := pl.candidates(base, true)
	size := len(pl.p.nodes) + len(pl.p.rels)
	if most := max(1, searchMax/(size*size+1)); len(all) > most {
		slices.SortStableFunc(all, func(a, b action) int { return cmp.Compare(a.rows, b.rows) })
		all = all[:most]
	}
	return all
}

// candidates gives the possible next steps. All starts are looked at first;
// later a scan only when nothing else goes on, or when it finds about one node.
func (pl *planner) candidates(o *order, first bool) []action {
	var out []action
	ready := func(deps map[int]bool) bool { return pl.ready(o, deps) }
	for _, x := range pl.p.rels {
		from, to := o.done[x.from], o.done[x.to]
		switch {
		case o.done[x]:
			continue
		case x.shortest != "" || x.selection != nil:
			if !from || !to {
				continue
			}
			out = append(out, action{rel: x, haveFrom: true, haveTo: true, rows: o.rows})
			continue
		case x.repeat != nil && !from:
			continue
		case x.bound && !x.variable && !from && !to:
			out = append(out, action{rel: x, rows: o.rows})
			continue
		case !from && !to:
			if !x.variable && x.repeat == nil && x.from != x.to {
				rows := o.rows
				n := 0.0
				for _, t := range pl.types(x) {
					n += float64(pl.r.graph.EstimateRels(t))
				}
				if x.direction == graph.Both {
					n *= 2
				}
				a := action{rel: x}
				if u, ok := pl.relAccess(x, ready); ok {
					n *= u.share
					a.index = &u
				}
				a.rows = rows*n*pl.nodeShare(o, x.from)*pl.nodeShare(o, x.to) + 2
				out = append(out, a)
			}
			continue
		}
		rows := o.rows * pl.fanOut(x, from)
		if from && to {
			rows = o.rows * max(0.01, pl.fanOut(x, from)/pl.total)
			if x.bound {
				rows = o.rows
			}
		} else {
			target := x.to
			if !from {
				target = x.from
			}
			rows *= pl.nodeShare(o, target)
			if pl.p.counting && pl.left(o) == 1 && pl.onlyCounted(x, action{rel: x, haveFrom: from, haveTo: to}) {
				rows = o.rows // answered by the degree
			}
		}
		out = append(out, action{rel: x, haveFrom: from, haveTo: to, rows: rows})
	}
	goesOn := len(out) > 0 && !first
	looked := 0
	for _, n := range pl.p.nodes {
		if o.done[n] {
			continue
		}
		if looked++; looked > candidatesMax {
			break
		}
		a := pl.access(n, ready, o.rows)
		if goesOn && a.rows > 1.5 {
			continue
		}
		out = append(out, action{node: n, access: a, rows: o.rows * a.rows})
	}
	return out
}

// left counts the relationships not solved yet.
func (pl *planner) left(o *order) int {
	n := 0
	for _, x := range pl.p.rels {
		if !o.done[x] {
			n++
		}
	}
	return n
}

func (pl *planner) ready(o *order, deps map[int]bool) bool {
	for d := range deps {
		if pl.own[d] && !o.have[d] {
			return false
		}
	}
	return true
}

func (pl *planner) take(o *order, a action) {
	work := a.rows
	if a.node != nil {
		work += a.access.cost
		o.done[a.node], o.have[a.node.slot] = true, true
	} else {
		o.done[a.rel], o.have[a.rel.slot] = true, true
		for _, s := range a.rel.moreSlots() {
			o.have[s] = true
		}
		if !a.haveFrom || !a.haveTo {
			n := a.rel.to
			if !a.haveFrom && a.haveTo {
				n = a.rel.from
			}
			share := max(pl.nodeShare(o, n), 1e-9)
			work = a.rows/share + o.rows // rows before the node is checked
		}
		for _, n := range []*patternNode{a.rel.from, a.rel.to} {
			o.done[n], o.have[n.slot] = true, true
		}
	}
	o.rows = max(a.rows, 0.1)
	o.cost += work
	a.rows = o.rows
	o.actions = append(o.actions, a)
}
