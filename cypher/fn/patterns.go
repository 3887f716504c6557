package fn

import (
	"fmt"
	"strings"
	"time"

	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/status"
)

// piece is one part of a pattern: a run of one letter, or a literal text.
type piece struct {
	letter  byte // 0 for a literal
	width   int
	literal string
}

// pieces splits a pattern in the syntax of Java's DateTimeFormatter; ok=false when a quote is not closed.
func pieces(pattern string) (out []piece, ok bool) {
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			end := strings.IndexByte(pattern[i+1:], '\'')
			if end < 0 {
				return nil, false
			}
			text := pattern[i+1 : i+1+end]
			if text == "" {
				text = "'"
			}
			out = append(out, piece{literal: text})
			i += end + 2
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			n := 1
			for i+n < len(pattern) && pattern[i+n] == c {
				n++
			}
			out = append(out, piece{letter: c, width: n})
			i += n
		default:
			out = append(out, piece{literal: pattern[i : i+1]})
			i++
		}
	}
	return out, true
}

// letters of a pattern that need a date, a time, a zone.
const (
	dateLetters = "GuyYDMLdQqwWeEcF"
	timeLetters = "aBhHkKmsSAnN"
	zoneLetters = "VvzOXxZ"
)

// invalidPattern is the error of a letter that the kind of value has nothing for.
func invalidPattern(kind graph.Kind) error {
	text := fmt.Sprintf("An invalid character is used in the pattern. Verify that all characters are supported by `%v`.", kind)
	return status.New(status.ArgumentError, "", "%s", text).With("42001", status.Because("42I65", "%s", text))
}

// format is format(value, pattern): ISO 8601 without a pattern.
func format(_ *Context, a []graph.Value) (graph.Value, error) {
	v := a[0]
	if !isTemporal(v) {
		return graph.Null, NotOfType(v, "DATE, LOCAL TIME, ZONED TIME, LOCAL DATETIME, ZONED DATETIME or DURATION", "Invalid input for function 'format()': Expected a temporal value, got: %s", Inspect(v))
	}
	if len(a) == 1 {
		return graph.String(temporal.Format(v)), nil
	}
	if a[1].Kind() != graph.KindString {
		return graph.Null, textWanted("format", a[1])
	}
	parts, ok := pieces(a[1].AsString())
	if !ok {
		return graph.Null, invalidPattern(v.Kind())
	}
	if v.Kind() == graph.KindDuration {
		return graph.String(formatDuration(v.AsDuration(), parts)), nil
	}
	hasDate, hasTime, hasZone := !isClock(v), v.Kind() != graph.KindDate, v.Kind() == graph.KindDateTime || v.Kind() == graph.KindTime
	var b strings.Builder
	for _, p := range parts {
		in := func(set string, has bool) bool { return has && strings.IndexByte(set, p.letter) >= 0 }
		switch {
		case p.letter == 0:
			b.WriteString(p.literal)
		case in(dateLetters, hasDate):
			formatDate(&b, v, p)
		case in(timeLetters, hasTime):
			formatTime(&b, v, p)
		case in(zoneLetters, hasZone):
			formatZone(&b, v, p)
		default:
			return graph.Null, invalidPattern(v.Kind())
		}
	}
	return graph.String(b.String()), nil
}

// part gives a component as a number.
func part(v graph.Value, name string) int64 {
	c, _ := temporal.Component(v, name)
	return c.AsInt()
}

var dayParts = []struct {
	from int64
	name string
}{{21, "at night"}, {18, "in the evening"}, {12, "in the afternoon"}, {0, "in the morning"}}

// named writes a name by the width of its letters: three for short, four for the whole, five for its first letter.
func named(b *strings.Builder, name string, width int) {
	switch width {
	case 4:
		b.WriteString(name)
	case 5:
		b.WriteString(name[:1])
	default:
		b.WriteString(name[:3])
	}
}

func formatDate(b *strings.Builder, v graph.Value, p piece) {
	number := func(n int64) { fmt.Fprintf(b, "%0*d", p.width, n) }
	year := func(n int64) {
		if p.width == 2 {
			fmt.Fprintf(b, "%02d", ((n%100)+100)%100)
		} else {
			number(n)
		}
	}
	switch p.letter {
	case 'G':
		era := [2]string{"AD", "Anno Domini"}
		if part(v, "year") <= 0 {
			era = [2]string{"BC", "Before Christ"}
		}
		switch p.width {
		case 4:
			b.WriteString(era[1])
		case 5:
			b.WriteString(era[0][:1])
		default:
			b.WriteString(era[0])
		}
	case 'u':
		year(part(v, "year"))
	case 'y':
		y := part(v, "year")
		if y <= 0 {
			y = 1 - y
		}
		year(y)
	case 'Y':
		year(part(v, "weekYear"))
	case 'D':
		number(part(v, "ordinalDay"))
	case 'M', 'L':
		m := part(v, "month")
		if p.width < 3 {
			number(m)
		} else {
			named(b, time.Month(m).String(), p.width)
		}
	case 'd':
		number(part(v, "day"))
	case 'Q', 'q':
		q := part(v, "quarter")
		switch p.width {
		case 1, 2:
			number(q)
		case 3:
			fmt.Fprintf(b, "Q%d", q)
		case 4:
			b.WriteString([...]string{"1st", "2nd", "3rd", "4th"}[q-1] + " quarter")
		default:
			fmt.Fprint(b, q)
		}
	case 'w':
		// Weeks of the locale begin on Sunday, the first is the one that holds 1 January.
		day := part(v, "ordinalDay")
		first := (part(v, "dayOfWeek")-(day-1))%7 + 7
		number((day-1+first%7)/7 + 1)
	case 'W', 'F':
		number((part(v, "day")-1)/7 + 1)
	case 'e', 'c', 'E':
		d := part(v, "dayOfWeek") % 7
		if p.letter != 'E' && p.width < 3 {
			number(d + 1)
		} else {
			named(b, time.Weekday(d).String(), p.width)
		}
	}
}

func formatTime(b *strings.Builder, v graph.Value, p piece) {
	number := func(n int64) { fmt.Fprintf(b, "%0*d", p.width, n) }
	hour, nanos := part(v, "hour"), part(v, "nanosecond")
	ofDay := ((hour*60+part(v, "minute"))*60+part(v, "second"))*1_000_000_000 + nanos
	switch p.letter {
	case 'a':
		b.WriteString([...]string{"AM", "PM"}[hour/12])
	case 'B':
		for _, d := range dayParts {
			if hour >= d.from {
				b.WriteString(d.name)
				break
			}
		}
	case 'h':
		number((hour+11)%12 + 1)
	case 'H':
		number(hour)
	case 'k':
		number((hour+23)%24 + 1)
	case 'K':
		number(hour % 12)
	case 'm':
		number(part(v, "minute"))
	case 's':
		number(part(v, "second"))
	case 'S':
		b.WriteString(fraction(nanos, p.width))
	case 'A':
		number(ofDay / 1_000_000)
	case 'n':
		number(nanos)
	case 'N':
		number(ofDay)
	}
}

// fraction gives the first digits of a fraction of a second.
func fraction(nanos int64, width int) string {
	s := fmt.Sprintf("%09d", nanos)
	return (s + strings.Repeat("0", max(width-9, 0)))[:width]
}

func formatZone(b *strings.Builder, v graph.Value, p piece) {
	offset := v.OffsetSeconds()
	name := ""
	if v.Kind() == graph.KindDateTime {
		offset, name = v.Zone().Offset, v.Zone().Name
	}
	sign, o := "+", offset
	if o < 0 {
		sign, o = "-", -o
	}
	h, m, s := o/3600, o/60%60, o%60
	switch p.letter {
	case 'V', 'v', 'z':
		switch {
		case name == "":
			b.WriteString(temporal.FormatOffset(offset))
		case p.letter == 'V':
			b.WriteString(name)
		default:
			at := time.Unix(v.EpochSeconds(), 0).In(v.Zone().Loc)
			abbreviation, _ := at.Zone()
			b.WriteString(abbreviation)
		}
	case 'O':
		b.WriteString("GMT")
		if offset == 0 {
			return
		}
		if p.width == 4 {
			fmt.Fprintf(b, "%s%02d:%02d", sign, h, m)
			return
		}
		fmt.Fprintf(b, "%s%d", sign, h)
		if m != 0 {
			fmt.Fprintf(b, ":%02d", m)
		}
	case 'X', 'x', 'Z':
		width := p.width
		if p.letter == 'Z' {
			switch {
			case p.width == 4:
				formatZone(b, v, piece{letter: 'O', width: 4})
				return
			case p.width == 5:
				width = 3
			default:
				width = 2
			}
		}
		if offset == 0 && (p.letter == 'X' || p.letter == 'Z' && p.width == 5) {
			b.WriteByte('Z')
			return
		}
		colon := ""
		if width == 3 || width == 5 {
			colon = ":"
		}
		fmt.Fprintf(b, "%s%02d", sign, h)
		if width > 1 || m != 0 {
			fmt.Fprintf(b, "%s%02d", colon, m)
		}
		if s != 0 && width > 3 {
			fmt.Fprintf(b, "%s%02d", colon, s)
		}
	}
}

// formatDuration shows the units of a pattern, each what the larger ones in it leave.
func formatDuration(d graph.Duration, parts []piece) string {
	has := func(letter byte) bool {
		for _, p := range parts {
			if p.letter == letter {
				return true
			}
		}
		return false
	}
	var b strings.Builder
	months, days, seconds := d.Months, d.Days, d.Seconds
	left := map[byte]int64{}
	take := func(letter byte, total *int64, size int64) {
		if has(letter) {
			left[letter] = *total / size
			*total %= size
		}
	}
	take('y', &months, 12)
	take('q', &months, 3)
	if has('M') {
		left['M'], months = months, 0
		left['q'] = 0
	}
	take('w', &days, 7)
	if has('d') {
		left['d'], left['w'] = d.Days, 0
	}
	take('h', &seconds, 3600)
	take('H', &seconds, 3600)
	take('m', &seconds, 60)
	take('s', &seconds, 1)
	for _, p := range parts {
		switch p.letter {
		case 0:
			b.WriteString(p.literal)
		case 'y', 'q', 'M', 'w', 'd', 'h', 'H', 'm', 's':
			fmt.Fprintf(&b, "%0*d", p.width, left[p.letter])
		case 'S', 'n':
			b.WriteString(fraction(int64(d.Nanos), p.width))
		default:
			b.WriteString(strings.Repeat(string(p.letter), p.width))
		}
	}
	return b.String()
}
