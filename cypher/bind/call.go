package bind

import "graticule/cypher/ast"

// callSubquery checks CALL { … } and declares what it returns.
func (b *binder) callSubquery(cl *ast.CallSubquery, s *scope) {
	inner := newScope()
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
	b.checkReturned(cl.Query)
	for _, name := range out.order {
		if _, bound := s.lookup(name); bound {
			b.fail(cl, "VariableAlreadyBound", "Variable `%s` already declared in outer scope", name)
		}
		s.declare(name, out.vars[name])
	}
	if t := cl.Transactions; t != nil {
		b.constant(t.Concurrency, s)
		b.constant(t.Rows, s)
		if t.Status != nil {
			b.declareNew(s, *t.Status, typ{kinds: isMap})
		}
	}
}

// callProcedure checks CALL p(…) and declares what it yields. alone tells that
// it is the whole query, whose columns are then all outputs.
func (b *binder) callProcedure(cl *ast.CallProcedure, s *scope, alone bool) {
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
