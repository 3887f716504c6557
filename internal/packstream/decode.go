package packstream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"graticule/graph"
)

// DepthMax bounds nesting.
const DepthMax = 100

// trusted is for how many elements a collection gets space before they are seen.
const trusted = 64

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

	made  int64 // bytes of lists and maps since Room was asked
	named bool  // Err names the field
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

// In says in which field of a message the first error was met; it is called
// after each field is read.
func (d *Decoder) In(field string) {
	if d.Err != nil && !d.named {
		d.named = true
		d.Err = fmt.Errorf("Illegal value for field %q: %w", field, d.Err)
	}
}

// String reads a string.
func (d *Decoder) String() string {
	v := d.value(0)
	if v.Kind() == graph.KindString {
		return v.AsString()
	}
	d.fail(unexpected("STRING", v))
	return ""
}

// Int reads an integer.
func (d *Decoder) Int() int64 {
	v := d.value(0)
	if v.Kind() == graph.KindInt {
		return v.AsInt()
	}
	d.fail(unexpected("INT", v))
	return 0
}

// List reads a list.
func (d *Decoder) List() []graph.Value {
	v := d.value(0)
	if v.Kind() == graph.KindList {
		return v.AsList()
	}
	d.fail(unexpected("LIST", v))
	return nil
}

// Map reads a map.
func (d *Decoder) Map() *graph.Map {
	v := d.value(0)
	if v.Kind() == graph.KindMap {
		return v.AsMap()
	}
	d.fail(unexpected("MAP", v))
	return &graph.Map{}
}

// typeNames are PackStream's names of what is no structure.
var typeNames = map[graph.Kind]string{
	graph.KindNull: "NONE", graph.KindBool: "BOOLEAN", graph.KindInt: "INT", graph.KindFloat: "FLOAT", graph.KindBytes: "BYTES", graph.KindString: "STRING",
	graph.KindList: "LIST", graph.KindMap: "MAP",
}

func unexpected(want string, got graph.Value) error {
	name := typeNames[got.Kind()]
	if name == "" {
		name = "STRUCT"
	}
	return fmt.Errorf("%w: Unexpected type: Expected %s but got %s", ErrMalformed, want, name)
}

func (d *Decoder) value(depth int) graph.Value {
	if depth > DepthMax {
		d.fail(fmt.Errorf("values are nested deeper than %d", DepthMax))
		return graph.Null
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
	out := make([]graph.Value, 0, min(n, trusted)) // lists in lists may each promise all that is left
	for range n {
		out = append(out, d.value(depth+1))
		if d.Err != nil {
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
	m := graph.NewMap(min(n, trusted))
	for range n {
		k := d.value(depth + 1)
		if k.Kind() != graph.KindString {
			d.fail(unexpected("STRING", k))
			return graph.Null
		}
		if _, again := m.Get(k.AsString()); again {
			d.fail(fmt.Errorf("Duplicate map key: %q", k.AsString()))
			return graph.Null
		}
		m.Put(k.AsString(), d.value(depth+1))
		if d.Err != nil {
			return graph.Null
		}
	}
	return graph.MapOf(m)
}
