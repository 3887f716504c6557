package exec

import (
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

func (c *compiler) comparison(e *ast.Comparison) eval {
	operands := c.exprs(e.Operands)
	ops := e.Ops
	if len(ops) == 1 {
		left, right, op := operands[0], operands[1], ops[0]
		return func(r *run, f frame) (graph.Value, error) {
			a, err := left(r, f)
			if err != nil {
				return graph.Null, err
			}
			b, err := right(r, f)
			if err != nil {
				return graph.Null, err
			}
			return r.compare(op, a, b)
		}
	}
	return func(r *run, f frame) (graph.Value, error) {
		a, err := operands[0](r, f)
		if err != nil {
			return graph.Null, err
		}
		result := graph.True
		for i, op := range ops {
			b, err := operands[i+1](r, f)
			if err != nil {
				return graph.Null, err
			}
			x, err := r.compare(op, a, b)
			if err != nil {
				return x, err
			}
			if result = fn.And(result, x); result.Kind() == graph.KindBool && !result.AsBool() {
				return result, nil
			}
			a = b
		}
		return result, nil
	}
}

// compare compares values of any size.
func (r *run) compare(op ast.Op, a, b graph.Value) (graph.Value, error) {
	if k := a.Kind(); k != b.Kind() || k != graph.KindList && k != graph.KindMap {
		return compare(op, a, b), nil
	}
	c := &r.context
	return c.Interruptible(func() (graph.Value, error) {
		switch op {
		case ast.OpEqual:
			return c.Equal(a, b), nil
		case ast.OpNotEqual:
			return fn.Not(c.Equal(a, b)), nil
		case ast.OpLess:
			return c.Less(a, b, false), nil
		case ast.OpLessEqual:
			return c.Less(a, b, true), nil
		case ast.OpGreater:
			return c.Less(b, a, false), nil
		}
		return c.Less(b, a, true), nil
	})
}

func compare(op ast.Op, a, b graph.Value) graph.Value {
	switch op {
	case ast.OpEqual:
		return graph.Equal(a, b)
	case ast.OpNotEqual:
		return fn.Not(graph.Equal(a, b))
	case ast.OpLess:
		return graph.Less(a, b, false)
	case ast.OpLessEqual:
		return graph.Less(a, b, true)
	case ast.OpGreater:
		return graph.Less(b, a, false)
	}
	return graph.Less(b, a, true)
}
