package exec

import (
	"cmp"
	"math"
	"slices"

	"graticule/graph"
	"graticule/internal/spill"
)

// sortSink sorts all rows; with a limit it keeps few more than are asked for
// (mayWait). When there is no memory left, it writes what it has as a sorted
// run, and merges the runs in the end.
type sortSink struct {
	r           *run
	keys        []sortKey
	skip, limit eval
	live        []int // slots that are read later
	order       []sortedRow
	rows        rowBlocks
	spare       rowBlocks // for keepBest
	held        int64
	runs        []*spill.File
	spilled     int64 // how many rows arrived before those at hand
	scratch     []graph.Value
	most        int // rows to keep; < 0: all
	begun       bool
	cut         bool // the order begins with the best rows so far, sorted: the last of most is the bar
	vague       bool // equal heads of the first key may be of different values
	partial     bool // equal heads of all keys may be of different rows
	compared    int
	next        sink
	enough      *errEnough
}

// sortedRow stands for a row in the order. Most comparisons are of heads alone,
// which lie side by side.
type sortedRow struct {
	heads [2]uint64 // graph.Head of the first two keys, turned round where they descend
	at    uint32    // in rows; as they arrived, so that equal rows stay in order
	size  uint32    // bytes counted for it
}

// rowBlocks keep the keys and the live values of rows, many rows in a block, so
// that a row costs no allocation and nothing is moved when there are more.
type rowBlocks struct {
	width  int // values of a row
	n      int
	blocks [][]graph.Value
}

const blockRows = 256

// row gives the values of the i-th row.
func (b *rowBlocks) row(i uint32) []graph.Value {
	at := int(i%blockRows) * b.width
	return b.blocks[i/blockRows][at : at+b.width : at+b.width]
}

// add makes room for a row.
func (b *rowBlocks) add() []graph.Value {
	if b.n == len(b.blocks)*blockRows {
		rows := blockRows
		if b.n == 0 {
			rows = 8 // most sorts are short; the block grows to its size once
		}
		b.blocks = append(b.blocks, make([]graph.Value, rows*b.width))
	} else if b.n < blockRows && b.n*b.width == len(b.blocks[0]) {
		b.blocks[0] = append(make([]graph.Value, 0, blockRows*b.width), b.blocks[0]...)[:blockRows*b.width]
	}
	b.n++
	return b.row(uint32(b.n - 1))
}

// clear forgets the rows and keeps the room.
func (b *rowBlocks) clear() {
	for i := range (b.n + blockRows - 1) / blockRows {
		clear(b.blocks[i])
	}
	b.n = 0
}

func (s *sortSink) begin(f frame) error {
	s.begun, s.most, s.scratch = true, -1, make([]graph.Value, len(s.keys))
	s.rows.width = len(s.keys) + len(s.live)
	s.partial = len(s.keys) > len(sortedRow{}.heads)
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
	var row sortedRow
	for i := range min(len(s.keys), len(row.heads)) {
		head, exact := s.keys[i].head(s.scratch[i])
		row.heads[i] = head
		s.vague = s.vague || i == 0 && !exact
		s.partial = s.partial || !exact
	}
	if s.most >= 0 && len(s.order) >= s.most {
		if s.most == 0 {
			return nil
		}
		if !s.mayWait() {
			if err := s.sort(); err != nil {
				return err
			}
			s.keepBest(s.most)
		}
		if bar := s.bar(); bar != nil {
			c, told := s.byHeads(&row, bar)
			if !told {
				c = s.compareKeys(s.scratch, s.rows.row(bar.at))
			}
			if c >= 0 {
				return nil
			}
		}
	}
	size := s.sizeOf(f)
	if err := s.r.grow(size); err != nil {
		if !s.r.spills(err, s.held) {
			return err
		}
		if err := s.spill(); err != nil {
			return err
		}
		if err := s.r.grow(size); err != nil {
			return err
		}
	}
	s.held += size
	row.at, row.size = uint32(s.rows.n), uint32(size)
	values := s.rows.add()
	copy(values, s.scratch)
	for i, slot := range s.live {
		values[len(s.keys)+i] = f[slot]
	}
	s.order = append(s.order, row)
	if s.r.outgrown(s.held) {
		return s.spill()
	}
	return nil
}

// head gives the head of a value, turned round where the key descends.
func (k *sortKey) head(v graph.Value) (head uint64, exact bool) {
	if head, exact = graph.Head(v); k.descending {
		head = ^head
	}
	return head, exact
}

// bar gives the last row that would be kept by now: what comes behind it is of no
// use. nil when any row may be kept.
func (s *sortSink) bar() *sortedRow {
	if !s.cut || len(s.runs) > 0 {
		return nil
	}
	return &s.order[s.most-1]
}

// With a limit, sortSink gathers as many rows again as it has to keep before it
// sorts them, or these many that are not large.
const (
	waitingRows  = 1 << 10
	waitingBytes = 1 << 20
)

// mayWait tells whether another row may be kept before the best ones are looked for.
func (s *sortSink) mayWait() bool {
	n := len(s.order)
	return n < 2*s.most || n < s.most+waitingRows && s.held < waitingBytes
}

// sizeOf gives about how many bytes it takes to keep a row: its place in the
// order, which doubles as it grows, and what the row before does not share.
func (s *sortSink) sizeOf(f frame) int64 {
	n := frameSize(s.scratch, nil) + int64(len(s.live)*valueBytes) + 48
	var before []graph.Value
	if s.rows.n > 0 {
		before = s.rows.row(uint32(s.rows.n - 1))[len(s.keys):]
	}
	for i, slot := range s.live {
		if v := f[slot]; v.Kind() >= graph.KindString && (before == nil || before[i] != v) {
			n += payload(v)
		}
	}
	return min(n, math.MaxUint32)
}

// keepBest keeps the first n rows of the order, and gives the room of the others back.
func (s *sortSink) keepBest(n int) {
	freed := int64(0)
	for _, row := range s.order[n:] {
		freed += int64(row.size)
	}
	s.order, s.cut = s.order[:n], true
	kept := s.spare
	kept.width = s.rows.width
	for i := range s.order {
		copy(kept.add(), s.rows.row(s.order[i].at))
		s.order[i].at = uint32(i)
	}
	s.rows.clear()
	s.rows, s.spare = kept, s.rows
	s.held -= freed
	s.r.shrink(freed)
}

// drop gives up all rows.
func (s *sortSink) drop() {
	s.order, s.rows, s.spare = nil, rowBlocks{width: s.rows.width}, rowBlocks{}
	s.cut = false
	s.r.shrink(s.held)
	s.held = 0
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
	order := s.order
	if s.most >= 0 {
		order = order[:min(len(order), s.most)]
	}
	record := make([]graph.Value, 0, 1+s.rows.width)
	for _, row := range order {
		record = append(append(record[:0], graph.Int(s.spilled+int64(row.at))), s.rows.row(row.at)...)
		if err := file.Append(record); err != nil {
			return s.r.full(err)
		}
		if err := s.r.alive(); err != nil {
			return err
		}
	}
	s.spilled += int64(s.rows.n)
	s.drop()
	return nil
}

// cancelled is panicked by a comparison to leave a sort, and goes no further.
type cancelled struct{ err error }

func leaveWhen(err error) {
	if err != nil {
		panic(cancelled{err})
	}
}

// headsAtOnce is how many heads are compared between two looks at whether the run goes on.
const headsAtOnce = 1 << 12

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
	if len(s.order) < radixRows {
		s.compareRows(s.order)
		return nil
	}
	s.radix()
	for from := 0; from < len(s.order); { // rows whose heads do not tell them apart
		to := from + 1
		for to < len(s.order) {
			if _, told := s.byHeads(&s.order[from], &s.order[to]); told {
				break
			}
			to++
		}
		if to-from > 1 {
			s.compareRows(s.order[from:to])
		}
		from = to
	}
	return nil
}

// compareRows sorts rows by comparing them.
func (s *sortSink) compareRows(rows []sortedRow) {
	slices.SortFunc(rows, func(a, b sortedRow) int {
		if s.compared++; s.compared%headsAtOnce == 0 {
			leaveWhen(s.r.check())
		}
		if c, told := s.byHeads(&a, &b); told {
			return cmp.Or(c, cmp.Compare(a.at, b.at))
		}
		leaveWhen(s.r.alive())
		return cmp.Or(s.compareKeys(s.rows.row(a.at), s.rows.row(b.at)), cmp.Compare(a.at, b.at))
	})
}

// Of a radix sort: from how many rows on it serves rather than comparing them, and
// how many it moves between two looks at whether the run goes on.
const (
	radixRows   = 256
	radixAtOnce = 1 << 16
)

// radix sorts the rows, which stand as they arrived, by their heads: by one byte of
// them after the other from the last on, leaving out those that all rows share
// (Knuth, The Art of Computer Programming 3, 5.2.5, algorithm R).
func (s *sortSink) radix() {
	from, to := s.order, make([]sortedRow, len(s.order))
	heads := min(len(s.keys), len(from[0].heads))
	if s.vague { // the second key counts only where the first is the same
		heads = 1
	}
	for h := heads - 1; h >= 0; h-- {
		differ := uint64(0)
		for i := range from {
			differ |= from[i].heads[h] ^ from[0].heads[h]
		}
		for shift := 0; shift < 64; shift += 8 {
			if differ>>shift&0xff == 0 {
				continue
			}
			var place [256]int
			for i := range from {
				if i%radixAtOnce == 0 {
					leaveWhen(s.r.check())
				}
				place[from[i].heads[h]>>shift&0xff]++
			}
			before := 0
			for b, n := range place {
				place[b] = before
				before += n
			}
			for i := range from {
				if i%radixAtOnce == 0 {
					leaveWhen(s.r.check())
				}
				b := from[i].heads[h] >> shift & 0xff
				to[place[b]] = from[i]
				place[b]++
			}
			from, to = to, from
		}
	}
	s.order = from
}

// byHeads compares two rows by their heads; told=false when these do not tell.
func (s *sortSink) byHeads(a, b *sortedRow) (c int, told bool) {
	switch {
	case a.heads[0] != b.heads[0]:
		return cmp.Compare(a.heads[0], b.heads[0]), true
	case s.vague:
		return 0, false
	case a.heads[1] != b.heads[1]: // the first keys are equal
		return cmp.Compare(a.heads[1], b.heads[1]), true
	}
	return 0, !s.partial
}

// compareKeys compares what begins with the keys.
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
	f := make(frame, s.r.width)
	for _, row := range s.order {
		if err := s.next.push(restored(f, s.live, s.rows.row(row.at)[len(s.keys):])); err == error(s.enough) {
			break
		} else if err != nil {
			return err
		}
	}
	s.drop()
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
