package bind

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// context is where an expression stands.
type context struct {
	aggregate bool // an aggregating function may stand here
	inside    bool // within the argument of one
	predicate bool // a pattern may stand here
	size      bool // the argument of size()
}

// plain is the context of a part that gives a value rather than a truth.
func (c context) plain() context { c.predicate = false; return c }

// truth is the context of a part that gives a truth.
func (c context) truth() context { c.predicate = true; return c }

// local is the context of an expression evaluated per element of a list.
func (c context) local() context { c.aggregate, c.inside = false, false; return c }

// predicate checks a WHERE, which may be nil.
func (b *binder) predicate(e ast.Expr, s *scope) {
	if e != nil {
		b.boolean(e, s, context{})
	}
}

// boolean checks an operand that must be a truth value.
func (b *binder) boolean(e ast.Expr, s *scope, c context) {
	b.require(e, b.expr(e, s, c.truth()), isBool)
}

func (b *binder) variable(v *ast.Variable, s *scope) typ {
	t, ok := s.lookup(v.Name)
	if !ok && b.before != nil {
		if _, dropped := b.before.lookup(v.Name); dropped {
			b.fail(v, "UndefinedVariable", "In a WITH/RETURN with DISTINCT or an aggregation, it is not possible to access variables declared before the WITH/RETURN: %s", v.Name)
		}
	}
	if !ok {
		b.fail(v, "UndefinedVariable", "Variable `%s` not defined", v.Name)
	}
	b.readName(v.Name, v)
	return t
}

// hasProperties are the kinds whose properties can be read.
const hasProperties = isEntity | isMap | isTemporal | isDuration | isPoint

// expr checks an expression and gives its type. A nil expression is any.
func (b *binder) expr(e ast.Expr, s *scope, c context) typ {
	switch e := e.(type) {
	case *ast.Literal:
		return typeOf(e.Value)
	case *ast.Parameter:
		b.params[e.Name] = true
		if v, given := b.cfg.Parameters.Get(e.Name); given && v.Kind() != graph.KindFloat { // Neo4j does not look at floats
			return typeOfParameter(v)
		}
	case *ast.Variable:
		return b.variable(e, s)
	case *ast.Property:
		t := b.expr(e.Subject, s, c.plain())
		b.readProperty(e)
		b.require(e.Subject, t, hasProperties)
		if t.only(isEntity) {
			b.mention(Key, e.Key.Value, e.Key.Start)
			return b.property()
		}
		return t.value(e.Key.Value)
	case *ast.Index:
		return b.index(e, s, c)
	case *ast.Slice:
		if e.From == nil && e.To == nil {
			b.failBecause(e, "", status.Because("42N20", "The list range operator '[ ]' cannot be empty."), "The start or end (or both) is required for a collection slice")
		}
		t := b.expr(e.Subject, s, c.plain())
		b.require(e.Subject, t, isList)
		for _, bound := range []ast.Expr{e.From, e.To} {
			if bound != nil {
				b.require(bound, b.expr(bound, s, c.plain()), isInt)
			}
		}
		return typ{kinds: isList, element: t.element}
	case *ast.Unary:
		return b.unary(e, s, c)
	case *ast.Binary:
		return b.binary(e, s, c)
	case *ast.Call:
		return b.call(e, s, c)
	case *ast.List:
		return b.list(e, s, c)
	case *ast.Map:
		values := map[string]typ{}
		for i, v := range e.Values {
			values[e.Keys[i].Value] = b.expr(v, s, c.plain())
		}
		if b.version < 25 {
			values = nil
		}
		return typ{kinds: isMap, values: values}
	case *ast.Case:
		return b.caseOf(e, s, c)
	case *ast.ListComprehension, *ast.Quantifier, *ast.Reduce:
		return b.perElement(e, s, c)
	case *ast.PatternExpr:
		b.reading(e, s, func() { b.predicatePattern(e.Pattern, s) })
		b.noteShortest(e.Pattern, nil)
		switch e.Pattern.Shortest {
		case "shortestPath":
			return typ{kinds: isPath}
		case "allShortestPaths":
			return listOf(typ{kinds: isPath})
		}
		if !c.predicate {
			b.failPattern(e, c)
		}
		return boolType
	case *ast.PatternComprehension:
		var out typ
		b.reading(e, s, func() {
			inner := s.clone()
			b.matchPattern([]*ast.PathPattern{e.Pattern}, inner)
			if e.Variable != nil {
				b.declareNew(inner, *e.Variable, typ{kinds: isPath})
			}
			b.predicate(e.Where, inner)
			out = listOf(b.expr(e.Projection, inner, c.local().plain()))
		})
		return out
	case *ast.Subquery:
		return b.subquery(e, s)
	case *ast.LabelPredicate:
		if d, dynamic := e.Labels.(*ast.LabelDynamic); dynamic && b.version < 25 {
			b.fail(ast.Span{Start: e.Start, End: d.End}, "", "Dynamic Label and Types are only allowed in MATCH, CREATE, MERGE, SET and REMOVE clauses.")
		}
		t := b.expr(e.Operand, s, c.plain())
		b.require(e.Operand, t, isEntity)
		b.labels(e.Labels, s, inPredicate)
		if t.kinds == isRel {
			b.mentionLabels(e.Labels, Type)
		} else {
			b.mentionLabels(e.Labels, Label)
		}
		return boolType
	case *ast.TypePredicate: // of which Neo4j does not know what it gives
		b.expr(e.Operand, s, c.plain())
	case *ast.Comparison, *ast.IsNull, *ast.IsNormalized:
		ast.Children(e, func(x ast.Expr) { b.expr(x, s, c.plain()) })
		return boolType
	case *ast.MapProjection:
		b.require(e.Subject, b.variable(e.Subject, s), isMap|isEntity)
		if b.variable(e.Subject, s).only(isEntity) {
			for _, i := range e.Items {
				if i.Property != nil {
					b.mention(Key, i.Property.Value, i.Property.Start)
				}
			}
		}
		ast.Children(e, func(x ast.Expr) { b.expr(x, s, c.plain()) })
		return typ{kinds: isMap}
	}
	return anyType
}

func (b *binder) list(e *ast.List, s *scope, c context) typ {
	if len(e.Items) == 0 {
		return typ{kinds: isList}
	}
	element := typ{}
	for i, item := range e.Items {
		t := b.expr(item, s, c.plain())
		if i == 0 {
			element = t
		} else {
			element = element.beside(t)
		}
	}
	element.values = nil
	return listOf(element)
}

func (b *binder) caseOf(e *ast.Case, s *scope, c context) typ {
	b.expr(e.Subject, s, c.plain())
	out := typ{}
	for i, w := range e.Whens {
		for _, cond := range w.Conditions {
			if e.Subject == nil {
				b.boolean(cond, s, c)
			} else {
				b.expr(cond, s, c.plain())
			}
		}
		t := b.expr(w.Then, s, c.plain())
		if i == 0 {
			out = t
		} else {
			out = out.or(t)
		}
	}
	if e.Else == nil { // null, which is of any type
		return out
	}
	return out.or(b.expr(e.Else, s, c.plain()))
}

// perElement checks the expressions that bind a name to each element of a list.
func (b *binder) perElement(e ast.Expr, s *scope, c context) typ {
	inner := s.clone()
	switch e := e.(type) {
	case *ast.ListComprehension:
		element := b.elements(e.List, s, c)
		inner.declare(e.Variable.Value, element)
		if e.Where != nil {
			b.boolean(e.Where, inner, c.local())
		}
		if e.Projection != nil {
			element = b.expr(e.Projection, inner, c.local().plain())
		}
		return listOf(element)
	case *ast.Quantifier:
		inner.declare(e.Variable.Value, b.elements(e.List, s, c))
		if e.Predicate == nil {
			kind := strings.ToLower(e.Kind)
			b.failBecause(e, "", status.Because("42N70", "The function %s() requires a WHERE clause.", kind), "%s(...) requires a WHERE predicate", kind)
		}
		b.boolean(e.Predicate, inner, c.local())
		return boolType
	case *ast.Reduce:
		t := b.expr(e.Init, s, c.plain())
		inner.declare(e.Variable.Value, b.elements(e.List, s, c))
		inner.declare(e.Accumulator.Value, t)
		step := b.expr(e.Expression, inner, c.local().plain())
		if !t.only(isNumber) || !step.only(isNumber) {
			if !step.fits(t) {
				b.mistyped(e.Expression, step, t.String(), "accumulator", "Type mismatch: accumulator is %v but expression has type %v", t, step)
			}
		}
		if e.AllPredicate != nil {
			b.boolean(e.AllPredicate, inner, c.local())
			return boolType
		}
		either := t.or(step)
		if common := t.kinds & step.kinds; common != 0 { // what a step gives becomes the accumulator of the next
			either.kinds = common
		}
		return either
	}
	return anyType
}

// elements checks an expression that must be a list and gives the type of its elements.
func (b *binder) elements(e ast.Expr, s *scope, c context) typ {
	t := b.expr(e, s, c.plain())
	b.require(e, t, isList)
	return t.elementType()
}

// failPattern fails because of a pattern where no truth value is asked for.
func (b *binder) failPattern(e ast.Expr, c context) {
	const text = "A pattern expression should only be used in order to test the existence of a pattern. It "
	if c.size {
		b.fail(e, "UnexpectedSyntax", text+"can no longer be used inside the function size(), an alternative is to replace size() with COUNT {}.")
	}
	b.fail(e, "UnexpectedSyntax", text+"should therefore only be used in contexts that evaluate to a boolean, e.g. inside the function exists() or in a WHERE-clause. No other uses are allowed, instead they should be replaced by a pattern comprehension.")
}

// subqueryName gives the name of a subquery expression in messages, and its article.
func subqueryName(e *ast.Subquery) (article, kind string) {
	switch e.Kind {
	case "EXISTS":
		return "An", "Exists"
	case "COUNT":
		return "A", "Count"
	}
	return "A", "Collect"
}

func (b *binder) subquery(e *ast.Subquery, s *scope) typ {
	b.within = append(b.within, e)
	inCall, inBatch, inUnion := b.inCall, b.inBatch, b.inUnion
	b.inCall, b.inBatch, b.inUnion = 0, 0, false
	defer func() {
		b.within = b.within[:len(b.within)-1]
		b.inCall, b.inBatch, b.inUnion = inCall, inBatch, inUnion
	}()
	for _, part := range e.Query.Parts {
		if n := len(part.Clauses); n > 0 {
			last := part.Clauses[n-1]
			if _, finish := last.(*ast.Finish); finish {
				article, kind := subqueryName(e)
				b.fail(e, "", "%s %s Expression cannot contain a query ending with FINISH.", article, kind)
			}
			if _, match := last.(*ast.Match); match && e.Kind == "COLLECT" && b.version >= 25 {
				b.failBecause(e, "", status.Because("42N22", "A COLLECT subquery must end with a single return column."), "A Collect Expression must end with a single return column.")
			}
			if _, match := last.(*ast.Match); match && e.Kind == "COLLECT" {
				b.failBecause(last, "InvalidClauseComposition", status.Because("42N71", "A query must conclude with a RETURN clause, a FINISH clause, an update clause, a unit subquery call, or a procedure call without a YIELD clause."),
					"Query cannot conclude with MATCH (must be a RETURN clause, a FINISH clause, an update clause, a unit subquery call, or a procedure call with no YIELD).")
			}
		}
	}
	var out *scope
	b.reading(e, s, func() { b.withinSubquery(func() { out = b.query(e.Query, s.nested(), false) }) })
	switch e.Kind {
	case "EXISTS":
		return boolType
	case "COUNT":
		return typ{kinds: isInt}
	}
	if len(out.order) == 1 {
		return listOf(out.vars[out.order[0]])
	}
	return typ{kinds: isList}
}
