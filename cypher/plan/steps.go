package plan

import "slices"

// state is a set of solved elements with the cheapest way to it.
type state struct {
	set  set
	rows float64 // of any way to it
	op   *Op     // nil: nothing was done
	cost float64
	rels bool // holds a relationship of the pattern
	free bool // holds more than what was solved before the pattern
}

const (
	fewRows    = 1.5 // found, so that a node may be found beside what goes on
	leastRows  = 0.1 // for the costs of what is expected to find nothing
	mostRows   = 1e200
	nodesTried = 64  // looked at for one step
	searchCost = 100 // of a search for paths between two nodes
)

// extend hands emit each step that can be taken from s, with the elements it adds.
func (p *planner) extend(s *state, emit func(adds []int, op Op)) {
	goesOn := p.extendRels(s, emit)
	if p.q.Intersects && p.intersections(s, emit) {
		goesOn = true
	}
	p.findRels(s, !s.free || !goesOn, emit)
	tried := 0
	for i := range p.q.Nodes {
		if s.set.has(i) {
			continue
		}
		if tried++; tried > nodesTried {
			return
		}
		hinted := p.nodes[i].hinted
		if s.free && goesOn && !hinted && len(p.q.Nodes[i].Conditions) == 0 && p.nodes[i].count > fewRows {
			continue
		}
		a := p.access(i, s.set, s.rows)
		if s.free && goesOn && !hinted && a.Rows > fewRows {
			continue
		}
		op := Op{Kind: Leaf, Node: i, Access: a, Found: s.rows * a.Rows}
		op.Cost = s.cost + a.Once + a.Cost*max(s.rows, 1) + op.Found
		emit([]int{i}, op)
	}
}

// extendRels gives the steps that solve a relationship from what s has, and
// tells whether there are any.
func (p *planner) extendRels(s *state, emit func(adds []int, op Op)) bool {
	any := false
	rows := max(s.rows, leastRows)
	for j := range p.q.Rels {
		x, f, e := &p.q.Rels[j], &p.rels[j], len(p.q.Nodes)+j
		if s.set.has(e) {
			continue
		}
		op := Op{Kind: Solve, Rel: j, HaveFrom: s.set.has(x.From), HaveTo: s.set.has(x.To)}
		adds := []int{e}
		switch {
		case x.Kind == Between:
			if !op.HaveFrom || !op.HaveTo {
				continue
			}
			op.Found = s.rows
			op.Cost = s.cost + rows*searchCost
		case x.Kind == Repeated && !op.HaveFrom:
			continue
		case !op.HaveFrom && !op.HaveTo:
			if x.Kind != Bound || p.nodes[x.From].hinted || p.nodes[x.To].hinted {
				continue
			}
			adds = p.withEnds(adds, x)
			op.Found = s.rows
			op.Cost = s.cost + rows
		case op.HaveFrom && op.HaveTo:
			op.Found = s.rows * f.factor
			op.Cost = s.cost + rows*callCost + op.Found
			switch {
			case x.Kind == Repeated:
				op.Cost += rows * f.fan[0]
			case x.Variable:
				op.Cost += rows * stepCost * f.fan[0]
			default:
				op.Cost += rows * walkCost * min(f.fan[0], f.fan[1])
			}
		default:
			side, far := 0, x.To
			if !op.HaveFrom {
				side, far = 1, x.From
			}
			if p.nodes[far].hinted {
				continue
			}
			adds = append(adds, far)
			op.Found = s.rows * f.fan[side]
			op.Cost = s.cost + rows*callCost + rows*f.fan[side]
			if x.Counted[side] && s.set.count() == p.size-2 { // answered by the degree
				op.Cost = s.cost + rows*callCost
			}
		}
		any = true
		emit(adds, op)
	}
	return any
}

// withEnds appends the ends of x.
func (p *planner) withEnds(adds []int, x *Rel) []int {
	if adds = append(adds, x.From); x.To != x.From {
		adds = append(adds, x.To)
	}
	return adds
}

// findRels gives the steps that find a relationship and both its ends from
// nothing: all of them, or those that find few.
func (p *planner) findRels(s *state, all bool, emit func(adds []int, op Op)) {
	for j := range p.q.Rels {
		x, e := &p.q.Rels[j], len(p.q.Nodes)+j
		if x.Kind != Free || x.Variable || x.From == x.To || s.set.has(e) || s.set.has(x.From) || s.set.has(x.To) || p.nodes[x.From].hinted || p.nodes[x.To].hinted {
			continue
		}
		a := p.rels[j].access
		if slices.ContainsFunc(x.Conditions, func(c Condition) bool { return len(c.Deps) > 0 }) {
			a = p.relAccess(x, p.rels[j].size, s.set)
		}
		if !all && (a.Kind == Scan || a.Rows > fewRows) {
			continue
		}
		op := Op{Kind: Solve, Rel: j, Access: a, Found: s.rows * a.Rows}
		op.Cost = s.cost + max(s.rows, 1)*a.Cost + op.Found
		emit([]int{e, x.From, x.To}, op)
	}
}

// intersections gives the steps that find a node as the neighbour of two or
// more solved ones.
func (p *planner) intersections(s *state, emit func(adds []int, op Op)) bool {
	any := false
	rows := max(s.rows, leastRows)
	if p.legs == nil {
		p.legs = make([][]int, len(p.q.Nodes))
	}
	legs := p.legs
	var order []int
	defer func() {
		for i := range legs {
			legs[i] = legs[i][:0]
		}
	}()
	for j := range p.q.Rels {
		x := &p.q.Rels[j]
		if x.Kind != Free || x.Variable || s.set.has(len(p.q.Nodes)+j) || s.set.has(x.From) == s.set.has(x.To) {
			continue
		}
		far := x.To
		if s.set.has(far) {
			far = x.From
		}
		if p.nodes[far].hinted {
			continue
		}
		if legs[far] = append(legs[far], j); len(legs[far]) == 2 {
			order = append(order, far)
		}
	}
	for _, i := range order {
		adds := []int{i}
		least := mostRows
		found := s.rows * max(p.nodes[i].count, 0.1)
		for _, j := range legs[i] {
			side := 0
			if p.q.Rels[j].From == i {
				side = 1
			}
			least = min(least, p.rels[j].fan[side])
			found *= p.rels[j].factor
			adds = append(adds, len(p.q.Nodes)+j)
		}
		op := Op{Kind: Intersect, Node: i, Legs: slices.Clone(legs[i]), Found: found}
		op.Cost = s.cost + rows*(callCost+least*(walkCost+probeCost*float64(len(legs[i])-1))) + found
		any = true
		emit(adds, op)
	}
	return any
}
