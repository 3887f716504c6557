package consensus

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// world is a network between members with one-way delays. What a member that is
// cut off sends, or is sent, waits until it is joined again, as on a QUIC stream.
type world struct {
	t     *testing.T
	delay map[[2]string]time.Duration // one way, from and to
	rtt   time.Duration               // the longest there and back

	mu    sync.Mutex
	cut   map[string]chan struct{} // closes when the member is joined again
	conns []net.Conn
	up    map[string]*Group
	data  map[string]*journal
	logs  map[string]*LogDB
	ways  sync.WaitGroup // what is carried
	keep  uint64         // entries kept behind a snapshot; 0 means many
}

// newWorld founds a group of members; oneWay gives the delays from the first to
// the second, the first to the third, …, the second to the third, ….
func newWorld(t *testing.T, members []string, oneWay ...time.Duration) *world {
	return foundWorld(t, 0, members, oneWay...)
}

func foundWorld(t *testing.T, keep uint64, members []string, oneWay ...time.Duration) *world {
	w := &world{t: t, keep: keep, delay: map[[2]string]time.Duration{}, cut: map[string]chan struct{}{}, up: map[string]*Group{}, data: map[string]*journal{}, logs: map[string]*LogDB{}}
	for i, a := range members {
		for _, b := range members[i+1:] {
			w.delay[[2]string{a, b}], w.delay[[2]string{b, a}] = oneWay[0], oneWay[0]
			w.rtt = max(w.rtt, 2*oneWay[0])
			oneWay = oneWay[1:]
		}
	}
	for _, s := range members {
		log, err := OpenLogDB(LogConfig{Dir: s, FS: vfs.NewMem()})
		if err != nil {
			t.Fatal(err)
		}
		w.logs[s], w.data[s] = log, &journal{}
		w.start(s)
	}
	for _, s := range members {
		if err := w.up[s].Bootstrap(members); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// end stops all members, so that the bubble can end.
func (w *world) end() {
	for _, s := range w.members() {
		w.join(s)
		w.stop(s)
	}
	w.mu.Lock()
	for _, c := range w.conns {
		c.Close()
	}
	w.mu.Unlock()
	w.ways.Wait()
	for _, l := range w.logs {
		if err := l.Close(); err != nil {
			w.t.Error(err)
		}
	}
}

func (w *world) members() (out []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for s := range w.up {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// from is the network as one member sees it.
type from struct {
	w    *world
	self string
}

// Dial opens a connection to another member.
func (f from) Dial(_ context.Context, to string) (net.Conn, error) {
	f.w.mu.Lock()
	g := f.w.up[to]
	f.w.mu.Unlock()
	if g == nil {
		return nil, errors.New("the server is down")
	}
	here, a := net.Pipe()
	there, b := net.Pipe()
	f.w.mu.Lock()
	f.w.conns = append(f.w.conns, here, a, there, b)
	f.w.mu.Unlock()
	f.w.ways.Go(func() { f.w.carry(a, b, f.self, to) })
	f.w.ways.Go(func() { f.w.carry(b, a, to, f.self) })
	go g.ServeConn(there)
	return here, nil
}

// parcel is bytes on their way; nil is the end.
type parcel struct {
	due   time.Time
	bytes []byte
}

// carry moves bytes from a to b as late as the way from one member to the other is long.
func (w *world) carry(a, b net.Conn, from, to string) {
	way := make(chan parcel, 4096)
	w.ways.Go(func() {
		defer b.Close()
		for p := range way {
			time.Sleep(time.Until(p.due))
			w.passable(from, to)
			if p.bytes == nil {
				return
			}
			if _, err := b.Write(p.bytes); err != nil {
				break
			}
		}
		for range way { // nobody listens any more
		}
	})
	defer close(way)
	for {
		buf := make([]byte, 4096)
		n, err := a.Read(buf)
		p := parcel{due: time.Now().Add(w.delay[[2]string{from, to}])}
		if err == nil {
			p.bytes = buf[:n]
		}
		way <- p
		if err != nil {
			return
		}
	}
}

// passable blocks while one of two members is cut off.
func (w *world) passable(a, b string) {
	for _, s := range []string{a, b} {
		w.mu.Lock()
		cut := w.cut[s]
		w.mu.Unlock()
		if cut != nil {
			<-cut
		}
	}
}

func (w *world) sever(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut[s] == nil {
		w.cut[s] = make(chan struct{})
	}
}

func (w *world) join(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut[s] != nil {
		close(w.cut[s])
		delete(w.cut, s)
	}
}

// term asks a member for its term, there and back.
func (w *world) term(from string) func(context.Context, string) (uint64, error) {
	return func(ctx context.Context, to string) (uint64, error) {
		answer := make(chan uint64, 1)
		go func() {
			time.Sleep(w.delay[[2]string{from, to}])
			w.passable(from, to)
			w.mu.Lock()
			g := w.up[to]
			w.mu.Unlock()
			if g == nil {
				return
			}
			term := g.Term()
			time.Sleep(w.delay[[2]string{to, from}])
			w.passable(from, to)
			answer <- term
		}()
		select {
		case term := <-answer:
			return term, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (w *world) start(s string) {
	g, err := Open(Config{Group: "db", Server: s, Log: w.logs[s], Dir: w.t.TempDir(), Machine: w.data[s], Network: from{w, s}, RTT: w.rtt, Term: w.term(s), trailing: w.keep})
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.up[s] = g
	w.mu.Unlock()
}

func (w *world) stop(s string) {
	w.mu.Lock()
	g := w.up[s]
	delete(w.up, s)
	w.mu.Unlock()
	if g != nil {
		if err := g.Close(); err != nil {
			w.t.Error(err)
		}
	}
}

// leader waits for a member other than not that is ready to lead.
func (w *world) leader(not string) (string, *Group) {
	began := time.Now()
	for time.Since(began) < time.Minute {
		for _, s := range w.members() {
			w.mu.Lock()
			g := w.up[s]
			w.mu.Unlock()
			if _, ready := g.LeaderReady(); ready && s != not {
				return s, g
			}
		}
		time.Sleep(time.Millisecond) // of the bubble's clock
	}
	w.t.Fatal("no leader was elected in a minute")
	return "", nil
}

// Whoever leads, when it falls silent another one leads soon: its silence is
// noticed when it is due, and the members do not hinder each other.
func TestALostLeaderIsReplacedSoon(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, []string{"a", "b", "c"}, 20*time.Millisecond, 40*time.Millisecond, 60*time.Millisecond)
		defer w.end()
		var took []time.Duration
		for range 60 {
			lost, g := w.leader("")
			for range rng.IntN(20) { // so that now one, now the other follower is ahead
				go g.Propose([]byte("x")).Wait(t.Context())
				time.Sleep(time.Duration(rng.IntN(30)) * time.Millisecond)
			}
			w.sever(lost)
			began := time.Now()
			w.leader(lost)
			took = append(took, time.Since(began))
			w.join(lost)
			time.Sleep(2 * time.Second)
		}
		time.Sleep(time.Minute) // until every deadline has passed
		slices.Sort(took)
		t.Logf("without a leader: p50 %v, p90 %v, longest %v", took[30], took[54], took[59])
		if took[30] > 1200*time.Millisecond || took[59] > 1500*time.Millisecond {
			t.Errorf("it takes too long: %v", took)
		}
	})
}
