package bind

import (
	"strings"

	"graticule/graph"
)

// kinds is a set of the kinds a value may have.
type kinds uint16

const (
	isNode kinds = 1 << iota
	isRel
	isPath
	isMap
	isList
	isInt
	isFloat
	isString
	isBool
	isTemporal
	isDuration
	isPoint

	isAny    kinds = 1<<12 - 1
	isNumber       = isInt | isFloat
	isEntity       = isNode | isRel
)

var kindNames = [...]string{"Node", "Relationship", "Path", "Map", "List", "Integer", "Float", "String", "Boolean", "Temporal", "Duration", "Point"}

func (k kinds) String() string {
	if k == isAny {
		return "Any"
	}
	var out []string
	for i, name := range kindNames {
		if k&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	if len(out) < 2 {
		return strings.Join(out, "")
	}
	return strings.Join(out[:len(out)-1], ", ") + " or " + out[len(out)-1]
}

// typ is the static type of an expression: the kinds it may have and, for a
// list, the type of its elements (nil when unknown).
type typ struct {
	kinds   kinds
	element *typ
}

var (
	anyType  = typ{kinds: isAny}
	boolType = typ{kinds: isBool}
)

func listOf(element typ) typ { return typ{kinds: isList, element: &element} }

// elementType gives the type of t's elements when t is a list and nothing else.
func (t typ) elementType() typ {
	if t.kinds == isList && t.element != nil {
		return *t.element
	}
	return anyType
}

// or gives the type of a value that is of type t or u.
func (t typ) or(u typ) typ {
	out := typ{kinds: t.kinds | u.kinds}
	if t.element != nil && u.element != nil {
		e := t.element.or(*u.element)
		out.element = &e
	}
	return out
}

// typeOf gives the type of a literal. Null may stand for anything.
func typeOf(v graph.Value) typ {
	switch v.Kind() {
	case graph.KindBool:
		return boolType
	case graph.KindInt:
		return typ{kinds: isInt}
	case graph.KindFloat:
		return typ{kinds: isFloat}
	case graph.KindString:
		return typ{kinds: isString}
	}
	return anyType
}
