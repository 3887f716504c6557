package exec

import (
	"cmp"
	"slices"

	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/internal/spill"
)

// Aggregates that keep their values until the end, such as collect(), write them to
// a file when there is no memory left: what a group has gathered, in the order of the
// groups, as often as needed. In the end the values come back for so many groups at
// once as have room, in the order of the groups. The values of one group must fit.

// keptValues are those that groups have gathered and written down.
type keptValues struct {
	held int64       // bytes of the values that are in memory
	file *spill.File // the others: number of the group, aggregate, value
	back bool        // they are read back: nothing is written any more
}

// keptFiles is over how many files the values are spread in the end.
const keptFiles = 64

// grow counts n bytes more; where there is no memory for them, what groups keep is
// written down.
func (s *groupSink) grow(n int64) error {
	err := s.r.grow(n)
	if err == nil || s.parted || s.kept.back || !s.r.spills(err, s.kept.held) {
		return err
	}
	if err := s.writeKept(); err != nil {
		return err
	}
	return s.r.grow(n)
}

// writeKept writes down the values that groups have in memory.
func (s *groupSink) writeKept() (err error) {
	if s.kept.file == nil {
		if s.kept.file, err = s.r.create(); err != nil {
			return err
		}
	}
	for _, g := range s.order {
		for i, a := range s.p.aggs {
			if !a.keeps {
				continue
			}
			err := g.accs[i].(fn.Keeper).Drain(func(v graph.Value) error {
				if err := s.kept.file.Append([]graph.Value{graph.Int(g.number), graph.Int(int64(i)), v}); err != nil {
					return s.r.full(err)
				}
				return s.r.alive()
			})
			if err != nil {
				return err
			}
		}
	}
	s.r.shrink(s.kept.held)
	s.held -= s.kept.held
	s.kept.held = 0
	return nil
}

// keptRange are groups that follow one another whose values are read back together.
type keptRange struct {
	from, to int // numbers
	file     *spill.File
}

// finishKept gives the row of each group whose values were written down.
func (s *groupSink) finishKept(give func(*group) error) error {
	if err := s.writeKept(); err != nil {
		return err
	}
	s.kept.back, s.groups = true, nil
	ranges, err := s.keptRanges()
	if err != nil {
		return err
	}
	for i, x := range ranges {
		rows, err := x.file.Reader()
		if err != nil {
			return err
		}
		held := s.held
		for {
			record, err := rows.Next()
			if err != nil {
				return err
			}
			if record == nil {
				break
			}
			if err := s.r.alive(); err != nil {
				return err
			}
			if n := int(record[0].AsInt()); n < x.from || n >= x.to {
				continue
			}
			if err := s.add(s.order[record[0].AsInt()], int(record[1].AsInt()), record[2]); err != nil {
				return err
			}
		}
		for n := x.from; n < x.to; n++ {
			if err := give(s.order[n]); err != nil {
				return err
			}
			s.order[n] = nil // with its values
		}
		s.r.shrink(s.held - held)
		s.held, s.kept.held = held, 0
		if i+1 == len(ranges) || ranges[i+1].file != x.file {
			x.file.Close()
		}
	}
	return nil
}

// keptRanges parts the groups into ranges whose values fit into the share of one
// operator, and spreads the values over a file for each, or for several that follow
// one another.
func (s *groupSink) keptRanges() ([]keptRange, error) {
	size, share := int64(0), s.r.account.share()/2
	ranges := []keptRange{{}}
	for n, g := range s.order {
		if size += g.kept; size > share && g.kept < size {
			ranges = append(ranges, keptRange{from: n})
			size = g.kept
		}
		ranges[len(ranges)-1].to = n + 1
	}
	if len(ranges) == 1 {
		ranges[0].file = s.kept.file
		return ranges, nil
	}
	each := (len(ranges) + keptFiles - 1) / keptFiles
	for i := range ranges {
		if i%each > 0 {
			ranges[i].file = ranges[i-1].file
			continue
		}
		var err error
		if ranges[i].file, err = s.r.create(); err != nil {
			return nil, err
		}
	}
	rows, err := s.kept.file.Reader()
	if err != nil {
		return nil, err
	}
	for {
		record, err := rows.Next()
		if err != nil {
			return nil, err
		}
		if record == nil {
			s.kept.file.Close()
			return ranges, nil
		}
		at, found := slices.BinarySearchFunc(ranges, int(record[0].AsInt()), func(x keptRange, n int) int { return cmp.Compare(x.from, n) })
		if !found {
			at--
		}
		if err := ranges[at].file.Append(record); err != nil {
			return nil, s.r.full(err)
		}
		if err := s.r.alive(); err != nil {
			return nil, err
		}
	}
}
