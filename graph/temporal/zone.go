package temporal

import (
	"regexp"
	"slices"
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
			return nil, false, problem(BadZone, text, "Invalid value for TimeZone: Text '%s' could not be parsed: Value out of range: Hour[0-23], Minute[0-59], Second[0-59]\n\"%s\"\n ^", text, text)
		}
		return time.FixedZone("", o), false, nil
	}
	loc, err := Load(text)
	if err != nil || abbreviations[text] || text == "" || text == "Local" {
		return nil, false, problem(BadZone, text, "Invalid value for TimeZone: Text '%s' could not be parsed at index 0\n\"%s\"\n ^", text, text)
	}
	return loc, true, nil
}

// abbreviations are zones of the database that have no name of an area.
var abbreviations = map[string]bool{"EST": true, "MST": true, "HST": true}

var offsetForm = regexp.MustCompile(`^([+-])(\d{2}):?(\d{2})?:?(\d{2})?$`)

// offset reads the offset of a text, where one hour digit is enough.
func offset(text string) (*time.Location, bool, error) {
	if m := looseOffset.FindStringSubmatch(text); m != nil {
		if h, _ := strconv.Atoi(m[2]); h > 18 {
			if m[1] == "-" {
				h = -h
			}
			return nil, false, problem(BadOffset, text, "Zone offset hours not in valid range: value %d is not in the range -18 to 18", h)
		}
	}
	return Zone(text)
}

var looseOffset = regexp.MustCompile(`^([+-])(\d{1,2})`)

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

// Zoned makes a ZONED DATETIME from local seconds in a zone. Of a time that comes
// twice it gives the first; one that is skipped moves on by what is skipped.
func Zoned(local int64, nanos int32, loc *time.Location, named bool) graph.Value {
	offset := func(utc int64) int64 {
		_, off := time.Unix(utc, 0).In(loc).Zone()
		return int64(off)
	}
	near := []int64{offset(local - secondsPerDay), offset(local - offset(local)), offset(local + secondsPerDay)}
	off, skipped := slices.Min(near), true
	for _, o := range near {
		if offset(local-o) == o && (skipped || o > off) {
			off, skipped = o, false
		}
	}
	utc := local - off
	return graph.DateTimeOf(utc, nanos, At(loc, named, utc))
}
