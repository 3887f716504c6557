package tck

import (
	"graticule/graph"
	"graticule/graph/temporal"
)

// FromGraph makes a value of the kit from one of the graph.
func FromGraph(v graph.Value) any {
	switch v.Kind() {
	case graph.KindNull:
		return nil
	case graph.KindBool:
		return v.AsBool()
	case graph.KindInt:
		return v.AsInt()
	case graph.KindFloat:
		return v.AsFloat()
	case graph.KindString:
		return v.AsString()
	case graph.KindList:
		out := make([]any, len(v.AsList()))
		for i, e := range v.AsList() {
			out[i] = FromGraph(e)
		}
		return out
	case graph.KindMap:
		return fromMap(v.AsMap())
	case graph.KindNode:
		n := v.AsNode()
		return Node{Labels: n.Labels, Properties: fromMap(n.Properties)}
	case graph.KindRel:
		r := v.AsRel()
		return Relationship{Type: r.Type, Properties: fromMap(r.Properties)}
	case graph.KindPath:
		in := v.AsPath()
		p := Path{}
		for i, n := range in.Nodes {
			p.Nodes = append(p.Nodes, FromGraph(n).(Node))
			if i > 0 {
				rel := in.Rels[i-1].AsRel()
				p.Relationships = append(p.Relationships, FromGraph(in.Rels[i-1]).(Relationship))
				p.Forward = append(p.Forward, rel.Start == in.Nodes[i-1].NodeID())
			}
		}
		return p
	}
	return TemporalText(temporal.Format(v))
}

func fromMap(m *graph.Map) map[string]any {
	out := map[string]any{}
	for i := range m.Len() {
		k, v := m.At(i)
		out[k] = FromGraph(v)
	}
	return out
}
