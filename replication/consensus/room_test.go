package consensus

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/hashicorp/raft"

	"graticule/internal/room"
	"graticule/replication"
)

// disk is a volume of which the test says whether it is full.
type disk struct{ full atomic.Bool }

func (d *disk) watch(t *testing.T) *room.Watch {
	t.Helper()
	w, err := room.Open(room.Config{Dir: t.TempDir(), Low: 1, Reserve: 1 << 40, Every: time.Millisecond, Free: func(string) (uint64, error) {
		if d.full.Load() {
			return 0, nil
		}
		return 1 << 30, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { w.Run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done })
	return w
}

// fill turns the disk full, or not, and waits until the log's owner has seen it.
func (d *disk) fill(t *testing.T, l *LogDB, full bool) {
	t.Helper()
	d.full.Store(full)
	eventually(t, "the watch looks", func() bool { return (l.cfg.Room.Err() != nil) == full })
}

// eventually asks again until what is awaited is there.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(10 * time.Second)
	for !yes() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("waited in vain: " + what)
		}
	}
}

func fullCluster(t *testing.T, servers ...string) (*cluster, map[string]*disk) {
	disks := map[string]*disk{}
	c := newCluster(t, servers...)
	for _, s := range servers {
		disks[s] = &disk{}
		c.logs[s].cfg.Room = disks[s].watch(t)
	}
	return c, disks
}

func TestALeaderWithoutRoomRefusesAndGoesOn(t *testing.T) {
	c, disks := fullCluster(t, "a")
	_, g := c.leader()
	c.propose(g, "before")
	disks["a"].fill(t, c.logs["a"], true)
	for range 3 {
		if _, _, err := g.Propose([]byte("refused")).Wait(t.Context()); !errors.Is(err, room.ErrFull) {
			t.Fatalf("a proposal without room: %v", err)
		}
	}
	if err := g.Barrier(); err != nil { // raft's own entries are taken: it still leads
		t.Error(err)
	}
	c.stop("a")
	c.start("a") // a start without room leads, too
	_, g = c.leader()
	if _, _, err := g.Propose([]byte("refused")).Wait(t.Context()); !errors.Is(err, room.ErrFull) {
		t.Fatalf("a proposal without room after a restart: %v", err)
	}
	disks["a"].fill(t, c.logs["a"], false)
	c.propose(g, "after")
	if got := fmt.Sprint(c.data["a"].list()); got != "[before after]" {
		t.Errorf("applied %s", got)
	}
}

func TestAFollowerWithoutRoomCatchesUpLater(t *testing.T) {
	c, disks := fullCluster(t, "a", "b", "c")
	leader, g := c.leader()
	c.propose(g, "before")
	full := "a"
	if leader == full {
		full = "b"
	}
	disks[full].fill(t, c.logs[full], true)
	for i := range 20 {
		c.propose(g, fmt.Sprint(i))
	}
	last := c.propose(g, "last")
	if n := len(c.data[full].list()); n > 1 {
		t.Errorf("the member without room applied %d entries", n)
	}
	disks[full].fill(t, c.logs[full], false)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := c.data[full].WaitApplied(ctx, last); err != nil {
		t.Fatal("the member does not catch up:", err)
	}
	if n := len(c.data[full].list()); n != 22 {
		t.Errorf("it has %d entries, want 22", n)
	}
}

func TestLeadershipGoesToTheMemberNamed(t *testing.T) {
	c, _ := fullCluster(t, "a", "b", "c")
	leader, g := c.leader()
	for _, to := range []string{"a", "b", "c"} {
		if to == leader {
			continue
		}
		for try := 0; leader != to; try++ { // another may be quicker on a busy machine
			if err := g.StepDownTo(to); err != nil && try > 10 {
				t.Fatal(err)
			}
			leader, g = c.leader()
		}
	}
}

// What replaces a suffix that was removed is always taken, else nothing is.
func TestTheLogIsNeverLeftShort(t *testing.T) {
	d := &disk{}
	db, err := OpenLogDB(LogConfig{Dir: "log", FS: vfs.NewMem(), Room: d.watch(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	g, err := db.group("x")
	if err != nil {
		t.Fatal(err)
	}
	entry := func(i, term uint64) *raft.Log {
		return &raft.Log{Index: i, Term: term, Type: raft.LogCommand, Data: []byte("x")}
	}
	for i := uint64(1); i <= 9; i++ {
		if err := g.StoreLog(entry(i, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.DeleteRange(7, 9); err != nil {
		t.Fatal(err)
	}
	d.fill(t, db, true)
	if err := g.StoreLog(entry(7, 2)); err != nil {
		t.Error("what replaces a suffix was refused:", err)
	}
	if err := g.StoreLog(entry(8, 2)); !errors.Is(err, room.ErrFull) {
		t.Errorf("an entry without room: %v", err)
	}
	if err := g.DeleteRange(6, 7); !errors.Is(err, room.ErrFull) {
		t.Errorf("a suffix was removed without room for another: %v", err)
	}
	if err := g.DeleteRange(1, 3); err != nil {
		t.Error("the head of the log cannot go without room:", err)
	}
	if err := g.SetUint64([]byte("CurrentTerm"), 3); err != nil {
		t.Error("a vote was refused:", err)
	}
	first, _ := g.FirstIndex()
	last, _ := g.LastIndex()
	if first != 4 || last != 7 {
		t.Errorf("the log holds %d to %d", first, last)
	}
}

// cramped is a machine whose disk has no space for a while.
type cramped struct {
	journal
	refuse atomic.Int64
}

func (c *cramped) Apply(es []replication.Entry) ([]replication.Result, error) {
	if c.refuse.Add(-1) >= 0 {
		return nil, fmt.Errorf("write catalog: %w", syscall.ENOSPC)
	}
	return c.journal.Apply(es)
}

func TestAMachineWithoutSpaceIsWaitedFor(t *testing.T) {
	d := &disk{}
	log, err := OpenLogDB(LogConfig{Dir: "log", FS: vfs.NewMem(), Room: d.watch(t), OnFatal: func(err error) { t.Error("fatal:", err) }})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	m := &cramped{}
	c := &cluster{t: t, up: map[string]*Group{}, data: map[string]*journal{"a": &m.journal}, logs: map[string]*LogDB{"a": log}}
	open := func() *Group {
		g, err := Open(Config{Group: "db", Server: "a", Log: log, Dir: t.TempDir(), Machine: m, Network: c})
		if err != nil {
			t.Fatal(err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.up["a"] = g
		return g
	}
	g := open()
	if err := g.Bootstrap([]string{"a"}); err != nil {
		t.Fatal(err)
	}
	c.leader()
	m.refuse.Store(5)
	c.propose(g, "waited for")
	eventually(t, "there is room again", func() bool { return g.Room() == nil }) // the space it found missing is there
	m.refuse.Store(1 << 40)
	p := g.Propose([]byte("still in the log"))
	eventually(t, "it has begun to apply", func() bool { return m.refuse.Load() < 1<<40-3 })
	c.stop("a") // ends though the machine never could
	if _, _, err := p.Wait(t.Context()); !errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("an entry that is in the log and was not applied: %v", err)
	}
	m.refuse.Store(0)
	g = open()
	if _, g = c.leader(); g == nil {
		t.Fatal("no leader")
	}
	if got := fmt.Sprint(m.list()); got != "[waited for still in the log]" {
		t.Errorf("applied %s", got)
	}
	c.stop("a")
}
