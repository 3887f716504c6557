package node_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"graticule/internal/boltclient"
	"graticule/node"
)

// heavyRead counts, by group, the ends of all walks of two steps: 10^7 rows.
const heavyRead = "MATCH (a:P)-[:R]->(b)-[:R]->(c) RETURN c.g AS g, count(*) AS n"

// BenchmarkHeavyRead runs heavyRead over 10^6 relationships on one core and on two,
// alone and beside a client that reads single nodes, whose times it reports.
func BenchmarkHeavyRead(b *testing.B) {
	for _, workers := range []int{1, 2} {
		c := startClusterWith(b, func(_ int, cfg *node.Config) { cfg.ParallelWorkers = workers }, "eu")
		d := c.driver("bolt", c.members[0])
		c.run(d, "CREATE CONSTRAINT FOR (p:P) REQUIRE p.i IS UNIQUE", nil)
		for from := 0; from < 100_000; from += 10_000 {
			c.run(d, "UNWIND range($from, $from + 9999) AS i CREATE (:P {i: i, g: i % 100})", map[string]any{"from": from})
		}
		for from := 0; from < 100_000; from += 2_000 {
			c.run(d, "UNWIND range($from, $from + 1999) AS i MATCH (a:P {i: i}) UNWIND range(1, 10) AS k MATCH (b:P {i: (i * 7919 + k * 104729) % 100000}) CREATE (a)-[:R]->(b)", map[string]any{"from": from})
		}
		dial := func() *boltclient.Conn {
			conn, err := boltclient.Dial(b.Context(), c.members[0].cfg.Bolt.Listen, boltclient.Login{User: "neo4j", Password: testPassword})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { conn.Close() })
			return conn
		}
		heavy, err := boltclient.NewStatement(boltclient.Access{}, heavyRead)
		if err != nil {
			b.Fatal(err)
		}
		short, err := boltclient.NewStatement(boltclient.Access{}, "MATCH (p:P {i: $i}) RETURN p.g", "i")
		if err != nil {
			b.Fatal(err)
		}
		reading, counting := dial(), dial()
		count := func(b *testing.B) {
			if rows, err := counting.Do(heavy); err != nil || rows != 100 {
				b.Fatalf("%d groups, %v", rows, err)
			}
		}
		read := func(stop *atomic.Bool) (times []time.Duration, err error) {
			for i := int64(0); !stop.Load(); i++ {
				short.Set(0, i*7919%100_000)
				began := time.Now()
				if _, err := reading.Do(short); err != nil {
					return nil, err
				}
				times = append(times, time.Since(began))
			}
			slices.Sort(times)
			return times, nil
		}
		b.Run(fmt.Sprintf("workers=%d/alone", workers), func(b *testing.B) {
			for range b.N {
				count(b)
			}
		})
		b.Run(fmt.Sprintf("workers=%d/beside short reads", workers), func(b *testing.B) {
			var stop atomic.Bool
			var times []time.Duration
			ended := make(chan error, 1)
			go func() {
				var err error
				times, err = read(&stop)
				ended <- err
			}()
			for range b.N {
				count(b)
			}
			b.StopTimer()
			stop.Store(true)
			if err := <-ended; err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(times[len(times)/2])/1e6, "p50-ms")
			b.ReportMetric(float64(times[len(times)*99/100])/1e6, "p99-ms")
			b.ReportMetric(float64(len(times))/b.Elapsed().Seconds(), "reads/s")
		})
	}
}
