package graphstore

import (
	"encoding/binary"
	"fmt"
	"math"

	"graticule/graph"
	"graticule/graph/temporal"
)

// valueDepthMax bounds lists within lists when decoding.
const valueDepthMax = 8

// appendValue encodes a storable value: its kind in one byte, then its content
// (docs/format/store.md).
func appendValue(dst []byte, v graph.Value) ([]byte, error) {
	dst = append(dst, byte(v.Kind()))
	switch v.Kind() {
	case graph.KindNull:
	case graph.KindBool:
		if v.AsBool() {
			return append(dst, 1), nil
		}
		return append(dst, 0), nil
	case graph.KindInt:
		return binary.AppendVarint(dst, v.AsInt()), nil
	case graph.KindFloat:
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(v.AsFloat())), nil
	case graph.KindString:
		return appendBytes(dst, v.AsString()), nil
	case graph.KindBytes:
		return appendBytes(dst, v.AsBytes()), nil
	case graph.KindList:
		dst = binary.AppendUvarint(dst, uint64(len(v.AsList())))
		var err error
		for _, e := range v.AsList() {
			if dst, err = appendValue(dst, e); err != nil {
				return dst, err
			}
		}
	case graph.KindDate:
		return binary.AppendVarint(dst, v.Days()), nil
	case graph.KindLocalTime:
		return binary.AppendVarint(dst, v.NanosOfDay()), nil
	case graph.KindTime:
		return binary.AppendVarint(binary.AppendVarint(dst, v.NanosOfDay()), int64(v.OffsetSeconds())), nil
	case graph.KindLocalDateTime:
		return binary.AppendVarint(binary.AppendVarint(dst, v.EpochSeconds()), int64(v.NanosOfSecond())), nil
	case graph.KindDateTime:
		dst = binary.AppendVarint(binary.AppendVarint(dst, v.EpochSeconds()), int64(v.NanosOfSecond()))
		return appendBytes(binary.AppendVarint(dst, int64(v.Zone().Offset)), v.Zone().Name), nil
	case graph.KindDuration:
		d := v.AsDuration()
		return binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(dst, d.Months), d.Days), d.Seconds), int64(d.Nanos)), nil
	case graph.KindPoint:
		p := v.AsPoint()
		dst = binary.AppendUvarint(dst, uint64(p.SRID))
		for _, f := range []float64{p.X, p.Y, p.Z} {
			dst = binary.BigEndian.AppendUint64(dst, math.Float64bits(f))
		}
	case graph.KindVector:
		dst = binary.AppendUvarint(binary.AppendVarint(dst, int64(v.Coordinate())), uint64(len(v.Coordinates())))
		for _, x := range v.Coordinates() {
			if v.Coordinate() < 0 {
				dst = binary.BigEndian.AppendUint64(dst, math.Float64bits(x.AsFloat()))
			} else {
				dst = binary.AppendVarint(dst, x.AsInt())
			}
		}
	case graph.KindUUID:
		most, least := v.AsUUID()
		dst = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, most), least)
	default:
		return dst, ErrNotStorable
	}
	return dst, nil
}

func appendBytes[B ~string | ~[]byte](dst []byte, b B) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// A reader decodes; the first error sticks and all later reads give zeros.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = ErrBadChangeset
	}
	r.b = nil
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) fixed() uint64 {
	b := r.take(8)
	if b == nil {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

func (r *reader) bytes() []byte  { return r.take(r.uvarint()) }
func (r *reader) string() string { return string(r.bytes()) }

// count reads a length that is followed by at least one byte per element.
func (r *reader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) value(depth int) graph.Value {
	kind := graph.Kind(r.byte())
	if depth > valueDepthMax {
		r.fail()
	}
	if r.err != nil {
		return graph.Null
	}
	switch kind {
	case graph.KindNull:
		return graph.Null
	case graph.KindBool:
		return graph.Bool(r.byte() == 1)
	case graph.KindInt:
		return graph.Int(r.varint())
	case graph.KindFloat:
		return graph.Float(math.Float64frombits(r.fixed()))
	case graph.KindString:
		return graph.String(r.string())
	case graph.KindBytes:
		return graph.Bytes(append([]byte(nil), r.bytes()...))
	case graph.KindList:
		vs := make([]graph.Value, 0, r.count())
		for range cap(vs) {
			vs = append(vs, r.value(depth+1))
		}
		return graph.List(vs)
	case graph.KindDate:
		return graph.DateOf(r.varint())
	case graph.KindLocalTime:
		return graph.LocalTimeOf(r.varint())
	case graph.KindTime:
		n := r.varint()
		return graph.TimeOf(n, int32(r.varint()))
	case graph.KindLocalDateTime:
		s := r.varint()
		return graph.LocalDateTimeOf(s, int32(r.varint()))
	case graph.KindDateTime:
		s := r.varint()
		n := int32(r.varint())
		zone := &graph.Zone{Offset: int32(r.varint())}
		if zone.Name = r.string(); zone.Name != "" {
			loc, err := temporal.Load(zone.Name)
			if err != nil {
				r.err = fmt.Errorf("load time zone %q: %w", zone.Name, err)
				return graph.Null
			}
			zone.Loc = loc
		}
		return graph.DateTimeOf(s, n, zone)
	case graph.KindDuration:
		d := graph.Duration{Months: r.varint(), Days: r.varint(), Seconds: r.varint()}
		d.Nanos = int32(r.varint())
		return graph.DurationOf(d)
	case graph.KindPoint:
		p := graph.Point{SRID: int(r.uvarint())}
		p.X, p.Y, p.Z = math.Float64frombits(r.fixed()), math.Float64frombits(r.fixed()), math.Float64frombits(r.fixed())
		return graph.PointOf(p)
	case graph.KindVector:
		c := graph.Coordinate(r.varint())
		xs := make([]graph.Value, r.count())
		for i := range xs {
			if c < 0 {
				xs[i] = graph.Float(math.Float64frombits(r.fixed()))
			} else {
				xs[i] = graph.Int(r.varint())
			}
		}
		return graph.VectorOf(xs, c)
	case graph.KindUUID:
		most := r.fixed()
		return graph.UUIDOf(most, r.fixed())
	}
	r.fail()
	return graph.Null
}

// Order keys: byte strings that sort as the values of a range index do.
const (
	orderPoint byte = iota + 1
	orderDateTime
	orderLocalDateTime
	orderDate
	orderTime
	orderLocalTime
	orderDuration
	orderList
	orderString
	orderBytes
	orderBool
	orderNumber
)

// keyRoom is the room for a key of one or two numbers, in bytes.
const keyRoom = 48

// appendOrder encodes v so that encodings compare as the values do; numbers of
// both types compare together.
func appendOrder(dst []byte, v graph.Value) []byte {
	sortable := func(i int64) { dst = binary.BigEndian.AppendUint64(dst, uint64(i)^1<<63) }
	switch v.Kind() {
	case graph.KindInt:
		dst = append(dst, orderNumber)
		f := float64(v.AsInt())
		dst = binary.BigEndian.AppendUint64(dst, sortableFloat(f))
		residual := int64(0)
		if f < 1<<63 {
			residual = v.AsInt() - int64(f)
		} else {
			residual = v.AsInt() - math.MaxInt64 - 1
		}
		sortable(residual)
	case graph.KindFloat:
		dst = append(dst, orderNumber)
		dst = binary.BigEndian.AppendUint64(dst, sortableFloat(v.AsFloat()))
		sortable(0)
	case graph.KindString:
		dst = append(append(dst, orderString), orderText(v.AsString())...)
	case graph.KindBytes:
		dst = append(append(dst, orderBytes), orderText(string(v.AsBytes()))...)
	case graph.KindBool:
		dst = append(dst, orderBool, 0)
		if v.AsBool() {
			dst[len(dst)-1] = 1
		}
	case graph.KindDate:
		dst = append(dst, orderDate)
		sortable(v.Days())
	case graph.KindLocalTime:
		dst = append(dst, orderLocalTime)
		sortable(v.NanosOfDay())
	case graph.KindTime:
		dst = append(dst, orderTime)
		sortable(v.NanosOfDay() - int64(v.OffsetSeconds())*1e9)
		sortable(int64(v.OffsetSeconds()))
	case graph.KindLocalDateTime:
		dst = append(dst, orderLocalDateTime)
		sortable(v.EpochSeconds())
		sortable(int64(v.NanosOfSecond()))
	case graph.KindDateTime:
		dst = append(dst, orderDateTime)
		sortable(v.EpochSeconds())
		sortable(int64(v.NanosOfSecond()))
		sortable(int64(v.Zone().Offset))
		dst = append(dst, orderText(v.Zone().Name)...)
	case graph.KindDuration:
		d := v.AsDuration()
		dst = append(dst, orderDuration)
		for _, i := range []int64{d.Months, d.Days, d.Seconds, int64(d.Nanos)} {
			sortable(i)
		}
	case graph.KindPoint:
		p := v.AsPoint()
		dst = append(dst, orderPoint)
		sortable(int64(p.SRID))
		for _, f := range []float64{p.X, p.Y, p.Z} {
			dst = binary.BigEndian.AppendUint64(dst, sortableFloat(f))
		}
	case graph.KindList:
		dst = append(dst, orderList)
		for _, e := range v.AsList() {
			dst = appendOrder(dst, e)
		}
		dst = append(dst, 0)
	}
	return dst
}

func sortableFloat(f float64) uint64 {
	if f == 0 {
		f = 0 // -0.0 equals 0.0
	}
	b := math.Float64bits(f)
	if b>>63 == 1 {
		return ^b
	}
	return b | 1<<63
}

// orderText escapes zero bytes and ends with one, so that a prefix sorts first.
func orderText(s string) []byte {
	out := make([]byte, 0, len(s)+1)
	for i := range len(s) {
		if s[i] == 0 {
			out = append(out, 0, 0xff)
			continue
		}
		out = append(out, s[i])
	}
	return append(out, 0, 0)
}

// orderClass gives the first byte of v's order key, 0 for values no index holds.
func orderClass(v graph.Value) byte {
	b := appendOrder(nil, v)
	if len(b) == 0 {
		return 0
	}
	return b[0]
}
