package consensus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/hashicorp/raft"

	"graticule/internal/waiter"
	"graticule/replication"
)

// journal is a state machine that remembers what it applied.
type journal struct {
	mu       sync.Mutex
	at       replication.Position
	entries  []string
	again    int // entries given to it that it had applied
	restores int // times it was replaced by a snapshot
	waiter.Waiter
}

func (j *journal) Apply(es []replication.Entry) ([]replication.Result, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := make([]replication.Result, len(es))
	for i, e := range es {
		if e.Index <= j.at.Index {
			j.again++
			continue
		}
		j.at = replication.Position{Term: e.Term, Index: e.Index}
		if len(e.Data) > 0 {
			j.entries = append(j.entries, string(e.Data))
		}
		out[i].Value = len(j.entries)
	}
	j.Advance(j.at.Index)
	return out, nil
}

func (j *journal) Applied() replication.Position { j.mu.Lock(); defer j.mu.Unlock(); return j.at }
func (j *journal) WaitApplied(ctx context.Context, i uint64) error {
	return j.Wait(ctx, i)
}

// tape is a journal on disk.
type tape struct {
	At      replication.Position
	Entries []string
}

func (j *journal) Checkpoint(dir string) (replication.Position, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	b, err := json.Marshal(tape{j.at, j.entries})
	if err != nil {
		return j.at, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return j.at, err
	}
	return j.at, os.WriteFile(filepath.Join(dir, "journal"), b, 0o600)
}

func (j *journal) Restore(dir string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	b, err := os.ReadFile(filepath.Join(dir, "journal"))
	if err != nil {
		return err
	}
	var t tape
	if err := json.Unmarshal(b, &t); err != nil {
		return err
	}
	j.at, j.entries = t.At, t.Entries
	j.restores++
	j.Advance(j.at.Index)
	return nil
}

func (j *journal) list() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]string(nil), j.entries...)
}

// cluster is members joined by pipes; a member that is down cannot be dialled.
type cluster struct {
	t    *testing.T
	mu   sync.Mutex
	up   map[string]*Group
	data map[string]*journal
	logs map[string]*LogDB
	disk map[string]*gatedFS
	end  func() // stops all
}

// Dial connects to a member's ServeConn.
func (c *cluster) Dial(_ context.Context, server string) (net.Conn, error) {
	c.mu.Lock()
	g := c.up[server]
	c.mu.Unlock()
	if g == nil {
		return nil, errors.New("the server is down")
	}
	a, b := net.Pipe()
	go g.ServeConn(b)
	return a, nil
}

// term asks a member for its term.
func (c *cluster) term(_ context.Context, server string) (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if g := c.up[server]; g != nil {
		return g.Term(), nil
	}
	return 0, errors.New("the server is down")
}

func newCluster(t *testing.T, servers ...string) *cluster {
	disks := map[string]*vfs.MemFS{}
	for _, s := range servers {
		disks[s] = vfs.NewMem()
	}
	return newClusterOn(t, disks, servers...)
}

// newClusterOn starts members on disks that may hold their logs already.
func newClusterOn(t *testing.T, disks map[string]*vfs.MemFS, servers ...string) *cluster {
	c := &cluster{t: t, up: map[string]*Group{}, data: map[string]*journal{}, logs: map[string]*LogDB{}, disk: map[string]*gatedFS{}}
	c.end = sync.OnceFunc(func() {
		for s := range c.data {
			c.stop(s)
		}
		for _, l := range c.logs {
			l.Close()
		}
	})
	t.Cleanup(c.end)
	for _, s := range servers {
		c.disk[s] = newGatedFS(disks[s])
		log, err := OpenLogDB(LogConfig{Dir: s, FS: c.disk[s]})
		if err != nil {
			t.Fatal(err)
		}
		c.logs[s], c.data[s] = log, &journal{}
		c.start(s)
	}
	for _, s := range servers {
		if err := c.up[s].Bootstrap(servers); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (c *cluster) start(s string) {
	g, err := Open(Config{Group: "db", Server: s, Log: c.logs[s], Dir: c.t.TempDir(), Machine: c.data[s], Network: c, Term: c.term})
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	c.up[s] = g
	c.mu.Unlock()
}

func (c *cluster) stop(s string) {
	c.mu.Lock()
	g := c.up[s]
	delete(c.up, s)
	c.mu.Unlock()
	if g != nil {
		if err := g.Close(); err != nil {
			c.t.Error(err)
		}
	}
}

// leader waits for a member that is ready to lead.
func (c *cluster) leader() (string, *Group) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for {
		c.mu.Lock()
		for s, g := range c.up {
			if _, ok := g.LeaderReady(); ok {
				c.mu.Unlock()
				return s, g
			}
		}
		c.mu.Unlock()
		select {
		case <-tick.C:
		case <-late:
			c.t.Fatal("no leader was elected")
		}
	}
}

func (c *cluster) propose(g *Group, text string) uint64 {
	_, index, err := g.Propose([]byte(text)).Wait(context.Background())
	if err != nil {
		c.t.Fatal(err)
	}
	return index
}

func TestAcknowledgedEntriesSurviveTheLeader(t *testing.T) {
	c := newCluster(t, "a", "b", "c")
	first, g := c.leader()
	var want []string
	for i := range 50 {
		want = append(want, fmt.Sprint("one ", i))
		c.propose(g, want[i])
	}
	c.stop(first)
	_, g = c.leader()
	var last uint64
	for i := range 50 {
		want = append(want, fmt.Sprint("two ", i))
		last = c.propose(g, want[50+i])
	}
	c.start(first) // comes back with its log and catches up by itself
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for s, j := range c.data {
		if err := j.WaitApplied(ctx, last); err != nil {
			t.Fatalf("%s did not catch up: %v", s, err)
		}
		if got := j.list(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s applied %d entries, want %d in order", s, len(got), len(want))
		}
	}
	entries, err := g.Entries(1, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if len(e.Data) > 0 {
			n++
		}
	}
	if n != len(want) {
		t.Errorf("the log gives %d entries, want %d", n, len(want))
	}
}

func TestFollowersRefuseProposals(t *testing.T) {
	c := newCluster(t, "a", "b", "c")
	leader, _ := c.leader()
	for s, g := range c.up {
		if s == leader {
			continue
		}
		if _, _, err := g.Propose([]byte("x")).Wait(context.Background()); !errors.Is(err, ErrNotLeader) {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestMinorityCannotCommit(t *testing.T) {
	c := newCluster(t, "a", "b", "c")
	leader, g := c.leader()
	for _, s := range []string{"a", "b", "c"} {
		if s != leader {
			c.stop(s)
		}
	}
	if _, _, err := g.Propose([]byte("x")).Wait(context.Background()); !errors.Is(err, ErrOutcomeUnknown) && !errors.Is(err, ErrNotLeader) {
		t.Errorf("a minority answered %v", err)
	}
}

// A group that is closed answers all proposals and ends, whatever stands in the
// queues of the library.
func TestCloseAnswersWhatIsOnItsWay(t *testing.T) {
	for range 5 {
		c := newCluster(t, "a")
		s, g := c.leader()
		var proposers sync.WaitGroup
		for range 64 {
			proposers.Go(func() {
				for {
					if _, _, err := g.Propose([]byte("x")).Wait(context.Background()); err != nil {
						return
					}
				}
			})
		}
		for g.Committed() < 100 {
			runtime.Gosched()
		}
		c.stop(s)
		proposers.Wait()
	}
}

func TestLogKeepsItsRangeAndFindsDamage(t *testing.T) {
	fs := vfs.NewMem()
	db, err := OpenLogDB(LogConfig{Dir: "log", FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	g, err := db.group("x")
	if err != nil {
		t.Fatal(err)
	}
	for i := uint64(1); i <= 10; i++ {
		if err := g.StoreLog(&raft.Log{Index: i, Term: 2, Type: raft.LogCommand, Data: []byte{byte(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.DeleteRange(1, 3); err != nil {
		t.Fatal(err)
	}
	if err := g.DeleteRange(9, 10); err != nil {
		t.Fatal(err)
	}
	if err := g.SetUint64([]byte("term"), 7); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Get([]byte("vote")); err == nil || err.Error() != "not found" {
		t.Errorf("a missing key gives %v; raft compares the text", err)
	}
	db.Close()
	if db, err = OpenLogDB(LogConfig{Dir: "log", FS: fs}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if g, err = db.group("x"); err != nil {
		t.Fatal(err)
	}
	first, _ := g.FirstIndex()
	last, _ := g.LastIndex()
	term, _ := g.GetUint64([]byte("term"))
	var l raft.Log
	if err := g.GetLog(5, &l); err != nil || first != 4 || last != 8 || term != 7 || l.Data[0] != 5 || l.Term != 2 {
		t.Errorf("first %d, last %d, term %d, entry %+v, %v", first, last, term, l, err)
	}
	if err := db.db.Set(g.key(5), []byte("damaged bytes, long enough"), nil); err != nil {
		t.Fatal(err)
	}
	if err := g.GetLog(5, &l); !errors.Is(err, errDamagedLog) {
		t.Errorf("damage gives %v", err)
	}
}
