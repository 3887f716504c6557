package spill

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"graticule/graph"
	"graticule/graph/temporal"
)

// errDamaged is a record that cannot be read back.
var errDamaged = errors.New("a temporary file is damaged")

// Tags beside the kinds of values.
const (
	tagSame = 0xFF // the value at this place in the record before
	tagFull = 0x80 // added to the kind of an entity that comes with its content
)

func appendText[B ~string | ~[]byte](dst []byte, b B) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

func appendFloat(dst []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(dst, math.Float64bits(f))
}

func appendValues(dst []byte, vs []graph.Value) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(vs)))
	for _, v := range vs {
		dst = appendValue(dst, v)
	}
	return dst
}

func appendMap(dst []byte, m *graph.Map) []byte {
	dst = binary.AppendUvarint(dst, uint64(m.Len()))
	for i := range m.Len() {
		k, v := m.At(i)
		dst = appendValue(appendText(dst, k), v)
	}
	return dst
}

func appendFlag(dst []byte, b bool) []byte {
	if b {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// appendValue encodes v: its kind, then its content.
func appendValue(dst []byte, v graph.Value) []byte {
	switch k := v.Kind(); {
	case k == graph.KindNode && v.AsNode() != nil:
		n := v.AsNode()
		dst = appendFlag(binary.AppendUvarint(append(dst, byte(k)|tagFull), uint64(n.ID)), n.Deleted)
		dst = binary.AppendUvarint(dst, uint64(len(n.Labels)))
		for _, l := range n.Labels {
			dst = appendText(dst, l)
		}
		return appendMap(dst, n.Properties)
	case k == graph.KindRel && v.AsRel() != nil:
		x := v.AsRel()
		dst = appendFlag(binary.AppendUvarint(append(dst, byte(k)|tagFull), uint64(x.ID)), x.Deleted)
		dst = binary.AppendUvarint(binary.AppendUvarint(dst, uint64(x.Start)), uint64(x.End))
		return appendMap(appendText(dst, x.Type), x.Properties)
	}
	dst = append(dst, byte(v.Kind()))
	switch v.Kind() {
	case graph.KindNull:
	case graph.KindBool:
		return appendFlag(dst, v.AsBool())
	case graph.KindInt:
		return binary.AppendVarint(dst, v.AsInt())
	case graph.KindFloat:
		return appendFloat(dst, v.AsFloat())
	case graph.KindString:
		return appendText(dst, v.AsString())
	case graph.KindBytes:
		return appendText(dst, v.AsBytes())
	case graph.KindList:
		return appendValues(dst, v.AsList())
	case graph.KindMap:
		return appendMap(dst, v.AsMap())
	case graph.KindNode:
		return binary.AppendUvarint(dst, uint64(v.NodeID()))
	case graph.KindRel:
		return binary.AppendUvarint(dst, uint64(v.RelID()))
	case graph.KindPath:
		return appendValues(appendValues(dst, v.AsPath().Nodes), v.AsPath().Rels)
	case graph.KindDate:
		return binary.AppendVarint(dst, v.Days())
	case graph.KindLocalTime:
		return binary.AppendVarint(dst, v.NanosOfDay())
	case graph.KindTime:
		return binary.AppendVarint(binary.AppendVarint(dst, v.NanosOfDay()), int64(v.OffsetSeconds()))
	case graph.KindLocalDateTime:
		return binary.AppendVarint(binary.AppendVarint(dst, v.EpochSeconds()), int64(v.NanosOfSecond()))
	case graph.KindDateTime:
		dst = binary.AppendVarint(binary.AppendVarint(dst, v.EpochSeconds()), int64(v.NanosOfSecond()))
		return appendText(binary.AppendVarint(dst, int64(v.Zone().Offset)), v.Zone().Name)
	case graph.KindDuration:
		d := v.AsDuration()
		return binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(dst, d.Months), d.Days), d.Seconds), int64(d.Nanos))
	case graph.KindPoint:
		p := v.AsPoint()
		return appendFloat(appendFloat(appendFloat(binary.AppendUvarint(dst, uint64(p.SRID)), p.X), p.Y), p.Z)
	case graph.KindVector:
		return appendValues(binary.AppendVarint(dst, int64(v.Coordinate())), v.Coordinates())
	case graph.KindUUID:
		most, least := v.AsUUID()
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, most), least)
	default:
		panic(fmt.Sprintf("a value of kind %v cannot be kept", v.Kind()))
	}
	return dst
}

// source is what values are read from; the first error sticks.
type source struct {
	r interface {
		io.Reader
		io.ByteReader
	}
	err error
}

func (s *source) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *source) byte() byte {
	b, err := s.r.ReadByte()
	if err != nil {
		s.fail(err)
	}
	return b
}

func (s *source) uvarint() uint64 {
	if s.err != nil {
		return 0
	}
	n, err := binary.ReadUvarint(s.r)
	if err != nil {
		s.fail(err)
	}
	return n
}

func (s *source) varint() int64 {
	if s.err != nil {
		return 0
	}
	n, err := binary.ReadVarint(s.r)
	if err != nil {
		s.fail(err)
	}
	return n
}

func (s *source) fixed() uint64 {
	var b [8]byte
	if _, err := io.ReadFull(s.r, b[:]); err != nil {
		s.fail(err)
	}
	return binary.BigEndian.Uint64(b[:])
}

func (s *source) float() float64 { return math.Float64frombits(s.fixed()) }

func (s *source) bytes() []byte {
	n := s.uvarint()
	if s.err != nil {
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(s.r, b); err != nil {
		s.fail(err)
	}
	return b
}

func (s *source) text() string { return string(s.bytes()) }

func (s *source) values() []graph.Value {
	n := s.uvarint()
	if s.err != nil {
		return nil
	}
	out := make([]graph.Value, n)
	for i := range out {
		if out[i] = s.value(s.byte()); s.err != nil {
			return nil
		}
	}
	return out
}

func (s *source) dict() *graph.Map {
	n := int(s.uvarint())
	m := graph.NewMap(n)
	for i := 0; i < n && s.err == nil; i++ {
		k := s.text()
		m.Put(k, s.value(s.byte()))
	}
	return m
}

// value reads a value after its tag.
func (s *source) value(tag byte) graph.Value {
	if s.err != nil {
		return graph.Null
	}
	switch k := graph.Kind(tag &^ tagFull); {
	case tag&tagFull == 0:
	case k == graph.KindNode:
		n := &graph.Node{ID: graph.NodeID(s.uvarint()), Deleted: s.byte() == 1}
		for range s.uvarint() {
			n.Labels = append(n.Labels, s.text())
		}
		n.Properties = s.dict()
		return graph.NodeOf(n)
	case k == graph.KindRel:
		x := &graph.Relationship{ID: graph.RelID(s.uvarint()), Deleted: s.byte() == 1}
		x.Start, x.End = graph.NodeID(s.uvarint()), graph.NodeID(s.uvarint())
		x.Type = s.text()
		x.Properties = s.dict()
		return graph.RelOf(x)
	}
	switch graph.Kind(tag) {
	case graph.KindNull:
		return graph.Null
	case graph.KindBool:
		return graph.Bool(s.byte() == 1)
	case graph.KindInt:
		return graph.Int(s.varint())
	case graph.KindFloat:
		return graph.Float(s.float())
	case graph.KindString:
		return graph.String(s.text())
	case graph.KindBytes:
		return graph.Bytes(s.bytes())
	case graph.KindList:
		return graph.List(s.values())
	case graph.KindMap:
		return graph.MapOf(s.dict())
	case graph.KindNode:
		return graph.NodeRef(graph.NodeID(s.uvarint()))
	case graph.KindRel:
		return graph.RelRef(graph.RelID(s.uvarint()))
	case graph.KindPath:
		return graph.PathOf(&graph.Path{Nodes: s.values(), Rels: s.values()})
	}
	return s.scalar(graph.Kind(tag))
}

func (s *source) scalar(k graph.Kind) graph.Value {
	switch k {
	case graph.KindDate:
		return graph.DateOf(s.varint())
	case graph.KindLocalTime:
		return graph.LocalTimeOf(s.varint())
	case graph.KindTime:
		n := s.varint()
		return graph.TimeOf(n, int32(s.varint()))
	case graph.KindLocalDateTime:
		n := s.varint()
		return graph.LocalDateTimeOf(n, int32(s.varint()))
	case graph.KindDateTime:
		seconds, nanos := s.varint(), int32(s.varint())
		zone := &graph.Zone{Offset: int32(s.varint())}
		if zone.Name = s.text(); zone.Name != "" {
			loc, err := temporal.Load(zone.Name)
			if err != nil {
				s.fail(fmt.Errorf("load time zone %q: %w", zone.Name, err))
			}
			zone.Loc = loc
		}
		return graph.DateTimeOf(seconds, nanos, zone)
	case graph.KindDuration:
		d := graph.Duration{Months: s.varint(), Days: s.varint(), Seconds: s.varint()}
		d.Nanos = int32(s.varint())
		return graph.DurationOf(d)
	case graph.KindPoint:
		p := graph.Point{SRID: int(s.uvarint())}
		p.X, p.Y, p.Z = s.float(), s.float(), s.float()
		return graph.PointOf(p)
	case graph.KindVector:
		c := graph.Coordinate(s.varint())
		return graph.VectorOf(s.values(), c)
	case graph.KindUUID:
		most := s.fixed()
		return graph.UUIDOf(most, s.fixed())
	}
	s.fail(errDamaged)
	return graph.Null
}
