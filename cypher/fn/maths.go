package fn

import (
	"errors"
	"math"

	"graticule/graph"
	"graticule/status"
)

func withDetail(err error, detail string) error {
	var e *status.Error
	if errors.As(err, &e) {
		c := *e
		c.Detail = detail
		return &c
	}
	return err
}

func floats(name string, f func(float64) float64) Function {
	return Function{Name: name, Category: "Numeric", Signature: name + "(input :: FLOAT) :: FLOAT", Description: "Returns " + name + " of a number.", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
		if !a[0].IsNumber() {
			return graph.Null, TypeError("%s() expects a number, got %v", name, a[0].Kind())
		}
		return graph.Float(f(a[0].Number())), nil
	}}
}

func constant(name string, v float64) Function {
	return Function{Name: name, Category: "Numeric", Signature: name + "() :: FLOAT", Description: "Returns the constant " + name + ".", Eval: func(*Context, []graph.Value) (graph.Value, error) { return graph.Float(v), nil }}
}

func maths() []Function {
	out := []Function{constant("pi", math.Pi), constant("e", math.E)}
	for _, f := range []struct {
		name string
		f    func(float64) float64
	}{
		{"ceil", math.Ceil}, {"floor", math.Floor}, {"sqrt", math.Sqrt}, {"exp", math.Exp}, {"log", math.Log}, {"log10", math.Log10}, {"sin", math.Sin}, {"cos", math.Cos},
		{"tan", math.Tan}, {"asin", math.Asin}, {"acos", math.Acos}, {"atan", math.Atan}, {"cot", func(x float64) float64 { return 1 / math.Tan(x) }},
		{"degrees", func(x float64) float64 { return x * 180 / math.Pi }}, {"radians", func(x float64) float64 { return x * math.Pi / 180 }},
		{"haversin", func(x float64) float64 { return (1 - math.Cos(x)) / 2 }},
	} {
		out = append(out, floats(f.name, f.f))
	}
	return append(out,
		Function{Name: "abs", Category: "Numeric", Signature: "abs(input :: INTEGER | FLOAT) :: INTEGER | FLOAT", Description: "Returns the absolute value of a number.", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			switch a[0].Kind() {
			case graph.KindInt:
				if a[0].AsInt() < 0 {
					return graph.Int(-a[0].AsInt()), nil
				}
				return a[0], nil
			case graph.KindFloat:
				return graph.Float(math.Abs(a[0].AsFloat())), nil
			}
			return graph.Null, TypeError("abs() requires numbers")
		}},
		Function{Name: "sign", Category: "Numeric", Signature: "sign(input :: INTEGER | FLOAT) :: INTEGER", Description: "Returns the signum of a number.", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if !a[0].IsNumber() {
				return graph.Null, TypeError("sign() requires numbers")
			}
			switch f := a[0].Number(); {
			case f > 0:
				return graph.Int(1), nil
			case f < 0:
				return graph.Int(-1), nil
			}
			return graph.Int(0), nil
		}},
		Function{Name: "round", Category: "Numeric", Signature: "round(value :: FLOAT, precision = 0 :: INTEGER, mode = HALF_UP :: STRING) :: FLOAT", Description: "Rounds a number.", Min: 1, Max: 3, Eval: round},
		Function{Name: "isNaN", Category: "Numeric", Signature: "isNaN(input :: INTEGER | FLOAT) :: BOOLEAN", Description: "Returns whether a number is NaN.", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			return graph.Bool(a[0].Kind() == graph.KindFloat && math.IsNaN(a[0].AsFloat())), nil
		}},
		Function{Name: "rand", Category: "Numeric", Signature: "rand() :: FLOAT", Description: "Returns a random FLOAT from 0 (inclusive) to 1 (exclusive).", Eval: func(c *Context, _ []graph.Value) (graph.Value, error) {
			return graph.Float(c.Rand.Float64()), nil
		}},
		Function{Name: "atan2", Category: "Numeric", Signature: "atan2(y :: FLOAT, x :: FLOAT) :: FLOAT", Description: "Returns the arctangent of a set of coordinates.", Min: 2, Max: 2, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if !a[0].IsNumber() || !a[1].IsNumber() {
				return graph.Null, TypeError("atan2() expects numbers")
			}
			return graph.Float(math.Atan2(a[0].Number(), a[1].Number())), nil
		}},
	)
}

func round(_ *Context, a []graph.Value) (graph.Value, error) {
	if !a[0].IsNumber() || (len(a) > 1 && a[1].Kind() != graph.KindInt) {
		return graph.Null, TypeError("round() expects a number and an INTEGER precision")
	}
	f := a[0].Number()
	if len(a) == 1 {
		return graph.Float(math.Floor(f + 0.5)), nil
	}
	p := math.Pow(10, float64(a[1].AsInt()))
	mode := "HALF_UP"
	if len(a) == 3 {
		mode = a[2].AsString()
	} else if a[1].AsInt() == 0 {
		return graph.Float(math.Floor(f + 0.5)), nil
	}
	x := f * p
	switch mode {
	case "UP":
		x = math.Copysign(math.Ceil(math.Abs(x)), x)
	case "DOWN":
		x = math.Trunc(x)
	case "CEILING":
		x = math.Ceil(x)
	case "FLOOR":
		x = math.Floor(x)
	case "HALF_UP":
		x = math.Round(x)
	case "HALF_DOWN":
		x = math.Copysign(math.Ceil(math.Abs(x)-0.5), x)
	case "HALF_EVEN":
		x = math.RoundToEven(x)
	default:
		return graph.Null, argumentError("", "unknown rounding mode %q", mode)
	}
	return graph.Float(x / p), nil
}
