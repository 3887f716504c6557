package temporal

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"graticule/graph"
)

// Zone finds a time zone by name or offset text ("Z", "+01:00", "Europe/London").
func Zone(text string) (*time.Location, bool, error) {
	if text == "Z" || text == "z" || text == "UTC" {
		return time.UTC, text == "UTC", nil
	}
	if m := offsetForm.FindStringSubmatch(text); m != nil {
		h, _ := strconv.Atoi(m[2])
		mi, _ := strconv.Atoi("0" + m[3])
		s, _ := strconv.Atoi("0" + m[4])
		o := h*3600 + mi*60 + s
		if m[1] == "-" {
			o = -o
		}
		if o > 18*3600 || o < -18*3600 || mi > 59 || s > 59 {
			return nil, false, fmt.Errorf("time zone offset %q is out of range", text)
		}
		return time.FixedZone("", o), false, nil
	}
	loc, err := Load(text)
	if err != nil || text == "" || text == "Local" {
		return nil, false, fmt.Errorf("unknown time zone %q", text)
	}
	return loc, true, nil
}

var offsetForm = regexp.MustCompile(`^([+-])(\d{2}):?(\d{2})?:?(\d{2})?$`)

// At gives the zone of loc at the instant.
func At(loc *time.Location, named bool, seconds int64) *graph.Zone {
	_, off := time.Unix(seconds, 0).In(loc).Zone()
	z := &graph.Zone{Offset: int32(off)}
	if named {
		z.Name, z.Loc = loc.String(), loc
	}
	return z
}

// FromTime makes a ZONED DATETIME of t in its own location.
func FromTime(t time.Time) graph.Value {
	named := t.Location() != time.UTC && t.Location().String() != ""
	_, off := t.Zone()
	z := &graph.Zone{Offset: int32(off)}
	if named {
		z.Name, z.Loc = t.Location().String(), t.Location()
	}
	return graph.DateTimeOf(t.Unix(), int32(t.Nanosecond()), z)
}

// Zoned makes a ZONED DATETIME from local seconds in a zone.
func Zoned(local int64, nanos int32, loc *time.Location, named bool) graph.Value {
	_, off := time.Unix(local, 0).In(loc).Zone()
	for range 2 { // the offset before and after a change of it
		_, off = time.Unix(local-int64(off), 0).In(loc).Zone()
	}
	utc := local - int64(off)
	return graph.DateTimeOf(utc, nanos, At(loc, named, utc))
}
