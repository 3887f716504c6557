package exec

import (
	"fmt"
	"slices"
	"strings"

	"graticule/graph"
)

// planned is an order of steps for a pattern, good as long as the graph keeps
// about its size and its schema.
type planned struct {
	ops         []op
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
		pl.ops = p.order(r)
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

func (p *pattern) order(r *run) []op {
	pl := &planner{r: r, p: p, own: p.ownSlots(), total: float64(max(1, r.graph.EstimateNodes(graph.AnyLabel)))}
	base := &order{have: map[int]bool{}, done: map[any]bool{}, rows: 1}
	for _, n := range p.nodes {
		if n.bound {
			base.actions = append(base.actions, action{node: n, rows: 1})
			base.have[n.slot], base.done[n] = true, true
		}
	}
	var best *order
	for _, first := range pl.candidates(base, true) {
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
	return pl.build(best)
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
				out = append(out, action{rel: x, rows: rows*n*pl.nodeShare(o, x.from)*pl.nodeShare(o, x.to) + 2})
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
	for _, n := range pl.p.nodes {
		if o.done[n] {
			continue
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

func (pl *planner) types(x *patternRel) []graph.TypeID {
	if len(x.types) == 0 {
		return []graph.TypeID{graph.AnyType}
	}
	out, _ := pl.r.types(x.types)
	return out
}

// fanOut gives how many relationships x has for one solved end.
func (pl *planner) fanOut(x *patternRel, fromSolved bool) float64 {
	n, dir := x.from, x.direction
	if !fromSolved {
		n, dir = x.to, dir.Reverse()
	}
	if x.repeat != nil {
		return 20
	}
	types, ok := pl.r.types(x.types)
	if !ok {
		return 0.01
	}
	label := graph.AnyLabel
	for _, name := range n.must {
		if id, ok := pl.r.graph.Label(name); ok && (label == graph.AnyLabel || pl.r.graph.EstimateNodes(id) < pl.r.graph.EstimateNodes(label)) {
			label = id
		}
	}
	d := pl.r.graph.EstimateDegree(label, dir, types)
	if x.variable {
		deep := x.max
		if deep < 0 || deep > 5 {
			deep = 5
		}
		rows, step := 0.0, 1.0
		for i := int64(0); i <= deep; i++ {
			if i >= x.min {
				rows += step
			}
			step *= d
		}
		d = rows
	}
	if len(x.props) > 0 {
		d *= 0.1
	}
	return max(d, 0.01)
}

// nodeShare gives the share of nodes that meet the conditions of n.
func (pl *planner) nodeShare(o *order, n *patternNode) float64 {
	share := 1.0
	if len(n.must) > 0 || len(n.anyOf) > 0 {
		share = min(1, pl.labelled(n)/pl.total)
	}
	for range n.props {
		share *= 0.1
	}
	for _, s := range n.seeks {
		if pl.ready(o, s.deps) {
			share *= s.kind.selectivity()
		}
	}
	return max(share, 1/pl.total/2)
}

func (k seekKind) selectivity() float64 {
	switch k {
	case seekEqual:
		return 0.1
	case seekIn:
		return 0.2
	case seekPrefix:
		return 0.1
	case seekExists:
		return 0.9
	}
	return 0.4
}

// labelled gives the number of nodes with the labels of n.
func (pl *planner) labelled(n *patternNode) float64 {
	g := pl.r.graph
	count := pl.total
	for _, name := range n.must {
		id, ok := g.Label(name)
		if !ok {
			return 0
		}
		count = min(count, float64(g.EstimateNodes(id)))
	}
	if len(n.must) == 0 && len(n.anyOf) > 0 {
		sum := 0.0
		for _, name := range n.anyOf {
			if id, ok := g.Label(name); ok {
				sum += float64(g.EstimateNodes(id))
			}
		}
		count = min(count, sum)
	}
	return count
}

// access is a way to solve a node from nothing.
type access struct {
	name    string
	details string
	rows    float64
	cost    float64
	build   stepBuilder
}

// access picks the cheapest way to n; outer is how many rows come to it.
func (pl *planner) access(n *patternNode, ready func(map[int]bool) bool, outer float64) access {
	for _, s := range n.seeks {
		if (s.key == keyID || s.key == keyElementID) && ready(s.deps) {
			name := "NodeByIdSeek"
			if s.key == keyElementID {
				name = "NodeByElementIdSeek"
			}
			return access{name: name, details: n.title(), rows: 1, cost: 1, build: n.findID(s, s.key == keyElementID)}
		}
	}
	count := pl.labelled(n)
	var keys []string
	var values []eval
	for _, e := range n.props {
		if ready(e.deps) && !slices.Contains(keys, e.key) {
			keys, values = append(keys, e.key), append(values, e.value)
		}
	}
	for _, s := range n.seeks {
		if s.kind == seekEqual && ready(s.deps) && !slices.Contains(keys, s.key) && s.key[0] != 0 {
			keys, values = append(keys, s.key), append(values, s.value)
		}
	}
	rest := 1.0
	for _, s := range n.seeks {
		if s.kind != seekEqual && ready(s.deps) {
			rest *= s.kind.selectivity()
		}
	}
	scan := access{name: "AllNodesScan", details: n.title(), rows: count, cost: count, build: n.scanAll()}
	switch {
	case len(n.must) == 1 || (len(n.must) == 0 && len(n.anyOf) == 1):
		scan.name, scan.build = "NodeByLabelScan", n.scanLabels()
	case len(n.must) > 1:
		scan.name, scan.build = "IntersectionNodeByLabelsScan", n.scanLabels()
	case len(n.anyOf) > 1:
		scan.name, scan.build = "UnionNodeByLabelsScan", n.scanLabels()
	}
	scan.rows *= rest
	best := scan
	if len(keys) > 0 {
		best.rows = max(count*0.1*rest, 0.5)
		// Values from the pattern itself come with each row: a table answers them all.
		for _, s := range n.seeks {
			if s.kind == seekEqual && s.key[0] != 0 && len(s.deps) > 0 && ready(s.deps) && outer > 4 && count > 16 && !pl.r.writes {
				best.name, best.details, best.build = "ValueHashJoin", n.title()+"."+s.key, n.hashJoin(s, scan.build)
				best.cost = count
			}
		}
		if best.name != "ValueHashJoin" {
			best.build, best.cost = n.find(keys, values), count*max(outer, 1)
		}
	} else {
		best.cost = count * max(outer, 1)
	}
	for _, x := range pl.r.indexes() {
		if x.Relationship || !x.Online || x.Type != graph.IndexRange || len(x.Labels) != 1 || !slices.Contains(n.must, x.Labels[0]) {
			continue
		}
		if !slices.ContainsFunc(x.Properties, func(k string) bool { return !slices.Contains(keys, k) }) {
			rows := max(1, pl.r.graph.EstimatePerValue(x.ID)*rest)
			name := "NodeIndexSeek"
			if x.Constraint != "" {
				rows, name = 1, "NodeUniqueIndexSeek"
			}
			if rows < best.rows || best.name != "NodeIndexSeek" && best.name != "NodeUniqueIndexSeek" {
				best = access{name: name, details: indexDetails(n, x, "="), rows: rows * rest, cost: rows * max(outer, 1), build: n.find(keys, values)}
			}
			continue
		}
		if len(keys) > 0 || len(x.Properties) != 1 {
			continue
		}
		var bounds []seek
		share, how := 1.0, ""
		for _, s := range n.seeks {
			if s.key != x.Properties[0] || !ready(s.deps) {
				continue
			}
			if s.kind == seekIn {
				if rows := max(1, 5*pl.r.graph.EstimatePerValue(x.ID)); rows < best.rows || best.name == scan.name {
					best = access{name: "NodeIndexSeek", details: indexDetails(n, x, "IN"), rows: rows, cost: rows, build: n.findIn(s)}
				}
				bounds = nil
				break
			}
			bounds = append(bounds, s)
			share *= s.kind.selectivity() / 2
			if s.kind == seekPrefix {
				how = "STARTS WITH"
			}
		}
		if len(bounds) == 0 || best.name == "NodeIndexSeek" {
			continue
		}
		name := "NodeIndexSeekByRange"
		if len(bounds) == 1 && bounds[0].kind == seekExists {
			name, share = "NodeIndexScan", 0.95
		}
		if rows := max(1, count*share); rows < best.rows || best.name == scan.name {
			best = access{name: name, details: indexDetails(n, x, how), rows: rows, cost: rows * 1.2 * max(outer, 1), build: n.seekRange(x, bounds)}
		}
	}
	return best
}

func (n *patternNode) title() string {
	name := n.name
	if name == "" {
		name = fmt.Sprintf("anon_%d", n.slot)
	}
	switch {
	case len(n.must) > 0:
		return name + ":" + strings.Join(n.must, "&")
	case len(n.anyOf) > 0:
		return name + ":" + strings.Join(n.anyOf, "|")
	}
	return name
}

func indexDetails(n *patternNode, x graph.Index, how string) string {
	kind := "RANGE INDEX"
	if x.Constraint != "" {
		kind = "UNIQUE"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s(%s) WHERE %s %s", kind, n.title(), strings.Join(x.Properties, ", "), strings.Join(x.Properties, ", "), how))
}

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
			ops = append(ops, op{name: "Filter", details: pr.text, rows: rows, build: filterStep(pr.test)})
		}
	}
	hops, from, at := pl.reachable(o, used)
	for i, a := range o.actions {
		if hops != nil && i == at {
			ops = append(ops, op{name: "PruningVarExpand", details: pl.chain(from, hops), rows: a.rows, build: reach(from.slot, hops)})
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
				ops = append(ops, op{name: a.access.name, details: a.access.details, rows: a.rows, build: a.access.build})
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
		ops = append(ops, op{name: x.operator(a), details: x.title(), rows: a.rows, build: pl.expand(x, a, slices.Clone(earlier), onPath, o, i)})
		earlier = append(earlier, x)
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
				ops = append(ops, op{name: "Filter", details: n.title(), rows: a.rows, build: n.check(false)})
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
		return x.scanRels(earlier)
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

func (x *patternRel) operator(a action) string {
	switch {
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

// counted answers a pattern whose rows are only counted from counts that are
// kept, as far as that goes; nil when it does not.
func (pl *planner) counted(o *order) []op {
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
	r.weight = n
	err := next(f)
	r.weight = 1
	return err
}
