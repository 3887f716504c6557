package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

func values(ctx context.Context, d driver) {
	west := time.FixedZone("Offset", -(3*3600 + 1800))
	at := func(year, month, day, hour, minute, second, nano int, zone *time.Location) time.Time {
		return time.Date(year, time.Month(month), day, hour, minute, second, nano, zone)
	}
	storable := []any{
		true, false, int64(0), int64(-1), int64(127), int64(-129), int64(1 << 31), int64(math.MaxInt64), int64(math.MinInt64), 1.5, math.Copysign(0, -1), 5e-324, math.Inf(1),
		"", "a\u00e9\U0001f600", strings.Repeat("x", 100_000), []byte{}, bytes.Repeat([]byte{0, 255}, 40_000),
		dbtype.Date(at(2024, 2, 29, 0, 0, 0, 0, time.UTC)), dbtype.Date(at(1, 1, 1, 0, 0, 0, 0, time.UTC)), dbtype.Date(at(9999, 12, 31, 0, 0, 0, 0, time.UTC)),
		dbtype.LocalTime(at(0, 0, 0, 12, 30, 15, 5, time.UTC)), dbtype.Time(at(0, 0, 0, 23, 59, 59, 999_999_999, west)),
		dbtype.LocalDateTime(at(2024, 2, 29, 12, 30, 15, 123, time.UTC)), at(2024, 2, 29, 12, 30, 15, 123, west), at(1905, 6, 1, 0, 0, 0, 1, west),
		dbtype.Duration{Months: 14, Days: 3, Seconds: 5, Nanos: 7}, dbtype.Duration{Months: -14, Days: 30, Seconds: -6, Nanos: 999_999_993},
		dbtype.Point2D{X: 1.5, Y: -2.5, SpatialRefId: 7203}, dbtype.Point3D{X: 1.5, Y: 2.5, Z: 1e300, SpatialRefId: 9157},
		dbtype.Point2D{X: 12.5, Y: 55.5, SpatialRefId: 4326}, dbtype.Point3D{X: 12.5, Y: 55.5, Z: 3, SpatialRefId: 4979},
		[]any{}, []any{int64(1), int64(1 << 40)}, []any{1.5, -2.5}, []any{"a", ""}, []any{true}, []any{dbtype.Point2D{SpatialRefId: 7203}},
	}
	long, wide := make([]any, 10_000), map[string]any{}
	for i := range long {
		long[i] = int64(i)
	}
	for i := range 300 {
		wide[fmt.Sprint("k", i)] = int64(i)
	}
	passed := []any{nil, []any{int64(1), nil, "x", []any{2.5, []any{}}}, map[string]any{}, map[string]any{"a": map[string]any{"b": []any{int64(1), map[string]any{"c": nil}}}}, long, wide}
	for _, v := range append(storable, passed...) {
		same(one(ctx, d, "RETURN $v", params{"v": v})[0], v)
	}
	for _, v := range storable {
		same(one(ctx, d, "CREATE (n:Tour {v: $v}) WITH n MATCH (m:Tour) WHERE elementId(m) = elementId(n) RETURN m.v", params{"v": v})[0], v)
	}
	that(math.IsNaN(one(ctx, d, "RETURN $v", params{"v": math.NaN()})[0].(float64)))
	newYork, err := time.LoadLocation("America/New_York")
	must(err)
	v := at(2024, 1, 1, 12, 0, 0, 7, newYork)
	row := one(ctx, d, "RETURN datetime('2024-07-01T12:00[Europe/Stockholm]'), $v", params{"v": v})
	want(row[0].(time.Time).Format(time.RFC3339)+row[0].(time.Time).Location().String(), "2024-07-01T12:00:00+02:00Europe/Stockholm")
	that(row[1].(time.Time).Equal(v) && row[1].(time.Time).Location().String() == "America/New_York", row[1])
	kinds := one(ctx, d, "RETURN [x IN $v | valueType(x)]", params{"v": []any{1, 1.5, "", storable[18], storable[26], storable[30]}})[0]
	want(kinds, any([]any{"INTEGER NOT NULL", "FLOAT NOT NULL", "STRING NOT NULL", "DATE NOT NULL", "DURATION NOT NULL", "POINT NOT NULL"}))
}

// same compares what came back with what was sent; times by instant and offset.
func same(got, sent any) {
	if a, ok := got.(time.Time); ok {
		b := sent.(time.Time)
		that(a.Equal(b) && a.Format(time.RFC3339Nano) == b.Format(time.RFC3339Nano), a, b)
		return
	}
	text := func(v any) string {
		if s, ok := v.(fmt.Stringer); ok {
			return fmt.Sprintf("%T %s", v, s)
		}
		return ""
	}
	if !reflect.DeepEqual(got, sent) && (text(got) == "" || text(got) != text(sent)) {
		fail(2, fmt.Sprintf("got %#v, want %#v", got, sent))
	}
}

func entities(ctx context.Context, d driver) {
	row := one(ctx, d, "CREATE (a:Tour {x: 1})-[r:R {y: 2}]->(b:Tour:B) RETURN a, r, b", nil)
	a, r, b := row[0].(neo4j.Node), row[1].(neo4j.Relationship), row[2].(neo4j.Node)
	want([]any{a.Labels, a.Props, len(b.Labels), len(b.Props)}, []any{[]string{"Tour"}, map[string]any{"x": int64(1)}, 2, 0})
	want([]any{r.Type, r.Props, r.StartElementId, r.EndElementId}, []any{"R", map[string]any{"y": int64(2)}, a.ElementId, b.ElementId})
	p := one(ctx, d, "MATCH p = (:Tour {x: 1})-->(:B)<--(:Tour) RETURN p UNION ALL MATCH p = (:B)<-[:R]-(:Tour {x: 1}) RETURN p", nil)[0].(neo4j.Path)
	want([]any{len(p.Relationships), p.Nodes[0].ElementId, p.Nodes[1].ElementId}, []any{1, b.ElementId, a.ElementId})
	want(p.Relationships[0].StartElementId, a.ElementId) // walked against its direction
	nested := one(ctx, d, "MATCH (a:Tour {x: 1})-[r]->(b) RETURN {nodes: [a, b], rel: r}", nil)[0]
	want(nested, any(map[string]any{"nodes": []any{a, b}, "rel": r}))
	want(one(ctx, d, "MATCH (n) WHERE elementId(n) = $id RETURN n", params{"id": a.ElementId})[0], any(a))
}
