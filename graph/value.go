package graph

import (
	"math"
	"unsafe"
)

// Kind is the run-time type of a Value.
type Kind uint8

// The kinds of values, in no particular order (Cypher's order of values is in compare.go).
const (
	KindNull Kind = iota
	KindBool
	KindInt
	KindFloat
	KindString
	KindBytes
	KindList
	KindMap
	KindNode
	KindRel
	KindPath
	KindDate
	KindLocalTime
	KindTime
	KindLocalDateTime
	KindDateTime
	KindDuration
	KindPoint
	KindVector
	KindUUID
)

// Value is one Cypher value in 24 bytes. The zero Value is null. Scalars and
// short temporals are stored in place; a string shares the bytes it was made
// from, so making a Value never copies.
type Value struct {
	p    unsafe.Pointer // string/bytes/list data, or a pointer to the boxed struct of the kind
	n    uint64         // integer, float bits, length, id, days, nanoseconds or seconds
	aux  int32          // nanoseconds of a second, or a zone offset in seconds
	kind Kind
}

// Null is the null value.
var Null Value

// True and False are the boolean values.
var (
	True  = Bool(true)
	False = Bool(false)
)

// Bool makes a BOOLEAN.
func Bool(b bool) Value {
	if b {
		return Value{kind: KindBool, n: 1}
	}
	return Value{kind: KindBool}
}

// Int makes an INTEGER.
func Int(i int64) Value { return Value{kind: KindInt, n: uint64(i)} }

// Float makes a FLOAT.
func Float(f float64) Value { return Value{kind: KindFloat, n: math.Float64bits(f)} }

// String makes a STRING that shares s.
func String(s string) Value {
	return Value{kind: KindString, n: uint64(len(s)), p: unsafe.Pointer(unsafe.StringData(s))}
}

// Bytes makes a byte array that shares b; b must not change afterwards.
func Bytes(b []byte) Value {
	return Value{kind: KindBytes, n: uint64(len(b)), p: unsafe.Pointer(unsafe.SliceData(b))}
}

// List makes a LIST that shares vs; vs must not change afterwards.
func List(vs []Value) Value {
	return Value{kind: KindList, n: uint64(len(vs)), p: unsafe.Pointer(unsafe.SliceData(vs))}
}

// Strings makes a LIST<STRING>.
func Strings(ss []string) Value {
	vs := make([]Value, len(ss))
	for i, s := range ss {
		vs[i] = String(s)
	}
	return List(vs)
}

// MapOf makes a MAP that shares m; m must not change afterwards. A nil m is the empty map.
func MapOf(m *Map) Value {
	if m == nil {
		m = &Map{}
	}
	return Value{kind: KindMap, p: unsafe.Pointer(m)}
}

// NodeRef makes a NODE known by id only; engines fill it in (NodeOf) before it leaves them.
func NodeRef(id NodeID) Value { return Value{kind: KindNode, n: uint64(id)} }

// NodeOf makes a NODE with its labels and properties at hand.
func NodeOf(n *Node) Value {
	return Value{kind: KindNode, n: uint64(n.ID), p: unsafe.Pointer(n)}
}

// RelRef makes a RELATIONSHIP known by id only.
func RelRef(id RelID) Value { return Value{kind: KindRel, n: uint64(id)} }

// RelOf makes a RELATIONSHIP with its ends, type and properties at hand.
func RelOf(r *Relationship) Value {
	return Value{kind: KindRel, n: uint64(r.ID), p: unsafe.Pointer(r)}
}

// PathOf makes a PATH.
func PathOf(p *Path) Value { return Value{kind: KindPath, p: unsafe.Pointer(p)} }

// Kind gives the run-time type.
func (v Value) Kind() Kind { return v.kind }

// IsNull tells whether v is null.
func (v Value) IsNull() bool { return v.kind == KindNull }

// IsNumber tells whether v is an INTEGER or a FLOAT.
func (v Value) IsNumber() bool { return v.kind == KindInt || v.kind == KindFloat }

// Storable reports whether a property may hold v: a scalar, or a list of
// scalars of one kind (numbers of both kinds count as one) without nulls.
func Storable(v Value) bool {
	switch v.kind {
	case KindMap, KindNode, KindRel, KindPath:
		return false
	case KindList:
		l := v.AsList()
		for _, e := range l {
			if e.IsNull() || e.kind == KindList || !Storable(e) {
				return false
			}
			if e.kind != l[0].kind && !(e.IsNumber() && l[0].IsNumber()) {
				return false
			}
		}
	}
	return true
}

// IsTrue tells whether v is the BOOLEAN true.
func (v Value) IsTrue() bool { return v.kind == KindBool && v.n == 1 }

// The accessors below require the matching Kind; calling one on another kind
// is a programming error and gives a meaningless result.

// AsBool gives the BOOLEAN.
func (v Value) AsBool() bool { return v.n == 1 }

// AsInt gives the INTEGER.
func (v Value) AsInt() int64 { return int64(v.n) }

// AsFloat gives the FLOAT.
func (v Value) AsFloat() float64 { return math.Float64frombits(v.n) }

// Number gives an INTEGER or FLOAT as a float64.
func (v Value) Number() float64 {
	if v.kind == KindInt {
		return float64(int64(v.n))
	}
	return math.Float64frombits(v.n)
}

// AsString gives the STRING, sharing its bytes.
func (v Value) AsString() string { return unsafe.String((*byte)(v.p), int(v.n)) }

// AsBytes gives the byte array; it must not be changed.
func (v Value) AsBytes() []byte { return unsafe.Slice((*byte)(v.p), int(v.n)) }

// AsList gives the LIST's elements; they must not be changed.
func (v Value) AsList() []Value { return unsafe.Slice((*Value)(v.p), int(v.n)) }

// AsMap gives the MAP; it must not be changed.
func (v Value) AsMap() *Map { return (*Map)(v.p) }

// NodeID gives the id of a NODE.
func (v Value) NodeID() NodeID { return NodeID(v.n) }

// AsNode gives the NODE's content, nil when only its id is known.
func (v Value) AsNode() *Node { return (*Node)(v.p) }

// RelID gives the id of a RELATIONSHIP.
func (v Value) RelID() RelID { return RelID(v.n) }

// AsRel gives the RELATIONSHIP's content, nil when only its id is known.
func (v Value) AsRel() *Relationship { return (*Relationship)(v.p) }

// AsPath gives the PATH.
func (v Value) AsPath() *Path { return (*Path)(v.p) }

// AsListOrNil gives a LIST's elements, nil for any other kind.
func (v Value) AsListOrNil() []Value {
	if v.kind != KindList {
		return nil
	}
	return v.AsList()
}
