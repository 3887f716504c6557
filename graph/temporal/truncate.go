package temporal

import (
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
	name, ok := unitNames[low]
	if !ok {
		return graph.Null, problem(Internal, "", "Unsupported unit: %s", unit)
	}
	step, small := steps[low]
	switch {
	case !wantsDate && !at.hasTime:
		return graph.Null, &Problem{Class: Unsupported, Kind: "time", Base: v}
	case wantsDate && !at.hasDate && (kind == graph.KindDate || !small):
		return graph.Null, &Problem{Class: Unsupported, Kind: "date", Base: v}
	case small && kind == graph.KindDate:
		return graph.Null, problem(Unsupported, "", "Unit too small for truncation: %s", name)
	case !wantsDate && !small && low != "day":
		return graph.Null, problem(NotProcessed, name, "Unit is too large to be used for truncation")
	case small && wantsDate && !(at.hasTime && at.hasDate):
		what := "local date time"
		if kind == graph.KindDateTime {
			what = "date time"
		}
		return graph.Null, problem(Unsupported, "", "Cannot truncate %s to %s with a time based unit.", Format(v), what)
	case small:
		nanos -= nanos % step
	case low == "day":
		nanos = 0
	default:
		days, nanos = first(low, days), 0
	}
	if err := checkFields(kind, more); err != nil {
		return graph.Null, err
	}
	f := &fields{kind: kind, m: more}
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
	if z, ok := more.Get("timezone"); ok && z.IsNull() {
		return graph.Null, noZone()
	} else if ok && z.Kind() == graph.KindString {
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

// steps are the units of a time, in nanoseconds.
var steps = map[string]int64{"hour": 3600 * nanosPerSecond, "minute": 60 * nanosPerSecond, "second": nanosPerSecond, "millisecond": 1e6, "microsecond": 1e3}

// unitNames are the units and what errors call them.
var unitNames = map[string]string{
	"millennium": "Millennia", "century": "Centuries", "decade": "Decades", "year": "Years", "weekyear": "WeekBasedYears", "quarter": "QuarterYears", "month": "Months", "week": "Weeks",
	"day": "Days", "hour": "Hours", "minute": "Minutes", "second": "Seconds", "millisecond": "Millis", "microsecond": "Micros",
}

// first gives the first day of the unit that holds days. Before the year 0 tens,
// hundreds and thousands of years are cut towards it, as Java does.
func first(unit string, days int64) int64 {
	y, m, _ := DateParts(days)
	switch unit {
	case "millennium":
		return DaysOf(y-y%1000, 1, 1)
	case "century":
		return DaysOf(y-y%100, 1, 1)
	case "decade":
		return DaysOf(y-y%10, 1, 1)
	case "year":
		return DaysOf(y, 1, 1)
	case "weekyear":
		weekYear, _ := dateComponent(days, "weekYear")
		d, _ := weekDate(weekYear, 1, 1)
		return d
	case "quarter":
		return DaysOf(y, (m-1)/3*3+1, 1)
	case "month":
		return DaysOf(y, m, 1)
	}
	return days - floorMod(days+3, 7)
}
