package plan

import (
	"cmp"
	"slices"
)

// Limits of the search. Steps weighed are what takes its time, about a quarter of
// a microsecond each.
const (
	exhaustive = 10     // relationships of a pattern of which all orders are weighed
	widest     = 512    // sets of one size that are kept for those
	narrow     = 4      // of them, when too many steps have been weighed
	weighedMax = 12_000 // steps weighed before that; of larger patterns, about, in all
	startsMax  = 8      // first steps from which the first plan is looked for
	startsWork = 2_000  // of those, the number times the square of the pattern's size
	pairsMax   = 30_000 // pairs of sets looked at for a join
)

// Best gives the cheapest plan; nil when there is nothing to solve.
func Best(q *Query, stats Statistics) *Op { return newPlanner(q, stats).plan() }

func (p *planner) plan() *Op {
	start := &state{set: p.bound, rows: 1}
	for i := range p.q.Nodes {
		if p.bound.has(i) {
			start.op = &Op{Kind: Argument, Input: start.op, Node: i, Rows: 1, Found: 1}
		}
	}
	if p.bound.count() == p.size {
		return start.op
	}
	// The first plan bounds the costs of the sets that the search looks at.
	best := p.straight(start)
	p.best = best.Cost
	width := widest
	if len(p.q.Rels) > exhaustive {
		width = weighedMax / (p.size * p.size)
	}
	if width > 1 {
		if op := p.search(start, width, p.q.Joins && p.q.Tables); op != nil && op.Cost < best.Cost {
			best = op
		}
	}
	return best
}

// straight makes a plan that always goes on with what is cheapest, from each of
// some first steps.
func (p *planner) straight(start *state) *Op {
	type first struct {
		adds []int
		op   Op
		rank float64
	}
	var firsts []first
	scratch := slices.Clone(start.set)
	p.extend(start, func(adds []int, op Op) {
		firsts = append(firsts, first{slices.Clone(adds), op, op.Cost + start.rows*p.gain(start.set, scratch, adds)})
	})
	slices.SortStableFunc(firsts, func(a, b first) int { return cmp.Compare(a.rank, b.rank) })
	var best *Op
	for _, f := range firsts[:min(len(firsts), max(1, min(startsMax, startsWork/(p.size*p.size))))] {
		s := p.after(start, f.adds, f.op)
		for {
			var adds []int
			var op Op
			rank, found := 0.0, false
			copy(scratch, s.set)
			p.extend(s, func(a []int, o Op) {
				if r := o.Cost + s.rows*p.gain(s.set, scratch, a); !found || r < rank {
					adds, op, rank, found = append(adds[:0], a...), o, r, true
				}
			})
			if !found {
				break
			}
			s = p.after(s, adds, op)
		}
		if best == nil || s.cost < best.Cost {
			best = s.op
		}
	}
	return best
}

// gain gives the rows for each row of s when it gets more elements; scratch is
// equal to s, and is so again afterwards.
func (p *planner) gain(s, scratch set, adds []int) float64 {
	for _, e := range adds {
		scratch.add(e)
	}
	factor := 1.0
	for _, e := range adds {
		factor *= p.fresh(e, s, scratch)
	}
	for _, e := range adds {
		scratch.remove(e)
	}
	return factor
}

// after gives the state to which op leads.
func (p *planner) after(s *state, adds []int, op Op) *state {
	t := slices.Clone(s.set)
	for _, e := range adds {
		t.add(e)
	}
	next := &state{set: t, free: true}
	p.fill(next, s, adds)
	next.take(s, op)
	return next
}

// fill computes what holds for a set that s becomes with more elements.
func (p *planner) fill(next, s *state, adds []int) {
	factor := 1.0
	for _, e := range adds {
		factor *= p.fresh(e, s.set, next.set)
	}
	next.rows = clamp(s.rows * factor)
	next.rels = s.rels || len(adds) > 1 || adds[0] >= len(p.q.Nodes)
}

// take makes op, from s, the way to next.
func (next *state) take(s *state, op Op) {
	op.Input, op.Rows = s.op, next.rows
	op.Found = max(op.Found, op.Rows)
	next.op, next.cost = &op, op.Cost
}

// level are the sets of one size.
type level struct {
	states []*state
	at     map[string]*state
}

// search looks for the cheapest plan, keeping at most width sets of each size;
// nil when none is cheaper than the best one known.
func (p *planner) search(start *state, width int, joins bool) *Op {
	levels := make([]level, p.size+1)
	first := start.set.count()
	levels[first].states = []*state{start}
	var parts []set
	if joins {
		parts = p.parts()
	}
	var done []*state
	p.weighed = 0
	for n := first; n < p.size; n++ {
		states := levels[n].states
		if p.weighed > weighedMax {
			width = min(width, narrow)
		}
		if len(states) > width {
			slices.SortStableFunc(states, func(a, b *state) int { return cmp.Compare(a.cost+a.rows, b.cost+b.rows) })
			states = states[:width]
		}
		for i, s := range states {
			if i >= narrow && p.weighed > weighedMax {
				break
			}
			if s.cost > p.best {
				continue
			}
			p.extend(s, func(adds []int, op Op) { p.reach(levels, s, adds, op) })
			if joins && s.free {
				p.joinAll(levels, s, done, parts)
				done = append(done, s)
			}
		}
	}
	if all := levels[p.size].states; len(all) > 0 {
		return all[0].op
	}
	return nil
}

// reach records that op leads from s to a set that has adds besides.
func (p *planner) reach(levels []level, s *state, adds []int, op Op) {
	if p.weighed++; op.Cost > p.best {
		return
	}
	t := slices.Clone(s.set)
	for _, e := range adds {
		t.add(e)
	}
	next, fresh := p.stateOf(levels, t, op.Cost)
	if next == nil {
		return
	}
	if fresh {
		p.fill(next, s, adds)
	}
	next.take(s, op)
}

// stateOf gives the state of a set that is reached at a cost; nil when a
// cheaper way to it is known.
func (p *planner) stateOf(levels []level, t set, cost float64) (s *state, fresh bool) {
	l := &levels[t.count()]
	var buf [64]byte
	key := t.key(buf[:0])
	if s = l.at[string(key)]; s != nil {
		if cost < s.cost {
			return s, false
		}
		return nil, false
	}
	if l.at == nil {
		l.at = map[string]*state{}
	}
	s = &state{set: t, free: true}
	l.at[string(key)] = s
	l.states = append(l.states, s)
	return s, true
}

// joinAll joins s with all that was solved before, in both ways.
func (p *planner) joinAll(levels []level, s *state, done []*state, parts []set) {
	for _, t := range done {
		if p.pairs++; p.pairs > pairsMax {
			return
		}
		if s.cost+t.cost > p.best {
			continue
		}
		on, ok := p.joined(s, t, parts)
		if !ok {
			continue
		}
		union := s.set.union(t.set)
		rows := clamp(s.rows * p.grown(s.set, union))
		for _, pair := range [2][2]*state{{s, t}, {t, s}} {
			op := p.join(pair[0], pair[1], on, union, rows)
			if op.Cost > p.best {
				continue
			}
			next, fresh := p.stateOf(levels, union, op.Cost)
			if next == nil {
				continue
			}
			if fresh {
				next.rows, next.rels = rows, true
			}
			next.op, next.cost = &op, op.Cost
		}
	}
}

// clamp keeps a number of rows such that it can be multiplied on.
func clamp(rows float64) float64 { return min(mostRows, max(rows, 1/mostRows)) }
