package fn

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"

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

// needsNumbers is the error of a function of numbers that got something else.
func needsNumbers(name string) error { return TypeError("%s() requires numbers", name) }

func numeric(name, called string, f func(float64) float64) Function {
	return Function{Name: name, Min: 1, Max: 1, Float: f, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
		if !a[0].IsNumber() {
			return graph.Null, needsNumbers(called)
		}
		return graph.Float(f(a[0].Number())), nil
	}}
}

func constant(name string, v float64) Function {
	return Function{Name: name, Eval: func(*Context, []graph.Value) (graph.Value, error) { return graph.Float(v), nil }}
}

func maths() []Function {
	out := []Function{constant("pi", math.Pi), constant("e", math.E)}
	for _, f := range []struct {
		name, called string
		f            func(float64) float64
	}{
		{"ceil", "", math.Ceil}, {"floor", "", math.Floor}, {"sqrt", "", math.Sqrt}, {"exp", "", math.Exp}, {"log", "", math.Log}, {"log10", "", math.Log10}, {"sin", "", math.Sin}, {"cos", "", math.Cos},
		{"tan", "", math.Tan}, {"asin", "", math.Asin}, {"acos", "", math.Acos}, {"atan", "", math.Atan}, {"cot", "", func(x float64) float64 { return 1 / math.Tan(x) }},
		{"sinh", "", math.Sinh}, {"cosh", "", math.Cosh}, {"tanh", "", math.Tanh}, {"coth", "", coth},
		{"degrees", "toDegrees", func(x float64) float64 { return x * (180 / math.Pi) }}, {"radians", "toRadians", func(x float64) float64 { return x * (math.Pi / 180) }},
		{"haversin", "", func(x float64) float64 { return (1 - math.Cos(x)) / 2 }},
	} {
		if f.called == "" {
			f.called = f.name
		}
		out = append(out, numeric(f.name, f.called, f.f))
	}
	return append(out,
		Function{Name: "abs", Min: 1, Max: 1, Eval: abs},
		Function{Name: "sign", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if !a[0].IsNumber() {
				return graph.Null, NotOfType(a[0], "INTEGER or FLOAT", "Expected a numeric value for sign(), but got: %s", Inspect(a[0]))
			}
			switch f := a[0].Number(); {
			case f > 0:
				return graph.Int(1), nil
			case f < 0:
				return graph.Int(-1), nil
			}
			return graph.Int(0), nil
		}},
		Function{Name: "round", Min: 1, Max: 3, Eval: round},
		Function{Name: "isNaN", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if !a[0].IsNumber() {
				return graph.Null, needsNumbers("isNaN")
			}
			return graph.Bool(a[0].Kind() == graph.KindFloat && math.IsNaN(a[0].AsFloat())), nil
		}},
		Function{Name: "rand", Eval: func(*Context, []graph.Value) (graph.Value, error) {
			return graph.Float(rand.Float64()), nil
		}},
		Function{Name: "atan2", Min: 2, Max: 2, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if !a[0].IsNumber() || !a[1].IsNumber() {
				return graph.Null, needsNumbers("atan2")
			}
			return graph.Float(math.Atan2(a[0].Number(), a[1].Number())), nil
		}},
	)
}

func coth(x float64) float64 {
	if x == 0 {
		return math.NaN()
	}
	return 1 / math.Tanh(x)
}

func abs(c *Context, a []graph.Value) (graph.Value, error) {
	switch a[0].Kind() {
	case graph.KindInt:
		i := a[0].AsInt()
		if i == math.MinInt64 && c.Version == 25 {
			return graph.Null, status.New(status.ArithmeticError, "", "numeric value out of range").With("22003", status.Because("22N28", "The result of the operation 'abs()' has caused an overflow."))
		}
		if i < 0 {
			i = -i
		}
		return graph.Int(i), nil
	case graph.KindFloat:
		return graph.Float(math.Abs(a[0].AsFloat())), nil
	}
	return graph.Null, needsNumbers("abs")
}

// coerceInt gives a number as an integer, as arguments that count things take it.
func coerceInt(v graph.Value) (int64, bool) {
	switch v.Kind() {
	case graph.KindInt:
		return v.AsInt(), true
	case graph.KindFloat:
		return floatToInt(v.AsFloat()).AsInt(), true
	}
	return 0, false
}

// round is round(value, precision, mode). Without a precision, or with 0 and no
// mode, halves go up; with one they go away from zero.
func round(_ *Context, a []graph.Value) (graph.Value, error) {
	if !a[0].IsNumber() {
		return graph.Null, needsNumbers("round")
	}
	precision, ok := int64(0), true
	if len(a) > 1 {
		if precision, ok = coerceInt(a[1]); !ok {
			return graph.Null, needsNumbers("round")
		}
	}
	if precision < 0 {
		e := status.New(status.ArgumentError, "", "Precision argument to 'round()' cannot be negative").
			With("22N38", status.Because("22N03", "Expected 'precision' to be of type INTEGER and in the range 0 to 9223372036854775807 but found %d.", precision)).Explained("Invalid argument to the function round().")
		return graph.Null, e
	}
	f := a[0].Number()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return graph.Float(f), nil
	}
	mode := "HALF_UP"
	if len(a) == 3 {
		if a[2].Kind() != graph.KindString {
			return graph.Null, expectedText("round", a[2])
		}
		mode = a[2].AsString()
		if _, known := roundings[mode]; !known {
			return graph.Null, status.New(status.ArgumentError, "", "%s", unknownRounding).With("22000", status.Because("22N26", unknownRounding))
		}
	} else if precision == 0 {
		switch x := math.Floor(f + 0.5); {
		case a[0].Kind() == graph.KindInt || math.Abs(f) >= 1<<52:
			return graph.Float(float64(floatToInt(f).AsInt())), nil
		default:
			return graph.Float(x), nil
		}
	}
	if r, ok := roundNear(f, precision); ok && mode == "HALF_UP" {
		return graph.Float(r), nil
	}
	return roundDecimal(f, precision, mode)
}

// roundNear is roundDecimal to the nearest for numbers that are far enough from half
// way between two others; ok=false for the others, large ones and those near to 0.
func roundNear(f float64, precision int64) (rounded float64, ok bool) {
	if precision < 0 || precision > 9 {
		return 0, false
	}
	power := math.Pow10(int(precision)) // exact
	x := f * power
	n := math.Floor(x + 0.5)
	if math.Abs(x) > 1<<40 || n == 0 || math.Abs(math.Abs(x-n)-0.5) < 1e-3 {
		return 0, false
	}
	return n / power, true // both are exact, so that this is the nearest to the decimal
}

const unknownRounding = "Unknown rounding mode. Valid values are: CEILING, FLOOR, UP, DOWN, HALF_EVEN, HALF_UP, HALF_DOWN, UNNECESSARY."

// roundings tell for each mode whether a digit string is to be raised away from
// zero: half compares the part cut off with one half, odd is about the last digit kept.
var roundings = map[string]func(negative, odd bool, half int) bool{
	"UP": func(bool, bool, int) bool { return true }, "DOWN": func(bool, bool, int) bool { return false },
	"CEILING": func(negative, _ bool, _ int) bool { return !negative }, "FLOOR": func(negative, _ bool, _ int) bool { return negative },
	"HALF_UP": func(_, _ bool, half int) bool { return half >= 0 }, "HALF_DOWN": func(_, _ bool, half int) bool { return half > 0 },
	"HALF_EVEN": func(_, odd bool, half int) bool { return half > 0 || half == 0 && odd }, "UNNECESSARY": nil,
}

// maxDigits is past the last digit that the shortest text of a FLOAT can have.
const maxDigits = 400

// roundDecimal rounds the shortest decimal text of f, as it is printed.
func roundDecimal(f float64, precision int64, mode string) (graph.Value, error) {
	if precision > maxDigits || f == 0 {
		return graph.Float(f + 0), nil
	}
	var buffer [64]byte
	text := strconv.AppendFloat(buffer[:0], math.Abs(f), 'e', -1, 64) // d.ddde±dd
	at := bytes.IndexByte(text, 'e')
	exponent, _ := strconv.ParseInt(string(text[at+1:]), 10, 64)
	digits := append(text[:1:1], text[min(2, at):at]...)
	keep := exponent + 1 + precision // so many digits
	if keep >= int64(len(digits)) {
		return graph.Float(f), nil
	}
	decide := roundings[mode]
	if decide == nil {
		return graph.Null, status.New(status.ExecutionFailed, "50N00", "Rounding necessary")
	}
	half := -1 // the last digit is not 0, so what is cut off is not nothing
	if keep >= 0 {
		if half = int(digits[keep]) - '5'; half == 0 && int64(len(digits)) > keep+1 {
			half = 1
		}
	}
	kept := append([]byte{'0'}, digits[:max(keep, 0)]...)
	if decide(f < 0, kept[len(kept)-1]%2 == 1, half) {
		i := len(kept) - 1
		for ; kept[i] == '9'; i-- {
			kept[i] = '0'
		}
		kept[i]++
	}
	out, _ := strconv.ParseFloat(string(append(append(kept, "e-"...), strconv.FormatInt(precision, 10)...)), 64)
	if f < 0 && out != 0 {
		out = -out
	}
	return graph.Float(out), nil
}
