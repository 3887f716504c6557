package region

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"graticule/transport/transporttest"
)

// world is a set of servers on a network in memory.
type world struct {
	t      *testing.T
	net    *transporttest.Network
	seeds  []string
	nodes  map[int]*running
	formed string // the cluster of servers started from now on
}

type running struct {
	*Directory
	host   *transporttest.Host
	cancel context.CancelFunc
	done   chan error
}

func addr(i int) string { return fmt.Sprintf("10.0.0.%d:6000", i) }
func id(i int) string   { return fmt.Sprintf("server-%d", i) }

func newWorld(t *testing.T, seeds ...int) *world {
	w := &world{t: t, net: transporttest.New(1), nodes: map[int]*running{}}
	for _, s := range seeds {
		w.seeds = append(w.seeds, addr(s))
	}
	return w
}

func (w *world) start(i int) *running { return w.startAs(i, id(i)) }

func (w *world) startAs(i int, id string) *running {
	w.t.Helper()
	host := w.net.Join(id, addr(i))
	d, err := New(Config{
		Self:    Member{ID: id, Name: fmt.Sprint("n", i), Region: fmt.Sprint("r", i%3), Cluster: addr(i), Mode: "NONE", Formed: w.formed},
		Network: host, Seeds: w.seeds,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Directory: d, host: host, cancel: cancel, done: make(chan error, 1)}
	go func() { r.done <- d.Run(ctx) }()
	w.nodes[i] = r
	return r
}

// stop ends a server without a farewell.
func (w *world) stop(i int) {
	r := w.nodes[i]
	delete(w.nodes, i)
	r.cancel()
	if err := <-r.done; err != nil && !errors.Is(err, ErrConflict) {
		w.t.Errorf("server %d: %v", i, err)
	}
	if err := r.Close(); err != nil {
		w.t.Error(err)
	}
	if err := r.host.Close(); err != nil {
		w.t.Error(err)
	}
}

func (w *world) stopAll() {
	for i := range w.nodes {
		w.stop(i)
	}
	// Some of serf's goroutines end at their next tick.
	time.Sleep(2 * time.Minute)
}

// await waits until ok holds for the topology of every running server.
func (w *world) await(limit time.Duration, what string, ok func(*Topology) bool) time.Duration {
	w.t.Helper()
	start := time.Now()
	for i, r := range w.nodes {
		for {
			t := r.Topology()
			if ok(t) {
				break
			}
			select {
			case <-t.Changed():
			case <-time.After(limit - time.Since(start)):
				w.t.Fatalf("server %d after %v: not yet %s: %+v", i, limit, what, t.Members())
			}
		}
	}
	return time.Since(start)
}

func alive(n int) func(*Topology) bool {
	return func(t *Topology) bool { return len(t.Alive()) == n }
}

func TestJoinInAnyOrder(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, n := range []int{3, 6} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 1, 2, 3)
			defer w.stopAll()
			for _, i := range rng.Perm(n) {
				w.start(i + 1)
			}
			took := w.await(40*time.Second, "all joined", alive(n))
			t.Logf("%d servers met in %v", n, took)
			m, ok := w.nodes[1].Topology().Member(id(3))
			if !ok || m.Name != "n3" || m.Region != "r0" || m.Cluster != addr(3) || m.Mode != "NONE" || m.State != Alive {
				t.Fatalf("server 3 is seen as %+v", m)
			}
			if got := w.nodes[2].Topology().Region(); got != "r2" {
				t.Fatalf("own region %q", got)
			}
		})
	}
}

func TestFailureAndReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, 2, 3)
		defer w.stopAll()
		for i := 1; i <= 6; i++ {
			w.start(i)
		}
		w.await(40*time.Second, "all joined", alive(6))
		w.stop(4)
		took := w.await(15*time.Second, "failure seen", alive(5))
		t.Logf("failure seen by all after %v", took)
		if m, _ := w.nodes[1].Topology().Member(id(4)); m.State != Failed {
			t.Fatalf("server 4 is %v", m.State)
		}
		w.start(4)
		t.Logf("return seen by all after %v", w.await(40*time.Second, "return seen", alive(6)))
	})
}

func TestLeaveIsNotFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, 2)
		defer w.stopAll()
		for i := 1; i <= 3; i++ {
			w.start(i)
		}
		w.await(40*time.Second, "all joined", alive(3))
		time.Sleep(time.Minute) // serf ignores a farewell that is as old as the greeting
		if err := w.nodes[3].Leave(); err != nil {
			t.Fatal(err)
		}
		w.stop(3)
		w.await(10*time.Second, "farewell seen", func(t *Topology) bool {
			m, _ := t.Member(id(3))
			return m.State == Left
		})
		for _, i := range []int{1, 2} {
			if err := w.nodes[i].Forget(id(3)); err != nil {
				t.Fatal(err)
			}
		}
		w.await(40*time.Second, "forgotten", func(t *Topology) bool { return len(t.Members()) == 2 })
		w.start(3)
		w.await(40*time.Second, "back", alive(3))
	})
}

func TestPartitionHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		defer w.stopAll()
		for i := 1; i <= 4; i++ {
			w.start(i)
		}
		w.await(40*time.Second, "all joined", alive(4))
		w.net.Partition([]string{addr(1), addr(2)}, []string{addr(3), addr(4)})
		t.Logf("partition seen after %v", w.await(40*time.Second, "partition seen", alive(2)))
		time.Sleep(time.Minute)
		w.net.Heal()
		t.Logf("healing seen after %v", w.await(40*time.Second, "healed", alive(4)))
	})
}

func TestUpdateReachesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		defer w.stopAll()
		for i := 1; i <= 3; i++ {
			w.start(i)
		}
		w.await(40*time.Second, "all joined", alive(3))
		if err := w.nodes[2].SetFormed("cluster-x"); err != nil {
			t.Fatal(err)
		}
		w.await(5*time.Second, "update seen", func(t *Topology) bool {
			m, _ := t.Member(id(2))
			return m.Formed == "cluster-x"
		})
		err := w.nodes[2].Update(func(m *Member) { m.Tags = []string{strings.Repeat("x", 600)} })
		if !errors.Is(err, ErrTagsTooLong) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestRoundTripsNearThoseEmulated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		defer w.stopAll()
		real := func(a, b int) time.Duration { // between regions r0, r1, r2
			d := map[int]time.Duration{1: 80, 2: 140, 3: 180}[a%3+b%3] * time.Millisecond
			if a%3 == b%3 {
				d = 2 * time.Millisecond
			}
			return d
		}
		for a := 1; a <= 6; a++ {
			for b := a + 1; b <= 6; b++ {
				w.net.SetRTT(addr(a), addr(b), real(a, b))
			}
		}
		for i := 1; i <= 6; i++ {
			w.start(i)
		}
		w.await(40*time.Second, "all joined", alive(6))
		time.Sleep(5 * time.Minute)
		top := w.nodes[1].Topology()
		for a := 1; a <= 6; a++ {
			for b := a + 1; b <= 6; b++ {
				got, ok := top.RTT(id(a), id(b))
				if !ok {
					t.Fatalf("no round trip between %d and %d", a, b)
				}
				off := (got - real(a, b)).Abs()
				if a == 1 && off > time.Millisecond || off > 10*time.Millisecond+real(a, b)/4 {
					t.Errorf("round trip %d to %d: %v, really %v", a, b, got, real(a, b))
				}
			}
		}
	})
}

func TestTwoServersWithOneID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		defer w.stopAll()
		for i := 1; i <= 3; i++ {
			w.start(i)
		}
		w.await(40*time.Second, "all joined", alive(3))
		w.startAs(9, id(3))
		// The one the majority knows stays; the other is told.
		select {
		case err := <-w.nodes[9].done:
			if !errors.Is(err, ErrConflict) {
				t.Fatalf("got %v", err)
			}
			w.nodes[9].done <- nil
		case <-time.After(2 * time.Minute):
			t.Fatal("the double was not shut out")
		}
	})
}

func TestConfigIsChecked(t *testing.T) {
	for _, c := range []Config{
		{},
		{Self: Member{ID: "x", Cluster: "nowhere"}},
		{Self: Member{ID: "x", Cluster: addr(1)}, Seeds: []string{"no port"}},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	long := Config{Self: Member{ID: "x", Cluster: addr(1), Bolt: strings.Repeat("x", 600)}}
	if err := long.Validate(); !errors.Is(err, ErrTagsTooLong) {
		t.Errorf("got %v", err)
	}
}
