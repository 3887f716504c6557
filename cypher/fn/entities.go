package fn

import (
	"fmt"

	"graticule/graph"
	"graticule/status"
)

func deleted(what string, id uint64) error {
	e := status.New(status.EntityNotFound, "50N42", "%s with id %d has been deleted in this transaction", what, id)
	e.Detail = "DeletedEntityAccess"
	return e
}

func (c *Context) node(v graph.Value) (*graph.Node, error) {
	if n := v.AsNode(); n != nil {
		return n, nil
	}
	if n := c.Entities.Node(v.NodeID()); n != nil {
		return n, nil
	}
	return nil, deleted("Node", uint64(v.NodeID()))
}

func (c *Context) rel(v graph.Value) (*graph.Relationship, error) {
	if r := v.AsRel(); r != nil {
		return r, nil
	}
	if r := c.Entities.Relationship(v.RelID()); r != nil {
		return r, nil
	}
	return nil, deleted("Relationship", uint64(v.RelID()))
}

// ElementID makes the element id text of a node or relationship.
func ElementID(database string, v graph.Value) string {
	if v.Kind() == graph.KindRel {
		return fmt.Sprintf("5:%s:%d", database, v.RelID())
	}
	return fmt.Sprintf("4:%s:%d", database, v.NodeID())
}

func entities() []Function {
	one := func(name string, kind graph.Kind, wrong func(graph.Value) error, f func(c *Context, v graph.Value) (graph.Value, error)) Function {
		return Function{Name: name, Min: 1, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			if a[0].Kind() != kind && (kind != entity || a[0].Kind() != graph.KindNode && a[0].Kind() != graph.KindRel) {
				return graph.Null, wrong(a[0])
			}
			return f(c, a[0])
		}}
	}
	expected := func(name, want string) func(graph.Value) error {
		return func(v graph.Value) error { return expectedInput(name, want, v) }
	}
	tobe := func(name, want string) func(graph.Value) error {
		return func(v graph.Value) error {
			return TypeError("Invalid input for function '%s()': Expected %s to be a %s", name, Inspect(v), want)
		}
	}
	end := func(name string, of func(start, end graph.NodeID) graph.NodeID) Function {
		return one(name, graph.KindRel, tobe(name, "RelationshipValue"), func(c *Context, v graph.Value) (graph.Value, error) {
			if r := v.AsRel(); r != nil {
				return graph.NodeRef(of(r.Start, r.End)), nil
			}
			if start, end, ok := c.Entities.Ends(v.RelID()); ok {
				return graph.NodeRef(of(start, end)), nil
			}
			return graph.Null, deleted("Relationship", uint64(v.RelID()))
		})
	}
	return []Function{
		one("id", entity, tobe("id", "node or relationship"), func(_ *Context, v graph.Value) (graph.Value, error) { return graph.Int(int64(v.NodeID())), nil }),
		one("elementId", entity, tobe("elementId", "node or relationship"), func(c *Context, v graph.Value) (graph.Value, error) {
			return graph.String(ElementID(c.DatabaseID, v)), nil
		}),
		one("labels", graph.KindNode, expected("labels", "Node"), func(c *Context, v graph.Value) (graph.Value, error) {
			if n := v.AsNode(); n != nil {
				return graph.Strings(n.Labels), nil
			}
			if list, ok := c.Entities.Labels(v.NodeID()); ok {
				return list, nil
			}
			return graph.Null, deleted("Node", uint64(v.NodeID()))
		}),
		one("type", graph.KindRel, expected("type", "Relationship"), func(c *Context, v graph.Value) (graph.Value, error) {
			if r := v.AsRel(); r != nil {
				return graph.String(r.Type), nil
			}
			if name := c.Entities.RelationshipType(v.RelID()); name != "" {
				return graph.String(name), nil
			}
			return graph.Null, deleted("Relationship", uint64(v.RelID()))
		}),
		{Name: "properties", Min: 1, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			m, err := c.propertiesFor("properties", a[0])
			return graph.MapOf(m), err
		}},
		{Name: "keys", Min: 1, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			m, err := c.propertiesFor("keys", a[0])
			return graph.Strings(m.Keys()), err
		}},
		{Name: "property_exists", Min: 2, Max: 2, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			m, err := c.propertiesFor("property_exists", a[0])
			if err != nil {
				return graph.Null, err
			}
			v, ok := m.Get(a[1].AsString())
			return graph.Bool(ok && !v.IsNull()), nil
		}},
		end("startNode", func(start, _ graph.NodeID) graph.NodeID { return start }),
		end("endNode", func(_, end graph.NodeID) graph.NodeID { return end }),
		one("length", graph.KindPath, expected("length", "Path"), func(_ *Context, v graph.Value) (graph.Value, error) {
			return graph.Int(int64(len(v.AsPath().Rels))), nil
		}),
		one("nodes", graph.KindPath, tobe("nodes", "path"), func(_ *Context, v graph.Value) (graph.Value, error) { return graph.List(v.AsPath().Nodes), nil }),
		one("relationships", graph.KindPath, tobe("relationships", "path"), func(_ *Context, v graph.Value) (graph.Value, error) {
			return graph.List(v.AsPath().Rels), nil
		}),
	}
}

// entity stands for nodes and relationships where a function takes both.
const entity = graph.Kind(255)

// propertiesFor is Properties for a function of that name.
func (c *Context) propertiesFor(name string, v graph.Value) (*graph.Map, error) {
	switch v.Kind() {
	case graph.KindMap, graph.KindNode, graph.KindRel:
		return c.Properties(v)
	}
	return nil, TypeError("Invalid input for function '%s()': Expected a node, a relationship or a literal map but got %s", name, Inspect(v))
}

// Properties gives the properties of a node, relationship or map; of a node that
// is gone none, as in Neo4j.
func (c *Context) Properties(v graph.Value) (*graph.Map, error) {
	switch v.Kind() {
	case graph.KindMap:
		return v.AsMap(), nil
	case graph.KindNode:
		n, err := c.node(v)
		if err != nil {
			return &graph.Map{}, nil
		}
		return n.Properties, nil
	case graph.KindRel:
		r, err := c.rel(v)
		if err != nil {
			return nil, err
		}
		return r.Properties, nil
	}
	return nil, NotOfType(v, "MAP", "Expected the value to be a map, but it was :`%s`", Inspect(v))
}
