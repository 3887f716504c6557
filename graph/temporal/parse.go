package temporal

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"graticule/graph"
)

// The forms of ISO 8601 that Cypher reads (Cypher manual, "Temporal values").
var (
	dateForm     = regexp.MustCompile(`^(\d{4}|[+-]\d{1,9})(?:-?W(\d{2})(?:-?(\d))?|-?Q(\d)(?:-?(\d{1,2}))?|-(\d{1,2})(?:-(\d{1,2}))?|(\d{2})(\d{2})?|-?(\d{3}))?$`)
	timeForm     = regexp.MustCompile(`^(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?$`)
	zoneForm     = regexp.MustCompile(`^([^Zz+\-\[]*)(Z|z|[+-]\d{1,2}(?::?\d{2}(?::?\d{2})?)?)?(?:\[([^\]]+)\])?$`)
	durationForm = regexp.MustCompile(`^([-+]?)P(?:([-+]?\d+(?:[.,]\d+)?)Y)?(?:([-+]?\d+(?:[.,]\d+)?)M)?(?:([-+]?\d+(?:[.,]\d+)?)W)?(?:([-+]?\d+(?:[.,]\d+)?)D)?(?:T(?:([-+]?\d+(?:[.,]\d+)?)H)?(?:([-+]?\d+(?:[.,]\d+)?)M)?(?:([-+]?\d+(?:[.,]\d+)?)S)?)?$`)
	durationDate = regexp.MustCompile(`^([-+]?)P(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?$`)
)

func atoi(s string) int64 { n, _ := strconv.ParseInt(s, 10, 64); return n }

// parseDate gives days since the epoch.
func parseDate(s string) (int64, error) {
	m := dateForm.FindStringSubmatch(s)
	if m == nil {
		return 0, unreadable("Date", s)
	}
	or := func(s string, n int64) int64 {
		if s == "" {
			return n
		}
		return atoi(s)
	}
	year := atoi(m[1])
	switch {
	case m[2] != "":
		return weekDateText(year, atoi(m[2]), or(m[3], 1))
	case m[4] != "":
		return quarterDateText(year, atoi(m[4]), or(m[5], 1))
	case m[10] != "":
		return ordinalDate(year, atoi(m[10]))
	case m[6] != "":
		return date(year, atoi(m[6]), or(m[7], 1))
	}
	return date(year, or(m[8], 1), or(m[9], 1))
}

func parseTime(s string) (int64, error) {
	m := timeForm.FindStringSubmatch(s)
	if m == nil {
		return 0, unreadable("Time", s)
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
	m := zoneForm.FindStringSubmatch(rest)
	if hasTime && m == nil {
		return graph.Null, unreadable("", s)
	}
	if !hasTime { // a date alone may still name a zone
		if i := strings.IndexByte(s, '['); i > 0 {
			datePart, m = s[:i], []string{"", "", "", strings.TrimSuffix(s[i+1:], "]")}
		} else {
			m = make([]string, 4)
		}
	}
	var nanos int64
	var err error
	if hasTime {
		if nanos, err = parseTime(m[1]); err != nil {
			return graph.Null, err
		}
	}
	if kind == graph.KindLocalDateTime && (m[2] != "" || m[3] != "") {
		return graph.Null, unreadable("", s)
	}
	if kind == graph.KindTime && m[3] != "" {
		return graph.Null, problem(Combination, "zone", "Using a named time zone e.g. [UTC] is not valid for a time without a date. Instead, use a specific time zone string e.g. +00:00.")
	}
	if m[2] != "" {
		if zone, named, err = offset(m[2]); err != nil {
			return graph.Null, err
		}
	}
	if m[3] != "" { // a named zone wins over the offset, with which it must agree
		if zone, named, err = Zone(m[3]); err != nil {
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
	if m[2] != "" && m[3] != "" {
		return withOffset(v, local, m[2], m[3], s, zone, named)
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
