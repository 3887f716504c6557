package difftest

import "fmt"

// boolean writes a condition.
func (g *gen) boolean(depth int, sc scope) string {
	sub := func(k kind) string { return g.expression(k, depth-1, sc) }
	entities := sc.of(kNode, kRel)
	switch g.IntN(32) {
	case 0, 1, 2:
		k := one(g.random, scalars...)
		return fmt.Sprintf("(%s %s %s)", sub(k), one(g.random, "=", "<>", "<", "<=", ">", ">="), sub(k))
	case 3:
		return fmt.Sprintf("(%s %s %s)", sub(kAny), one(g.random, "=", "<>", "<", ">="), sub(kAny))
	case 4, 5:
		return fmt.Sprintf("(%s %s %s)", sub(kBool), one(g.random, "AND", "OR", "XOR"), sub(kBool))
	case 6:
		return fmt.Sprintf("(NOT %s)", sub(kBool))
	case 7, 8:
		return fmt.Sprintf("(%s IS %sNULL)", sub(one(g.random, kInt, kString, kAny, kDate, kNode)), one(g.random, "", "NOT "))
	case 9:
		return fmt.Sprintf("(%s IN %s)", sub(kInt), sub(kInts))
	case 10:
		return fmt.Sprintf("(%s IN %s)", sub(kString), sub(kStrings))
	case 11, 12:
		return fmt.Sprintf("(%s %s %s)", sub(kString), one(g.random, "STARTS WITH", "ENDS WITH", "CONTAINS"), sub(kString))
	case 13:
		return fmt.Sprintf("(%s =~ %s)", sub(kString), one(g.random, "'a.*'", "'[ab]+'", "'(?i)B.?'", "'\\\\d+'", "''"))
	case 14:
		k := one(g.random, kInts, kStrings)
		item := kInt
		if k == kStrings {
			item = kString
		}
		name := g.name("it")
		return fmt.Sprintf("%s(%s IN %s WHERE %s)", one(g.random, "any", "all", "none", "single"), name, sub(k), g.expression(kBool, depth-1, sc.with(variable{name: name, kind: item})))
	case 15:
		return fmt.Sprintf("(%s IS %s:: %s)", g.anything(2, sc), one(g.random, "", "NOT "), g.typeName(2))
	case 16:
		if len(entities) > 0 {
			v := one(g.random, entities...)
			if v.kind == kRel {
				return fmt.Sprintf("(%s:%s)", v.name, one(g.random, "R", "S", "R|S"))
			}
			return fmt.Sprintf("(%s:%s)", v.name, g.labelExpression())
		}
	case 17:
		if vs := sc.of(kNode); len(vs) > 1 {
			return fmt.Sprintf("(%s %s %s)", vs[0].name, one(g.random, "=", "<>"), vs[1].name)
		}
	case 18:
		if vs := sc.of(kNode); len(vs) > 0 && g.nested > 0 {
			return g.existing(sc)
		}
	case 19:
		return fmt.Sprintf("(%s < %s <= %s)", sub(kInt), sub(kInt), sub(kInt))
	case 20:
		return fmt.Sprintf("isEmpty(%s)", sub(one(g.random, kString, kInts)))
	case 21:
		if vs := sc.of(kNodes, kRels, kBag); len(vs) > 0 {
			v := one(g.random, vs...)
			item := map[kind]kind{kNodes: kNode, kRels: kRel, kBag: v.of}[v.kind]
			name := g.name("it")
			return fmt.Sprintf("%s(%s IN %s WHERE %s)", one(g.random, "any", "all", "none", "single"), name, v.name, g.expression(kBool, depth-1, sc.with(variable{name: name, kind: item})))
		}
	case 22:
		if g.chance(50) {
			return fmt.Sprintf("(%s %s %s)", g.anything(2, sc), one(g.random, "=", "<>"), g.anything(2, sc))
		}
		values := sc.of(kMap) // entities are in no order that both know
		return fmt.Sprintf("(%s %s %s)", g.anything(2, values), one(g.random, "<", "<=", ">", ">="), g.anything(2, values))
	case 23:
		return fmt.Sprintf("(%s IN [%s, %s])", g.anything(1, sc), g.anything(1, sc), g.anything(1, sc))
	case 24:
		return fmt.Sprintf("isNaN(%s)", sub(one(g.random, kFloat, kInt)))
	case 25:
		if vs := sc.of(kNode); len(vs) > 0 {
			a, b := one(g.random, vs...).name, one(g.random, vs...).name
			return one(g.random, "('"+one(g.random, labels...)+"' IN labels("+a+"))", "(id("+a+") = id("+b+"))", "(elementId("+a+") = elementId("+b+"))", "("+a+" IN ["+b+", null])", "('i' IN keys("+a+"))", "("+a+".m = "+b+".m)", "(size(labels("+a+")) > 1)", "("+a+".i < "+b+".i)")
		}
	case 26:
		if vs := sc.of(kRel); len(vs) > 0 {
			r := one(g.random, vs...).name
			return one(g.random, "(startNode("+r+") = endNode("+r+"))", "(type("+r+") = 'R')", "(type("+r+") IN ['S', 'T'])", "(startNode("+r+").i > 1)", "(endNode("+r+"):A)", "(properties("+r+").i IS NULL)")
		}
	case 27:
		p, q := sub(kPoint), sub(kPoint)
		return one(g.random, fmt.Sprintf("(%s = %s)", p, q), fmt.Sprintf("point.withinBBox(%s, %s, %s)", p, q, literal(g.random, kPoint)), fmt.Sprintf("((%s).x < %s)", p, sub(kFloat)), fmt.Sprintf("((%s).crs = 'cartesian')", p))
	case 28:
		times := []kind{kDate, kLocalDateTime, kDateTime, kLocalTime, kTime, kDuration}
		return fmt.Sprintf("(%s %s %s)", sub(one(g.random, times...)), one(g.random, "=", "<", ">="), sub(one(g.random, times...)))
	case 29:
		if vs := sc.of(kPath); len(vs) > 0 {
			p, name := one(g.random, vs...).name, g.name("it")
			of, call := kNode, "nodes"
			if g.chance(50) {
				of, call = kRel, "relationships"
			}
			return fmt.Sprintf("%s(%s IN %s(%s) WHERE %s)", one(g.random, "any", "all", "none", "single"), name, call, p, g.expression(kBool, depth-1, sc.with(variable{name: name, kind: of})))
		}
	case 30:
		if g.nested > 0 && depth > 1 {
			return g.full("EXISTS", kInt, sc)
		}
	case 31:
		return fmt.Sprintf("(%s %s %s)", sub(kInts), one(g.random, "=", "<", ">", "<="), sub(one(g.random, kInts, kInts, kStrings)))
	}
	return sub(kBool)
}

// labelExpression writes one for a node.
func (g *gen) labelExpression() string {
	l := func() string { return one(g.random, labels...) }
	switch g.IntN(10) {
	case 0:
		return l() + "|" + l()
	case 1:
		return l() + "&" + l()
	case 2:
		return "!" + l()
	case 3:
		return "(" + l() + "|" + l() + ")&!" + l()
	case 4:
		return "%"
	case 5:
		if g.dynamic {
			return one(g.random, "$('"+l()+"')", "$any(['"+l()+"', '"+l()+"'])", "$all(['"+l()+"', '"+l()+"'])")
		}
	}
	return l()
}

// existing writes an EXISTS or a pattern that must have a match.
func (g *gen) existing(sc scope) string {
	g.nested--
	defer func() { g.nested++ }()
	p := g.pattern(sc, shape{rels: g.between(1, 2), anonymous: g.chance(50)})
	switch {
	case p.fresh == nil && g.chance(60):
		return "exists(" + p.text + ")"
	case g.chance(20):
		return "EXISTS { MATCH " + p.text + g.where(30, p.scope) + " RETURN 1 AS one }"
	}
	return "EXISTS { " + p.text + g.where(40, p.scope) + " }"
}

// counting writes a COUNT subquery.
func (g *gen) counting(sc scope) string {
	g.nested--
	defer func() { g.nested++ }()
	p := g.pattern(sc, shape{rels: g.between(0, 2), anonymous: g.chance(50)})
	if g.chance(25) {
		return "COUNT { MATCH " + p.text + g.where(30, p.scope) + " RETURN DISTINCT " + g.expression(kInt, 1, p.scope) + " AS x }"
	}
	return "COUNT { " + p.text + g.where(40, p.scope) + " }"
}

// where writes " WHERE …" with a chance of n in 100.
func (g *gen) where(n int, sc scope) string {
	if !g.chance(n) {
		return ""
	}
	text := " WHERE " + g.expression(kBool, 2, sc)
	for g.chance(25) {
		text += one(g.random, " AND ", " AND ", " OR ") + g.expression(kBool, 2, sc)
	}
	return text
}
