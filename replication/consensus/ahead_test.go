package consensus

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/hashicorp/raft"
)

// gatedFS is a file system whose syncs of the write-ahead log wait while the gate is shut.
type gatedFS struct {
	vfs.FS
	mu   sync.Mutex
	gate chan struct{} // closed: open
}

func newGatedFS(fs vfs.FS) *gatedFS {
	g := &gatedFS{FS: fs, gate: make(chan struct{})}
	close(g.gate)
	return g
}

func (g *gatedFS) shut() (open func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	gate := make(chan struct{})
	g.gate = gate
	return sync.OnceFunc(func() { close(gate) })
}

func (g *gatedFS) pass() {
	g.mu.Lock()
	gate := g.gate
	g.mu.Unlock()
	<-gate
}

func (g *gatedFS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := g.FS.Create(name, category)
	if err != nil || category != walCategory {
		return f, err
	}
	return &gatedFile{f, g}, nil
}

func (g *gatedFS) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := g.FS.ReuseForWrite(oldname, newname, category)
	if err != nil {
		return f, err
	}
	return &gatedFile{f, g}, nil
}

type gatedFile struct {
	vfs.File
	fs *gatedFS
}

func (f *gatedFile) Sync() error     { f.fs.pass(); return f.File.Sync() }
func (f *gatedFile) SyncData() error { f.fs.pass(); return f.File.SyncData() }

// await looks again until what is awaited is there.
func await(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for late := time.After(20 * time.Second); !yes(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// A leader sends an entry before it is on its own disk, but until it is nobody is
// answered, nobody applies it, and nobody is told that it is committed.
func TestNothingFollowsFromAnEntryThatIsNotOnTheLeadersDisk(t *testing.T) {
	c := newCluster(t, "a", "b", "c")
	name, leader := c.leader()
	before := c.propose(leader, "before")
	open := c.disk[name].shut()
	defer open()
	p := leader.Propose([]byte("ahead"))
	index := before + 1
	await(t, "the followers have the entry on disk and the leader counts it", func() bool { return leader.raft.CommitIndex() >= index })
	contact := map[string]time.Time{}
	for s, g := range c.up {
		contact[s] = g.raft.LastContact()
	}
	for s, g := range c.up {
		if s == name {
			continue
		}
		await(t, s+" stores the entry", func() bool { last, _ := g.log.LastIndex(); return last >= index })
		for range 3 { // messages that could have told of the commit
			await(t, s+" hears from the leader", func() bool { return g.raft.LastContact().After(contact[s]) })
			contact[s] = g.raft.LastContact()
		}
		if got := g.raft.CommitIndex(); got >= index {
			t.Errorf("%s knows of commit %d, which the leader has not on disk", s, got)
		}
	}
	select {
	case <-p.done:
		t.Error("the proposal was answered")
	default:
	}
	if at := c.data[name].Applied().Index; at >= index {
		t.Errorf("the leader has applied entry %d", at)
	}
	open()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, got, err := p.Wait(ctx); err != nil || got != index {
		t.Fatalf("the proposal gave %d, %v", got, err)
	}
	for s, j := range c.data {
		if err := j.WaitApplied(ctx, index); err != nil {
			t.Errorf("%s does not apply: %v", s, err)
		}
	}
}

// An entry that is written ahead and is too large to be kept at hand is read from
// disk: who reads it, and who writes behind it, waits until it is there.
func TestALargeEntryIsReadOnceItIsOnDisk(t *testing.T) {
	fs := newGatedFS(vfs.NewMem())
	db, err := OpenLogDB(LogConfig{Dir: "log", FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	g, err := db.group("db")
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(10) {
		open := fs.shut()
		entry := &raft.Log{Index: 2*i + 1, Term: 1, Type: raft.LogCommand, Data: make([]byte, recentBytes+1)}
		written := make(chan struct{})
		if err := g.storeAhead([]*raft.Log{entry}, func() { close(written) }); err != nil {
			t.Fatal(err)
		}
		read, behind := make(chan error, 1), make(chan error, 1)
		var e raft.Log
		go func() { read <- g.GetLog(entry.Index, &e) }()
		go func() { behind <- g.StoreLog(&raft.Log{Index: entry.Index + 1, Term: 1}) }()
		select {
		case <-written:
			t.Error("it counts as written before it is on disk")
		default:
		}
		open()
		if err := <-read; err != nil || len(e.Data) != len(entry.Data) {
			t.Errorf("reading entry %d gave %d bytes, %v", entry.Index, len(e.Data), err)
		}
		if err := <-behind; err != nil {
			t.Error(err)
		}
		<-written
	}
}

func TestRecentEntriesAreThoseStoredLast(t *testing.T) {
	var r recentLogs
	entry := func(i uint64, term uint64, size int) *raft.Log {
		return &raft.Log{Index: i, Term: term, Data: make([]byte, size)}
	}
	var out raft.Log
	if r.get(0, &out) || r.get(1, &out) {
		t.Error("an empty ring gave an entry")
	}
	for i := uint64(5); i < 5+2*recentEntries; i++ {
		r.add([]*raft.Log{entry(i, 1, 10)})
	}
	first := uint64(5 + recentEntries)
	for _, x := range []struct {
		index uint64
		want  bool
	}{{first - 1, false}, {first, true}, {first + recentEntries - 1, true}, {first + recentEntries, false}} {
		if got := r.get(x.index, &out); got != x.want || got && out.Index != x.index {
			t.Errorf("entry %d: %v (%d)", x.index, got, out.Index)
		}
	}
	r.clear()
	r.add([]*raft.Log{entry(first, 2, 10)}) // what a new leader put there
	if !r.get(first, &out) || out.Term != 2 || r.get(first+1, &out) || r.get(first-1, &out) {
		t.Error("entries of before a truncation are left")
	}
	r.add([]*raft.Log{entry(first+1, 2, recentBytes), entry(first+2, 2, 1)})
	if r.get(first+1, &out) || !r.get(first+2, &out) || r.bytes != 1 {
		t.Errorf("%d bytes are kept, more than allowed", r.bytes)
	}
	r.add([]*raft.Log{entry(first+100, 2, 1)}) // a gap, as after a snapshot
	if r.get(first+2, &out) || !r.get(first+100, &out) {
		t.Error("entries before a gap are left")
	}
}

// The log's file holds zeros behind its records, also when it is reused.
func TestZeroedFilesHoldWhatWasWritten(t *testing.T) {
	dir := t.TempDir()
	fs := zeroedLogs{vfs.Default}
	f, err := fs.Create(filepath.Join(dir, "one"), walCategory)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if n, err := f.Write([]byte(text)); err != nil || n != len(text) {
			t.Fatalf("wrote %d, %v", n, err)
		}
	}
	read := func(name string, want string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(b)%zeroedAhead != 0 || len(b) < len(want) || string(b[:len(want)]) != want {
			t.Fatalf("%s holds %d bytes that begin with %q", name, len(b), b[:min(len(b), len(want))])
		}
		for i, c := range b[len(want):] {
			if c != 0 {
				t.Fatalf("byte %d of %s is %d", len(want)+i, name, c)
			}
		}
	}
	write("hello, ")
	write("world")
	read("one", "hello, world")
	big := string(make([]byte, zeroedAhead)) + "end"
	write(big)
	read("one", "hello, world"+big)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if f, err = fs.ReuseForWrite(filepath.Join(dir, "one"), filepath.Join(dir, "two"), walCategory); err != nil {
		t.Fatal(err)
	}
	write("HELLO")
	if info, err := f.Stat(); err != nil || info.Size() != 2*zeroedAhead {
		t.Errorf("a reused file has changed its size: %v, %v", info.Size(), err)
	}
	if _, err := f.ReadAt(make([]byte, 5), 0); err != nil && err != io.EOF {
		t.Error(err)
	}
	f.Close()
	if f, err = fs.Create(filepath.Join(dir, "other"), "pebble-manifest"); err != nil {
		t.Fatal(err)
	}
	write("x")
	if info, err := f.Stat(); err != nil || info.Size() != 1 {
		t.Errorf("a file that is no log was filled: %v", err)
	}
	f.Close()
}

// A log that was not closed, as after a crash, is read up to its last record.
func TestALogThatEndsInZerosIsReadAfterACrash(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	open := func(dir string) (*LogDB, *groupLog) {
		t.Helper()
		db, err := OpenLogDB(LogConfig{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		g, err := db.group("db")
		if err != nil {
			t.Fatal(err)
		}
		return db, g
	}
	db, g := open(dir)
	defer db.Close()
	for round := range 3 {
		for i := range uint64(100) {
			if err := g.StoreLog(&raft.Log{Index: uint64(round)*100 + i + 1, Term: 1, Data: fmt.Append(nil, i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.RemoveAll(copied); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time it was closed
			again, h := open(copied)
			last, _ := h.LastIndex()
			var e raft.Log
			if err := h.GetLog(last, &e); err != nil || last != uint64(round+1)*100 || string(e.Data) != "99" {
				t.Errorf("the copy ends with entry %d, %q, %v", last, e.Data, err)
			}
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
