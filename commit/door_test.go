package commit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"graticule/graph"
	"graticule/graphstore"
	"graticule/replication/consensus"
)

// alone is the network of a group of one.
type alone struct{}

func (alone) Dial(context.Context, string) (net.Conn, error) {
	return nil, errors.New("nobody is there")
}

// hall is a door with what stands behind it: a group of one member and its store.
type hall struct {
	t     *testing.T
	door  *Door
	store *graphstore.Store
	log   *consensus.LogDB
	group *consensus.Group
	ready chan struct{}
	ids   *graphstore.LeasedIDs
	end   func() error // closes the group
	mu    sync.Mutex
	next  uint64
}

// newHall gives the hall of a group that has just been founded and leads.
func newHall(t *testing.T) *hall {
	t.Helper()
	h := openHall(t)
	if _, err := h.door.Lease(t.Context(), 1, 1); !errors.Is(err, ErrNotLeader) {
		t.Fatalf("a lease of a group that has no leader gave %v", err)
	}
	h.found()
	return h
}

// openHall gives a hall whose group is not founded yet.
func openHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{t: t, ready: make(chan struct{}, 1)}
	var err error
	if h.log, err = consensus.OpenLogDB(consensus.LogConfig{Dir: "log", FS: vfs.NewMem()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.log.Close() })
	if h.store, err = graphstore.Open(graphstore.Config{Dir: "store", FS: vfs.NewMem()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	h.join()
	return h
}

// join opens the group and its door.
func (h *hall) join() {
	h.t.Helper()
	group, err := consensus.Open(consensus.Config{Group: "db", Server: "a", Log: h.log, Dir: h.t.TempDir(), Machine: h.store, Network: alone{}, Ready: func() { h.ready <- struct{}{} }})
	if err != nil {
		h.t.Fatal(err)
	}
	h.group, h.end = group, sync.OnceValue(group.Close)
	h.t.Cleanup(func() { _ = h.end() })
	h.door = NewDoor(group, h.store, time.Now, nil)
	h.ids = graphstore.NewLeasedIDs(h.door.Lease)
}

// found founds the group and waits until it leads.
func (h *hall) found() {
	h.t.Helper()
	if err := h.group.Bootstrap([]string{"a"}); err != nil {
		h.t.Fatal(err)
	}
	h.awaitReady()
}

func (h *hall) awaitReady() {
	h.t.Helper()
	select {
	case <-h.ready:
	case <-time.After(20 * time.Second):
		h.t.Fatal("the group does not become ready")
	}
}

// nextTerm closes the group and opens it again, which makes a new term.
func (h *hall) nextTerm() {
	h.t.Helper()
	if err := h.end(); err != nil {
		h.t.Fatal(err)
	}
	h.join()
	h.awaitReady()
}

func (h *hall) begin() *graphstore.Tx {
	h.t.Helper()
	tx, err := h.store.Begin(h.t.Context(), graphstore.TxConfig{Write: true, IDs: h.ids, NoWait: true})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(tx.Close)
	return tx
}

// prepare gives what the door needs of tx, under an id of its own.
func (h *hall) prepare(tx *graphstore.Tx) *graphstore.Commit {
	h.t.Helper()
	c, err := tx.Prepare()
	tx.Close()
	if err != nil || c == nil {
		h.t.Fatalf("nothing to commit: %v", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next++
	c.ID = graphstore.CommitID{Origin: [16]byte{1}, Sequence: h.next}
	return c
}

// node prepares the creation of a node.
func (h *hall) node() *graphstore.Commit {
	h.t.Helper()
	tx := h.begin()
	if _, err := tx.CreateNode(nil); err != nil {
		h.t.Fatal(err)
	}
	return h.prepare(tx)
}

// set prepares a change of a property, which reads it first.
func (h *hall) set(id graph.NodeID, v int64) *graphstore.Commit {
	h.t.Helper()
	tx := h.begin()
	key, err := tx.EnsureKey("n")
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := tx.NodeProperties(id, nil); err != nil {
		h.t.Fatal(err)
	}
	if _, err := tx.SetNodeProperty(id, key, graph.Int(v)); err != nil {
		h.t.Fatal(err)
	}
	return h.prepare(tx)
}

func (h *hall) commit(c *graphstore.Commit) Applied {
	h.t.Helper()
	a, err := h.door.Commit(h.t.Context(), c)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

func TestACommitHasItsEffectOnce(t *testing.T) {
	h := newHall(t)
	c := h.node()
	first := h.commit(c)
	if first.Duplicate || h.store.Applied().Index < first.Position.Index {
		t.Errorf("the commit landed at %+v and %+v is applied", first, h.store.Applied())
	}
	if again := h.commit(c); !again.Duplicate || again.Position.Index != first.Position.Index {
		t.Errorf("the same commit once more gave %+v, want a duplicate of %d", again, first.Position.Index)
	}
	one, two := h.node(), h.node()
	one.Token, two.Token = "order 7", "order 7"
	first = h.commit(one)
	if again := h.commit(two); !again.Duplicate || again.Position.Index != first.Position.Index {
		t.Errorf("a client's token once more gave %+v, want a duplicate of %d", again, first.Position.Index)
	}
}

// Of transactions that read and write the same, all but the first are refused,
// whether the first is applied or still on its way.
func TestConflictsAreRefused(t *testing.T) {
	h := newHall(t)
	tx := h.begin()
	id, err := tx.CreateNode(nil)
	if err != nil {
		t.Fatal(err)
	}
	h.commit(h.prepare(tx))
	rivals := make([]*graphstore.Commit, 8)
	for i := range rivals {
		rivals[i] = h.set(id, int64(i))
	}
	errs := make(chan error, len(rivals))
	for _, c := range rivals {
		go func() {
			_, err := h.door.Commit(context.Background(), c)
			errs <- err
		}()
	}
	won := 0
	for range rivals {
		switch err := <-errs; {
		case err == nil:
			won++
		case !errors.Is(err, graphstore.ErrConflict):
			t.Errorf("a conflict gave %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d rivals were committed", won, len(rivals))
	}
	h.commit(h.set(id, 99)) // on the newest state there is none
}

func TestIndependentCommitsGoThroughTogether(t *testing.T) {
	h := newHall(t)
	const writers, each = 8, 25
	var mu sync.Mutex
	places := map[uint64]bool{}
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				a, err := h.door.Commit(context.Background(), h.node())
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				places[a.Position.Index] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(places) != writers*each {
		t.Errorf("%d commits landed at %d places", writers*each, len(places))
	}
	if len(h.door.inFlight) != 0 {
		t.Errorf("%d commits are thought to be on their way", len(h.door.inFlight))
	}
}

// Resolve tells for good: a commit it did not find can never land later.
func TestResolveSettlesACommit(t *testing.T) {
	h := newHall(t)
	done := h.node()
	a := h.commit(done)
	if index, err := h.door.Resolve(done.ID); err != nil || index != a.Position.Index {
		t.Errorf("a commit at %d was found at %d, %v", a.Position.Index, index, err)
	}
	lost := h.node()
	if index, err := h.door.Resolve(lost.ID); err != nil || index != 0 {
		t.Errorf("a commit that never came was found at %d, %v", index, err)
	}
	if _, err := h.door.Commit(t.Context(), lost); !errors.Is(err, ErrFenced) {
		t.Errorf("a commit that was given up gave %v", err)
	}
}

// A base from before the last write of earlier terms cannot be judged; a later one
// can, though the term began after it.
func TestABaseFromBeforeTheTerm(t *testing.T) {
	h := newHall(t)
	h.commit(h.node())
	old, recent := h.node(), h.node()
	old.Base.Index = h.store.Changed() - 1
	if _, err := h.door.Lease(t.Context(), 1, 1); err != nil { // an entry that changes nothing
		t.Fatal(err)
	}
	h.nextTerm()
	if floor := h.group.TermFloor(); floor <= recent.Base.Index {
		t.Fatalf("the term begins at %d, not after %d", floor, recent.Base.Index)
	}
	if _, err := h.door.Commit(t.Context(), old); !errors.Is(err, graphstore.ErrBaseTooOld) {
		t.Errorf("a transaction from before the last write gave %v", err)
	}
	h.commit(recent)
}

// The first transactions of a new database may begin before it has a leader.
func TestATransactionFromBeforeTheFirstLeader(t *testing.T) {
	h := openHall(t)
	tx := h.begin()
	h.found()
	if h.store.Applied().Index == tx.Position().Index {
		t.Fatal("nothing was logged for the leader")
	}
	if _, err := tx.CreateNode(nil); err != nil {
		t.Fatal(err)
	}
	h.commit(h.prepare(tx))
}

func TestLeasesDoNotOverlap(t *testing.T) {
	h := newHall(t)
	var mu sync.Mutex
	taken := map[graph.NodeID]string{}
	var wg sync.WaitGroup
	for k := range 5 {
		wg.Go(func() {
			l, err := h.door.Lease(context.Background(), 10, 20)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for i := range l.Nodes {
				id := l.FirstNode + graph.NodeID(i)
				if other := taken[id]; other != "" {
					t.Errorf("node %d is leased twice, by %s and %d", id, other, k)
				}
				taken[id] = fmt.Sprint(k)
			}
		})
	}
	wg.Wait()
	if len(taken) != 50 {
		t.Errorf("%d ids were leased, want 50", len(taken))
	}
}

// A door whose group has ended takes nothing in.
func TestADoorThatDoesNotLeadRefuses(t *testing.T) {
	h := newHall(t)
	c := h.node()
	if err := h.end(); err != nil {
		t.Fatal(err)
	}
	if _, err := h.door.Commit(t.Context(), c); !errors.Is(err, ErrNotLeader) && !errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("a commit gave %v", err)
	}
	if _, err := h.door.Resolve(c.ID); !errors.Is(err, ErrNotLeader) {
		t.Errorf("Resolve gave %v", err)
	}
}
