package temporal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"graticule/graph"
)

// limit is a component with the range it must lie in.
type limit struct {
	name      string
	value     int64
	low, high int64
}

func within(ls []limit) error {
	for _, l := range ls {
		if l.value < l.low || l.value > l.high {
			return problem(BadValue, "", "Invalid value for %s (valid values %d - %s): %d", l.name, l.low, upper(l), l.value)
		}
	}
	return nil
}

// upper gives the upper limit, of which some depend on the year.
func upper(l limit) string {
	switch l.name {
	case "DayOfYear":
		return "365/366"
	case "WeekOfWeekBasedYear":
		return "52/53"
	case "DayOfMonth":
		return "28/31"
	case "DayOfQuarter":
		return "90/92"
	}
	return fmt.Sprint(l.high)
}

// fields are the components a value of a kind is built from.
type fields struct {
	kind graph.Kind
	m    *graph.Map
	err  error
}

// has tells whether a component is given. One that is null is: it stands for the least there is.
func (f *fields) has(name string) bool {
	_, ok := f.m.Get(name)
	return ok
}

// get gives an integer component, or the default.
func (f *fields) get(name string, or int64) int64 {
	v, ok := f.m.Get(name)
	if !ok {
		return or
	}
	if v.IsNull() {
		switch known[name] {
		case 'd':
			if name == "year" && f.err == nil { // no year is the least
				f.err = missing("year", "year must be specified")
			}
			return 1
		case 't':
			return 0
		}
	}
	if v.Kind() != graph.KindInt {
		if f.err == nil && known[name] == 'e' {
			f.err = &Problem{Class: ForeignBase, Kind: "date time", As: "ZONED DATETIME", Base: v}
		}
		if f.err == nil {
			f.err = problem(Internal, "", "%s must be an integer value, but was a %s", name, className(v))
		}
		return or
	}
	return v.AsInt()
}

// base gives the temporal value that a component selects, and whether there is one.
func (f *fields) base(name string) (between, bool) {
	v, ok := f.m.Get(name)
	if !ok {
		return between{}, false
	}
	if v.Kind() < graph.KindDate || v.Kind() > graph.KindDateTime {
		if f.err == nil {
			p := &Problem{Class: ForeignBase, Kind: strings.Replace(name, "datetime", "date time", 1), Base: v}
			switch as := strings.ToUpper(name); {
			case name == "date":
				p.As = as
			case f.kind == graph.KindLocalTime, f.kind == graph.KindLocalDateTime:
				p.Kind, p.As = "local "+p.Kind, "LOCAL "+as
			default:
				p.As = "ZONED " + as
			}
			f.err = p
		}
		return between{}, false
	}
	b := side(v)
	if f.err == nil && (name == "date" && !b.hasDate || name == "time" && !b.hasTime) {
		f.err = &Problem{Class: Unsupported, Kind: name, Base: v}
	}
	return b, true
}

// known are the components: of a date, of a time, of both or of an epoch.
var known = map[string]byte{
	"year": 'd', "quarter": 'd', "month": 'd', "week": 'd', "ordinalDay": 'd', "dayOfWeek": 'd', "dayOfQuarter": 'd', "day": 'd', "date": 'd',
	"hour": 't', "minute": 't', "second": 't', "millisecond": 't', "microsecond": 't', "nanosecond": 't', "time": 't',
	"timezone": 'b', "datetime": 'b', "epochSeconds": 'e', "epochMillis": 'e',
}

// className is what errors call the class of a number or text.
func className(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNull:
		return "NoValue"
	case graph.KindString:
		return "UTF8StringValue"
	case graph.KindFloat:
		return "DoubleValue"
	case graph.KindInt:
		return "LongValue"
	case graph.KindBool:
		return "BooleanValue"
	}
	return v.Kind().String()
}

func missing(name, format string, args ...any) error { return problem(Missing, name, format, args...) }

// checkFields refuses components that nobody knows or that the kind has not.
func checkFields(kind graph.Kind, m *graph.Map) error {
	for _, k := range m.Keys() {
		group := known[k]
		switch {
		case group == 0:
			return missing(k, "No such field: %s", k)
		case k == "timezone" && (kind == graph.KindDate || kind == graph.KindLocalTime || kind == graph.KindLocalDateTime):
			return problem(Unsupported, "", "Cannot assign time zone if also assigning other fields.")
		case group == 'd' && (kind == graph.KindTime || kind == graph.KindLocalTime), group == 't' && kind == graph.KindDate, k == "datetime" && kind != graph.KindDateTime && kind != graph.KindLocalDateTime, group == 'e' && kind != graph.KindDateTime:
			return problem(Unsupported, "", "Not supported: %s", k)
		}
	}
	return nil
}

// FromMap builds a value of the kind from components (Cypher manual, "Temporal
// instant types"): numbers, and the values date, time and datetime to start
// from. loc is the zone where the components name none.
func FromMap(kind graph.Kind, m *graph.Map, loc *time.Location, named bool) (graph.Value, error) {
	if m.Len() == 0 {
		return graph.Null, problem(BadValue, "", "At least one temporal unit must be specified.")
	}
	if kind == graph.KindDate {
		if v, ok := plainDate(m); ok {
			return v, nil
		}
	}
	if err := checkFields(kind, m); err != nil {
		return graph.Null, err
	}
	f := &fields{kind: kind, m: m}
	zone := At(loc, named, 0)
	zone.Loc = loc
	var own *time.Location
	ownNamed := false
	if v, ok := m.Get("timezone"); ok {
		if v.IsNull() {
			return graph.Null, noZone()
		}
		if v.Kind() != graph.KindString {
			return graph.Null, problem(Unsupported, "", "Cannot assign time zone if also assigning other fields.")
		}
		var err error
		if own, ownNamed, err = Zone(v.AsString()); err != nil {
			return graph.Null, err
		}
		if !ownNamed {
			loc, named = own, false
		} else {
			loc, named = own, true
		}
	}
	if err := f.exclusiveBases(); err != nil {
		return graph.Null, err
	}
	var start between
	based := false  // a component selects where to start
	zoned := false  // with a zone of its own
	placed := false // its date alone has one
	b, whole := f.epoch(loc, named)
	if !whole {
		b, whole = f.base("datetime")
	}
	if whole {
		if !b.hasDate {
			return graph.Null, &Problem{Class: Unsupported, Kind: "date", Base: b.v}
		}
		if !b.hasTime && kind != graph.KindDate {
			return graph.Null, &Problem{Class: Unsupported, Kind: "time", Base: b.v}
		}
		start, based, zoned = b, true, b.hasZone
		start.hasDate, start.hasTime = true, true
	} else {
		t, hasTime := f.base("time")
		d, hasDate := f.base("date")
		if f.err != nil {
			return graph.Null, f.err
		}
		start.hasDate, start.days = hasDate, d.days
		start.hasTime, start.nanos = hasTime, t.nanos
		if hasTime && t.hasZone {
			start.zone, zoned = t.zone, true
		}
		based = hasDate || hasTime
		placed = hasDate && d.hasZone && !hasTime
	}
	wantsDate := kind != graph.KindTime && kind != graph.KindLocalTime
	wantsTime := kind != graph.KindDate
	days, nanos := start.days, start.nanos
	var err error
	if f.err != nil {
		return graph.Null, f.err
	}
	if wantsDate {
		if wantsTime && !start.hasDate && (start.hasTime || f.has("hour") || f.has("minute") || f.has("second")) {
			if err := f.wholeDate(); err != nil {
				return graph.Null, err
			}
		}
		if days, err = f.date(start.days, start.hasDate); err != nil {
			return graph.Null, err
		}
	}
	if wantsTime {
		if nanos, err = f.time(start.nanos, start.hasTime || (based && wantsDate && whole)); err != nil {
			return graph.Null, err
		}
	}
	if f.err != nil {
		return graph.Null, f.err
	}
	if kind == graph.KindDateTime && own != nil && !zoned && !placed {
		// Neo4j makes the value in its default zone first, whose offset the other zone keeps if it can.
		local := days*secondsPerDay + nanos/nanosPerSecond
		utc := local - offsetOf(local, own, int64(zone.Offset))
		return graph.DateTimeOf(utc, int32(nanos%nanosPerSecond), At(own, ownNamed, utc)), nil
	}
	return assemble(kind, days, nanos, start.zone, zoned, own, ownNamed, zone, loc, named)
}

// assemble makes the value. A zone that is named moves a value that had a zone
// to the same instant, and is put on one that had none.
func assemble(kind graph.Kind, days, nanos int64, had *graph.Zone, zoned bool, own *time.Location, ownNamed bool, fallback *graph.Zone, loc *time.Location, named bool) (graph.Value, error) {
	local, n := days*secondsPerDay+nanos/nanosPerSecond, int32(nanos%nanosPerSecond)
	switch kind {
	case graph.KindDate:
		return graph.DateOf(days), nil
	case graph.KindLocalTime:
		return graph.LocalTimeOf(nanos), nil
	case graph.KindLocalDateTime:
		return graph.LocalDateTimeOf(local, n), nil
	case graph.KindTime:
		offset := int64(fallback.Offset)
		if zoned {
			offset = int64(had.Offset)
		}
		if own != nil {
			_, o := time.Now().In(own).Zone()
			if zoned {
				nanos = floorMod(nanos+(int64(o)-offset)*nanosPerSecond, nanosPerDay)
			}
			offset = int64(o)
		}
		return graph.TimeOf(nanos, int32(offset)), nil
	}
	if !zoned {
		return Zoned(local, n, loc, named), nil
	}
	var v graph.Value
	if had.Loc != nil {
		v = Zoned(local, n, had.Loc, had.Name != "")
	} else {
		v = graph.DateTimeOf(local-int64(had.Offset), n, had)
	}
	if own != nil {
		v = graph.DateTimeOf(v.EpochSeconds(), n, At(own, ownNamed, v.EpochSeconds()))
	}
	return v, nil
}

func noZone() error { return problem(Unsupported, "timezone", "Cannot assign timezone of a NULL.") }

// exclusiveBases refuses values to start from that stand beside each other.
func (f *fields) exclusiveBases() error {
	for _, name := range []string{"epochMillis", "epochSeconds", "datetime"} {
		others := []string{"epochSeconds", "datetime", "date or time"}
		for _, with := range others[slices.Index(others, name)+1:] {
			if f.has(name) && (f.has(with) || with == "date or time" && (f.has("date") || f.has("time"))) {
				return problem(Combination, name+" and "+with, "%s cannot be selected together with %s.", name, with)
			}
		}
	}
	return nil
}

// epoch gives the instant that components count from 1970 to, in a zone, and whether they do.
func (f *fields) epoch(loc *time.Location, named bool) (between, bool) {
	if !f.has("epochSeconds") && !f.has("epochMillis") {
		return between{}, false
	}
	seconds, nanos := f.get("epochSeconds", 0), int64(0)
	if f.has("epochMillis") {
		ms := f.get("epochMillis", 0)
		seconds, nanos = floorDiv(ms, 1000), floorMod(ms, 1000)*1e6
	}
	return side(graph.DateTimeOf(seconds, int32(nanos), At(loc, named, seconds))), true
}

// date applies the components of a date to the day at hand, or to nothing.
func (f *fields) date(base int64, based bool) (int64, error) {
	if !based && !f.has("year") {
		return 0, missing("year", "year must be specified")
	}
	need := func(small, large string) error {
		if !based && f.has(small) && !f.has(large) {
			return missing(small, "%s cannot be specified without %s", small, large)
		}
		return nil
	}
	for _, p := range [][2]string{{"day", "month"}, {"dayOfWeek", "week"}, {"dayOfQuarter", "quarter"}} {
		if err := need(p[0], p[1]); err != nil {
			return 0, err
		}
	}
	year, month, day := DateParts(base)
	if !based {
		month, day = 1, 1
	}
	if err := f.exclusive(); err != nil {
		return 0, err
	}
	switch {
	case f.has("week") || f.has("dayOfWeek"):
		weekYear, _ := dateComponent(base, "weekYear")
		week, _ := dateComponent(base, "week")
		dow, _ := dateComponent(base, "dayOfWeek")
		if !based {
			dow = 1
		}
		return weekDate(f.get("year", weekYear), f.get("week", week), f.get("dayOfWeek", dow))
	case f.has("quarter") || f.has("dayOfQuarter"):
		year = f.get("year", year)
		quarter := f.get("quarter", (month-1)/3+1)
		if f.has("dayOfQuarter") || !based {
			return quarterDate(year, quarter, f.get("dayOfQuarter", 1))
		}
		if err := within([]limit{{"QuarterOfYear", quarter, 1, 4}}); err != nil {
			return 0, err
		}
		month = (quarter-1)*3 + (month-1)%3 + 1 // the same month of another quarter
		return date(year, month, min(day, daysInMonth(year, month)))
	case f.has("ordinalDay"):
		return ordinalDate(f.get("year", year), f.get("ordinalDay", 1))
	}
	year, month = f.get("year", year), f.get("month", month)
	if !f.has("day") && month >= 1 && month <= 12 { // as a calendar moves: the day is cut
		day = min(day, daysInMonth(year, month))
	}
	return date(year, month, f.get("day", day))
}

// plainDate makes a date of year, month and day, INTEGERs that name one, and nothing
// else, as most are made; ok=false for anything else.
func plainDate(m *graph.Map) (v graph.Value, ok bool) {
	if m.Len() != 3 {
		return graph.Null, false
	}
	var parts [3]int64
	for i, name := range [3]string{"year", "month", "day"} {
		v, ok := m.Get(name)
		if !ok || v.Kind() != graph.KindInt {
			return graph.Null, false
		}
		parts[i] = v.AsInt()
	}
	if parts[0] < 0 || parts[0] > 9999 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 28 {
		return graph.Null, false
	}
	return graph.DateOf(DaysOf(parts[0], parts[1], parts[2])), true
}

// exclusive refuses components that describe a day in two ways.
func (f *fields) exclusive() error {
	groups := []struct {
		name   string
		fields []string
		first  string
	}{{"week date", []string{"month", "day", "quarter", "dayOfQuarter", "ordinalDay"}, "week"}, {"quarter date", []string{"month", "day", "ordinalDay"}, "quarter"}, {"ordinal date", []string{"month", "day"}, "ordinalDay"}}
	for _, g := range groups {
		if !f.has(g.first) {
			continue
		}
		for _, name := range g.fields {
			if f.has(name) {
				return problem(Unsupported, "", "Cannot assign %s to %s.", name, g.name)
			}
		}
	}
	return nil
}

// wholeDate checks that the components name a day, which a time of it needs.
func (f *fields) wholeDate() error {
	switch {
	case !f.has("year"):
		return missing("year", "year must be specified")
	case f.has("ordinalDay"), f.has("week") && f.has("dayOfWeek"), f.has("quarter") && f.has("dayOfQuarter"), f.has("month") && f.has("day"):
		return nil
	case f.has("week"):
		return missing("dayOfWeek", "dayOfWeek must be specified")
	case f.has("quarter"):
		return missing("dayOfQuarter", "dayOfQuarter must be specified")
	case f.has("month"):
		return missing("day", "day must be specified")
	}
	return missing("month", "month must be specified")
}

// time applies the components of a time to the nanosecond of the day at hand, or to nothing.
func (f *fields) time(base int64, based bool) (int64, error) {
	if !based {
		small := f.has("millisecond") || f.has("microsecond") || f.has("nanosecond")
		switch {
		case !f.has("hour") && (f.has("minute") || f.has("second") || small):
			return 0, missing("hour", "hour must be specified")
		case !f.has("minute") && f.has("second"):
			return 0, missing("second", "second cannot be specified without minute")
		case !f.has("minute") && small:
			return 0, missing("subsecond", "subsecond cannot be specified without minute")
		case !f.has("second") && small:
			return 0, missing("subsecond", "subsecond cannot be specified without second")
		}
	}
	seconds := base / nanosPerSecond
	h, mi, s := f.get("hour", seconds/3600), f.get("minute", seconds/60%60), f.get("second", seconds%60)
	if err := within([]limit{{"HourOfDay", h, 0, 23}, {"MinuteOfHour", mi, 0, 59}, {"SecondOfMinute", s, 0, 59}}); err != nil {
		return 0, err
	}
	nanos, err := f.subsecond(base % nanosPerSecond)
	return (h*3600+mi*60+s)*nanosPerSecond + nanos, err
}

// subsecond sums milli-, micro- and nanoseconds; each may only hold what a larger one given leaves.
func (f *fields) subsecond(base int64) (int64, error) {
	hasMs, hasUs := f.has("millisecond"), f.has("microsecond")
	if !hasMs && !hasUs && !f.has("nanosecond") {
		return base, nil
	}
	ms, us, ns := f.get("millisecond", 0), f.get("microsecond", 0), f.get("nanosecond", 0)
	mostUs, mostNs := int64(999_999), int64(999_999_999)
	if hasMs {
		mostUs, mostNs = 999, 999_999
	}
	if hasUs {
		mostNs = 999
	}
	for _, l := range []limit{{"Millisecond", ms, 0, 999}, {"Microsecond", us, 0, mostUs}, {"Nanosecond", ns, 0, mostNs}} {
		if l.value < l.low || l.value > l.high {
			p := problem(OutOfRange, l.name, "Invalid value for %s: %d", l.name, l.value)
			p.High, p.Found = l.high, l.value
			return 0, p
		}
	}
	return ms*1e6 + us*1e3 + ns, nil
}
