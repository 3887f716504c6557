package graph

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

// Equal is Cypher's =: True, False, or Null when it is unknown.
func Equal(a, b Value) Value {
	if a.kind == KindNull || b.kind == KindNull {
		return Null
	}
	if a.IsNumber() && b.IsNumber() {
		return Bool(equalNumbers(a, b))
	}
	if a.kind != b.kind {
		return False
	}
	switch a.kind {
	case KindBool, KindDate, KindLocalTime:
		return Bool(a.n == b.n)
	case KindTime, KindLocalDateTime:
		return Bool(a.n == b.n && a.aux == b.aux)
	case KindString:
		return Bool(a.AsString() == b.AsString())
	case KindBytes:
		return Bool(string(a.AsBytes()) == string(b.AsBytes()))
	case KindNode, KindRel:
		return Bool(a.n == b.n)
	case KindVector, KindUUID:
		return Bool(a.aux == b.aux && Compare(a, b) == 0)
	case KindList:
		x, y := a.AsList(), b.AsList()
		if len(x) != len(y) {
			return False
		}
		return allEqual(len(x), func(i int) Value { return Equal(x[i], y[i]) })
	case KindMap:
		x, y := a.AsMap(), b.AsMap()
		if x.Len() != y.Len() {
			return False
		}
		for _, k := range x.keys {
			if _, ok := y.Get(k); !ok {
				return False
			}
		}
		return allEqual(x.Len(), func(i int) Value {
			k, v := x.At(i)
			w, _ := y.Get(k)
			return Equal(v, w)
		})
	case KindPath:
		x, y := a.AsPath(), b.AsPath()
		if len(x.Rels) != len(y.Rels) {
			return False
		}
		for i := range x.Rels {
			if x.Rels[i].n != y.Rels[i].n {
				return False
			}
		}
		return Bool(x.Nodes[0].n == y.Nodes[0].n)
	}
	return Bool(Compare(a, b) == 0)
}

func allEqual(n int, at func(int) Value) Value {
	result := True
	for i := range n {
		switch e := at(i); {
		case e.IsNull():
			result = Null
		case !e.IsTrue():
			return False
		}
	}
	return result
}

// equalNumbers compares exactly: an INTEGER that no FLOAT can be equals none. NaN
// equals nothing.
func equalNumbers(a, b Value) bool {
	if a.kind == b.kind {
		return a.n == b.n && a.kind == KindInt || a.kind == KindFloat && a.AsFloat() == b.AsFloat()
	}
	if b.kind == KindInt {
		a, b = b, a
	}
	w := AsWhole(b)
	return w.kind == KindInt && w.n == a.n
}

// AsWhole gives a FLOAT that is whole as the INTEGER it equals, any other value as
// it is. 2^63 equals the largest INTEGER, as in Neo4j.
func AsWhole(v Value) Value {
	if v.kind != KindFloat {
		return v
	}
	switch f := v.AsFloat(); {
	case f == 1<<63:
		return Int(math.MaxInt64)
	case f == math.Trunc(f) && f >= -1<<63 && f < 1<<63:
		return Int(int64(f))
	}
	return v
}

// Less is Cypher's < and, with orEqual, <=: Null when the two cannot be compared.
func Less(a, b Value, orEqual bool) Value { return LessCounted(a, b, orEqual, func() {}) }

// LessCounted is Less; it calls step for each value, those within lists and maps too.
func LessCounted(a, b Value, orEqual bool, step func()) Value {
	switch c, known := ordered(a, b, step); {
	case !known && a.IsNumber() && b.IsNumber(): // NaN
		return False
	case !known, !orEqual && (a.kind == KindPoint || a.kind == KindDuration): // which have no order, but are as large as themselves
		return Null
	default:
		return Bool(c < 0 || (orEqual && c == 0))
	}
}

// ordered compares two values, and what lists and maps hold value by value;
// known=false when two that are met cannot be compared, as NaN with any.
func ordered(a, b Value, step func()) (c int, known bool) {
	step()
	switch {
	case a.IsNumber() && b.IsNumber():
		return compareNumbers(a, b), !math.IsNaN(a.Number()) && !math.IsNaN(b.Number())
	case a.kind != b.kind:
		return 0, false
	}
	switch a.kind {
	case KindNull, KindVector, KindUUID:
		return 0, false
	case KindPoint, KindDuration:
		return 0, Equal(a, b).IsTrue()
	case KindList:
		x, y := a.AsList(), b.AsList()
		for i := range min(len(x), len(y)) {
			if c, known = ordered(x[i], y[i], step); c != 0 || !known {
				return c, known
			}
		}
		return cmp.Compare(len(x), len(y)), true
	case KindMap: // by size, then by keys, then value by value in the order of the keys
		x, y := a.AsMap(), b.AsMap()
		keys, c := compareKeys(x, y)
		if c != 0 {
			return c, true
		}
		for _, k := range keys {
			v, _ := x.Get(k)
			w, _ := y.Get(k)
			if c, known = ordered(v, w, step); c != 0 || !known {
				return c, known
			}
		}
		return 0, true
	}
	return Compare(a, b), true
}

// orderRank is the place of a kind in Cypher's order of values.
var orderRank = [...]int8{
	KindMap: 1, KindNode: 2, KindRel: 3, KindList: 4, KindPath: 5, KindVector: 6, KindPoint: 7, KindDateTime: 8, KindLocalDateTime: 9, KindDate: 10,
	KindTime: 11, KindLocalTime: 12, KindDuration: 13, KindString: 14, KindBytes: 15, KindBool: 16, KindUUID: 17, KindInt: 18, KindFloat: 18, KindNull: 19,
}

// Head gives a number that never contradicts Compare: where the heads of two
// values differ, the values differ the same way. Sorting compares heads first
// (abbreviated keys, G. Graefe, "Implementing Sorting in Database Systems", 2006).
// Two values whose heads are the same and exact do not differ.
func Head(v Value) (head uint64, exact bool) {
	head = uint64(orderRank[v.kind]) << headBits
	switch v.kind {
	case KindInt, KindFloat:
		bits := math.Float64bits(v.Number() + 0) // both zeros are one
		switch {
		case v.Number() != v.Number():
			bits = math.MaxUint64
		case bits>>63 == 1:
			bits = ^bits
		default:
			bits |= 1 << 63
		}
		return head | bits>>(64-headBits), v.kind == KindInt && -exactMax < int64(v.n) && int64(v.n) < exactMax
	case KindString:
		var text [8]byte
		copy(text[:], v.AsString())
		return head | binary.BigEndian.Uint64(text[:])>>(64-headBits), false
	case KindBool, KindNode, KindRel, KindDate, KindLocalTime, KindLocalDateTime, KindDateTime:
		const most = 1 << (headBits - 1)
		return head | uint64(min(max(int64(v.n), -most), most-1)+most), v.kind == KindBool || v.kind == KindDate
	}
	return head, v.kind == KindNull
}

const (
	headBits = 59      // of a head tell values of one rank apart
	exactMax = 1 << 47 // smaller integers are told apart
)

// Compare is Cypher's orderability: a total order over all values, as ORDER BY uses it.
func Compare(a, b Value) int {
	if c := cmp.Compare(orderRank[a.kind], orderRank[b.kind]); c != 0 {
		return c
	}
	switch a.kind {
	case KindNull:
		return 0
	case KindBool:
		return cmp.Compare(a.n, b.n)
	case KindInt, KindFloat:
		return compareNumbers(a, b)
	case KindString:
		return strings.Compare(a.AsString(), b.AsString())
	case KindBytes:
		return strings.Compare(string(a.AsBytes()), string(b.AsBytes()))
	case KindNode, KindRel:
		return cmp.Compare(a.n, b.n)
	case KindList:
		return slices.CompareFunc(a.AsList(), b.AsList(), Compare)
	case KindVector:
		return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.aux, b.aux), slices.CompareFunc(a.Coordinates(), b.Coordinates(), Compare))
	case KindUUID:
		x, least := a.AsUUID()
		y, other := b.AsUUID()
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(least, other))
	case KindMap:
		return compareMaps(a.AsMap(), b.AsMap())
	case KindPath:
		if c := slices.CompareFunc(a.AsPath().Nodes, b.AsPath().Nodes, Compare); c != 0 {
			return c
		}
		return slices.CompareFunc(a.AsPath().Rels, b.AsPath().Rels, Compare)
	case KindDate, KindLocalTime:
		return cmp.Compare(int64(a.n), int64(b.n))
	case KindTime:
		x, y := int64(a.n)-int64(a.aux)*1e9, int64(b.n)-int64(b.aux)*1e9
		if c := cmp.Compare(x, y); c != 0 {
			return c
		}
		return cmp.Compare(a.aux, b.aux)
	case KindLocalDateTime, KindDateTime:
		if c := cmp.Compare(int64(a.n), int64(b.n)); c != 0 {
			return c
		}
		if c := cmp.Compare(a.aux, b.aux); c != 0 || a.kind == KindLocalDateTime {
			return c
		}
		if c := cmp.Compare(a.Zone().Offset, b.Zone().Offset); c != 0 {
			return c
		}
		return strings.Compare(a.Zone().Name, b.Zone().Name)
	case KindDuration:
		x, y := a.AsDuration(), b.AsDuration()
		const day, month = 86400, 2629746
		if c := cmp.Compare(float64(x.Months)*month+float64(x.Days)*day+float64(x.Seconds)+float64(x.Nanos)/1e9, float64(y.Months)*month+float64(y.Days)*day+float64(y.Seconds)+float64(y.Nanos)/1e9); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(x.Months, y.Months), cmp.Compare(x.Days, y.Days), cmp.Compare(x.Seconds, y.Seconds), cmp.Compare(x.Nanos, y.Nanos))
	case KindPoint:
		x, y := a.AsPoint(), b.AsPoint()
		return cmp.Or(cmp.Compare(x.SRID, y.SRID), cmp.Compare(x.X, y.X), cmp.Compare(x.Y, y.Y), cmp.Compare(x.Z, y.Z))
	}
	return 0
}

func compareNumbers(a, b Value) int {
	switch {
	case a.kind == KindInt && b.kind == KindInt:
		return cmp.Compare(int64(a.n), int64(b.n))
	case a.kind == KindFloat && math.IsNaN(a.AsFloat()):
		if b.kind == KindFloat && math.IsNaN(b.AsFloat()) {
			return 0
		}
		return 1 // NaN is the largest number
	case b.kind == KindFloat && math.IsNaN(b.AsFloat()):
		return -1
	}
	if a.kind != b.kind && a.Number() == b.Number() { // 2^53 and more: the integer may be none that a FLOAT can be
		if a.kind == KindInt {
			return compareExactly(int64(a.n), b.AsFloat())
		}
		return -compareExactly(int64(b.n), a.AsFloat())
	}
	return cmp.Compare(a.Number(), b.Number())
}

// compareExactly compares i with f, which is i rounded.
func compareExactly(i int64, f float64) int {
	if f >= 1<<63 {
		return -1
	}
	return cmp.Compare(i, int64(f))
}

// compareKeys orders maps by their size and keys, and gives the sorted keys of a.
func compareKeys(a, b *Map) ([]string, int) {
	if c := cmp.Compare(a.Len(), b.Len()); c != 0 {
		return nil, c
	}
	x, y := slices.Clone(a.Keys()), slices.Clone(b.Keys())
	slices.Sort(x)
	slices.Sort(y)
	return x, slices.Compare(x, y)
}

func compareMaps(a, b *Map) int {
	keys, c := compareKeys(a, b)
	if c != 0 {
		return c
	}
	for _, k := range keys {
		v, _ := a.Get(k)
		w, _ := b.Get(k)
		if c := Compare(v, w); c != 0 {
			return c
		}
	}
	return 0
}

// AppendKey appends bytes that are equal for exactly the values that DISTINCT
// and grouping take for one: nulls are alike, 1 and 1.0 are alike.
func AppendKey(dst []byte, v Value) []byte {
	v = AsWhole(v)
	kind := v.kind
	dst = append(dst, byte(kind))
	switch kind {
	case KindNull:
	case KindString, KindBytes:
		dst = binary.AppendUvarint(dst, v.n)
		return append(dst, v.AsBytes()...)
	case KindList:
		dst = binary.AppendUvarint(dst, v.n)
		for _, e := range v.AsList() {
			dst = AppendKey(dst, e)
		}
	case KindVector:
		dst = binary.AppendVarint(binary.AppendUvarint(dst, v.n), int64(v.aux))
		for _, e := range v.Coordinates() {
			dst = AppendKey(dst, e)
		}
	case KindUUID:
		most, least := v.AsUUID()
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, most), least)
	case KindMap:
		m := v.AsMap()
		keys := slices.Clone(m.Keys())
		slices.Sort(keys)
		dst = binary.AppendUvarint(dst, uint64(len(keys)))
		for _, k := range keys {
			w, _ := m.Get(k)
			dst = AppendKey(AppendKey(dst, String(k)), w)
		}
	case KindPath:
		p := v.AsPath()
		dst = binary.AppendUvarint(dst, uint64(len(p.Rels)))
		for _, e := range p.Nodes {
			dst = binary.BigEndian.AppendUint64(dst, e.n)
		}
		for _, e := range p.Rels {
			dst = binary.BigEndian.AppendUint64(dst, e.n)
		}
	case KindDuration:
		d := v.AsDuration()
		for _, i := range []int64{d.Months, d.Days, d.Seconds, int64(d.Nanos)} {
			dst = binary.BigEndian.AppendUint64(dst, uint64(i))
		}
	case KindPoint:
		p := v.AsPoint()
		for _, i := range []uint64{uint64(p.SRID), math.Float64bits(p.X), math.Float64bits(p.Y), math.Float64bits(p.Z)} {
			dst = binary.BigEndian.AppendUint64(dst, i)
		}
	case KindDateTime:
		dst = binary.BigEndian.AppendUint64(dst, v.n)
		dst = binary.BigEndian.AppendUint32(dst, uint32(v.aux))
		dst = binary.BigEndian.AppendUint32(dst, uint32(v.Zone().Offset))
		return append(append(dst, v.Zone().Name...), 0)
	default:
		dst = binary.BigEndian.AppendUint64(dst, v.n)
		return binary.BigEndian.AppendUint32(dst, uint32(v.aux))
	}
	return dst
}

var kindNames = [...]string{"NULL", "BOOLEAN", "INTEGER", "FLOAT", "STRING", "BYTES", "LIST", "MAP", "NODE", "RELATIONSHIP", "PATH", "DATE", "LOCAL TIME", "ZONED TIME", "LOCAL DATETIME", "ZONED DATETIME", "DURATION", "POINT", "VECTOR", "UUID"}

// String gives the Cypher type name of the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "UNKNOWN"
}
