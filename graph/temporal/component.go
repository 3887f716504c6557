package temporal

import (
	"graticule/graph"
)

// Component gives a named part of a temporal value or duration, ok=false when it has none of that name.
func Component(v graph.Value, name string) (graph.Value, bool) {
	var days, nanos int64
	hasDate, hasTime := false, false
	switch v.Kind() {
	case graph.KindDate:
		days, hasDate = v.Days(), true
	case graph.KindLocalTime, graph.KindTime:
		nanos, hasTime = v.NanosOfDay(), true
	case graph.KindLocalDateTime, graph.KindDateTime:
		local := v.EpochSeconds()
		if v.Kind() == graph.KindDateTime {
			local += int64(v.Zone().Offset)
		}
		days = floorDiv(local, secondsPerDay)
		nanos = (local-days*secondsPerDay)*nanosPerSecond + int64(v.NanosOfSecond())
		hasDate, hasTime = true, true
	case graph.KindDuration:
		return durationComponent(v.AsDuration(), name)
	default:
		return graph.Null, false
	}
	if hasDate {
		if n, ok := dateComponent(days, name); ok {
			return graph.Int(n), true
		}
	}
	if hasTime {
		switch name {
		case "hour":
			return graph.Int(nanos / nanosPerSecond / 3600), true
		case "minute":
			return graph.Int(nanos / nanosPerSecond / 60 % 60), true
		case "second":
			return graph.Int(nanos / nanosPerSecond % 60), true
		case "millisecond":
			return graph.Int(nanos % nanosPerSecond / 1e6), true
		case "microsecond":
			return graph.Int(nanos % nanosPerSecond / 1e3), true
		case "nanosecond":
			return graph.Int(nanos % nanosPerSecond), true
		}
	}
	return zoneComponent(v, name)
}

func dateComponent(days int64, name string) (int64, bool) {
	y, m, d := DateParts(days)
	dow := floorMod(days+3, 7) + 1
	thursday := days - dow + 4
	weekYear, _, _ := DateParts(thursday)
	switch name {
	case "year":
		return y, true
	case "quarter":
		return (m-1)/3 + 1, true
	case "month":
		return m, true
	case "week":
		return (thursday-DaysOf(weekYear, 1, 1))/7 + 1, true
	case "weekYear":
		return weekYear, true
	case "day":
		return d, true
	case "ordinalDay":
		return days - DaysOf(y, 1, 1) + 1, true
	case "dayOfWeek", "weekDay":
		return dow, true
	case "dayOfQuarter", "quarterDay":
		return days - DaysOf(y, (m-1)/3*3+1, 1) + 1, true
	}
	return 0, false
}

func zoneComponent(v graph.Value, name string) (graph.Value, bool) {
	var off int32
	zone := ""
	switch v.Kind() {
	case graph.KindTime:
		off = v.OffsetSeconds()
	case graph.KindDateTime:
		off, zone = v.Zone().Offset, v.Zone().Name
	default:
		return graph.Null, false
	}
	switch name {
	case "timezone":
		if zone == "" {
			zone = FormatOffset(off)
		}
		return graph.String(zone), true
	case "offset":
		return graph.String(FormatOffset(off)), true
	case "offsetMinutes":
		return graph.Int(int64(off / 60)), true
	case "offsetSeconds":
		return graph.Int(int64(off)), true
	case "epochSeconds":
		if v.Kind() == graph.KindDateTime {
			return graph.Int(v.EpochSeconds()), true
		}
	case "epochMillis":
		if v.Kind() == graph.KindDateTime {
			return graph.Int(v.EpochSeconds()*1000 + int64(v.NanosOfSecond())/1e6), true
		}
	}
	return graph.Null, false
}

func durationComponent(d graph.Duration, name string) (graph.Value, bool) {
	of := durationParts[name]
	if of == nil {
		return graph.Null, false
	}
	return graph.Int(of(d)), true
}

var durationParts = map[string]func(d graph.Duration) int64{
	"years":                func(d graph.Duration) int64 { return d.Months / 12 },
	"quarters":             func(d graph.Duration) int64 { return d.Months / 3 },
	"months":               func(d graph.Duration) int64 { return d.Months },
	"weeks":                func(d graph.Duration) int64 { return d.Days / 7 },
	"days":                 func(d graph.Duration) int64 { return d.Days },
	"hours":                func(d graph.Duration) int64 { return d.Seconds / 3600 },
	"minutes":              func(d graph.Duration) int64 { return d.Seconds / 60 },
	"seconds":              func(d graph.Duration) int64 { return d.Seconds },
	"milliseconds":         func(d graph.Duration) int64 { return d.Seconds*1000 + int64(d.Nanos)/1e6 },
	"microseconds":         func(d graph.Duration) int64 { return d.Seconds*1e6 + int64(d.Nanos)/1e3 },
	"nanoseconds":          func(d graph.Duration) int64 { return d.Seconds*nanosPerSecond + int64(d.Nanos) },
	"quartersOfYear":       func(d graph.Duration) int64 { return d.Months % 12 / 3 },
	"monthsOfQuarter":      func(d graph.Duration) int64 { return d.Months % 3 },
	"monthsOfYear":         func(d graph.Duration) int64 { return d.Months % 12 },
	"daysOfWeek":           func(d graph.Duration) int64 { return d.Days % 7 },
	"minutesOfHour":        func(d graph.Duration) int64 { return d.Seconds / 60 % 60 },
	"secondsOfMinute":      func(d graph.Duration) int64 { return d.Seconds % 60 },
	"millisecondsOfSecond": func(d graph.Duration) int64 { return int64(d.Nanos) / 1e6 },
	"microsecondsOfSecond": func(d graph.Duration) int64 { return int64(d.Nanos) / 1e3 },
	"nanosecondsOfSecond":  func(d graph.Duration) int64 { return int64(d.Nanos) },
}
