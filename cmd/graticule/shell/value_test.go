package shell

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

// The expected texts are what cypher-shell 5.26 printed for the same values.
func TestFormatValue(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(h, m, s, ns int, zone *time.Location) time.Time {
		return time.Date(2024, 1, 2, h, m, s, ns, zone)
	}
	offset := time.FixedZone(offsetZone, 3600)
	a := dbtype.Node{ElementId: "a", Labels: []string{"Person", "Odd Label"}, Props: map[string]any{"name": `A"b'c`, "age": int64(1), "f": 1.0, "list": []any{int64(1), int64(2)}, "d": dbtype.Date(at(0, 0, 0, 0, time.UTC))}}
	b := dbtype.Node{ElementId: "b", Labels: []string{"City"}}
	knows := dbtype.Relationship{StartElementId: "a", EndElementId: "b", Type: "KNOWS", Props: map[string]any{"since": int64(1999)}}
	for _, c := range []struct {
		v    any
		want string
	}{
		{nil, "NULL"}, {true, "TRUE"}, {false, "FALSE"}, {int64(math.MinInt64), "-9223372036854775808"},
		{`q"uo\te`, `"q\"uo\te"`}, {"multi\nline", "\"multi\nline\""}, {[]byte{1, 255}, "[1, -1]"},
		{1.0, "1.0"}, {1e100, "1.0E100"}, {1e-10, "1.0E-10"}, {123456789.123, "1.23456789123E8"}, {1e7, "1.0E7"}, {9999999.0, "9999999.0"}, {0.001, "0.001"}, {0.00099, "9.9E-4"},
		{math.SmallestNonzeroFloat64, "4.9E-324"}, {math.MaxFloat64, "1.7976931348623157E308"}, {math.NaN(), "NaN"}, {math.Inf(1), "Infinity"}, {math.Inf(-1), "-Infinity"}, {math.Copysign(0, -1), "-0.0"},
		{[]any{int64(1), nil, "x", []any{1.5}}, `[1, NULL, "x", [1.5]]`},
		{map[string]any{"k": int64(1), "odd key": "v", "n": map[string]any{"z": nil}}, "{k: 1, n: {z: NULL}, `odd key`: \"v\"}"},
		{map[string]any{}, "{}"},
		{a, "(:Person:`Odd Label` {name: \"A\\\"b'c\", d: 2024-01-02, list: [1, 2], f: 1.0, age: 1})"},
		{b, "(:City)"}, {dbtype.Node{}, "()"}, {dbtype.Node{Props: map[string]any{"é": int64(4)}}, "({é: 4})"}, {dbtype.Node{Labels: []string{"Od`d", "_x", "A1", "1a"}}, "(:`Od``d`:_x:A1:`1a`)"},
		{knows, "[:KNOWS {since: 1999}]"},
		{dbtype.Path{Nodes: []dbtype.Node{b, {ElementId: "a"}, b}, Relationships: []dbtype.Relationship{knows, knows}}, "(:City)<-[:KNOWS {since: 1999}]-()-[:KNOWS {since: 1999}]->(:City)"},
		{dbtype.Point2D{SpatialRefId: 7203, X: 1, Y: 2}, "point({srid:7203, x:1.0, y:2.0})"},
		{dbtype.Point3D{SpatialRefId: 4979, X: 10.5, Y: 50, Z: 100}, "point({srid:4979, x:10.5, y:50.0, z:100.0})"},
		{dbtype.Date(time.Date(-1, 5, 5, 0, 0, 0, 0, time.UTC)), "-0001-05-05"}, {dbtype.Date(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), "+10000-01-01"},
		{dbtype.LocalTime(at(12, 0, 0, 0, time.UTC)), "12:00"}, {dbtype.LocalTime(at(12, 0, 1, 0, time.UTC)), "12:00:01"}, {dbtype.LocalTime(at(12, 0, 0, 1, time.UTC)), "12:00:00.000000001"},
		{dbtype.Time(at(12, 0, 1, 500_000_000, offset)), "12:00:01.500+01:00"}, {dbtype.Time(at(12, 0, 0, 0, time.FixedZone(offsetZone, -5400))), "12:00-01:30"},
		{dbtype.LocalDateTime(at(0, 0, 0, 100_000, time.UTC)), "2024-01-02T00:00:00.000100"},
		{at(3, 4, 5, 678_901_234, time.FixedZone(offsetZone, 0)), "2024-01-02T03:04:05.678901234Z"},
		{at(3, 4, 5, 0, berlin), "2024-01-02T03:04:05+01:00[Europe/Berlin]"},
		{dbtype.Duration{Months: 14, Days: 3, Seconds: 14706, Nanos: 789_000_000}, "P1Y2M3DT4H5M6.789S"},
		{dbtype.Duration{Seconds: -2, Nanos: 500_000_000}, "PT-1.5S"}, {dbtype.Duration{Seconds: -62, Nanos: 999_999_995}, "PT-1M-1.000000005S"},
		{dbtype.Duration{Months: 14, Days: -3, Seconds: -1, Nanos: 500_000_000}, "P1Y2M-3DT-0.5S"}, {dbtype.Duration{Months: -11}, "P-11M"}, {dbtype.Duration{}, "PT0S"}, {dbtype.Duration{Seconds: 93721}, "PT26H2M1S"},
	} {
		if got := formatValue(c.v); got != c.want {
			t.Errorf("%#v\n got %s\nwant %s", c.v, got, c.want)
		}
	}
}

func TestMapOrder(t *testing.T) {
	for _, want := range [][]string{
		{"n", "z"}, {"key14", "key35", "key0", "key28", "key7", "key21"},
		{"key0", "key7", "key70", "key77", "key21", "key42", "key63", "key14", "key35", "key56", "key28", "key49"},
	} {
		m := map[string]any{}
		for _, k := range want {
			m[k] = nil
		}
		if got := mapOrder(m); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFormatParams(t *testing.T) {
	got := formatParams(map[string]any{
		"t": time.Date(2024, 1, 2, 3, 4, 5, 0, time.FixedZone(offsetZone, 0)), "p": dbtype.Point2D{SpatialRefId: 7203, X: 1, Y: 2},
		"y": []any{int64(1), `a"b'`, map[string]any{"a": nil}}, "a b": map[string]any{}, "j": true, "l": dbtype.LocalTime(time.Date(0, 1, 1, 12, 0, 0, 0, time.UTC)), "u": dbtype.Duration{Days: 1},
	})
	want := "{\n  `a b`: {\n  },\n  j: true,\n  l: localtime('12:00:00'),\n  p: point( {\n    srid: 7203,\n    x: 1.0,\n    y: 2.0\n  }),\n" +
		"  t: datetime('2024-01-02T03:04:05Z'),\n  u: duration('P1D'),\n  y: [1, 'a\\\"b\\'', {\n    a: NULL\n  }]\n}"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := formatParams(nil); got != "{\n}" {
		t.Errorf("none: %q", got)
	}
}
