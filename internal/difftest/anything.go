package difftest

import (
	"fmt"
	"strings"
)

// anything writes a value of any kind: what properties hold, and what they do
// not, such as lists of lists, maps and lists with nulls in them.
func (g *gen) anything(depth int, sc scope) string {
	if vs := sc.of(kNode, kRel, kPath, kMap, kNodes, kRels); len(vs) > 0 && g.chance(15) {
		return one(g.random, vs...).name
	}
	switch g.IntN(9) {
	case 0:
		return one(g.random, "null", "true", "1", "1.0", "0.0 / 0.0", "-0.0", "'1'", "''", "[]", "{}", "[null]", "{a: null}", "9007199254740993", "9007199254740992.0", "1 / 0.0", "2", "'a'", "'A'")
	case 1, 2:
		if depth > 0 {
			return list(g.random, 3, func() string { return g.anything(depth-1, sc) })
		}
	case 3:
		if depth > 0 {
			return "{" + one(g.random, "a", "b", "c") + ": " + g.anything(depth-1, sc) + one(g.random, "", ", d: 1", ", d: null") + "}"
		}
	case 4:
		return g.expression(one(g.random, kInt, kString, kAny, kInts), min(depth, 1), sc)
	}
	return literal(g.random, kAny)
}

// typeName writes a type as IS :: has it.
func (g *gen) typeName(depth int) string {
	if depth > 0 && g.chance(15) {
		a := g.typeName(depth - 1)
		// all members of a union must agree in whether they take null
		b := strings.TrimSuffix(g.typeName(0), " NOT NULL")
		if strings.HasSuffix(a, " NOT NULL") && !strings.Contains(a, "|") {
			b += " NOT NULL"
		} else if strings.Contains(a, "|") {
			return a
		}
		return a + " | " + b
	}
	name := one(g.random, "INTEGER", "STRING", "FLOAT", "BOOLEAN", "DATE", "ZONED DATETIME", "LOCAL TIME", "DURATION", "POINT", "MAP", "NODE", "RELATIONSHIP", "ANY", "PROPERTY VALUE", "LIST<ANY>", "LIST<INTEGER>")
	if depth > 0 && g.chance(45) {
		name = "LIST<" + g.typeName(depth-1) + ">"
	}
	if g.chance(30) {
		name += " NOT NULL"
	}
	return name
}

// NewProbe makes a statement that needs no graph: what operators, functions, order
// and grouping make of values of any kind.
func NewProbe(r random) *Statement {
	g := newGen(r)
	g.nested = 0
	g.st.Loose, g.st.Inexact = true, true
	values := func(n int) string {
		parts := make([]string, g.between(1, n))
		for i := range parts {
			parts[i] = g.anything(2, nil)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	switch g.IntN(6) {
	case 0:
		g.st.Text = "UNWIND " + values(8) + " AS v WITH v ORDER BY v" + one(g.random, "", " DESC", " SKIP 1", " LIMIT 3", " DESC LIMIT 2") + " RETURN collect(v) AS l"
	case 1:
		g.st.Text = "UNWIND " + values(8) + " AS v RETURN " + one(g.random, "min(v) AS x", "max(v) AS x", "count(DISTINCT v) AS x", "size(collect(DISTINCT v)) AS x", "valueType(v) AS x, count(*) AS c", "v IS :: "+g.typeName(2)+" AS x, count(v) AS c")
	case 2:
		g.st.Text = "UNWIND " + values(4) + " AS a UNWIND " + values(4) + " AS b RETURN a " + one(g.random, "=", "<>", "<", "<=", ">", ">=") + " b AS x, b IN [a, " + g.anything(1, nil) + "] AS y, a IS NULL AS z"
	case 3:
		g.st.Text = "UNWIND " + values(5) + " AS v RETURN v IS :: " + g.typeName(2) + " AS a, v IS NOT :: " + g.typeName(2) + " AS b, valueType(v) AS t"
	case 4:
		g.st.Text = fmt.Sprintf("WITH %s AS a, %s AS b RETURN a %s b AS x", g.anything(1, nil), g.anything(1, nil), one(g.random, "+", "-", "*", "/", "%", "^", "||", "AND", "IN", "STARTS WITH", "CONTAINS", "=~", "XOR"))
	default:
		g.st.Text = fmt.Sprintf("WITH %s AS a, %s AS b RETURN %s AS x", g.anything(2, nil), g.anything(1, nil), one(g.random, calls...))
	}
	if g.chance(20) {
		g.st.Text = strings.Replace(g.st.Text, "UNWIND [", "UNWIND [null, ", 1)
	}
	return g.st
}

// calls are functions of whatever a and b are.
var calls = []string{
	"size(a)", "head(a)", "last(a)", "tail(a)", "reverse(a)", "keys(a)", "properties(a)", "toString(a)", "toStringOrNull(a)", "toInteger(a)", "toIntegerOrNull(a)", "toFloat(a)", "toFloatOrNull(a)", "toBoolean(a)", "toBooleanOrNull(a)",
	"toIntegerList(a)", "toFloatList(a)", "toStringList(a)", "toBooleanList(a)", "isEmpty(a)", "isNaN(a)", "abs(a)", "sign(a)", "ceil(a)", "floor(a)", "round(a)", "round(a, b)", "round(1.2345, b, 'HALF_EVEN')", "sqrt(a)", "exp(a)", "log(a)",
	"acos(a)", "asin(a)", "atan(a)", "atan2(a, b)", "cot(a)", "haversin(a)", "sinh(a)", "degrees(a)", "radians(a)", "char_length(a)", "upper(a)", "lower(a)", "toUpper(a)", "trim(a)", "ltrim(a)", "rtrim(a)", "btrim(a, b)", "ltrim(a, b)", "rtrim(a, b)", "trim(BOTH 'a' FROM a)", "trim(LEADING FROM a)",
	"substring(a, 1)", "substring('abc', b)", "substring('abc', 0, b)", "left(a, 1)", "left('abc', b)", "right(a, 2)", "replace(a, b, 'x')", "replace('aba', 'a', b)", "split(a, b)", "split('a,b', b)", "split('a b,c', [',', ' '])", "coalesce(a, b)", "nullIf(a, b)", "valueType(a)", "valueType([a, b])", "valueType({a: a})",
	"range(a, b)", "range(1, 3, b)", "a[b]", "a[0]", "a['a']", "a.a", "a[b..]", "a[..1]", "[a, b][1]", "{a: a, b: b}[b]", "date(a)", "time(a)", "localtime(a)", "datetime(a)", "localdatetime(a)", "duration(a)", "point(a)", "point.distance(a, b)", "point.withinBBox(a, b, b)", "duration.between(a, b)", "duration.inDays(a, b)", "duration.inSeconds(a, b)", "duration.inMonths(a, b)",
	"date.truncate('month', a)", "datetime.truncate('day', a)", "localdatetime.truncate('hour', a)", "time.truncate('minute', a)", "a.year", "a.hour", "a.days", "a.x", "a.timezone", "a.epochMillis", "datetime({date: a, timezone: 'Europe/Paris'})", "date({date: a, day: 3})", "localtime({time: a, second: 4})", "datetime({datetime: a, timezone: '+03:00'})", "localdatetime({date: a, time: b})",
	"reduce(s = 0, x IN a | s + x)", "[x IN a | x]", "[x IN a WHERE x = b]", "any(x IN a WHERE x = b)", "all(x IN a WHERE x = b)", "none(x IN a WHERE x IS NULL)", "single(x IN a WHERE x = b)", "a IN b", "b IN a", "a = [b]", "NOT a", "-a", "+a", "a = b = b", "a < b < 3", "CASE a WHEN b THEN 1 ELSE 2 END", "CASE WHEN a = b THEN a ELSE b END",
	"CASE a WHEN IS NULL THEN 'n' WHEN < b THEN 'l' WHEN > b, = b THEN 'g' ELSE 'o' END", "normalize(a)", "a IS NORMALIZED", "normalize(a, NFKD)", "toUpper(toString(a))", "a STARTS WITH b", "'abc' ENDS WITH b", "a + b + 1", "a || b", "[a] + b", "a + [b]", "a * 2", "a / 2", "a % 2", "a ^ 2", "1 - a", "vector.similarity.cosine(a, [1.0])", "nodes(a)", "labels(a)", "type(a)", "id(a)", "length(a)", "startNode(a)", "relationships(a)", "elementId(a)", "exists { RETURN a AS x }", "COUNT { UNWIND a AS x RETURN x }", "COLLECT { UNWIND [a, b] AS x RETURN x }", "datetime.fromepoch(a, b)", "datetime.fromepochmillis(a)",
	"a {.a, .*, z: b}", "a {b}", "a IS :: INTEGER | STRING", "isEmpty(a) OR b", "percentileCont(a, 0.5)", "sum(a)", "avg(a)", "stDev(a)", "collect(a)", "min(a)", "max(b)", "count(a)", "sum(a) + count(b)",
}

// full writes a subquery expression of whole clauses, which gives values of k.
func (g *gen) full(word string, k kind, sc scope) string {
	g.nested--
	defer func() { g.nested++ }()
	part := func() string {
		inner := &query{gen: g, sc: sc}
		inner.clauses(g.between(1, 2))
		inner.add("RETURN %s AS x", g.expression(k, 1, inner.sc))
		return inner.b.String()
	}
	text := part()
	if g.chance(25) {
		text += one(g.random, " UNION ", " UNION ALL ") + part()
	}
	return word + " { " + text + " }"
}
