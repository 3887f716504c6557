package exec

import (
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

func (c *compiler) delete(cl *ast.Delete) func(r *run, f frame) error {
	for _, e := range cl.Exprs {
		switch x := e.(type) {
		case *ast.LabelPredicate:
			c.fail(x, "InvalidDelete", "DELETE doesn't support removing labels from a node. Try REMOVE.")
		case *ast.Literal:
			if !x.Value.IsNull() {
				c.fail(x, "InvalidArgumentType", "Type mismatch: expected Node, Path or Relationship")
			}
		case *ast.Binary, *ast.Comparison:
			c.fail(x, "InvalidArgumentType", "Type mismatch: expected Node, Path or Relationship")
		}
	}
	targets, detach := c.exprs(cl.Exprs), cl.Detach
	return func(r *run, f frame) error {
		var nodes []graph.NodeID
		for _, t := range targets {
			v, err := t(r, f)
			if err != nil {
				return err
			}
			if err := r.deleteValue(v, &nodes); err != nil {
				return err
			}
		}
		for _, n := range nodes {
			if err := r.deleteNode(n, detach); err != nil {
				return err
			}
		}
		return nil
	}
}

func (r *run) deleteValue(v graph.Value, nodes *[]graph.NodeID) error {
	switch v.Kind() {
	case graph.KindNull:
		return nil
	case graph.KindNode:
		*nodes = append(*nodes, v.NodeID())
		return nil
	case graph.KindRel:
		if err := r.keep(relBytes); err != nil {
			return err
		}
		gone, err := r.graph.DeleteRel(v.RelID())
		if gone {
			r.counters.RelsDeleted++
		}
		return err
	case graph.KindPath:
		for _, x := range v.AsPath().Rels {
			if err := r.deleteValue(x, nodes); err != nil {
				return err
			}
		}
		for _, x := range v.AsPath().Nodes {
			*nodes = append(*nodes, x.NodeID())
		}
		return nil
	}
	return fn.NotOfType(v, "NODE, RELATIONSHIP or PATH", "Expected a Node, Relationship or Path, but got a %v", v.Kind())
}

func (r *run) deleteNode(id graph.NodeID, detach bool) error {
	if detach {
		var rels []graph.RelID
		err := r.expandAll(id, graph.Both, nil, func(a *graph.Adjacency) error {
			rels = append(rels, a.Rel...)
			return nil
		})
		if err != nil {
			return err
		}
		for _, rel := range rels {
			if err := r.keep(relBytes); err != nil {
				return err
			}
			gone, err := r.graph.DeleteRel(rel)
			if err != nil {
				return err
			}
			if gone {
				r.counters.RelsDeleted++
			}
		}
	}
	if err := r.keep(nodeBytes); err != nil {
		return err
	}
	gone, err := r.graph.DeleteNode(id)
	if gone {
		r.counters.NodesDeleted++
	}
	return err
}
