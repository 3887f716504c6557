package packstream

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"graticule/graph"
)

// Structure tags of the Bolt protocol.
const (
	tagNode           = 0x4E
	tagRelationship   = 0x52
	tagUnbound        = 0x72
	tagPath           = 0x50
	tagDate           = 0x44
	tagTime           = 0x54
	tagLocalTime      = 0x74
	tagDateTime       = 0x49 // UTC, offset
	tagDateTimeZone   = 0x69 // UTC, zone name
	tagLegacyDateTime = 0x46
	tagLegacyDateZone = 0x66
	tagLocalDateTime  = 0x64
	tagDuration       = 0x45
	tagPoint2D        = 0x58
	tagPoint3D        = 0x59
)

// Options choose among the protocol's variants.
type Options struct {
	ElementIDs bool   // Bolt 5: entities carry element ids
	UTC        bool   // datetimes as UTC seconds
	Database   string // for element ids
	Servers    bool   // between servers: a path is its nodes and its relationships
}

// AppendInt, AppendString, AppendMapHeader, AppendListHeader and AppendStruct
// append one PackStream item or header after dst.
func AppendInt(dst []byte, i int64) []byte {
	switch {
	case i >= -16 && i <= 127:
		return append(dst, byte(i))
	case i >= math.MinInt8 && i <= math.MaxInt8:
		return append(dst, 0xC8, byte(i))
	case i >= math.MinInt16 && i <= math.MaxInt16:
		return binary.BigEndian.AppendUint16(append(dst, 0xC9), uint16(i))
	case i >= math.MinInt32 && i <= math.MaxInt32:
		return binary.BigEndian.AppendUint32(append(dst, 0xCA), uint32(i))
	}
	return binary.BigEndian.AppendUint64(append(dst, 0xCB), uint64(i))
}

func header(dst []byte, n int, tiny, b8, b16, b32 byte) []byte {
	switch {
	case n < 16 && tiny != 0:
		return append(dst, tiny|byte(n))
	case n < 1<<8:
		return append(dst, b8, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, b16), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, b32), uint32(n))
}

// AppendString appends a string.
func AppendString(dst []byte, s string) []byte {
	return append(header(dst, len(s), 0x80, 0xD0, 0xD1, 0xD2), s...)
}

// AppendBytes appends a byte array.
func AppendBytes(dst []byte, b []byte) []byte {
	return append(header(dst, len(b), 0, 0xCC, 0xCD, 0xCE), b...)
}

// AppendListHeader appends the header of a list of n items.
func AppendListHeader(dst []byte, n int) []byte { return header(dst, n, 0x90, 0xD4, 0xD5, 0xD6) }

// AppendMapHeader appends the header of a map of n entries.
func AppendMapHeader(dst []byte, n int) []byte { return header(dst, n, 0xA0, 0xD8, 0xD9, 0xDA) }

// AppendStruct appends the header of a structure.
func AppendStruct(dst []byte, tag byte, fields int) []byte {
	return append(dst, 0xB0|byte(fields), tag)
}

// AppendBool appends a boolean.
func AppendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, 0xC3)
	}
	return append(dst, 0xC2)
}

// AppendNull appends null.
func AppendNull(dst []byte) []byte { return append(dst, 0xC0) }

// AppendMap appends a map.
func (o *Options) AppendMap(dst []byte, m *graph.Map) []byte {
	dst = AppendMapHeader(dst, m.Len())
	for i := range m.Len() {
		k, v := m.At(i)
		dst = o.Append(AppendString(dst, k), v)
	}
	return dst
}

// Append appends any value. Entities must have their content at hand.
func (o *Options) Append(dst []byte, v graph.Value) []byte {
	switch v.Kind() {
	case graph.KindBool:
		return AppendBool(dst, v.AsBool())
	case graph.KindInt:
		return AppendInt(dst, v.AsInt())
	case graph.KindFloat:
		return binary.BigEndian.AppendUint64(append(dst, 0xC1), math.Float64bits(v.AsFloat()))
	case graph.KindString:
		return AppendString(dst, v.AsString())
	case graph.KindBytes:
		return AppendBytes(dst, v.AsBytes())
	case graph.KindList:
		dst = AppendListHeader(dst, len(v.AsList()))
		for _, e := range v.AsList() {
			dst = o.Append(dst, e)
		}
		return dst
	case graph.KindMap:
		return o.AppendMap(dst, v.AsMap())
	case graph.KindNode:
		return o.node(dst, v)
	case graph.KindRel:
		return o.rel(dst, v)
	case graph.KindPath:
		if o.Servers {
			p := v.AsPath()
			return o.Append(o.Append(AppendStruct(dst, tagPath, 2), graph.List(p.Nodes)), graph.List(p.Rels))
		}
		return o.path(dst, v.AsPath())
	case graph.KindDate:
		return AppendInt(AppendStruct(dst, tagDate, 1), v.Days())
	case graph.KindLocalTime:
		return AppendInt(AppendStruct(dst, tagLocalTime, 1), v.NanosOfDay())
	case graph.KindTime:
		return AppendInt(AppendInt(AppendStruct(dst, tagTime, 2), v.NanosOfDay()), int64(v.OffsetSeconds()))
	case graph.KindLocalDateTime:
		return AppendInt(AppendInt(AppendStruct(dst, tagLocalDateTime, 2), v.EpochSeconds()), int64(v.NanosOfSecond()))
	case graph.KindDateTime:
		return o.dateTime(dst, v)
	case graph.KindDuration:
		d := v.AsDuration()
		dst = AppendStruct(dst, tagDuration, 4)
		return AppendInt(AppendInt(AppendInt(AppendInt(dst, d.Months), d.Days), d.Seconds), int64(d.Nanos))
	case graph.KindPoint:
		p := v.AsPoint()
		if p.Is3D() {
			dst = AppendInt(AppendStruct(dst, tagPoint3D, 4), int64(p.SRID))
			return o.Append(o.Append(o.Append(dst, graph.Float(p.X)), graph.Float(p.Y)), graph.Float(p.Z))
		}
		dst = AppendInt(AppendStruct(dst, tagPoint2D, 3), int64(p.SRID))
		return o.Append(o.Append(dst, graph.Float(p.X)), graph.Float(p.Y))
	case graph.KindVector:
		return o.unknown(dst, fmt.Sprintf("VECTOR(%d, %v)", len(v.Coordinates()), v.Coordinate()))
	case graph.KindUUID:
		return o.unknown(dst, "UUID")
	}
	return AppendNull(dst)
}

// unknown appends what stands for a value of a type that the protocol has no structure for.
func (o *Options) unknown(dst []byte, name string) []byte {
	dst = AppendMapHeader(dst, 2)
	dst = AppendString(AppendString(dst, "originalType"), name)
	return AppendString(AppendString(dst, "reason"), "UNKNOWN_TYPE")
}

func (o *Options) dateTime(dst []byte, v graph.Value) []byte {
	z := v.Zone()
	seconds, offsetTag, zoneTag := v.EpochSeconds(), byte(tagDateTime), byte(tagDateTimeZone)
	if !o.UTC {
		seconds, offsetTag, zoneTag = seconds+int64(z.Offset), tagLegacyDateTime, tagLegacyDateZone
	}
	if z.Name != "" {
		return AppendString(AppendInt(AppendInt(AppendStruct(dst, zoneTag, 3), seconds), int64(v.NanosOfSecond())), z.Name)
	}
	return AppendInt(AppendInt(AppendInt(AppendStruct(dst, offsetTag, 3), seconds), int64(v.NanosOfSecond())), int64(z.Offset))
}

func (o *Options) elementID(dst []byte, prefix string, id uint64) []byte {
	n := len(prefix) + 1 + len(o.Database) + 1
	var digits [20]byte
	d := strconv.AppendUint(digits[:0], id, 10)
	dst = header(dst, n+len(d), 0x80, 0xD0, 0xD1, 0xD2)
	dst = append(append(append(append(dst, prefix...), ':'), o.Database...), ':')
	return append(dst, d...)
}

func (o *Options) node(dst []byte, v graph.Value) []byte {
	n := v.AsNode()
	if n == nil {
		n = &graph.Node{ID: v.NodeID()}
	}
	fields := 3
	if o.ElementIDs {
		fields = 4
	}
	dst = AppendInt(AppendStruct(dst, tagNode, fields), int64(n.ID))
	dst = AppendListHeader(dst, len(n.Labels))
	for _, l := range n.Labels {
		dst = AppendString(dst, l)
	}
	dst = o.AppendMap(dst, n.Properties)
	if o.ElementIDs {
		dst = o.elementID(dst, "4", uint64(n.ID))
	}
	return dst
}

func (o *Options) rel(dst []byte, v graph.Value) []byte {
	r := v.AsRel()
	if r == nil {
		r = &graph.Relationship{ID: v.RelID()}
	}
	fields := 5
	if o.ElementIDs {
		fields = 8
	}
	dst = AppendInt(AppendStruct(dst, tagRelationship, fields), int64(r.ID))
	dst = AppendString(AppendInt(AppendInt(dst, int64(r.Start)), int64(r.End)), r.Type)
	dst = o.AppendMap(dst, r.Properties)
	if o.ElementIDs {
		dst = o.elementID(dst, "5", uint64(r.ID))
		dst = o.elementID(o.elementID(dst, "4", uint64(r.Start)), "4", uint64(r.End))
	}
	return dst
}

// path appends a path: distinct nodes, distinct relationships without ends, and
// the walk through them as pairs of indexes.
func (o *Options) path(dst []byte, p *graph.Path) []byte {
	nodeAt, relAt := map[graph.NodeID]int{}, map[graph.RelID]int{}
	var nodes, rels []graph.Value
	for _, n := range p.Nodes {
		if _, ok := nodeAt[n.NodeID()]; !ok {
			nodeAt[n.NodeID()] = len(nodes)
			nodes = append(nodes, n)
		}
	}
	for _, r := range p.Rels {
		if _, ok := relAt[r.RelID()]; !ok {
			relAt[r.RelID()] = len(rels)
			rels = append(rels, r)
		}
	}
	dst = AppendListHeader(AppendStruct(dst, tagPath, 3), len(nodes))
	for _, n := range nodes {
		dst = o.node(dst, n)
	}
	dst = AppendListHeader(dst, len(rels))
	for _, v := range rels {
		r := v.AsRel()
		fields := 3
		if o.ElementIDs {
			fields = 4
		}
		dst = AppendString(AppendInt(AppendStruct(dst, tagUnbound, fields), int64(r.ID)), r.Type)
		dst = o.AppendMap(dst, r.Properties)
		if o.ElementIDs {
			dst = o.elementID(dst, "5", uint64(r.ID))
		}
	}
	dst = AppendListHeader(dst, 2*len(p.Rels))
	for i, v := range p.Rels {
		at := int64(relAt[v.RelID()] + 1)
		if v.AsRel().Start != p.Nodes[i].NodeID() {
			at = -at
		}
		dst = AppendInt(AppendInt(dst, at), int64(nodeAt[p.Nodes[i+1].NodeID()]))
	}
	return dst
}
