package graph

import (
	"fmt"
	"unsafe"
)

// Coordinate is the type of the coordinates of a VECTOR: the bits of an
// integer, or with a minus sign those of a floating-point number.
type Coordinate int32

// The types of coordinates.
const (
	Int8    Coordinate = 8
	Int16   Coordinate = 16
	Int32   Coordinate = 32
	Int64   Coordinate = 64
	Float32 Coordinate = -32
	Float64 Coordinate = -64
)

// String gives the name of the type.
func (c Coordinate) String() string {
	if c < 0 {
		return fmt.Sprintf("FLOAT%d", -int(c))
	}
	return fmt.Sprintf("INTEGER%d", int(c))
}

// TypeName gives the name of the type as types of vectors have it.
func (c Coordinate) TypeName() string {
	switch c {
	case Int64:
		return "INTEGER"
	case Float64:
		return "FLOAT"
	}
	return c.String()
}

// VectorOf makes a VECTOR that shares coordinates, which are all INTEGER or all
// FLOAT as the type says; they must not change afterwards.
func VectorOf(coordinates []Value, c Coordinate) Value {
	return Value{kind: KindVector, n: uint64(len(coordinates)), p: unsafe.Pointer(unsafe.SliceData(coordinates)), aux: int32(c)}
}

// Coordinates gives the coordinates of a VECTOR; they must not be changed.
func (v Value) Coordinates() []Value { return unsafe.Slice((*Value)(v.p), int(v.n)) }

// Coordinate gives the type of the coordinates of a VECTOR.
func (v Value) Coordinate() Coordinate { return Coordinate(v.aux) }

// UUIDOf makes a UUID of its most and least significant 64 bits.
func UUIDOf(most, least uint64) Value {
	return Value{kind: KindUUID, n: most, p: unsafe.Pointer(&least)}
}

// AsUUID gives the most and least significant 64 bits of a UUID.
func (v Value) AsUUID() (most, least uint64) { return v.n, *(*uint64)(v.p) }

// UUIDText gives the text of a UUID.
func (v Value) UUIDText() string {
	most, least := v.AsUUID()
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", most>>32, most>>16&0xffff, most&0xffff, least>>48, least&(1<<48-1))
}
