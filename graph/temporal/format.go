package temporal

import (
	"fmt"
	"strings"

	"graticule/graph"
)

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
	out := fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60) // Neo4j keeps :00
	frac := n % nanosPerSecond
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
