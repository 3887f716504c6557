package temporal

import (
	"math/big"

	"graticule/graph"
)

// Parts are the components of a duration, by their names in duration({…}),
// each an exact decimal number.
type Parts map[string]*big.Rat

// unit is where a component of a duration goes: so many months, days or nanoseconds.
type unit struct{ months, days, nanos int64 }

var units = map[string]unit{
	"years": {months: 12}, "quarters": {months: 3}, "months": {months: 1}, "weeks": {days: 7}, "days": {days: 1},
	"hours": {nanos: 3600 * nanosPerSecond}, "minutes": {nanos: 60 * nanosPerSecond}, "seconds": {nanos: nanosPerSecond},
	"milliseconds": {nanos: 1e6}, "microseconds": {nanos: 1e3}, "nanoseconds": {nanos: 1},
}

// Add sets a component to the decimal number in text; false when either is not known.
func (p Parts) Add(name, text string) bool {
	if _, ok := units[name]; !ok {
		return false
	}
	r, ok := new(big.Rat).SetString(text)
	if ok {
		p[name] = r
	}
	return ok
}

// Whole sums whole components in 64 bits. Its zero value is ready to use.
type Whole struct{ months, days, seconds, nanos int64 }

// wholeMax bounds whole numbers of which some can be added and multiplied by a
// unit within 64 bits.
const wholeMax = 1 << 31

func small(n int64) bool { return -wholeMax <= n && n <= wholeMax }

// Add adds n of a component; false leaves a name that is not known and a large
// number to Parts. Each name comes once.
func (w *Whole) Add(name string, n int64) bool {
	u, ok := units[name]
	if !ok || !small(n) {
		return false
	}
	w.months += n * u.months
	w.days += n * u.days
	w.seconds += n * (u.nanos / nanosPerSecond)
	w.nanos += n * (u.nanos % nanosPerSecond)
	return true
}

// Duration gives the sum.
func (w *Whole) Duration() graph.Duration {
	return graph.Duration{Months: w.months, Days: w.days, Seconds: w.seconds + floorDiv(w.nanos, nanosPerSecond), Nanos: int32(floorMod(w.nanos, nanosPerSecond))}
}

// Times multiplies a duration by a whole number; false leaves large ones to Scale.
func Times(d graph.Duration, by int64) (graph.Duration, bool) {
	if !small(by) || !small(d.Months) || !small(d.Days) || !small(d.Seconds) {
		return d, false
	}
	w := Whole{d.Months * by, d.Days * by, d.Seconds * by, int64(d.Nanos) * by}
	return w.Duration(), checkLength(w.Duration()) == nil
}

var (
	monthDays   = big.NewRat(30436875, 1000000) // the mean of the Gregorian calendar
	daySeconds  = big.NewRat(secondsPerDay, 1)
	secondNanos = big.NewRat(nanosPerSecond, 1)
)

// Duration sums the components. Fractions of months go on as days, of days as
// seconds, of seconds as nanoseconds, each part rounded towards zero.
func (p Parts) Duration() (graph.Duration, error) {
	months, days, seconds, nanos := new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
	for name, n := range p {
		u := units[name]
		months.Add(months, new(big.Rat).Mul(n, big.NewRat(u.months, 1)))
		days.Add(days, new(big.Rat).Mul(n, big.NewRat(u.days, 1)))
		seconds.Add(seconds, new(big.Rat).Mul(n, big.NewRat(u.nanos/nanosPerSecond, 1)))
		nanos.Add(nanos, new(big.Rat).Mul(n, big.NewRat(u.nanos%nanosPerSecond, 1)))
	}
	return spread(months, days, seconds, nanos)
}

// spread carries fractions down and makes a duration.
func spread(months, days, seconds, nanos *big.Rat) (graph.Duration, error) {
	m, rest := split(months)
	days = new(big.Rat).Add(days, new(big.Rat).Mul(rest, monthDays))
	d, rest := split(days)
	seconds = new(big.Rat).Add(seconds, new(big.Rat).Mul(rest, daySeconds))
	s, rest := split(seconds)
	nanos = new(big.Rat).Add(nanos, new(big.Rat).Mul(rest, secondNanos))
	n, _ := split(nanos)
	whole, left := new(big.Int).DivMod(n, secondNanos.Num(), new(big.Int))
	if s.Add(s, whole); !m.IsInt64() || !d.IsInt64() || !s.IsInt64() {
		return graph.Duration{}, problem(TooLarge, "", "Invalid value for duration, will cause overflow. Value was months=%v, days=%v, seconds=%v, nanos=%v", m, d, s, left)
	}
	out := graph.Duration{Months: m.Int64(), Days: d.Int64(), Seconds: s.Int64(), Nanos: int32(left.Int64())}
	return out, checkLength(out)
}

// split gives the whole part, towards zero, and the rest.
func split(r *big.Rat) (*big.Int, *big.Rat) {
	whole := new(big.Int).Quo(r.Num(), r.Denom())
	return whole, new(big.Rat).Sub(r, new(big.Rat).SetInt(whole))
}

// Scale multiplies each part of a duration by a number given as a fraction.
func Scale(d graph.Duration, by *big.Rat) (graph.Duration, error) {
	times := func(n int64) *big.Rat { return new(big.Rat).Mul(big.NewRat(n, 1), by) }
	return spread(times(d.Months), times(d.Days), times(d.Seconds), times(int64(d.Nanos)))
}

// between is an instant as duration.between looks at it.
type between struct {
	hasDate, hasTime, hasZone bool
	v                         graph.Value // LOCAL DATETIME or ZONED DATETIME once both sides have been made alike
	days, nanos               int64       // local
	zone                      *graph.Zone
}

func side(v graph.Value) between {
	b := between{v: v}
	local := int64(0)
	switch v.Kind() {
	case graph.KindDate:
		b.hasDate, b.days = true, v.Days()
	case graph.KindLocalTime, graph.KindTime:
		b.hasTime, b.nanos = true, v.NanosOfDay()
		if v.Kind() == graph.KindTime {
			b.hasZone, b.zone = true, &graph.Zone{Offset: v.OffsetSeconds()}
		}
	default:
		b.hasDate, b.hasTime = true, true
		if local = v.EpochSeconds(); v.Kind() == graph.KindDateTime {
			b.hasZone, b.zone = true, v.Zone()
			local += int64(b.zone.Offset)
		}
		b.days = floorDiv(local, secondsPerDay)
		b.nanos = (local-b.days*secondsPerDay)*nanosPerSecond + int64(v.NanosOfSecond())
	}
	return b
}

// value makes the instant: a ZONED DATETIME when it has a zone.
func (b between) value() graph.Value {
	local := b.days*secondsPerDay + b.nanos/nanosPerSecond
	n := int32(b.nanos % nanosPerSecond)
	switch {
	case b.zone == nil:
		return graph.LocalDateTimeOf(local, n)
	case b.v.Kind() == graph.KindDateTime:
		return b.v
	case b.zone.Loc != nil:
		return Zoned(local, n, b.zone.Loc, b.zone.Name != "")
	}
	return graph.DateTimeOf(local-int64(b.zone.Offset), n, b.zone)
}

// alike gives both sides the date and zone that only one of them has.
func alike(from, to graph.Value) (a, b between) {
	a, b = side(from), side(to)
	switch {
	case a.hasDate && !b.hasDate:
		b.days = a.days
	case b.hasDate && !a.hasDate:
		a.days = b.days
	}
	switch {
	case a.hasZone && !b.hasZone:
		b.zone = a.zone
	case b.hasZone && !a.hasZone:
		a.zone = b.zone
	}
	a.v, b.v = a.value(), b.value()
	return a, b
}

// Between gives the duration from one instant to another as months, days and seconds.
func Between(from, to graph.Value) graph.Duration {
	a, b := alike(from, to)
	out := graph.Duration{}
	at := a.v
	if a.hasDate && b.hasDate {
		out.Months = monthsUntil(at, b.v)
		at, _ = Add(at, graph.Duration{Months: out.Months}, 1) // not past b, which is within all limits
		out.Days = daysUntil(at, b.v)
		at, _ = Add(at, graph.Duration{Days: out.Days}, 1)
	}
	rest := elapsed(at, b.v)
	out.Seconds, out.Nanos = rest.Seconds, rest.Nanos
	return out
}

// InMonths gives whole months.
func InMonths(from, to graph.Value) graph.Duration {
	a, b := alike(from, to)
	return graph.Duration{Months: monthsUntil(a.v, b.v)}
}

// InDays gives whole days.
func InDays(from, to graph.Value) graph.Duration {
	a, b := alike(from, to)
	return graph.Duration{Days: daysUntil(a.v, b.v)}
}

// InSeconds gives the elapsed time.
func InSeconds(from, to graph.Value) graph.Duration {
	a, b := alike(from, to)
	return elapsed(a.v, b.v)
}

func elapsed(a, b graph.Value) graph.Duration {
	seconds, nanos := b.EpochSeconds()-a.EpochSeconds(), int64(b.NanosOfSecond())-int64(a.NanosOfSecond())
	return graph.Duration{Seconds: seconds + floorDiv(nanos, nanosPerSecond), Nanos: int32(floorMod(nanos, nanosPerSecond))}
}

// localOf gives the local day and nanosecond of the day; b as a clock in the zone of a shows it.
func localOf(v, zoneOf graph.Value) (days, nanos int64) {
	local := v.EpochSeconds()
	if v.Kind() == graph.KindDateTime {
		z := zoneOf.Zone()
		if z.Loc != nil {
			z = At(z.Loc, true, v.EpochSeconds())
		}
		local += int64(z.Offset)
	}
	days = floorDiv(local, secondsPerDay)
	return days, (local-days*secondsPerDay)*nanosPerSecond + int64(v.NanosOfSecond())
}

func daysUntil(a, b graph.Value) int64 {
	d1, n1 := localOf(a, a)
	d2, n2 := localOf(b, a)
	switch {
	case d2 > d1 && n2 < n1:
		d2--
	case d2 < d1 && n2 > n1:
		d2++
	}
	return d2 - d1
}

func monthsUntil(a, b graph.Value) int64 {
	d1, n1 := localOf(a, a)
	d2, n2 := localOf(b, a)
	switch {
	case d2 > d1 && n2 < n1:
		d2--
	case d2 < d1 && n2 > n1:
		d2++
	}
	y1, m1, day1 := DateParts(d1)
	y2, m2, day2 := DateParts(d2)
	packed1, packed2 := (y1*12+m1-1)*32+day1, (y2*12+m2-1)*32+day2
	return (packed2 - packed1) / 32
}
