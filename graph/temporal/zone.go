package temporal

import (
	"math"
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

// noOffset is an offset that no zone has.
const noOffset = math.MaxInt64

// offsetMax is the largest offset of a zone, in seconds, on both sides.
const offsetMax = 18 * 3600

// Zoned makes a ZONED DATETIME from local seconds in a zone. Where clocks are put
// back and show a time twice, it is the first; a time that they leave out is as much
// later as they are put forward.
func Zoned(local int64, nanos int32, loc *time.Location, named bool) graph.Value {
	utc := local - offsetOf(local, loc, noOffset)
	return graph.DateTimeOf(utc, nanos, At(loc, named, utc))
}

// offsetOf gives what to subtract from local seconds to get UTC, as Zoned does, but
// the offset that is preferred when it is one of two.
func offsetOf(local int64, loc *time.Location, preferred int64) int64 {
	earliest, skipped := int64(noOffset), int64(noOffset)
	for t, before := local-offsetMax, int64(noOffset); ; {
		at := time.Unix(t, 0).In(loc)
		offset := secondsEast(at)
		switch {
		case secondsEast(time.Unix(local-offset, 0).In(loc)) == offset:
			if offset == preferred || preferred == noOffset {
				return offset
			}
			if earliest == noOffset {
				earliest = offset
			}
		case before != noOffset && local-before >= t && local-offset < t:
			skipped = before // left out when t came
		}
		_, end := at.ZoneBounds()
		switch {
		case end.IsZero() || end.Unix() > local+offsetMax:
			if earliest != noOffset {
				return earliest
			}
			return skipped
		case end.Unix() > t:
			t, before = end.Unix(), offset
		default: // the library ends each year of a zone's rule after 365 days
			t, before = t+secondsPerDay, offset
		}
	}
}

func secondsEast(t time.Time) int64 {
	_, o := t.Zone()
	return int64(o)
}
