package consensus

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// confirmTimeout is how long a leader waits for a majority to say its term.
const confirmTimeout = 5 * time.Second

// confirmations confirm leadership for reads. All reads that wait while a check
// runs share the next one.
type confirmations struct {
	mu      sync.Mutex
	running *check
	next    *check
}

type check struct {
	done chan struct{}
	err  error
}

// Confirm returns nil when this member was the leader at some time after the
// call began, which makes what it had applied then current: a majority of the
// voters, asked after that, is in no later term, so that no later leader can
// have been elected before (Raft, section 8, with a question of its own instead
// of heartbeats, whose late answers prove nothing). Otherwise ErrNotLeader.
func (g *Group) Confirm(ctx context.Context) error {
	c := &g.confirmations
	c.mu.Lock()
	var mine *check
	switch {
	case c.running == nil:
		mine = &check{done: make(chan struct{})}
		c.running = mine
		go g.runChecks(mine)
	case c.next == nil:
		c.next = &check{done: make(chan struct{})}
		mine = c.next
	default:
		mine = c.next
	}
	c.mu.Unlock()
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Alone tells whether this member is the only one of the group.
func (g *Group) Alone() bool { return len(g.raft.GetConfiguration().Configuration().Servers) == 1 }

func (g *Group) runChecks(k *check) {
	for k != nil {
		k.err = g.confirmOnce()
		close(k.done)
		c := &g.confirmations
		c.mu.Lock()
		c.running, c.next = c.next, nil
		k = c.running
		c.mu.Unlock()
	}
}

func (g *Group) confirmOnce() error {
	term, ready := g.LeaderReady()
	if !ready {
		return ErrNotLeader
	}
	ctx, cancel := context.WithTimeout(context.Background(), confirmTimeout)
	defer cancel()
	var others []string
	voters := 0
	for _, s := range g.raft.GetConfiguration().Configuration().Servers {
		if s.Suffrage != raft.Voter {
			continue
		}
		if voters++; string(s.ID) != g.cfg.Server {
			others = append(others, string(s.ID))
		}
	}
	answers := make(chan bool, len(others))
	for _, id := range others {
		go func() {
			theirs, err := g.cfg.Term(ctx, id)
			answers <- err == nil && theirs <= term
		}()
	}
	agreed, asked := 1, len(others)
	for agreed <= voters/2 && asked > 0 {
		if asked--; <-answers {
			agreed++
		}
	}
	if agreed <= voters/2 || g.raft.CurrentTerm() != term {
		return fmt.Errorf("%w: no majority confirms it", ErrNotLeader)
	}
	return nil
}
