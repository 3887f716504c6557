package fn

import (
	"crypto/rand"
	"fmt"
	"math"
	"strconv"
	"strings"

	"graticule/graph"
	"graticule/graph/temporal"
)

func scalars() []Function {
	return []Function{
		{Name: "coalesce", Category: "Scalar", Signature: "coalesce(input :: ANY) :: ANY", Description: "Returns the first non-null value in a list of expressions.", Min: 1, Max: -1, TakesNull: true, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			for _, v := range a {
				if !v.IsNull() {
					return v, nil
				}
			}
			return graph.Null, nil
		}},
		{Name: "nullIf", Category: "Scalar", Signature: "nullIf(v1 :: ANY, v2 :: ANY) :: ANY", Description: "Returns null if the two given parameters are equivalent, otherwise returns the value of the first parameter.", Min: 2, Max: 2, TakesNull: true, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if graph.Equal(a[0], a[1]).IsTrue() {
				return graph.Null, nil
			}
			return a[0], nil
		}},
		{Name: "toBoolean", Category: "Scalar", Signature: "toBoolean(input :: ANY) :: BOOLEAN", Description: "Converts a value to a BOOLEAN.", Min: 1, Max: 1, Eval: strict(toBoolean, "toBoolean")},
		{Name: "toInteger", Category: "Scalar", Signature: "toInteger(input :: ANY) :: INTEGER", Description: "Converts a value to an INTEGER.", Min: 1, Max: 1, Eval: strict(toInteger, "toInteger")},
		{Name: "toFloat", Category: "Scalar", Signature: "toFloat(input :: ANY) :: FLOAT", Description: "Converts a value to a FLOAT.", Min: 1, Max: 1, Eval: strict(toFloat, "toFloat")},
		{Name: "toString", Category: "String", Signature: "toString(input :: ANY) :: STRING", Description: "Converts a value to a STRING.", Min: 1, Max: 1, Eval: strict(toString, "toString")},
		{Name: "toBooleanOrNull", Category: "Scalar", Signature: "toBooleanOrNull(input :: ANY) :: BOOLEAN", Description: "Converts a value to a BOOLEAN, or null if it cannot be converted.", Min: 1, Max: 1, Eval: orNull(toBoolean)},
		{Name: "toIntegerOrNull", Category: "Scalar", Signature: "toIntegerOrNull(input :: ANY) :: INTEGER", Description: "Converts a value to an INTEGER, or null if it cannot be converted.", Min: 1, Max: 1, Eval: orNull(toInteger)},
		{Name: "toFloatOrNull", Category: "Scalar", Signature: "toFloatOrNull(input :: ANY) :: FLOAT", Description: "Converts a value to a FLOAT, or null if it cannot be converted.", Min: 1, Max: 1, Eval: orNull(toFloat)},
		{Name: "toStringOrNull", Category: "String", Signature: "toStringOrNull(input :: ANY) :: STRING", Description: "Converts a value to a STRING, or null if it cannot be converted.", Min: 1, Max: 1, Eval: orNull(toString)},
		{Name: "randomUUID", Category: "Scalar", Signature: "randomUUID() :: STRING", Description: "Generates a random UUID.", Eval: func(*Context, []graph.Value) (graph.Value, error) {
			var u [16]byte
			_, _ = rand.Read(u[:])
			u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
			return graph.String(fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])), nil
		}},
		{Name: "timestamp", Category: "Scalar", Signature: "timestamp() :: INTEGER", Description: "Returns the milliseconds since 1970-01-01 UTC.", Eval: func(c *Context, _ []graph.Value) (graph.Value, error) {
			return graph.Int(c.Statement.UnixMilli()), nil
		}},
		{Name: "valueType", Category: "Scalar", Signature: "valueType(input :: ANY) :: STRING", Description: "Returns the type of a value.", Min: 1, Max: 1, TakesNull: true, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			return graph.String(TypeText(a[0])), nil
		}},
	}
}

// TypeText gives the most precise type of v, as valueType does.
func TypeText(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNull:
		return "NULL"
	case graph.KindList:
		seen, nullable := []string{}, false
		for _, e := range v.AsList() {
			if e.IsNull() {
				nullable = true
				continue
			}
			t := TypeText(e)
			if !containsText(seen, t) {
				seen = append(seen, t)
			}
		}
		element := "NOTHING"
		if nullable && len(seen) == 0 {
			element = "NULL"
		}
		if len(seen) > 0 {
			element = strings.Join(seen, " | ")
			if nullable {
				element = strings.ReplaceAll(element, " NOT NULL", "")
			}
		}
		return "LIST<" + element + "> NOT NULL"
	}
	return v.Kind().String() + " NOT NULL"
}

func containsText(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// strict makes a conversion fail on types it does not take.
func strict(convert func(graph.Value) (graph.Value, bool), name string) func(*Context, []graph.Value) (graph.Value, error) {
	return func(_ *Context, a []graph.Value) (graph.Value, error) {
		v, ok := convert(a[0])
		if !ok {
			e := TypeError("Invalid input for function '%s()': Expected a convertible value, got: %s", name, ToText(a[0]))
			return graph.Null, withDetail(e, "InvalidArgumentValue")
		}
		return v, nil
	}
}

func orNull(convert func(graph.Value) (graph.Value, bool)) func(*Context, []graph.Value) (graph.Value, error) {
	return func(_ *Context, a []graph.Value) (graph.Value, error) {
		v, _ := convert(a[0])
		return v, nil
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

func toInteger(v graph.Value) (graph.Value, bool) {
	switch v.Kind() {
	case graph.KindInt:
		return v, true
	case graph.KindFloat:
		return floatToInt(v.AsFloat()), true
	case graph.KindBool:
		return graph.Int(int64(v.NodeID())), true
	case graph.KindString:
		if i, err := strconv.ParseInt(v.AsString(), 10, 64); err == nil {
			return graph.Int(i), true
		}
		if f, err := strconv.ParseFloat(v.AsString(), 64); err == nil {
			return floatToInt(f), true
		}
		return graph.Null, true
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

func toFloat(v graph.Value) (graph.Value, bool) {
	switch v.Kind() {
	case graph.KindInt:
		return graph.Float(float64(v.AsInt())), true
	case graph.KindFloat:
		return v, true
	case graph.KindString:
		if f, err := strconv.ParseFloat(strings.TrimSpace(v.AsString()), 64); err == nil {
			return graph.Float(f), true
		}
		return graph.Null, true
	}
	return graph.Null, false
}

func toString(v graph.Value) (graph.Value, bool) {
	switch v.Kind() {
	case graph.KindString:
		return v, true
	case graph.KindInt, graph.KindFloat, graph.KindBool, graph.KindPoint:
		return graph.String(ToText(v)), true
	}
	if isTemporal(v) {
		return graph.String(temporal.Format(v)), true
	}
	return graph.Null, false
}
