package bind

import (
	"fmt"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/notice"
	"graticule/status"
)

// signature is what is known of a function: the types of its arguments, the
// kinds of its value and of the elements of that. Arguments without a type may
// be anything; no gives means any.
type signature struct {
	takes          []typ
	gives, element kinds
	generic        bool   // messages name the expression instead of the argument
	name           string // in messages, where that is not the name called
}

func takes(k ...kinds) (out []typ) {
	for _, k := range k {
		out = append(out, typ{kinds: k})
	}
	return out
}

// signatures of the functions of Cypher 5, lower case, as its static checks have them.
var signatures = makeSignatures()

func makeSignatures() map[string]signature {
	properties := isMap | isEntity
	out := map[string]signature{
		"abs": {takes: takes(isFloat | isInt), gives: isFloat | isInt}, "atan2": {takes: takes(isFloat, isFloat), gives: isFloat},
		"btrim": {takes: takes(isString, isString), gives: isString}, "char_length": {takes: takes(isString), gives: isInt},
		"character_length": {takes: takes(isString), gives: isInt}, "count": {gives: isInt},
		"datetime.fromepoch": {takes: takes(isNumber, isNumber), gives: isDateTime, generic: true}, "datetime.fromepochmillis": {takes: takes(isNumber), gives: isDateTime, generic: true},
		"elementid": {takes: takes(isEntity), gives: isString}, "endnode": {takes: takes(isRel), gives: isNode}, "exists": {gives: isBool}, "file": {gives: isString},
		"head": {takes: takes(isList), generic: true}, "id": {takes: takes(isEntity), gives: isInt}, "isempty": {takes: takes(properties | isString | isList), gives: isBool},
		"isnan": {takes: takes(isFloat | isInt), gives: isBool}, "keys": {takes: takes(properties), gives: isList, element: isString}, "labels": {takes: takes(isNode), gives: isList, element: isString},
		"last": {takes: takes(isList), generic: true}, "left": {takes: takes(isString, isInt), gives: isString}, "length": {takes: takes(isPath), gives: isInt}, "linenumber": {gives: isInt},
		"ltrim": {takes: takes(isString, isString), gives: isString}, "nodes": {takes: takes(isPath), gives: isList, element: isNode}, "e": {gives: isFloat}, "pi": {gives: isFloat}, "rand": {gives: isFloat},
		"point": {takes: takes(properties), gives: isPoint}, "point.distance": {gives: isFloat}, "point.withinbbox": {gives: isBool}, "properties": {takes: takes(properties), gives: isMap},
		"randomuuid": {gives: isString}, "range": {takes: takes(isInt, isInt, isInt), gives: isList, element: isInt}, "relationships": {takes: takes(isPath), gives: isList, element: isRel},
		"replace": {takes: takes(isString, isString, isString), gives: isString}, "reverse": {takes: takes(isString | isList), generic: true}, "right": {takes: takes(isString, isInt), gives: isString},
		"round": {takes: takes(isFloat, isNumber, isString), gives: isFloat}, "rtrim": {takes: takes(isString, isString), gives: isString}, "sign": {takes: takes(isFloat | isInt), gives: isInt},
		"size": {takes: takes(isString | isList), gives: isInt}, "split": {takes: []typ{{kinds: isString}, {kinds: isString | isList, element: &typ{kinds: isString}}}, gives: isList, element: isString},
		"startnode": {takes: takes(isRel), gives: isNode}, "substring": {takes: takes(isString, isInt, isInt), gives: isString}, "tail": {takes: takes(isList), generic: true},
		"toboolean": {takes: takes(isBool | isInt | isString), gives: isBool}, "tofloat": {takes: takes(isFloat | isInt | isString), gives: isFloat},
		"tostring":        {takes: takes(isBool | isFloat | isInt | isPoint | isString | isDuration | isTemporal), gives: isString},
		"tobooleanornull": {gives: isBool}, "tofloatornull": {gives: isFloat}, "tointegerornull": {gives: isInt}, "tostringornull": {gives: isString},
		"tobooleanlist": {takes: takes(isList), gives: isList, element: isBool}, "tofloatlist": {takes: takes(isList), gives: isList, element: isFloat},
		"tointegerlist": {takes: takes(isList), gives: isList, element: isInt}, "tostringlist": {takes: takes(isList), gives: isList, element: isString},
		"tolower": {takes: takes(isString), gives: isString}, "toupper": {takes: takes(isString), gives: isString},
		"lower": {takes: takes(isString), gives: isString, name: "toLower"}, "upper": {takes: takes(isString), gives: isString, name: "toUpper"},
		"trim": {takes: takes(isString), gives: isString}, "type": {takes: takes(isRel), gives: isString}, "valuetype": {gives: isString},
		// A list is refused when the statement runs.
		"tointeger": {takes: takes(isBool | isFloat | isInt | isString | isList), gives: isInt},
		// Aggregating functions.
		"sum": {takes: takes(isFloat | isInt | isDuration), gives: isFloat | isInt | isDuration}, "avg": {takes: takes(isFloat | isInt | isDuration), gives: isFloat | isInt | isDuration},
		"stdev": {takes: takes(isFloat), gives: isFloat}, "stdevp": {takes: takes(isFloat), gives: isFloat},
		"percentilecont": {takes: takes(isFloat, isFloat), gives: isFloat}, "percentiledisc": {takes: takes(isFloat|isInt, isFloat), gives: isFloat | isInt},
	}
	for _, name := range []string{"acos", "asin", "atan", "ceil", "cos", "cot", "degrees", "exp", "floor", "haversin", "log", "log10", "radians", "sin", "sqrt", "tan"} {
		out[name] = signature{takes: takes(isFloat), gives: isFloat}
	}
	for name, kind := range map[string]kinds{"date": isDate, "time": isTime, "localtime": isLocalTime, "localdatetime": isLocalDateTime, "datetime": isDateTime} {
		out[name+".truncate"] = signature{takes: []typ{{kinds: isString}, anyType, {kinds: properties}}, gives: kind, generic: true}
		for _, clock := range []string{"", ".realtime", ".statement", ".transaction"} {
			out[name+clock] = signature{gives: kind}
		}
	}
	for _, name := range []string{"duration", "duration.between", "duration.inmonths", "duration.indays", "duration.inseconds"} {
		out[name] = signature{gives: isDuration}
	}
	vector := typ{kinds: isList, element: &typ{kinds: isNumber}}
	for _, name := range []string{"cosine", "euclidean"} {
		out["vector.similarity."+name] = signature{takes: []typ{vector, vector}, gives: isFloat, name: name}
	}
	return out
}

// argument checks the type of the i-th argument of a function.
func (b *binder) argument(e *ast.Call, i int, t typ, sig signature) {
	if i >= len(sig.takes) {
		return
	}
	b.requireType(e.Args[i], t, sig.takes[i], b.argumentName(e, i, sig))
}

func (b *binder) argumentName(e *ast.Call, i int, sig signature) string {
	name := strings.ToLower(e.Name.Value)
	switch {
	case sig.generic:
		return ""
	case name == "toboolean":
		return "argument of function toBoolean()"
	case name == "tostring":
		return "argument to function toString()"
	case name == "trim":
		i = 1
	}
	called := sig.name
	if called == "" {
		called = e.Name.Value
	}
	return fmt.Sprintf("argument at index %d of function %s()", i, called)
}

func (b *binder) call(e *ast.Call, s *scope, c context) typ {
	name := strings.ToLower(e.Name.Value)
	if b.cfg.Aggregate(name) {
		return b.aggregate(e, name, s, c)
	}
	if name == "exists" && len(e.Args) == 1 {
		if _, property := e.Args[0].(*ast.Property); property {
			b.fail(e, "UnknownFunction", "The property existence syntax `... exists(variable.property)` is no longer supported. Please use `variable.property IS NOT NULL` instead.")
		}
	}
	b.arity(e, name)
	if e.Distinct {
		b.fail(e, "", "Invalid use of DISTINCT with function '%s'", e.Name.Value)
	}
	if c.inside && name == "rand" {
		b.failUnplaced("NonConstantExpression", "Can't use non-deterministic (random) functions inside of aggregate functions.")
	}
	if name == "id" && b.version < 25 {
		b.note(notice.DeprecatedForNothing("The query used a deprecated function: `id`.", "id", b.position(e.Start)))
	}
	sig := signatures[name]
	var args []typ
	for i, a := range e.Args {
		at := c.plain()
		if name == "exists" {
			at = c.truth()
		}
		at.size = name == "size"
		t := b.expr(a, s, at)
		b.argument(e, i, t, sig)
		args = append(args, t)
	}
	if len(args) == 0 && sig.gives == 0 {
		return anyType
	}
	switch name {
	case "head", "last":
		return args[0].elementType()
	case "tail", "reverse":
		return args[0]
	case "coalesce":
		out := args[0]
		for _, t := range args[1:] {
			out = out.or(t)
		}
		return out
	}
	switch {
	case sig.gives == 0:
		return anyType
	case sig.element != 0:
		return listOf(typ{kinds: sig.element})
	}
	return typ{kinds: sig.gives}
}

// arity checks that a function exists and gets as many arguments as it takes.
func (b *binder) arity(e *ast.Call, name string) {
	if b.cfg.Function == nil {
		return
	}
	if name == "exists" { // a syntax of its own, which only looks like a function
		return
	}
	f, ok := b.cfg.Function(name)
	if !ok {
		b.fail(e, "UnknownFunction", "Unknown function '%s'", e.Name.Value)
	}
	n := len(e.Args)
	if n >= f.Min && (f.Max < 0 || n <= f.Max) {
		return
	}
	word, want := "Insufficient", f.Min
	if n > f.Min {
		word, want = "Too many", f.Max
	}
	b.failBecause(e, "InvalidNumberOfArguments", status.Because("42I13",
		"The procedure or function call does not provide the required number of arguments; expected %d but got %d.\n\nThe procedure or function %s() has the signature: %s.", want, n, f.Name, f.Forms()),
		"%s parameters for function '%s'", word, e.Name.Value)
}
