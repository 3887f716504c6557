package temporal

import (
	"graticule/graph"
)

// Add adds d (sign -1 subtracts it) to a temporal instant or duration.
func Add(v graph.Value, d graph.Duration, sign int64) graph.Value {
	months, days := sign*d.Months, sign*d.Days
	nanos := sign * int64(d.Nanos)
	seconds := sign * d.Seconds
	switch v.Kind() {
	case graph.KindDuration:
		x := v.AsDuration()
		s, n := x.Seconds+seconds, int64(x.Nanos)+nanos
		s, n = s+floorDiv(n, nanosPerSecond), floorMod(n, nanosPerSecond)
		return graph.DurationOf(graph.Duration{Months: x.Months + months, Days: x.Days + days, Seconds: s, Nanos: int32(n)})
	case graph.KindDate:
		return graph.DateOf(addDays(v.Days(), months, days+seconds/secondsPerDay))
	case graph.KindLocalTime:
		return graph.LocalTimeOf(floorMod(v.NanosOfDay()+floorMod(seconds, secondsPerDay)*nanosPerSecond+nanos, nanosPerDay))
	case graph.KindTime:
		return graph.TimeOf(floorMod(v.NanosOfDay()+floorMod(seconds, secondsPerDay)*nanosPerSecond+nanos, nanosPerDay), v.OffsetSeconds())
	case graph.KindLocalDateTime, graph.KindDateTime:
		local := v.EpochSeconds()
		if v.Kind() == graph.KindDateTime {
			local += int64(v.Zone().Offset)
		}
		day := floorDiv(local, secondsPerDay)
		local = addDays(day, months, days)*secondsPerDay + local - day*secondsPerDay
		n := int64(v.NanosOfSecond()) + nanos
		carry := seconds + floorDiv(n, nanosPerSecond)
		n = floorMod(n, nanosPerSecond)
		if v.Kind() == graph.KindLocalDateTime {
			return graph.LocalDateTimeOf(local+carry, int32(n))
		}
		z := v.Zone()
		if z.Loc == nil {
			return graph.DateTimeOf(local+carry-int64(z.Offset), int32(n), z)
		}
		at := Zoned(local, int32(n), z.Loc, true)
		utc := at.EpochSeconds() + carry
		return graph.DateTimeOf(utc, int32(n), At(z.Loc, true, utc))
	}
	return graph.Null
}

func addDays(days, months, more int64) int64 {
	if months != 0 {
		y, m, d := DateParts(days)
		total := y*12 + m - 1 + months
		y, m = floorDiv(total, 12), floorMod(total, 12)+1
		days = DaysOf(y, m, min(d, daysInMonth(y, m)))
	}
	return days + more
}
