package temporal

import (
	"fmt"
	"strings"
	"time"

	"graticule/graph"
)

// Truncate cuts v down to a unit and makes a value of the kind of it, with the
// components in more set afterwards (Cypher manual, "Truncating temporal values").
func Truncate(kind graph.Kind, unit string, v graph.Value, more *graph.Map, loc *time.Location, named bool) (graph.Value, error) {
	at := side(v)
	days, nanos := at.days, at.nanos
	low := strings.ToLower(unit)
	wantsDate := kind != graph.KindTime && kind != graph.KindLocalTime
	switch low {
	case "hour", "minute", "second", "millisecond", "microsecond":
		step := map[string]int64{"hour": 3600 * nanosPerSecond, "minute": 60 * nanosPerSecond, "second": nanosPerSecond, "millisecond": 1e6, "microsecond": 1e3}[low]
		if kind == graph.KindDate || !at.hasTime || (wantsDate && !at.hasDate) {
			return graph.Null, fmt.Errorf("Cannot truncate %v to %v with a time based unit.", v.Kind(), kind)
		}
		nanos -= nanos % step
	case "day":
		nanos = 0
		if wantsDate && !at.hasDate {
			return graph.Null, fmt.Errorf("Cannot truncate %v to %v: it has no date.", v.Kind(), kind)
		}
	default:
		first, ok := firstDay(low, days)
		if !ok {
			return graph.Null, fmt.Errorf("Unsupported unit: %s", unit)
		}
		if !wantsDate || !at.hasDate {
			return graph.Null, fmt.Errorf("Cannot truncate %v to %v with a date based unit.", v.Kind(), kind)
		}
		days, nanos = first, 0
	}
	f := &fields{m: more}
	// Smaller parts of the second add to the ones that were kept.
	if low == "millisecond" && (f.has("microsecond") || f.has("nanosecond")) || low == "microsecond" && f.has("nanosecond") {
		add, err := f.subsecond(0)
		if err != nil {
			return graph.Null, err
		}
		nanos += add
		rest := graph.NewMap(more.Len())
		for i := range more.Len() {
			if k, x := more.At(i); k != "microsecond" && k != "nanosecond" {
				rest.Put(k, x)
			}
		}
		f.m = rest
	}
	var err error
	if wantsDate {
		if days, err = f.date(days, true); err != nil {
			return graph.Null, err
		}
	}
	if kind != graph.KindDate {
		if nanos, err = f.time(nanos, true); err != nil {
			return graph.Null, err
		}
	}
	if f.err != nil {
		return graph.Null, f.err
	}
	// A zone that is named replaces the one at hand, the clock stays.
	had, zoned := at.zone, at.hasZone
	var own *time.Location
	if z, ok := more.Get("timezone"); ok && z.Kind() == graph.KindString {
		if own, named, err = Zone(z.AsString()); err != nil {
			return graph.Null, err
		}
		loc, zoned = own, false
	}
	fallback := At(loc, named, 0)
	if !zoned && own != nil {
		return assemble(kind, days, nanos, nil, false, own, named, fallback, loc, named)
	}
	return assemble(kind, days, nanos, had, zoned, nil, false, fallback, loc, named)
}

// firstDay gives the first day of the unit that holds days.
func firstDay(unit string, days int64) (int64, bool) {
	y, m, _ := DateParts(days)
	switch unit {
	case "millennium":
		return DaysOf(y-floorMod(y, 1000), 1, 1), true
	case "century":
		return DaysOf(y-floorMod(y, 100), 1, 1), true
	case "decade":
		return DaysOf(y-floorMod(y, 10), 1, 1), true
	case "year":
		return DaysOf(y, 1, 1), true
	case "weekyear":
		weekYear, _ := dateComponent(days, "weekYear")
		d, _ := weekDate(weekYear, 1, 1)
		return d, true
	case "quarter":
		return DaysOf(y, (m-1)/3*3+1, 1), true
	case "month":
		return DaysOf(y, m, 1), true
	case "week":
		return days - floorMod(days+3, 7), true
	}
	return 0, false
}
