package fn

import (
	"strings"

	"graticule/graph"
	"graticule/status"
)

func notStorable(e *status.Error) error {
	c := *e
	c.Detail = "InvalidPropertyType"
	return &c
}

// Storable gives v as a property holds it: a list of integers and floats holds
// floats. The error says why v cannot be a property.
func Storable(v graph.Value) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindMap, graph.KindNode, graph.KindRel, graph.KindPath:
		return graph.Null, encountered(v)
	case graph.KindList:
		return storableList(v)
	}
	return v, nil
}

func encountered(v graph.Value) error {
	return notStorable(status.As(NotOfType(v, "BOOLEAN, STRING, INTEGER, FLOAT, DATE, LOCAL TIME, ZONED TIME, LOCAL DATETIME, ZONED DATETIME, DURATION, POINT, NODE or RELATIONSHIP",
		"Property values can only be of primitive types or arrays thereof. Encountered: %s.", Inspect(v))))
}

// mixed is the error of a list that holds v beside values of other kinds.
func mixed(v graph.Value) error {
	return unstorable(func() string { return Inspect(v) }, "Neo4j only supports a subset of Cypher types for storage as singleton or array properties. Please refer to section cypher/syntax/values of the manual for more details.")
}

// unstorable is the error of a list that no property can hold; value shows it in Cypher 25.
func unstorable(value func() string, message string) error {
	e := status.New(status.TypeError, "50N42", "%s", message)
	e.In25 = func() *status.Error {
		return e.With("22G03", status.Because("22N39", "Value %s cannot be stored in properties.", value()))
	}
	return notStorable(e)
}

// shownList writes a list as the causes of such errors do.
func shownList(l []graph.Value) string {
	parts := make([]string, len(l))
	for i, e := range l {
		switch e.Kind() {
		case graph.KindNull:
			parts[i] = "NULL"
		case graph.KindList:
			parts[i] = shownList(e.AsList())
		default:
			parts[i] = ToText(e)
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func storableList(v graph.Value) (graph.Value, error) {
	l := v.AsList()
	whole := func() string { return shownList(l) }
	floats := false
	for i, e := range l {
		switch e.Kind() {
		case graph.KindMap, graph.KindNode, graph.KindRel, graph.KindPath:
			if i > 0 { // of another kind than the values before it
				return graph.Null, mixed(e)
			}
			return graph.Null, encountered(e)
		case graph.KindList:
			return graph.Null, unstorable(whole, "Collections containing collections can not be stored in properties.")
		case graph.KindNull:
			return graph.Null, unstorable(whole, "Collections containing null values can not be stored in properties.")
		}
		if i == 0 || e.Kind() == l[0].Kind() {
			if e.Kind() == graph.KindPoint && e.AsPoint().SRID != l[0].AsPoint().SRID {
				return graph.Null, unstorable(whole, "Collections containing point values with different CRS can not be stored in properties.")
			}
			continue
		}
		if !e.IsNumber() || !l[0].IsNumber() {
			return graph.Null, mixed(e)
		}
		floats = true
	}
	if !floats {
		return v, nil
	}
	out := make([]graph.Value, len(l))
	for i, e := range l {
		out[i] = graph.Float(e.Number())
	}
	return graph.List(out), nil
}
