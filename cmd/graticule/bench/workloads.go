package bench

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

func counter(ctx context.Context, o *options, t *target) ([]Result, error) {
	s := t.session(ctx, false)
	defer s.Close(ctx)
	if _, err := t.execute(ctx, s, "MERGE (c:BenchCounter) SET c.n = 0", nil); err != nil {
		return nil, err
	}
	var total atomic.Int64
	r, err := o.alone(ctx, t, &load{name: "counter", text: "MATCH (c:BenchCounter) SET c.n = c.n + 1", values: func(int, []int64) { total.Add(1) }}, o.clients)
	if err != nil {
		return nil, err
	}
	rows, err := t.execute(ctx, s, "MATCH (c:BenchCounter) RETURN c.n", nil)
	if err != nil {
		return nil, err
	}
	r.Extra = map[string]float64{"lost": float64(total.Load()) - float64(rows[0].Values[0].(int64))}
	return []Result{r}, nil
}

// bookmarks writes, then reads with the bookmark of the write: at the readers
// given, or where the driver routes a read to.
func bookmarks(ctx context.Context, o *options, t *target) ([]Result, error) {
	readers := []neo4j.DriverWithContext{t.driver}
	if len(o.readers) > 0 {
		readers = nil
		for _, uri := range o.readers {
			d, err := neo4j.NewDriverWithContext(uri, neo4j.BasicAuth(o.user, o.password, ""))
			if err != nil {
				return nil, err
			}
			defer d.Close(ctx)
			readers = append(readers, d)
		}
	}
	var mu sync.Mutex
	var times []time.Duration
	var failed error
	stale := 0
	begin := time.Now()
	var wg sync.WaitGroup
	for c := range o.clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(uint64(c), 5))
			for i := c; i < o.pairs; i += o.clients {
				value := time.Now().UnixNano()
				took, got, err := pair(ctx, t, readers[r.IntN(len(readers))], c, value)
				mu.Lock()
				if err != nil {
					failed = err
				}
				times = append(times, took)
				if got != value {
					stale++
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		}()
	}
	wg.Wait()
	if failed != nil {
		return nil, failed
	}
	r := summary("bookmarks", t, o.clients, times, time.Since(begin))
	r.Extra = map[string]float64{"stale": float64(stale)}
	return []Result{r}, nil
}

// pair writes value and reads it back; it gives the time of the read.
func pair(ctx context.Context, t *target, reader neo4j.DriverWithContext, client int, value int64) (time.Duration, int64, error) {
	s := t.session(ctx, false)
	defer s.Close(ctx)
	if _, err := t.execute(ctx, s, "MERGE (p:BenchPair {client: $c}) SET p.value = $v", map[string]any{"c": int64(client), "v": value}); err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	read := reader.NewSession(ctx, neo4j.SessionConfig{DatabaseName: t.database, AccessMode: neo4j.AccessModeRead, Bookmarks: s.LastBookmarks()})
	defer read.Close(ctx)
	rows, err := t.execute(ctx, read, "MATCH (p:BenchPair {client: $c}) RETURN p.value", map[string]any{"c": int64(client)})
	if err != nil || len(rows) == 0 {
		return 0, 0, err
	}
	return time.Since(begin), rows[0].Values[0].(int64), nil
}

// latency measures one client's view, as of a region when the address names one.
func latency(ctx context.Context, o *options, t *target) ([]Result, error) {
	write, err := o.alone(ctx, t, &load{name: "auto-commit write", text: "CREATE (:BenchLatency {i: $i})", params: []string{"i"}, values: nodeWrites.values}, 1)
	if err != nil {
		return nil, err
	}
	var times []time.Duration
	for begin := time.Now(); time.Since(begin) < o.duration; {
		at := time.Now()
		s := t.session(ctx, false)
		tx, err := s.BeginTransaction(ctx)
		if err != nil {
			return nil, err
		}
		for k := range 5 {
			r, err := tx.Run(ctx, "CREATE (:BenchLatency {k: $k})", map[string]any{"k": int64(k)})
			if err != nil {
				return nil, err
			}
			if _, err := r.Consume(ctx); err != nil {
				return nil, err
			}
		}
		if err := tx.Commit(ctx); err != nil {
			return nil, err
		}
		s.Close(ctx)
		times = append(times, time.Since(at))
	}
	five := summary("five-statement transaction", t, 1, times, o.duration)
	one := pointReads
	one.name = "read"
	read, err := o.alone(ctx, t, &one, 1)
	return []Result{write, five, read}, err
}
