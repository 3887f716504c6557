package temporal

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"graticule/graph"
)

const (
	secondsPerDay  = 86400
	nanosPerSecond = int64(1_000_000_000)
	nanosPerDay    = secondsPerDay * nanosPerSecond
)

// DaysOf gives days since 1970-01-01 in the proleptic Gregorian calendar.
func DaysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	mp := (month + 9) % 12
	doy := (153*mp+2)/5 + day - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// DateParts gives the year, month and day of days since 1970-01-01.
func DateParts(days int64) (year, month, day int64) {
	z := days + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

func daysInMonth(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

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
	loc, err := time.LoadLocation(text)
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

// Format gives the ISO 8601 text of a temporal value or duration, as toString does.
func Format(v graph.Value) string {
	switch v.Kind() {
	case graph.KindDate:
		return formatDate(v.Days())
	case graph.KindLocalTime:
		return formatTime(v.NanosOfDay())
	case graph.KindTime:
		return formatTime(v.NanosOfDay()) + FormatOffset(v.OffsetSeconds())
	case graph.KindLocalDateTime:
		return formatDateTime(v.EpochSeconds(), v.NanosOfSecond())
	case graph.KindDateTime:
		z := v.Zone()
		s := formatDateTime(v.EpochSeconds()+int64(z.Offset), v.NanosOfSecond()) + FormatOffset(z.Offset)
		if z.Name != "" {
			s += "[" + z.Name + "]"
		}
		return s
	case graph.KindDuration:
		return formatDuration(v.AsDuration())
	}
	return ""
}

func formatDate(days int64) string {
	y, m, d := DateParts(days)
	switch {
	case y > 9999:
		return fmt.Sprintf("+%d-%02d-%02d", y, m, d)
	case y < 0:
		return fmt.Sprintf("-%04d-%02d-%02d", -y, m, d)
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
}

func formatTime(n int64) string {
	s := n / nanosPerSecond
	out := fmt.Sprintf("%02d:%02d", s/3600, s/60%60)
	frac := n % nanosPerSecond
	if s%60 != 0 || frac != 0 {
		out += fmt.Sprintf(":%02d", s%60)
	}
	if frac != 0 {
		out += strings.TrimRight(fmt.Sprintf(".%09d", frac), "0")
	}
	return out
}

func formatDateTime(seconds int64, nanos int32) string {
	days := floorDiv(seconds, secondsPerDay)
	return formatDate(days) + "T" + formatTime((seconds-days*secondsPerDay)*nanosPerSecond+int64(nanos))
}

// FormatOffset prints an offset in seconds as Z, +01:00 or +00:53:28.
func FormatOffset(o int32) string {
	if o == 0 {
		return "Z"
	}
	sign := "+"
	if o < 0 {
		sign, o = "-", -o
	}
	s := fmt.Sprintf("%s%02d:%02d", sign, o/3600, o/60%60)
	if o%60 != 0 {
		s += fmt.Sprintf(":%02d", o%60)
	}
	return s
}

func formatDuration(d graph.Duration) string {
	var b strings.Builder
	b.WriteByte('P')
	part := func(n int64, unit byte) {
		if n != 0 {
			fmt.Fprintf(&b, "%d%c", n, unit)
		}
	}
	part(d.Months/12, 'Y')
	part(d.Months%12, 'M')
	part(d.Days, 'D')
	s, n := d.Seconds, int64(d.Nanos)
	if s != 0 || n != 0 {
		b.WriteByte('T')
		neg := s < 0
		if neg && n > 0 {
			s, n = s+1, nanosPerSecond-n
		}
		part(s/3600, 'H')
		part(s/60%60, 'M')
		rest := s % 60
		if rest != 0 || n != 0 {
			if n == 0 {
				fmt.Fprintf(&b, "%dS", rest)
			} else {
				sign := ""
				if neg {
					sign, rest = "-", -rest
				}
				fmt.Fprintf(&b, "%s%d%sS", sign, rest, strings.TrimRight(fmt.Sprintf(".%09d", n), "0"))
			}
		}
	}
	if b.Len() == 1 {
		return "PT0S"
	}
	return b.String()
}

var (
	dateForm     = regexp.MustCompile(`^([+-]?\d{4,9})(?:-?W(\d{2})(?:-?(\d))?|-?Q(\d)(?:-?(\d{2}))?|-(\d{2})(?:-(\d{2}))?|(\d{2})(\d{2})?|-?(\d{3}))?$`)
	timeForm     = regexp.MustCompile(`^(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?$`)
	zoneForm     = regexp.MustCompile(`^([^Z+\-\[]*)(Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?(?:\[([^\]]+)\])?$`)
	durationForm = regexp.MustCompile(`^([-+]?)P(?:([-+]?[\d.,]+)Y)?(?:([-+]?[\d.,]+)M)?(?:([-+]?[\d.,]+)W)?(?:([-+]?[\d.,]+)D)?(?:T(?:([-+]?[\d.,]+)H)?(?:([-+]?[\d.,]+)M)?(?:([-+]?[\d.,]+)S)?)?$`)
)

func atoi(s string) int64 { n, _ := strconv.ParseInt(s, 10, 64); return n }

// parseDate gives days since the epoch.
func parseDate(s string) (int64, error) {
	m := dateForm.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("text cannot be parsed to a Date: %q", s)
	}
	year := atoi(m[1])
	switch {
	case m[2] != "":
		dow := int64(1)
		if m[3] != "" {
			dow = atoi(m[3])
		}
		return weekDate(year, atoi(m[2]), dow)
	case m[4] != "":
		doq := int64(1)
		if m[5] != "" {
			doq = atoi(m[5])
		}
		return DaysOf(year, (atoi(m[4])-1)*3+1, 1) + doq - 1, nil
	case m[10] != "":
		return DaysOf(year, 1, 1) + atoi(m[10]) - 1, nil
	}
	month, day := int64(1), int64(1)
	for i := 6; i <= 8; i += 2 {
		if m[i] != "" {
			month = atoi(m[i])
			if m[i+1] != "" {
				day = atoi(m[i+1])
			}
		}
	}
	return date(year, month, day)
}

func date(year, month, day int64) (int64, error) {
	if month < 1 || month > 12 {
		return 0, fmt.Errorf("month must lie in 1..12, not %d", month)
	}
	if day < 1 || day > daysInMonth(year, month) {
		return 0, fmt.Errorf("day %d does not exist in month %d of %d", day, month, year)
	}
	if year < graph.MinYear || year > graph.MaxYear {
		return 0, fmt.Errorf("year %d is out of range", year)
	}
	return DaysOf(year, month, day), nil
}

func weekDate(year, week, dow int64) (int64, error) {
	if week < 1 || week > 53 || dow < 1 || dow > 7 {
		return 0, fmt.Errorf("week %d day %d does not exist", week, dow)
	}
	jan4 := DaysOf(year, 1, 4)
	return jan4 - floorMod(jan4+3, 7) + (week-1)*7 + dow - 1, nil
}

func parseTime(s string) (int64, error) {
	m := timeForm.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("text cannot be parsed to a Time: %q", s)
	}
	h, mi, sec := atoi("0"+m[1]), atoi("0"+m[2]), atoi("0"+m[3])
	if h > 23 || mi > 59 || sec > 59 {
		return 0, fmt.Errorf("time %q does not exist", s)
	}
	return (h*3600+mi*60+sec)*nanosPerSecond + atoi((m[4] + "000000000")[:9]), nil
}

// Parse reads the text of a temporal value of the kind; zone is used where the text has none.
func Parse(kind graph.Kind, s string, zone *time.Location, named bool) (graph.Value, error) {
	s = strings.TrimSpace(s)
	switch kind {
	case graph.KindDate:
		d, err := parseDate(s)
		return graph.DateOf(d), err
	case graph.KindLocalTime:
		n, err := parseTime(s)
		return graph.LocalTimeOf(n), err
	case graph.KindDuration:
		return parseDuration(s)
	}
	datePart, rest, hasTime := strings.Cut(s, "T")
	if kind == graph.KindTime {
		rest, hasTime = strings.TrimPrefix(s, "T"), true
	}
	m := zoneForm.FindStringSubmatch(rest)
	if hasTime && m == nil {
		return graph.Null, fmt.Errorf("text cannot be parsed to a %v: %q", kind, s)
	}
	var nanos int64
	var err error
	if hasTime {
		if nanos, err = parseTime(m[1]); err != nil {
			return graph.Null, err
		}
		for _, z := range []string{m[2], m[3]} { // a named zone wins over the offset
			if z != "" {
				if zone, named, err = Zone(z); err != nil {
					return graph.Null, err
				}
			}
		}
	}
	if kind == graph.KindTime {
		_, off := time.Unix(0, 0).In(zone).Zone()
		return graph.TimeOf(nanos, int32(off)), nil
	}
	days, err := parseDate(datePart)
	if err != nil {
		return graph.Null, err
	}
	if kind == graph.KindLocalDateTime {
		return graph.LocalDateTimeOf(days*secondsPerDay+nanos/nanosPerSecond, int32(nanos%nanosPerSecond)), nil
	}
	return Zoned(days*secondsPerDay+nanos/nanosPerSecond, int32(nanos%nanosPerSecond), zone, named), nil
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

func parseDuration(s string) (graph.Value, error) {
	m := durationForm.FindStringSubmatch(s)
	if m == nil || s == "P" || strings.HasSuffix(s, "T") {
		return graph.Null, fmt.Errorf("text cannot be parsed to a Duration: %q", s)
	}
	f := make([]float64, 7)
	for i := range f {
		if m[i+2] == "" {
			continue
		}
		x, err := strconv.ParseFloat(strings.ReplaceAll(m[i+2], ",", "."), 64)
		if err != nil {
			return graph.Null, fmt.Errorf("text cannot be parsed to a Duration: %q", s)
		}
		if f[i] = x; m[1] == "-" {
			f[i] = -x
		}
	}
	return graph.DurationOf(DurationFrom(f[0]*12+f[1], f[2]*7+f[3], f[4]*3600+f[5]*60, f[6])), nil
}

// DurationFrom makes a duration; fractions spill into the smaller groups (a
// month has 30.436875 days, a day 24 hours).
func DurationFrom(months, days, seconds, more float64) graph.Duration {
	m := math.Trunc(months)
	days += (months - m) * 30.436875
	d := math.Trunc(days)
	whole := math.Trunc(seconds)
	rest := (seconds - whole) + math.Round((days-d)*secondsPerDay*1e9)/1e9 + more
	r := math.Floor(rest)
	nanos := int64(math.Round((rest - r) * 1e9))
	s := int64(whole) + int64(r)
	if nanos >= nanosPerSecond {
		s, nanos = s+1, nanos-nanosPerSecond
	}
	return graph.Duration{Months: int64(m), Days: int64(d), Seconds: s, Nanos: int32(nanos)}
}

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
	n := map[string]int64{
		"years": d.Months / 12, "quarters": d.Months / 3, "months": d.Months, "weeks": d.Days / 7, "days": d.Days,
		"hours": d.Seconds / 3600, "minutes": d.Seconds / 60, "seconds": d.Seconds, "milliseconds": d.Seconds*1000 + int64(d.Nanos)/1e6,
		"microseconds": d.Seconds*1e6 + int64(d.Nanos)/1e3, "nanoseconds": d.Seconds*nanosPerSecond + int64(d.Nanos),
		"quartersOfYear": d.Months % 12 / 3, "monthsOfQuarter": d.Months % 3, "monthsOfYear": d.Months % 12, "daysOfWeek": d.Days % 7,
		"minutesOfHour": d.Seconds / 60 % 60, "secondsOfMinute": d.Seconds % 60, "millisecondsOfSecond": int64(d.Nanos) / 1e6,
		"microsecondsOfSecond": int64(d.Nanos) / 1e3, "nanosecondsOfSecond": int64(d.Nanos),
	}
	v, ok := n[name]
	return graph.Int(v), ok
}

// FromMap builds a value of the kind from components (checklist of the Cypher
// manual, "Temporal instant types"); now fills in nothing.
func FromMap(kind graph.Kind, m *graph.Map, loc *time.Location, named bool) (graph.Value, error) {
	get := func(name string, or int64) (int64, bool) {
		v, ok := m.Get(name)
		if !ok || v.IsNull() {
			return or, false
		}
		return v.AsInt(), true
	}
	if v, ok := m.Get("timezone"); ok && v.Kind() == graph.KindString {
		var err error
		if loc, named, err = Zone(v.AsString()); err != nil {
			return graph.Null, err
		}
	}
	if s, ok := get("epochSeconds", 0); ok && kind == graph.KindDateTime {
		n, _ := get("nanosecond", 0)
		return graph.DateTimeOf(s, int32(n), At(loc, named, s)), nil
	}
	if ms, ok := get("epochMillis", 0); ok && kind == graph.KindDateTime {
		s := floorDiv(ms, 1000)
		return graph.DateTimeOf(s, int32((ms-s*1000)*1e6), At(loc, named, s)), nil
	}
	var days, nanos int64
	var err error
	if kind != graph.KindTime && kind != graph.KindLocalTime {
		year, ok := get("year", 0)
		if !ok {
			return graph.Null, fmt.Errorf("year must be specified")
		}
		week, hasWeek := get("week", 0)
		quarter, hasQuarter := get("quarter", 0)
		ordinal, hasOrdinal := get("ordinalDay", 0)
		month, hasMonth := get("month", 1)
		day, hasDay := get("day", 1)
		switch {
		case hasWeek:
			dow, _ := get("dayOfWeek", 1)
			days, err = weekDate(year, week, dow)
		case hasQuarter:
			doq, _ := get("dayOfQuarter", 1)
			days = DaysOf(year, (quarter-1)*3+1, 1) + doq - 1
		case hasOrdinal:
			days = DaysOf(year, 1, 1) + ordinal - 1
		case hasDay && !hasMonth:
			err = fmt.Errorf("day cannot be specified without month")
		default:
			days, err = date(year, month, day)
		}
		if err != nil {
			return graph.Null, err
		}
	}
	h, hasHour := get("hour", 0)
	mi, hasMinute := get("minute", 0)
	s, hasSecond := get("second", 0)
	ms, _ := get("millisecond", 0)
	us, _ := get("microsecond", 0)
	ns, _ := get("nanosecond", 0)
	if (hasMinute && !hasHour) || (hasSecond && !hasMinute) {
		return graph.Null, fmt.Errorf("a smaller unit needs the larger ones")
	}
	if h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59 {
		return graph.Null, fmt.Errorf("the time %d:%d:%d does not exist", h, mi, s)
	}
	nanos = (h*3600+mi*60+s)*nanosPerSecond + ms*1e6 + us*1e3 + ns
	switch kind {
	case graph.KindDate:
		return graph.DateOf(days), nil
	case graph.KindLocalTime:
		return graph.LocalTimeOf(nanos), nil
	case graph.KindTime:
		_, off := time.Unix(0, 0).In(loc).Zone()
		return graph.TimeOf(nanos, int32(off)), nil
	case graph.KindLocalDateTime:
		return graph.LocalDateTimeOf(days*secondsPerDay+nanos/nanosPerSecond, int32(nanos%nanosPerSecond)), nil
	}
	return Zoned(days*secondsPerDay+nanos/nanosPerSecond, int32(nanos%nanosPerSecond), loc, named), nil
}
