package graph

import "strings"

// NodeID identifies a node within one database. Ids are dense: they are leased
// to servers in small blocks, so they serve as array and bitmap indexes.
type NodeID uint64

// RelID identifies a relationship within one database; dense like NodeID.
type RelID uint64

// LabelID, TypeID and KeyID are the tokens that stand for a label, a
// relationship type and a property key within one database.
type (
	LabelID uint32
	TypeID  uint32
	KeyID   uint32
)

// ValidName tells whether a label, a relationship type or a property key may
// have a name: it is not empty and holds no null byte.
func ValidName(name string) bool { return name != "" && !strings.ContainsRune(name, 0) }

// AnyLabel and AnyType stand for "every label" and "every type" in counts,
// scans and expansions.
const (
	AnyLabel LabelID = 1<<32 - 1
	AnyType  TypeID  = 1<<32 - 1
)

// Direction says which end of a relationship an expansion starts from.
type Direction uint8

// The three directions. Both visits a loop (start = end) once.
const (
	Outgoing Direction = iota
	Incoming
	Both
)

// Reverse gives the direction seen from the other end.
func (d Direction) Reverse() Direction {
	switch d {
	case Outgoing:
		return Incoming
	case Incoming:
		return Outgoing
	default:
		return Both
	}
}
