package bind

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/status"
)

// callSubquery checks CALL { … } and declares what it returns.
func (b *binder) callSubquery(cl *ast.CallSubquery, s *scope) {
	inner := newScope()
	hidden, imported := b.notes.hidden, b.imported(cl)
	b.notes.hidden = nil
	if !cl.ImportAll {
		b.notes.hidden = map[string]bool{}
		for name := range s.vars {
			b.notes.hidden[name] = !slices.Contains(imported, name)
		}
	}
	switch {
	case cl.ImportAll:
		inner = s.nested()
	case cl.Scoped:
		inner.outer = map[string]typ{}
		for i := range cl.Imports {
			inner.outer[cl.Imports[i].Name] = b.variable(&cl.Imports[i], s)
		}
	default:
		inner = s.clone()
	}
	out := b.query(cl.Query, inner, !cl.Scoped)
	b.notes.hidden = hidden
	b.noteCall(cl, imported, len(out.order) > 0)
	b.checkReturned(cl.Query)
	for _, name := range out.order {
		if _, bound := s.lookup(name); bound {
			b.failBecause(returned(cl.Query, name, cl), "VariableAlreadyBound", status.Because("42N07", "The variable `%s` is shadowing a variable with the same name from the outer scope and needs to be renamed.", name), "Variable `%s` already declared in outer scope", name)
		}
		s.declare(name, out.vars[name])
	}
	if t := cl.Transactions; t != nil {
		b.constant(t.Concurrency, "IN ... CONCURRENT", s)
		b.constant(t.Rows, "OF ... ROWS", s)
		if t.Status != nil {
			b.declareNew(s, *t.Status, typ{kinds: isMap})
		}
	}
}

// returned gives the item that gives a subquery's result a name, or else otherwise.
func returned(q *ast.Query, name string, otherwise ast.Node) ast.Node {
	for _, part := range q.Parts {
		if len(part.Clauses) == 0 {
			continue
		}
		r, ok := part.Clauses[len(part.Clauses)-1].(*ast.Return)
		if !ok {
			continue
		}
		for _, i := range r.Items {
			if i.Alias != nil && i.Alias.Value == name {
				return i.Alias
			}
			if v, ok := i.Expr.(*ast.Variable); ok && i.Alias == nil && v.Name == name {
				return v
			}
		}
	}
	return otherwise
}

// imported gives the names that a CALL subquery imports.
func (b *binder) imported(cl *ast.CallSubquery) (names []string) {
	for _, v := range cl.Imports {
		names = append(names, v.Name)
	}
	if cl.Scoped {
		return names
	}
	for _, part := range cl.Query.Parts {
		if w := importingWith(part.Clauses); w != nil {
			for _, i := range w.Items {
				if v, ok := i.Expr.(*ast.Variable); ok && !slices.Contains(names, v.Name) {
					names = append(names, v.Name)
				}
			}
		}
	}
	return names
}

func importingWith(clauses []ast.Clause) *ast.With {
	if !importsFirst(clauses) {
		return nil
	}
	if _, use := clauses[0].(*ast.Use); use {
		return importingWith(clauses[1:])
	}
	return clauses[0].(*ast.With)
}

// callProcedure checks CALL p(…) and declares what it yields. alone tells that
// it is the whole query, whose columns are then all outputs.
func (b *binder) callProcedure(cl *ast.CallProcedure, s *scope, alone bool) {
	b.noteProcedure(cl)
	for _, a := range cl.Args {
		b.expr(a, s, context{})
	}
	if !alone && cl.YieldStar {
		b.fail(cl, "UnexpectedSyntax", "Cannot use `YIELD *` outside standalone call")
	}
	s.order = nil
	if alone && (cl.YieldStar || !cl.HasYield) && b.cfg.Outputs != nil {
		for _, name := range b.cfg.Outputs(cl.Name.Value) {
			s.declare(name, anyType)
			s.order = append(s.order, name)
		}
	}
	for _, y := range cl.Yield {
		name := y.Column
		if y.Alias != nil {
			name = *y.Alias
		}
		b.declareNew(s, name, anyType)
		s.order = append(s.order, name.Value)
	}
	b.predicate(cl.Where, s)
}
