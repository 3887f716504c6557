package cyphertest

import "graticule/graph"

// Value makes a value of Go's nil, bool, int64, float64, string, []any and map[string]any.
func Value(v any) graph.Value {
	switch v := v.(type) {
	case bool:
		return graph.Bool(v)
	case int64:
		return graph.Int(v)
	case float64:
		return graph.Float(v)
	case string:
		return graph.String(v)
	case []any:
		out := make([]graph.Value, len(v))
		for i, e := range v {
			out[i] = Value(e)
		}
		return graph.List(out)
	case map[string]any:
		m := graph.NewMap(len(v))
		for k, e := range v {
			m.Put(k, Value(e))
		}
		return graph.MapOf(m)
	}
	return graph.Null
}
