package exec

import (
	"encoding/binary"
	"slices"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

// An aggregate is one aggregating call of a projection.
type aggregate struct {
	name     string
	distinct bool
	star     bool
	arg      eval
	vector   vector // arg for chunks
	p        eval   // percentile
	slot     int    // where its result goes
	keeps    bool   // its values are kept until the end
	call     *ast.Call
	variable *ast.Variable // when that is all of its argument
}

// keeping are the aggregates that keep their values until the end.
var keeping = map[string]bool{"collect": true, "collect_list": true, "percentilecont": true, "percentiledisc": true, "percentile_cont": true, "percentile_disc": true}

func (c *compiler) aggregateCall(e *ast.Call, name string) eval {
	if c.aggs == nil {
		c.fail(e, "InvalidAggregation", "Invalid use of aggregating function %s(...) in this context", name)
	}
	a := &aggregate{name: name, distinct: e.Distinct, star: e.Star, slot: c.slot(), call: e, keeps: keeping[name]}
	if len(e.Args) == 1 {
		a.variable, _ = e.Args[0].(*ast.Variable)
	}
	outer := c.aggs
	c.aggs = nil
	switch {
	case e.Star && name == "count":
	case len(e.Args) == 0 || len(e.Args) > 2:
		c.fail(e, "InvalidNumberOfArguments", "Insufficient or too many parameters for function '%s'", name)
	default:
		if ast.Any(e.Args[0], isAggregate) {
			c.fail(e, "NestedAggregation", "Can't use aggregate functions inside of aggregate functions.")
		}
		a.arg = c.expr(e.Args[0])
		a.vector = c.vector(e.Args[0], a.arg)
		if len(e.Args) == 2 {
			a.p = c.expr(e.Args[1])
		}
	}
	c.aggs = outer
	*c.aggs = append(*c.aggs, a)
	return func(_ *run, f frame) (graph.Value, error) { return f[a.slot], nil }
}

func isAggregate(e ast.Expr) bool {
	call, ok := e.(*ast.Call)
	return ok && fn.Aggregates[lowerName(call)]
}

func lowerName(c *ast.Call) string {
	b := []byte(c.Name.Value)
	for i := range b {
		if b[i] >= 'A' && b[i] <= 'Z' {
			b[i] |= 0x20
		}
	}
	return string(b)
}

// groupSink groups rows by their keys. When there is no memory left for more
// groups, rows of others are put off, and so are values of DISTINCT aggregates. What
// groups keep until the end is written down when there is no memory for it (kept.go).
type groupSink struct {
	r      *run
	p      *projection
	level  int // of partitions
	groups map[string]*group
	order  []*group
	held   int64
	key    []byte
	values []graph.Value // of the keys of the row at hand
	args   []graph.Value // of the aggregates
	last   frame         // of the newest group
	place  int64         // rows that came so far
	seen   dedup         // of DISTINCT aggregates: by group, aggregate and value
	late   *overflow     // rows of groups that have no memory
	kept   keptValues    // of aggregates that keep them
	next   sink
	enough *errEnough
	cols   groupColumns
	parted bool // its groups are to be merged with others
}

func newGroupSink(r *run, p *projection, next sink, enough *errEnough) *groupSink {
	return &groupSink{r: r, p: p, groups: map[string]*group{}, args: make([]graph.Value, len(p.aggs)), seen: dedup{r: r}, next: next, enough: enough}
}

type group struct {
	number int64
	place  int64 // of its first row
	f      frame
	accs   []fn.Accumulator
	seen   []distinctSet // of DISTINCT aggregates
	kept   int64         // bytes of all values that were kept
}

func (s *groupSink) push(f frame) error {
	s.values = s.values[:0]
	for _, k := range s.p.keys {
		v, err := s.p.values[k](s.r, f)
		if err != nil {
			return err
		}
		s.values = append(s.values, v)
	}
	s.place++
	g, err := s.find(s.place, s.values, f)
	if err != nil {
		return err
	}
	if err := s.arguments(f); err != nil {
		return err
	}
	if err := s.take(g, s.place, s.r.weight, s.values, s.args, f); err != nil {
		return err
	}
	return s.r.alive()
}

// arguments computes the arguments of the aggregates.
func (s *groupSink) arguments(f frame) error {
	for i, a := range s.p.aggs {
		if a.star {
			continue
		}
		v, err := a.arg(s.r, f)
		if err != nil {
			return err
		}
		s.args[i] = v
	}
	return nil
}

// take counts a row in its group; without one it is put off.
func (s *groupSink) take(g *group, place, weight int64, keys, args []graph.Value, f frame) error {
	if g == nil {
		return s.putOff(place, weight, keys, args, f)
	}
	for i, a := range s.p.aggs {
		if a.star {
			g.accs[i].(fn.Counter).AddCount(weight)
			continue
		}
		if err := s.addValue(g, i, a, place, args[i]); err != nil {
			return err
		}
	}
	return nil
}

// putOff keeps a row for later: place, weight, keys, arguments, and what is read
// behind the projection.
func (s *groupSink) putOff(place, weight int64, keys, args []graph.Value, f frame) error {
	record := make([]graph.Value, 0, 2+len(keys)+len(args)+len(s.p.live))
	record = append(append(append(record, graph.Int(place), graph.Int(weight)), keys...), args...)
	for _, slot := range s.p.live {
		record = append(record, f[slot])
	}
	s.key = s.key[:0]
	for _, v := range keys {
		s.key = graph.AppendKey(s.key, v)
	}
	return s.late.put(s.key, record)
}

// find gives the group of the keys' values, a new one for the first row f; nil
// when there is no memory for it.
func (s *groupSink) find(place int64, values []graph.Value, f frame) (*group, error) {
	s.key = s.key[:0]
	for _, v := range values {
		s.key = graph.AppendKey(s.key, v)
	}
	if g := s.groups[string(s.key)]; g != nil || s.late != nil {
		return g, nil
	}
	n := int64(len(s.key)) + frameSize(f, s.last) + 208 + int64(96*len(s.p.aggs))
	err := s.grow(n)
	switch {
	case err == nil && s.r.outgrown(s.held+n) && len(s.order) > 0:
		s.r.shrink(n)
		s.late = newOverflow(s.r, s.level)
		return nil, nil
	case err != nil && s.r.spills(err, s.held):
		s.late = newOverflow(s.r, s.level)
		return nil, nil
	case err != nil:
		return nil, err
	}
	s.held += n
	g, err := s.open(slices.Clone(f))
	if err != nil {
		return nil, err
	}
	g.number, g.place, s.last = int64(len(s.order)), place, g.f
	for i, k := range s.p.keys {
		g.f[s.p.slots[k]] = values[i]
	}
	s.groups[string(s.key)] = g
	s.order = append(s.order, g)
	return g, nil
}

// addValue hands one argument to the i-th aggregate of a group.
func (s *groupSink) addValue(g *group, i int, a *aggregate, place int64, v graph.Value) error {
	if v.IsNull() {
		return nil
	}
	if a.distinct {
		fresh, err := s.seen.value(&g.seen[i], v, func(dst []byte) []byte { return ofAggregate(dst, g.number, i) }, func() []graph.Value {
			return []graph.Value{graph.Int(place), graph.Int(g.number), graph.Int(int64(i)), v}
		})
		if err != nil || !fresh {
			return err
		}
	}
	return s.add(g, i, v)
}

// ofAggregate begins the key of a value of a DISTINCT aggregate.
func ofAggregate(dst []byte, group int64, aggregate int) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(dst, uint64(group)), uint64(aggregate))
}

func (s *groupSink) add(g *group, i int, v graph.Value) error {
	if s.p.aggs[i].keeps {
		n := valueSize(v) + grownBytes
		if err := s.grow(n); err != nil {
			return err
		}
		s.held, s.kept.held, g.kept = s.held+n, s.kept.held+n, g.kept+n
	}
	return g.accs[i].Add(v)
}

func (s *groupSink) open(f frame) (*group, error) {
	g := &group{f: f, accs: make([]fn.Accumulator, len(s.p.aggs)), seen: make([]distinctSet, len(s.p.aggs))}
	for i, a := range s.p.aggs {
		if s.parted {
			g.accs[i] = fn.NewPart(a.name)
			continue
		}
		var p graph.Value
		if a.p != nil {
			var err error
			if p, err = a.p(s.r, f); err != nil {
				return nil, err
			}
		}
		g.accs[i] = fn.NewAccumulator(a.name, p, s.r.context.Version)
	}
	return g, nil
}

func (s *groupSink) done() error {
	s.cols.release()
	if len(s.order) == 0 && len(s.p.keys) == 0 {
		empty := make(frame, s.r.width)
		copy(empty, s.r.base) // what a subquery imports is there though no row is
		g, err := s.open(empty)
		if err != nil {
			return err
		}
		s.order = append(s.order, g)
	}
	err := s.finish(func(_ int64, f frame) error { return s.next.push(f) })
	if err != nil && err != error(s.enough) {
		return err
	}
	return s.next.done()
}

// finish gives the row of each group, in the order of their first rows.
func (s *groupSink) finish(give func(place int64, f frame) error) error {
	key := func(dst []byte, record []graph.Value) []byte {
		return graph.AppendKey(ofAggregate(dst, record[1].AsInt(), int(record[2].AsInt())), record[3])
	}
	err := s.seen.drain(key, func(record []graph.Value) error {
		return s.add(s.order[record[1].AsInt()], int(record[2].AsInt()), record[3])
	})
	if err != nil {
		return err
	}
	isKey := make([]bool, len(s.p.slots))
	for _, k := range s.p.keys {
		isKey[k] = true
	}
	row := func(g *group) error {
		if err := s.result(g, isKey); err != nil {
			return err
		}
		return give(g.place, g.f)
	}
	if s.kept.file != nil {
		if err := s.finishKept(row); err != nil {
			return err
		}
	} else {
		for _, g := range s.order {
			if err := row(g); err != nil {
				return err
			}
		}
	}
	s.groups, s.order, s.last = nil, nil, nil
	s.r.shrink(s.held)
	s.held = 0
	if s.late == nil {
		return nil
	}
	f := make(frame, s.r.width)
	return s.late.drain(s.part, func(record []graph.Value) error {
		return give(record[0].AsInt(), restored(f, s.p.live, record[1:]))
	})
}

// part groups rows that were put off.
func (s *groupSink) part(next func() ([]graph.Value, error), give func([]graph.Value) error) error {
	inner := newGroupSink(s.r, s.p, nil, nil)
	inner.level = s.level + 1
	keys, args := len(s.p.keys), len(s.p.aggs)
	f := make(frame, s.r.width)
	for {
		record, err := next()
		if err != nil {
			return err
		}
		if record == nil {
			break
		}
		if err := s.r.alive(); err != nil {
			return err
		}
		restored(f, s.p.live, record[2+keys+args:])
		place, values := record[0].AsInt(), record[2:2+keys]
		g, err := inner.find(place, values, f)
		if err != nil {
			return err
		}
		if err := inner.take(g, place, record[1].AsInt(), values, record[2+keys:2+keys+args], f); err != nil {
			return err
		}
	}
	record := make([]graph.Value, 0, 1+len(s.p.live))
	return inner.finish(func(place int64, f frame) error {
		record = append(record[:0], graph.Int(place))
		for _, slot := range s.p.live {
			record = append(record, f[slot])
		}
		return give(record)
	})
}

// result fills in what is made of the aggregates of a group.
func (s *groupSink) result(g *group, isKey []bool) error {
	if err := s.r.alive(); err != nil {
		return err
	}
	for i, a := range s.p.aggs {
		c, err := &s.r.context, error(nil)
		if g.f[a.slot], err = c.Interruptible(func() (graph.Value, error) { return g.accs[i].Result(c), nil }); err != nil {
			return err
		}
	}
	for i, v := range s.p.values {
		if isKey[i] {
			continue
		}
		x, err := v(s.r, g.f)
		if err != nil {
			return err
		}
		g.f[s.p.slots[i]] = x
	}
	return nil
}
