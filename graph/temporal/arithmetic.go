package temporal

import (
	"graticule/graph"
)

// Add adds d (sign -1 subtracts it) to a temporal instant or duration.
func Add(v graph.Value, d graph.Duration, sign int64) (graph.Value, error) {
	out := shift(v, d, sign)
	day := int64(0)
	switch out.Kind() {
	case graph.KindDuration:
		x := v.AsDuration()
		if y := out.AsDuration(); overflows(x.Months, sign*d.Months, y.Months) || overflows(x.Days, sign*d.Days, y.Days) || overflows(x.Seconds, sign*d.Seconds, y.Seconds-carryOf(x, d, sign)) {
			return graph.Null, problem(TooLong, "duration()", "Invalid value for duration, will cause overflow. Value was months=%d, days=%d, seconds=%d, nanos=%d", x.Months, x.Days, x.Seconds, x.Nanos)
		}
	case graph.KindDate:
		day = out.Days()
	case graph.KindLocalDateTime, graph.KindDateTime:
		if day = floorDiv(out.EpochSeconds(), secondsPerDay); overflows(v.EpochSeconds(), sign*d.Seconds, v.EpochSeconds()+sign*d.Seconds) {
			day = lastDay + 1
		}
	}
	months := sign * d.Months
	if y, _, _ := DateParts(dayOf(v)); months != 0 && (y+floorDiv(months, 12) > yearMax || y+floorDiv(months, 12) < -yearMax) {
		return graph.Null, problem(Overflow, "", "Invalid value for Year (valid values %d - %d): %d", -yearMax, yearMax, y+floorDiv(months, 12))
	}
	if day > lastDay && v.Kind() == graph.KindDate && day-lastDay < 366 {
		return graph.Null, problem(Overflow, "", "Invalid value for Year (valid values %d - %d): %d", -yearMax, yearMax, yearMax+1)
	}
	if day < firstDay || day > lastDay {
		return graph.Null, problem(Overflow, "", "Invalid value for EpochDay (valid values %d - %d): %d", int64(firstDay), int64(lastDay), day)
	}
	return out, nil
}

// dayOf gives the day of a value that has a date, 0 for others.
func dayOf(v graph.Value) int64 {
	switch v.Kind() {
	case graph.KindDate:
		return v.Days()
	case graph.KindLocalDateTime, graph.KindDateTime:
		return floorDiv(v.EpochSeconds(), secondsPerDay)
	}
	return 0
}

func overflows(a, b, sum int64) bool { return (a >= 0) == (b >= 0) && (sum >= 0) != (a >= 0) }

// carryOf gives the seconds that the nanoseconds of two durations make together.
func carryOf(x, d graph.Duration, sign int64) int64 {
	return floorDiv(int64(x.Nanos)+sign*int64(d.Nanos), nanosPerSecond)
}

// shift is Add without a look at limits.
func shift(v graph.Value, d graph.Duration, sign int64) graph.Value {
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
