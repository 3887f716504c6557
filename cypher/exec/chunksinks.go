package exec

import (
	"graticule/cypher/fn"
	"graticule/graph"
)

// The sinks that compute on chunks: what they give is what they give row by row.

// sift drops the rows of a chunk that a sort with a limit would not keep.
func (s *projectSink) sift(c *chunk) error {
	top, ok := s.next.(*sortSink)
	if !ok || s.p.order[0].many == nil {
		return nil
	}
	bar := top.bar()
	if bar == nil {
		return nil
	}
	keys := column()
	defer putColumn(keys)
	if err := s.p.order[0].many(s.r, c, keys); err != nil {
		return err
	}
	s.marked = s.marked[:0]
	for i := range c.n {
		head, _ := top.keys[0].head(keys.At(i))
		s.marked = append(s.marked, head <= bar.heads[0])
	}
	c.keep(s.marked)
	return nil
}

// pushChunk projects the rows of a chunk.
func (s *projectSink) pushChunk(c *chunk) error {
	if s.sift(c) != nil || s.project(c) != nil {
		return c.each(s.push)
	}
	if to, ok := s.next.(chunkSink); ok {
		s.lanes = s.lanes[:0]
		for k, slot := range s.p.slots {
			if !s.p.passes[k] {
				s.lanes = append(s.lanes, lane{slot: slot, values: s.columns[k]})
			}
		}
		s.lanes = append(s.lanes, c.lanes...)
		s.chunk = chunk{f: c.f, n: c.n, lanes: s.lanes}
		return to.pushChunk(&s.chunk)
	}
	top, keys := s.topKeys()
	for i := range c.n {
		if top != nil {
			if bar := top.bar(); bar != nil { // which comes nearer on the way
				if head, _ := top.keys[0].head(keys.At(i)); head > bar.heads[0] {
					continue
				}
			}
		}
		f := c.row(i)
		for k, slot := range s.p.slots {
			if !s.p.passes[k] {
				f[slot] = s.columns[k].At(i)
			}
		}
		if err := s.next.push(f); err != nil {
			return err
		}
	}
	return nil
}

// topKeys gives a sort with a limit that follows, and the column of its first key
// among the items that were projected; nil where there is none.
func (s *projectSink) topKeys() (*sortSink, *graph.Column) {
	top, ok := s.next.(*sortSink)
	if !ok {
		return nil, nil
	}
	if i := s.p.order[0].item; i >= 0 && !s.p.passes[i] {
		return top, s.columns[i]
	}
	return nil, nil
}

// project computes the items for the rows of a chunk.
func (s *projectSink) project(c *chunk) error {
	for len(s.columns) < len(s.p.values) {
		s.columns = append(s.columns, column())
	}
	for i, v := range s.p.vectors {
		if s.p.passes[i] {
			continue
		}
		if err := v(s.r, c, s.columns[i]); err != nil {
			return err
		}
	}
	return nil
}

// pushChunk hands on the rows of a chunk that pass.
func (s *filterSink) pushChunk(c *chunk) error {
	if s.sift == nil {
		s.sift = (&predicate{test: s.test, vector: s.vector}).sift()(s.r)
	}
	if s.sift(c) != nil {
		return c.each(s.push)
	}
	if to, ok := s.next.(chunkSink); ok && c.n > 0 {
		return to.pushChunk(c)
	}
	return c.each(s.next.push)
}

// groupColumns is what grouping a chunk needs between chunks.
type groupColumns struct {
	keys     []*graph.Column
	argument *graph.Column
	ints     map[int64]*group // groups by the one key, when that is an INTEGER
	small    []*group         // of them, those of keys from 0 on
	groups   []*group         // of each row
	values   []graph.Value
}

const smallKeys = 1 << 12

// pushChunk groups the rows of a chunk.
func (s *groupSink) pushChunk(c *chunk) error {
	if err := s.groupsOf(c); err == errByRow {
		return c.each(s.push)
	} else if err != nil {
		return err
	}
	groups := s.cols.groups
	if s.cols.argument == nil {
		s.cols.argument = column()
	}
	defer func() { s.place += int64(c.n) }()
	if err := s.putChunkOff(c, groups); err != nil {
		return err
	}
	for i, a := range s.p.aggs {
		if a.star {
			s.countRows(groups, i)
			continue
		}
		err := a.vector(s.r, c, s.cols.argument)
		switch err {
		case nil:
			err = s.addColumn(groups, i, a)
		case errByRow:
			err = s.addRows(c, groups, i, a)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addRows hands the i-th aggregate its argument row by row.
func (s *groupSink) addRows(c *chunk, groups []*group, i int, a *aggregate) error {
	for k, g := range groups {
		if g == nil {
			continue
		}
		v, err := a.arg(s.r, c.row(k))
		if err != nil {
			return err
		}
		if err := s.addValue(g, i, a, s.place+1+int64(k), v); err != nil {
			return err
		}
	}
	return nil
}

// putChunkOff puts the rows off whose groups have no memory.
func (s *groupSink) putChunkOff(c *chunk, groups []*group) error {
	if s.late == nil {
		return nil
	}
	values := make([]graph.Value, len(s.p.keys))
	for i, g := range groups {
		if g != nil {
			continue
		}
		for k := range values {
			values[k] = s.cols.keys[k].At(i)
		}
		f := c.row(i)
		if err := s.arguments(f); err != nil {
			return err
		}
		if err := s.putOff(s.place+1+int64(i), s.r.weight, values, s.args, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *groupSink) countRows(groups []*group, i int) {
	if len(s.p.keys) == 0 {
		groups[0].accs[i].(fn.Counter).AddCount(s.r.weight * int64(len(groups)))
		return
	}
	for _, g := range groups {
		if g != nil {
			g.accs[i].(fn.Counter).AddCount(s.r.weight)
		}
	}
}

// addColumn hands the argument's column to the i-th aggregate of the rows' groups.
func (s *groupSink) addColumn(groups []*group, i int, a *aggregate) error {
	col := s.cols.argument
	if len(s.p.keys) == 0 && !a.distinct && !a.keeps && !col.Boxed && !col.Mixed { // the one group is there
		if batch, ok := groups[0].accs[i].(fn.Batch); ok {
			if handled, err := batch.AddBits(col.Kind, col.Bits); handled || err != nil {
				return err
			}
		}
	}
	if len(s.p.keys) == 0 && !a.distinct && a.keeps && bitsOf(col) != nil && groups[0] != nil {
		return s.keepNumbers(groups[0], i, col)
	}
	for k, g := range groups {
		if g == nil {
			continue
		}
		if err := s.addValue(g, i, a, s.place+1+int64(k), col.At(k)); err != nil {
			return err
		}
	}
	return nil
}

// keepNumbers hands a column of numbers to an aggregate that keeps them, and counts
// them at once.
func (s *groupSink) keepNumbers(g *group, i int, col *graph.Column) error {
	n := int64(col.Len()) * (valueBytes + grownBytes)
	if err := s.grow(n); err != nil {
		return err
	}
	s.held, s.kept.held, g.kept = s.held+n, s.kept.held+n, g.kept+n
	for k := range col.Len() {
		if err := g.accs[i].Add(col.At(k)); err != nil {
			return err
		}
	}
	return nil
}

// groupsOf finds the group of each row, opening those that are new.
func (s *groupSink) groupsOf(c *chunk) error {
	cols := &s.cols
	cols.groups = cols.groups[:0]
	for len(cols.keys) < len(s.p.keys) {
		cols.keys = append(cols.keys, column())
	}
	for i, k := range s.p.keys {
		if err := s.p.vectors[k](s.r, c, cols.keys[i]); err != nil {
			return err
		}
	}
	if len(s.p.keys) == 0 {
		g, err := s.find(s.place+1, nil, c.row(0))
		for range c.n {
			cols.groups = append(cols.groups, g)
		}
		return err
	}
	byInt := len(s.p.keys) == 1 && !cols.keys[0].Boxed && !cols.keys[0].Mixed && cols.keys[0].Kind == graph.KindInt
	for i := range c.n {
		var key int64
		if byInt {
			key = int64(cols.keys[0].Bits[i])
			if key >= 0 && key < int64(len(cols.small)) && cols.small[key] != nil {
				cols.groups = append(cols.groups, cols.small[key])
				continue
			}
			if g := cols.ints[key]; g != nil {
				cols.groups = append(cols.groups, g)
				continue
			}
		}
		cols.values = cols.values[:0]
		for k := range s.p.keys {
			cols.values = append(cols.values, cols.keys[k].At(i))
		}
		g, err := s.find(s.place+1+int64(i), cols.values, c.row(i))
		if err != nil {
			return err
		}
		if byInt && g != nil {
			s.remember(key, g)
		}
		cols.groups = append(cols.groups, g)
	}
	return nil
}

func (s *groupSink) remember(key int64, g *group) {
	if key >= 0 && key < smallKeys {
		if s.cols.small == nil {
			s.cols.small = make([]*group, smallKeys)
		}
		s.cols.small[key] = g
		return
	}
	if s.cols.ints == nil {
		s.cols.ints = map[int64]*group{}
	}
	s.cols.ints[key] = g
}

// release gives the columns back.
func (g *groupColumns) release() {
	for _, k := range g.keys {
		putColumn(k)
	}
	if g.argument != nil {
		putColumn(g.argument)
	}
	*g = groupColumns{}
}
