package packstream

import (
	"testing"

	"graticule/graph"
	"graticule/internal/mutate"
)

// TestDamagedValues decodes damaged values and encodes what is still read.
func TestDamagedValues(t *testing.T) {
	m := graph.NewMap(2)
	m.Put("key", graph.List([]graph.Value{graph.Int(1), graph.Int(1 << 40), graph.Float(1.5), graph.String("text"), graph.Null, graph.True}))
	m.Put("bytes", graph.Bytes([]byte{1, 2}))
	node := graph.NodeOf(&graph.Node{ID: 1, Labels: []string{"A"}, Properties: m})
	rel := graph.RelOf(&graph.Relationship{ID: 2, Start: 1, End: 1, Type: "T", Properties: &graph.Map{}})
	var seeds [][]byte
	for _, v := range []graph.Value{graph.MapOf(m), graph.DateOf(3), graph.TimeOf(4, 3600), graph.LocalTimeOf(5), graph.LocalDateTimeOf(6, 7), graph.DateTimeOf(8, 9, &graph.Zone{Offset: 60}),
		graph.DurationOf(graph.Duration{Months: 1}), graph.PointOf(graph.Point{SRID: 4326, X: 1, Y: 2}), node, rel, graph.PathOf(&graph.Path{Nodes: []graph.Value{node, node}, Rels: []graph.Value{rel}})} {
		for _, o := range []Options{{UTC: true, ElementIDs: true}, {}, {UTC: true, Servers: true}} {
			seeds = append(seeds, o.Append(nil, v))
		}
	}
	mutate.Run(t, seeds, func(b []byte) error {
		for _, o := range []Options{{UTC: true, ElementIDs: true}, {}, {UTC: true, Servers: true}} {
			d := Decoder{B: b, UTC: o.UTC, Servers: o.Servers}
			if v := d.Value(); d.Err == nil {
				o.Append(nil, v)
			}
		}
		return nil
	})
}
