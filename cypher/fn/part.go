package fn

import (
	"errors"
	"math"

	"graticule/graph"
)

// Rows of one group may be aggregated in parts that are merged afterwards, where
// that gives exactly what all rows in their order give.

// ErrInexact means that values cannot be aggregated in parts without a difference:
// sums of FLOATs depend on their order, and so do those of INTEGERs beyond what
// their type holds.
var ErrInexact = errors.New("the values are to be aggregated in one go")

// Merger is an Accumulator that takes what one of a part has gathered.
type Merger interface {
	Accumulator
	// Merge adds part, made by NewPart under the same name. It gives false when the
	// outcome might differ from that of all values in their order.
	Merge(part Accumulator) (exact bool)
}

// Mergeable are the aggregates, by lower-case name, that are made of parts.
var Mergeable = map[string]bool{"count": true, "sum": true, "avg": true, "min": true, "max": true}

// NewPart makes the accumulator of a part, by the lower-case name of a mergeable
// aggregate. Its methods give ErrInexact for values that do not allow it.
func NewPart(name string) Accumulator {
	a := NewAccumulator(name, graph.Null, 0)
	if s, ok := a.(*sum); ok {
		s.part = true
	}
	return a
}

// Merge adds the count of a part.
func (c *counter) Merge(part Accumulator) bool { c.n += part.(*counter).n; return true }

// Sizes up to which sums are the same in any order.
const (
	exactFloat = 1 << 53
	exactInt   = 1 << 62
)

// exact notes the size of a value, and tells whether sums of values of all sizes
// noted are the same in any order.
func (s *sum) exact(size float64) bool {
	s.size += size
	return s.size < exactInt && (!s.average || s.size < exactFloat)
}

// Merge adds the sum of a part.
func (s *sum) Merge(part Accumulator) bool {
	o := part.(*sum)
	switch {
	case o.n == 0:
		return true
	case s.n == 0:
		s.total = o.total
	case s.total.Kind() != graph.KindInt:
		return false
	default:
		s.total = graph.Int(s.total.AsInt() + o.total.AsInt())
	}
	s.n += o.n
	s.float += o.float
	return s.exact(o.size)
}

// addPart is Add of a part.
func (s *sum) addPart(v graph.Value) error {
	if v.Kind() != graph.KindInt || !s.exact(math.Abs(float64(v.AsInt()))) {
		return ErrInexact
	}
	s.n++
	s.float += float64(v.AsInt())
	s.total = graph.Int(s.total.AsInt() + v.AsInt())
	return nil
}

// addPartBits is AddBits of a part.
func (s *sum) addPartBits(kind graph.Kind, values []uint64) (bool, error) {
	if kind != graph.KindInt {
		return false, nil
	}
	for _, v := range values {
		if err := s.addPart(graph.Int(int64(v))); err != nil {
			return true, err
		}
	}
	return true, nil
}

// Merge looks at the extreme of a part.
func (e *extreme) Merge(part Accumulator) bool {
	o := part.(*extreme)
	switch {
	case !o.any:
		return true
	case !e.any:
		e.best, e.any = o.best, true
		return true
	}
	c := graph.Compare(o.best, e.best) * e.sign
	if c < 0 {
		e.best = o.best
	}
	return c != 0 || alike(o.best, e.best)
}

// alike tells whether two values that compare as equal are known to be the same:
// not 1 and 1.0, whichever comes first.
func alike(a, b graph.Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch a.Kind() {
	case graph.KindInt, graph.KindString, graph.KindBool, graph.KindDate, graph.KindLocalTime, graph.KindLocalDateTime, graph.KindNode, graph.KindRel:
		return true
	case graph.KindFloat:
		return math.Float64bits(a.AsFloat()) == math.Float64bits(b.AsFloat())
	}
	return false
}
