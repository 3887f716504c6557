package bind

import (
	"fmt"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/notice"
	"graticule/status"
)

// argument checks the type of the i-th argument of a function.
func (b *binder) argument(e *ast.Call, i int, t typ, sig signature) {
	if i >= len(sig.takes) {
		return
	}
	if t.kinds == isList && strings.EqualFold(e.Name.Value, "toInteger") {
		return
	}
	if sig.generic && t.kinds == isList && t.element != nil && t.element.only(isNumber) {
		t.element = nil
	}
	want := sig.takes[i]
	if b.version == 25 && strings.EqualFold(e.Name.Value, "reverse") {
		return // which looks when it is called
	}
	if b.version == 25 && takesVectors[strings.ToLower(e.Name.Value)] {
		want.kinds |= isVector
	}
	b.requireType(e.Args[i], t, want, b.argumentName(e, i, sig))
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
	case name == "trim" && len(e.Args) == 1:
		i = 1
	case strings.HasPrefix(name, "trim "):
		if i == 0 && len(e.Args) == 2 {
			return "argument at index 2 of function trim()"
		}
		return "argument at index 1 of function trim()"
	}
	called := sig.name
	if called == "" {
		called = e.Name.Value
	}
	if later := rewritten[name]; later != "" && !b.early {
		called = later
	}
	return fmt.Sprintf("argument at index %d of function %s()", i, called)
}

// takesVectors are functions of lists that take vectors as well in Cypher 25.
var takesVectors = map[string]bool{"size": true, "tointegerlist": true, "tofloatlist": true, "vector.similarity.cosine": true, "vector.similarity.euclidean": true}

// rewritten are functions that errors of the second look know by another name.
var rewritten = map[string]string{"lower": "toLower", "upper": "toUpper", "char_length": "character_length"}

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
	switch {
	case name == "id" && b.version >= 25:
		const by = "elementId or consider using an application-generated id"
		b.note(notice.DeprecatedFor("The query used a deprecated function. ('id' has been replaced by '"+by+"')", "id", by, b.position(e.Start)))
	case name == "id":
		b.note(notice.DeprecatedForNothing("The query used a deprecated function: `id`.", "id", b.position(e.Start)))
	}
	switch name {
	case "point":
		b.pointMap(e)
	case "vector":
		b.vectorCall(e)
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
	if callsByType(name) {
		b.temporal = true
		if b.early {
			return anyType
		}
	}
	if len(args) == 0 && sig.gives == 0 {
		return anyType
	}
	switch name {
	case "head", "last":
		return args[0].elementType()
	case "tail":
		return typ{kinds: isList, element: args[0].element}
	case "reverse":
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
	if name == "exists" && len(e.Args) == 1 { // a syntax of its own, which only looks like a function
		if _, ok := e.Args[0].(*ast.PatternExpr); !ok {
			err := status.New(status.SyntaxError, "", "Argument to exists(...) is not a pattern").With("22G03", status.Because("22N27", "Invalid input 'argument' for exists. Expected to be pattern."))
			b.failWith(e.Args[0], "UnexpectedSyntax", err)
		}
		return
	}
	f, ok := b.cfg.Function(name)
	if name == "exists" {
		f, ok = Function{Name: "exists", Signature: "exists(input :: ANY) :: BOOLEAN", Min: 1, Max: 1}, true
	}
	if !ok || f.Since > max(b.version, 5) {
		b.fail(e, "UnknownFunction", "Unknown function '%s'", e.Name.Value)
	}
	f = f.in(b.version)
	n := len(e.Args)
	if n >= f.Min && (f.Max < 0 || n <= f.Max) {
		return
	}
	if callsByType(name) {
		b.callShape(e, name, f, n)
	}
	word, want := "Insufficient", f.Min
	if n > f.Min {
		word, want = "Too many", f.Max
	}
	b.failBecause(e, "InvalidNumberOfArguments", status.Because("42I13",
		"The procedure or function call does not provide the required number of arguments; expected %d but got %d.\n\nThe procedure or function %s() has the signature: %s.", want, n, f.Name, f.Forms()),
		"%s parameters for function '%s'", word, f.Name)
}

// callsByType tells whether errors about the arity of a function list what it takes.
func callsByType(name string) bool {
	head, _, _ := strings.Cut(name, ".")
	switch head {
	case "date", "time", "localtime", "localdatetime", "datetime", "duration":
		return true
	}
	return false
}

// callShape fails because a function of temporal values got n arguments.
func (b *binder) callShape(e *ast.Call, name string, f Function, n int) {
	_, rest, _ := strings.Cut(f.Signature, "(")
	inputs, output, _ := strings.Cut(rest, ") ::")
	args := strings.Split(inputs, ", ")
	var types []string
	for i, a := range args {
		declared, typ, _ := strings.Cut(a, " :: ")
		types = append(types, typ)
		if word, value, ok := strings.Cut(declared, " = "); ok {
			if value == "null" {
				value = "NO_VALUE"
			} else {
				value = "'" + value + "'"
			}
			args[i] = word + "  =  " + value + " :: " + typ
		}
	}
	plural := "s"
	if len(args) == 1 {
		plural = ""
	}
	b.fail(e, "InvalidNumberOfArguments", "Function call does not provide the required number of arguments: expected %d got %d.\n\nFunction %s has signature: %s(%s) ::%s\nmeaning that it expects %d argument%s of type %s\nDescription: %s",
		len(args), n, name, name, strings.Join(args, ", "), output, len(args), plural, strings.Join(types, ", "), f.Description)
}

// pointMap refuses a literal map that describes no point.
func (b *binder) pointMap(e *ast.Call) {
	if len(e.Args) != 1 {
		return
	}
	m, ok := e.Args[0].(*ast.Map)
	if !ok {
		return
	}
	has := map[string]bool{}
	var keys []string
	for _, k := range m.Keys {
		has[k.Value] = true
		keys = append(keys, "'"+k.Value+"'")
	}
	if has["x"] && has["y"] || has["longitude"] && has["latitude"] {
		return
	}
	b.fail(m, "InvalidArgumentValue", "A map with keys %s is not describing a valid point, a point is described either by using cartesian coordinates e.g. {x: 2.3, y: 4.5, crs: 'cartesian'} or using geographic coordinates e.g. {latitude: 12.78, longitude: 56.7, crs: 'WGS-84'}.", strings.Join(keys, ", "))
}
