package packstream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"graticule/graph"
	"graticule/graph/temporal"
)

// DepthMax bounds nesting.
const DepthMax = 100

// ErrMalformed means bytes that are not PackStream.
var ErrMalformed = errors.New("bytes are not valid PackStream")

// Decoder reads PackStream from B; the first error sticks in Err.
type Decoder struct {
	B       []byte
	Err     error
	UTC     bool
	Servers bool // as of Options: entities are read, too
	// Room is asked before lists and maps are made that take so many bytes; its
	// error becomes Err. May be nil.
	Room func(bytes int64) error

	made int64 // bytes of lists and maps since Room was asked
}

// roomStep is how many bytes of lists and maps are made between two questions for room.
const roomStep = 1 << 20

// room notes that n values of a list or a map, each of so many bytes, are to be made.
func (d *Decoder) room(n, bytes int) {
	if d.made += int64(n) * int64(bytes); d.Room == nil || d.made < roomStep {
		return
	}
	if err := d.Room(d.made); err != nil {
		d.fail(err)
	}
	d.made = 0
}

func (d *Decoder) fail(err error) {
	if d.Err == nil {
		d.Err = err
	}
	d.B = nil
}

func (d *Decoder) take(n int) []byte {
	if n > len(d.B) || n < 0 {
		d.fail(ErrMalformed)
		return nil
	}
	out := d.B[:n]
	d.B = d.B[n:]
	return out
}

func (d *Decoder) size(bytes int) int {
	b := d.take(bytes)
	n := 0
	for _, c := range b {
		n = n<<8 | int(c)
	}
	return n
}

// StructHeader reads a structure's tag and number of fields.
func (d *Decoder) StructHeader() (tag byte, fields int) {
	b := d.take(2)
	if b == nil {
		return 0, 0
	}
	if b[0]&0xF0 != 0xB0 {
		d.fail(ErrMalformed)
		return 0, 0
	}
	return b[1], int(b[0] & 0x0F)
}

// Value reads one value of any kind.
func (d *Decoder) Value() graph.Value { return d.value(0) }

// String reads a string.
func (d *Decoder) String() string {
	if v := d.value(0); v.Kind() == graph.KindString {
		return v.AsString()
	}
	d.fail(ErrMalformed)
	return ""
}

// Map reads a map; null gives an empty one.
func (d *Decoder) Map() *graph.Map {
	switch v := d.value(0); v.Kind() {
	case graph.KindMap:
		return v.AsMap()
	case graph.KindNull:
		return &graph.Map{}
	}
	d.fail(ErrMalformed)
	return &graph.Map{}
}

func (d *Decoder) value(depth int) graph.Value {
	if depth > DepthMax {
		d.fail(fmt.Errorf("values are nested deeper than %d", DepthMax))
	}
	head := d.take(1)
	if head == nil {
		return graph.Null
	}
	b := head[0]
	switch {
	case b <= 0x7F || b >= 0xF0:
		return graph.Int(int64(int8(b)))
	case b&0xF0 == 0x80:
		return d.str(int(b & 0x0F))
	case b&0xF0 == 0x90:
		return d.list(int(b&0x0F), depth)
	case b&0xF0 == 0xA0:
		return d.dict(int(b&0x0F), depth)
	case b&0xF0 == 0xB0:
		return d.structure(int(b&0x0F), depth)
	}
	switch b {
	case 0xC0:
		return graph.Null
	case 0xC1:
		if f := d.take(8); f != nil {
			return graph.Float(math.Float64frombits(binary.BigEndian.Uint64(f)))
		}
	case 0xC2:
		return graph.False
	case 0xC3:
		return graph.True
	case 0xC8:
		return graph.Int(int64(int8(d.size(1))))
	case 0xC9:
		return graph.Int(int64(int16(d.size(2))))
	case 0xCA:
		return graph.Int(int64(int32(d.size(4))))
	case 0xCB:
		return graph.Int(int64(d.size(8)))
	case 0xCC, 0xCD, 0xCE:
		return graph.Bytes(append([]byte(nil), d.take(d.size(1<<(b-0xCC)))...))
	case 0xD0, 0xD1, 0xD2:
		return d.str(d.size(1 << (b - 0xD0)))
	case 0xD4, 0xD5, 0xD6:
		return d.list(d.size(1<<(b-0xD4)), depth)
	case 0xD8, 0xD9, 0xDA:
		return d.dict(d.size(1<<(b-0xD8)), depth)
	default:
		d.fail(ErrMalformed)
	}
	return graph.Null
}

func (d *Decoder) str(n int) graph.Value {
	b := d.take(n)
	if !utf8.Valid(b) {
		d.fail(errors.New("a string is not valid UTF-8"))
		return graph.Null
	}
	return graph.String(string(b))
}

func (d *Decoder) list(n, depth int) graph.Value {
	if n > len(d.B) {
		d.fail(ErrMalformed)
		return graph.Null
	}
	if d.room(n, 24); d.Err != nil {
		return graph.Null
	}
	out := make([]graph.Value, n)
	for i := range out {
		if out[i] = d.value(depth + 1); d.Err != nil {
			return graph.Null
		}
	}
	return graph.List(out)
}

func (d *Decoder) dict(n, depth int) graph.Value {
	if n > len(d.B)/2 {
		d.fail(ErrMalformed)
		return graph.Null
	}
	if d.room(n, 48); d.Err != nil {
		return graph.Null
	}
	m := graph.NewMap(n)
	for range n {
		k := d.value(depth + 1)
		if k.Kind() != graph.KindString {
			d.fail(ErrMalformed)
			return graph.Null
		}
		m.Put(k.AsString(), d.value(depth+1))
		if d.Err != nil {
			return graph.Null
		}
	}
	return graph.MapOf(m)
}

// fieldsOf gives the number of fields of each structure a client may send.
var fieldsOf = map[byte]int{
	tagDate: 1, tagTime: 2, tagLocalTime: 1, tagDateTime: 3, tagDateTimeZone: 3, tagLegacyDateTime: 3, tagLegacyDateZone: 3, tagLocalDateTime: 2, tagDuration: 4, tagPoint2D: 3, tagPoint3D: 4,
}

func (d *Decoder) structure(n, depth int) graph.Value {
	tag := d.take(1)
	if tag == nil {
		return graph.Null
	}
	if d.Servers && (tag[0] == tagNode || tag[0] == tagRelationship || tag[0] == tagPath) {
		return d.entity(tag[0], n, depth)
	}
	if want, ok := fieldsOf[tag[0]]; !ok || want != n {
		d.fail(fmt.Errorf("structure %#x with %d fields cannot be sent to the server", tag[0], n))
		return graph.Null
	}
	var f [4]graph.Value
	for i := range n {
		f[i] = d.value(depth + 1)
	}
	for i := range n {
		number := f[i].IsNumber()
		if i == 2 && (tag[0] == tagDateTimeZone || tag[0] == tagLegacyDateZone) {
			number = f[i].Kind() == graph.KindString
		}
		if !number {
			d.fail(ErrMalformed)
			return graph.Null
		}
	}
	switch tag[0] {
	case tagDate:
		return graph.DateOf(f[0].AsInt())
	case tagTime:
		return graph.TimeOf(f[0].AsInt(), int32(f[1].AsInt()))
	case tagLocalTime:
		return graph.LocalTimeOf(f[0].AsInt())
	case tagLocalDateTime:
		return graph.LocalDateTimeOf(f[0].AsInt(), int32(f[1].AsInt()))
	case tagDuration:
		return graph.DurationOf(graph.Duration{Months: f[0].AsInt(), Days: f[1].AsInt(), Seconds: f[2].AsInt(), Nanos: int32(f[3].AsInt())})
	case tagPoint2D:
		return graph.PointOf(graph.Point{SRID: int(f[0].AsInt()), X: f[1].Number(), Y: f[2].Number()})
	case tagPoint3D:
		return graph.PointOf(graph.Point{SRID: int(f[0].AsInt()), X: f[1].Number(), Y: f[2].Number(), Z: f[3].Number()})
	case tagDateTime:
		return graph.DateTimeOf(f[0].AsInt(), int32(f[1].AsInt()), &graph.Zone{Offset: int32(f[2].AsInt())})
	case tagLegacyDateTime:
		return graph.DateTimeOf(f[0].AsInt()-f[2].AsInt(), int32(f[1].AsInt()), &graph.Zone{Offset: int32(f[2].AsInt())})
	}
	loc, err := temporal.Load(f[2].AsString())
	if err != nil || f[2].AsString() == "" {
		d.fail(fmt.Errorf("unknown time zone %q", f[2].AsString()))
		return graph.Null
	}
	seconds := f[0].AsInt()
	if tag[0] == tagLegacyDateZone {
		_, off := time.Unix(seconds, 0).In(loc).Zone()
		_, off = time.Unix(seconds-int64(off), 0).In(loc).Zone()
		seconds -= int64(off)
	}
	_, off := time.Unix(seconds, 0).In(loc).Zone()
	return graph.DateTimeOf(seconds, int32(f[1].AsInt()), &graph.Zone{Name: f[2].AsString(), Offset: int32(off), Loc: loc})
}
