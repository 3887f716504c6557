package packstream

import "graticule/graph"

// entity reads a node, a relationship or a path of another server. Clients
// cannot send these.
func (d *Decoder) entity(tag byte, fields, depth int) graph.Value {
	var f [5]graph.Value
	var want []graph.Kind
	switch tag {
	case tagNode:
		want = []graph.Kind{graph.KindInt, graph.KindList, graph.KindMap}
	case tagRelationship:
		want = []graph.Kind{graph.KindInt, graph.KindInt, graph.KindInt, graph.KindString, graph.KindMap}
	case tagPath:
		want = []graph.Kind{graph.KindList, graph.KindList}
	}
	if fields != len(want) {
		d.fail(ErrMalformed)
		return graph.Null
	}
	for i := range want {
		if f[i] = d.value(depth + 1); f[i].Kind() != want[i] {
			d.fail(ErrMalformed)
			return graph.Null
		}
	}
	switch tag {
	case tagNode:
		n := &graph.Node{ID: graph.NodeID(f[0].AsInt()), Properties: f[2].AsMap()}
		for _, l := range f[1].AsList() {
			if l.Kind() != graph.KindString {
				d.fail(ErrMalformed)
				return graph.Null
			}
			n.Labels = append(n.Labels, l.AsString())
		}
		return graph.NodeOf(n)
	case tagRelationship:
		return graph.RelOf(&graph.Relationship{ID: graph.RelID(f[0].AsInt()), Start: graph.NodeID(f[1].AsInt()), End: graph.NodeID(f[2].AsInt()), Type: f[3].AsString(), Properties: f[4].AsMap()})
	}
	for i, list := range f[:2] {
		for _, v := range list.AsList() {
			if v.Kind() != [...]graph.Kind{graph.KindNode, graph.KindRel}[i] {
				d.fail(ErrMalformed)
				return graph.Null
			}
		}
	}
	return graph.PathOf(&graph.Path{Nodes: f[0].AsList(), Rels: f[1].AsList()})
}
