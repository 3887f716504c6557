package difftest

import (
	"fmt"
	"strings"
)

// variable is a name in scope. Items of a kBag are of kind of.
type variable struct {
	name string
	kind kind
	of   kind
}

// scope is what an expression may refer to.
type scope []variable

func (s scope) with(v ...variable) scope { return append(append(scope(nil), s...), v...) }

// of gives the variables of a kind.
func (s scope) of(kinds ...kind) []variable {
	var out []variable
	for _, v := range s {
		for _, k := range kinds {
			if v.kind == k {
				out = append(out, v)
			}
		}
	}
	return out
}

// expression writes one of kind k that no row can make fail. Depth bounds how
// deep it nests.
func (g *gen) expression(k kind, depth int, sc scope) string {
	if g.chance(2) {
		return "null"
	}
	if vs := sc.of(k); len(vs) > 0 && g.chance(35) {
		return one(g.random, vs...).name
	}
	if name, ok := properties[k]; ok && g.chance(40) {
		if vs := sc.of(kNode, kRel); len(vs) > 0 {
			if k == kInt && g.chance(25) {
				name = "uid"
			}
			return one(g.random, vs...).name + "." + name
		}
	}
	if depth <= 0 {
		return g.leaf(k, sc)
	}
	if g.chance(12) {
		return g.choice(k, depth-1, sc)
	}
	sub := func(k kind) string { return g.expression(k, depth-1, sc) }
	switch k {
	case kInt:
		return g.integer(depth, sc)
	case kFloat:
		return g.float(sub)
	case kString:
		return g.text(depth, sc)
	case kBool:
		return g.boolean(depth, sc)
	case kInts, kStrings:
		return g.list(k, depth, sc)
	case kMap:
		return g.mapping(depth-1, sc)
	case kAny:
		return sub(one(g.random, scalars...))
	case kDate, kLocalDateTime, kDateTime, kLocalTime, kTime, kDuration:
		return g.temporal(k, sub)
	}
	return g.leaf(k, sc)
}

// leaf writes a literal, a parameter or what else is not nested.
func (g *gen) leaf(k kind, sc scope) string {
	switch k {
	case kMap:
		return g.mapping(0, sc)
	case kNode, kRel, kPath, kNodes, kRels, kBag, kTie:
		if vs := sc.of(k); len(vs) > 0 {
			return one(g.random, vs...).name
		}
		return "null"
	}
	text := literal(g.random, k)
	if g.chance(15) {
		return g.param(text)
	}
	return text
}

// choice is an expression of any kind that chooses between others.
func (g *gen) choice(k kind, depth int, sc scope) string {
	sub := func(k kind) string { return g.expression(k, depth, sc) }
	switch g.IntN(4) {
	case 0:
		return fmt.Sprintf("coalesce(%s, %s)", sub(k), sub(k))
	case 1:
		text := fmt.Sprintf("CASE WHEN %s THEN %s", sub(kBool), sub(k))
		if g.chance(60) {
			text += " ELSE " + sub(k)
		}
		return text + " END"
	case 2:
		by := one(g.random, kInt, kString, kBool, kAny)
		text := fmt.Sprintf("CASE %s WHEN %s THEN %s", sub(by), sub(by), sub(k))
		if g.chance(40) {
			text += fmt.Sprintf(" WHEN %s THEN %s", sub(by), sub(k))
		}
		return text + " ELSE " + sub(k) + " END"
	}
	if k >= kNode || k == kMap {
		return sub(k)
	}
	return fmt.Sprintf("nullIf(%s, %s)", sub(k), sub(k))
}

// integer keeps its values far from the bounds of 64 bits.
func (g *gen) integer(depth int, sc scope) string {
	sub := func(k kind) string { return g.expression(k, depth-1, sc) }
	switch g.IntN(29) {
	case 0, 1:
		return fmt.Sprintf("(%s %s %s)", sub(kInt), one(g.random, "+", "-"), sub(kInt))
	case 2:
		return fmt.Sprintf("((%s %% 1000) * %d)", sub(kInt), g.between(-3, 5))
	case 3:
		return fmt.Sprintf("(%s %s %d)", sub(kInt), one(g.random, "/", "%"), one(g.random, 2, 3, -2, 7))
	case 4:
		return fmt.Sprintf("size(%s)", sub(one(g.random, kInts, kStrings, kString)))
	case 5:
		return fmt.Sprintf("%s(%s)", one(g.random, "abs", "sign", "toInteger", "-"), sub(kInt))
	case 6:
		return fmt.Sprintf("toInteger(%s)", sub(one(g.random, kString, kBool)))
	case 7:
		return fmt.Sprintf("%s(%s)", one(g.random, "head", "last"), sub(kInts))
	case 8:
		return fmt.Sprintf("(%s)[%d]", sub(kInts), g.between(-2, 2))
	case 9:
		return fmt.Sprintf("reduce(acc = %d, it IN %s | acc %s it)", g.between(0, 3), sub(kInts), one(g.random, "+", "-"))
	case 10:
		return fmt.Sprintf("(%s).%s", sub(kDate), one(g.random, "year", "month", "day", "quarter", "week", "weekYear", "ordinalDay", "weekDay", "dayOfQuarter"))
	case 11:
		k := one(g.random, kLocalDateTime, kDateTime, kLocalTime, kTime)
		return fmt.Sprintf("(%s).%s", sub(k), one(g.random, "hour", "minute", "second", "millisecond", "microsecond", "nanosecond"))
	case 12:
		return fmt.Sprintf("(%s).%s", sub(kDuration), one(g.random, "years", "months", "days", "hours", "minutes", "seconds", "milliseconds", "monthsOfYear", "minutesOfHour", "secondsOfMinute", "nanosecondsOfSecond", "quarters", "weeks", "daysOfWeek"))
	case 13:
		if vs := sc.of(kPath, kTie); len(vs) > 0 {
			return fmt.Sprintf("length(%s)", one(g.random, vs...).name)
		}
	case 14:
		if vs := sc.of(kBag, kNodes, kRels); len(vs) > 0 {
			return fmt.Sprintf("size(%s)", one(g.random, vs...).name)
		}
	case 15:
		if vs := sc.of(kNode); len(vs) > 0 {
			return fmt.Sprintf("size(labels(%s))", one(g.random, vs...).name)
		}
	case 16, 17:
		if g.nested > 0 {
			return g.counting(sc)
		}
	case 18:
		if vs := sc.of(kMap); len(vs) > 0 {
			return one(g.random, vs...).name + one(g.random, ".a", "['a']")
		}
	case 19:
		if vs := sc.of(kNode, kRel); len(vs) > 0 {
			return one(g.random, vs...).name + one(g.random, "['i']", "['' + 'uid']")
		}
	case 20:
		return fmt.Sprintf("toIntegerOrNull(%s)", g.anything(1, sc))
	case 21:
		return fmt.Sprintf("[%s, %s][%d][%d]", sub(kInts), sub(kInts), g.between(-2, 1), g.between(0, 2))
	case 22:
		if vs := sc.of(kRel); len(vs) > 0 {
			return fmt.Sprintf("%s(%s).uid", one(g.random, "startNode", "endNode", "properties"), one(g.random, vs...).name)
		}
	case 23:
		if vs := sc.of(kPath); len(vs) > 0 {
			return fmt.Sprintf(one(g.random, "nodes(%s)[0].uid", "nodes(%s)[-1].i", "size(nodes(%s))", "size(relationships(%s))", "last(nodes(%s)).uid", "head(relationships(%s)).uid", "reduce(t = 0, it IN nodes(%s) | t + it.uid)"), one(g.random, vs...).name)
		}
	case 24:
		return fmt.Sprintf("(%s).%s", sub(kDateTime), one(g.random, "epochSeconds", "epochMillis", "offsetMinutes", "offsetSeconds", "week", "quarter"))
	case 25:
		return fmt.Sprintf("char_length(%s)", sub(kString))
	case 26:
		return fmt.Sprintf("CASE %s WHEN IS NULL THEN %s WHEN < %s, = 7 THEN %s WHEN > 3 THEN %s ELSE %s END", sub(kInt), sub(kInt), sub(kInt), sub(kInt), sub(kInt), sub(kInt))
	case 27:
		return fmt.Sprintf("reduce(m = {a: 0}, it IN %s | {a: m.a + it}).a", sub(kInts))
	case 28:
		if g.nested > 0 && depth > 1 {
			return g.full("COUNT", kInt, sc)
		}
	}
	return sub(kInt)
}

// float gives values whose sums are exact, unless it marks the statement.
func (g *gen) float(sub func(kind) string) string {
	switch g.IntN(12) {
	case 0, 1:
		return fmt.Sprintf("(%s %s %s)", sub(kFloat), one(g.random, "+", "-"), sub(kFloat))
	case 2:
		return fmt.Sprintf("toFloat(%s)", sub(one(g.random, kInt, kFloat, kString)))
	case 3:
		return fmt.Sprintf("(%s %s %s)", sub(kFloat), one(g.random, "*", "/"), one(g.random, "2.0", "-0.5", "4"))
	case 4:
		return fmt.Sprintf("%s(%s)", one(g.random, "ceil", "floor", "round", "abs", "-"), sub(kFloat))
	case 5:
		g.st.Inexact = true
		return fmt.Sprintf("%s(%s)", one(g.random, "sin", "cos", "atan", "sqrt", "exp", "log", "log10", "degrees", "radians", "tan"), sub(one(g.random, kInt, kFloat)))
	case 6:
		return fmt.Sprintf("round(%s, %d)", sub(kFloat), g.IntN(3))
	case 7:
		return one(g.random, "0.0 / 0.0", "1 / 0.0", "-1 / 0.0", "-0.0", "e()", "pi()")
	case 8:
		g.st.Inexact = true
		return fmt.Sprintf("point.distance(%s, %s)", sub(kPoint), sub(kPoint))
	case 9:
		return fmt.Sprintf("(%s).%s", sub(kPoint), one(g.random, "x", "y", "srid"))
	case 10:
		return fmt.Sprintf("round(%s, %d, '%s')", sub(kFloat), g.IntN(3), one(g.random, "HALF_UP", "HALF_DOWN", "HALF_EVEN", "UP", "DOWN", "CEILING", "FLOOR"))
	}
	g.st.Inexact = true
	return fmt.Sprintf("(%s ^ %d)", sub(one(g.random, kInt, kFloat)), g.between(0, 3))
}

func (g *gen) text(depth int, sc scope) string {
	sub := func(k kind) string { return g.expression(k, depth-1, sc) }
	switch g.IntN(20) {
	case 0, 1:
		return fmt.Sprintf("(%s + %s)", sub(kString), sub(kString))
	case 2:
		return fmt.Sprintf("toString(%s)", sub(one(g.random, kInt, kBool, kString, kDate, kDateTime, kLocalTime, kDuration, kFloat)))
	case 3:
		return fmt.Sprintf("substring(%s, %d%s)", sub(kString), g.IntN(3), one(g.random, "", ", 1", ", 2"))
	case 4:
		return fmt.Sprintf("%s(%s, %d)", one(g.random, "left", "right"), sub(kString), g.IntN(3))
	case 5:
		return fmt.Sprintf("%s(%s)", one(g.random, "toUpper", "toLower", "trim", "ltrim", "rtrim", "reverse", "btrim"), sub(kString))
	case 6:
		return fmt.Sprintf("replace(%s, %s, %s)", sub(kString), sub(kString), sub(kString))
	case 7:
		return fmt.Sprintf("%s(%s)", one(g.random, "head", "last"), sub(kStrings))
	case 8:
		return fmt.Sprintf("(%s)[%d]", sub(kStrings), g.between(-2, 2))
	case 9:
		if vs := sc.of(kRel); len(vs) > 0 {
			return fmt.Sprintf("type(%s)", one(g.random, vs...).name)
		}
	case 10:
		return fmt.Sprintf("valueType(%s)", sub(one(g.random, kInt, kFloat, kString, kAny, kDate, kTime, kInts)))
	case 11:
		return fmt.Sprintf("toStringOrNull(%s)", sub(one(g.random, kAny, kInt, kInts)))
	case 12:
		if vs := sc.of(kMap); len(vs) > 0 {
			return one(g.random, vs...).name + ".b"
		}
	case 13:
		return fmt.Sprintf("reduce(acc = '', it IN %s | acc + it)", sub(kStrings))
	case 14:
		return fmt.Sprintf("(%s || %s)", sub(kString), sub(kString))
	case 15:
		return fmt.Sprintf("%s(%s, %s)", one(g.random, "ltrim", "rtrim", "btrim"), sub(kString), one(g.random, "'a'", "'ab'", "' '", sub(kString)))
	case 16:
		return fmt.Sprintf("trim(%s FROM %s)", one(g.random, "BOTH", "LEADING", "TRAILING", "BOTH 'a'", "LEADING 'b'"), sub(kString))
	case 17:
		return fmt.Sprintf("valueType(%s)", g.anything(2, sc))
	case 18:
		return fmt.Sprintf("(%s).%s", sub(kDateTime), one(g.random, "timezone", "offset"))
	case 19:
		return fmt.Sprintf("split(%s, %s)[%d]", sub(kString), one(g.random, "'a'", "['a', ' ']", "''"), g.IntN(2))
	}
	return sub(kString)
}

func (g *gen) mapping(depth int, sc scope) string {
	if vs := sc.of(kMap); len(vs) > 0 && g.chance(30) {
		return one(g.random, vs...).name
	}
	if vs := sc.of(kNode, kRel); len(vs) > 0 && g.chance(40) {
		name := one(g.random, vs...).name
		return one(g.random, name+" {.s, a: "+name+".i}", name+" {a: "+name+".i, b: 'x', .m}", name+" {.uid, c: "+g.expression(kAny, depth, sc)+"}", "{a: "+name+".uid}")
	}
	var parts []string
	for name, k := range []kind{kInt, kString, kAny} {
		if g.chance(60) {
			parts = append(parts, string(rune('a'+name))+": "+g.expression(k, depth, sc))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
