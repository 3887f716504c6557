package tck

import (
	"fmt"
	"math"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Node is a node: the kit compares it by labels and properties.
type Node struct {
	Labels     []string
	Properties map[string]any
}

// Relationship is a relationship: the kit compares it by type and properties.
type Relationship struct {
	Type       string
	Properties map[string]any
}

// Path is a path. Forward[i] tells whether Relationships[i] leaves Nodes[i].
type Path struct {
	Nodes         []Node
	Relationships []Relationship
	Forward       []bool
}

// Parse reads a value as a cell of a table writes it. An empty cell is null.
func Parse(text string) (any, error) {
	r := &reader{text: strings.TrimSpace(text)}
	if r.text == "" {
		return nil, nil
	}
	v, err := r.value()
	if err == nil && r.peek() != 0 {
		err = fmt.Errorf("%q is left over", r.text[r.at:])
	}
	if err != nil {
		return nil, fmt.Errorf("value %q: %w", text, err)
	}
	return v, nil
}

type reader struct {
	text string
	at   int
}

// peek skips white space and gives the next byte, 0 at the end.
func (r *reader) peek() byte {
	for r.at < len(r.text) && (r.text[r.at] == ' ' || r.text[r.at] == '\n') {
		r.at++
	}
	if r.at == len(r.text) {
		return 0
	}
	return r.text[r.at]
}

func (r *reader) take(token string) bool {
	r.peek()
	if strings.HasPrefix(r.text[r.at:], token) {
		r.at += len(token)
		return true
	}
	return false
}

func (r *reader) need(token string) error {
	if !r.take(token) {
		return fmt.Errorf("want %q at %q", token, r.text[r.at:])
	}
	return nil
}

// word takes the bytes up to one of stops.
func (r *reader) word(stops string) string {
	r.peek()
	from := r.at
	for r.at < len(r.text) && !strings.ContainsRune(stops, rune(r.text[r.at])) {
		r.at++
	}
	return strings.Trim(strings.TrimSpace(r.text[from:r.at]), "`")
}

func (r *reader) value() (any, error) {
	switch r.peek() {
	case '\'':
		return r.quoted()
	case '[':
		if rest := strings.TrimLeft(r.text[r.at+1:], " "); strings.HasPrefix(rest, ":") {
			return r.relationship()
		}
		return r.list()
	case '{':
		return r.mapping()
	case '(':
		return r.node()
	case '<':
		return r.path()
	}
	switch w := r.word(",]})>"); w {
	case "null":
		return nil, nil
	case "true", "false":
		return w == "true", nil
	case "NaN":
		return math.NaN(), nil
	case "Inf", "-Inf":
		return math.Inf(len(w) - 4 + 1), nil
	default:
		if i, err := strconv.ParseInt(w, 10, 64); err == nil {
			return i, nil
		}
		return strconv.ParseFloat(w, 64)
	}
}

func (r *reader) quoted() (any, error) {
	var b strings.Builder
	for r.at++; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '\\' && r.at+1 < len(r.text) && (r.text[r.at+1] == '\'' || r.text[r.at+1] == '\\'):
			r.at++
			b.WriteByte(r.text[r.at])
		case c == '\'':
			r.at++
			return b.String(), nil
		default:
			b.WriteByte(c)
		}
	}
	return nil, fmt.Errorf("a string without end")
}

func (r *reader) list() (any, error) {
	out := []any{}
	if err := r.need("["); err != nil {
		return nil, err
	}
	for !r.take("]") {
		if len(out) > 0 {
			if err := r.need(","); err != nil {
				return nil, err
			}
		}
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (r *reader) mapping() (map[string]any, error) {
	out := map[string]any{}
	if err := r.need("{"); err != nil {
		return nil, err
	}
	for !r.take("}") {
		if len(out) > 0 {
			if err := r.need(","); err != nil {
				return nil, err
			}
		}
		key := r.word(":")
		if err := r.need(":"); err != nil {
			return nil, err
		}
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	return out, nil
}

// properties reads the map of a node or relationship, which may be left out.
func (r *reader) properties() (map[string]any, error) {
	if r.peek() != '{' {
		return map[string]any{}, nil
	}
	return r.mapping()
}

func (r *reader) node() (Node, error) {
	n := Node{}
	if err := r.need("("); err != nil {
		return n, err
	}
	for r.take(":") {
		n.Labels = append(n.Labels, r.word(": {)"))
	}
	var err error
	if n.Properties, err = r.properties(); err != nil {
		return n, err
	}
	return n, r.need(")")
}

func (r *reader) relationship() (Relationship, error) {
	rel := Relationship{}
	if err := r.need("["); err != nil {
		return rel, err
	}
	if err := r.need(":"); err != nil {
		return rel, err
	}
	rel.Type = r.word(" {]")
	var err error
	if rel.Properties, err = r.properties(); err != nil {
		return rel, err
	}
	return rel, r.need("]")
}

func (r *reader) path() (Path, error) {
	p := Path{}
	if err := r.need("<"); err != nil {
		return p, err
	}
	n, err := r.node()
	if err != nil {
		return p, err
	}
	p.Nodes = append(p.Nodes, n)
	for !r.take(">") {
		back := r.take("<-")
		if !back {
			if err := r.need("-"); err != nil {
				return p, err
			}
		}
		rel, err := r.relationship()
		if err != nil {
			return p, err
		}
		arrow := "->"
		if back {
			arrow = "-"
		}
		if err := r.need(arrow); err != nil {
			return p, err
		}
		if n, err = r.node(); err != nil {
			return p, err
		}
		p.Relationships = append(p.Relationships, rel)
		p.Forward = append(p.Forward, !back)
		p.Nodes = append(p.Nodes, n)
	}
	return p, nil
}

// Text gives a value in one canonical spelling, so that equal values have equal
// texts. With anyOrder the elements of every list are sorted.
func Text(v any, anyOrder bool) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		switch {
		case math.IsNaN(v):
			return "NaN"
		case v == 0:
			return "0.0"
		}
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIn") {
			s += ".0"
		}
		return s
	case string:
		return strconv.Quote(v)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = Text(e, anyOrder)
		}
		if anyOrder {
			sort.Strings(parts)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		parts := make([]string, 0, len(v))
		for k, e := range v {
			parts = append(parts, k+": "+Text(e, anyOrder))
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case Node:
		labels := append([]string(nil), v.Labels...)
		sort.Strings(labels)
		s := "("
		for _, l := range labels {
			s += ":" + l
		}
		return s + Text(v.Properties, anyOrder) + ")"
	case Relationship:
		return "[:" + v.Type + Text(v.Properties, anyOrder) + "]"
	case Path:
		s := "<"
		for i, n := range v.Nodes {
			if i > 0 {
				rel := Text(v.Relationships[i-1], anyOrder)
				if v.Forward[i-1] {
					s += "-" + rel + "->"
				} else {
					s += "<-" + rel + "-"
				}
			}
			s += Text(n, anyOrder)
		}
		return s + ">"
	}
	return fmt.Sprintf("%T(%v)", v, v)
}

var wholeMinute = regexp.MustCompile(`(\d\d:\d\d):00((?:Z|[+-]\d\d:\d\d(?::\d\d)?)?(?:\[[^\]]+\])?)$`)

// TemporalText gives the text of a temporal value as the kit writes it: Neo4j
// keeps the seconds of a whole minute (12:00:00), the kit leaves them out (12:00).
func TemporalText(text string) string {
	if strings.HasPrefix(text, "P") {
		return text
	}
	return wholeMinute.ReplaceAllString(text, "$1$2")
}
