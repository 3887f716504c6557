package bench

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"graticule/internal/boltclient"
)

// load is one statement with integer parameters that many clients run.
type load struct {
	name    string
	read    bool
	one     bool // each run must give one row
	text    string
	params  []string
	values  func(i int, into []int64) // the parameters of the i-th run of all clients together
	prepare func(ctx context.Context, t *target) error
}

var pointReads = load{
	name: "reads", read: true, one: true, text: "MATCH (n:BenchPoint {id: $id}) RETURN n.value", params: []string{"id"},
	values:  func(i int, into []int64) { into[0] = int64(i * 7919 % points) },
	prepare: func(ctx context.Context, t *target) error { return t.prepare(ctx) },
}

var nodeWrites = load{
	name: "writes", text: "CREATE (:BenchWrite {id: $id})", params: []string{"id"},
	values: func(i int, into []int64) { into[0] = int64(i) },
}

// runner runs the statement of a load on one connection or session.
type runner interface {
	run(ctx context.Context, values []int64) error
	close(ctx context.Context)
}

// open makes the runner of the c-th client.
func (o *options) open(ctx context.Context, t *target, l *load, c int) (runner, error) {
	if o.client == "driver" {
		return newDriverRunner(t.session(ctx, l.read), t, l), nil
	}
	address, routes, err := t.addressFor(ctx, l.read, c)
	if err != nil {
		return nil, err
	}
	conn, err := boltclient.Dial(ctx, address, boltclient.Login{User: t.user, Password: t.password, Routes: routes})
	if err != nil {
		return nil, err
	}
	s, err := boltclient.NewStatement(boltclient.Access{Database: t.database, Read: l.read}, l.text, l.params...)
	if err != nil {
		return nil, err
	}
	return &rawRunner{conn, s, l.one}, nil
}

// addressFor gives the server of the c-th client: with neo4j:// the leader for
// writes, the readers in turn for reads.
func (t *target) addressFor(ctx context.Context, read bool, c int) (address string, routes bool, err error) {
	u, err := url.Parse(t.uri)
	if err != nil {
		return "", false, err
	}
	if u.Scheme != "neo4j" {
		return u.Host, false, nil
	}
	conn, err := boltclient.Dial(ctx, u.Host, boltclient.Login{User: t.user, Password: t.password, Routes: true})
	if err != nil {
		return "", false, err
	}
	defer conn.Close()
	servers, err := conn.Route(t.database)
	if err != nil {
		return "", false, err
	}
	list := servers.Write
	if read {
		list = servers.Read
	}
	if len(list) == 0 {
		return "", false, fmt.Errorf("%s names no server for this", t.uri)
	}
	return list[c%len(list)], true, nil
}

// rawRunner runs a statement on a lean connection of its own.
type rawRunner struct {
	conn *boltclient.Conn
	s    *boltclient.Statement
	one  bool
}

func (r *rawRunner) run(_ context.Context, values []int64) error {
	for i, v := range values {
		r.s.Set(i, v)
	}
	rows, err := r.conn.Do(r.s)
	if err == nil && r.one && rows != 1 {
		return fmt.Errorf("a point read gave %d rows", rows)
	}
	return err
}

func (r *rawRunner) close(context.Context) { r.conn.Close() }

// crew are the clients of a load on one target; they stay connected from the
// warm-up to the last round.
type crew struct {
	load    *load
	runners []runner
	next    []int // of each client: which run comes next
}

func (o *options) hire(ctx context.Context, t *target, l *load) (*crew, error) {
	w := &crew{load: l, next: make([]int, o.clients)}
	for c := range o.clients {
		r, err := o.open(ctx, t, l, c)
		if err != nil {
			w.dismiss(ctx)
			return nil, err
		}
		w.runners = append(w.runners, r)
		w.next[c] = c
	}
	return w, nil
}

func (w *crew) dismiss(ctx context.Context) {
	for _, r := range w.runners {
		r.close(ctx)
	}
}

// work runs the statement from all clients for the duration and gives how long each run took.
func (w *crew) work(ctx context.Context, d time.Duration) ([]time.Duration, error) {
	end := time.Now().Add(d)
	times := make([][]time.Duration, len(w.runners))
	errs := make([]error, len(w.runners))
	var wg sync.WaitGroup
	for c, r := range w.runners {
		wg.Go(func() {
			values := make([]int64, len(w.load.params))
			for at := time.Now(); at.Before(end); {
				w.load.values(w.next[c], values)
				w.next[c] += len(w.runners)
				if errs[c] = r.run(ctx, values); errs[c] != nil {
					return
				}
				now := time.Now()
				times[c] = append(times[c], now.Sub(at))
				at = now
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(times...), nil
}

// Warm-up: windows of warmWindow until settledWindows in a row are within settled
// of the best so far, at least warmMin.
const (
	warmWindow     = time.Second
	warmMin        = 3 * time.Second
	settledWindows = 3
	settled        = 0.05
)

// warmUp works until the rate has settled, or limit has passed.
func (w *crew) warmUp(ctx context.Context, limit time.Duration) error {
	best, steady := 0.0, 0
	for begin := time.Now(); time.Since(begin) < limit; {
		times, err := w.work(ctx, min(warmWindow, limit))
		if err != nil {
			return err
		}
		rate := float64(len(times))
		if rate > best*(1+settled) {
			steady = 0
		} else {
			steady++
		}
		best = max(best, rate)
		if steady >= settledWindows && time.Since(begin) >= warmMin {
			return nil
		}
	}
	return nil
}

// sideBySide measures a load on all targets: each is warmed up, then they work
// in turn, the order changing from round to round.
func (o *options) sideBySide(ctx context.Context, targets []*target, l *load) ([][]Result, error) {
	crews := make([]*crew, len(targets))
	for i, t := range targets {
		if l.prepare != nil {
			if err := l.prepare(ctx, t); err != nil {
				return nil, fmt.Errorf("prepare %s: %w", t.name, err)
			}
		}
		w, err := o.hire(ctx, t, l)
		if err != nil {
			return nil, fmt.Errorf("connect to %s: %w", t.name, err)
		}
		defer w.dismiss(ctx)
		if err := w.warmUp(ctx, o.warm); err != nil {
			return nil, fmt.Errorf("at %s: %w", t.name, err)
		}
		crews[i] = w
	}
	rates := make([][]float64, len(targets))
	times := make([][]time.Duration, len(targets))
	used := make([]time.Duration, len(targets)) // processor time of the servers
	for round := range o.rounds {
		for k := range targets {
			i := k
			if round%2 == 1 {
				i = len(targets) - 1 - k
			}
			before, err := cpuTimes(targets[i].pids)
			if err != nil {
				return nil, err
			}
			took, err := crews[i].work(ctx, o.duration)
			if err != nil {
				return nil, fmt.Errorf("at %s: %w", targets[i].name, err)
			}
			after, err := cpuTimes(targets[i].pids)
			if err != nil {
				return nil, err
			}
			used[i] += after - before
			rates[i] = append(rates[i], float64(len(took))/o.duration.Seconds())
			times[i] = append(times[i], took...)
		}
	}
	out := make([][]Result, len(targets))
	for i, t := range targets {
		r := summary(l.name, t, o.clients, times[i], o.duration*time.Duration(o.rounds))
		r.Rounds, r.Rate = rates[i], median(rates[i])
		if len(t.pids) > 0 && r.Count > 0 {
			r.Extra = map[string]float64{"server us of CPU a request": float64(used[i].Microseconds() / int64(r.Count))}
		}
		out[i] = []Result{r}
	}
	return out, nil
}

// alone runs statements on one target, after a warm-up of a fifth of the duration.
func (o *options) alone(ctx context.Context, t *target, l *load, clients int) (Result, error) {
	if l.prepare != nil {
		if err := l.prepare(ctx, t); err != nil {
			return Result{}, err
		}
	}
	mine := *o
	mine.clients, mine.client = clients, "driver"
	w, err := mine.hire(ctx, t, l)
	if err != nil {
		return Result{}, err
	}
	defer w.dismiss(ctx)
	if _, err := w.work(ctx, o.duration/5); err != nil {
		return Result{}, err
	}
	times, err := w.work(ctx, o.duration)
	return summary(l.name, t, clients, times, o.duration), err
}

// median gives the middle of the values, 0 of none.
func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
