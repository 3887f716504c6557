package bind

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// require fails unless t may be one of want.
func (b *binder) require(e ast.Expr, t typ, want kinds) {
	b.requireType(e, t, typ{kinds: want}, "")
}

// requireType fails unless t fits want. what names the place in the query: an
// argument of a function; "" means the expression itself.
func (b *binder) requireType(e ast.Expr, t, want typ, what string) {
	if t.fits(want) || want.kinds&isNumber != 0 && givenNumber(e, t) {
		return
	}
	if want.kinds == isBool && t.kinds == isList {
		if b.given() { // found without the parameters, or allowed
			return
		}
		b.failBecause(e, "InvalidArgumentType", status.Because("22N37", "Cannot coerce LIST to BOOLEAN."),
			"Coercion of list to boolean is not allowed. Please use `NOT isEmpty(...)` instead.")
	}
	b.mistyped(e, t, want.String(), what, "Type mismatch: expected %v but was %v", want, t)
}

// given tells whether the kinds of parameters are known. A query is bound
// without them first.
func (b *binder) given() bool { return b.cfg.Parameters.Len() > 0 }

// givenNumber tells whether e is a parameter that is a number, whose value tells
// at run time whether it will do for an integer.
func givenNumber(e ast.Expr, t typ) bool {
	_, ok := e.(*ast.Parameter)
	return ok && t.only(isNumber)
}

// operand is require for what is calculated with: messages never name a variable.
func (b *binder) operand(e ast.Expr, t typ, want kinds) {
	if !t.fits(typ{kinds: want}) {
		b.mismatch(e, t, want.String(), "Type mismatch: expected %v but was %v", want, t)
	}
}

// gqlWords are the names of types in the GQL causes of Cypher 25.
var gqlWords = strings.NewReplacer("LocalDateTime", "LOCAL DATETIME", "DateTime", "ZONED DATETIME", "LocalTime", "LOCAL TIME", "Time", "ZONED TIME", "List<T>", "LIST", "List<", "LIST<", "Boolean", "BOOLEAN", "Float, Integer or Number", "INTEGER | FLOAT",
	"Float", "FLOAT", "Integer", "INTEGER", "Number", "NUMBER", "Map", "MAP", "Node", "NODE", "Path", "PATH", "Relationship", "RELATIONSHIP", "Point", "POINT", "String", "STRING", "Duration", "DURATION", "Date", "DATE", "Vector", "VECTOR", "Any", "ANY")

// gqlNames gives a text with names of types that are asked for as the version of
// the language has them in causes.
func (b *binder) gqlNames(text string) string {
	if b.version != 25 {
		return text
	}
	return gqlWords.Replace(text)
}

// gqlName gives the name of the type of an expression as the version of the
// language has it in causes: Cypher 25 has one name for the numbers, and one for
// several other kinds.
func (b *binder) gqlName(t typ) string {
	switch {
	case b.version != 25:
		return t.String()
	case t.kinds == isList:
		return "LIST<" + b.gqlName(t.elementType()) + ">"
	case t.only(isNumber) && t.kinds != isFloat && t.kinds != isInt:
		return "INTEGER | FLOAT"
	case t.kinds&(t.kinds-1) != 0:
		return "ANY"
	}
	return b.gqlNames(t.String())
}

// mismatch fails because of the type of n, whatever it is.
func (b *binder) mismatch(n ast.Node, t typ, want, format string, args ...any) {
	if p, ok := n.(*ast.Parameter); ok {
		b.mistyped(p, t, want, "", format, args...)
	}
	err := status.New(status.SyntaxError, "", format, args...)
	b.failWith(n, "InvalidArgumentType", err.With("42001", status.Because("22NB1", "Type mismatch: expected to be %s but was '%s'.", b.gqlNames(want), b.gqlName(t))))
}

// mistyped fails because of the type of e, with the message as given.
func (b *binder) mistyped(e ast.Expr, t typ, want, what, format string, args ...any) {
	if v, ok := e.(*ast.Variable); ok && what == "" {
		what = "`" + v.Name + "`"
	}
	if p, ok := e.(*ast.Parameter); ok {
		what += " parameter: " + p.Name
		format = strings.Replace(format, "Type mismatch: ", "Type mismatch for parameter '"+strings.ReplaceAll(p.Name, "%", "%%")+"': ", 1)
	}
	if what == "" {
		b.mismatch(e, t, want, format, args...)
	}
	detail := "InvalidArgumentType"
	if strings.HasPrefix(what, "map key") {
		detail = "MapElementAccessByNonString"
	}
	err := status.New(status.SyntaxError, "", format, args...)
	b.failWith(e, detail, err.With("22G03", status.Because("22N27", "Invalid input '%s' for %s. Expected to be %s.", b.gqlName(t), what, b.gqlNames(want))))
}

// truths checks the operands of AND, OR and XOR; that a list is none is the last to be told.
func (b *binder) truths(e *ast.Binary, left, right typ) {
	if left.kinds != isList {
		b.operand(e.Left, left, isBool)
	}
	if right.kinds != isList {
		b.operand(e.Right, right, isBool)
	}
	b.require(e.Left, left, isBool)
	b.require(e.Right, right, isBool)
}

func (b *binder) unary(e *ast.Unary, s *scope, c context) typ {
	if e.Op == ast.OpNot {
		if t := b.expr(e.Operand, s, c.truth()); t.kinds == isList {
			b.require(e.Operand, t, isBool)
		} else {
			b.operand(e.Operand, t, isBool)
		}
		return boolType
	}
	t := b.expr(e.Operand, s, c.plain())
	if e.Op == ast.OpPlus && (b.given() || t.fits(typ{kinds: isDuration | isTemporal})) {
		return t
	}
	b.operand(e.Operand, t, isFloat|isInt)
	if t.only(isNumber) {
		return t
	}
	return typ{kinds: isNumber}
}

func (b *binder) binary(e *ast.Binary, s *scope, c context) typ {
	switch e.Op {
	case ast.OpAnd, ast.OpOr, ast.OpXor:
		left, right := b.expr(e.Left, s, c.truth()), b.expr(e.Right, s, c.truth())
		b.truths(e, left, right)
		return boolType
	}
	left, right := b.expr(e.Left, s, c.plain()), b.expr(e.Right, s, c.plain())
	switch e.Op {
	case ast.OpIn:
		b.require(e.Right, right, isList)
		return boolType
	case ast.OpRegex:
		b.operand(e.Left, left, isString)
		b.operand(e.Right, right, isString)
		return boolType
	case ast.OpStartsWith, ast.OpEndsWith, ast.OpContains:
		return boolType
	case ast.OpAdd:
		b.operand(e.Right, right, b.added(left.kinds))
		return b.sum(left, right)
	case ast.OpSubtract:
		b.operand(e.Left, left, isFloat|isInt|isDuration|isTemporal)
		b.operand(e.Right, right, subtracted(left.kinds))
		return numeric(left, right, isFloat|isInt|isDuration|isTemporal)
	case ast.OpMultiply:
		b.operand(e.Left, left, isFloat|isInt|isDuration)
		if left.kinds == isDuration {
			b.operand(e.Right, right, isFloat|isInt)
		} else {
			b.operand(e.Right, right, isFloat|isInt|isDuration)
		}
		return numeric(left, right, isFloat|isInt|isDuration)
	case ast.OpDivide:
		b.operand(e.Left, left, isFloat|isInt|isDuration)
		b.operand(e.Right, right, isFloat|isInt)
		return numeric(left, right, isFloat|isInt|isDuration)
	case ast.OpModulo:
		b.operand(e.Left, left, isFloat|isInt)
		b.operand(e.Right, right, isFloat|isInt)
		return numeric(left, right, isFloat|isInt)
	case ast.OpPower:
		b.operand(e.Left, left, isFloat)
		b.operand(e.Right, right, isFloat)
		return typ{kinds: isFloat}
	case ast.OpConcat:
		return b.concat(e, left, right)
	}
	return anyType
}

// joined gives the kinds that a string is joined with.
func (b *binder) joined() kinds {
	if b.version >= 25 {
		return isBool | isFloat | isInt | isPoint | isString | isDuration | isTemporal | isVector
	}
	return isFloat | isInt | isString
}

// added gives what may be added to a value of one of these kinds.
func (b *binder) added(left kinds) kinds {
	switch {
	case left&isList != 0:
		return isAny
	case left == isDuration && b.version < 25:
		return isDuration | isTemporal | isList
	}
	out := isList
	if left&isString != 0 {
		out |= b.joined()
	}
	if left&isNumber != 0 {
		out |= isFloat | isInt
	}
	if left&(b.joined()|isNum) != 0 {
		out |= isString
	}
	if left&isTemporal != 0 {
		out |= isDuration
	}
	if left&isDuration != 0 {
		out |= isDuration | isTemporal
	}
	return out
}

// subtracted gives what may be subtracted from a value of one of these kinds.
func subtracted(left kinds) kinds {
	var out kinds
	if left&isNumber != 0 {
		out |= isFloat | isInt
	}
	if left&(isDuration|isTemporal) != 0 {
		out |= isDuration
	}
	return out
}

// concat gives the type of a || b.
func (b *binder) concat(e *ast.Binary, left, right typ) typ {
	b.operand(e.Left, left, isString|isList)
	switch left.kinds {
	case isString:
		b.operand(e.Right, right, isString)
		return left
	case isList:
		b.operand(e.Right, right, isList)
		return b.sum(left, right)
	}
	b.operand(e.Right, right, isString|isList)
	return typ{kinds: isString | isList}
}

// numeric gives the type of an operation on two values: exact for numbers.
func numeric(left, right typ, otherwise kinds) typ {
	switch {
	case left.kinds == isInt && right.kinds == isInt:
		return left
	case left.only(isNumber) && right.only(isNumber):
		if left.kinds == isFloat || right.kinds == isFloat {
			return typ{kinds: isFloat}
		}
		return typ{kinds: isFloat | isInt}
	case left.kinds == isDuration && right.only(isNumber|isDuration), left.only(isTemporal) && right.kinds == isDuration:
		return left
	case left.only(isNumber) && right.kinds == isDuration:
		return right
	}
	return typ{kinds: otherwise}
}

// sum gives the type of a + b, which also joins texts and lists.
func (b *binder) sum(left, right typ) typ {
	text := b.joined() | isNum
	switch {
	case left.kinds == isList && right.kinds&isList == 0:
		return listOf(left.elementType().joined(right))
	case right.kinds == isList && left.kinds&isList == 0:
		return listOf(right.elementType().joined(left))
	case left.kinds == isList, right.kinds == isList:
		return listOf(left.elementType().joined(right.elementType()))
	case left.kinds == isString && right.only(text), right.kinds == isString && left.only(text):
		return typ{kinds: isString}
	}
	t := numeric(left, right, sumKinds(left)&sumKinds(right))
	if t.kinds == isInt|isFloat|isString|isList && (left.kinds == isInt || right.kinds == isInt) {
		t.element = &typ{kinds: isFloat}
	}
	return t
}

// sumKinds gives what a value of type t plus one of any type may be.
func sumKinds(t typ) kinds {
	switch {
	case t.only(isNumber):
		return isInt | isFloat | isString | isList
	case t.kinds == isString:
		return isString | isList
	case t.kinds == isList:
		return isList
	}
	return isInt | isFloat | isString | isList | isTemporal | isDuration
}

// index checks subject[index].
func (b *binder) index(e *ast.Index, s *scope, c context) typ {
	t := b.expr(e.Subject, s, c.plain())
	if t.kinds == isTop {
		t = anyType
	}
	i := b.expr(e.Index, s, c.plain())
	subject := isList | isMap | isEntity
	if _, written := e.Index.(*ast.Literal); written && i.kinds == isString && b.version < 25 {
		subject |= isTemporal | isDuration // a part of it by its name
	}
	if !t.fits(typ{kinds: subject}) {
		if i.kinds&isString != 0 && t.kinds != isList {
			b.require(e.Subject, t, isMap|isEntity)
		}
		b.require(e.Subject, t, isList)
	}
	what, want := "", isString
	_, ofProperty := e.Subject.(*ast.Property)
	switch {
	case t.kinds == isList, ofProperty && t.kinds&(isMap|isEntity) == 0 && i.kinds&isInt == 0 && e.Index != nil:
		what, want = "list index", isInt
	case t.kinds&isMap != 0 && t.only(isMap|isEntity):
		what = "map key"
	case t.only(isEntity):
		what = "node or relationship property key"
	}
	if what != "" && i.kinds&want == 0 && i.kinds != isNum && (want != isInt || !givenNumber(e.Index, i)) {
		b.mistyped(e.Index, i, want.String(), what, "Type mismatch: %s must be given as %v, but was %v", what, want, i)
	}
	if lit, ok := e.Index.(*ast.Literal); ok && t.only(isEntity) && lit.Value.Kind() == graph.KindString {
		b.mention(Key, lit.Value.AsString(), lit.Start)
	}
	element := t.elementType()
	if lit, ok := e.Index.(*ast.Literal); ok && lit.Value.Kind() == graph.KindString && t.values != nil {
		return t.value(lit.Value.AsString())
	}
	switch {
	case t.only(isEntity):
		return b.property()
	case t.kinds&(isList|isMap|isEntity) == isList && t.element != nil:
		element = *t.element
	}
	if element.kinds == isMap { // what an element is known to be: a map may also be an entity
		element.kinds |= isEntity
	}
	return element
}
