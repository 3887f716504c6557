package fn

import (
	"math/bits"

	"graticule/graph"
)

// Batch is an Accumulator that takes many values of one kind by their bits, as
// graph.Column holds them. handled=false means that nothing was taken: the
// values are to be added one by one.
type Batch interface {
	Accumulator
	AddBits(kind graph.Kind, values []uint64) (handled bool, err error)
}

// AddBits counts values that are not null.
func (c *counter) AddBits(kind graph.Kind, values []uint64) (bool, error) {
	if kind != graph.KindNull {
		c.n += int64(len(values))
	}
	return true, nil
}

// AddBits adds integers, as long as their sum is one.
func (s *sum) AddBits(kind graph.Kind, values []uint64) (bool, error) {
	if kind == graph.KindNull || len(values) == 0 {
		return true, nil
	}
	if s.part {
		return s.addPartBits(kind, values)
	}
	if kind != graph.KindInt || s.n > 0 && s.total.Kind() != graph.KindInt {
		return false, nil
	}
	total, float := uint64(0), s.float
	if s.n > 0 {
		total = uint64(s.total.AsInt())
	}
	for _, v := range values {
		next, _ := bits.Add64(total, v, 0)
		if (total^next)&(v^next)>>63 != 0 { // overflow
			return false, nil
		}
		total = next
		float += float64(int64(v))
	}
	s.n += int64(len(values))
	s.total, s.float = graph.Int(int64(total)), float
	return true, nil
}

// AddBits looks for the extreme of integers.
func (e *extreme) AddBits(kind graph.Kind, values []uint64) (bool, error) {
	if kind == graph.KindNull || len(values) == 0 {
		return true, nil
	}
	if kind != graph.KindInt || e.any && e.best.Kind() != graph.KindInt {
		return false, nil
	}
	best := int64(values[0])
	if e.any {
		best = e.best.AsInt()
	}
	for _, v := range values {
		if x := int64(v); e.sign > 0 && x < best || e.sign < 0 && x > best {
			best = x
		}
	}
	e.best, e.any = graph.Int(best), true
	return true, nil
}
