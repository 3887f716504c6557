package exec

import (
	"slices"

	"graticule/graph"
	"graticule/internal/spill"
)

// sortSink sorts all rows; with a limit it keeps no more than twice as many as
// are asked for. When there is no memory left, it writes what it has as a sorted
// run, and merges the runs in the end.
type sortSink struct {
	r           *run
	keys        []sortKey
	skip, limit eval
	live        []int // slots that are read later
	rows        []sortedRow
	held        int64
	runs        []*spill.File
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
	size  int64
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
			if err := s.sort(); err != nil {
				return err
			}
			s.drop(s.most)
		}
		// The rows up to most are sorted once there were more: the last of them is the bar.
		if s.arrived > 2*s.most && len(s.runs) == 0 && s.compare(row, s.rows[s.most-1]) > 0 {
			return nil
		}
	}
	var before frame
	if len(s.rows) > 0 {
		before = s.rows[len(s.rows)-1].f
	}
	row.size = frameSize(f, before) + frameSize(s.scratch, nil) + 64
	if err := s.r.grow(row.size); err != nil {
		if !s.r.spills(err, s.held) {
			return err
		}
		if err := s.spill(); err != nil {
			return err
		}
		if err := s.r.grow(row.size); err != nil {
			return err
		}
	}
	s.held += row.size
	row.keys, row.f = slices.Clone(s.scratch), slices.Clone(f)
	s.rows = append(s.rows, row)
	if s.r.outgrown(s.held) {
		return s.spill()
	}
	return nil
}

// drop keeps the first n rows.
func (s *sortSink) drop(n int) {
	freed := int64(0)
	for _, row := range s.rows[n:] {
		freed += row.size
	}
	clear(s.rows[n:])
	s.rows = s.rows[:n]
	s.held -= freed
	s.r.shrink(freed)
}

// spill writes the rows at hand as a sorted run: place, keys, and what is read later.
func (s *sortSink) spill() error {
	if err := s.sort(); err != nil {
		return err
	}
	file, err := s.r.create()
	if err != nil {
		return err
	}
	s.runs = append(s.runs, file)
	rows := s.rows
	if s.most >= 0 {
		rows = rows[:min(len(rows), s.most)]
	}
	record := make([]graph.Value, 0, 1+len(s.keys)+len(s.live))
	for _, row := range rows {
		record = append(append(record[:0], graph.Int(int64(row.place))), row.keys...)
		for _, slot := range s.live {
			record = append(record, row.f[slot])
		}
		if err := file.Append(record); err != nil {
			return s.r.full(err)
		}
		if err := s.r.alive(); err != nil {
			return err
		}
	}
	s.drop(0)
	s.rows = nil
	return nil
}

// cancelled is panicked by a comparison to leave a sort, and goes no further.
type cancelled struct{ err error }

// sort sorts the rows at hand. It looks now and then whether the run goes on.
func (s *sortSink) sort() (err error) {
	defer func() {
		if x := recover(); x != nil {
			c, ok := x.(cancelled)
			if !ok {
				panic(x)
			}
			err = c.err
		}
	}()
	slices.SortFunc(s.rows, func(a, b sortedRow) int {
		if err := s.r.alive(); err != nil {
			panic(cancelled{err})
		}
		return s.compare(a, b)
	})
	return nil
}

func (s *sortSink) compare(a, b sortedRow) int {
	if c := s.compareKeys(a.keys, b.keys); c != 0 {
		return c
	}
	return a.place - b.place
}

func (s *sortSink) compareKeys(a, b []graph.Value) int {
	for i, k := range s.keys {
		c := graph.Compare(a[i], b[i])
		if c != 0 {
			if k.descending {
				return -c
			}
			return c
		}
	}
	return 0
}

func (s *sortSink) done() error {
	if len(s.runs) > 0 {
		if err := s.merge(); err != nil && err != error(s.enough) {
			return err
		}
		return s.next.done()
	}
	if err := s.sort(); err != nil {
		return err
	}
	for _, row := range s.rows {
		if err := s.next.push(row.f); err == error(s.enough) {
			break
		} else if err != nil {
			return err
		}
	}
	s.drop(0)
	s.rows = nil
	return s.next.done()
}

// merge hands the rows of all runs on.
func (s *sortSink) merge() error {
	if err := s.spill(); err != nil {
		return err
	}
	keys := len(s.keys)
	compare := func(a, b []graph.Value) int {
		if c := s.compareKeys(a[1:1+keys], b[1:1+keys]); c != 0 {
			return c
		}
		return byPlace(a, b)
	}
	f := make(frame, s.r.width)
	return s.r.full(s.r.env.Disk.Merge(s.runs, compare, func(record []graph.Value) error {
		if err := s.r.alive(); err != nil {
			return err
		}
		return s.next.push(restored(f, s.live, record[1+keys:]))
	}))
}

// restored makes f the frame whose live slots have the values given.
func restored(f frame, live []int, values []graph.Value) frame {
	clear(f)
	for i, slot := range live {
		f[slot] = values[i]
	}
	return f
}
