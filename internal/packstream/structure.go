package packstream

import (
	"errors"
	"fmt"
	"time"

	"graticule/graph"
	"graticule/graph/temporal"
)

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
		if ok {
			d.fail(fmt.Errorf("Illegal struct size: Expected struct to be %d fields but got %d", want, n))
		} else {
			d.fail(fmt.Errorf("Unexpected struct tag: 0x%02X", tag[0]))
		}
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
	if err := checkFields(tag[0], f); err != nil {
		d.fail(err)
		return graph.Null
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
		d.fail(fmt.Errorf("Illegal value for field \"tz_id\": Illegal zone identifier: %q", f[2].AsString()))
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

// Bounds of what the fields of a structure may hold.
const (
	secondsOfDay = 24 * 60 * 60
	nanosMax     = 999_999_999
	offsetMax    = 18 * 60 * 60 // of java.time, in seconds
)

// ErrTemporal means a date or time beyond what can be represented.
var ErrTemporal = errors.New("Invalid value")

// checkFields refuses numbers that no value of the structure has.
func checkFields(tag byte, f [4]graph.Value) error {
	within := func(name string, v graph.Value, low, high int64) error {
		if n := v.AsInt(); v.Kind() != graph.KindInt || n < low || n > high {
			return fmt.Errorf("%w for %s (valid values %d - %d): %d", ErrTemporal, name, low, high, n)
		}
		return nil
	}
	const dayMin, dayMax = -365243219162, 365241780471 // the years -999999999 to 999999999
	second := func(v graph.Value) error {
		return within("InstantSeconds", v, dayMin*secondsOfDay, dayMax*secondsOfDay+secondsOfDay-1)
	}
	nano := func(v graph.Value) error { return within("NanoOfSecond", v, 0, nanosMax) }
	clock := func(v graph.Value) error {
		return within("NanoOfDay", v, 0, secondsOfDay*(nanosMax+1)-1)
	}
	offset := func(v graph.Value) error { return within("OffsetSeconds", v, -offsetMax, offsetMax) }
	switch tag {
	case tagDate:
		return within("EpochDay", f[0], dayMin, dayMax)
	case tagTime:
		return errors.Join(clock(f[0]), offset(f[1]))
	case tagLocalTime:
		return clock(f[0])
	case tagLocalDateTime, tagDateTimeZone, tagLegacyDateZone:
		return errors.Join(second(f[0]), nano(f[1]))
	case tagDateTime, tagLegacyDateTime:
		return errors.Join(second(f[0]), nano(f[1]), offset(f[2]))
	case tagPoint2D, tagPoint3D:
		srid := int(f[0].AsInt())
		flat := srid == graph.SRIDCartesian || srid == graph.SRIDWGS84
		high := srid == graph.SRIDCartesian3D || srid == graph.SRIDWGS843D
		if tag == tagPoint2D && !flat || tag == tagPoint3D && !high {
			return fmt.Errorf("Illegal value for field \"crs\": Illegal coordinate reference system: %q", fmt.Sprint(srid))
		}
	}
	return nil
}
