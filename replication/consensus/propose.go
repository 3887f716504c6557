package consensus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"graticule/internal/room"
	"graticule/replication"
)

// Room gives an error that wraps room.ErrFull when this server's disk has no room
// for proposals.
func (g *Group) Room() error { return g.cfg.Log.cfg.Room.Err() }

// Pending is a proposal on its way.
type Pending struct {
	group  *Group
	future raft.ApplyFuture
	err    error         // of future, once done is closed
	done   chan struct{} // closes when future has its answer
	full   error         // why it was not even proposed
}

// Propose hands data to the group; calls by one goroutine keep their order in the log.
func (g *Group) Propose(data []byte) *Pending {
	if err := g.Room(); err != nil {
		return &Pending{full: err}
	}
	p := &Pending{group: g, future: g.raft.Apply(data, 0), done: make(chan struct{})}
	g.outcomes.expect(p)
	return p
}

// outcomes waits for the answers to proposals, all in one goroutine, which runs
// while there are any: the answers to a batch come together, so that it is woken
// once for all of them. The library leaves proposals without an answer that stand
// in its queues when it shuts down; the goroutine then stays with the first of
// them, and Wait ends by itself.
type outcomes struct {
	mu      sync.Mutex
	queue   []*Pending
	running bool
}

func (o *outcomes) expect(p *Pending) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.queue = append(o.queue, p); !o.running {
		o.running = true
		go o.run()
	}
}

func (o *outcomes) run() {
	var batch []*Pending
	for {
		o.mu.Lock()
		batch, o.queue = o.queue, batch[:0]
		if len(batch) == 0 {
			o.running = false
			o.mu.Unlock()
			return
		}
		o.mu.Unlock()
		for i, p := range batch {
			p.err = p.future.Error()
			close(p.done)
			batch[i] = nil
		}
	}
}

// Wait gives the result of applying the entry, and its index; ErrNotLeader means
// that it was not accepted, as does room.ErrFull, ErrOutcomeUnknown that it may
// yet be applied.
func (p *Pending) Wait(ctx context.Context) (replication.Result, uint64, error) {
	if p.full != nil {
		return replication.Result{}, 0, p.full
	}
	var err error
	select {
	case <-p.done:
		err = p.err
	case <-p.group.stop:
		err = raft.ErrRaftShutdown
	case <-ctx.Done():
		err = ctx.Err()
	}
	if errors.Is(err, raft.ErrLeadershipTransferInProgress) && p.group.handing.tooLong(p.group.Term(), time.Now(), transferMax(p.group.cfg.RTT)) {
		p.group.cfg.Log.cfg.OnFatal(errors.New("this leader has been handing its leadership over for too long"))
	}
	switch {
	case errors.Is(err, room.ErrFull):
		return replication.Result{}, 0, err
	case err == nil:
		p.group.handing.accepted()
		switch r := p.future.Response().(type) {
		case replication.Result:
			return r, p.future.Index(), nil
		case error: // in the log, but this member ends before it could apply it
			return replication.Result{}, 0, fmt.Errorf("%w: %v", ErrOutcomeUnknown, r)
		}
		return replication.Result{}, p.future.Index(), nil
	case errors.Is(err, raft.ErrNotLeader), errors.Is(err, raft.ErrEnqueueTimeout), errors.Is(err, raft.ErrLeadershipTransferInProgress), errors.Is(err, raft.ErrAbortedByRestore):
		return replication.Result{}, 0, ErrNotLeader
	}
	return replication.Result{}, 0, fmt.Errorf("%w: %v", ErrOutcomeUnknown, err)
}

// transferMax is how long a leader may refuse proposals because it hands its
// leadership over: the library gives a transfer an election timeout.
func transferMax(rtt time.Duration) time.Duration { return 5 * heartbeatTimeout(rtt) }

// handing notices a leader that refuses all proposals for ever: a transfer that
// meets a step-down can leave its mark on the member, which the library then finds
// when it leads again (hashicorp/raft issue 696). The zero value is ready.
type handing struct {
	mu    sync.Mutex
	term  atomic.Uint64 // of the refusals; 0 when there were none
	since time.Time     // of the first refusal in the term
}

// tooLong notes a refusal in a term and tells whether they have gone on for longer than limit.
func (h *handing) tooLong(term uint64, now time.Time, limit time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.term.Swap(term) != term {
		h.since = now
	}
	return now.Sub(h.since) > limit
}

// accepted notes that a proposal of the term was taken.
func (h *handing) accepted() {
	if h.term.Load() != 0 {
		h.term.Store(0)
	}
}
