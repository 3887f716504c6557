package bind

import "graticule/cypher/ast"

// update checks a clause that changes the graph.
func (b *binder) update(cl ast.Clause, s *scope) {
	if b.reading > 0 {
		b.fail(cl, "InvalidClauseComposition", "An Exists, Count or Collect Expression cannot contain any updating clauses")
	}
	b.writes = true
	switch cl := cl.(type) {
	case *ast.Create:
		b.noteCreated(cl.Pattern.Parts, s, false)
		for _, p := range cl.Pattern.Parts {
			b.createPath(p, s, false)
		}
	case *ast.Merge:
		b.noteCreated([]*ast.PathPattern{cl.Path}, s, true)
		b.merging = true
		b.createPath(cl.Path, s, true)
		b.merging = false
		b.setItems(cl.OnCreate, s)
		b.setItems(cl.OnMatch, s)
	case *ast.Set:
		b.setItems(cl.Items, s)
	case *ast.Remove:
		for _, i := range cl.Items {
			b.target(i.Property, i.Dynamic, i.Variable, i.Labels, s)
		}
	case *ast.Delete:
		for _, e := range cl.Exprs {
			b.deleted(e, s)
		}
	case *ast.Foreach:
		inner := s.clone()
		t := b.expr(cl.List, s, context{})
		inner.declare(cl.Variable.Value, t.elementType())
		for _, c := range cl.Clauses {
			inner = b.clause(c, inner, false)
		}
	}
}

func (b *binder) setItems(items []ast.SetItem, s *scope) {
	for _, i := range items {
		b.target(i.Property, i.Dynamic, i.Variable, i.Labels, s)
		t := b.expr(i.Value, s, context{})
		b.noteSet(i, t)
		if i.Variable != nil && i.Labels == nil && i.Value != nil {
			b.require(i.Value, t, isMap|isEntity)
		}
	}
}

// target checks what SET and REMOVE change.
func (b *binder) target(p *ast.Property, d *ast.Index, v *ast.Variable, l ast.LabelExpr, s *scope) {
	switch {
	case p != nil:
		b.expr(p, s, context{})
	case d != nil:
		b.expr(d, s, context{})
	case v != nil:
		b.variable(v, s)
	}
	b.labels(l, s)
}

func (b *binder) deleted(e ast.Expr, s *scope) {
	if _, ok := e.(*ast.LabelPredicate); ok {
		b.fail(e, "InvalidDelete", "DELETE doesn't support removing labels from a node. Try REMOVE.")
	}
	b.require(e, b.expr(e, s, context{}), isEntity|isPath)
}
