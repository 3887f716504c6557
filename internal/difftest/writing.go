package difftest

import (
	"fmt"
	"strings"
)

// newBase is the first uid of what statements make.
const newBase = 1000

// writer makes a statement that writes. What it leaves must not depend on the
// order of rows: each property is set in one place, to what does not differ
// from row to row.
type writer struct {
	*query
	set     map[string]bool // properties set so far
	deleted map[string]bool // variables
	made    int
	ended   bool // nothing may follow
}

// NewWrite makes a statement that writes.
func NewWrite(r random) *Statement {
	g := newGen(r)
	g.budget = 4
	g.st.Writes, g.st.Inexact = true, true // what statements before stored may be rounded
	w := &writer{query: &query{gen: g}, set: map[string]bool{}, deleted: map[string]bool{}}
	w.begin()
	g.nested = 0 // subqueries in what is set would bring their own mistakes: mixed labels, or MERGE
	for range g.between(1, 3) {
		w.write()
	}
	w.end()
	g.st.Text = w.b.String()
	return g.st
}

// begin brings something into scope, most times.
func (w *writer) begin() {
	switch w.IntN(8) {
	case 0:
	case 1:
		name := w.name("u")
		w.add("UNWIND %s AS %s", one(w.random, "[1, 2, 2]", "range(0, 3)", "[]", "[3]"), name)
		w.sc = w.sc.with(variable{name: name, kind: kInt})
	default:
		p := w.pattern(w.sc, shape{rels: w.between(0, 2), simple: w.chance(80)})
		w.sc = p.scope
		w.add("%sMATCH %s%s", one(w.random, "", "", "", "OPTIONAL "), p.text, w.where(40, w.sc))
	}
}

// live gives the variables of a kind that are not deleted.
func (w *writer) live(kinds ...kind) []variable {
	var out []variable
	for _, v := range w.sc.of(kinds...) {
		if !w.deleted[v.name] {
			out = append(out, v)
		}
	}
	return out
}

func (w *writer) write() {
	switch w.IntN(17) {
	case 0, 1:
		w.create()
	case 2, 3, 4:
		w.merge()
	case 5, 6, 7:
		w.change("SET")
	case 8:
		w.remove()
	case 9, 10:
		w.erase()
	case 11:
		w.foreach()
	case 12:
		w.inner()
	case 13:
		w.again()
	case 14:
		w.rows()
	case 15:
		w.batches()
	case 16:
		w.mergePath()
	}
}

// rows writes maps into nodes, each row another one.
func (w *writer) rows() {
	if w.made > 0 || len(w.set) > 0 || len(w.deleted) > 0 {
		return
	}
	var rows []string
	first := w.between(-1, 3)
	for i := range w.between(1, 3) {
		rows = append(rows, fmt.Sprintf("{i: %d, s: %s, m: %s}", first+i, literal(w.random, kString), one(w.random, "null", literal(w.random, kAny))))
	}
	list, row, n := "["+strings.Join(rows, ", ")+"]", w.name("u"), w.name("c")
	if w.chance(50) {
		list = w.param(list)
	}
	label := one(w.random, labels...)
	w.add("%sUNWIND %s AS %s", w.joint(), list, row)
	w.add(one(w.random, "MERGE (%[1]s:%[3]s {i: %[2]s.i}) ON CREATE SET %[1]s += %[2]s ON MATCH SET %[1]s.m = %[2]s.m", "MERGE (%[1]s:%[3]s {i: %[2]s.i}) SET %[1]s.s = %[2]s.s, %[1]s.m = %[2]s.m", "CREATE (%[1]s:%[3]s) SET %[1]s = %[2]s", "CREATE (%[1]s:%[3]s {i: %[2]s.i, s: %[2]s.s})",
		"MERGE (%[1]s:%[3]s {i: %[2]s.i, s: %[2]s.s})", "MATCH (%[1]s:%[3]s {i: %[2]s.i}) SET %[1]s.s = %[2]s.s"), n, row, label)
	w.set["*"] = true
	w.sc = w.sc.with(variable{name: n, kind: kNode})
	for _, v := range w.sc {
		w.deleted[v.name] = v.name != n
	}
}

// joint gives the WITH that must stand between an update and a reading clause.
func (w *writer) joint() string {
	switch {
	case !writes.MatchString(w.b.String()):
		return ""
	case len(w.sc) > 0:
		return "WITH * "
	}
	return "WITH 1 AS one "
}

// batches writes a CALL in transactions over rows of a fixed order, some of which fail.
func (w *writer) batches() {
	if w.b.Len() > 0 {
		return
	}
	u, s := w.name("u"), w.name("x")
	body := one(w.random, "CREATE (:%[2]s {uid: 1000 + %[1]s, i: 6 / %[1]s})", "MERGE (n:%[2]s {i: %[1]s}) SET n.b = 1 / %[1]s > 0", "MATCH (n:%[2]s {i: %[1]s}) SET n.f = 1 / %[1]s", "CREATE (:%[2]s {i: %[1]s})-[:R]->(:D {i: 4 / %[1]s})", "MATCH (n:%[2]s) WHERE n.i = %[1]s DETACH DELETE n")
	w.add("UNWIND %s AS %s CALL (%s) { %s } IN TRANSACTIONS OF %d ROWS", one(w.random, "[1, 2, 0, 3]", "[1, 2, 3]", "[0]", "[2, 0, 0, 1]", "[]", "range(-2, 2)"), u, u, fmt.Sprintf(body, u, one(w.random, labels...)), w.between(1, 3))
	switch w.IntN(4) {
	case 0:
		w.add("ON ERROR %s", one(w.random, "CONTINUE", "BREAK", "FAIL"))
	case 1:
		w.add("ON ERROR %s REPORT STATUS AS %s RETURN %s.started AS a, %s.committed AS b, %s.errorMessage AS c", one(w.random, "CONTINUE", "BREAK"), s, s, s, s)
		w.ended = true
	}
}

// mergePath merges a path of several relationships, some in either direction.
func (w *writer) mergePath() {
	vs := w.live(kNode)
	if len(vs) == 0 || len(w.set) > 0 {
		return
	}
	fresh := func() string {
		return fmt.Sprintf("(:%s {uid: %d})", one(w.random, labels...), newBase+500+w.IntN(3))
	}
	end := func() string {
		if w.chance(50) {
			return "(" + one(w.random, vs...).name + ")"
		}
		return fresh()
	}
	arrow := func() string {
		a := "[:" + one(w.random, types...) + one(w.random, "", " {i: 1}") + "]"
		return one(w.random, "-"+a+"->", "<-"+a+"-", "-"+a+"-")
	}
	text := end() + arrow()
	if w.chance(50) { // a bound node in the middle would be met by rows of other ends, in an open order
		text += fresh() + arrow()
	}
	text += end()
	w.set["uid"] = true
	w.add("MERGE %s%s", one(w.random, "", w.name("p")+" = "), text)
}

// constant writes a value that is the same for all rows.
func (w *writer) constant(k kind) string { return w.expression(k, 1, nil) }

func (w *writer) create() {
	var parts []string
	for range w.between(1, 2) {
		text := w.newNode()
		if w.chance(60) {
			text += one(w.random, "-[%s:R]->", "<-[%s:S]-", "-[%s:T {i: 1}]->")
			name := ""
			if w.chance(40) {
				name = w.name("r")
				defer func() { w.sc = w.sc.with(variable{name: name, kind: kRel}) }()
			}
			text = strings.Replace(text, "%s", name, 1)
			if vs := w.live(kNode); len(vs) > 0 && w.chance(50) {
				text += "(" + one(w.random, vs...).name + ")"
			} else {
				text += w.newNode()
			}
		}
		parts = append(parts, text)
	}
	if w.chance(10) {
		parts[0] = w.name("p") + " = " + parts[0]
	}
	w.add("CREATE %s", strings.Join(parts, ", "))
}

// newNode writes one for CREATE, or one in scope.
func (w *writer) newNode() string {
	w.made++
	props := []string{fmt.Sprintf("uid: %d", newBase+w.made)}
	for range w.IntN(3) {
		k := one(w.random, append(scalars, kAny)...)
		text := properties[k] + ": " + w.expression(k, 1, w.liveScope())
		if !strings.Contains(strings.Join(props, ","), properties[k]+":") {
			props = append(props, text)
		}
	}
	name := ""
	if w.chance(30) {
		name = w.name("c")
		defer func() { w.sc = w.sc.with(variable{name: name, kind: kNode}) }()
	}
	return "(" + name + joined(some(w.random, 30, labels)) + " {" + strings.Join(props, ", ") + "})"
}

// liveScope is what may be read: nothing once something was written, as then
// it would matter which rows were.
func (w *writer) liveScope() scope {
	if len(w.set) > 0 || len(w.deleted) > 0 || w.made > 1 {
		return nil
	}
	return w.sc
}

func (w *writer) merge() {
	vs := w.live(kNode)
	var text, name string
	kindOf, key := kNode, "i"
	rel := func() string {
		name, kindOf = w.name("r"), kRel
		inner := name + ":" + one(w.random, types...)
		if w.chance(30) {
			inner += fmt.Sprintf(" {i: %d}", w.between(0, 2))
		}
		return one(w.random, "-["+inner+"]->", "<-["+inner+"]-")
	}
	switch {
	case len(vs) > 0 && w.chance(50):
		text = "(" + one(w.random, vs...).name + ")" + rel() + "(" + one(w.random, vs...).name + ")"
	case len(vs) > 0 && w.chance(40):
		text = "(" + one(w.random, vs...).name + ")" + rel() + fmt.Sprintf("(:%s {i: %d})", one(w.random, labels...), w.between(0, 3))
	default:
		name = w.name("c")
		value := w.expression(kInt, 0, nil)
		if value == "null" {
			value = "1"
		}
		if us := w.sc.of(kInt); len(us) > 0 && w.chance(60) {
			value = us[0].name
		} else if len(vs) > 0 && w.chance(30) {
			value = vs[0].name + ".uid"
		}
		key = one(w.random, "i", "i", "uid", "m")
		text = fmt.Sprintf("(%s:%s {%s: %s})", name, one(w.random, labels...), key, value)
	}
	w.add("MERGE %s", text)
	was := w.set[key]
	w.set[key] = true // or what a row makes another one may find, by the order of rows
	for _, on := range some(w.random, 35, []string{"ON CREATE", "ON MATCH"}) {
		if item := w.setItem(variable{name: name, kind: kindOf}); item != "" {
			w.add("%s SET %s", on, item)
		}
	}
	w.set[key] = was
	w.sc = w.sc.with(variable{name: name, kind: kindOf})
}

// setItem writes one for v, "" when all it could set is set already.
func (w *writer) setItem(v variable) string {
	if w.set["*"] {
		return ""
	}
	switch c := w.IntN(20); {
	case c < 2 && v.kind == kNode:
		return v.name + one(w.random, ":A", ":B:C", ":D", " IS A", ":$('B')", ":$(['C', 'D'])")
	case c < 4 && len(w.set) == 0:
		w.set["*"] = true
		k := one(w.random, kInt, kString, kAny)
		return fmt.Sprintf("%s = {uid: %s.uid, %s: %s}", v.name, v.name, properties[k], w.constant(k))
	case c < 7:
		k, l := one(w.random, kInt, kBool), one(w.random, kString, kFloat)
		if w.set[properties[k]] || w.set[properties[l]] {
			return ""
		}
		w.set[properties[k]], w.set[properties[l]] = true, true
		text := fmt.Sprintf("{%s: %s, %s: %s}", properties[k], w.constant(k), properties[l], one(w.random, w.constant(l), "null"))
		if w.chance(30) {
			text = w.param(fmt.Sprintf("{%s: %s, %s: %s}", properties[k], literal(w.random, k), properties[l], one(w.random, literal(w.random, l), "null")))
		}
		return v.name + " += " + text
	case c < 8 && len(w.set) == 0:
		w.set["*"] = true
		return fmt.Sprintf("%s %s properties(%s)", v.name, one(w.random, "=", "+="), v.name)
	}
	k := one(w.random, append(scalars, kAny)...)
	key := properties[k]
	if w.set[key] {
		return ""
	}
	w.set[key] = true
	target := v.name + "." + key
	if w.chance(10) {
		target = v.name + "['" + key + "']"
	}
	value := w.constant(k)
	if w.chance(35) {
		switch k {
		case kInt:
			value = one(w.random, v.name+".i + 1", "coalesce("+v.name+".i, 0) + 1", v.name+".uid")
		case kString:
			value = one(w.random, v.name+".s + 'x'", "toUpper("+v.name+".s)")
		case kInts:
			value = "coalesce(" + v.name + ".is, []) + 7"
		}
	}
	return target + " = " + value
}

func (w *writer) change(word string) {
	vs := w.live(kNode, kRel)
	if len(vs) == 0 {
		return
	}
	var items []string
	for range w.between(1, 2) {
		if item := w.setItem(one(w.random, vs...)); item != "" {
			items = append(items, item)
		}
	}
	if len(items) > 0 {
		w.add("%s %s", word, strings.Join(items, ", "))
	}
}

func (w *writer) remove() {
	vs := w.live(kNode, kRel)
	if len(vs) == 0 {
		return
	}
	v := one(w.random, vs...)
	if v.kind == kNode && w.chance(40) {
		w.add("REMOVE %s%s", v.name, one(w.random, ":A", ":B:C", ":D", " IS B", ":$('A')"))
		return
	}
	key := one(w.random, "i", "s", "m", "b")
	if w.set[key] || w.set["*"] {
		return
	}
	w.set[key] = true
	w.add("REMOVE %s%s", v.name, one(w.random, "."+key, "['"+key+"']"))
}

func (w *writer) erase() {
	if len(w.set) > 0 {
		return // another row's SET may follow on what is gone
	}
	vs := w.live(kNode, kRel)
	if len(vs) == 0 {
		return
	}
	v := one(w.random, append(vs, w.live(kPath)...)...)
	word := "DELETE"
	if v.kind == kNode && w.chance(80) || w.chance(20) {
		word = one(w.random, "DETACH DELETE", "DETACH DELETE", "DETACH DELETE", "NODETACH DELETE")
	}
	w.add("%s %s", word, v.name)
	for _, v := range w.sc { // others may be the same, or hang on it
		w.deleted[v.name] = true
	}
}

func (w *writer) foreach() {
	name := w.name("it")
	list := one(w.random, "[1, 2]", "range(1, 3)", "[]", "null", "[3, 3]")
	var body string
	vs := w.live(kNode)
	switch w.IntN(6) {
	case 4:
		inner := w.name("it")
		body = fmt.Sprintf("FOREACH (%s IN [%s, %s + 1] | %s (:%s {i: %s}))", inner, name, name, one(w.random, "CREATE", "MERGE"), one(w.random, labels...), inner)
	case 5:
		if len(vs) == 0 || w.set["b"] || w.set["*"] {
			return
		}
		w.set["b"] = true
		v := one(w.random, vs...).name
		list = fmt.Sprintf("CASE WHEN %s.uid %% 2 = 0 THEN [1] ELSE [] END", v)
		body = fmt.Sprintf("SET %s.b = true, %s:D", v, v)
	case 0:
		body = fmt.Sprintf("CREATE (:%s {i: %s})", one(w.random, labels...), name)
	case 1:
		body = fmt.Sprintf("MERGE (:%s {i: %s})", one(w.random, labels...), name)
	case 2:
		if len(vs) == 0 || w.set["i"] || w.set["*"] {
			return
		}
		w.set["i"] = true
		body = fmt.Sprintf("SET %s.i = %s", one(w.random, vs...).name, name)
	case 3:
		if len(vs) == 0 {
			return
		}
		body = fmt.Sprintf("CREATE (%s)-[:%s {i: %s}]->(:D)", one(w.random, vs...).name, one(w.random, types...), name)
	}
	w.add("FOREACH (%s IN %s | %s)", name, list, body)
}

// parted gives the WITH that must stand between an update and CALL.
func (w *writer) parted() string {
	switch lastWord(w.b.String()) {
	case "", "MATCH", "UNWIND":
		return ""
	}
	return "WITH * "
}

// inner writes a subquery that writes.
func (w *writer) inner() {
	vs := w.live(kNode)
	if len(vs) == 0 {
		w.add("%sCALL () { CREATE (:%s {uid: %d}) }", w.parted(), one(w.random, labels...), newBase)
		return
	}
	v := one(w.random, vs...)
	if !writes.MatchString(w.b.String()) && w.chance(30) {
		w.made++
		w.add("CALL (%s) { %s } IN TRANSACTIONS OF %d ROWS", v.name, one(w.random, "CREATE ("+v.name+")-[:S]->(:A {i: 1})", "CREATE (:B {uid: "+v.name+".uid})", "MERGE (:D {i: 5})"), w.between(1, 3))
		return
	}
	if with := strings.TrimSpace(w.parted()); with != "" {
		w.add("%s", with)
	}
	switch w.IntN(3) {
	case 0:
		w.add("CALL (%s) { CREATE (%s)-[:%s]->(:%s {i: %d}) }", v.name, v.name, one(w.random, types...), one(w.random, labels...), w.between(0, 3))
	case 1:
		x := w.name("x")
		w.add("CALL (%s) { MERGE (m:%s {i: %d}) RETURN m.i AS %s }", v.name, one(w.random, labels...), w.between(0, 3), x)
		w.sc = w.sc.with(variable{name: x, kind: kInt})
	case 2:
		if w.set["i"] || w.set["*"] {
			return
		}
		w.set["i"] = true
		w.add("CALL (%s) { SET %s.i = %d }", v.name, v.name, w.between(0, 3))
	}
}

// again reads what the clauses before have left.
func (w *writer) again() {
	if w.b.Len() == 0 {
		return
	}
	if w.chance(50) {
		x := w.name("x")
		w.add("WITH count(*) AS %s", x)
		w.sc = scope{{name: x, kind: kInt}}
		w.deleted = map[string]bool{}
	} else {
		w.add("WITH *")
	}
	n := w.name("n")
	w.add("MATCH (%s:%s)", n, one(w.random, labels...))
	w.sc = w.sc.with(variable{name: n, kind: kNode})
}

// end returns what does not depend on the order of rows, if anything.
func (w *writer) end() {
	if w.b.Len() == 0 {
		w.create()
	}
	if strings.HasPrefix(lastWord(w.b.String()), "MATCH") || w.chance(50) {
		x := w.name("x")
		w.add("RETURN count(*) AS %s", x)
		return
	}
	if vs := w.live(kNode, kRel); len(vs) > 0 && w.chance(60) {
		v := one(w.random, vs...)
		w.add("RETURN %s", one(w.random, v.name+".uid AS u", v.name+".i AS i", "count(DISTINCT "+v.name+") AS c", v.name+" AS v", "sum("+v.name+".i) AS s"))
		return
	}
	if text := w.b.String(); !writes.MatchString(text[strings.LastIndex(text, "MATCH")+1:]) {
		w.add("RETURN count(*) AS c")
	}
}
