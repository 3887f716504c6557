package fn

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/status"
)

// expectedInput is the error of a function that got another kind of value than it takes.
func expectedInput(name, want string, v graph.Value) error {
	return withDetail(TypeError("Invalid input for function '%s()': Expected a %s, got: %s", name, want, Inspect(v)), "InvalidArgumentValue")
}

// cannotCoerce is the error of a value that a procedure or function cannot take for want.
func cannotCoerce(v graph.Value, want string) error {
	return TypeError("Can't coerce `%s` to %s", Inspect(v), want)
}

// textWanted is the error of the newer functions of texts that got something else.
func textWanted(name string, v graph.Value) error {
	e := NotOfType(v, "STRING", "Expected a string value for `%s`, but got: %s; consider converting it to a string with toString().", name, Inspect(v))
	return status.As(e).With("22N38", status.As(e).Cause).Explained("Invalid argument to the function " + name + "().")
}

func conversions() []Function {
	strict := func(name, want string, convert func(graph.Value) (graph.Value, bool)) Function {
		return Function{Name: name, Min: 1, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			if c.Version == 25 && name == "toFloat" && a[0].Kind() == graph.KindString && hexForm.MatchString(a[0].AsString()) {
				i, err := parseInteger(c, a[0].AsString())
				return graph.Float(i.Number()), err
			}
			v, ok := convert(a[0])
			if !ok {
				return graph.Null, expectedInput(name, want, a[0])
			}
			return v, nil
		}}
	}
	orNull := func(name string, convert func(graph.Value) (graph.Value, bool)) Function {
		return Function{Name: name, Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			v, _ := convert(a[0])
			return v, nil
		}}
	}
	each := func(name string, convert func(graph.Value) (graph.Value, bool)) Function {
		return Function{Name: name, Min: 1, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			l, ok := elements(a[0])
			if !ok {
				return graph.Null, expectedInput(name, "List", a[0])
			}
			out := make([]graph.Value, len(l))
			for i, v := range l {
				out[i], _ = convert(v)
				c.Work(4)
			}
			return graph.List(out), nil
		}}
	}
	return []Function{
		strict("toBoolean", "Boolean, Integer or String", toBoolean), strict("toFloat", "String, Float or Integer", toFloat),
		strict("toString", "String, Float, Integer, Boolean, Temporal or Duration", toString),
		{Name: "toInteger", Min: 1, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			if a[0].Kind() == graph.KindString {
				return parseInteger(c, a[0].AsString())
			}
			v, ok := toInteger(a[0])
			if !ok {
				return graph.Null, expectedInput("toInteger", "String, Float, Integer or Boolean", a[0])
			}
			return v, nil
		}},
		orNull("toBooleanOrNull", toBoolean), orNull("toFloatOrNull", toFloat), orNull("toStringOrNull", toString),
		{Name: "toIntegerOrNull", Min: 1, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			if a[0].Kind() == graph.KindString {
				v, err := parseInteger(c, a[0].AsString())
				if err != nil {
					return graph.Null, nil
				}
				return v, nil
			}
			v, _ := toInteger(a[0])
			return v, nil
		}},
		each("toBooleanList", toBoolean), each("toFloatList", toFloat), each("toIntegerList", toInteger), each("toStringList", toString),
	}
}

func toBoolean(v graph.Value) (graph.Value, bool) {
	switch v.Kind() {
	case graph.KindBool:
		return v, true
	case graph.KindInt:
		return graph.Bool(v.AsInt() != 0), true
	case graph.KindString:
		switch strings.ToLower(strings.TrimSpace(v.AsString())) {
		case "true":
			return graph.True, true
		case "false":
			return graph.False, true
		}
		return graph.Null, true
	}
	return graph.Null, false
}

// tooLarge is the error of a text of a number that no INTEGER can hold.
func tooLarge(c *Context, text string) error {
	e := status.New(status.TypeError, "50N42", "integer, %s, is too large", text)
	if c.Version != 25 {
		return e
	}
	return e.With("22003", status.Because("22N03", "Expected 'input' to be of type INTEGER and in the range -9223372036854775808 to 9223372036854775807 but found %s.", text))
}

var (
	hexForm     = regexp.MustCompile(`^[+-]?0[xXoO][0-9a-fA-F]+$`)
	wholeForm   = regexp.MustCompile(`^[+-]?\d+$`)
	decimalForm = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)
	floatForm   = regexp.MustCompile(`^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?\d+[dDfF]?)$`)
)

// maxExponentDigits bounds the text of an exponent that is looked into.
const maxExponentDigits = 6

// parseInteger reads the text of a number and cuts what follows the point.
// Cypher 25 passes over white space around it.
func parseInteger(c *Context, text string) (graph.Value, error) {
	if c.Version == 25 {
		text = strings.TrimFunc(text, whitespace)
	}
	if text != "" && len(text) <= 18 && !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		i, err := strconv.ParseInt(text, 10, 64)
		return graph.Int(i), err
	}
	if wholeForm.MatchString(text) {
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return graph.Null, tooLarge(c, text)
		}
		return graph.Int(i), nil
	}
	if c.Version == 25 && hexForm.MatchString(text) {
		i, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			return graph.Null, tooLarge(c, text)
		}
		return graph.Int(i), nil
	}
	m := decimalForm.FindStringSubmatch(text)
	if m == nil {
		return graph.Null, nil
	}
	if len(m[2]) > maxExponentDigits {
		if strings.Contains(m[2], "-") {
			return graph.Int(0), nil
		}
		return graph.Null, tooLarge(c, text)
	}
	f, _ := strconv.ParseFloat(text, 64)
	if f >= 1<<63 || f < -1<<63 {
		return graph.Null, tooLarge(c, text)
	}
	return graph.Int(int64(f)), nil
}

func toInteger(v graph.Value) (graph.Value, bool) {
	switch v.Kind() {
	case graph.KindInt:
		return v, true
	case graph.KindFloat:
		return floatToInt(v.AsFloat()), true
	case graph.KindBool:
		return graph.Int(int64(v.NodeID())), true
	case graph.KindString:
		i, err := parseInteger(&Context{}, v.AsString())
		return i, err == nil
	}
	return graph.Null, false
}

func floatToInt(f float64) graph.Value {
	switch {
	case math.IsNaN(f):
		return graph.Int(0)
	case f >= math.MaxInt64:
		return graph.Int(math.MaxInt64)
	case f <= math.MinInt64:
		return graph.Int(math.MinInt64)
	}
	return graph.Int(int64(f))
}

// toFloat takes the texts that Java takes for a double.
func toFloat(v graph.Value) (graph.Value, bool) {
	switch v.Kind() {
	case graph.KindInt:
		return graph.Float(float64(v.AsInt())), true
	case graph.KindFloat:
		return v, true
	case graph.KindString:
		text := strings.TrimFunc(v.AsString(), func(r rune) bool { return r <= ' ' })
		if f, err := strconv.ParseFloat(text, 64); err == nil && !strings.ContainsFunc(text, func(r rune) bool { return (r < '0' || r > '9') && !strings.ContainsRune(".+-eE", r) }) {
			return graph.Float(f), true
		}
		if !floatForm.MatchString(text) {
			return graph.Null, true
		}
		if !strings.HasSuffix(text, "y") && !strings.HasSuffix(text, "N") {
			text = strings.TrimRight(text, "dDfF")
			if isHex := strings.ContainsAny(text, "xX"); isHex && !strings.ContainsAny(text, "pP") {
				return graph.Null, true
			}
		}
		f, err := strconv.ParseFloat(text, 64)
		if err != nil && !math.IsInf(f, 0) {
			return graph.Null, true
		}
		return graph.Float(f), true
	}
	return graph.Null, false
}

func toString(v graph.Value) (graph.Value, bool) {
	switch v.Kind() {
	case graph.KindString:
		return v, true
	case graph.KindInt, graph.KindFloat, graph.KindBool, graph.KindPoint, graph.KindUUID:
		return graph.String(ToText(v)), true
	}
	if isTemporal(v) {
		return graph.String(temporal.Format(v)), true
	}
	return graph.Null, false
}
