package cypher_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"graticule/cypher/cyphertest"
	"graticule/graph"
	"graticule/internal/social"
)

// BenchmarkTemplates runs each query template of mgbench on the engine alone.
// SOCIAL=medium takes the graph of 100,000 users and 1,768,515 relationships.
func BenchmarkTemplates(b *testing.B) {
	network := social.Small
	if os.Getenv("SOCIAL") == "medium" {
		network = social.Medium
	}
	d, err := cyphertest.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	begin := time.Now()
	rows, err := network.Load(func(query string, rows []any) error {
		params := graph.NewMap(1)
		params.Put("rows", cyphertest.Value(rows))
		_, err := d.Run(context.Background(), query, params)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("loaded %d rows, %.0f a second", rows, float64(rows)/time.Since(begin).Seconds())
	for _, t := range social.Templates {
		b.Run(t.Name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(7, 7))
			n := 0
			for b.Loop() {
				params := graph.NewMap(2)
				params.Put("id", graph.Int(int64(r.IntN(network.Users))))
				params.Put("to", graph.Int(int64(r.IntN(network.Users))))
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
