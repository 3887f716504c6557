package exec

import (
	"slices"
	"strings"

	"graticule/cypher/ast"
)

// settles tells whether a projection reads what the clause before it changed, and
// so must wait: a row must see what all rows wrote.
func (c *compiler) settles(before []ast.Clause, p *ast.Projection) bool {
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
				return false
			}
		default:
			if changed {
				break
			}
			return false
		}
	}
	if !changed {
		return false
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
	return reads
}
