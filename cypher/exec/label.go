package exec

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

type labelTest func(r *run, f frame, v graph.Value) (bool, error)

// labelTest compiles a label or type expression into a test of one entity.
func (c *compiler) labelTest(l ast.LabelExpr) labelTest {
	switch l := l.(type) {
	case *ast.LabelName:
		name := l.Name
		return func(r *run, _ frame, v graph.Value) (bool, error) { return r.hasLabel(v, name) }
	case *ast.LabelAny:
		return func(r *run, _ frame, v graph.Value) (bool, error) {
			if v.Kind() == graph.KindRel {
				return true, nil
			}
			n := r.Node(v.NodeID())
			return n != nil && len(n.Labels) > 0, nil
		}
	case *ast.LabelNot:
		inner := c.labelTest(l.Operand)
		return func(r *run, f frame, v graph.Value) (bool, error) { ok, err := inner(r, f, v); return !ok, err }
	case *ast.LabelAnd:
		return c.labelTests(l.Operands, false)
	case *ast.LabelOr:
		return c.labelTests(l.Operands, true)
	case *ast.LabelDynamic:
		e, any := c.expr(l.Expr), l.Any
		return func(r *run, f frame, v graph.Value) (bool, error) {
			names, err := labelNames(r, f, e)
			if err != nil {
				return false, err
			}
			for _, n := range names {
				if ok, err := r.hasLabel(v, n); err != nil || ok == any {
					return ok, err
				}
			}
			return !any, nil
		}
	}
	c.fail(l, "UnexpectedSyntax", "This label expression is not supported")
	return nil
}

// isDynamic tells whether a label expression computes a label.
func isDynamic(l ast.LabelExpr) bool {
	switch l := l.(type) {
	case *ast.LabelDynamic:
		return true
	case *ast.LabelNot:
		return isDynamic(l.Operand)
	case *ast.LabelAnd:
		return slices.ContainsFunc(l.Operands, isDynamic)
	case *ast.LabelOr:
		return slices.ContainsFunc(l.Operands, isDynamic)
	}
	return false
}

func (c *compiler) labelTests(ls []ast.LabelExpr, or bool) labelTest {
	tests := make([]labelTest, len(ls))
	for i, l := range ls {
		tests[i] = c.labelTest(l)
	}
	return func(r *run, f frame, v graph.Value) (bool, error) {
		for _, t := range tests {
			if ok, err := t(r, f, v); err != nil || ok == or {
				return ok, err
			}
		}
		return !or, nil
	}
}

// labelNames evaluates a dynamic label: a string or a list of strings.
func labelNames(r *run, f frame, e eval) ([]string, error) {
	v, err := e(r, f)
	if err != nil {
		return nil, err
	}
	vs := []graph.Value{v}
	if v.Kind() == graph.KindList {
		vs = v.AsList()
	}
	out := make([]string, len(vs))
	for i, x := range vs {
		if x.Kind() != graph.KindString || x.AsString() == "" {
			e := status.New(status.TypeError, "", "Expected node label to be a string or list of strings.")
			return nil, e.With("22G03", status.Because("22N01", "Expected the value %s to be of type STRING NOT NULL or LIST<STRING NOT NULL>, but was of type %v NOT NULL.", fn.ToText(x), x.Kind()))
		}
		out[i] = x.AsString()
	}
	return out, nil
}

// mustHave gives the names that every match of l has.
func mustHave(l ast.LabelExpr) []string {
	switch l := l.(type) {
	case *ast.LabelName:
		return []string{l.Name}
	case *ast.LabelAnd:
		var out []string
		for _, o := range l.Operands {
			out = append(out, mustHave(o)...)
		}
		return out
	}
	return nil
}

// oneOf gives the names of a plain a|b|c list of types, ok=false for anything else.
func oneOf(l ast.LabelExpr) ([]string, bool) {
	switch l := l.(type) {
	case *ast.LabelName:
		return []string{l.Name}, true
	case *ast.LabelOr:
		var out []string
		for _, o := range l.Operands {
			n, ok := o.(*ast.LabelName)
			if !ok {
				return nil, false
			}
			out = append(out, n.Name)
		}
		return out, true
	}
	return nil, false
}
