package exec

import (
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// storable gives v as a property can hold it: a list of integers and floats is
// one of floats. The error is Neo4j's for what cannot be stored.
func storable(v graph.Value) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindMap, graph.KindNode, graph.KindRel, graph.KindPath:
		text := fn.Inspect(v)
		e := status.New(status.TypeError, "", "Property values can only be of primitive types or arrays thereof. Encountered: %s.", text)
		e.Detail = "InvalidPropertyType"
		return v, e.With("22G03", status.Because("22N01", "Expected the value %s to be of type BOOLEAN, STRING, INTEGER, FLOAT, DATE, LOCAL TIME, ZONED TIME, LOCAL DATETIME, ZONED DATETIME, DURATION, POINT, NODE or RELATIONSHIP, but was of type %v NOT NULL.", text, v.Kind()))
	case graph.KindList:
		return storableList(v)
	}
	return v, nil
}

func storableList(v graph.Value) (graph.Value, error) {
	refuse := func(message string) (graph.Value, error) {
		e := status.New(status.TypeError, "50N42", "%s", message)
		e.Detail = "InvalidPropertyType"
		return v, e
	}
	items := v.AsList()
	floats, mixed := 0, false
	for _, x := range items {
		switch {
		case x.IsNull():
			return refuse("Collections containing null values can not be stored in properties.")
		case x.Kind() == graph.KindList:
			return refuse("Collections containing collections can not be stored in properties.")
		case x.Kind() == graph.KindMap || x.Kind() == graph.KindNode || x.Kind() == graph.KindRel || x.Kind() == graph.KindPath:
			return storable(x)
		case x.Kind() == graph.KindFloat:
			floats++
		}
		mixed = mixed || x.Kind() != items[0].Kind() && !(x.IsNumber() && items[0].IsNumber())
	}
	if mixed {
		return refuse("Neo4j only supports a subset of Cypher types for storage as singleton or array properties. Please refer to section cypher/syntax/values of the manual for more details.")
	}
	if floats == 0 || floats == len(items) {
		return v, nil
	}
	out := make([]graph.Value, len(items))
	for i, x := range items {
		out[i] = graph.Float(x.Number())
	}
	return graph.List(out), nil
}

// noMap is the error of null where properties are wanted.
func noMap(message string) error {
	e := status.New(status.TypeError, "", "%s", message)
	return e.With("22G03", status.Because("22N01", "Expected the value NO_VALUE to be of type MAP, but was of type NULL."))
}

// missingEnd is the error of a relationship to a node that is null.
func missingEnd(rel, node string) error {
	e := status.New(status.ExecutionFailed, "50N42", "Failed to create relationship `%s`, node `%s` is missing. If you prefer to simply ignore rows where a relationship node is missing, set 'dbms.cypher.lenient_create_relationship = true' in neo4j.conf", rel, node)
	e.Detail = "InvalidArgumentValue"
	return e
}
