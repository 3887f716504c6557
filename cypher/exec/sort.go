package exec

import (
	"slices"

	"graticule/graph"
)

// sortSink sorts all rows; with a limit it keeps no more than twice as many as
// are asked for.
type sortSink struct {
	r           *run
	keys        []sortKey
	skip, limit eval
	rows        []sortedRow
	scratch     []graph.Value
	most        int // rows to keep; < 0: all
	begun       bool
	arrived     int
	next        sink
	enough      *errEnough
}

type sortedRow struct {
	keys  []graph.Value
	f     frame
	place int // of arrival: equal rows stay in order
}

func (s *sortSink) begin(f frame) error {
	s.begun, s.most, s.scratch = true, -1, make([]graph.Value, len(s.keys))
	if s.limit == nil {
		return nil
	}
	n, err := s.r.count("LIMIT", s.limit, f)
	if err != nil {
		return err
	}
	if s.skip != nil {
		more, err := s.r.count("SKIP", s.skip, f)
		if err != nil {
			return err
		}
		n += more
	}
	if n >= 0 && n < 1<<20 {
		s.most = int(n)
	}
	return nil
}

func (s *sortSink) push(f frame) error {
	if !s.begun {
		if err := s.begin(f); err != nil {
			return err
		}
	}
	for i, k := range s.keys {
		v, err := k.value(s.r, f)
		if err != nil {
			return err
		}
		s.scratch[i] = v
	}
	s.arrived++
	row := sortedRow{keys: s.scratch, place: s.arrived}
	if s.most >= 0 && len(s.rows) >= s.most {
		if s.most == 0 {
			return nil
		}
		if len(s.rows) >= 2*s.most {
			slices.SortFunc(s.rows, s.compare)
			clear(s.rows[s.most:])
			s.rows = s.rows[:s.most]
		}
		// The rows up to most are sorted once there were more: the last of them is the bar.
		if s.arrived > 2*s.most && s.compare(row, s.rows[s.most-1]) > 0 {
			return nil
		}
	}
	row.keys, row.f = slices.Clone(s.scratch), slices.Clone(f)
	s.rows = append(s.rows, row)
	return s.r.grow(int64(24*(len(row.keys)+len(row.f)) + 48))
}

func (s *sortSink) compare(a, b sortedRow) int {
	for i, k := range s.keys {
		c := graph.Compare(a.keys[i], b.keys[i])
		if c != 0 {
			if k.descending {
				return -c
			}
			return c
		}
	}
	return a.place - b.place
}

func (s *sortSink) done() error {
	slices.SortFunc(s.rows, s.compare)
	for _, row := range s.rows {
		if err := s.next.push(row.f); err == error(s.enough) {
			break
		} else if err != nil {
			return err
		}
	}
	s.rows = nil
	return s.next.done()
}
