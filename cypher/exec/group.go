package exec

import (
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

func (c *compiler) aggregateCall(e *ast.Call, name string) eval {
	if c.aggs == nil {
		c.fail(e, "InvalidAggregation", "Invalid use of aggregating function %s(...) in this context", name)
	}
	a := &aggregate{name: name, distinct: e.Distinct, star: e.Star, slot: c.slot(), call: e, keeps: name == "collect" || name == "percentilecont" || name == "percentiledisc"}
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

type groupSink struct {
	r      *run
	p      *projection
	groups map[string]*group
	order  []*group
	key    []byte
	values []graph.Value
	next   sink
	enough *errEnough
	cols   groupColumns
}

type group struct {
	f    frame
	accs []fn.Accumulator
	seen []distinctSet // of DISTINCT aggregates
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
	g, err := s.find(s.values, f)
	if err != nil {
		return err
	}
	for i, a := range s.p.aggs {
		if a.star {
			g.accs[i].(fn.Counter).AddCount(s.r.weight)
			continue
		}
		v, err := a.arg(s.r, f)
		if err != nil {
			return err
		}
		if err := s.addValue(g, i, a, v); err != nil {
			return err
		}
	}
	return s.r.alive()
}

// find gives the group of the keys' values, a new one for the first row f.
func (s *groupSink) find(values []graph.Value, f frame) (*group, error) {
	s.key = s.key[:0]
	for _, v := range values {
		s.key = graph.AppendKey(s.key, v)
	}
	if g := s.groups[string(s.key)]; g != nil {
		return g, nil
	}
	g, err := s.open(slices.Clone(f))
	if err != nil {
		return nil, err
	}
	for i, k := range s.p.keys {
		g.f[s.p.slots[k]] = values[i]
	}
	s.groups[string(s.key)] = g
	s.order = append(s.order, g)
	return g, s.r.grow(int64(len(s.key)+24*len(f)) + 256)
}

// addValue hands one argument to the i-th aggregate of a group.
func (s *groupSink) addValue(g *group, i int, a *aggregate, v graph.Value) error {
	if v.IsNull() {
		return nil
	}
	if a.distinct {
		fresh, bytes := g.seen[i].add(v, &s.key)
		if !fresh {
			return nil
		}
		if err := s.r.grow(bytes); err != nil {
			return err
		}
	}
	if a.keeps {
		if err := s.r.grow(valueSize(v)); err != nil {
			return err
		}
	}
	return g.accs[i].Add(v)
}

func (s *groupSink) open(f frame) (*group, error) {
	g := &group{f: f, accs: make([]fn.Accumulator, len(s.p.aggs)), seen: make([]distinctSet, len(s.p.aggs))}
	for i, a := range s.p.aggs {
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
		empty := make(frame, s.width())
		copy(empty, s.r.base) // what a subquery imports is there though no row is
		g, err := s.open(empty)
		if err != nil {
			return err
		}
		s.order = append(s.order, g)
	}
	isKey := make([]bool, len(s.p.slots))
	for _, k := range s.p.keys {
		isKey[k] = true
	}
	for _, g := range s.order {
		for i, a := range s.p.aggs {
			g.f[a.slot] = g.accs[i].Result()
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
		if err := s.next.push(g.f); err == error(s.enough) {
			break
		} else if err != nil {
			return err
		}
	}
	s.groups, s.order = nil, nil
	return s.next.done()
}

func (s *groupSink) width() int { return s.r.width }
