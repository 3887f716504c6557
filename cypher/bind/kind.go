package bind

import (
	"graticule/graph"
	"graticule/status"
	"maps"
	"slices"
)

// kinds is a set of the kinds a value may have, in the order messages name them.
type kinds uint32

const (
	isBool kinds = 1 << iota
	isFloat
	isInt
	isNum // an element of a list that mixes integers and floats
	isMap
	isNode
	isPath
	isRel
	isPoint
	isString
	isDuration
	isDate
	isTime
	isLocalTime
	isLocalDateTime
	isDateTime
	isVector
	isUUID
	isList
	isTop // known to be of no kind above: an element of a list joined of lists of two kinds

	isAny      kinds = isTop - 1
	isNumber         = isInt | isFloat | isNum
	isTemporal       = isDate | isTime | isLocalTime | isLocalDateTime | isDateTime
	isEntity         = isNode | isRel
	// isStorable are the kinds a property of a node or relationship may have.
	isStorable = isBool | isNumber | isPoint | isString | isDuration | isTemporal
)

var kindNames = [...]string{"Boolean", "Float", "Integer", "Number", "Map", "Node", "Path", "Relationship", "Point", "String", "Duration", "Date", "Time", "LocalTime", "LocalDateTime", "DateTime", "Vector", "UUID", "List<T>"}

func (k kinds) String() string { return typ{kinds: k}.String() }

// typ is the static type of an expression: the kinds it may have, for a list the
// type of its elements (nil when unknown), and for a map that is written out, in
// Cypher 25, the types of its values by their keys.
type typ struct {
	kinds   kinds
	element *typ
	values  map[string]typ
}

// value gives the type of what a map has under a key.
func (t typ) value(key string) typ {
	if v, ok := t.values[key]; ok && t.only(isMap|isEntity) {
		return v
	}
	return anyType
}

// sameValues gives the types of the values that t and u both are known to have:
// none, unless they are the same.
func (t typ) sameValues(u typ) map[string]typ {
	same := func(a, b typ) bool { return a.String() == b.String() && len(a.values) == 0 && len(b.values) == 0 }
	if !maps.EqualFunc(t.values, u.values, same) {
		return nil
	}
	return t.values
}

var (
	anyType  = typ{kinds: isAny}
	boolType = typ{kinds: isBool}
)

// property gives the type of a property of a node or relationship.
func (b *binder) property() typ {
	t := typ{kinds: isStorable | isList, element: &typ{kinds: isStorable}}
	if b.version >= 25 {
		t.kinds |= isVector
	}
	return t
}

func listOf(element typ) typ {
	if element.kinds == isAny {
		return typ{kinds: isList}
	}
	return typ{kinds: isList, element: &element}
}

func (t typ) String() string {
	return status.Listed(t.names(), "", "", "or")
}

func (t typ) names() []string {
	if t.kinds == isAny {
		return []string{"Any"}
	}
	var out []string
	if t.kinds&isTop != 0 {
		out = append(out, "Any")
	}
	for i, name := range kindNames {
		if t.kinds&(1<<i) == 0 {
			continue
		}
		if 1<<i == isList && t.element != nil {
			for _, e := range t.element.names() {
				out = append(out, "List<"+e+">")
			}
			continue
		}
		out = append(out, name)
	}
	return out
}

// fits tells whether a value of type t may stand where want is asked for. An
// integer stands for a float.
func (t typ) fits(want typ) bool {
	allowed := want.kinds
	if allowed == isAny {
		return true
	}
	if allowed&isNumber != 0 {
		allowed |= isNum
	}
	if allowed&isFloat != 0 {
		allowed |= isInt
	}
	if want.kinds == isBool && t.kinds != isList {
		allowed |= isList // what may be a list, or something else, fails when it is tested
	}
	common := t.kinds & allowed
	if common == isList && t.element != nil && want.element != nil {
		return t.element.fits(*want.element)
	}
	return common != 0
}

// only tells whether t has no kinds but those.
func (t typ) only(k kinds) bool { return t.kinds&^k == 0 }

// elementType gives the type of t's elements when t is a list and nothing else.
func (t typ) elementType() typ {
	if t.kinds == isList && t.element != nil {
		return *t.element
	}
	return anyType
}

// unwound gives the type of what UNWIND makes of t.
func (t typ) unwound() typ {
	if t.kinds&isList == 0 {
		return t
	}
	return t.elementType()
}

// or gives the type of a value that is of type t or u.
func (t typ) or(u typ) typ {
	out := typ{kinds: t.kinds | u.kinds, values: t.sameValues(u)}
	switch {
	case out.kinds == isAny:
	case t.kinds&isList == 0:
		out.element = u.element
	case u.kinds&isList == 0:
		out.element = t.element
	case t.element != nil && u.element != nil:
		e := t.element.or(*u.element)
		out.element = &e
	}
	return out
}

// beside gives the type of the elements of a list that holds both t and u:
// numbers mix, other kinds make it any.
func (t typ) beside(u typ) typ {
	switch {
	case t.kinds == isList && u.kinds == isList:
		if t.element == nil || u.element == nil {
			return typ{kinds: isList}
		}
		return listOf(t.element.beside(*u.element))
	case t.kinds == u.kinds:
		t.values = t.sameValues(u)
		return t
	case t.only(isNumber) && u.only(isNumber):
		return typ{kinds: isNumber}
	}
	return anyType
}

// joined gives the type of the elements of a list of t's joined with one of u's:
// the least type above both, for each two of their kinds.
func (t typ) joined(u typ) typ {
	switch {
	case t.kinds == isAny && u.kinds == isAny:
		return t
	case t.kinds == isList && u.kinds == isList:
		e := t.elementType().joined(u.elementType())
		return listOf(e)
	case t.kinds == u.kinds:
		t.values = t.sameValues(u)
		return t
	case t.only(isNumber) && u.only(isNumber):
		return typ{kinds: isNumber}
	case t.only(isEntity|isMap) && u.only(isEntity|isMap):
		return typ{kinds: isMap}
	}
	out := typ{kinds: t.kinds&u.kinds | isTop}
	if t.kinds&isNumber != 0 && u.kinds&isNumber != 0 {
		out.kinds |= isNumber
	}
	if out.kinds&isList != 0 && t.element != nil && u.element != nil {
		e := t.element.joined(*u.element)
		out.element = &e
	}
	return out
}

// kindOf are the kinds that a value counts as before a statement runs: a map may
// stand for an entity.
var kindOf = [...]kinds{
	graph.KindBool: isBool, graph.KindInt: isInt, graph.KindFloat: isFloat, graph.KindString: isString, graph.KindList: isList, graph.KindMap: isMap | isEntity, graph.KindNode: isNode, graph.KindRel: isRel, graph.KindPath: isPath,
	graph.KindDate: isDate, graph.KindLocalTime: isLocalTime, graph.KindTime: isTime, graph.KindLocalDateTime: isLocalDateTime, graph.KindDateTime: isDateTime, graph.KindDuration: isDuration, graph.KindPoint: isPoint, graph.KindVector: isVector, graph.KindUUID: isUUID,
}

// typeOfParameter is typeOf, which tells of lists of texts what is in them, and of no others.
func typeOfParameter(v graph.Value) typ {
	if OfTexts(v) {
		return listOf(typ{kinds: isString})
	}
	return typeOf(v)
}

// OfTexts tells whether v is a list of texts.
func OfTexts(v graph.Value) bool {
	return v.Kind() == graph.KindList && len(v.AsList()) > 0 && !slices.ContainsFunc(v.AsList(), func(e graph.Value) bool { return e.Kind() != graph.KindString })
}

// typeOf gives the type of a literal or a parameter. Null may stand for anything.
func typeOf(v graph.Value) typ {
	if k := kindOf[v.Kind()]; k != 0 {
		return typ{kinds: k}
	}
	return anyType
}
