package cypher

import (
	"graticule/cypher/exec"
	"graticule/graph"
)

// showGraphType gives the graph type as text, or as a graph of nodes and
// relationships that are not in the database; their ids are negative.
func showGraphType(g exec.Graph, asGraph bool) ([]ShowColumn, [][]graph.Value) {
	t := graphTypeOf(g.Constraints())
	if !asGraph {
		return columns("specification"), [][]graph.Value{{graph.String(t.text())}}
	}
	p := picture{t: t, ids: map[string]graph.NodeID{}}
	p.draw()
	return columns("nodes relationships"), [][]graph.Value{{graph.List(p.nodes), graph.List(p.rels)}}
}

// picture is a graph type drawn as a graph: a node for each label, and one for any label.
type picture struct {
	t           graphType
	ids         map[string]graph.NodeID
	nodes, rels []graph.Value
}

func (p *picture) draw() {
	for i := range p.t.elements {
		if e := &p.t.elements[i]; !e.relationship {
			p.add(e.token, "NodeElementType", p.described("label", e.token, e))
		}
	}
	for i := range p.t.elements {
		e := &p.t.elements[i]
		for _, l := range e.implied {
			p.relate("IMPLIES", p.label(e.token), p.label(l), &graph.Map{})
		}
		if e.relationship {
			p.relate("RELATIONSHIP_ELEMENT_TYPE", p.label(e.source), p.label(e.target), p.described("relationshipType", e.token, e))
		}
	}
	drawn := map[string]bool{}
	for _, d := range p.t.others {
		switch {
		case !d.Relationship:
			p.label(d.Label)
		case p.t.element(true, d.Label) == nil && !drawn[d.Label]:
			drawn[d.Label] = true
			p.relate("RELATIONSHIP_TYPE", p.label(""), p.label(""), p.described("relationshipType", d.Label, &elementType{relationship: true, token: d.Label}))
		}
	}
}

// described gives the properties of what is drawn: its name, the types of its
// properties and the constraints on it.
func (p *picture) described(name, token string, e *elementType) *graph.Map {
	m := graph.NewMap(3)
	m.Put(name, graph.String(token))
	properties, constraints := []string{}, []string{}
	for _, x := range e.properties {
		properties = append(properties, x.key+" :: "+x.typeText())
	}
	for _, d := range p.t.others {
		if d.Relationship == e.relationship && d.Label == token {
			constraints = append(constraints, p.t.constraintText(d))
		}
	}
	m.Put("properties", graph.Strings(properties))
	m.Put("constraints", graph.Strings(constraints))
	return m
}

// label gives the node of a label, or of any label for "".
func (p *picture) label(l string) graph.NodeID {
	if id, ok := p.ids[l]; ok {
		return id
	}
	if l == "" {
		return p.add(l, "AnyLabel", &graph.Map{})
	}
	return p.add(l, "NodeLabel", p.described("label", l, &elementType{token: l}))
}

func (p *picture) add(label, kind string, m *graph.Map) graph.NodeID {
	id := graph.NodeID(-int64(len(p.nodes)) - 1)
	p.ids[label] = id
	p.nodes = append(p.nodes, graph.NodeOf(&graph.Node{ID: id, Labels: []string{kind}, Properties: m}))
	return id
}

func (p *picture) relate(kind string, start, end graph.NodeID, m *graph.Map) {
	id := graph.RelID(-int64(len(p.rels)) - 1)
	p.rels = append(p.rels, graph.RelOf(&graph.Relationship{ID: id, Type: kind, Start: start, End: end, Properties: m}))
}
