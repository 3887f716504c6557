package packstream

import (
	"bytes"
	"testing"

	"graticule/graph"
)

func TestValuesRoundTrip(t *testing.T) {
	m := graph.NewMap(2)
	m.Put("a", graph.Int(1))
	m.Put("b", graph.List([]graph.Value{graph.Null, graph.True, graph.Float(-0.5)}))
	for _, v := range []graph.Value{
		graph.Null, graph.False, graph.Int(-17), graph.Int(127), graph.Int(-129), graph.Int(1 << 20), graph.Int(-1 << 63), graph.String(""), graph.String(string(make([]byte, 70000))),
		graph.Bytes([]byte{0, 255}), graph.MapOf(m), graph.DateOf(-5), graph.TimeOf(5, 3600), graph.LocalTimeOf(7), graph.LocalDateTimeOf(-9, 3),
		graph.DateTimeOf(100, 5, &graph.Zone{Offset: -3600}), graph.DurationOf(graph.Duration{Months: 1, Days: -2, Seconds: 3, Nanos: 4}), graph.PointOf(graph.Point{SRID: 4979, X: 1, Y: 2, Z: 3}),
	} {
		for _, utc := range []bool{true, false} {
			o := Options{UTC: utc}
			d := Decoder{B: o.Append(nil, v), UTC: utc}
			got := d.Value()
			if d.Err != nil || len(d.B) != 0 || graph.Compare(got, v) != 0 || got.Kind() != v.Kind() {
				t.Errorf("%v: got %v, %v, %d bytes left", v.Kind(), got.Kind(), d.Err, len(d.B))
			}
		}
	}
}

func TestEntitiesTravelBetweenServers(t *testing.T) {
	props := graph.NewMap(1)
	props.Put("k", graph.String("v"))
	a := graph.NodeOf(&graph.Node{ID: 7, Labels: []string{"A", "B"}, Properties: props})
	b := graph.NodeOf(&graph.Node{ID: 8, Properties: graph.NewMap(0)})
	r := graph.RelOf(&graph.Relationship{ID: 3, Start: 8, End: 7, Type: "T", Properties: props})
	o, client := Options{UTC: true, Servers: true}, Options{UTC: true, ElementIDs: true, Database: "db"}
	for _, v := range []graph.Value{a, b, r, graph.PathOf(&graph.Path{Nodes: []graph.Value{a, b}, Rels: []graph.Value{r}}), graph.List([]graph.Value{a, graph.Null})} {
		d := Decoder{B: o.Append(nil, v), UTC: true, Servers: true}
		got := d.Value()
		if d.Err != nil || len(d.B) != 0 || !bytes.Equal(client.Append(nil, got), client.Append(nil, v)) {
			t.Errorf("%v changed on its way (%v)", v.Kind(), d.Err)
		}
		d = Decoder{B: o.Append(nil, v), UTC: true}
		if d.Value(); d.Err == nil {
			t.Errorf("a client may not send a %v", v.Kind())
		}
	}
}

func TestHostileBytesAreRefused(t *testing.T) {
	deep := make([]byte, 100_000)
	for i := range deep {
		deep[i] = 0x91
	}
	for name, b := range map[string][]byte{
		"a list of 2^32-1": {0xD6, 0xFF, 0xFF, 0xFF, 0xFF}, "a map of 2^32-1": {0xDA, 0xFF, 0xFF, 0xFF, 0xFF}, "a string of 2^31": {0xD2, 0x80, 0, 0, 0}, "deep lists": deep,
		"bad UTF-8": {0x81, 0xFF}, "a node": {0xB3, 0x4E, 1, 0x90, 0xA0}, "an unknown zone": {0xB3, 0x69, 1, 1, 0x81, 'x'}, "nothing": {}, "a reserved byte": {0xC7},
	} {
		d := Decoder{B: b, UTC: true}
		if d.Value(); d.Err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0xA1, 0x81, 'a', 0x92, 1, 0xC0})
	f.Fuzz(func(t *testing.T, b []byte) {
		d := Decoder{B: b, UTC: true}
		v := d.Value()
		if d.Err == nil {
			(&Options{UTC: true}).Append(nil, v)
		}
	})
}
