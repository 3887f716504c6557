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
	wrongValue := func(name string, v graph.Value) error {
		e := *status.As(TypeError("Invalid input for function '%s()': got %v", name, v.Kind()))
		e.Detail = "InvalidArgumentValue"
		return &e
	}
	wrong := func(name string, v graph.Value) error {
		return TypeError("Invalid input for function '%s()': got %v", name, v.Kind())
	}
	one := func(name, signature, description string, f func(c *Context, v graph.Value) (graph.Value, error)) Function {
		return Function{Name: name, Category: "Scalar", Signature: signature, Description: description, Min: 1, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) { return f(c, a[0]) }}
	}
	return []Function{
		one("id", "id(input :: NODE | RELATIONSHIP) :: INTEGER", "Returns the internal id.", func(_ *Context, v graph.Value) (graph.Value, error) {
			if v.Kind() != graph.KindNode && v.Kind() != graph.KindRel {
				return graph.Null, wrong("id", v)
			}
			return graph.Int(int64(v.NodeID())), nil
		}),
		one("elementId", "elementId(input :: NODE | RELATIONSHIP) :: STRING", "Returns the element id.", func(c *Context, v graph.Value) (graph.Value, error) {
			if v.Kind() != graph.KindNode && v.Kind() != graph.KindRel {
				return graph.Null, wrong("elementId", v)
			}
			return graph.String(ElementID(c.DatabaseID, v)), nil
		}),
		one("labels", "labels(input :: NODE) :: LIST<STRING>", "Returns the labels of a node.", func(c *Context, v graph.Value) (graph.Value, error) {
			if v.Kind() != graph.KindNode {
				return graph.Null, wrongValue("labels", v)
			}
			n, err := c.node(v)
			if err != nil {
				return graph.Null, err
			}
			return graph.Strings(n.Labels), nil
		}),
		one("type", "type(input :: RELATIONSHIP) :: STRING", "Returns the type of a relationship.", func(c *Context, v graph.Value) (graph.Value, error) {
			if v.Kind() != graph.KindRel {
				return graph.Null, wrongValue("type", v)
			}
			r, err := c.rel(v)
			if err != nil {
				return graph.Null, err
			}
			return graph.String(r.Type), nil
		}),
		one("properties", "properties(input :: NODE | RELATIONSHIP | MAP) :: MAP", "Returns all properties.", func(c *Context, v graph.Value) (graph.Value, error) {
			m, err := c.Properties(v)
			return graph.MapOf(m), err
		}),
		one("keys", "keys(input :: NODE | RELATIONSHIP | MAP) :: LIST<STRING>", "Returns all property keys.", func(c *Context, v graph.Value) (graph.Value, error) {
			m, err := c.Properties(v)
			return graph.Strings(m.Keys()), err
		}),
		one("startNode", "startNode(input :: RELATIONSHIP) :: NODE", "Returns the start node.", func(c *Context, v graph.Value) (graph.Value, error) {
			if v.Kind() != graph.KindRel {
				return graph.Null, wrong("startNode", v)
			}
			r, err := c.rel(v)
			if err != nil {
				return graph.Null, err
			}
			return graph.NodeRef(r.Start), nil
		}),
		one("endNode", "endNode(input :: RELATIONSHIP) :: NODE", "Returns the end node.", func(c *Context, v graph.Value) (graph.Value, error) {
			if v.Kind() != graph.KindRel {
				return graph.Null, wrong("endNode", v)
			}
			r, err := c.rel(v)
			if err != nil {
				return graph.Null, err
			}
			return graph.NodeRef(r.End), nil
		}),
		one("length", "length(input :: PATH) :: INTEGER", "Returns the length of a path.", func(_ *Context, v graph.Value) (graph.Value, error) {
			if v.Kind() != graph.KindPath {
				return graph.Null, wrong("length", v)
			}
			return graph.Int(int64(len(v.AsPath().Rels))), nil
		}),
		one("nodes", "nodes(input :: PATH) :: LIST<NODE>", "Returns the nodes of a path.", func(_ *Context, v graph.Value) (graph.Value, error) {
			if v.Kind() != graph.KindPath {
				return graph.Null, wrong("nodes", v)
			}
			return graph.List(v.AsPath().Nodes), nil
		}),
		one("relationships", "relationships(input :: PATH) :: LIST<RELATIONSHIP>", "Returns the relationships of a path.", func(_ *Context, v graph.Value) (graph.Value, error) {
			if v.Kind() != graph.KindPath {
				return graph.Null, wrong("relationships", v)
			}
			return graph.List(v.AsPath().Rels), nil
		}),
	}
}

// Properties gives the properties of a node, relationship or map.
func (c *Context) Properties(v graph.Value) (*graph.Map, error) {
	switch v.Kind() {
	case graph.KindMap:
		return v.AsMap(), nil
	case graph.KindNode:
		n, err := c.node(v)
		if err != nil {
			return nil, err
		}
		return n.Properties, nil
	case graph.KindRel:
		r, err := c.rel(v)
		if err != nil {
			return nil, err
		}
		return r.Properties, nil
	}
	return nil, TypeError("expected a node, a relationship or a map, got %v", v.Kind())
}
