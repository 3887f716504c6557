package bind

import (
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
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
		inner.imported = true
	case cl.Scoped:
		inner.outer, inner.imported = map[string]typ{}, true
		for i := range cl.Imports {
			inner.outer[cl.Imports[i].Name] = b.variable(&cl.Imports[i], s)
		}
	default:
		inner = s.clone()
	}
	if !cl.Scoped {
		b.checkImports(cl.Query, s)
	}
	batch := 0
	if cl.Transactions != nil {
		batch = 1
	}
	b.inCall, b.inBatch = b.inCall+1, b.inBatch+batch
	var out *scope
	b.withinSubquery(func() { out = b.query(cl.Query, inner, !cl.Scoped) })
	b.inCall, b.inBatch = b.inCall-1, b.inBatch-batch
	b.notes.hidden = hidden
	b.noteCall(cl, imported, len(out.order) > 0)
	b.checkReturned(cl)
	for _, name := range out.order {
		if _, bound := s.lookup(name); bound {
			at, plain := returned(cl.Query, name, cl).(*ast.Variable)
			if plain && cl.Scoped && !cl.ImportAll && !slices.Contains(imported, name) {
				b.fail(at, "VariableAlreadyBound", "Variable `%s` already declared in outer scope", name)
			}
			b.failBecause(returned(cl.Query, name, cl), "VariableAlreadyBound", status.Because("42N07", "The variable `%s` is shadowing a variable with the same name from the outer scope and needs to be renamed.", name), "Variable `%s` already declared in outer scope", name)
		}
		s.declare(name, out.vars[name])
	}
	if t := cl.Transactions; t != nil {
		b.constant(t.Concurrency, "IN ... CONCURRENT", s)
		b.constant(t.Rows, "OF ... ROWS", s)
		b.retryFor(t.RetryFor, s)
		for _, e := range t.Disjoint {
			b.expr(e, s, context{})
		}
		if t.Status != nil && (t.OnError == "" || t.OnError == "FAIL") {
			b.fail(t.Report, "", "REPORT STATUS can only be used when specifying ON ERROR CONTINUE or ON ERROR BREAK")
		}
		if t.Status != nil {
			b.declareNew(s, *t.Status, typ{kinds: isMap})
		}
	}
}

// retryFor checks the seconds of ON ERROR RETRY FOR.
func (b *binder) retryFor(e ast.Expr, s *scope) {
	operand := e
	u, negative := e.(*ast.Unary)
	if negative = negative && u.Op == ast.OpNegate; negative {
		operand = u.Operand
	}
	if lit, ok := operand.(*ast.Literal); ok && (!lit.Value.IsNumber() || negative && lit.Value.Number() > 0 || lit.Value.Number() < 0) {
		text := b.literalText(e)
		b.failBecause(e, "InvalidArgumentType", status.Because("42N31", "Expected 'RETRY ... SECONDS' to be NUMBER in the range 0.0 to 1.7976931348623157E308 but found %s.", text),
			"Invalid input. '%s' is not a valid value. Must be a non-negative number.", text)
	}
	b.require(e, b.expr(e, s, context{}), isNumber)
}

// literalText gives the text of an expression as messages show it: strings
// without quotes, NULL in capitals.
func (b *binder) literalText(e ast.Expr) string {
	lit, ok := e.(*ast.Literal)
	switch {
	case ok && lit.Value.IsNull():
		return "NULL"
	case ok && lit.Value.Kind() == graph.KindString:
		return lit.Value.AsString()
	}
	return e.At().Text(b.source)
}

// checkImports checks the WITH by which CALL { … } without a scope clause imports.
func (b *binder) checkImports(q *ast.Query, s *scope) {
	for _, part := range q.Parts {
		clauses := part.Clauses
		if len(clauses) > 0 {
			if _, use := clauses[0].(*ast.Use); use {
				clauses = clauses[1:]
			}
		}
		if len(clauses) == 0 {
			continue
		}
		w, ok := clauses[0].(*ast.With)
		if !ok {
			continue
		}
		refers, plain := false, true
		for _, i := range w.Items {
			v, variable := i.Expr.(*ast.Variable)
			plain = plain && variable && (i.Alias == nil || i.Alias.Value == v.Name)
			ast.Any(i.Expr, func(x ast.Expr) bool {
				if v, ok := x.(*ast.Variable); ok {
					_, bound := s.lookup(v.Name)
					refers = refers || bound
				}
				return false
			})
		}
		what := ""
		switch {
		case !refers && !w.Star:
		case !plain:
			what = "Aliasing or expressions are not supported."
		case w.Distinct:
			what = "DISTINCT is not allowed."
		case w.Where != nil:
			what = "WHERE is not allowed."
		case w.OrderBy != nil:
			what = "ORDER BY is not allowed."
		case w.Skip != nil:
			what = "SKIP is not allowed."
		case w.Limit != nil:
			what = "LIMIT is not allowed."
		}
		if what != "" {
			b.fail(w, "", "Importing WITH should consist only of simple references to outside variables. %s", what)
		}
	}
}

// inputKind gives the kinds that the i-th input of a procedure takes; 0 for any,
// and when the procedure takes less than n inputs, which is then what is wrong.
func (b *binder) inputKind(procedure string, n, i int) kinds {
	if b.cfg.Signature == nil {
		return 0
	}
	head, _, _ := strings.Cut(b.cfg.Signature(procedure), ") ::")
	_, inputs, _ := strings.Cut(head, "(")
	all := strings.Split(inputs, ", ")
	if n > len(all) {
		return 0
	}
	_, t, _ := strings.Cut(all[i], " :: ")
	return map[string]kinds{"INTEGER": isInt, "FLOAT": isFloat, "STRING": isString, "BOOLEAN": isBool, "MAP": isMap | isEntity, "NODE": isNode, "RELATIONSHIP": isRel}[strings.TrimSuffix(t, ")")]
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
	for i, a := range cl.Args {
		if b.aggregates(a) {
			b.fail(cl, "InvalidAggregation", "Procedure call cannot take an aggregating function as argument, please add a 'WITH' to your statement.\nFor example:\n    MATCH (n:Person) WITH collect(n.name) AS names CALL proc(names) YIELD value RETURN value")
		}
		t := b.expr(a, s, context{})
		if want := b.inputKind(cl.Name.Value, len(cl.Args), i); want != 0 && !t.fits(typ{kinds: want}) {
			b.mismatch(a, t, want.String(), "Type mismatch: expected %v but was %v", want, t)
		}
	}
	if !alone && cl.YieldStar {
		b.fail(cl, "UnexpectedSyntax", "Cannot use `YIELD *` outside standalone call")
	}
	if !alone && cl.HasArgs && !cl.HasYield && b.cfg.Outputs != nil && len(b.cfg.Outputs(cl.Name.Value)) > 0 {
		e := b.failLater(cl, "Procedure call inside a query does not support naming results implicitly (name explicitly using `YIELD` instead)")
		outputs := "`" + strings.Join(b.cfg.Outputs(cl.Name.Value), "`, `") + "`"
		e.In25 = func() *status.Error {
			return e.With("42001", status.Because("42N25", "Procedure call inside a query does not support naming results implicitly. Use YIELD instead. Available output columns are: %s.", outputs))
		}
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
