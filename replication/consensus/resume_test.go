package consensus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/hashicorp/raft"

	"graticule/replication"
)

// A member that starts again is given what it has not applied, and nothing else.
func TestARestartedMemberAppliesNothingTwice(t *testing.T) {
	c := newCluster(t, "a", "b", "c")
	_, g := c.leader()
	for i := range 200 {
		c.propose(g, fmt.Sprint(i))
	}
	var index uint64
	for _, s := range []string{"a", "b", "c", "a"} {
		c.stop(s)
		c.start(s)
		if n := len(c.up[s].Members()); n != 3 {
			t.Fatalf("%s knows %d members after its start, want 3", s, n)
		}
		_, g := c.leader()
		index = c.propose(g, "after the start of "+s)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for s, j := range c.data {
		if err := j.WaitApplied(ctx, index); err != nil {
			t.Fatalf("%s did not catch up: %v", s, err)
		}
		if j.again > 0 || len(j.list()) != 204 {
			t.Errorf("%s was given %d entries again and has %d, want 204", s, j.again, len(j.list()))
		}
	}
}

func fitting(t *testing.T, at replication.Position, term, fed uint64, es []*raft.Log) error {
	t.Helper()
	db, err := OpenLogDB(LogConfig{Dir: "log", FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	g, err := db.group("x")
	if err != nil {
		t.Fatal(err)
	}
	if len(es) > 0 {
		if err := g.StoreLogs(es); err != nil {
			t.Fatal(err)
		}
	}
	snaps := raft.NewInmemSnapshotStore()
	if fed > 0 { // it is opened without a term first
		if _, err := resume(&fsm{machine: &journal{at: replication.Position{Term: 3, Index: fed}}, log: g, dir: t.TempDir()}, g, snaps); err != nil {
			t.Fatal(err)
		}
	}
	if term > 0 {
		if err := g.SetUint64([]byte("CurrentTerm"), term); err != nil {
			t.Fatal(err)
		}
	}
	_, err = resume(&fsm{machine: &journal{at: at}, dir: t.TempDir()}, g, snaps)
	return err
}

func TestALogThatDoesNotFitTheStateIsRefused(t *testing.T) {
	log := []*raft.Log{{Index: 1, Term: 1}, {Index: 2, Term: 3}}
	for name, c := range map[string]struct {
		at   replication.Position
		term uint64
		fed  uint64 // before it became a member
		log  []*raft.Log
		want error
	}{
		"nothing yet":                    {},
		"never a member, fed before":     {at: replication.Position{Term: 4, Index: 9}},
		"fed before, its log on its way": {at: replication.Position{Term: 3, Index: 9}, term: 3, fed: 9, log: log},
		"fed before, its end gone since": {at: replication.Position{Term: 3, Index: 10}, term: 3, fed: 9, log: log, want: ErrLogLost},
		"applied to the end":             {at: replication.Position{Term: 3, Index: 2}, term: 3, log: log},
		"applied less than there is":     {at: replication.Position{Term: 1, Index: 1}, term: 3, log: log},
		"the end of the log is gone":     {at: replication.Position{Term: 3, Index: 3}, term: 3, log: log, want: ErrLogLost},
		"the whole log is gone":          {at: replication.Position{Term: 3, Index: 3}, term: 3, want: ErrLogLost},
		"another entry than was applied": {at: replication.Position{Term: 2, Index: 2}, term: 3, log: log, want: ErrLogLost},
		"applied in another term":        {at: replication.Position{Term: 3, Index: 1}, term: 3, log: log, want: ErrLogLost},
	} {
		if err := fitting(t, c.at, c.term, c.fed, c.log); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// restorable is a journal that takes snapshots.
type restorable struct {
	journal
	to replication.Position
}

// Restore takes the snapshot's position for its content.
func (r *restorable) Restore(string) error { r.at = r.to; return nil }

// A crash between the arrival of a snapshot and its use leaves a state that is
// older than the snapshot; raft would go on as if it were not.
func TestASnapshotThatArrivedIsUsedAfterACrash(t *testing.T) {
	db, err := OpenLogDB(LogConfig{Dir: "log", FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	g, err := db.group("x")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.SetUint64([]byte("CurrentTerm"), 5); err != nil {
		t.Fatal(err)
	}
	snaps, err := raft.NewFileSnapshotStoreWithLogger(t.TempDir(), snapshotsKept, libraryLog(slog.New(slog.DiscardHandler), "x"))
	if err != nil {
		t.Fatal(err)
	}
	trans := newElector(&raft.NetworkTransport{}, "a", 0)
	defer trans.stop()
	sink, err := snaps.Create(1, 700, 5, raft.Configuration{Servers: []raft.Server{{ID: "a"}}}, 3, trans)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(replication.Pack(sink, t.TempDir()), sink.Close()); err != nil {
		t.Fatal(err)
	}
	m := &restorable{journal: journal{at: replication.Position{Term: 4, Index: 600}}, to: replication.Position{Term: 5, Index: 700}}
	known, err := resume(&fsm{machine: m, log: g, dir: t.TempDir()}, g, snaps)
	if err != nil {
		t.Fatal(err)
	}
	if m.Applied() != m.to {
		t.Errorf("the state is at %+v, want that of the snapshot", m.Applied())
	}
	if l, err := known.List(); err != nil || len(l) != 1 || l[0].Index != 700 {
		t.Errorf("raft sees %+v, %v", l, err)
	}
	_, r, err := known.Open(mustList(t, known)[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, r)
	r.Close()
}

func mustList(t *testing.T, s raft.SnapshotStore) []*raft.SnapshotMeta {
	t.Helper()
	l, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The members stand beside the log, so that a start need not look for their last change in it.
func TestMembersAreFoundWithoutReadingTheLog(t *testing.T) {
	db, err := OpenLogDB(LogConfig{Dir: "log", FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	g, err := db.group("x")
	if err != nil {
		t.Fatal(err)
	}
	members := func(ids ...string) []byte {
		var c raft.Configuration
		for _, id := range ids {
			c.Servers = append(c.Servers, raft.Server{ID: raft.ServerID(id), Address: raft.ServerAddress(id)})
		}
		return raft.EncodeConfiguration(c)
	}
	var es []*raft.Log
	for i := uint64(1); i <= 20; i++ {
		e := &raft.Log{Index: i, Term: 1, Type: raft.LogCommand}
		switch i {
		case 1:
			e.Type, e.Data = raft.LogConfiguration, members("a")
		case 10:
			e.Type, e.Data = raft.LogConfiguration, members("a", "b")
		case 15:
			e.Type, e.Data = raft.LogConfiguration, members("a", "b", "c")
		}
		es = append(es, e)
	}
	if err := g.StoreLogs(es); err != nil {
		t.Fatal(err)
	}
	check := func(upTo, want uint64) {
		t.Helper()
		c, err := g.configuration(upTo)
		if err != nil {
			t.Fatal(err)
		}
		if (c == nil) != (want == 0) || c != nil && c.Index != want {
			t.Errorf("up to %d: %+v, want that of %d", upTo, c, want)
		}
	}
	check(0, 0)
	check(9, 1)
	check(14, 10)
	check(20, 15)
	if err := g.DeleteRange(1, 12); err != nil { // a snapshot replaced them
		t.Fatal(err)
	}
	check(14, 10)
	if err := g.DeleteRange(14, 20); err != nil { // another leader wrote others
		t.Fatal(err)
	}
	check(20, 10)
	if c, _ := g.configuration(20); c == nil || len(raft.DecodeConfiguration(c.Data).Servers) != 2 {
		t.Errorf("the members are %+v", c)
	}
}
