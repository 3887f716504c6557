package fn

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/status"
)

// mismatchedPattern is the error of a text that a pattern does not read.
func mismatchedPattern(pattern, text string, kind graph.Kind) error {
	return status.New(status.SyntaxError, "", "Pattern, `%s`, does not match input, `%s`. Verify that the pattern is valid for constructing `%v`.", pattern, text, kind).
		With("22007", status.Because("42I68", "Pattern, `'%s'`, does not match input, `'%s'`. Verify that the pattern is valid for constructing `%v`.", pattern, text, kind))
}

// patternFields are the components that letters of a pattern read.
var patternFields = map[byte]string{'u': "year", 'y': "year", 'M': "month", 'L': "month", 'd': "day", 'D': "ordinalDay", 'H': "hour", 'k': "hour", 'm': "minute", 's': "second", 'n': "nanosecond"}

// reader reads a text by a pattern.
type reader struct {
	text string
	at   int
}

func (r *reader) literal(s string) bool {
	if !strings.HasPrefix(r.text[r.at:], s) {
		return false
	}
	r.at += len(s)
	return true
}

// number reads digits: exactly width when more digits follow in the pattern or width is above one.
func (r *reader) number(width int, fixed bool) (int64, bool) {
	end := r.at
	if end < len(r.text) && (r.text[end] == '-' || r.text[end] == '+') && !fixed {
		end++
	}
	for end < len(r.text) && r.text[end] >= '0' && r.text[end] <= '9' && (!fixed || end-r.at < width) {
		end++
	}
	n, err := strconv.ParseInt(r.text[r.at:end], 10, 64)
	if err != nil || end-r.at < width {
		return 0, false
	}
	r.at = end
	return n, true
}

func (r *reader) name(of func(i int) string, n, width int) (int64, bool) {
	for i := range n {
		name := of(i)
		if width == 3 {
			name = name[:3]
		}
		if len(r.text) >= r.at+len(name) && strings.EqualFold(r.text[r.at:r.at+len(name)], name) {
			r.at += len(name)
			return int64(i), true
		}
	}
	return 0, false
}

// zone reads an offset or the name of a zone.
func (r *reader) zone() (string, bool) {
	end := r.at
	for end < len(r.text) && r.text[end] != ' ' && r.text[end] != ']' && r.text[end] != ')' {
		end++
	}
	name := r.text[r.at:end]
	if _, _, err := temporal.Zone(name); err != nil || name == "" {
		return "", false
	}
	r.at = end
	return name, true
}

// parsePattern is date('05/01/2020', 'dd/MM/yyyy') and its like.
func parsePattern(kind graph.Kind, a []graph.Value, zone *time.Location, isNamed bool) (graph.Value, error) {
	for _, v := range a {
		if v.Kind() != graph.KindString {
			return graph.Null, badCall(kindWord[kind]+"Function", a)
		}
	}
	fields, ok := readFields(a[1].AsString(), a[0].AsString())
	if ok {
		if v, err := temporal.FromMap(kind, fields, zone, isNamed); err == nil && complete(kind, fields) {
			return v, nil
		}
	}
	return graph.Null, mismatchedPattern(a[1].AsString(), a[0].AsString(), kind)
}

// complete tells whether fields say all that a value of the kind needs.
func complete(kind graph.Kind, m *graph.Map) bool {
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := m.Get(n); !ok {
				return false
			}
		}
		return true
	}
	date := has("year", "month", "day") || has("year", "ordinalDay")
	switch kind {
	case graph.KindDate:
		return date
	case graph.KindLocalTime:
		return has("hour")
	case graph.KindTime:
		return has("hour", "timezone")
	case graph.KindLocalDateTime:
		return date && has("hour")
	}
	return date && has("hour", "timezone")
}

func readFields(pattern, text string) (*graph.Map, bool) {
	parts, ok := pieces(pattern)
	if !ok {
		return nil, false
	}
	r := &reader{text: text}
	out := graph.NewMap(8)
	afternoon, twelve := int64(-1), int64(-1)
	for i, p := range parts {
		adjacent := i+1 < len(parts) && parts[i+1].letter != 0
		ok, n := false, int64(0)
		switch p.letter {
		case 0:
			ok = r.literal(p.literal)
		case 'M', 'L':
			if p.width >= 3 {
				if n, ok = r.name(func(i int) string { return time.Month(i + 1).String() }, 12, p.width); ok {
					out.Put("month", graph.Int(n+1))
				}
				break
			}
			if n, ok = r.number(p.width, p.width == 2 || adjacent); ok {
				out.Put("month", graph.Int(n))
			}
		case 'E':
			_, ok = r.name(func(i int) string { return time.Weekday(i).String() }, 7, p.width)
		case 'a':
			switch {
			case r.literal("AM"), r.literal("am"):
				afternoon, ok = 0, true
			case r.literal("PM"), r.literal("pm"):
				afternoon, ok = 1, true
			}
		case 'h', 'K':
			twelve, ok = r.number(p.width, p.width == 2 || adjacent)
		case 'S':
			if n, ok = r.number(p.width, true); ok {
				nanos, _ := strconv.ParseInt(fmt.Sprintf("%0*d000000000", p.width, n)[:9], 10, 64)
				out.Put("nanosecond", graph.Int(nanos))
			}
		case 'V', 'v', 'z', 'O', 'X', 'x', 'Z':
			var name string
			if name, ok = r.zone(); ok {
				out.Put("timezone", graph.String(name))
			}
		default:
			field := patternFields[p.letter]
			if field == "" {
				return nil, false
			}
			if n, ok = r.number(p.width, p.width == 2 || adjacent); ok {
				if field == "year" && p.width == 2 {
					n += 2000
				}
				out.Put(field, graph.Int(n))
			}
		}
		if !ok {
			return nil, false
		}
	}
	if twelve >= 0 {
		if afternoon < 0 {
			return nil, false
		}
		out.Put("hour", graph.Int(twelve%12+12*afternoon))
	}
	fillTime(out)
	return out, r.at == len(text)
}

// fillTime adds the parts of a time that a smaller part needs.
func fillTime(m *graph.Map) {
	for _, small := range []string{"nanosecond", "second"} {
		if _, ok := m.Get(small); !ok {
			continue
		}
		for _, large := range []string{"minute", "second"} {
			if _, ok := m.Get(large); !ok {
				m.Put(large, graph.Int(0))
			}
		}
	}
}

// parseDurationPattern is duration('1-2', 'y-M').
func parseDurationPattern(a []graph.Value) (graph.Value, error) {
	for _, v := range a {
		if v.Kind() != graph.KindString {
			return graph.Null, badCall("DurationFunction", a)
		}
	}
	parts, ok := pieces(a[1].AsString())
	r := &reader{text: a[0].AsString()}
	sum := temporal.Parts{}
	units := map[byte]string{'y': "years", 'q': "quarters", 'M': "months", 'w': "weeks", 'd': "days", 'h': "hours", 'm': "minutes", 's': "seconds"}
	for i, p := range parts {
		switch {
		case !ok:
		case p.letter == 0:
			ok = r.literal(p.literal)
		case units[p.letter] != "":
			var n int64
			if n, ok = r.number(p.width, i+1 < len(parts) && parts[i+1].letter != 0); ok {
				sum.Add(units[p.letter], strconv.FormatInt(n, 10))
			}
		default:
			ok = r.literal(strings.Repeat(string(p.letter), p.width))
		}
	}
	if !ok || r.at != len(r.text) {
		return graph.Null, mismatchedPattern(a[1].AsString(), a[0].AsString(), graph.KindDuration)
	}
	d, err := sum.Duration()
	return moved(graph.DurationOf(d), err)
}
