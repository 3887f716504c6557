package fn

import (
	"fmt"
	"strings"
	"time"

	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/status"
)

// kindWord names the kinds as functions of them are named.
var kindWord = map[graph.Kind]string{
	graph.KindDate: "Date", graph.KindTime: "Time", graph.KindLocalTime: "LocalTime", graph.KindDateTime: "DateTime", graph.KindLocalDateTime: "LocalDateTime",
}

// badCall is the error of arguments that no form of a function takes.
func badCall(name string, a []graph.Value) error {
	shown := make([]string, len(a))
	for i, v := range a {
		shown[i] = Inspect(v)
	}
	return status.New(status.ProcedureCallFailed, "50N42", "Invalid call signature for %s: Provided input was [%s]", name, strings.Join(shown, ", "))
}

func temporals() []Function {
	var out []Function
	statement := func(c *Context) time.Time { return c.Statement }
	clocks := map[string]func(*Context) time.Time{".statement": statement, ".transaction": func(c *Context) time.Time { return c.Transaction }, ".realtime": func(*Context) time.Time { return time.Now() }}
	for kind, word := range kindWord {
		name := lower(word)
		out = append(out,
			Function{Name: name + ".truncate", Min: 1, Max: 3, TakesNull: true, Eval: func(c *Context, a []graph.Value) (graph.Value, error) { return truncate(c, kind, a) }},
			Function{Name: name, Max: 1, Max25: 2, Eval: func(c *Context, a []graph.Value) (graph.Value, error) { return instant(c, kind, a) }})
		for suffix, clock := range clocks {
			out = append(out, Function{Name: name + suffix, Max: 1, Eval: func(c *Context, a []graph.Value) (graph.Value, error) { return now(c, kind, a, clock(c)) }})
		}
	}
	for name, f := range map[string]func(a, b graph.Value) graph.Duration{"between": temporal.Between, "inMonths": temporal.InMonths, "inDays": temporal.InDays, "inSeconds": temporal.InSeconds} {
		out = append(out, Function{Name: "duration." + name, Min: 2, Max: 2, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			for _, v := range a {
				if !isInstant(v) {
					return graph.Null, badCall("Between", a)
				}
			}
			if unit := map[string]string{"inMonths": "Months", "inDays": "Days"}[name]; unit != "" && isClock(a[0]) && isClock(a[1]) {
				return graph.Null, temporalError(&temporal.Problem{Class: temporal.NotProcessed, Subject: unit, Text: "Unsupported unit: " + unit})
			}
			return graph.DurationOf(f(a[0], a[1])), nil
		}})
	}
	return append(out,
		Function{Name: "duration", Min: 1, Max: 1, Max25: 2, Eval: duration},
		Function{Name: "format", Min: 1, Max: 2, Eval: format},
		Function{Name: "datetime.fromEpoch", Min: 2, Max: 2, TakesNull: true, Eval: fromEpoch},
		Function{Name: "datetime.fromEpochMillis", Min: 1, Max: 1, TakesNull: true, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if err := numbersOnly(a); err != nil {
				return graph.Null, err
			}
			if a[0].Kind() != graph.KindInt {
				return graph.Null, badCall("FromEpochMillis", a)
			}
			t := time.UnixMilli(a[0].AsInt())
			return graph.DateTimeOf(t.Unix(), int32(t.Nanosecond()), &graph.Zone{}), nil
		}},
	)
}

// isClock tells whether v is a time without a date.
func isClock(v graph.Value) bool {
	return v.Kind() == graph.KindTime || v.Kind() == graph.KindLocalTime
}

func isInstant(v graph.Value) bool { return isTemporal(v) && v.Kind() != graph.KindDuration }

// numbersOnly refuses arguments that are neither numbers nor null.
func numbersOnly(a []graph.Value) error {
	for _, v := range a {
		if !v.IsNumber() && !v.IsNull() {
			return cannotCoerce(v, "Number")
		}
	}
	return nil
}

// instantMax bounds the seconds since the epoch on both sides.
const instantMax = 31556889864403199

func fromEpoch(_ *Context, a []graph.Value) (graph.Value, error) {
	if err := numbersOnly(a); err != nil {
		return graph.Null, err
	}
	if a[0].Kind() != graph.KindInt || a[1].Kind() != graph.KindInt {
		return graph.Null, badCall("FromEpoch", a)
	}
	s, n := a[0].AsInt(), a[1].AsInt()
	if n < 0 || n > 999_999_999 {
		return graph.Null, temporalError(&temporal.Problem{Class: temporal.OutOfRange, Subject: "Nanosecond", High: 999_999_999, Found: n, Text: fmt.Sprintf("Invalid nanosecond: %d", n)})
	}
	if s > instantMax || s < -instantMax {
		return graph.Null, argumentError("", "Instant exceeds minimum or maximum instant")
	}
	return graph.DateTimeOf(s, int32(n), &graph.Zone{}), nil
}

// patternText checks that a pattern is a text.
func patternText(v graph.Value) error {
	if v.Kind() == graph.KindString {
		return nil
	}
	return status.As(cannotCoerce(v, "String")).With("22G03", status.Because("22N37", "Cannot coerce %s to String.", Inspect(v)))
}

// now is a clock's time, in the zone that the argument names.
func now(c *Context, kind graph.Kind, a []graph.Value, t time.Time) (graph.Value, error) {
	zone, named := c.Zone, c.Zone != time.UTC
	if len(a) > 0 {
		if a[0].Kind() != graph.KindString {
			return graph.Null, badCall("Now", a)
		}
		var err error
		if zone, named, err = temporal.Zone(a[0].AsString()); err != nil {
			return graph.Null, temporalError(err)
		}
	}
	return fromTime(kind, t.In(zone), named), nil
}

func instant(c *Context, kind graph.Kind, a []graph.Value) (graph.Value, error) {
	zone, named := c.Zone, c.Zone != time.UTC
	if len(a) == 0 {
		return fromTime(kind, c.Statement.In(zone), named), nil
	}
	if len(a) == 2 {
		if err := patternText(a[1]); err != nil {
			return graph.Null, err
		}
		return parsePattern(kind, a, zone, named)
	}
	switch v := a[0]; v.Kind() {
	case graph.KindString:
		return moved(temporal.Parse(kind, v.AsString(), zone, named))
	case graph.KindMap:
		if z, ok := v.AsMap().Get("timezone"); ok && v.AsMap().Len() == 1 && z.Kind() == graph.KindString {
			return now(c, kind, []graph.Value{z}, c.Statement)
		}
		return moved(temporal.FromMap(kind, v.AsMap(), zone, named))
	default:
		if !isInstant(v) {
			return graph.Null, badCall(kindWord[kind]+"Function", a)
		}
		if err := convertible(kind, v); err != nil {
			return graph.Null, err
		}
		return convert(kind, v, zone, named), nil
	}
}

// convertible tells what of an instant is missing for another kind of instant.
func convertible(kind graph.Kind, v graph.Value) error {
	hasDate, hasTime := !isClock(v), v.Kind() != graph.KindDate
	switch {
	case kind == graph.KindDateTime && !(hasDate && hasTime):
		return TypeError("Cannot select datetime from: %s", temporal.Format(v))
	case !hasDate && (kind == graph.KindDate || kind == graph.KindLocalDateTime):
		return TypeError("Cannot get the date of: %s", temporal.Format(v))
	case !hasTime && kind != graph.KindDate:
		return TypeError("Cannot get the time of: %s", temporal.Format(v))
	}
	return nil
}

func truncate(c *Context, kind graph.Kind, a []graph.Value) (graph.Value, error) {
	zone, named := c.Zone, c.Zone != time.UTC
	input, fields := fromTime(kind, c.Statement.In(zone), named), graph.Null
	if len(a) > 1 {
		input = a[1]
	}
	if len(a) > 2 {
		fields = a[2]
	}
	switch {
	case a[0].Kind() != graph.KindString && !a[0].IsNull():
		return graph.Null, cannotCoerce(a[0], "String")
	case fields.Kind() != graph.KindMap && !fields.IsNull():
		return graph.Null, cannotCoerce(fields, "Map")
	case a[0].IsNull() || !isInstant(input):
		return graph.Null, badCall("Truncate", []graph.Value{a[0], input, fields})
	}
	var more *graph.Map
	if fields.Kind() == graph.KindMap {
		more = fields.AsMap()
	}
	return moved(temporal.Truncate(kind, a[0].AsString(), input, more, zone, named))
}

func fromTime(kind graph.Kind, t time.Time, named bool) graph.Value {
	_, off := t.Zone()
	local := t.Unix() + int64(off)
	v := graph.LocalDateTimeOf(local, int32(t.Nanosecond()))
	if kind == graph.KindDateTime {
		return graph.DateTimeOf(t.Unix(), int32(t.Nanosecond()), temporal.At(t.Location(), named, t.Unix()))
	}
	if kind == graph.KindTime {
		return graph.TimeOf(convert(graph.KindLocalTime, v, time.UTC, false).NanosOfDay(), int32(off))
	}
	return convert(kind, v, t.Location(), named)
}

// convert takes over the parts that both kinds have.
func convert(kind graph.Kind, v graph.Value, zone *time.Location, named bool) graph.Value {
	var local, nanos int64
	off, z := int32(0), (*graph.Zone)(nil)
	switch v.Kind() {
	case graph.KindDate:
		local = v.Days() * 86400
	case graph.KindLocalTime, graph.KindTime:
		local, nanos = v.NanosOfDay()/1e9, v.NanosOfDay()%1e9
		off = v.OffsetSeconds()
	case graph.KindLocalDateTime:
		local, nanos = v.EpochSeconds(), int64(v.NanosOfSecond())
	case graph.KindDateTime:
		z = v.Zone()
		off = z.Offset
		local, nanos = v.EpochSeconds()+int64(off), int64(v.NanosOfSecond())
	}
	day := local / 86400
	if local%86400 < 0 {
		day--
	}
	switch kind {
	case graph.KindDate:
		return graph.DateOf(day)
	case graph.KindLocalTime:
		return graph.LocalTimeOf((local-day*86400)*1e9 + nanos)
	case graph.KindTime:
		return graph.TimeOf((local-day*86400)*1e9+nanos, off)
	case graph.KindLocalDateTime:
		return graph.LocalDateTimeOf(local, int32(nanos))
	}
	if z != nil {
		return v
	}
	return temporal.Zoned(local, int32(nanos), zone, named)
}

func duration(_ *Context, a []graph.Value) (graph.Value, error) {
	if len(a) == 2 {
		if err := patternText(a[1]); err != nil {
			return graph.Null, err
		}
		return parseDurationPattern(a)
	}
	switch v := a[0]; v.Kind() {
	case graph.KindString:
		return moved(temporal.Parse(graph.KindDuration, v.AsString(), nil, false))
	case graph.KindMap:
		if v.AsMap().Len() == 0 {
			return graph.Null, argumentError("InvalidArgumentValue", "At least one temporal unit must be specified.")
		}
		if d, ok := wholeDuration(v.AsMap()); ok {
			return graph.DurationOf(d), nil
		}
		parts, given := temporal.Parts{}, false
		for i := range v.AsMap().Len() {
			k, x := v.AsMap().At(i)
			if x.IsNull() && parts.Add(k, "0") {
				continue
			}
			given = true
			if x.IsNumber() && parts.Add(k, ToText(x)) {
				continue
			}
			if parts.Add(k, "0") {
				return graph.Null, status.New(status.ExecutionFailed, "50N00", "%s must be a number value, but was a %s", k, className(x))
			}
			e := status.New(status.ExecutionFailed, "50N00", "Unknown field: %s", k)
			e.In25 = func() *status.Error {
				return status.New(status.ArgumentError, "22G0I", "").Explained("`" + k + "` is not a valid duration field.")
			}
			return graph.Null, e
		}
		if !given {
			return graph.Null, argumentError("InvalidArgumentValue", "At least one temporal unit must be specified.")
		}
		d, err := parts.Duration()
		return moved(graph.DurationOf(d), err)
	}
	return graph.Null, badCall("DurationFunction", a)
}

// wholeDuration makes the duration of whole components; ok=false for all others.
func wholeDuration(m *graph.Map) (graph.Duration, bool) {
	var sum temporal.Whole
	for i := range m.Len() {
		if k, x := m.At(i); x.Kind() != graph.KindInt || !sum.Add(k, x.AsInt()) {
			return graph.Duration{}, false
		}
	}
	return sum.Duration(), true
}

// className is what errors call the class of a component of a duration.
func className(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNull:
		return "NoValue"
	case graph.KindString:
		return "UTF8StringValue"
	}
	return javaName(v) + "Value"
}
