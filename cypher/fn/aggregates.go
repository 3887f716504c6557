package fn

import (
	"math"
	"slices"

	"graticule/graph"
	"graticule/status"
)

// Accumulator is one running aggregate. Nulls are not passed to Add, except to count(*).
type Accumulator interface {
	Add(v graph.Value) error
	Result(c *Context) graph.Value
}

// NewAccumulator makes the accumulator of an aggregate by its lower-case name;
// p is the percentile of percentileCont and percentileDisc.
func NewAccumulator(name string, p graph.Value, version int) Accumulator {
	switch name {
	case "count":
		return &counter{}
	case "sum":
		return &sum{}
	case "avg":
		return &sum{average: true}
	case "min":
		return &extreme{sign: 1}
	case "max":
		return &extreme{sign: -1}
	case "collect", "collect_list":
		return &collector{}
	case "stdev", "stdev_samp":
		return &deviation{nullable: version == 25}
	case "stdevp", "stdev_pop":
		return &deviation{population: true, nullable: version == 25}
	case "percentilecont", "percentile_cont":
		return &percentile{name: "percentileCont()", given: p, continuous: true}
	}
	return &percentile{name: "percentileDisc()", given: p}
}

// Keeper is the accumulator of an aggregate that keeps its values until the end.
type Keeper interface {
	Accumulator
	// Drain hands out the values that were added, which it has no longer.
	Drain(give func(graph.Value) error) error
}

type counter struct{ n int64 }

// Counter is the accumulator of count().
type Counter interface {
	Accumulator
	// AddCount counts n rows at once.
	AddCount(n int64)
}

func (c *counter) Add(graph.Value) error       { c.n++; return nil }
func (c *counter) AddCount(n int64)            { c.n += n }
func (c *counter) Result(*Context) graph.Value { return graph.Int(c.n) }

type sum struct {
	total   graph.Value
	n       int64
	float   float64
	average bool
	part    bool    // of the rows
	size    float64 // of all values without their signs; of parts, and what is made of them
}

func (s *sum) Add(v graph.Value) error {
	if !v.IsNumber() && v.Kind() != graph.KindDuration {
		return TypeError("sum() and avg() expect numbers or durations, got %v", v.Kind())
	}
	if s.part {
		return s.addPart(v)
	}
	s.n++
	s.float += v.Number()
	if s.n == 1 {
		if s.total = v; v.Kind() == graph.KindFloat {
			s.total = graph.Float(v.AsFloat() + 0) // no negative zero
		}
		return nil
	}
	t, err := sumOf(s.total, v)
	if err != nil { // an integer overflow goes on as a FLOAT
		t, err = graph.Float(s.total.Number()+v.Number()), nil
	}
	s.total = t
	return err
}

func (s *sum) Result(*Context) graph.Value {
	switch {
	case s.n == 0 && s.average:
		return graph.Null
	case s.n == 0:
		return graph.Int(0)
	case !s.average:
		return s.total
	case s.total.Kind() == graph.KindDuration:
		mean, _ := scale(s.total.AsDuration(), 1/float64(s.n)) // no longer than the sum
		return mean
	}
	return graph.Float(s.float / float64(s.n))
}

type extreme struct {
	sign int
	best graph.Value
	any  bool
}

func (e *extreme) Add(v graph.Value) error {
	if !e.any || graph.Compare(v, e.best)*e.sign < 0 {
		e.best, e.any = v, true
	}
	return nil
}
func (e *extreme) Result(*Context) graph.Value { return e.best }

// collector keeps a long list in blocks, so that no row moves all that came before.
type collector struct {
	full [][]graph.Value
	last []graph.Value
}

// collectBlock is the number of values in a block.
const collectBlock = 1 << 15

func (c *collector) Add(v graph.Value) error {
	if len(c.last) == collectBlock {
		c.full = append(c.full, c.last)
		c.last = make([]graph.Value, 0, collectBlock)
	}
	c.last = append(c.last, v)
	return nil
}

// Drain gives the list up.
func (c *collector) Drain(give func(graph.Value) error) error {
	blocks := append(c.full, c.last)
	*c = collector{}
	for _, block := range blocks {
		if err := drain(block, give); err != nil {
			return err
		}
	}
	return nil
}

func drain(values []graph.Value, give func(graph.Value) error) error {
	for _, v := range values {
		if err := give(v); err != nil {
			return err
		}
	}
	return nil
}

// Result gives the list up; it is called once.
func (c *collector) Result(ctx *Context) graph.Value {
	if len(c.full) == 0 {
		return graph.List(c.last)
	}
	all := make([]graph.Value, 0, len(c.full)*collectBlock+len(c.last))
	for _, block := range c.full {
		ctx.Work(len(block))
		all = append(all, block...)
	}
	return graph.List(append(all, c.last...))
}

type deviation struct {
	n, mean, m2 float64
	population  bool
	nullable    bool // nothing gives null, as in Cypher 25
}

func (d *deviation) Add(v graph.Value) error {
	if !v.IsNumber() {
		return TypeError("stdev() expects numbers, got %v", v.Kind())
	}
	d.n++
	delta := v.Number() - d.mean
	d.mean += delta / d.n
	d.m2 += delta * (v.Number() - d.mean)
	return nil
}

func (d *deviation) Result(*Context) graph.Value {
	n := d.n
	if n == 0 && d.nullable {
		return graph.Null
	}
	if n < 2 {
		return graph.Float(0)
	}
	if !d.population {
		n--
	}
	return graph.Float(math.Sqrt(d.m2 / n))
}

type percentile struct {
	name       string
	given      graph.Value // the percentile as it was given
	p          float64
	continuous bool
	values     []graph.Value
}

func (p *percentile) Add(v graph.Value) error {
	if !v.IsNumber() {
		return TypeError("%s can only handle numerical values or null, but received: %s", p.name, Inspect(v))
	}
	if len(p.values) == 0 {
		if err := p.check(); err != nil {
			return err
		}
	}
	p.values = append(p.values, v)
	return nil
}

// check looks at the percentile, which nothing needs before the first value.
func (p *percentile) check() error {
	if !p.given.IsNumber() {
		return cannotCoerce(p.given, "Number")
	}
	p.p = p.given.Number()
	if p.p < 0 || p.p > 1 {
		text := FloatText(p.p)
		e := status.New(status.ArgumentError, "", "Invalid input '%s' is not a valid argument, must be a number in the range 0.0 to 1.0", text).
			With("22003", status.Because("22N03", "Expected 'percentage' to be of type FLOAT and in the range 0 to 1 but found %s.", text)).Explained("The numeric value " + text + " is outside the required range.")
		e.Detail = "NumberOutOfRange"
		return e
	}
	if math.IsNaN(p.p) {
		p.p = 0
	}
	return nil
}

// Drain gives the values up.
func (p *percentile) Drain(give func(graph.Value) error) error {
	values := p.values
	p.values = nil
	return drain(values, give)
}

func (p *percentile) Result(c *Context) graph.Value {
	n := len(p.values)
	if n == 0 {
		return graph.Null
	}
	slices.SortFunc(p.values, c.Compare)
	if !p.continuous {
		return p.values[max(int(math.Ceil(p.p*float64(n)))-1, 0)]
	}
	at := p.p * float64(n-1)
	i := int(at)
	if float64(i) == at || i+1 >= n {
		return p.values[i]
	}
	a, b := p.values[i].Number(), p.values[i+1].Number()
	return graph.Float(a*(float64(i+1)-at) + b*(at-float64(i))) // infinite ones, too
}
