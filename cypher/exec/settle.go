package exec

import (
	"slices"
	"strings"

	"graticule/cypher/ast"
)

// settle puts a barrier before a projection that reads what the clause before it
// changed: a row must see what all rows wrote.
func (c *compiler) settle(ch *chain, before []ast.Clause, p *ast.Projection, cl ast.Node) {
	changed := false
	for _, b := range slices.Backward(before) {
		switch b := b.(type) {
		case *ast.Set, *ast.Remove, *ast.Foreach:
			changed = true
		case *ast.Merge:
			changed = changed || len(b.OnCreate)+len(b.OnMatch) > 0
		case *ast.Create, *ast.Delete:
		case *ast.CallSubquery:
			changed = changed || b.Transactions == nil && c.isUpdating(b.Query)
			if !changed {
				return
			}
		default:
			if changed {
				break
			}
			return
		}
	}
	if !changed {
		return
	}
	reads := p.Star
	look := func(e ast.Expr) {
		reads = reads || ast.Any(e, func(x ast.Expr) bool {
			switch x := x.(type) {
			case *ast.Property, *ast.Index, *ast.MapProjection, *ast.LabelPredicate, *ast.Subquery, *ast.PatternComprehension, *ast.PatternExpr:
				return true
			case *ast.Call:
				return slices.Contains([]string{"properties", "labels", "keys"}, strings.ToLower(x.Name.Value))
			}
			return false
		})
	}
	for _, i := range p.Items {
		look(i.Expr)
		if v, ok := i.Expr.(*ast.Variable); ok {
			reads = reads || isEntity(c.scope.kinds[v.Name])
		}
	}
	for _, o := range p.OrderBy {
		look(o.Expr)
	}
	look(p.Where)
	if reads {
		c.add(ch, "Eager", cl, eager)
	}
}
