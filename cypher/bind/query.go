package bind

import (
	"slices"
	"strings"
	"unicode/utf8"

	"graticule/cypher/ast"
	"graticule/status"
)

// query checks a query that begins in scope s and gives the scope of its
// result, whose order is the columns. importing tells that a first WITH may
// read s though nothing else does, as in CALL { WITH x … }.
func (b *binder) query(q *ast.Query, s *scope, importing bool) *scope {
	var first *scope
	defer func(saved bool) { b.inUnion = saved }(b.inUnion)
	b.inUnion = len(q.Parts) > 1
	for i, part := range q.Parts {
		out := b.single(part, s, importing)
		switch {
		case first == nil:
			first = out
		case !sameNames(first.order, out.order):
			if len(b.within) == 0 { // a subquery expression may begin with a MATCH alone
				b.concluded(q.Parts[:i])
			}
			b.concluded(q.Parts[i : i+1])
			b.failBecause(b.union(part), "DifferentColumnsInUnion", status.Because("42N39", "All subqueries in a UNION clause must have the same return column names."), "All sub queries in an UNION must have the same return column names")
		default:
			merged := first.clone()
			for name, t := range out.vars {
				merged.declare(name, merged.vars[name].or(t))
			}
			first = merged
		}
	}
	if q.Next != nil {
		b.requireNames(q, "RETURN followed by NEXT")
		next := first.clone()
		next.outer, next.imported = s.outer, s.imported // what CALL imports stays visible
		return b.query(q.Next, next, false)
	}
	return first
}

// use takes note of the graph that USE names.
func (b *binder) use(cl *ast.Use) {
	v, named := cl.Graph.(*ast.Variable)
	if !named {
		text := strings.ReplaceAll(cl.Graph.At().Text(b.source), "'", "\"")
		b.fail(cl, "", "Dynamic graph lookup not allowed here. This feature is only available on composite databases.\nAttempted to access graph %s", text)
	}
	b.uses = append(b.uses, v.Name)
}

// union gives the place of the UNION before a query.
func (b *binder) union(part ast.Node) ast.Node {
	at := strings.LastIndex(strings.ToUpper(b.source[:part.At().Start]), "UNION")
	return ast.Span{Start: max(at, 0), End: part.At().Start}
}

func sameNames(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// concluded fails where one of the parts of a UNION ends with a clause that ends no
// query, which tells more than that its columns are others.
func (b *binder) concluded(parts []*ast.SingleQuery) {
	for _, part := range parts {
		if len(part.Clauses) == 0 {
			continue
		}
		switch last := part.Clauses[len(part.Clauses)-1].(type) {
		case *ast.Match, *ast.With, *ast.Unwind, *ast.LoadCSV:
			b.failConclusion(last)
		}
	}
}

func (b *binder) single(q *ast.SingleQuery, s *scope, importing bool) *scope {
	switch {
	case q.Braced != nil:
		return b.query(q.Braced, s.clone(), importing)
	case q.Conditional != nil:
		var out *scope
		for _, branch := range q.Conditional {
			b.predicate(branch.Predicate, s)
			r := b.single(branch.Query, s, importing)
			if out == nil {
				out = r
			}
			if !sameNames(out.order, r.order) {
				const text = "All conditional queries must have the same return column names. Use `AS` to ensure columns have the same name."
				b.failBecause(branch, "DifferentColumnsInUnion", status.Because("42N39", text), "42N39: "+text)
			}
		}
		return out
	}
	at := s.clone()
	if importing && !importsFirst(q.Clauses) {
		at = newScope()
	}
	b.checkOrder(q.Clauses)
	b.checkUse(q.Clauses)
	b.checkBatches(q.Clauses)
	for i, cl := range q.Clauses {
		at = b.clause(cl, at, i == 0 && len(q.Clauses) == 1)
	}
	switch q.Clauses[len(q.Clauses)-1].(type) {
	case *ast.Return, *ast.CallProcedure:
		return at
	}
	return newScope()
}

// importsFirst tells whether clauses begin with an importing WITH.
func importsFirst(clauses []ast.Clause) bool {
	if len(clauses) == 0 {
		return false
	}
	if _, use := clauses[0].(*ast.Use); use {
		return importsFirst(clauses[1:])
	}
	w, ok := clauses[0].(*ast.With)
	return ok && (w.Star || !slices.ContainsFunc(w.Items, func(i ast.ReturnItem) bool {
		_, variable := i.Expr.(*ast.Variable)
		return !variable
	}))
}

// clause checks a clause and gives the scope after it. The scope is changed in place where it only grows.
func (b *binder) clause(cl ast.Clause, s *scope, alone bool) *scope {
	switch cl := cl.(type) {
	case *ast.Match:
		before := len(b.notes.mentions)
		b.checkMatch(cl)
		b.earlier = map[string]bool{}
		for name := range s.vars {
			b.earlier[name] = true
		}
		b.matchPattern(cl.Pattern.Parts, s)
		sortMentions(b.notes.mentions[before:])
		b.noteMatch(cl)
		b.noteDynamic(cl)
		b.hints(cl.Hints, s)
		b.checkHints(cl)
		b.search(cl.Search, s)
		b.predicate(cl.Where, s)
	case *ast.With:
		return b.projection(cl, &cl.Projection, s, true)
	case *ast.Return:
		return b.projection(cl, &cl.Projection, s, false)
	case *ast.Unwind:
		if b.aggregates(cl.List) && b.version < 25 {
			b.fail(cl.List, "InvalidAggregation", "Can't use aggregating expressions inside of expressions executing over lists")
		}
		t := b.expr(cl.List, s, context{})
		b.declareNew(s, cl.Variable, t.unwound())
	case *ast.Create, *ast.Merge, *ast.Set, *ast.Remove, *ast.Delete, *ast.Foreach:
		b.update(cl, s)
	case *ast.CallSubquery:
		b.callSubquery(cl, s)
	case *ast.CallProcedure:
		b.callProcedure(cl, s, alone)
	case *ast.LoadCSV:
		b.require(cl.URL, b.expr(cl.URL, s, context{}), isString)
		if lit, ok := cl.FieldTerminator.(*ast.Literal); ok && typeOf(lit.Value).kinds == isString && utf8.RuneCountInString(lit.Value.AsString()) != 1 {
			b.failBecause(lit, "", status.Because("42I05", "The FIELDTERMINATOR specified for LOAD CSV can only be one character wide."), "CSV field terminator can only be one character wide")
		}
		b.expr(cl.FieldTerminator, s, context{})
		t := listOf(typ{kinds: isString})
		if cl.Headers {
			t = typ{kinds: isMap}
		}
		b.declareNew(s, cl.Variable, t)
	case *ast.OrderByClause:
		for _, o := range cl.OrderBy {
			b.expr(o.Expr, s, context{})
		}
		b.constant(cl.Skip, "SKIP", s)
		b.constant(cl.Limit, "LIMIT", s)
	case *ast.Let:
		after := s.clone()
		names := map[string]bool{}
		for _, i := range cl.Items {
			if names[i.Alias.Value] {
				b.fail(i.Alias, "ColumnNameConflict", "Multiple result columns with the same name are not supported")
			}
			names[i.Alias.Value] = true
			b.declareNew(after, *i.Alias, b.expr(i.Expr, s, context{}))
		}
		return after
	case *ast.Use:
		b.use(cl)
	case *ast.Filter:
		b.predicate(cl.Where, s)
	}
	return s
}

func (b *binder) hints(hints []ast.Hint, s *scope) {
	for _, h := range hints {
		for _, v := range h.Variables {
			t := b.variable(&ast.Variable{Span: v.Span, Name: v.Value}, s)
			if strings.Contains(h.Kind, "INDEX") {
				b.notes.hinted = append(b.notes.hinted, HintedIndex{Kind: h.Kind, Variable: v.Value, Label: h.Label, Relationship: t.kinds == isRel, Properties: h.Properties})
			}
		}
	}
}

func (b *binder) search(c *ast.Search, s *scope) {
	if c == nil {
		return
	}
	b.variable(&ast.Variable{Span: c.Variable.Span, Name: c.Variable.Value}, s)
	b.expr(c.For, s, context{})
	b.expr(c.Limit, s, context{})
	b.predicate(c.Where, s)
	if c.Score != nil {
		b.declareNew(s, *c.Score, typ{kinds: isFloat})
	}
}
