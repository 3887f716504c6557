package cypher_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"graticule/cypher/cyphertest"
	"graticule/graph"
)

// BenchmarkTemplates runs each query template of mgbench on the engine alone.
// SOCIAL=medium takes the graph of 100,000 users and 1,768,515 relationships.
func BenchmarkTemplates(b *testing.B) {
	social := cyphertest.Small
	if os.Getenv("SOCIAL") == "medium" {
		social = cyphertest.Medium
	}
	d, err := cyphertest.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	begin := time.Now()
	rows, err := social.Load(d)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("loaded %d rows, %.0f a second", rows, float64(rows)/time.Since(begin).Seconds())
	for _, t := range cyphertest.Templates {
		b.Run(t.Name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(7, 7))
			n := 0
			for b.Loop() {
				params := graph.NewMap(2)
				params.Put("id", graph.Int(int64(r.IntN(social.Nodes))))
				params.Put("to", graph.Int(int64(r.IntN(social.Nodes))))
				res, err := d.Run(context.Background(), t.Query, params)
				if err != nil {
					b.Fatal(err)
				}
				n += len(res.Rows)
			}
			b.ReportMetric(float64(n)/float64(b.N), "rows/op")
		})
	}
}
