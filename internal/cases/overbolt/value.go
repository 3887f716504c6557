package overbolt

import (
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"graticule/graph"
	"graticule/graph/temporal"
)

// fromDriver makes a value of one of the driver.
func fromDriver(v any) graph.Value {
	switch v := v.(type) {
	case bool:
		return graph.Bool(v)
	case int64:
		return graph.Int(v)
	case float64:
		return graph.Float(v)
	case string:
		return graph.String(v)
	case []byte:
		return graph.Bytes(v)
	case []any:
		out := make([]graph.Value, len(v))
		for i, e := range v {
			out[i] = fromDriver(e)
		}
		return graph.List(out)
	case map[string]any:
		return graph.MapOf(properties(v))
	case dbtype.Node:
		return graph.NodeOf(&graph.Node{ID: graph.NodeID(v.Id), Labels: v.Labels, Properties: properties(v.Props)})
	case dbtype.Relationship:
		return graph.RelOf(&graph.Relationship{ID: graph.RelID(v.Id), Start: graph.NodeID(v.StartId), End: graph.NodeID(v.EndId), Type: v.Type, Properties: properties(v.Props)})
	case dbtype.Path:
		return pathOf(v)
	case dbtype.Point2D:
		return graph.PointOf(graph.Point{SRID: int(v.SpatialRefId), X: v.X, Y: v.Y})
	case dbtype.Point3D:
		return graph.PointOf(graph.Point{SRID: int(v.SpatialRefId), X: v.X, Y: v.Y, Z: v.Z})
	}
	return temporalOf(v)
}

func pathOf(v dbtype.Path) graph.Value {
	nodes := map[int64]graph.Value{} // the driver gives each node once, however often the path visits it
	for _, n := range v.Nodes {
		nodes[n.Id] = fromDriver(n)
	}
	at := v.Nodes[0].Id
	p := &graph.Path{Nodes: []graph.Value{nodes[at]}}
	for _, r := range v.Relationships {
		if r.StartId == at {
			at = r.EndId
		} else {
			at = r.StartId
		}
		p.Nodes, p.Rels = append(p.Nodes, nodes[at]), append(p.Rels, fromDriver(r))
	}
	return graph.PathOf(p)
}

func properties(in map[string]any) *graph.Map {
	out := graph.NewMap(len(in))
	for k, v := range in {
		out.Put(k, fromDriver(v))
	}
	return out
}

func temporalOf(v any) graph.Value {
	nanos := func(t time.Time) int64 {
		return int64(t.Hour())*int64(time.Hour) + int64(t.Minute())*int64(time.Minute) + int64(t.Second())*int64(time.Second) + int64(t.Nanosecond())
	}
	asUTC := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	}
	switch v := v.(type) {
	case dbtype.Date:
		return graph.DateOf(asUTC(v.Time()).Unix() / 86400)
	case dbtype.LocalTime:
		return graph.LocalTimeOf(nanos(v.Time()))
	case dbtype.Time:
		_, offset := v.Time().Zone()
		return graph.TimeOf(nanos(v.Time()), int32(offset))
	case dbtype.LocalDateTime:
		t := asUTC(v.Time())
		return graph.LocalDateTimeOf(t.Unix(), int32(t.Nanosecond()))
	case time.Time:
		name, offset := v.Zone()
		zone := &graph.Zone{Offset: int32(offset)}
		if loc := v.Location().String(); loc != "Offset" && loc != name {
			zone.Name = loc
			if zone.Loc, _ = temporal.Load(loc); zone.Loc != nil { // the driver's machine may have other rules
				_, offset = v.In(zone.Loc).Zone()
				zone.Offset = int32(offset)
			}
		}
		return graph.DateTimeOf(v.Unix(), int32(v.Nanosecond()), zone)
	case dbtype.Duration:
		return graph.DurationOf(graph.Duration{Months: v.Months, Days: v.Days, Seconds: v.Seconds, Nanos: int32(v.Nanos)})
	}
	return graph.Null
}

// toDriver makes parameters for the driver.
func toDriver(m *graph.Map) map[string]any {
	if m == nil {
		return nil
	}
	out := make(map[string]any, m.Len())
	for i := range m.Len() {
		k, v := m.At(i)
		out[k] = parameter(v)
	}
	return out
}

func parameter(v graph.Value) any {
	switch v.Kind() {
	case graph.KindBool:
		return v.AsBool()
	case graph.KindInt:
		return v.AsInt()
	case graph.KindFloat:
		return v.AsFloat()
	case graph.KindString:
		return v.AsString()
	case graph.KindBytes:
		return v.AsBytes()
	case graph.KindList:
		out := make([]any, len(v.AsList()))
		for i, e := range v.AsList() {
			out[i] = parameter(e)
		}
		return out
	case graph.KindMap:
		return toDriver(v.AsMap())
	case graph.KindPoint:
		p := v.AsPoint()
		if p.Is3D() {
			return dbtype.Point3D{SpatialRefId: uint32(p.SRID), X: p.X, Y: p.Y, Z: p.Z}
		}
		return dbtype.Point2D{SpatialRefId: uint32(p.SRID), X: p.X, Y: p.Y}
	}
	return temporalParameter(v)
}

func temporalParameter(v graph.Value) any {
	clock := func(zone *time.Location) time.Time { return time.Date(0, 1, 1, 0, 0, 0, int(v.NanosOfDay()), zone) }
	switch v.Kind() {
	case graph.KindDate:
		return neo4j.DateOf(time.Unix(v.Days()*86400, 0).UTC())
	case graph.KindLocalTime:
		return neo4j.LocalTimeOf(clock(time.UTC))
	case graph.KindTime:
		return dbtype.Time(clock(time.FixedZone("Offset", int(v.OffsetSeconds()))))
	case graph.KindLocalDateTime:
		return neo4j.LocalDateTimeOf(time.Unix(v.EpochSeconds(), int64(v.NanosOfSecond())).UTC())
	case graph.KindDateTime:
		zone := v.Zone().Loc
		if zone == nil {
			zone = time.FixedZone("Offset", int(v.Zone().Offset))
		}
		return time.Unix(v.EpochSeconds(), int64(v.NanosOfSecond())).In(zone)
	case graph.KindDuration:
		d := v.AsDuration()
		return dbtype.Duration{Months: d.Months, Days: d.Days, Seconds: d.Seconds, Nanos: int(d.Nanos)}
	}
	return nil
}
