package bind

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/status"
)

// update checks a clause that changes the graph.
func (b *binder) update(cl ast.Clause, s *scope) {
	if n := len(b.within); n > 0 {
		article, kind := subqueryName(b.within[n-1])
		b.failBecause(b.within[n-1], "InvalidClauseComposition", status.Because("42N57", "'%s' cannot contain any updating clauses.", kind), "%s %s Expression cannot contain any updates", article, kind)
	}
	b.writes = true
	switch cl := cl.(type) {
	case *ast.Create:
		b.noteCreated(cl.Pattern.Parts, s, false)
		fresh := freshNames(cl.Pattern.Parts, s)
		if b.version < 25 {
			b.checkOwnPath(cl.Pattern.Parts, fresh)
		}
		for _, p := range cl.Pattern.Parts {
			b.checkPathJuxtaposed(p)
			b.createPath(p, s, false)
			b.checkCreated(p, "CREATE")
		}
		if b.version >= 25 {
			b.checkReferred(cl.Pattern.Parts, fresh, "CREATE")
		}
	case *ast.Merge:
		b.noteCreated([]*ast.PathPattern{cl.Path}, s, true)
		fresh := freshNames([]*ast.PathPattern{cl.Path}, s)
		b.merging = true
		b.checkPathJuxtaposed(cl.Path)
		b.createPath(cl.Path, s, true)
		b.noSubqueries(cl)
		b.checkCreated(cl.Path, "MERGE")
		if b.version >= 25 {
			b.checkReferred([]*ast.PathPattern{cl.Path}, fresh, "MERGE")
		}
		b.merging = false
		b.setItems(cl.OnCreate, s)
		b.setItems(cl.OnMatch, s)
		for _, i := range slices.Concat(cl.OnCreate, cl.OnMatch) { // when what is in them has been looked at
			b.noSubquery(i.Value)
		}
	case *ast.Set:
		var labelled []labelledItem
		for _, i := range cl.Items {
			labelled = append(labelled, labelledItem{i.Variable, i.Labels})
		}
		b.checkIs(cl, "SET", labelled)
		b.setItems(cl.Items, s)
	case *ast.Remove:
		var labelled []labelledItem
		for _, i := range cl.Items {
			labelled = append(labelled, labelledItem{i.Variable, i.Labels})
		}
		b.checkIs(cl, "REMOVE", labelled)
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
			if !updates(c) {
				b.failBecause(c, "InvalidClauseComposition", status.Because("42I01", "Invalid use of %s inside 'FOREACH'.", b.keyword(c)), "Invalid use of %s inside FOREACH", b.keyword(c))
			}
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
			if b.version >= 25 && t.only(isEntity) {
				b.require(i.Value, t, isMap)
			}
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
		b.require(d.Subject, b.expr(d.Subject, s, context{}), isEntity)
		at := ast.Node(d.Index)
		if b.version >= 25 {
			at = ast.Span{Start: d.Start}
		}
		b.literalName(d.Index, at)
	case v != nil:
		t := b.variable(v, s)
		if l != nil {
			b.require(v, t, isNode)
		}
	}
	if p != nil {
		b.require(p.Subject, b.expr(p.Subject, s, context{}), isEntity)
	}
	b.labels(l, s, inUpdate)
}

// noSubqueries checks that the properties of a MERGE hold no subquery expression.
func (b *binder) noSubqueries(m *ast.Merge) {
	for _, el := range m.Path.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			b.noSubquery(el.Properties)
		case *ast.RelPattern:
			b.noSubquery(el.Properties)
		}
	}
}

func (b *binder) noSubquery(e ast.Expr) {
	ast.Any(e, func(x ast.Expr) bool {
		if sub, ok := x.(*ast.Subquery); ok {
			b.failBecause(sub, "", status.Because("42I48", "Subqueries are not allowed in a MERGE clause."), "Subquery expressions are not allowed in a MERGE clause.")
		}
		return false
	})
}

func (b *binder) deleted(e ast.Expr, s *scope) {
	if lit, ok := e.(*ast.Literal); ok && lit.Value.IsNull() {
		return
	}
	if l, ok := e.(*ast.LabelPredicate); ok && b.version >= 25 {
		b.fail(ast.Span{Start: l.Operand.At().End}, "InvalidDelete", "DELETE doesn't support removing labels from a node. Try REMOVE.")
	}
	if _, ok := e.(*ast.LabelPredicate); ok {
		b.fail(e, "InvalidDelete", "DELETE doesn't support removing labels from a node. Try REMOVE.")
	}
	t := b.expr(e, s, context{})
	if _, property := e.(*ast.Property); property && b.version < 25 && !t.fits(typ{kinds: isEntity | isPath}) {
		want := isEntity | isPath
		b.mismatch(ast.Span{Start: e.At().Start, End: e.At().End}, t, want.String(), "Type mismatch: expected %v but was %v", want, t)
	}
	b.require(e, t, isEntity|isPath)
}
