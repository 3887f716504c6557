package fn

import (
	"strings"
	"unicode/utf8"

	"graticule/graph"
	"graticule/status"
)

// rangeMax bounds the list range() makes at once.
const rangeMax = 50_000_000

// elements gives the elements of a list or the coordinates of a vector.
func elements(v graph.Value) ([]graph.Value, bool) {
	switch v.Kind() {
	case graph.KindList:
		return v.AsList(), true
	case graph.KindVector:
		return v.Coordinates(), true
	}
	return nil, false
}

func lists() []Function {
	// at is head() and last(): an access by an index that a list may not have.
	at := func(name string, index int64) Function {
		return Function{Name: name, Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			return Index(a[0], graph.Int(index))
		}}
	}
	return []Function{
		at("head", 0), at("last", -1),
		{Name: "tail", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if a[0].Kind() != graph.KindList {
				return graph.List([]graph.Value{}), nil
			}
			l := a[0].AsList()
			return graph.List(l[min(1, len(l)):]), nil
		}},
		{Name: "reverse", Min: 1, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			switch a[0].Kind() {
			case graph.KindList:
				l := a[0].AsList()
				out := make([]graph.Value, len(l))
				for i, v := range l {
					out[len(l)-1-i] = v
					c.Work(1)
				}
				return graph.List(out), nil
			case graph.KindString:
				s := a[0].AsString()
				var out strings.Builder
				out.Grow(len(s))
				for len(s) > 0 && s[len(s)-1] < utf8.RuneSelf {
					out.WriteByte(s[len(s)-1])
					s = s[:len(s)-1]
					c.Work(1)
				}
				for len(s) > 0 {
					r, width := utf8.DecodeLastRuneInString(s)
					out.WriteRune(r)
					s = s[:len(s)-width]
					c.Work(1)
				}
				return graph.String(out.String()), nil
			}
			return graph.Null, TypeError("Invalid input for function 'reverse()': Expected a string or a list; consider converting the value to a string with toString() or creating a list.")
		}},
		{Name: "size", Min: 1, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			if l, ok := elements(a[0]); ok {
				return graph.Int(int64(len(l))), nil
			}
			if a[0].Kind() == graph.KindString {
				return graph.Int(int64(c.runes(a[0].AsString()))), nil
			}
			return graph.Null, expectedInput("size", "String or List", a[0])
		}},
		{Name: "isEmpty", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			switch a[0].Kind() {
			case graph.KindList:
				return graph.Bool(len(a[0].AsList()) == 0), nil
			case graph.KindString:
				return graph.Bool(a[0].AsString() == ""), nil
			case graph.KindMap:
				return graph.Bool(a[0].AsMap().Len() == 0), nil
			}
			return graph.Null, expectedInput("isEmpty", "List, Map, or String", a[0])
		}},
		{Name: "range", Min: 2, Max: 3, TakesNull: true, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			from, step, n, err := Range(a)
			if err != nil || n == 0 {
				return graph.List(nil), err
			}
			if n > rangeMax {
				return graph.Null, argumentError("NumberOutOfRange", "range() would make %d elements; the limit is %d", n, rangeMax)
			}
			if err := c.room(int64(n) * 24); err != nil {
				return graph.Null, err
			}
			out := make([]graph.Value, n)
			for i := range out {
				out[i] = graph.Int(from + int64(i)*step)
				c.Work(1)
			}
			return graph.List(out), nil
		}},
	}
}

// Range gives the first of the n integers that range(a...) makes, and the step
// between them.
func Range(a []graph.Value) (from, step int64, n uint64, err error) {
	bounds := [3]int64{2: 1}
	for i, v := range a {
		switch {
		case v.Kind() == graph.KindInt:
			bounds[i] = v.AsInt()
		case v.Kind() == graph.KindFloat:
			bounds[i], _ = coerceInt(v)
		default:
			return 0, 0, 0, rangeType(v, i)
		}
	}
	from, to, step := bounds[0], bounds[1], bounds[2]
	switch {
	case step == 0:
		return 0, 0, 0, rangeStep()
	case step > 0 && from <= to:
		n = (uint64(to)-uint64(from))/uint64(step) + 1
	case step < 0 && from >= to:
		n = (uint64(from)-uint64(to))/-uint64(step) + 1
	default:
		return from, step, 0, nil
	}
	if n == 0 {
		n-- // all integers: one more than n can say
	}
	return from, step, n, nil
}

// rangeType is the error of an argument of range() that is no integer.
func rangeType(v graph.Value, i int) error {
	return NotOfType(v, "INTEGER or FLOAT", "Invalid input for %s value in function 'range()': Expected a numeric value but got: %s", [...]string{"start", "end", "step"}[i], Inspect(v))
}

// rangeStep is the error of range() with a step of zero.
func rangeStep() error {
	e := status.New(status.ArgumentError, "", "Step argument to 'range()' cannot be zero").
		With("22N38", status.Because("22N03", "Expected 'step' to be of type INTEGER and in the range 1 to 9223372036854775807 but found 0.")).Explained("Invalid argument to the function range().")
	e.Cause.Position, e.Detail = status.Position{}, "NumberOutOfRange"
	return e
}
