package fn

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/status"
)

// Concat is ||: of strings, or of lists.
func (c *Context) Concat(a, b graph.Value) (graph.Value, error) {
	known := func(v graph.Value) bool {
		return v.IsNull() || v.Kind() == graph.KindString || v.Kind() == graph.KindList
	}
	switch {
	case !known(a) || !known(b):
	case a.IsNull() || b.IsNull():
		return graph.Null, nil
	case a.Kind() == b.Kind():
		return c.Add(a, b)
	}
	return graph.Null, TypeError("Cannot concatenate `%s` and `%s`", javaName(a), javaName(b))
}

// TypeError makes the error of a value of the wrong type.
func TypeError(format string, args ...any) error {
	e := status.New(status.TypeError, "50N42", format, args...)
	e.Detail = "InvalidArgumentType"
	return e
}

func argumentError(detail, format string, args ...any) error {
	e := status.New(status.ArgumentError, "50N42", format, args...)
	e.Detail = detail
	return e
}

// overflow is the error of a op b whose result no INTEGER can hold.
func overflow(a graph.Value, op string, b graph.Value) error {
	return noInteger("long overflow", a, op, b)
}

// noInteger is the error of integers a op b, which Cypher 25 names.
func noInteger(message string, a graph.Value, op string, b graph.Value) error {
	e := status.New(status.ArithmeticError, "50N42", "%s", message)
	e.In25 = func() *status.Error {
		return e.With("22003", status.Because("22N28", "The result of the operation '%s' has caused an overflow.", op)).
			Explained("The numeric value " + ToText(a) + " " + op + " " + ToText(b) + " is outside the required range.")
	}
	return e
}

// NotAPattern is the error of =~ with something that is no STRING.
func NotAPattern(v graph.Value) error {
	return NotOfType(v, "STRING", "Expected %s to be a STRING", Inspect(v))
}

// mismatch makes the error of a op b; format names their kinds. Cypher 25 tells
// what b would have to be.
func mismatch(format string, a graph.Value, op string, b graph.Value) error {
	blame := func(v graph.Value, want string, got graph.Value) *status.Error {
		return status.New(status.TypeError, "", format, javaName(a), javaName(b)).
			With("22G03", status.Because("22N01", "Expected the value %s to be of type %s, but was of type %s.", Literal(v), want, TypeText(got)))
	}
	e := blame(a, TypeText(b), a)
	e.Detail = "InvalidArgumentType"
	e.In25 = func() *status.Error {
		if op == "-" && !a.IsNumber() && !isTemporal(a) {
			return blame(b, TypeText(b), a)
		}
		return blame(b, operandTypes(a, op), b)
	}
	return e
}

// operandTypes gives the types that may stand on the right of an operator beside a.
func operandTypes(a graph.Value, op string) string {
	switch {
	case op == "+" && isTemporal(a):
		return "STRING, DURATION or LIST"
	case op == "+" && a.Kind() == graph.KindMap:
		return "LIST"
	case op == "+":
		return "FLOAT, INTEGER, STRING or LIST"
	case op == "-" && isTemporal(a):
		return "DURATION"
	case op == "-":
		return "INTEGER | FLOAT"
	case op == "*" && a.Kind() != graph.KindDuration:
		return "FLOAT, INTEGER or DURATION"
	}
	return "FLOAT or INTEGER"
}

// Add is +: numbers, strings, lists, temporals.
func (c *Context) Add(a, b graph.Value) (graph.Value, error) {
	switch x, y := a.Kind(), b.Kind(); {
	case x == graph.KindString && y == graph.KindString && len(a.AsString())+len(b.AsString()) > pieceBytes:
		return graph.String(c.Join([]string{a.AsString(), b.AsString()}, "")), nil
	case x == graph.KindList && y == graph.KindList:
		return graph.List(c.append(c.clone(a.AsList(), len(b.AsList())), b.AsList())), nil
	case x == graph.KindList && y != graph.KindNull:
		return graph.List(append(c.clone(a.AsList(), 1), b)), nil
	case y == graph.KindList && x != graph.KindNull:
		return graph.List(c.append(append(make([]graph.Value, 0, len(b.AsList())+1), a), b.AsList())), nil
	}
	return sumOf(a, b)
}

// sumOf is + of numbers, texts and temporals.
func sumOf(a, b graph.Value) (graph.Value, error) {
	switch {
	case a.IsNull() || b.IsNull():
		return graph.Null, nil
	case a.Kind() == graph.KindInt && b.Kind() == graph.KindInt:
		s := a.AsInt() + b.AsInt()
		if (s > a.AsInt()) != (b.AsInt() > 0) && b.AsInt() != 0 {
			return graph.Null, overflow(a, "+", b)
		}
		return graph.Int(s), nil
	case a.IsNumber() && b.IsNumber():
		return graph.Float(a.Number() + b.Number()), nil
	case a.Kind() == graph.KindString && b.Kind() == graph.KindInt:
		var digits [20]byte
		return graph.String(a.AsString() + string(strconv.AppendInt(digits[:0], b.AsInt(), 10))), nil
	case a.Kind() == graph.KindString && isScalar(b):
		return graph.String(a.AsString() + ToText(b)), nil
	case b.Kind() == graph.KindString && isScalar(a):
		return graph.String(ToText(a) + b.AsString()), nil
	case b.Kind() == graph.KindDuration && isTemporal(a):
		return moved(temporal.Add(a, b.AsDuration(), 1))
	case a.Kind() == graph.KindDuration && isTemporal(b):
		return moved(temporal.Add(b, a.AsDuration(), 1))
	}
	return graph.Null, mismatch("Cannot add `%s` and `%s`", a, "+", b)
}

// isScalar tells whether a property can have v, lists left out.
func isScalar(v graph.Value) bool {
	switch v.Kind() {
	case graph.KindBool, graph.KindInt, graph.KindFloat, graph.KindString, graph.KindPoint:
		return true
	}
	return isTemporal(v)
}

func isTemporal(v graph.Value) bool {
	return v.Kind() >= graph.KindDate && v.Kind() <= graph.KindDuration
}

// moved gives the result of adding to a temporal value.
func moved(v graph.Value, err error) (graph.Value, error) {
	if err != nil {
		return graph.Null, temporalError(err)
	}
	return v, nil
}

// Subtract is -.
func Subtract(a, b graph.Value) (graph.Value, error) {
	switch {
	case a.IsNull() || b.IsNull():
		return graph.Null, nil
	case a.Kind() == graph.KindInt && b.Kind() == graph.KindInt:
		s := a.AsInt() - b.AsInt()
		if (s < a.AsInt()) != (b.AsInt() > 0) && b.AsInt() != 0 {
			return graph.Null, overflow(a, "-", b)
		}
		return graph.Int(s), nil
	case a.IsNumber() && b.IsNumber():
		return graph.Float(a.Number() - b.Number()), nil
	case b.Kind() == graph.KindDuration && isTemporal(a):
		return moved(temporal.Add(a, b.AsDuration(), -1))
	}
	return graph.Null, mismatch("Cannot subtract `%[2]s` from `%[1]s`", a, "-", b)
}

// Multiply is *.
func Multiply(a, b graph.Value) (graph.Value, error) {
	switch {
	case a.IsNull() || b.IsNull():
		return graph.Null, nil
	case a.Kind() == graph.KindInt && b.Kind() == graph.KindInt:
		x, y := a.AsInt(), b.AsInt()
		hi, lo := bits.Mul64(magnitude(x), magnitude(y))
		neg := (x < 0) != (y < 0)
		if hi != 0 || lo > 1<<63 || (lo == 1<<63 && !neg) {
			return graph.Null, overflow(a, "*", b)
		}
		return graph.Int(x * y), nil
	case a.IsNumber() && b.IsNumber():
		return graph.Float(a.Number() * b.Number()), nil
	case a.Kind() == graph.KindDuration && b.IsNumber():
		return scaled(a, b, "*", b.Number())
	case b.Kind() == graph.KindDuration && a.IsNumber():
		return scaled(b, a, "*", a.Number())
	}
	return graph.Null, mismatch("Cannot multiply `%s` and `%s`", a, "*", b)
}

func magnitude(i int64) uint64 {
	if i < 0 {
		return uint64(-i)
	}
	return uint64(i)
}

// scale multiplies a duration by a number.
func scale(d graph.Duration, f float64) (graph.Value, error) {
	if n := int64(f); float64(n) == f {
		if out, ok := temporal.Times(d, n); ok {
			return graph.DurationOf(out), nil
		}
	}
	by, ok := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	if !ok {
		return graph.Null, overflow(graph.DurationOf(d), "*", graph.Float(f)) // of an infinite number
	}
	out, err := temporal.Scale(d, by)
	if err != nil {
		return graph.Null, err
	}
	return graph.DurationOf(out), nil
}

// scaled multiplies a duration d by f, which op made of v.
func scaled(d, v graph.Value, op string, f float64) (graph.Value, error) {
	if math.IsNaN(f) {
		return graph.DurationOf(graph.Duration{}), nil
	}
	out, err := scale(d.AsDuration(), f)
	if p, ok := errors.AsType[*temporal.Problem](err); err == nil || ok && p.Class == temporal.TooLong {
		return moved(out, err)
	}
	word, with := "multiply", "with"
	if op == "/" {
		word, with = "divide", "by"
	}
	return graph.Null, status.New(status.ArgumentError, "", "Can not %s duration %s %s %s without causing overflow.", word, temporal.Format(d), with, Inspect(v)).
		With("22015", status.Because("22N28", "The result of the operation '%s' has caused an overflow.", op))
}

// Divide is /: integer division of integers.
func Divide(a, b graph.Value) (graph.Value, error) {
	switch {
	case b.Kind() == graph.KindInt && b.AsInt() == 0: // of a FLOAT too
		return graph.Null, status.New(status.ArithmeticError, "50N42", "/ by zero")
	case a.IsNull() || b.IsNull():
		return graph.Null, nil
	case a.Kind() == graph.KindInt && b.Kind() == graph.KindInt:
		if b.AsInt() == -1 {
			return graph.Int(-a.AsInt()), nil
		}
		return graph.Int(a.AsInt() / b.AsInt()), nil
	case a.IsNumber() && b.IsNumber():
		return graph.Float(a.Number() / b.Number()), nil
	case a.Kind() == graph.KindDuration && b.IsNumber():
		if n := b.Number(); n != 0 && !math.IsInf(n, 0) && !math.IsNaN(n) {
			by, _ := new(big.Rat).SetString(strconv.FormatFloat(n, 'g', -1, 64))
			if out, err := temporal.Scale(a.AsDuration(), by.Inv(by)); err == nil {
				return graph.DurationOf(out), nil
			}
		}
		return scaled(a, b, "/", 1/b.Number())
	}
	return graph.Null, mismatch("Cannot divide `%s` by `%s`", a, "/", b)
}

// Divide is Divide in the language of the statement: Cypher 25 looks at null first.
func (c *Context) Divide(a, b graph.Value) (graph.Value, error) {
	if c.Version == 25 && a.IsNull() {
		return graph.Null, nil
	}
	return Divide(a, b)
}

// Modulo is %.
func Modulo(a, b graph.Value) (graph.Value, error) {
	switch {
	case a.IsNull() || b.IsNull():
		return graph.Null, nil
	case a.Kind() == graph.KindInt && b.Kind() == graph.KindInt:
		if b.AsInt() == 0 {
			return graph.Null, noInteger("/ by zero", a, "%", b)
		}
		if b.AsInt() == -1 {
			return graph.Int(0), nil
		}
		return graph.Int(a.AsInt() % b.AsInt()), nil
	case a.IsNumber() && b.IsNumber():
		return graph.Float(math.Mod(a.Number(), b.Number())), nil
	}
	return graph.Null, mismatch("Cannot calculate modulus of `%s` and `%s`", a, "%", b)
}

// Power is ^; always a FLOAT.
func Power(a, b graph.Value) (graph.Value, error) {
	switch {
	case a.IsNull() || b.IsNull():
		return graph.Null, nil
	case a.IsNumber() && b.IsNumber():
		x, y := a.Number(), b.Number()
		if math.Abs(x) == 1 && (math.IsInf(y, 0) || math.IsNaN(y)) { // which math.Pow takes for 1
			return graph.Float(math.NaN()), nil
		}
		return graph.Float(math.Pow(x, y)), nil
	}
	return graph.Null, mismatch("Cannot raise `%s` to the power of `%s`", a, "^", b)
}

// Negate is unary -.
func Negate(a graph.Value) (graph.Value, error) {
	switch a.Kind() {
	case graph.KindNull:
		return a, nil
	case graph.KindInt:
		if a.AsInt() == math.MinInt64 {
			return graph.Null, overflow(graph.Int(0), "-", a)
		}
		return graph.Int(-a.AsInt()), nil
	case graph.KindFloat:
		return graph.Float(-a.AsFloat()), nil
	case graph.KindDuration:
		return moved(scale(a.AsDuration(), -1))
	}
	return graph.Null, mismatch("Cannot subtract `%[2]s` from `%[1]s`", graph.Int(0), "-", a)
}

// ListOf gives the elements of a list, and any other value as the one element of
// one, as Neo4j takes a value whose type it learns at run time.
func ListOf(v graph.Value) []graph.Value {
	if v.Kind() == graph.KindList {
		return v.AsList()
	}
	return []graph.Value{v}
}

// In is IN, three-valued.
func (c *Context) In(a, list graph.Value) (graph.Value, error) {
	if list.IsNull() {
		return graph.Null, nil
	}
	unknown := false
	for _, e := range ListOf(list) {
		switch x := c.Equal(a, e); {
		case x.IsTrue():
			return graph.True, nil
		case x.IsNull():
			unknown = true
		}
	}
	if unknown {
		return graph.Null, nil
	}
	return graph.False, nil
}

// Text is STARTS WITH, ENDS WITH and CONTAINS: test is applied to two strings, null otherwise.
func Text(a, b graph.Value, test func(s, t string) bool) graph.Value {
	if a.Kind() != graph.KindString || b.Kind() != graph.KindString {
		return graph.Null
	}
	return graph.Bool(test(a.AsString(), b.AsString()))
}

// Index is list[i] and map[key].
func Index(subject, i graph.Value) (graph.Value, error) {
	if subject.IsNull() || i.IsNull() {
		return graph.Null, nil
	}
	switch subject.Kind() {
	case graph.KindList:
		if i.Kind() != graph.KindInt {
			return graph.Null, notAnIndex(subject, i)
		}
		l, n := subject.AsList(), i.AsInt()
		if n < 0 {
			n += int64(len(l))
		}
		if n < 0 || n >= int64(len(l)) {
			return graph.Null, nil
		}
		return l[n], nil
	case graph.KindMap:
		if i.Kind() != graph.KindString {
			e := status.New(status.TypeError, "", "Cannot access a map '%s' by key '%s': Expected %s to be a STRING", Inspect(subject), Inspect(i), Inspect(i)).
				With("22G03", status.Because("22N01", "Expected the value %s to be of type STRING, but was of type %v NOT NULL.", Literal(i), i.Kind()))
			e.Detail = "MapElementAccessByNonString"
			return graph.Null, e
		}
		v, _ := subject.AsMap().Get(i.AsString())
		return v, nil
	}
	return graph.Null, NotOfType(subject, "LIST or MAP", "`%s` is not a collection or a map. Element access is only possible by performing a collection lookup using an integer index, or by performing a map lookup using a string key (found: %s[%s])", Inspect(subject), Inspect(subject), Inspect(i))
}

// Slice is list[from..to]; a null bound gives null. open means that the bound was
// left out. A value that is no list counts as a list of it alone.
func Slice(subject, from, to graph.Value, openFrom, openTo bool) (graph.Value, error) {
	if subject.IsNull() || (from.IsNull() && !openFrom) || (to.IsNull() && !openTo) {
		return graph.Null, nil
	}
	l := ListOf(subject)
	n := int64(len(l))
	lo, hi := int64(0), n
	clamp := func(v graph.Value) int64 {
		i := v.AsInt()
		if i < 0 {
			i += n
		}
		return min(max(i, 0), n)
	}
	if !openFrom {
		lo = clamp(from)
	}
	if !openTo {
		hi = clamp(to)
	}
	if lo >= hi {
		return graph.List(nil), nil
	}
	return graph.List(l[lo:hi]), nil
}

// And, Or, Xor and Not are three-valued logic.
func And(a, b graph.Value) graph.Value {
	switch {
	case a.Kind() == graph.KindBool && !a.AsBool() || b.Kind() == graph.KindBool && !b.AsBool():
		return graph.False
	case a.IsNull() || b.IsNull():
		return graph.Null
	}
	return graph.True
}

// Or is OR.
func Or(a, b graph.Value) graph.Value {
	switch {
	case a.IsTrue() || b.IsTrue():
		return graph.True
	case a.IsNull() || b.IsNull():
		return graph.Null
	}
	return graph.False
}

// Xor is XOR.
func Xor(a, b graph.Value) graph.Value {
	if a.IsNull() || b.IsNull() {
		return graph.Null
	}
	return graph.Bool(a.AsBool() != b.AsBool())
}

// Not is NOT.
func Not(a graph.Value) graph.Value {
	if a.IsNull() {
		return graph.Null
	}
	return graph.Bool(!a.AsBool())
}

// Contains tells whether t stands in s.
func (c *Context) Contains(s, t string) bool { return c.find(s, t) >= 0 }

// StartsWith and EndsWith name the other tests of texts.
var (
	StartsWith = strings.HasPrefix
	EndsWith   = strings.HasSuffix
)
