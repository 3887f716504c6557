package fn

import (
	"fmt"
	"slices"
	"strings"

	"graticule/graph"
)

// typed is the most precise type of a value; of is what the elements of a list may be.
type typed struct {
	name     string // without NOT NULL; "LIST" for lists
	nullable bool
	of       []typed
}

// typeOrder is the order in which a union names its types; lists come last but paths.
var typeOrder = []string{
	"NULL", "BOOLEAN", "STRING", "INTEGER", "FLOAT", "DATE", "LOCAL TIME", "ZONED TIME", "LOCAL DATETIME", "ZONED DATETIME", "DURATION", "POINT",
	"NODE", "RELATIONSHIP", "MAP", "LIST", "PATH", "ANY",
}

func typeOf(c *Context, v graph.Value) typed {
	if v.IsNull() {
		return typed{name: "NULL", nullable: true}
	}
	if v.Kind() == graph.KindVector {
		return typed{name: fmt.Sprintf("VECTOR<%s NOT NULL>(%d)", v.Coordinate().TypeName(), len(v.Coordinates()))}
	}
	if v.Kind() != graph.KindList {
		return typed{name: v.Kind().String()}
	}
	t := typed{name: "LIST"}
	nulls := false
	for _, e := range v.AsList() {
		c.Work(8)
		if e.IsNull() {
			nulls = true
			continue
		}
		t.of = united(t.of, typeOf(c, e))
	}
	if nulls && len(t.of) == 0 {
		t.of = []typed{{name: "NULL", nullable: true}}
	}
	for i := range t.of {
		t.of[i].nullable = nulls
	}
	slices.SortFunc(t.of, compareTypes)
	return t
}

// united adds t to a union unless it holds it already, and drops what t holds.
func united(union []typed, t typed) []typed {
	if slices.ContainsFunc(union, func(u typed) bool { return u.holds(t) }) {
		return union
	}
	return append(slices.DeleteFunc(union, t.holds), t)
}

// holds tells whether every value of type u is one of type t.
func (t typed) holds(u typed) bool {
	if t.name != u.name {
		return u.name == "NULL" && t.nullable
	}
	if u.nullable && !t.nullable {
		return false
	}
	for _, e := range u.of {
		if !slices.ContainsFunc(t.of, func(x typed) bool { return x.holds(e) }) {
			return false
		}
	}
	return true
}

// compareTypes orders the types of a union: lists of fewer types come first.
func compareTypes(a, b typed) int {
	if c := slices.Index(typeOrder, a.name) - slices.Index(typeOrder, b.name); c != 0 {
		return c
	}
	if c := len(a.of) - len(b.of); c != 0 {
		return c
	}
	if c := slices.CompareFunc(a.of, b.of, compareTypes); c != 0 || a.nullable == b.nullable {
		return c
	}
	if b.nullable {
		return -1
	}
	return 1
}

func (t typed) String() string {
	s := t.name
	if s == "LIST" {
		inner := make([]string, len(t.of))
		for i, e := range t.of {
			inner[i] = e.String()
		}
		if len(inner) == 0 {
			inner = []string{"NOTHING"}
		}
		s = "LIST<" + strings.Join(inner, " | ") + ">"
	}
	if !t.nullable {
		s += " NOT NULL"
	}
	return s
}

// TypeText gives the most precise type of v, as valueType does.
func TypeText(v graph.Value) string { return typeOf(&Context{}, v).String() }
