package difftest

import (
	"fmt"
	"strings"
)

// query is a statement that grows clause by clause.
type query struct {
	*gen
	b  strings.Builder
	sc scope
}

func (q *query) add(format string, args ...any) {
	if q.b.Len() > 0 {
		q.b.WriteByte(' ')
	}
	fmt.Fprintf(&q.b, format, args...)
}

// NewRead makes a statement that reads.
func NewRead(r random) *Statement {
	g := newGen(r)
	q := &query{gen: g}
	q.clauses(one(g.random, 1, 1, 2, 2, 2, 3, 4))
	q.result()
	if g.chance(5) {
		q.union()
	}
	g.st.Text = q.b.String()
	return g.st
}

// clauses writes up to n clauses, the first of which brings something into scope.
func (q *query) clauses(n int) {
	for i := range n {
		switch c := q.IntN(100); {
		case c < 45 || i == 0 && c < 80:
			q.match()
		case c < 57:
			q.optional()
		case c < 67:
			q.unwind()
		case c < 87 && len(q.sc) > 0:
			q.with()
		case c < 91:
			q.call()
		case c < 94:
			q.oldCall()
		case c < 96:
			q.unwindMaps()
		default:
			q.shortest()
		}
	}
}

func (q *query) match() {
	p := q.pattern(q.sc, shape{rels: one(q.random, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6)})
	q.sc = p.scope
	q.add("MATCH %s%s", p.text, q.where(50, q.sc))
}

func (q *query) optional() {
	p := q.pattern(q.sc, shape{rels: q.between(0, 3)})
	q.sc = p.scope
	q.add("OPTIONAL MATCH %s%s", p.text, q.where(50, q.sc))
}

func (q *query) unwind() {
	name := q.name("u")
	if vs := q.sc.of(kBag, kNodes, kRels); len(vs) > 0 && q.chance(60) {
		v := one(q.random, vs...)
		k := map[kind]kind{kBag: v.of, kNodes: kNode, kRels: kRel}[v.kind]
		q.add("UNWIND %s AS %s", v.name, name)
		q.sc = q.sc.with(variable{name: name, kind: k})
		return
	}
	k := one(q.random, kInts, kStrings)
	q.add("UNWIND %s AS %s", q.expression(k, 2, q.sc), name)
	q.sc = q.sc.with(variable{name: name, kind: map[kind]kind{kInts: kInt, kStrings: kString}[k]})
}

// unwindMaps writes an UNWIND of literal maps, of a list of lists, or of a parameter.
func (q *query) unwindMaps() {
	name := q.name("u")
	row := func() string {
		return "{a: " + literal(q.random, kInt) + ", b: " + literal(q.random, kString) + one(q.random, "", ", c: null", ", c: "+literal(q.random, kAny)) + "}"
	}
	rows := list(q.random, 3, row)
	if q.chance(40) {
		rows = q.param(rows)
	} else if q.chance(30) {
		inner := q.name("u")
		q.add("UNWIND [%s, [], null, %s] AS %s UNWIND %s AS %s", rows, list(q.random, 2, row), inner, inner, name)
		q.sc = q.sc.with(variable{name: name, kind: kMap})
		return
	}
	q.add("UNWIND %s AS %s", rows, name)
	q.sc = q.sc.with(variable{name: name, kind: kMap})
}

// oldCall writes a subquery that imports by WITH, or a union of subqueries.
func (q *query) oldCall() {
	imports := some(q.random, 50, q.sc)
	var names []string
	for _, v := range imports {
		names = append(names, v.name)
	}
	part := func(column string, k kind) string {
		inner := &query{gen: q.gen, sc: imports}
		if len(imports) > 0 {
			inner.add("WITH %s", strings.Join(names, ", "))
		}
		if q.chance(60) || len(imports) == 0 {
			inner.clauses(1)
		}
		inner.add("RETURN %s AS %s", inner.expression(k, 2, inner.sc), column)
		return inner.b.String()
	}
	out := variable{name: q.name("x"), kind: one(q.random, kInt, kString, kInts)}
	text := part(out.name, out.kind)
	for q.chance(40) {
		text += " UNION ALL " + part(out.name, out.kind)
	}
	q.add("CALL { %s }", text)
	q.sc = q.sc.with(out)
}

// call writes a subquery.
func (q *query) call() {
	inner := &query{gen: q.gen}
	imports := some(q.random, 50, q.sc)
	var names []string
	for _, v := range imports {
		names = append(names, v.name)
	}
	list := strings.Join(names, ", ")
	inner.sc = imports
	if q.chance(10) && len(q.sc) > 0 {
		list, inner.sc = "*", q.sc
	}
	inner.clauses(q.between(1, 2))
	items := inner.project(inner.sc, projection{fresh: true})
	inner.add("RETURN %s", items.text)
	q.add("%sCALL (%s) { %s }", one(q.random, "", "", "OPTIONAL "), list, inner.b.String())
	q.sc = q.sc.with(items.vars...)
}

// shortest finds paths between two nodes that stand in scope.
func (q *query) shortest() {
	var ends []variable
	for range 2 {
		if vs := q.sc.of(kNode); len(vs) > 1 && q.chance(60) {
			ends = append(ends, one(q.random, vs...))
			continue
		}
		v := variable{name: q.name("n"), kind: kNode}
		label := ""
		if q.chance(50) {
			label = ":" + q.labelExpression()
		}
		q.add("MATCH (%s%s)", v.name, label)
		q.sc = q.sc.with(v)
		ends = append(ends, v)
	}
	a, b := ends[0].name, ends[1].name
	m := &matcher{gen: q.gen}
	typ := one(q.random, "", ":R", ":R|S", ":S|T")
	if q.chance(25) {
		x, y := q.name("n"), q.name("n")
		inner := func(name string) string {
			text := name
			if q.chance(50) {
				text += ":" + q.labelExpression()
			}
			if q.chance(25) {
				text += " WHERE " + q.expression(kBool, 1, scope{{name: name, kind: kNode}})
			}
			return text
		}
		q.quantified(inner(x), inner(y), m.arrow("["+typ+"]"))
		q.sc = q.sc.with(variable{name: x, kind: kNode}, variable{name: y, kind: kNode})
		return
	}
	if a == b || q.chance(60) {
		q.quantified(a, b, m.arrow("["+typ+"]"))
		return
	}
	p := variable{name: q.name("p"), kind: kTie}
	call := "shortestPath"
	if q.chance(40) {
		call, p.kind = "allShortestPaths", kPath
	}
	q.add("WITH * WHERE %s <> %s %s %s = %s((%s)%s(%s))", a, b, one(q.random, "MATCH", "OPTIONAL MATCH"), p.name, call, a, m.arrow("["+typ+one(q.random, "*", "*..3", "*1..4")+"]"), b)
	q.sc = q.sc.with(p)
}

// quantified writes a MATCH with a path selector.
func (q *query) quantified(a, b, arrow string) {
	p := variable{name: q.name("p"), kind: kTie}
	selector := one(q.random, "ANY SHORTEST", "SHORTEST 1", "SHORTEST 2", "ALL SHORTEST", "SHORTEST 1 GROUPS", "SHORTEST 2 GROUPS", "SHORTEST 1 GROUP")
	if strings.Contains(selector, "GROUP") || strings.Contains(selector, "ALL") {
		p.kind = kPath
	}
	q.add("MATCH %s = %s (%s)%s%s(%s)", p.name, selector, a, arrow, one(q.random, "+", "{1,3}", "{2,4}", "*", "{0,2}"), b)
	q.sc = q.sc.with(p)
}

// with writes WITH and narrows the scope.
func (q *query) with() {
	sc := q.sc
	if q.chance(12) {
		x := variable{name: q.name("x"), kind: one(q.random, kInt, kString, kFloat, kBool)}
		q.add("WITH *, %s AS %s%s", q.expression(x.kind, 2, sc), x.name, q.where(30, sc.with(x)))
		q.sc = sc.with(x)
		return
	}
	items := q.project(sc, projection{with: true})
	q.add("WITH %s", items.text)
	q.sc = items.vars
	if items.loneLimit {
		return
	}
	if w := q.where(30, q.sc); w != "" {
		q.b.WriteString(w)
	}
}

// result writes RETURN.
func (q *query) result() {
	if len(q.sc) > 0 && len(q.sc.of(kBag, kTie)) == 0 && q.chance(6) {
		q.add("RETURN %s*", one(q.random, "", "DISTINCT "))
		q.st.Loose = true
		return
	}
	items := q.project(q.sc, projection{})
	q.add("RETURN %s", items.text)
	q.st.Keys, q.st.Bags = items.keys, items.bags
}

// union puts a second query with the same columns behind the first.
func (q *query) union() {
	q.b.Reset()
	q.st.Keys, q.st.Bags = nil, nil
	kinds := make([]kind, q.between(1, 3))
	for i := range kinds {
		kinds[i] = one(q.random, plain...)
	}
	all := one(q.random, "UNION", "UNION ALL", "UNION DISTINCT")
	q.st.Loose = true
	for i := range q.between(2, 3) {
		if i > 0 {
			q.add("%s", all)
		}
		part := &query{gen: q.gen}
		part.clauses(q.between(1, 2))
		var columns []string
		for c, k := range kinds {
			columns = append(columns, fmt.Sprintf("%s AS c%d", q.expression(k, 2, part.sc), c))
		}
		q.add("%s RETURN %s", part.b.String(), strings.Join(columns, ", "))
	}
}
