package exec

import (
	"cmp"
	"slices"

	"graticule/cypher/fn"
	"graticule/graph"
)

// absorb merges the groups of a part. It gives false when the outcome might differ
// from that of all rows in their order, or has no memory.
func (s *groupSink) absorb(part *groupSink) (exact bool, err error) {
	values := make([]graph.Value, len(s.p.keys))
	for _, g := range part.order {
		for i, k := range s.p.keys {
			values[i] = g.f[s.p.slots[k]]
		}
		mine, err := s.find(g.place, values, g.f)
		if err != nil || mine == nil {
			return false, err
		}
		if g.place < mine.place { // the first row of all stands for the group
			mine.place = g.place
			copy(mine.f, g.f)
		}
		for i, a := range s.p.aggs {
			if a.distinct {
				fresh, bytes := mine.seen[i].union(&g.seen[i])
				if err := s.r.grow(bytes); err != nil {
					return false, err
				}
				s.held += bytes
				mine.accs[i].(fn.Counter).AddCount(fresh)
			} else if !mine.accs[i].(fn.Merger).Merge(g.accs[i]) {
				return false, nil
			}
		}
		if err := s.r.alive(); err != nil {
			return false, err
		}
	}
	s.place = max(s.place, part.place)
	return true, nil
}

// settleOrder puts merged groups into the order of their first rows.
func (s *groupSink) settleOrder() {
	slices.SortFunc(s.order, func(a, b *group) int { return cmp.Compare(a.place, b.place) })
	for i, g := range s.order {
		g.number = int64(i)
	}
}

// forget gives all groups up.
func (s *groupSink) forget() {
	s.r.shrink(s.held)
	s.groups, s.order, s.held, s.last, s.late, s.place = map[string]*group{}, nil, 0, nil, nil, 0
}
