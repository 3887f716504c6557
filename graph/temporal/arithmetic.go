package temporal

import (
	"math/bits"

	"graticule/graph"
)

// Add adds d (sign -1 subtracts it) to a temporal instant or duration: first its
// months, then its days, then the rest. In a named zone each of the first two
// steps gives a clock that the zone shows, as Zoned does, but keeps the offset in
// the hour that comes twice.
func Add(v graph.Value, d graph.Duration, sign int64) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindDuration:
		return addDurations(v.AsDuration(), d, sign)
	case graph.KindDate:
		day, err := plusMonths(v.Days(), sign*d.Months)
		if err == nil {
			day, err = plusDays(day, sign*d.Days+sign*d.Seconds/secondsPerDay)
		}
		return graph.DateOf(day), err
	case graph.KindLocalTime:
		return graph.LocalTimeOf(plusTime(v.NanosOfDay(), d, sign)), nil
	case graph.KindTime:
		return graph.TimeOf(plusTime(v.NanosOfDay(), d, sign), v.OffsetSeconds()), nil
	case graph.KindLocalDateTime:
		c := clock{v.EpochSeconds(), int64(v.NanosOfSecond())}
		for _, step := range []func() error{func() error { return c.months(sign * d.Months) }, func() error { return c.days(sign * d.Days) }, func() error { return c.time(d, sign) }} {
			if err := step(); err != nil {
				return graph.Null, err
			}
		}
		return graph.LocalDateTimeOf(c.local, int32(c.nanos)), nil
	case graph.KindDateTime:
		return addZoned(v, d, sign)
	}
	return graph.Null, nil
}

// addZoned is Add for a ZONED DATETIME.
func addZoned(v graph.Value, d graph.Duration, sign int64) (graph.Value, error) {
	z := v.Zone()
	c := clock{v.EpochSeconds() + int64(z.Offset), int64(v.NanosOfSecond())}
	offset := int64(z.Offset)
	settle := func() {
		if z.Loc != nil {
			utc := c.local - offsetOf(c.local, z.Loc, offset)
			offset = int64(At(z.Loc, true, utc).Offset)
			c.local = utc + offset
		}
	}
	if d.Months != 0 {
		if err := c.months(sign * d.Months); err != nil {
			return graph.Null, err
		}
		settle()
	}
	if d.Days != 0 {
		if err := c.days(sign * d.Days); err != nil {
			return graph.Null, err
		}
		settle()
	}
	if err := c.time(d, sign); err != nil {
		return graph.Null, err
	}
	utc := c.local - offset
	if z.Loc != nil {
		z = At(z.Loc, true, utc)
	}
	return graph.DateTimeOf(utc, int32(c.nanos), z), nil
}

// clock is a local date and time: seconds since 1970-01-01T00:00, and nanoseconds.
type clock struct{ local, nanos int64 }

func (c *clock) day() int64 { return floorDiv(c.local, secondsPerDay) }

func (c *clock) months(n int64) error {
	day, err := plusMonths(c.day(), n)
	c.local += (day - c.day()) * secondsPerDay
	return err
}

func (c *clock) days(n int64) error {
	day, err := plusDays(c.day(), n)
	c.local += (day - c.day()) * secondsPerDay
	return err
}

// time adds the seconds and nanoseconds of d.
func (c *clock) time(d graph.Duration, sign int64) error {
	nanos := c.nanos + sign*int64(d.Nanos)
	seconds := sign * d.Seconds
	within := c.local - c.day()*secondsPerDay + floorMod(seconds, secondsPerDay) + floorDiv(nanos, nanosPerSecond)
	day, err := plusDays(c.day(), floorDiv(seconds, secondsPerDay)+floorDiv(within, secondsPerDay))
	c.local, c.nanos = day*secondsPerDay+floorMod(within, secondsPerDay), floorMod(nanos, nanosPerSecond)
	return err
}

// plusTime moves a time of the day, round the clock.
func plusTime(nanos int64, d graph.Duration, sign int64) int64 {
	return floorMod(nanos+floorMod(sign*d.Seconds, secondsPerDay)*nanosPerSecond+sign*int64(d.Nanos), nanosPerDay)
}

// plusMonths gives the same day of another month, or the last one that it has.
func plusMonths(day, months int64) (int64, error) {
	if months == 0 {
		return day, nil
	}
	y, m, d := DateParts(day)
	total := y*12 + m - 1 + months
	y, m = floorDiv(total, 12), floorMod(total, 12)+1
	if y < -yearMax || y > yearMax {
		return day, badYear(y)
	}
	return DaysOf(y, m, min(d, daysInMonth(y, m))), nil
}

// plusDays moves a day; its errors are those of Java, which looks at the year alone
// when the end of the next month is not passed.
func plusDays(day, days int64) (int64, error) {
	to := day + days
	if to >= firstDay && to <= lastDay {
		return to, nil
	}
	if _, _, d := DateParts(day); d+days > 0 && d+days <= 59 {
		return day, badYear(yearMax + 1)
	}
	return day, problem(Overflow, "", "Invalid value for EpochDay (valid values %d - %d): %d", int64(firstDay), int64(lastDay), to)
}

func badYear(y int64) error {
	return problem(Overflow, "", "Invalid value for Year (valid values %d - %d): %d", -yearMax, yearMax, y)
}

// addDurations adds the parts of durations.
func addDurations(x, d graph.Duration, sign int64) (graph.Value, error) {
	months, over1 := sum(x.Months, d.Months, sign)
	days, over2 := sum(x.Days, d.Days, sign)
	seconds, over3 := sum(x.Seconds, d.Seconds, sign)
	nanos := int64(x.Nanos) + sign*int64(d.Nanos)
	seconds, over4 := sum(seconds, floorDiv(nanos, nanosPerSecond), 1)
	if over1 || over2 || over3 || over4 {
		verb := "add"
		if sign < 0 {
			verb = "subtract"
		}
		return graph.Null, problem(TooLong, "duration()", "Can not %s duration %s and %s without causing overflow.", verb, formatDuration(x), formatDuration(d))
	}
	out := graph.Duration{Months: months, Days: days, Seconds: seconds, Nanos: int32(floorMod(nanos, nanosPerSecond))}
	return graph.DurationOf(out), checkLength(out)
}

// sum gives a + sign*b, and whether that is beyond 64 bits.
func sum(a, b, sign int64) (int64, bool) {
	if sign < 0 {
		return a - b, (a^b)&(a^(a-b)) < 0
	}
	return a + b, (a^(a+b))&(b^(a+b)) < 0
}

// monthSeconds is a month of mean length in the Gregorian calendar.
const monthSeconds = 2629746

// checkLength refuses a duration whose length in seconds, with months of mean
// length, is beyond 64 bits.
func checkLength(d graph.Duration) error {
	length := int64(0)
	for _, p := range [][2]int64{{d.Months, monthSeconds}, {d.Days, secondsPerDay}, {d.Seconds, 1}} {
		part, over := product(p[0], p[1])
		total, over2 := sum(length, part, 1)
		if over || over2 {
			return problem(TooLong, "duration()", "Invalid value for duration, will cause overflow. Value was months=%d, days=%d, seconds=%d, nanos=%d", d.Months, d.Days, d.Seconds, d.Nanos)
		}
		length = total
	}
	return nil
}

// product gives a*b for a small positive b, and whether that is beyond 64 bits.
func product(a, b int64) (int64, bool) {
	size := uint64(a)
	if a < 0 {
		size = -size
	}
	hi, lo := bits.Mul64(size, uint64(b))
	return a * b, hi != 0 || lo > 1<<63 || lo == 1<<63 && a > 0
}
