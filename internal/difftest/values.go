package difftest

import (
	"fmt"
	"strings"
)

// list writes a list of integers or texts.
func (g *gen) list(k kind, depth int, sc scope) string {
	item := kInt
	if k == kStrings {
		item = kString
	}
	sub := func(k kind) string { return g.expression(k, depth-1, sc) }
	switch g.IntN(13) {
	case 0, 1:
		parts := make([]string, g.IntN(4))
		for i := range parts {
			parts[i] = sub(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case 2:
		if k == kInts {
			return fmt.Sprintf("range(%d, %d%s)", g.between(-1, 2), g.between(0, 5), one(g.random, "", ", 2", ", -1"))
		}
		return fmt.Sprintf("split(%s, %s)", sub(kString), one(g.random, "'a'", "' '", "''"))
	case 3, 4:
		name := g.name("it")
		inner := sc.with(variable{name: name, kind: item})
		text := fmt.Sprintf("[%s IN %s", name, sub(k))
		if g.chance(60) {
			text += " WHERE " + g.expression(kBool, depth-1, inner)
		}
		if g.chance(60) {
			text += " | " + g.expression(item, depth-1, inner)
		}
		return text + "]"
	case 5:
		return fmt.Sprintf("(%s)[%s]", sub(k), one(g.random, "0..", "1..", "-2..", "..1", "..-1", "..2", "0..2", "1..-1", "-2..3", "2..1"))
	case 6:
		return fmt.Sprintf("(%s + %s)", sub(k), sub(k))
	case 7:
		return fmt.Sprintf("%s(%s)", one(g.random, "reverse", "tail"), sub(k))
	case 8:
		if vs := sc.of(kNodes, kRels); len(vs) > 0 {
			name := g.name("it")
			v := one(g.random, vs...)
			of := kNode
			if v.kind == kRels {
				of = kRel
			}
			return fmt.Sprintf("[%s IN %s | %s]", name, v.name, g.expression(item, depth-1, sc.with(variable{name: name, kind: of})))
		}
		if vs := sc.of(kPath); len(vs) > 0 {
			name := g.name("it")
			call, of := "nodes", kNode
			if g.chance(50) {
				call, of = "relationships", kRel
			}
			return fmt.Sprintf("[%s IN %s(%s) | %s]", name, call, one(g.random, vs...).name, g.expression(item, depth-1, sc.with(variable{name: name, kind: of})))
		}
	case 9:
		if g.nested > 0 {
			if depth > 1 && g.chance(30) {
				return g.full("COLLECT", item, sc)
			}
			g.nested--
			defer func() { g.nested++ }()
			p := g.pattern(sc, shape{rels: g.between(0, 2)})
			return fmt.Sprintf("COLLECT { MATCH %s%s RETURN %s AS x ORDER BY x }", p.text, g.where(40, p.scope), g.expression(item, 1, p.scope))
		}
	case 10:
		return fmt.Sprintf("to%sList([%s, %s])", map[kind]string{kInts: "Integer", kStrings: "String"}[k], literal(g.random, one(g.random, kInt, kString, kFloat, kBool)), sub(one(g.random, kInt, kString)))
	case 11:
		return fmt.Sprintf("(%s || %s)", sub(k), sub(k))
	case 12:
		if vs := sc.of(kMap); len(vs) > 0 && k == kInts {
			return fmt.Sprintf("[%s.a]", one(g.random, vs...).name)
		}
		return fmt.Sprintf("(%s + %s)", sub(k), sub(item))
	}
	return sub(k)
}

// units truncate dates and times.
var units = []string{"year", "quarter", "month", "week", "day"}

// temporal writes a point in time or a duration.
func (g *gen) temporal(k kind, sub func(kind) string) string {
	name := map[kind]string{kDate: "date", kLocalDateTime: "localdatetime", kDateTime: "datetime", kLocalTime: "localtime", kTime: "time"}[k]
	if k == kDuration {
		switch g.IntN(5) {
		case 0:
			between := one(g.random, kDate, kLocalDateTime, kDateTime, kLocalTime, kTime)
			return fmt.Sprintf("duration.%s(%s, %s)", one(g.random, "between", "between", "inDays", "inMonths", "inSeconds"), sub(between), sub(between))
		case 1:
			return fmt.Sprintf("(%s %s %s)", sub(kDuration), one(g.random, "+", "-"), sub(kDuration))
		case 2:
			return fmt.Sprintf("(%s %s)", sub(kDuration), one(g.random, "* 2", "/ 2", "* 0.5"))
		case 3:
			return fmt.Sprintf("duration({days: %d, hours: %d, months: %d})", g.between(-3, 40), g.IntN(50), g.IntN(14))
		}
		return literal(g.random, k)
	}
	switch g.IntN(7) {
	case 0:
		return fmt.Sprintf("(%s %s %s)", sub(k), one(g.random, "+", "-"), sub(kDuration))
	case 1:
		unit := one(g.random, units...)
		if k == kLocalTime || k == kTime {
			unit = one(g.random, "hour", "minute", "second", "day", "millisecond")
		}
		return fmt.Sprintf("%s.truncate('%s', coalesce(%s, %s))", name, unit, sub(k), literal(g.random, k)) // null is an error
	case 2:
		switch k {
		case kDate:
			return fmt.Sprintf("date({year: %d, month: %d, day: %d})", g.between(1990, 2030), g.between(1, 12), g.between(1, 28))
		case kLocalDateTime:
			return fmt.Sprintf("localdatetime({year: %d, ordinalDay: %d, hour: %d})", g.between(1990, 2030), g.between(1, 365), g.IntN(24))
		case kDateTime:
			return fmt.Sprintf("datetime({epochSeconds: %d})", g.IntN(2000000000))
		case kLocalTime:
			return fmt.Sprintf("localtime({hour: %d, minute: %d})", g.IntN(24), g.IntN(60))
		case kTime:
			return fmt.Sprintf("time({hour: %d, timezone: '%s'})", g.IntN(24), one(g.random, "Z", "+02:00", "-05:30"))
		}
	case 3:
		if k == kDate {
			return fmt.Sprintf("date(%s)", sub(one(g.random, kLocalDateTime, kDateTime)))
		}
		if k == kLocalTime {
			return fmt.Sprintf("localtime(%s)", sub(one(g.random, kLocalDateTime, kDateTime, kTime)))
		}
	case 4:
		known := func(kinds ...kind) string { // null is an error
			k := one(g.random, kinds...)
			return fmt.Sprintf("coalesce(%s, %s)", sub(k), literal(g.random, k))
		}
		switch k {
		case kDate:
			return fmt.Sprintf("date({date: %s, %s})", known(kDate, kLocalDateTime, kDateTime), one(g.random, "day: 3", "month: 2, day: 1", "year: 2001, day: 28", "week: 3", "dayOfWeek: 2", "quarter: 3", "ordinalDay: 60"))
		case kLocalDateTime:
			return fmt.Sprintf("localdatetime({date: %s, time: %s%s})", known(kDate, kLocalDateTime, kDateTime), known(kLocalTime, kTime), one(g.random, "", ", second: 7", ", day: 2"))
		case kDateTime:
			return fmt.Sprintf("datetime({datetime: %s, timezone: '%s'})", known(kLocalDateTime, kDateTime), one(g.random, "Europe/London", "+05:00", "Z", "America/New_York"))
		case kLocalTime:
			return fmt.Sprintf("localtime({time: %s, %s})", known(kLocalTime, kTime, kDateTime), one(g.random, "hour: 3", "second: 9", "millisecond: 5", "nanosecond: 77"))
		case kTime:
			return fmt.Sprintf("time({time: %s, timezone: '%s'})", known(kLocalTime, kTime, kDateTime), one(g.random, "+01:00", "Z", "-02:30"))
		}
	case 5:
		if k == kDateTime {
			return one(g.random, fmt.Sprintf("datetime.fromepoch(%d, %d)", g.IntN(2000000000), g.IntN(1000)), fmt.Sprintf("datetime.fromepochmillis(%d)", g.IntN(2000000000)), fmt.Sprintf("datetime(%s)", sub(kLocalDateTime)))
		}
		if k == kLocalDateTime {
			return fmt.Sprintf("localdatetime(%s)", sub(kDateTime))
		}
		if k == kTime {
			return fmt.Sprintf("time(%s)", sub(one(g.random, kDateTime, kLocalTime, kLocalDateTime)))
		}
	}
	return sub(k)
}
