package exec

import (
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

// term is one side of an operator: a slot of the frame, or whatever is computed.
// A slot needs no call.
type term struct {
	slot  int // -1: none
	value eval
}

func (c *compiler) term(e ast.Expr) term {
	s := term{slot: -1, value: c.expr(e)}
	if v, ok := e.(*ast.Variable); ok {
		s.slot = c.lookup(v)
	}
	return s
}

func (s *term) of(r *run, f frame) (graph.Value, error) {
	if s.slot >= 0 {
		return f[s.slot], nil
	}
	return s.value(r, f)
}

func (c *compiler) comparison(e *ast.Comparison) eval {
	ops := e.Ops
	if len(ops) == 1 {
		left, right, op := c.term(e.Operands[0]), c.term(e.Operands[1]), ops[0]
		return func(r *run, f frame) (graph.Value, error) {
			a, err := left.of(r, f)
			if err != nil {
				return graph.Null, err
			}
			b, err := right.of(r, f)
			if err != nil {
				return graph.Null, err
			}
			return r.compare(op, a, b)
		}
	}
	operands := c.exprs(e.Operands)
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
	if a.Kind() == graph.KindInt && b.Kind() == graph.KindInt {
		return graph.Bool(compareInts(op, a.AsInt(), b.AsInt())), nil
	}
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

func compareInts(op ast.Op, a, b int64) bool {
	switch op {
	case ast.OpEqual:
		return a == b
	case ast.OpNotEqual:
		return a != b
	case ast.OpLess:
		return a < b
	case ast.OpLessEqual:
		return a <= b
	case ast.OpGreater:
		return a > b
	}
	return a >= b
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
