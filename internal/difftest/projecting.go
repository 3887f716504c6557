package difftest

import (
	"fmt"
	"strings"
)

// projection says what is asked of one.
type projection struct {
	with  bool // of WITH: variables may go on under their names
	fresh bool // of a subquery: columns are new variables
}

// projected is the text behind WITH or RETURN, and what it gives.
type projected struct {
	text       string
	vars       scope
	keys, bags []int
	loneLimit  bool
}

// item is one column.
type item struct {
	text, name string
	variable
	aggregate bool
}

// orderable tells whether equal values of k look alike and their order is
// determined: entities are sorted by what Neo4j numbers them.
func orderable(k kind) bool {
	return k <= kStrings && k != kDuration
}

// project writes the columns with DISTINCT, ORDER BY, SKIP and LIMIT.
func (g *gen) project(sc scope, p projection) projected {
	aggregating, distinct := g.chance(35), g.chance(12)
	var items []item
	seen := map[string]bool{}
	for range g.between(1, 4) {
		it := g.column(sc, p, distinct || aggregating)
		if it.text == "" || seen[it.name] {
			continue
		}
		seen[it.name] = true
		items = append(items, it)
	}
	if aggregating || len(items) == 0 {
		for range g.between(1, 2) {
			items = append(items, g.aggregate(sc))
		}
	}
	bare := !p.with && !p.fresh && g.chance(15)
	if bare { // columns named by their text
		texts := map[string]bool{}
		for i, it := range items {
			if !texts[it.text] {
				items[i].name = it.text
			}
			texts[it.text] = true
		}
	}
	var out projected
	var parts []string
	for i, it := range items {
		if it.text == it.name {
			parts = append(parts, it.name)
		} else {
			parts = append(parts, it.text+" AS "+it.name)
		}
		out.vars = append(out.vars, variable{it.name, it.kind, it.of})
		if it.kind == kBag {
			out.bags = append(out.bags, i)
		}
		if (distinct || aggregating && !it.aggregate) && (it.kind == kAny || it.kind == kFloat || it.kind == kMap) {
			g.st.Loose = true
		}
	}
	if distinct {
		for _, it := range items {
			if it.kind == kBag || it.kind == kTie {
				distinct = false
			}
		}
	}
	if distinct {
		out.text = "DISTINCT "
	}
	out.text += strings.Join(parts, ", ")
	if !bare {
		g.order(items, &out)
	}
	return out
}

// order writes ORDER BY over columns; over all of them where rows are cut off.
func (g *gen) order(items []item, out *projected) {
	if !g.chance(30) {
		return
	}
	all := true
	var keys []string
	for i, it := range items {
		if !orderable(it.kind) {
			all = false
			continue
		}
		key := it.name
		if it.text != it.name && g.chance(25) {
			key = it.text // the same expression again
		}
		keys = append(keys, key+one(g.random, "", "", " DESC", " ASC", " DESCENDING"))
		out.keys = append(out.keys, i)
		if it.kind == kAny || it.kind == kFloat {
			g.st.Loose = true
		}
	}
	if len(keys) == 0 {
		return
	}
	out.text += " ORDER BY " + strings.Join(keys, ", ")
	if !all || !g.chance(60) {
		return
	}
	if g.chance(30) {
		out.text += fmt.Sprintf(" %s %d", one(g.random, "SKIP", "OFFSET"), g.between(0, 3))
	}
	if g.chance(80) {
		out.text += fmt.Sprintf(" LIMIT %s", one(g.random, "1", "2", "3", "5", "1 + 1", "10", "0"))
	}
}

// column makes one that does not aggregate. A key of groups must not be a Bag.
func (g *gen) column(sc scope, p projection, key bool) item {
	if len(sc) > 0 && g.chance(55) {
		v := one(g.random, sc...)
		if v.kind == kTie && (key || !p.with) {
			return item{text: "length(" + v.name + ")", name: g.name("x"), variable: variable{kind: kInt}}
		}
		if v.kind == kBag && key {
			return item{text: "size(" + v.name + ")", name: g.name("x"), variable: variable{kind: kInt}}
		}
		if p.fresh || g.chance(25) {
			return item{text: v.name, name: g.name("x"), variable: v}
		}
		return item{text: v.name, name: v.name, variable: v}
	}
	k := one(g.random, plain...)
	if g.chance(30) {
		k = one(g.random, kAny, kMap, kDate, kLocalDateTime, kDateTime, kLocalTime, kTime, kDuration, kPoint, kInts, kStrings)
	}
	if !key && g.chance(6) {
		if text, of := g.bag(sc); text != "" {
			return item{text: text, name: g.name("x"), variable: variable{kind: kBag, of: of}}
		}
	}
	return item{text: g.expression(k, 3, sc), name: g.name("x"), variable: variable{kind: k}}
}

// bag writes a list in no determined order.
func (g *gen) bag(sc scope) (string, kind) {
	vs := sc.of(kNode)
	if len(vs) == 0 {
		return "", 0
	}
	switch g.IntN(3) {
	case 0:
		return "labels(" + one(g.random, vs...).name + ")", kString
	case 1:
		return "keys(" + one(g.random, vs...).name + ")", kString
	}
	if g.nested == 0 {
		return "", 0
	}
	g.nested--
	defer func() { g.nested++ }()
	m := &matcher{gen: g, outer: sc, shape: shape{simple: true}}
	path := m.path(g.between(1, 2), true)
	inner := sc.with(m.fresh...)
	k := one(g.random, kInt, kString, kAny)
	return "[" + path + g.where(40, inner) + " | " + g.expression(k, 1, inner) + "]", k
}

// aggregate makes a column that aggregates.
func (g *gen) aggregate(sc scope) item {
	it := item{name: g.name("x"), aggregate: true}
	distinct := one(g.random, "", "", "DISTINCT ")
	number := one(g.random, kInt, kFloat)
	of := func(k kind) string { return g.expression(k, 2, sc) }
	switch g.IntN(12) {
	case 0, 1:
		it.text, it.kind = "count(*)", kInt
	case 2, 3:
		k := one(g.random, append(scalars, kNode, kAny)...)
		it.text, it.kind = fmt.Sprintf("count(%s%s)", distinct, of(k)), kInt
	case 4, 5:
		it.text, it.kind = fmt.Sprintf("sum(%s%s)", distinct, of(number)), number
	case 6:
		g.st.Inexact = true
		it.text, it.kind = fmt.Sprintf("%s(%s%s)", one(g.random, "avg", "stDev", "stDevP"), distinct, of(number)), kFloat
	case 7, 8:
		k := one(g.random, kInt, kFloat, kString, kAny, kDate, kDateTime, kBool, kInts)
		if k == kAny || k == kFloat {
			g.st.Loose = true
		}
		it.text, it.kind = fmt.Sprintf("%s(%s)", one(g.random, "min", "max"), of(k)), k
	case 9, 10:
		k := one(g.random, kInt, kString, kAny, kBool, kNode)
		if distinct != "" && k == kAny {
			g.st.Loose = true
		}
		it.text, it.kind, it.of = fmt.Sprintf("collect(%s%s)", distinct, of(k)), kBag, k
		if g.chance(30) {
			it.text, it.kind = "size("+it.text+")", kInt
		}
	case 11:
		it.text, it.kind = fmt.Sprintf("%s(%s, %s)", one(g.random, "percentileCont", "percentileDisc"), of(number), one(g.random, "0.5", "0", "0.9", "1.0", "0.25")), kFloat
		g.st.Inexact = true
	}
	if it.kind == kInt && g.chance(15) {
		it.text = "(" + it.text + " + 1)"
	}
	return it
}
