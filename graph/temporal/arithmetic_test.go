package temporal

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"graticule/graph"
)

// kindOf guesses the kind of a text of these tests.
func kindOf(text string) graph.Kind {
	_, rest, hasDate := strings.Cut(text, "T")
	zoned := strings.ContainsAny(rest, "Z+[") || strings.Contains(rest, "-")
	switch {
	case strings.HasPrefix(text, "P"):
		return graph.KindDuration
	case !hasDate && strings.Contains(text, ":"):
		if strings.ContainsAny(text, "Z+") {
			return graph.KindTime
		}
		return graph.KindLocalTime
	case !hasDate:
		return graph.KindDate
	case zoned:
		return graph.KindDateTime
	}
	return graph.KindLocalDateTime
}

// Sums, with answers of Neo4j 5.26; "!" begins what an error says.
func TestAdd(t *testing.T) {
	for _, c := range []struct{ at, duration, plus, minus string }{
		{"2024-01-31", "P1M", "2024-02-29", "2023-12-31"},
		{"2023-02-28", "P1Y1M", "2024-03-28", "2022-01-28"},
		{"2024-03-01", "PT86400S", "2024-03-02", "2024-02-29"},
		{"2024-03-01", "PT86399S", "2024-03-01", "2024-03-01"},
		{"12:00:00Z", "P5DT13H", "01:00:00Z", "23:00:00Z"},
		{"00:00", "PT0.000000001S", "00:00:00.000000001", "23:59:59.999999999"},
		{"2024-03-01T00:00", "PT0.000000001S", "2024-03-01T00:00:00.000000001", "2024-02-29T23:59:59.999999999"},
		{"2024-10-27T01:30Z[Europe/London]", "PT1S", "2024-10-27T01:30:01Z[Europe/London]", "2024-10-27T01:29:59Z[Europe/London]"},
		{"2024-10-27T01:30+01:00[Europe/London]", "PT1H", "2024-10-27T01:30:00Z[Europe/London]", "2024-10-27T00:30:00+01:00[Europe/London]"},
		{"2024-09-27T01:30[Europe/London]", "P1M", "2024-10-27T01:30:00+01:00[Europe/London]", "2024-08-27T01:30:00+01:00[Europe/London]"},
		{"2024-11-27T01:30[Europe/London]", "P1M", "2024-12-27T01:30:00Z[Europe/London]", "2024-10-27T01:30:00Z[Europe/London]"}, // keeps its offset
		{"2024-03-30T01:30[Europe/London]", "P1D", "2024-03-31T02:30:00+01:00[Europe/London]", "2024-03-29T01:30:00Z[Europe/London]"},
		{"2024-10-26T01:30[Europe/London]", "P1DT1H", "2024-10-27T01:30:00Z[Europe/London]", "2024-10-25T00:30:00+01:00[Europe/London]"},
		{"2024-02-29T01:30[Europe/London]", "P1M2DT1H", "2024-03-31T03:30:00+01:00[Europe/London]", "2024-01-27T00:30:00Z[Europe/London]"},
		{"2023-03-31T01:30[Europe/London]", "P1Y1D", "2024-04-01T02:30:00+01:00[Europe/London]", "2022-03-30T01:30:00+01:00[Europe/London]"}, // moved by the year alone
		{"+999999999-12-31", "P1D", "!Invalid value for Year (valid values -999999999 - 999999999): 1000000000", "+999999999-12-30"},
		{"+999999999-12-20", "P40D", "!Invalid value for EpochDay (valid values -365243219162 - 365241780471): 365241780500", "+999999999-11-10"},
		{"+999999999-12-20", "P13M", "!Invalid value for Year (valid values -999999999 - 999999999): 1000000001", "+999999998-11-20"},
		{"-999999999-01-01", "P1D", "-999999999-01-02", "!Invalid value for EpochDay"},
		{"+999999999-12-31T23:59:59Z", "PT1S", "!Invalid value for Year", "+999999999-12-31T23:59:58Z"},
		{"2024-01-31T00:00", "P106751991167300D", "!Invalid value for EpochDay (valid values -365243219162 - 365241780471): 106751991187053", "!Invalid value for EpochDay"},
		{"2024-01-31", "P3507324295523M", "!Invalid value for Year", "!Invalid value for Year"},
		{"P1M", "P1D", "P1M1D", "P1M-1D"},
		{"PT1.5S", "PT0.7S", "PT2.2S", "PT0.8S"},
		{"PT0.5S", "PT0.7S", "PT1.2S", "PT-0.2S"},
		{"P106751991167300D", "P1D", "!Invalid value for duration, will cause overflow. Value was months=0, days=106751991167301, seconds=0, nanos=0", "P106751991167299D"},
		{"PT9223372036854775807S", "PT1S", "!Can not add duration PT2562047788015215H30M7S and PT1S without causing overflow.", "PT2562047788015215H30M6S"},
		{"PT-9223372036854775807S", "PT2S", "PT-2562047788015215H-30M-5S", "!Can not subtract duration PT-2562047788015215H-30M-7S and PT2S without causing overflow."},
	} {
		at, d := read(t, kindOf(c.at), c.at), read(t, graph.KindDuration, c.duration).AsDuration()
		for sign, want := range map[int64]string{1: c.plus, -1: c.minus} {
			v, err := Add(at, d, sign)
			got := Format(v)
			if err != nil {
				got = "!" + err.Error()
			}
			if text, failure := strings.CutPrefix(want, "!"); got != want && !(failure && err != nil && strings.Contains(err.Error(), text)) {
				t.Errorf("%s and %d times %s: %s, want %s", c.at, sign, c.duration, got, want)
			}
		}
	}
}

// Differences, with answers of Neo4j 5.26.
func TestBetween(t *testing.T) {
	for _, c := range []struct{ from, to, between, months, days, seconds string }{
		{"2024-01-31", "2024-03-01", "P1M1D", "P1M", "P30D", "PT720H"},
		{"2024-03-01", "2024-01-31", "P-1M-1D", "P-1M", "P-30D", "PT-720H"},
		{"2024-03-30T12:00[Europe/London]", "2024-03-31T12:00[Europe/London]", "P1D", "PT0S", "P1D", "PT23H"},
		{"2024-10-27T01:30+01:00[Europe/London]", "2024-10-27T01:30Z[Europe/London]", "PT1H", "PT0S", "PT0S", "PT1H"},
		{"2024-10-26T01:30[Europe/London]", "2024-10-27T01:30Z[Europe/London]", "P1DT1H", "PT0S", "P1D", "PT25H"},
		{"2024-03-30T01:30[Europe/London]", "2024-03-31T02:30[Europe/London]", "P1D", "PT0S", "P1D", "PT24H"},
		{"2024-02-29T01:30[Europe/London]", "2024-03-31T02:29[Europe/London]", "P1M2DT-1M", "P1M", "P31D", "PT743H59M"},
		{"12:00:00Z", "11:00:00Z", "PT-1H", "PT0S", "PT0S", "PT-1H"},
	} {
		from, to := read(t, kindOf(c.from), c.from), read(t, kindOf(c.to), c.to)
		for name, q := range map[string]struct {
			got  graph.Duration
			want string
		}{"between": {Between(from, to), c.between}, "inMonths": {InMonths(from, to), c.months}, "inDays": {InDays(from, to), c.days}, "inSeconds": {InSeconds(from, to), c.seconds}} {
			if got := formatDuration(q.got); got != q.want {
				t.Errorf("%s of %s and %s: %s, want %s", name, c.from, c.to, got, q.want)
			}
		}
	}
}

// What lies between two instants leads from the one to the other.
func TestBetweenLeadsToTheOther(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := rand.New(rand.NewPCG(seed, 1))
	for range 20_000 {
		from, to := instant(t, src), instant(t, src)
		if from.Kind() != to.Kind() {
			continue
		}
		for _, d := range []graph.Duration{Between(from, to), InSeconds(from, to)} {
			got, err := Add(from, d, 1)
			if to.Kind() == graph.KindDateTime { // its zone is not told
				to = graph.DateTimeOf(to.EpochSeconds(), to.NanosOfSecond(), &graph.Zone{})
				got = graph.DateTimeOf(got.EpochSeconds(), got.NanosOfSecond(), &graph.Zone{})
			}
			if to.Kind() == graph.KindTime {
				to, got = graph.TimeOf(utcNanos(to), 0), graph.TimeOf(utcNanos(got), 0)
			}
			if err != nil || graph.Compare(got, to) != 0 {
				t.Fatalf("%s and %s give %s (%v), not %s", Format(from), formatDuration(d), Format(got), err, Format(to))
			}
		}
	}
}

func utcNanos(v graph.Value) int64 {
	return floorMod(v.NanosOfDay()-int64(v.OffsetSeconds())*nanosPerSecond, nanosPerDay)
}

var zoneNames = []string{"Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia", "UTC"}

// instant makes an instant of any kind.
func instant(t *testing.T, src *rand.Rand) graph.Value {
	t.Helper()
	years := []int64{1, 100, 10_000, 900_000_000}[src.IntN(4)]
	days := src.Int64N(2*years*365+1) - years*365
	nanos := src.Int64N(nanosPerDay)
	if src.IntN(2) == 0 {
		nanos -= nanos % (60 * nanosPerSecond)
	}
	offset := int32(src.IntN(145)-72) * 900
	seconds, rest := days*secondsPerDay+nanos/nanosPerSecond, int32(nanos%nanosPerSecond)
	switch src.IntN(6) {
	case 0:
		return graph.DateOf(days)
	case 1:
		return graph.LocalTimeOf(nanos)
	case 2:
		return graph.TimeOf(nanos, offset)
	case 3:
		return graph.LocalDateTimeOf(seconds, rest)
	case 4:
		return graph.DateTimeOf(seconds, rest, &graph.Zone{Offset: offset})
	}
	loc, err := Load(zoneNames[src.IntN(len(zoneNames))])
	if err != nil {
		t.Fatal(err)
	}
	return graph.DateTimeOf(seconds, rest, At(loc, true, seconds))
}

// duration makes a duration.
func duration(src *rand.Rand) graph.Duration {
	part := func() int64 { return src.Int64N(1<<src.IntN(36)) * int64(src.IntN(3)-1) }
	d := graph.Duration{Months: part(), Days: part(), Seconds: part()}
	if src.IntN(2) == 0 {
		d.Nanos = src.Int32N(1e9)
	}
	return d
}

// What is printed is read as the same value.
func TestTextsAreReadBack(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := rand.New(rand.NewPCG(seed, 1))
	for range 20_000 {
		v := instant(t, src)
		if src.IntN(4) == 0 {
			v = graph.DurationOf(duration(src))
		}
		text := Format(v)
		again, err := Parse(v.Kind(), text, time.UTC, false)
		if err != nil || graph.Compare(v, again) != 0 {
			t.Fatalf("%s is read as %s (%v)", text, Format(again), err)
		}
	}
}

// Each part of a date is the one that the calendar of the Go library gives.
func TestTheCalendar(t *testing.T) {
	for days := DaysOf(-420, 1, 1); days < DaysOf(2420, 1, 1); days++ {
		at := time.Unix(days*secondsPerDay, 0).UTC()
		y, m, d := DateParts(days)
		if int(y) != at.Year() || int(m) != int(at.Month()) || int(d) != at.Day() || DaysOf(y, m, d) != days {
			t.Fatalf("day %d is %d-%d-%d, want %v, and back %d", days, y, m, d, at, DaysOf(y, m, d))
		}
		year, week := at.ISOWeek()
		for name, want := range map[string]int{"weekYear": year, "week": week, "ordinalDay": at.YearDay(), "dayOfWeek": (int(at.Weekday())+6)%7 + 1} {
			if got, ok := dateComponent(days, name); !ok || got != int64(want) {
				t.Fatalf("%v: %s is %d, want %d", at, name, got, want)
			}
		}
		wy, _ := dateComponent(days, "weekYear")
		w, _ := dateComponent(days, "week")
		dow, _ := dateComponent(days, "dayOfWeek")
		if back, err := weekDate(wy, w, dow); err != nil || back != days {
			t.Fatalf("%v: its week date gives %d, %v", at, back, err)
		}
	}
}

// Durations from components, with answers of Neo4j 5.26.
func TestComponentsOfDurations(t *testing.T) {
	for _, c := range []struct {
		parts map[string]string
		want  string
	}{
		{map[string]string{"days": "1.5"}, "P1DT12H"},
		{map[string]string{"months": "0.5"}, "P15DT5H14M33S"},
		{map[string]string{"years": "1.25", "weeks": "1.5"}, "P1Y3M10DT12H"},
		{map[string]string{"seconds": "-0.5"}, "PT-0.5S"},
		{map[string]string{"seconds": "-61.5"}, "PT-1M-1.5S"},
		{map[string]string{"hours": "25"}, "PT25H"}, // never carried up
		{map[string]string{"months": "3507324295523", "days": "-20"}, "P292277024626Y11M-20D"},
		{map[string]string{"months": "3507324295523", "days": "20"}, "!months=3507324295523, days=20"},
		{map[string]string{"days": "106751991167301"}, "!days=106751991167301"},
		{map[string]string{"seconds": "9223372036854775807", "days": "1"}, "!days=1, seconds=9223372036854775807"},
		{map[string]string{"seconds": "9223372036854775808"}, "!overflow"},
		{map[string]string{"seconds": "-9223372036854775808"}, "PT-2562047788015215H-30M-8S"},
	} {
		p := Parts{}
		for name, text := range c.parts {
			if !p.Add(name, text) {
				t.Fatalf("%s: %s is not taken", name, text)
			}
		}
		d, err := p.Duration()
		got := formatDuration(d)
		if want, failure := strings.CutPrefix(c.want, "!"); failure && (err == nil || !strings.Contains(err.Error(), want)) || !failure && (err != nil || got != want) {
			t.Errorf("%v: %s (%v), want %s", c.parts, got, err, c.want)
		}
	}
	if (Parts{}).Add("fortnights", "1") || (Parts{}).Add("days", "one") {
		t.Error("an unknown component or number is taken")
	}
}

// Scaling by n is adding n times, and the length of a duration is never past 64 bits.
func TestScale(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := rand.New(rand.NewPCG(seed, 1))
	for range 5000 {
		d, n := duration(src), src.IntN(5)-2
		sum := graph.DurationOf(graph.Duration{})
		for range max(n, -n) {
			var err error
			if sum, err = Add(sum, d, int64(n/max(n, -n))); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := Scale(d, big.NewRat(int64(n), 1)); err != nil || graph.Compare(graph.DurationOf(got), sum) != 0 {
			t.Fatalf("%d times %s is %s (%v), want %s", n, formatDuration(d), formatDuration(got), err, Format(sum))
		}
	}
	_, err := Scale(graph.Duration{Days: 106751991167300}, big.NewRat(2, 1))
	if p, ok := errors.AsType[*Problem](err); !ok || p.Class != TooLong {
		t.Errorf("a duration that is too long gives %v", err)
	}
	_, err = Scale(graph.Duration{Days: math.MaxInt64}, big.NewRat(2, 1))
	if p, ok := errors.AsType[*Problem](err); !ok || p.Class != TooLarge {
		t.Errorf("days past 64 bits give %v", err)
	}
}

// Truncation, with answers of Neo4j 5.26; "!" begins what an error says.
func TestTruncate(t *testing.T) {
	one := func(k string, v graph.Value) *graph.Map { m := graph.NewMap(1); m.Put(k, v); return m }
	for _, c := range []struct {
		kind     graph.Kind
		unit, at string
		more     *graph.Map
		want     string
	}{
		{graph.KindDateTime, "hour", "2024-10-27T01:30Z[Europe/London]", nil, "2024-10-27T01:00:00+01:00[Europe/London]"},
		{graph.KindDateTime, "day", "2018-11-04T12:00[America/Sao_Paulo]", nil, "2018-11-04T01:00:00-02:00[America/Sao_Paulo]"}, // which has no midnight
		{graph.KindDateTime, "week", "2024-03-31T11:30[Europe/London]", nil, "2024-03-25T00:00:00Z[Europe/London]"},
		{graph.KindDateTime, "weekYear", "2021-01-02T11:30[Europe/London]", nil, "2019-12-30T00:00:00Z[Europe/London]"},
		{graph.KindDateTime, "millennium", "-0001-03-31T11:30Z", nil, "0000-01-01T00:00:00Z"},
		{graph.KindDateTime, "decade", "-0011-03-31T11:30Z", nil, "-0010-01-01T00:00:00Z"},
		{graph.KindDate, "century", "1999-12-31", nil, "1900-01-01"},
		{graph.KindDate, "quarter", "2024-05-31", one("day", graph.Int(2)), "2024-04-02"},
		{graph.KindLocalTime, "millisecond", "12:00:00.123456789", one("nanosecond", graph.Int(5)), "12:00:00.123000005"},
		{graph.KindDate, "hour", "12:00", nil, "!"},
		{graph.KindDate, "hour", "2024-01-01", one("foo", graph.Int(1)), "!Unit too small for truncation: Hours"},
		{graph.KindDate, "day", "2024-01-01", one("foo", graph.Int(1)), "!No such field: foo"},
		{graph.KindDate, "month", "2024-01-01", one("hour", graph.Int(1)), "!Not supported: hour"},
		{graph.KindLocalTime, "hour", "12:00", one("day", graph.Int(1)), "!Not supported: day"},
		{graph.KindLocalTime, "month", "12:00", nil, "!Unit is too large"},
		{graph.KindLocalDateTime, "day", "2024-01-01", one("timezone", graph.String("Europe/London")), "!Cannot assign time zone"},
		{graph.KindLocalDateTime, "hour", "12:00", nil, "!Cannot truncate 12:00:00 to local date time with a time based unit."},
		{graph.KindDate, "fortnight", "2024-01-01", nil, "!Unsupported unit: fortnight"},
	} {
		v, err := Truncate(c.kind, c.unit, read(t, kindOf(c.at), c.at), c.more, time.UTC, false)
		got := Format(v)
		if want, failure := strings.CutPrefix(c.want, "!"); failure && (err == nil || !strings.Contains(fmt.Sprint(err), want)) || !failure && (err != nil || got != want) {
			t.Errorf("%s to %s: %s (%v), want %s", c.at, c.unit, got, err, c.want)
		}
	}
}

// Cutting down twice is cutting down once, and never goes forward.
func TestTruncateTwice(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := rand.New(rand.NewPCG(seed, 1))
	for range 3000 {
		v := instant(t, src)
		if v.Kind() == graph.KindDateTime && v.Zone().Loc != nil {
			continue // see TestTruncate for clocks that change
		}
		for unit := range unitNames {
			once, err := Truncate(v.Kind(), unit, v, nil, time.UTC, false)
			if err != nil {
				continue // a unit that the kind has not
			}
			twice, err := Truncate(v.Kind(), unit, once, nil, time.UTC, false)
			y, _, _ := DateParts(side(v).days)
			if err != nil || graph.Compare(once, twice) != 0 || graph.Compare(once, v) > 0 && y >= 0 {
				t.Fatalf("%s cut to %s is %s, and then %s (%v)", Format(v), unit, Format(once), Format(twice), err)
			}
		}
	}
}
