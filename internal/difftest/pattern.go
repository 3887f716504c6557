package difftest

import (
	"fmt"
	"strings"
)

// shape says what a pattern may be like.
type shape struct {
	rels      int
	anonymous bool // no new variables, as in a pattern that is a condition
	simple    bool // no relationships of variable length
}

// pattern is the text of one, with what is in scope after it.
type pattern struct {
	text  string
	scope scope
	fresh []variable
}

// matcher makes the pattern of one MATCH.
type matcher struct {
	*gen
	shape
	outer     scope // bound before the pattern: what its conditions may refer to
	nodes     []variable
	fresh     []variable
	quantifed bool // quantified path patterns rather than [*], which must not be mixed
}

// pattern makes paths with rels relationships in all, as trees and with cycles.
func (g *gen) pattern(sc scope, s shape) pattern {
	m := &matcher{gen: g, shape: s, outer: sc, quantifed: g.chance(50)}
	m.rels = min(m.rels, max(g.budget, 1))
	g.budget -= m.rels
	var paths []string
	left := m.rels
	for first := true; first || left > 0; first = false {
		n := left
		if n > 1 && g.chance(35) && !s.anonymous {
			n = g.between(1, n)
		}
		left -= n
		if s.anonymous {
			n = max(n, 1)
		}
		text := m.path(n, first)
		if !s.anonymous && n > 0 && g.chance(12) {
			p := variable{name: g.name("p"), kind: kPath}
			text = p.name + " = " + text
			m.fresh = append(m.fresh, p)
		}
		paths = append(paths, text)
	}
	return pattern{text: strings.Join(paths, ", "), scope: sc.with(m.fresh...), fresh: m.fresh}
}

// path writes one of n relationships.
func (m *matcher) path(n int, first bool) string {
	var b strings.Builder
	switch {
	case first && len(m.outer.of(kNode)) > 0 && m.chance(80):
		v := one(m.random, m.outer.of(kNode)...)
		m.nodes = append(m.nodes, v)
		b.WriteString("(" + v.name + ")")
	case !first && len(m.nodes) > 0 && m.chance(85):
		b.WriteString("(" + one(m.random, m.nodes...).name + ")")
	default:
		b.WriteString(m.node())
	}
	for range n {
		b.WriteString(m.step())
		switch {
		case len(m.nodes) > 1 && m.chance(12): // a cycle
			b.WriteString("(" + one(m.random, m.nodes...).name + ")")
		case len(m.outer.of(kNode)) > 0 && m.chance(8):
			b.WriteString("(" + one(m.random, m.outer.of(kNode)...).name + ")")
		default:
			b.WriteString(m.node())
		}
	}
	return b.String()
}

// node writes a new one.
func (m *matcher) node() string {
	name := ""
	if !m.anonymous && m.chance(75) {
		name = m.name("n")
	}
	text := name
	if m.chance(40) {
		m.dynamic = !m.anonymous
		text += ":" + m.labelExpression()
		m.dynamic = false
	}
	own := m.outer
	if name != "" {
		v := variable{name: name, kind: kNode}
		own = own.with(v)
		m.nodes, m.fresh = append(m.nodes, v), append(m.fresh, v)
	}
	return "(" + text + m.conditions(own, name != "") + ")"
}

// conditions writes the properties and the WHERE within a node or a relationship.
func (m *matcher) conditions(own scope, named bool) string {
	if m.chance(10) {
		k := one(m.random, kInt, kString, kBool)
		return " {" + properties[k] + ": " + m.expression(k, 1, m.outer) + "}"
	}
	if named && m.chance(8) {
		return " WHERE " + m.expression(kBool, 1, own)
	}
	return ""
}

// step writes a relationship, or several.
func (m *matcher) step() string {
	if !m.simple && !m.anonymous && m.quantifed && m.chance(15) {
		return m.group()
	}
	typ := ""
	if m.chance(60) {
		typ = ":" + m.typeExpression()
	}
	name := ""
	if !m.anonymous && m.chance(40) {
		name = m.name("r")
	}
	length, after := "", ""
	many := false
	if !m.simple && m.chance(15) {
		many = true
		if m.quantifed && !m.anonymous {
			after = m.quantifier()
		} else {
			length = one(m.random, "*1..2", "*0..2", "*2", "*..2", "*0..1", "*1..3")
		}
	}
	if length != "" { // may have alternatives only
		typ = one(m.random, "", ":R", ":R|S", ":T")
	}
	inner := name + typ + length
	if !many {
		own := m.outer
		if name != "" {
			own = own.with(variable{name: name, kind: kRel})
		}
		inner += m.conditions(own, name != "")
	} else if m.chance(10) {
		inner += fmt.Sprintf(" {i: %d}", m.between(0, 3))
	}
	if name != "" {
		k := kRel
		if many {
			k = kRels
		}
		m.fresh = append(m.fresh, variable{name: name, kind: k})
	}
	if inner != "" {
		inner = "[" + inner + "]"
	}
	return m.arrow(inner) + after
}

func (m *matcher) arrow(inner string) string {
	switch m.IntN(5) {
	case 0, 1:
		return "-" + inner + "->"
	case 2:
		return "<-" + inner + "-"
	case 3:
		return "-" + inner + "-"
	}
	return one(m.random, "-"+inner+"->", "<-"+inner+"->")
}

func (m *matcher) typeExpression() string {
	if m.chance(12) {
		return one(m.random, "!R", "!(R|S)", "%", "R|T")
	}
	if m.chance(25) {
		return one(m.random, "R|S", "S|T", "R|S|T")
	}
	return one(m.random, types...)
}

func (m *matcher) quantifier() string {
	return one(m.random, "{1,2}", "{0,2}", "{2}", "{,2}", "{1,3}", "{0,1}")
}

// group writes a quantified path pattern, whose variables are lists outside.
func (m *matcher) group() string {
	start, rel, end := variable{m.name("g"), kNode, 0}, variable{m.name("g"), kRel, 0}, variable{m.name("g"), kNode, 0}
	inner := m.outer.with(start, rel, end)
	typ := ""
	if m.chance(60) {
		typ = ":" + m.typeExpression()
	}
	label := func() string {
		if m.chance(25) {
			return ":" + one(m.random, labels...)
		}
		return ""
	}
	text := "(" + start.name + label() + ")" + m.arrow("["+rel.name+typ+"]")
	if m.chance(20) {
		more := variable{m.name("g"), kNode, 0}
		inner = inner.with(more)
		text += "(" + more.name + ")" + m.arrow("")
		m.fresh = append(m.fresh, variable{more.name, kNodes, 0})
	}
	text += "(" + end.name + label() + ")"
	if m.chance(30) {
		text += " WHERE " + m.expression(kBool, 2, inner)
	}
	m.fresh = append(m.fresh, variable{start.name, kNodes, 0}, variable{rel.name, kRels, 0}, variable{end.name, kNodes, 0})
	return "(" + text + ")" + m.quantifier()
}
