package temporal

import (
	"cmp"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"graticule/graph"
)

// The forms of ISO 8601 that Cypher reads (Cypher manual, "Temporal values").
var (
	dateForm     = regexp.MustCompile(`^(\d{4}|[+-]\d{1,9})(?:-W(\d{1,2})(?:-(\d))?|W(\d{2})(\d)|W(\d{1,2})(?:-(\d))?|-Q(\d)(?:-(\d{1,2}))?|Q(\d)(?:-(\d{1,2})|(\d{2}))?|-(\d{1,2})-(\d{1,2})|-(\d{2})|(\d{2})(\d{2})?|-?(\d{3}))?$`)
	shortMonth   = regexp.MustCompile(`^(\d{4}|[+-]\d{1,9})-\d$`)
	timeForm     = regexp.MustCompile(`^(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:[.,](\d{1,9}))?)?)?|(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?)$`)
	zoneForm     = regexp.MustCompile(`^([^Zz+\-\[]*)(Z|z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?(?:\[([^\]]+)\])?$`)
	durationForm = regexp.MustCompile(`^([-+]?)P(?:([-+]?\d+(?:[.,]\d+)?)Y)?(?:([-+]?\d+(?:[.,]\d+)?)M)?(?:([-+]?\d+(?:[.,]\d+)?)W)?(?:([-+]?\d+(?:[.,]\d+)?)D)?(?:T(?:([-+]?\d+(?:[.,]\d+)?)H)?(?:([-+]?\d+(?:[.,]\d+)?)M)?(?:([-+]?\d+(?:[.,]\d+)?)S)?)?$`)
	durationDate = regexp.MustCompile(`^([-+]?)P(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?$`)
)

func atoi(s string) int64 { n, _ := strconv.ParseInt(s, 10, 64); return n }

// digits reads a text of digits alone; ok=false for any other.
func digits(s string) (n int64, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, s != ""
}

// usualDate reads YYYY-MM-DD, the form of most dates; ok=false leaves all others to dateForm.
func usualDate(s string) (days int64, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	y, one := digits(s[:4])
	m, two := digits(s[5:7])
	d, three := digits(s[8:])
	if !one || !two || !three {
		return 0, false
	}
	days, err := date(y, m, d)
	return days, err == nil
}

// usualTime reads HH:MM:SS, with a fraction or without; ok=false leaves all others to timeForm.
func usualTime(s string) (nanos int64, ok bool) {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' {
		return 0, false
	}
	h, one := digits(s[:2])
	m, two := digits(s[3:5])
	sec, three := digits(s[6:8])
	if !one || !two || !three || h > 23 || m > 59 || sec > 59 {
		return 0, false
	}
	if s = s[8:]; s != "" {
		if s[0] != '.' || len(s) > 10 {
			return 0, false
		}
		if nanos, ok = digits(s[1:]); !ok {
			return 0, false
		}
		for range 10 - len(s) {
			nanos *= 10
		}
	}
	return (h*3600+m*60+sec)*nanosPerSecond + nanos, true
}

// zoneParts parts what follows the T of an instant: time, offset, name of the zone.
func zoneParts(s string) (clock, offset, name string, ok bool) {
	switch at := strings.IndexAny(s, "Zz+-["); {
	case at < 0:
		return s, "", "", true
	case at == len(s)-1 && (s[at] == 'Z' || s[at] == 'z'):
		return s[:at], s[at:], "", true
	}
	return anyZoneParts(s)
}

func anyZoneParts(s string) (clock, offset, name string, ok bool) {
	m := zoneForm.FindStringSubmatch(s)
	if m == nil {
		return "", "", "", false
	}
	return m[1], m[2], m[3], true
}

// parseDate gives days since the epoch.
func parseDate(s string) (int64, error) {
	if days, ok := usualDate(s); ok {
		return days, nil
	}
	return anyDate(s)
}

func anyDate(s string) (int64, error) {
	m := dateForm.FindStringSubmatch(s)
	switch {
	case m == nil && shortMonth.MatchString(s):
		return 0, problem(ShortMonth, s, "Text cannot be parsed to a Date. Hint, year+month needs to have two digits for month (e.g. 2015-02) and ordinal dates three digits (e.g. 2015-032).")
	case m == nil:
		return 0, unreadable("Date", s)
	}
	year := atoi(m[1])
	part := func(groups ...string) int64 { // the first of the forms that is there; 1 for none
		if text := cmp.Or(groups...); text != "" {
			return atoi(text)
		}
		return 1
	}
	switch {
	case cmp.Or(m[2], m[4], m[6]) != "":
		return weekDateText(year, part(m[2], m[4], m[6]), part(m[3], m[5], m[7]))
	case cmp.Or(m[8], m[10]) != "":
		return quarterDateText(year, part(m[8], m[10]), part(m[9], m[11], m[12]))
	case m[18] != "":
		return ordinalDate(year, atoi(m[18]))
	}
	return date(year, part(m[13], m[15], m[16]), part(m[14], m[17]))
}

func parseTime(s string) (int64, error) {
	if nanos, ok := usualTime(s); ok {
		return nanos, nil
	}
	return anyTime(s)
}

func anyTime(s string) (int64, error) {
	m := timeForm.FindStringSubmatch(s)
	if m == nil {
		return 0, unreadable("Time", s)
	}
	if m[5] != "" { // with colons
		m = m[4:]
	}
	h, mi, sec := atoi("0"+m[1]), atoi("0"+m[2]), atoi("0"+m[3])
	if err := within([]limit{{"HourOfDay", h, 0, 23}, {"MinuteOfHour", mi, 0, 59}, {"SecondOfMinute", sec, 0, 59}}); err != nil {
		return 0, err
	}
	return (h*3600+mi*60+sec)*nanosPerSecond + atoi((m[4] + "000000000")[:9]), nil
}

// kindText names the kinds as the errors of texts do.
var kindText = map[graph.Kind]string{
	graph.KindDate: "Date", graph.KindTime: "Time", graph.KindLocalTime: "LocalTime", graph.KindLocalDateTime: "LocalDateTime", graph.KindDateTime: "DateTime", graph.KindDuration: "Duration",
}

func unreadable(kind, s string) error {
	p := problem(Unreadable, s, "Text cannot be parsed to a %s\n\"%s\"\n ^", kind, strings.TrimRight(s, " \t\n"))
	p.Kind = kind
	return p
}

// Parse reads the text of a temporal value of the kind; zone is used where the text has none.
func Parse(kind graph.Kind, s string, zone *time.Location, named bool) (graph.Value, error) {
	v, err := parse(kind, s, zone, named)
	var p *Problem
	if errors.As(err, &p) {
		switch p.Class {
		case Unreadable:
			err = unreadable(kindText[kind], s)
		case BadValue:
			err = problem(BadText, s, "%s", p.Text)
		}
	}
	return v, err
}

func parse(kind graph.Kind, s string, zone *time.Location, named bool) (graph.Value, error) {
	switch kind {
	case graph.KindDate:
		d, err := parseDate(s)
		return graph.DateOf(d), err
	case graph.KindLocalTime:
		n, err := parseTime(strings.TrimPrefix(s, "T"))
		return graph.LocalTimeOf(n), err
	case graph.KindDuration:
		return parseDuration(s)
	}
	datePart, rest, hasTime := strings.Cut(s, "T")
	if kind == graph.KindTime {
		rest, hasTime = strings.TrimPrefix(s, "T"), true
	}
	clock, given, name, ok := zoneParts(rest)
	if hasTime && !ok {
		return graph.Null, unreadable("", s)
	}
	if !hasTime { // a date alone may still name a zone
		if clock, given, name = "", "", ""; strings.IndexByte(s, '[') > 0 {
			datePart, name, _ = strings.Cut(s, "[")
			name = strings.TrimSuffix(name, "]")
		}
	}
	var nanos int64
	var err error
	if hasTime {
		if nanos, err = parseTime(clock); err != nil {
			return graph.Null, err
		}
	}
	if kind == graph.KindLocalDateTime && (given != "" || name != "") {
		return graph.Null, unreadable("", s)
	}
	if kind == graph.KindTime && name != "" {
		return graph.Null, problem(Combination, "zone", "Using a named time zone e.g. [UTC] is not valid for a time without a date. Instead, use a specific time zone string e.g. +00:00.")
	}
	if given != "" {
		if zone, named, err = offset(given); err != nil {
			return graph.Null, err
		}
	}
	if name != "" { // a named zone wins over the offset, with which it must agree
		if zone, named, err = Zone(name); err != nil {
			return graph.Null, err
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
	local := days*secondsPerDay + nanos/nanosPerSecond
	if kind == graph.KindLocalDateTime {
		return graph.LocalDateTimeOf(local, int32(nanos%nanosPerSecond)), nil
	}
	v := Zoned(local, int32(nanos%nanosPerSecond), zone, named)
	if given != "" && name != "" {
		return withOffset(v, local, given, name, s, zone, named)
	}
	return v, nil
}

// withOffset checks that a zone has the offset that the text gives beside it.
// In the hour that comes twice the offset says which one is meant.
func withOffset(v graph.Value, local int64, given, name, s string, zone *time.Location, named bool) (graph.Value, error) {
	at, _, err := offset(given)
	if err != nil {
		return graph.Null, err
	}
	_, want := time.Unix(0, 0).In(at).Zone()
	if int32(want) == v.Zone().Offset {
		return v, nil
	}
	other := graph.DateTimeOf(local-int64(want), v.NanosOfSecond(), At(zone, named, local-int64(want)))
	if other.Zone().Offset == int32(want) {
		return other, nil
	}
	p := problem(Conflict, Format(graph.LocalDateTimeOf(local, v.NanosOfSecond()))+"["+name+"]", "Timezone and offset do not match: %s", s)
	p.Given, p.Want = given, FormatOffset(v.Zone().Offset)
	return graph.Null, p
}

func parseDuration(s string) (graph.Value, error) {
	fail := unreadable("Duration", s)
	if m := durationDate.FindStringSubmatch(s); m != nil {
		sign := int64(1)
		if m[1] == "-" {
			sign = -1
		}
		total := sign * ((atoi("0"+m[5])*3600+atoi("0"+m[6])*60+atoi("0"+m[7]))*nanosPerSecond + atoi((m[8] + "000000000")[:9]))
		return graph.DurationOf(graph.Duration{Months: sign * (atoi(m[2])*12 + atoi(m[3])), Days: sign * atoi(m[4]), Seconds: floorDiv(total, nanosPerSecond), Nanos: int32(floorMod(total, nanosPerSecond))}), nil
	}
	s = strings.ToUpper(s)
	m := durationForm.FindStringSubmatch(s)
	if m == nil || strings.HasSuffix(s, "P") || strings.HasSuffix(s, "T") {
		return graph.Null, fail
	}
	if !lastFraction(m[2:]) {
		return graph.Null, fail
	}
	names := []string{"years", "months", "weeks", "days", "hours", "minutes", "seconds"}
	parts := Parts{}
	for i, name := range names {
		if m[i+2] == "" {
			continue
		}
		text := strings.ReplaceAll(strings.TrimPrefix(m[i+2], "+"), ",", ".")
		if m[1] == "-" {
			if text = "-" + text; strings.HasPrefix(text, "--") {
				text = text[2:]
			}
		}
		if !parts.Add(name, text) {
			return graph.Null, fail
		}
	}
	d, err := parts.Duration()
	if err != nil {
		return graph.Null, err
	}
	return graph.DurationOf(d), nil
}

// lastFraction tells whether only the last number of a duration has a fraction.
func lastFraction(numbers []string) bool {
	for i, n := range numbers {
		if strings.ContainsAny(n, ".,") {
			return strings.Join(numbers[i+1:], "") == ""
		}
	}
	return true
}
