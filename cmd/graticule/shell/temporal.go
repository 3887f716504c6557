package shell

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

// offsetZone is the name the driver gives to zones that are only an offset.
const offsetZone = "Offset"

func formatDate(t time.Time) string {
	y := t.Year()
	switch {
	case y > 9999:
		return fmt.Sprintf("+%d-%02d-%02d", y, t.Month(), t.Day())
	case y < 0:
		return fmt.Sprintf("-%04d-%02d-%02d", -y, t.Month(), t.Day())
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, t.Month(), t.Day())
}

// formatClock writes the time of day; seconds are left out when there are none,
// unless they are asked for, and fractions come in groups of three digits.
func formatClock(t time.Time, seconds bool) string {
	s := fmt.Sprintf("%02d:%02d", t.Hour(), t.Minute())
	if t.Second() == 0 && t.Nanosecond() == 0 && !seconds {
		return s
	}
	s += fmt.Sprintf(":%02d", t.Second())
	switch n := t.Nanosecond(); {
	case n == 0:
	case n%1_000_000 == 0:
		s += fmt.Sprintf(".%03d", n/1_000_000)
	case n%1000 == 0:
		s += fmt.Sprintf(".%06d", n/1000)
	default:
		s += fmt.Sprintf(".%09d", n)
	}
	return s
}

func formatOffset(t time.Time) string {
	_, offset := t.Zone()
	if offset == 0 {
		return "Z"
	}
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	s := fmt.Sprintf("%c%02d:%02d", sign, offset/3600, offset/60%60)
	if offset%60 != 0 {
		s += fmt.Sprintf(":%02d", offset%60)
	}
	return s
}

func formatZoned(t time.Time, seconds bool) string {
	s := formatDate(t) + "T" + formatClock(t, seconds) + formatOffset(t)
	if zone := t.Location().String(); zone != offsetZone && zone != "" {
		s += "[" + zone + "]"
	}
	return s
}

// formatDuration writes a duration in the ISO form, each unit with its sign.
func formatDuration(d dbtype.Duration) string {
	var b strings.Builder
	unit := func(n int64, name byte) {
		if n != 0 {
			b.WriteString(strconv.FormatInt(n, 10))
			b.WriteByte(name)
		}
	}
	b.WriteByte('P')
	unit(d.Months/12, 'Y')
	unit(d.Months%12, 'M')
	unit(d.Days, 'D')
	seconds, nanos := d.Seconds, int64(d.Nanos)
	if seconds < 0 && nanos > 0 { // both parts carry the sign
		seconds, nanos = seconds+1, nanos-1_000_000_000
	}
	if seconds != 0 || nanos != 0 {
		b.WriteByte('T')
		unit(seconds/3600, 'H')
		unit(seconds/60%60, 'M')
		if rest := seconds % 60; rest != 0 || nanos != 0 {
			if rest < 0 || nanos < 0 {
				b.WriteByte('-')
				rest, nanos = -rest, -nanos
			}
			b.WriteString(strconv.FormatInt(rest, 10))
			if nanos != 0 {
				b.WriteString(strings.TrimRight(fmt.Sprintf(".%09d", nanos), "0"))
			}
			b.WriteByte('S')
		}
	}
	if b.Len() == 1 {
		return "PT0S"
	}
	return b.String()
}
