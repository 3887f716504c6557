package fn

import (
	"math"
	"strings"

	"graticule/graph"
	"graticule/status"
)

// dimensionMax bounds the dimension of a vector.
const dimensionMax = 4096

// coordinateTypes are the types of coordinates by the words for them.
var coordinateTypes = map[string]graph.Coordinate{
	"INT8": graph.Int8, "INTEGER8": graph.Int8, "INT16": graph.Int16, "INTEGER16": graph.Int16, "INT32": graph.Int32, "INTEGER32": graph.Int32,
	"INT": graph.Int64, "INT64": graph.Int64, "INTEGER": graph.Int64, "INTEGER64": graph.Int64, "SIGNED INTEGER": graph.Int64,
	"FLOAT32": graph.Float32, "FLOAT": graph.Float64, "FLOAT64": graph.Float64,
}

// Coordinate tells whether a word names a type of coordinates.
func Coordinate(word string) bool { return coordinateTypes[strings.ToUpper(word)] != 0 }

func vectorOverflow() error {
	return status.New(status.ArithmeticError, "", "numeric value out of range").With("22003", status.Because("22N28", "The result of the operation 'vector()' has caused an overflow."))
}

// vector is vector(coordinates, dimension, TYPE).
func vector(_ *Context, a []graph.Value) (graph.Value, error) {
	dimension, ok := coerceInt(a[1])
	if !ok {
		return graph.Null, cannotCoerce(a[1], "Number")
	}
	if dimension < 1 || dimension > dimensionMax {
		return graph.Null, outOfRange("vector", "dimension", 1, dimensionMax, dimension)
	}
	given, isList := elements(a[0])
	if a[0].Kind() == graph.KindString {
		text := strings.TrimSpace(a[0].AsString())
		inner := strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
		for _, part := range strings.Split(inner, ",") {
			x, _ := toFloat(graph.String(strings.TrimSpace(part)))
			if x.IsNull() || len(inner)+2 != len(text) {
				return graph.Null, noNumber("vector", graph.String(part), part)
			}
			given = append(given, x)
		}
		isList = true
	}
	if !isList {
		return graph.Null, NotOfType(a[0], "STRING or LIST<INTEGER | FLOAT>", "Invalid input for function 'vector()': Expected a String or List, got: %s", Inspect(a[0]))
	}
	c := coordinateTypes[strings.ToUpper(a[2].AsString())]
	out := make([]graph.Value, len(given))
	for i, x := range given {
		if !x.IsNumber() {
			return graph.Null, noNumber("vector()", x, Inspect(x))
		}
		var err error
		if out[i], err = coordinate(x, c); err != nil {
			return graph.Null, err
		}
	}
	if int64(len(out)) != dimension {
		v := graph.VectorOf(out, c)
		return graph.Null, status.New(status.TypeError, "", "Expected a VECTOR<%v>(%d), but got VECTOR<%v>(%d)", c, dimension, c, len(out)).
			With("22G03", status.Because("22N01", "Expected the value %s to be of type VECTOR<%v>(%d), but was of type VECTOR<%v>(%d).", ToText(v), c, dimension, c, len(out)))
	}
	return graph.VectorOf(out, c), nil
}

func noNumber(name string, v graph.Value, shown string) error {
	return status.New(status.TypeError, "", "Invalid input for function '%s': Expected a NUMBER, got: %s", name, shown).
		With("22N38", status.Because("22N01", "Expected the value %s to be of type INTEGER or FLOAT, but was of type %s.", shown, TypeText(v))).Explained("Invalid argument to the function vector().")
}

// coordinate gives a number as a coordinate of a type.
func coordinate(x graph.Value, c graph.Coordinate) (graph.Value, error) {
	f := x.Number()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		text := "Invalid vector coordinates. The vector coordinates must be finite."
		return graph.Null, status.New(status.ArgumentError, "22NBG", "22NBG: %s", text).Explained("The vector coordinates must be finite.")
	}
	if c < 0 {
		if c == graph.Float32 {
			if f = float64(float32(f)); math.IsInf(f, 0) {
				return graph.Null, vectorOverflow()
			}
		}
		return graph.Float(f), nil
	}
	i, _ := coerceInt(x)
	if limit := int64(1)<<(c-1) - 1; i > limit || i < -limit-1 || x.Kind() == graph.KindFloat && (f >= 1<<63 || f < -1<<63) {
		return graph.Null, vectorOverflow()
	}
	return graph.Int(i), nil
}

func vectorsOnly(name string, vs ...graph.Value) error {
	for _, v := range vs {
		if v.Kind() != graph.KindVector {
			return newerInput(name, v, "VECTOR", "Invalid input for function '%s()': Expected a VECTOR, got: %s", name, Inspect(v))
		}
	}
	return nil
}

func dimensionCount(_ *Context, a []graph.Value) (graph.Value, error) {
	if err := vectorsOnly("vector_dimension_count", a[0]); err != nil {
		return graph.Null, err
	}
	return graph.Int(int64(len(a[0].Coordinates()))), nil
}

func single(f float64) graph.Value { return graph.Float(float64(float32(f))) }

func numbers(v graph.Value) []float64 {
	out := make([]float64, len(v.Coordinates()))
	for i, x := range v.Coordinates() {
		out[i] = x.Number()
	}
	return out
}

// vectorDistance is vector_distance(a, b, METRIC).
func vectorDistance(_ *Context, args []graph.Value) (graph.Value, error) {
	if err := vectorsOnly("vector_distance", args[:2]...); err != nil {
		return graph.Null, err
	}
	a, b := numbers(args[0]), numbers(args[1])
	if len(a) != len(b) {
		return graph.Null, status.New(status.ArgumentError, "", "The argument `vector1` and `vector2` in the `vector_distance()` function must be of the same dimension.").
			With("22N38", status.Because("22N04", "Invalid input '`vector1` of dimension %d and `vector2` of dimension %d' for vector1 and vector2. Expected 'vector arguments must be the same dimension'.", len(a), len(b))).Explained("Invalid argument to the function vector_distance().")
	}
	var squares, sum, differing float64
	for i := range a {
		d := a[i] - b[i]
		squares += d * d
		sum += math.Abs(d)
		if d != 0 {
			differing++
		}
	}
	switch args[2].AsString() {
	case "EUCLIDEAN":
		return single(math.Sqrt(squares)), nil
	case "EUCLIDEAN_SQUARED":
		return single(squares), nil
	case "MANHATTAN":
		return single(sum), nil
	case "HAMMING":
		return single(differing), nil
	case "DOT":
		return single(-dot(a, b)), nil
	}
	return single(float64(1 - float32(dot(a, b)/math.Sqrt(dot(a, a)*dot(b, b))))), nil
}

// vectorNorm is vector_norm(v, METRIC).
func vectorNorm(_ *Context, args []graph.Value) (graph.Value, error) {
	if err := vectorsOnly("vector_norm", args[0]); err != nil {
		return graph.Null, err
	}
	a := numbers(args[0])
	if args[1].AsString() == "MANHATTAN" {
		var sum float64
		for _, x := range a {
			sum += math.Abs(x)
		}
		return single(sum), nil
	}
	return single(math.Sqrt(dot(a, a))), nil
}
