package fn

import (
	"slices"

	"graticule/graph"
	"graticule/status"
)

// rangeMax bounds the list range() makes at once.
const rangeMax = 50_000_000

func lists() []Function {
	of := func(name, signature, description string, f func([]graph.Value) (graph.Value, error)) Function {
		return Function{Name: name, Category: "List", Signature: signature, Description: description, Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if a[0].Kind() != graph.KindList {
				return graph.Null, TypeError("%s() expects a LIST, got %v", name, a[0].Kind())
			}
			return f(a[0].AsList())
		}}
	}
	each := func(name string, convert func(graph.Value) (graph.Value, bool)) Function {
		return of(name, name+"(input :: LIST<ANY>) :: LIST<ANY>", "Converts every element; null where that is not possible.", func(l []graph.Value) (graph.Value, error) {
			out := make([]graph.Value, len(l))
			for i, v := range l {
				out[i], _ = convert(v)
			}
			return graph.List(out), nil
		})
	}
	return []Function{
		of("head", "head(list :: LIST<ANY>) :: ANY", "Returns the first element.", func(l []graph.Value) (graph.Value, error) {
			if len(l) == 0 {
				return graph.Null, nil
			}
			return l[0], nil
		}),
		of("last", "last(list :: LIST<ANY>) :: ANY", "Returns the last element.", func(l []graph.Value) (graph.Value, error) {
			if len(l) == 0 {
				return graph.Null, nil
			}
			return l[len(l)-1], nil
		}),
		of("tail", "tail(input :: LIST<ANY>) :: LIST<ANY>", "Returns all but the first element.", func(l []graph.Value) (graph.Value, error) {
			return graph.List(l[min(1, len(l)):]), nil
		}),
		each("toBooleanList", toBoolean), each("toFloatList", toFloat), each("toIntegerList", toInteger), each("toStringList", toString),
		{Name: "reverse", Category: "List", Signature: "reverse(input :: STRING | LIST<ANY>) :: STRING | LIST<ANY>", Description: "Reverses a STRING or LIST.", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			switch a[0].Kind() {
			case graph.KindList:
				l := slices.Clone(a[0].AsList())
				slices.Reverse(l)
				return graph.List(l), nil
			case graph.KindString:
				r := []rune(a[0].AsString())
				slices.Reverse(r)
				return graph.String(string(r)), nil
			}
			return graph.Null, TypeError("reverse() expects a STRING or a LIST, got %v", a[0].Kind())
		}},
		{Name: "size", Category: "Scalar", Signature: "size(input :: STRING | LIST<ANY>) :: INTEGER", Description: "Returns the number of elements or characters.", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			switch a[0].Kind() {
			case graph.KindList:
				return graph.Int(int64(len(a[0].AsList()))), nil
			case graph.KindString:
				return charLength(a[0].AsString(), nil)
			}
			return graph.Null, TypeError("Invalid input for function 'size()': Expected a String or List, got: %s", Inspect(a[0]))
		}},
		{Name: "isEmpty", Category: "Predicate", Signature: "isEmpty(input :: LIST<ANY> | MAP | STRING) :: BOOLEAN", Description: "Checks whether a LIST, MAP or STRING is empty.", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			switch a[0].Kind() {
			case graph.KindList:
				return graph.Bool(len(a[0].AsList()) == 0), nil
			case graph.KindString:
				return graph.Bool(a[0].AsString() == ""), nil
			case graph.KindMap:
				return graph.Bool(a[0].AsMap().Len() == 0), nil
			}
			return graph.Null, TypeError("isEmpty() expects a LIST, MAP or STRING, got %v", a[0].Kind())
		}},
		{Name: "range", Category: "List", Signature: "range(start :: INTEGER, end :: INTEGER, step = 1 :: INTEGER) :: LIST<INTEGER>", Description: "Returns the integers from start to end, inclusive.", Min: 2, Max: 3, TakesNull: true, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			from, step, n, err := Range(a)
			if err != nil || n == 0 {
				return graph.List(nil), err
			}
			if c.Grow != nil && n <= rangeMax {
				if err := c.Grow(int64(n) * 24); err != nil {
					return graph.Null, err
				}
			}
			if n > rangeMax {
				return graph.Null, argumentError("NumberOutOfRange", "range() would make %d elements; the limit is %d", n, rangeMax)
			}
			out := make([]graph.Value, n)
			for i := range out {
				out[i] = graph.Int(from + int64(i)*step)
			}
			return graph.List(out), nil
		}},
	}
}

// Range gives the first of the n integers that range(a...) makes, and the step
// between them.
func Range(a []graph.Value) (from, step int64, n uint64, err error) {
	for _, v := range a {
		if v.Kind() != graph.KindInt {
			return 0, 0, 0, argumentError("InvalidArgumentType", "range() expects INTEGER arguments, got %v", v.Kind())
		}
	}
	step = 1
	if len(a) == 3 {
		step = a[2].AsInt()
	}
	from, to := a[0].AsInt(), a[1].AsInt()
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

// rangeStep is the error of range() with a step of zero.
func rangeStep() error {
	e := status.New(status.ArgumentError, "", "Step argument to 'range()' cannot be zero").
		With("22N38", status.Because("22N03", "Expected 'step' to be of type INTEGER and in the range 1 to 9223372036854775807 but found 0.")).Explained("Invalid argument to the function range().")
	e.Cause.Position, e.Detail = status.Position{}, "NumberOutOfRange"
	return e
}
