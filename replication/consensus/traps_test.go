package consensus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
)

const ms = time.Millisecond

// A deposed leader comes back with a tail of its own that is longer than the
// snapshot it needs.
func TestADeposedLeadersTailEndsWithOneSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := foundWorld(t, 5, []string{"a", "b", "c"}, 20*ms, 20*ms, 20*ms)
		defer w.end()
		lost, g := w.leader("")
		if _, _, err := g.Propose([]byte("first")).Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.sever(lost)
		for i := range 400 {
			g.Propose([]byte(fmt.Sprint("never ", i)))
		}
		_, m := w.leader(lost)
		for i := range 100 {
			if _, _, err := m.Propose([]byte(fmt.Sprint("kept ", i))).Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range w.members() {
			if s != lost {
				if err := w.up[s].raft.Snapshot().Error(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if tail, _ := w.up[lost].log.LastIndex(); tail < m.Committed()+100 {
			t.Fatalf("the tail ends at %d, which shows nothing: committed is %d", tail, m.Committed())
		}
		w.stop(lost) // no message of before is left
		w.join(lost)
		w.keep = 0 // its own log stays when the snapshot comes
		w.start(lost)
		time.Sleep(3 * time.Second)
		_, m = w.leader("")
		_, index, err := m.Propose([]byte("last")).Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		j := w.data[lost]
		if err := j.WaitApplied(ctx, index); err != nil {
			t.Errorf("the deposed leader did not catch up; it was given %d snapshots", j.restores)
		}
		if j.restores != 1 {
			t.Errorf("it was given %d snapshots, want 1", j.restores)
		}
		for s, other := range w.data {
			if err := other.WaitApplied(ctx, index); err != nil || !slices.Equal(other.list(), j.list()) {
				t.Errorf("%s differs (%v)", s, err)
			}
		}
		time.Sleep(time.Minute) // until every deadline has passed
	})
}

// pipes join a transport to the member that is dialled.
type pipes struct{ to *layer }

func (p pipes) Dial(context.Context, string) (net.Conn, error) {
	a, b := net.Pipe()
	p.to.incoming <- b
	return a, nil
}

// A heartbeat takes the way of all messages, although the library asks for
// another one; and pre-votes are on, without which a member that was cut off
// disturbs the others when it is back.
func TestHeartbeatsAreNotHandledBesideTheMainLoop(t *testing.T) {
	quiet := libraryLog(slog.New(slog.DiscardHandler), "x")
	transport := func(l *layer) *raft.NetworkTransport {
		return raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{Stream: l, MaxPool: 1, Timeout: 5 * time.Second, Logger: quiet})
	}
	here := &layer{server: "a", incoming: make(chan net.Conn, 1), done: make(chan struct{})}
	e := newElector(transport(here), "a", 0)
	defer e.stop()
	defer e.Close()
	if _, ok := raft.Transport(e).(raft.WithPreVote); !ok {
		t.Error("there are no pre-votes")
	}
	e.SetHeartbeatHandler(func(m raft.RPC) {
		t.Error("a heartbeat was handled beside the main loop")
		m.Respond(&raft.AppendEntriesResponse{}, nil)
	})
	there := transport(&layer{network: pipes{here}, server: "b", incoming: make(chan net.Conn), done: make(chan struct{})})
	defer there.Close()
	answered := make(chan error, 1)
	go func() {
		beat := &raft.AppendEntriesRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, Addr: []byte("b")}, Term: 3}
		answered <- there.AppendEntries("a", "a", beat, &raft.AppendEntriesResponse{})
	}()
	select {
	case m := <-e.Consumer():
		m.Respond(&raft.AppendEntriesResponse{Term: 3, Success: true}, nil)
		if err := <-answered; err != nil {
			t.Error(err)
		}
	case err := <-answered:
		t.Errorf("the heartbeat was answered without raft (%v)", err)
	}
}

// proposing gives a group that leads.
func proposing(t *testing.T) *Group {
	c := newCluster(t, "a")
	_, g := c.leader()
	return g
}

// What the library's errors say of a proposal: nothing happened, or nobody knows.
func TestErrorsOfProposals(t *testing.T) {
	group := proposing(t)
	for _, c := range []struct {
		err, want error
	}{
		{raft.ErrNotLeader, ErrNotLeader},
		{raft.ErrEnqueueTimeout, ErrNotLeader},
		{raft.ErrLeadershipTransferInProgress, ErrNotLeader},
		{raft.ErrAbortedByRestore, ErrNotLeader},
		{raft.ErrLeadershipLost, ErrOutcomeUnknown},
		{raft.ErrRaftShutdown, ErrOutcomeUnknown},
		{errors.New("the disk is full"), ErrOutcomeUnknown},
	} {
		p := &Pending{group: group, err: fmt.Errorf("wrapped: %w", c.err), done: make(chan struct{})}
		close(p.done)
		if _, _, err := p.Wait(context.Background()); !errors.Is(err, c.want) {
			t.Errorf("%v gives %v, want %v", c.err, err, c.want)
		}
	}
	p := &Pending{group: group, done: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := p.Wait(ctx); !errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("a deadline of the caller gives %v", err)
	}
}

// A leader that refuses everything because of a transfer that never ends is noticed.
func TestAWedgedTransferIsNoticed(t *testing.T) {
	var h handing
	at := time.Unix(0, 0)
	for _, c := range []struct {
		term  uint64
		after time.Duration
		want  bool
	}{{3, 0, false}, {3, 2 * time.Second, false}, {4, 3 * time.Second, false}, {4, 5 * time.Second, false}, {4, 7 * time.Second, true}} {
		if got := h.tooLong(c.term, at.Add(c.after), 3*time.Second); got != c.want {
			t.Errorf("in term %d after %v: %v", c.term, c.after, got)
		}
	}
	h.accepted()
	if h.tooLong(4, at.Add(time.Minute), 3*time.Second) {
		t.Error("a transfer that had ended counts")
	}
}
