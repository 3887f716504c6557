package exec

import "graticule/cypher/plan"

// patternMax is the most nodes and relationships of one MATCH.
const patternMax = 2000

// planned are the steps for a pattern, good as long as the graph keeps about its
// sizes and its schema, and the parameters ask for about as much.
type planned struct {
	ops     []op
	ordered *orderedScan // nil when the rows come in no order
	asked   *statistics
	schema  uint64
	watched []watched
}

// watched is a node of which the parameters say how many there are.
type watched struct {
	node  int
	keys  []string // of the conditions with parameters
	share float64
}

// paramsFactor is how much more, or fewer, nodes than a plan was made for the
// parameters may ask for.
const paramsFactor = 8

// fits tells whether the plan still suits the graph of r.
func (pl *planned) fits(r *run, p *pattern) bool {
	if pl.schema != r.graph.SchemaVersion() || !pl.asked.hold(r) {
		return false
	}
	if len(pl.watched) == 0 {
		return true
	}
	now := newPlanner(r, p)
	for _, w := range pl.watched {
		n := now.planNode(p.nodes[w.node], w.keys)
		if share := plan.Share(&n, now.stats); share > paramsFactor*w.share || w.share > paramsFactor*share {
			return false
		}
	}
	return true
}

// plan orders the pattern for the graph of r, or takes the order at hand.
func (p *pattern) plan(r *run) *planned {
	if pl := p.planned.Load(); pl != nil && pl.fits(r, p) {
		return pl
	}
	pl := &planned{schema: r.graph.SchemaVersion()}
	if p.never {
		pl.asked = newStatistics(r)
		pl.ops = []op{{name: "EmptyResult", build: func(*run, push) push { return func(frame) error { return nil } }}}
	} else {
		now := newPlanner(r, p)
		pl.ops, pl.ordered = now.order()
		pl.asked, pl.watched = now.stats, now.watched
	}
	p.planned.Store(pl)
	return pl
}

// planner translates a pattern for package plan, and the plan into steps.
type planner struct {
	r       *run
	p       *pattern
	own     map[int]bool // slots that solving fills
	at      map[int]int  // elements of the query by slot
	stats   *statistics
	watched []watched
}

func newPlanner(r *run, p *pattern) *planner {
	pl := &planner{r: r, p: p, own: p.ownSlots(), at: map[int]int{}, stats: newStatistics(r)}
	for i, n := range p.nodes {
		pl.at[n.slot] = i
	}
	for j, x := range p.rels {
		pl.at[x.slot] = len(p.nodes) + j
		for _, s := range x.moreSlots() {
			pl.at[s] = len(p.nodes) + j
		}
	}
	return pl
}

// action is one step of an order.
type action struct {
	node     *patternNode // to scan, to check when bound, or in which legs meet
	rel      *patternRel
	access   access
	index    *indexUse     // that finds rel
	legs     []*patternRel // of an intersection
	side     *order        // of a join
	on       []*patternNode
	haveFrom bool
	haveTo   bool
	found    float64 // rows before all is checked
	rows     float64 // after it
}

// order is a way to solve a pattern, or a part of it.
type order struct {
	actions []action
	rows    float64
}

// order gives the steps of the cheapest plan.
func (pl *planner) order() ([]op, *orderedScan) {
	q := pl.query()
	if pl.p.distinct && q.Joins { // where rows are only passed once, a walk makes fewer of them
		q.Joins, q.Intersects = false, false
		o := pl.actions(plan.Best(q, pl.stats))
		used := make([]bool, len(pl.p.preds))
		if hops, _, _ := pl.reachable(o, used); hops != nil {
			return pl.steps(o)
		}
		q = pl.query()
	}
	return pl.steps(pl.actions(plan.Best(q, pl.stats)))
}

func (pl *planner) steps(o *order) ([]op, *orderedScan) {
	ops := pl.build(o)
	return ops, pl.inOrder(o, ops)
}

// actions translates a plan.
func (pl *planner) actions(best *plan.Op) *order {
	o := &order{rows: 1}
	for _, step := range best.Steps() {
		a := action{haveFrom: step.HaveFrom, haveTo: step.HaveTo, rows: max(step.Rows, leastRows), found: max(step.Found, leastRows)}
		switch step.Kind {
		case plan.Argument:
			a.node = pl.p.nodes[step.Node]
		case plan.Leaf:
			a.node = pl.p.nodes[step.Node]
			a.access = pl.accessOf(a.node, step.Access)
		case plan.Solve:
			a.rel = pl.p.rels[step.Rel]
			a.index = pl.relIndex(a.rel, step.Access)
		case plan.Intersect:
			a.node = pl.p.nodes[step.Node]
			for _, j := range step.Legs {
				a.legs = append(a.legs, pl.p.rels[j])
			}
		case plan.Join:
			a.side = pl.actions(step.Build)
			for _, i := range step.On {
				a.on = append(a.on, pl.p.nodes[i])
			}
		}
		o.rows = a.rows
		o.actions = append(o.actions, a)
	}
	return o
}

// leastRows is the number told where next to none are expected.
const leastRows = 0.1

func (pl *planner) ready(have, deps map[int]bool) bool {
	for d := range deps {
		if pl.own[d] && !have[d] {
			return false
		}
	}
	return true
}
