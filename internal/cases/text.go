package cases

import (
	"slices"
	"strings"

	"graticule/cypher/fn"
	"graticule/graph"
)

// Text writes v as a case has it.
func Text(v graph.Value) string {
	switch v.Kind() {
	case graph.KindString:
		return quote(v.AsString())
	case graph.KindList:
		parts := make([]string, len(v.AsList()))
		for i, e := range v.AsList() {
			parts[i] = Text(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case graph.KindMap:
		return mapText(v.AsMap())
	case graph.KindNode:
		n := v.AsNode()
		return nodeText(n.Labels, n.Properties)
	case graph.KindRel:
		return "[:" + name(v.AsRel().Type) + suffix(v.AsRel().Properties) + "]"
	case graph.KindPath:
		var b strings.Builder
		p := v.AsPath()
		for i, n := range p.Nodes {
			if i > 0 {
				left, right := "-", "->"
				if p.Rels[i-1].AsRel().Start != p.Nodes[i-1].NodeID() {
					left, right = "<-", "-"
				}
				b.WriteString(left + Text(p.Rels[i-1]) + right)
			}
			b.WriteString(Text(n))
		}
		return "<" + b.String() + ">"
	case graph.KindDate:
		return "date('" + fn.ToText(v) + "')"
	case graph.KindLocalTime:
		return "localtime('" + fn.ToText(v) + "')"
	case graph.KindTime:
		return "time('" + fn.ToText(v) + "')"
	case graph.KindLocalDateTime:
		return "localdatetime('" + fn.ToText(v) + "')"
	case graph.KindDateTime:
		return "datetime('" + fn.ToText(v) + "')"
	case graph.KindDuration:
		return "duration('" + fn.ToText(v) + "')"
	}
	return fn.ToText(v)
}

var escapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func quote(s string) string { return "'" + escapes.Replace(s) + "'" }

// name writes a key, label or type, in backticks where it needs them.
func name(s string) string {
	plain := s != ""
	for i, r := range s {
		plain = plain && (r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127 || i > 0 && r >= '0' && r <= '9')
	}
	if plain {
		return s
	}
	return "`" + strings.ReplaceAll(s, "`", "``") + "`"
}

func mapText(m *graph.Map) string {
	keys := slices.Sorted(slices.Values(m.Keys()))
	for i, k := range keys {
		v, _ := m.Get(k)
		keys[i] = name(k) + ": " + Text(v)
	}
	return "{" + strings.Join(keys, ", ") + "}"
}

func nodeText(labels []string, properties *graph.Map) string {
	var b strings.Builder
	for _, l := range slices.Sorted(slices.Values(labels)) {
		b.WriteString(":" + name(l))
	}
	s := suffix(properties)
	if b.Len() == 0 {
		s = strings.TrimPrefix(s, " ")
	}
	return "(" + b.String() + s + ")"
}

func suffix(properties *graph.Map) string {
	if properties.Len() == 0 {
		return ""
	}
	return " " + mapText(properties)
}

var cellEscapes = strings.NewReplacer("|", `\|`, "\n", `\n`)

// line joins the cells of a row, or columns.
func line(cells []string) string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = cellEscapes.Replace(c)
	}
	return strings.Join(out, " | ")
}
