package graphstore

import (
	"encoding/binary"
	"math"

	"graticule/graph"
	"graticule/internal/snapmap"
)

// A curveSet is what a POINT index keeps: points in the order of a Z curve (G. M.
// Morton, "A computer oriented geodetic data base", 1966) through each coordinate
// system. The first 21 bits of each coordinate, in an order-preserving form, are
// interleaved; a box is a few ranges of the curve. Whoever asks checks the answers.
type curveSet struct {
	curve *snapmap.Map[string, struct{}] // system and place on the curve in eight bytes each, then id
}

func newCurveSet() *curveSet { return &curveSet{&snapmap.Map[string, struct{}]{}} }

func (s *curveSet) fork() structure { return &curveSet{s.curve.Fork()} }

func (s *curveSet) len() int { return s.curve.Len() }

func (s *curveSet) holds(values []graph.Value) bool {
	return len(values) == 1 && values[0].Kind() == graph.KindPoint
}

func (s *curveSet) change(id uint64, before, after []graph.Value) {
	if s.holds(before) {
		s.curve.Delete(curveEntry(before[0].AsPoint(), id))
	}
	if s.holds(after) {
		s.curve.Set(curveEntry(after[0].AsPoint(), id), struct{}{})
	}
}

func curveEntry(p graph.Point, id uint64) string {
	b := curvePlace(p.SRID, interleave(cells(p)))
	return string(binary.BigEndian.AppendUint64(b, id))
}

func curvePlace(srid int, place uint64) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(srid))
	return binary.BigEndian.AppendUint64(b, place)
}

const cellBits = 21 // of a coordinate; three of them fit into the place

// cells gives each coordinate's first bits, in the order of the coordinates.
func cells(p graph.Point) (c []uint32) {
	coordinates := []float64{p.X, p.Y, p.Z}
	if !p.Is3D() {
		coordinates = coordinates[:2]
	}
	for _, x := range coordinates {
		bits := math.Float64bits(x + 0)
		if bits>>63 != 0 {
			bits = ^bits
		} else {
			bits |= 1 << 63
		}
		c = append(c, uint32(bits>>(64-cellBits)))
	}
	return c
}

// interleave takes bits of the cells in turn, the first ones first.
func interleave(c []uint32) (place uint64) {
	for bit := cellBits - 1; bit >= 0; bit-- {
		for _, x := range c {
			place = place<<1 | uint64(x>>bit&1)
		}
	}
	return place
}

// boxRanges is about how many ranges of the curve a box is taken apart into.
const boxRanges = 64

// A quad is a part of the space that is one range of the curve: the cells with
// the same first bits.
type quad struct {
	low  []uint32
	bits int // that are fixed
}

// seek gives candidates for q: the points of the box, and some near it.
func (s *curveSet) seek(q graph.RangeQuery) idCursor {
	if q.Box == nil {
		var ids []uint64
		s.curve.Scan(func(entry string, _ struct{}) bool { ids = append(ids, idOf(entry)); return true })
		return &listCursor{ids: ids}
	}
	low, high := cells(q.Box.Low), cells(q.Box.High)
	var whole []quad
	open := []quad{{low: make([]uint32, len(low))}}
	for len(open) > 0 && len(open)+len(whole) < boxRanges {
		at := open[0]
		open = open[1:]
		for part := range 1 << len(low) {
			sub := quad{bits: at.bits + 1}
			inside, outside := true, false
			for d := range low {
				first := at.low[d] | uint32(part>>d&1)<<(cellBits-sub.bits)
				last := first | (1<<(cellBits-sub.bits) - 1)
				sub.low = append(sub.low, first)
				outside = outside || last < low[d] || first > high[d]
				inside = inside && first >= low[d] && last <= high[d]
			}
			switch {
			case outside:
			case inside || sub.bits == cellBits:
				whole = append(whole, sub)
			default:
				open = append(open, sub)
			}
		}
	}
	var ids []uint64
	for _, r := range append(whole, open...) {
		first := interleave(r.low)
		last := first | (1<<(uint(len(low))*uint(cellBits-r.bits)) - 1)
		end := string(curvePlace(q.Box.Low.SRID, last+1))
		s.curve.Ascend(string(curvePlace(q.Box.Low.SRID, first)), func(entry string, _ struct{}) bool {
			if entry >= end {
				return false
			}
			ids = append(ids, idOf(entry))
			return true
		})
	}
	return &listCursor{ids: ids}
}
