package bind

import (
	"strings"

	"graticule/cypher/ast"
)

// context is where an expression stands.
type context struct {
	aggregate bool // an aggregating function may stand here
	inside    bool // within the argument of one
	predicate bool // a pattern may stand here
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

// require fails unless t may be one of want.
func (b *binder) require(e ast.Expr, t typ, want kinds) {
	if t.kinds&want == 0 {
		b.fail(e, "InvalidArgumentType", "Type mismatch: expected %v but was %v", want, t.kinds)
	}
}

func (b *binder) variable(v *ast.Variable, s *scope) typ {
	t, ok := s.lookup(v.Name)
	if !ok {
		b.fail(v, "UndefinedVariable", "Variable `%s` not defined", v.Name)
	}
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
	case *ast.Variable:
		return b.variable(e, s)
	case *ast.Property:
		b.require(e.Subject, b.expr(e.Subject, s, c.plain()), hasProperties)
	case *ast.Index:
		t := b.expr(e.Subject, s, c.plain())
		b.expr(e.Index, s, c.plain())
		return t.elementType()
	case *ast.Slice:
		t := b.expr(e.Subject, s, c.plain())
		b.expr(e.From, s, c.plain())
		b.expr(e.To, s, c.plain())
		return t
	case *ast.Unary:
		return b.unary(e, s, c)
	case *ast.Binary:
		return b.binary(e, s, c)
	case *ast.Call:
		return b.call(e, s, c)
	case *ast.List:
		return b.list(e, s, c)
	case *ast.Map:
		for _, v := range e.Values {
			b.expr(v, s, c.plain())
		}
		return typ{kinds: isMap}
	case *ast.Case:
		return b.caseOf(e, s, c)
	case *ast.ListComprehension, *ast.Quantifier, *ast.Reduce:
		return b.perElement(e, s, c)
	case *ast.PatternExpr:
		if e.Pattern.Shortest == "" && !c.predicate {
			b.fail(e, "UnexpectedSyntax", "A pattern expression should only be used in order to test the existence of a pattern")
		}
		b.predicatePattern(e.Pattern, s)
		if e.Pattern.Shortest == "" {
			return boolType
		}
	case *ast.PatternComprehension:
		inner := s.clone()
		b.matchPattern([]*ast.PathPattern{e.Pattern}, inner)
		if e.Variable != nil {
			b.declareNew(inner, *e.Variable, typ{kinds: isPath})
		}
		b.predicate(e.Where, inner)
		return listOf(b.expr(e.Projection, inner, c.local().plain()))
	case *ast.Subquery:
		return b.subquery(e, s)
	case *ast.LabelPredicate:
		b.require(e.Operand, b.expr(e.Operand, s, c.plain()), isEntity)
		b.labels(e.Labels, s)
		return boolType
	case *ast.Comparison, *ast.IsNull, *ast.IsNormalized, *ast.TypePredicate:
		ast.Children(e, func(x ast.Expr) { b.expr(x, s, c.plain()) })
		return boolType
	case *ast.MapProjection:
		ast.Children(e, func(x ast.Expr) { b.expr(x, s, c.plain()) })
		return typ{kinds: isMap}
	}
	return anyType
}

func (b *binder) unary(e *ast.Unary, s *scope, c context) typ {
	if e.Op == ast.OpNot {
		b.boolean(e.Operand, s, c)
		return boolType
	}
	t := b.expr(e.Operand, s, c.plain())
	b.require(e.Operand, t, isNumber|isDuration)
	return t
}

func (b *binder) binary(e *ast.Binary, s *scope, c context) typ {
	switch e.Op {
	case ast.OpAnd, ast.OpOr, ast.OpXor:
		b.boolean(e.Left, s, c)
		b.boolean(e.Right, s, c)
		return boolType
	}
	left, right := b.expr(e.Left, s, c.plain()), b.expr(e.Right, s, c.plain())
	switch e.Op {
	case ast.OpIn:
		b.require(e.Right, right, isList)
		return boolType
	case ast.OpRegex, ast.OpStartsWith, ast.OpEndsWith, ast.OpContains:
		return boolType
	case ast.OpSubtract:
		return b.arithmetic(e, left, right, isNumber|isTemporal|isDuration)
	case ast.OpMultiply, ast.OpDivide:
		return b.arithmetic(e, left, right, isNumber|isDuration)
	case ast.OpModulo:
		return b.arithmetic(e, left, right, isNumber)
	case ast.OpPower:
		b.arithmetic(e, left, right, isNumber)
		return typ{kinds: isFloat}
	case ast.OpAdd:
		return sum(left, right)
	}
	return anyType
}

// arithmetic requires operands among allowed and gives what they combine to.
func (b *binder) arithmetic(e *ast.Binary, left, right typ, allowed kinds) typ {
	b.require(e.Left, left, allowed)
	b.require(e.Right, right, allowed)
	return numeric(left, right, allowed)
}

// numeric gives the type of an operation on two values: exact for numbers.
func numeric(left, right typ, otherwise kinds) typ {
	switch {
	case left.kinds == isInt && right.kinds == isInt:
		return left
	case left.kinds&^isNumber == 0 && right.kinds&^isNumber == 0:
		if left.kinds == isFloat || right.kinds == isFloat {
			return typ{kinds: isFloat}
		}
		return typ{kinds: isNumber}
	}
	return typ{kinds: otherwise}
}

// sum gives the type of a + b, which also joins texts and lists.
func sum(left, right typ) typ {
	switch {
	case left.kinds == isList && right.kinds == isList:
		return left.or(right)
	case left.kinds == isList || right.kinds == isList:
		return typ{kinds: isList}
	case (left.kinds|right.kinds)&isAny == isAny:
		return anyType
	case left.kinds == isString || right.kinds == isString:
		return typ{kinds: isString | isList}
	}
	return numeric(left, right, isAny)
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
			element = element.or(t)
		}
	}
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
		if e.Predicate != nil {
			b.boolean(e.Predicate, inner, c.local())
		}
		return boolType
	case *ast.Reduce:
		b.expr(e.Init, s, c.plain())
		inner.declare(e.Variable.Value, b.elements(e.List, s, c))
		inner.declare(e.Accumulator.Value, anyType)
		b.expr(e.Expression, inner, c.local().plain())
		if e.AllPredicate != nil {
			b.boolean(e.AllPredicate, inner, c.local())
			return boolType
		}
	}
	return anyType
}

// elements checks an expression that must be a list and gives the type of its elements.
func (b *binder) elements(e ast.Expr, s *scope, c context) typ {
	t := b.expr(e, s, c.plain())
	b.require(e, t, isList)
	return t.elementType()
}

func (b *binder) subquery(e *ast.Subquery, s *scope) typ {
	b.reading++
	defer func() { b.reading-- }()
	out := b.query(e.Query, s.nested(), false)
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

// signature is what is known of a function: the kinds of its first argument and of its value.
type signature struct{ takes, gives kinds }

// signatures of the functions that take only some kinds, lower case.
var signatures = map[string]signature{
	"properties": {isEntity | isMap, isMap}, "type": {isRel, isString}, "labels": {isNode, isList}, "length": {isPath, isInt},
	"size": {isList | isString, isInt}, "nodes": {isPath, isList}, "relationships": {isPath, isList}, "keys": {isEntity | isMap, isList},
	"startnode": {isRel, isNode}, "endnode": {isRel, isNode}, "id": {isEntity, isInt}, "elementid": {isEntity, isString}, "range": {isAny, isList},
	"tostring": {isAny, isString}, "tointeger": {isAny, isInt}, "tofloat": {isAny, isFloat}, "toboolean": {isAny, isBool}, "exists": {isAny, isBool},
	"rand": {isAny, isFloat}, "count": {isAny, isInt}, "split": {isAny, isList}, "tolower": {isAny, isString}, "toupper": {isAny, isString},
}

func (b *binder) call(e *ast.Call, s *scope, c context) typ {
	name := strings.ToLower(e.Name.Value)
	if b.cfg.Aggregate(name) {
		return b.aggregate(e, name, s, c)
	}
	if b.cfg.Function != nil && !b.cfg.Function(name) {
		b.fail(e, "UnknownFunction", "Unknown function '%s'", e.Name.Value)
	}
	if c.inside && name == "rand" {
		b.fail(e, "NonConstantExpression", "Can't use non-deterministic (random) functions inside of aggregate functions.")
	}
	sig, known := signatures[name]
	var first typ
	for i, a := range e.Args {
		at := c.plain()
		if name == "exists" {
			at = c.truth()
		}
		t := b.expr(a, s, at)
		if i == 0 {
			first = t
			if known {
				b.require(a, t, sig.takes)
			}
		}
	}
	switch {
	case known:
		return typ{kinds: sig.gives}
	case len(e.Args) == 1 && (name == "head" || name == "last"):
		return first.elementType()
	case len(e.Args) == 1 && (name == "tail" || name == "reverse"):
		return first
	}
	return anyType
}
