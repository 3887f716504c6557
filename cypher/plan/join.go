package plan

// parts groups the elements into the connected parts of the pattern, where nodes
// that were solved before do not connect.
func (p *planner) parts() []set {
	root := make([]int, p.size)
	for i := range root {
		root[i] = i
	}
	var find func(i int) int
	find = func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for j := range p.q.Rels {
		e := len(p.q.Nodes) + j
		for _, n := range []int{p.q.Rels[j].From, p.q.Rels[j].To} {
			if !p.bound.has(n) {
				root[find(e)] = find(n)
			}
		}
	}
	at := map[int]int{}
	var out []set
	for i := range root {
		if p.bound.has(i) {
			continue
		}
		r := find(i)
		if _, ok := at[r]; !ok {
			at[r] = len(out)
			out = append(out, newSet(p.size))
		}
		out[at[r]].add(i)
	}
	return out
}

// whole tells whether s has all or nothing of each part.
func whole(s set, parts []set) bool {
	for _, part := range parts {
		some, all := false, true
		for i, w := range part {
			x := s[i] & w
			some, all = some || x != 0, all && x == w
		}
		if some && !all {
			return false
		}
	}
	return true
}

// joined gives the nodes in which a and b can be joined; ok=false when they
// cannot: they overlap in more, one holds the other, or they have nothing in
// common though they are no whole parts of the pattern.
func (p *planner) joined(a, b *state, parts []set) (on []int, ok bool) {
	if !a.set.meets(b.set, p.bound) {
		return nil, len(parts) > 1 && a.free && b.free && whole(a.set, parts) && whole(b.set, parts)
	}
	if !a.rels || !b.rels || a.set.within(b.set) || b.set.within(a.set) {
		return nil, false
	}
	for j := range p.q.Rels {
		e := len(p.q.Nodes) + j
		inA, inB := a.set.has(e), b.set.has(e)
		if inA && inB || (inA || inB) && (p.q.Rels[j].Kind == Between || p.q.Rels[j].Kind == Repeated) {
			return nil, false
		}
	}
	for i := range p.q.Nodes {
		if a.set.has(i) && b.set.has(i) && !p.bound.has(i) {
			on = append(on, i)
		}
	}
	return on, true
}

// join gives the step that puts the rows of b into a table for those of a, which
// leaves rows when the predicates on both have been checked.
func (p *planner) join(a, b *state, on []int, union set, rows float64) Op {
	found := rows
	for i := range p.q.Predicates {
		if deps := p.q.Predicates[i].Deps; len(deps) > 1 && union.hasAll(deps) && !a.set.hasAll(deps) && !b.set.hasAll(deps) {
			found /= max(p.preds[i], leastFactor)
		}
	}
	return Op{
		Kind: Join, Input: a.op, Build: b.op, On: on, Found: found, Rows: rows,
		Cost: a.cost + b.cost + tableCost*max(b.rows, leastRows) + callCost*max(a.rows, leastRows) + found,
	}
}
