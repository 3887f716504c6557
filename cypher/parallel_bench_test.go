package cypher_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"graticule/cypher/exec"
)

// BenchmarkHeavyRead counts, by group, the ends of all walks of two steps over
// 10^6 relationships, 10^7 rows, on one core and with one helper. Beside the mean it
// gives the shortest run, which other work on the machine disturbs least, and the
// processor time of a run.
func BenchmarkHeavyRead(b *testing.B) {
	d := newDatabase(b)
	for from := 0; from < 100_000; from += 10_000 {
		d.mustRun(b, fmt.Sprintf("UNWIND range(%d, %d) AS i CREATE (:P {i: i, g: i %% 100})", from, from+9999))
	}
	for from := 0; from < 100_000; from += 10_000 {
		d.mustRun(b, fmt.Sprintf("MATCH (a:P) WHERE %d <= a.i < %d UNWIND range(1, 10) AS k MATCH (b) WHERE id(b) = (a.i * 7919 + k * 104729) %% 100000 CREATE (a)-[:R]->(b)", from, from+10_000))
	}
	for _, helpers := range []int{0, 1} {
		b.Run(fmt.Sprintf("helpers=%d", helpers), func(b *testing.B) {
			d.Workers = &exec.Workers{Limit: helpers}
			shortest, cpu := time.Hour, processorTime()
			for range b.N {
				began := time.Now()
				res, err := d.Run(context.Background(), "MATCH (a:P)-[:R]->(b)-[:R]->(c) RETURN c.g AS g, count(*) AS n", nil)
				if err != nil || len(res.Rows) != 100 {
					b.Fatal(err)
				}
				shortest = min(shortest, time.Since(began))
			}
			b.ReportMetric(float64(shortest)/1e6, "shortest-ms")
			b.ReportMetric(float64(processorTime()-cpu)/1e6/float64(b.N), "cpu-ms/op")
			if n := d.Workers.Helped(); helpers > 0 && n == 0 {
				b.Error("nothing was helped")
			}
		})
	}
}

// processorTime gives what the process has taken so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
