package fn

import (
	"time"

	"graticule/graph"
	"graticule/graph/temporal"
)

func temporals() []Function {
	var out []Function
	for name, kind := range map[string]graph.Kind{"date": graph.KindDate, "time": graph.KindTime, "localtime": graph.KindLocalTime, "datetime": graph.KindDateTime, "localdatetime": graph.KindLocalDateTime} {
		make := func(clock func(*Context) time.Time) func(*Context, []graph.Value) (graph.Value, error) {
			return func(c *Context, a []graph.Value) (graph.Value, error) { return instant(c, kind, a, clock(c)) }
		}
		out = append(out, Function{Name: name + ".truncate", Category: "Temporal", Signature: name + ".truncate(unit :: STRING, input = DEFAULT_TEMPORAL_ARGUMENT :: ANY, fields = null :: MAP) :: " + kind.String(), Description: "Truncates the given temporal value to a " + kind.String() + " of the given unit.", Min: 1, Max: 3, TakesNull: true,
			Eval: func(c *Context, a []graph.Value) (graph.Value, error) { return truncate(c, kind, a) }})
		statement := func(c *Context) time.Time { return c.Statement }
		for suffix, clock := range map[string]func(*Context) time.Time{"": statement, ".statement": statement, ".transaction": func(c *Context) time.Time { return c.Transaction }, ".realtime": func(*Context) time.Time { return time.Now() }} {
			out = append(out, Function{Name: name + suffix, Category: "Temporal", Signature: name + suffix + "(input = DEFAULT_TEMPORAL_ARGUMENT :: ANY) :: " + kind.String(), Description: "Creates a " + kind.String() + ".", Max: 1, Eval: make(clock)})
		}
	}
	for name, f := range map[string]func(a, b graph.Value) graph.Duration{"between": temporal.Between, "inMonths": temporal.InMonths, "inDays": temporal.InDays, "inSeconds": temporal.InSeconds} {
		out = append(out, Function{Name: "duration." + name, Category: "Temporal", Signature: "duration." + name + "(from :: ANY, to :: ANY) :: DURATION", Description: "Computes the DURATION between the from instant and the to instant.", Min: 2, Max: 2,
			Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
				for _, v := range a {
					if !isTemporal(v) || v.Kind() == graph.KindDuration {
						return graph.Null, TypeError("Invalid input for function 'duration.%s()': Expected a temporal instant but was %v", name, v.Kind())
					}
				}
				return graph.DurationOf(f(a[0], a[1])), nil
			}})
	}
	return append(out,
		Function{Name: "duration", Category: "Temporal", Signature: "duration(input :: ANY) :: DURATION", Description: "Creates a DURATION.", Min: 1, Max: 1, Eval: duration},
		Function{Name: "datetime.fromEpoch", Category: "Temporal", Signature: "datetime.fromEpoch(seconds :: INTEGER, nanoseconds :: INTEGER) :: ZONED DATETIME", Description: "Creates a ZONED DATETIME from seconds since the epoch.", Min: 2, Max: 2, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			return graph.DateTimeOf(a[0].AsInt(), int32(a[1].AsInt()), &graph.Zone{}), nil
		}},
		Function{Name: "datetime.fromEpochMillis", Category: "Temporal", Signature: "datetime.fromEpochMillis(milliseconds :: INTEGER) :: ZONED DATETIME", Description: "Creates a ZONED DATETIME from milliseconds since the epoch.", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			t := time.UnixMilli(a[0].AsInt())
			return graph.DateTimeOf(t.Unix(), int32(t.Nanosecond()), &graph.Zone{}), nil
		}},
	)
}

func instant(c *Context, kind graph.Kind, a []graph.Value, now time.Time) (graph.Value, error) {
	zone, named := c.Zone, c.Zone != time.UTC
	if len(a) == 0 {
		return fromTime(kind, now.In(zone), named), nil
	}
	fail := func(err error) (graph.Value, error) {
		return graph.Null, argumentError("InvalidArgumentValue", "%v", err)
	}
	switch v := a[0]; v.Kind() {
	case graph.KindString:
		out, err := temporal.Parse(kind, v.AsString(), zone, named)
		if err != nil {
			return fail(err)
		}
		return out, nil
	case graph.KindMap:
		if z, ok := v.AsMap().Get("timezone"); ok && v.AsMap().Len() == 1 {
			loc, n, err := temporal.Zone(z.AsString())
			if err != nil {
				return fail(err)
			}
			return fromTime(kind, now.In(loc), n), nil
		}
		out, err := temporal.FromMap(kind, v.AsMap(), zone, named)
		if err != nil {
			return fail(err)
		}
		return out, nil
	default:
		if isTemporal(v) && v.Kind() != graph.KindDuration {
			return convert(kind, v, zone, named), nil
		}
		return graph.Null, TypeError("cannot make a %v of %v", kind, v.Kind())
	}
}

func truncate(c *Context, kind graph.Kind, a []graph.Value) (graph.Value, error) {
	zone, named := c.Zone, c.Zone != time.UTC
	input := fromTime(kind, c.Statement.In(zone), named)
	if len(a) > 1 {
		input = a[1]
	}
	if a[0].IsNull() || input.IsNull() {
		return graph.Null, nil
	}
	if a[0].Kind() != graph.KindString || !isTemporal(input) || input.Kind() == graph.KindDuration {
		return graph.Null, TypeError("Invalid input for truncate: expected a unit and a temporal instant but was %v and %v", a[0].Kind(), input.Kind())
	}
	var more *graph.Map
	if len(a) > 2 && a[2].Kind() == graph.KindMap {
		more = a[2].AsMap()
	}
	out, err := temporal.Truncate(kind, a[0].AsString(), input, more, zone, named)
	if err != nil {
		return graph.Null, argumentError("InvalidArgumentValue", "%v", err)
	}
	return out, nil
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
	switch v := a[0]; v.Kind() {
	case graph.KindDuration:
		return v, nil
	case graph.KindString:
		out, err := temporal.Parse(graph.KindDuration, v.AsString(), nil, false)
		if err != nil {
			return graph.Null, argumentError("InvalidArgumentValue", "%v", err)
		}
		return out, nil
	case graph.KindMap:
		parts := temporal.Parts{}
		for i := range v.AsMap().Len() {
			k, x := v.AsMap().At(i)
			if x.IsNull() {
				continue
			}
			if !x.IsNumber() || !parts.Add(k, ToText(x)) {
				return graph.Null, argumentError("InvalidArgumentValue", "duration() does not take %s: %s", k, ToText(x))
			}
		}
		if v.AsMap().Len() == 0 {
			return graph.Null, argumentError("InvalidArgumentValue", "At least one temporal unit must be specified.")
		}
		d, err := parts.Duration()
		if err != nil {
			return graph.Null, argumentError("InvalidArgumentValue", "%v", err)
		}
		return graph.DurationOf(d), nil
	}
	return graph.Null, TypeError("cannot make a DURATION of %v", a[0].Kind())
}
