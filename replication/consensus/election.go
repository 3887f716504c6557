package consensus

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

// heldLook is how often a member that holds a pre-vote back looks whether it
// can answer it.
const heldLook = 5 * time.Millisecond

// elector is the transport that raft sees. It changes when raft hears of things,
// never what it hears, so that no promise of raft rests on it:
//
//   - Heartbeats are handled by raft's main loop with all other messages. The fast
//     path of the library handles them beside it, where they can raise the term in
//     the middle of what a leader does (hashicorp/raft issue 695).
//   - A pre-vote that arrives while this member still believes in its leader is
//     held back until it has heard from the leader again, or has given it up too.
//     Answered at once it would be refused, and the candidate would wait for a
//     whole election timeout before it asks again.
//   - Of two candidates with the same log, the one with the lower id does not
//     answer the other's pre-vote while its own is out, so that they do not both
//     vote for themselves and both lose.
type elector struct {
	*raft.NetworkTransport
	self string
	rtt  time.Duration
	raft atomic.Pointer[raft.Raft] // nil until raft runs
	in   chan raft.RPC
	done chan struct{}
	wg   sync.WaitGroup

	mu   sync.Mutex
	mine raft.RequestPreVoteRequest // the last one this member sent
}

func newElector(t *raft.NetworkTransport, self string, rtt time.Duration) *elector {
	e := &elector{NetworkTransport: t, self: self, rtt: rtt, in: make(chan raft.RPC), done: make(chan struct{})}
	e.wg.Go(e.relay)
	return e
}

// SetHeartbeatHandler does nothing: heartbeats queue with all other messages.
func (*elector) SetHeartbeatHandler(func(raft.RPC)) {}

// Consumer gives what raft is to handle.
func (e *elector) Consumer() <-chan raft.RPC { return e.in }

// RequestPreVote asks a member for a pre-vote.
func (e *elector) RequestPreVote(id raft.ServerID, target raft.ServerAddress, q *raft.RequestPreVoteRequest, answer *raft.RequestPreVoteResponse) error {
	e.mu.Lock()
	e.mine = *q
	e.mu.Unlock()
	return e.NetworkTransport.RequestPreVote(id, target, q, answer)
}

func (e *elector) stop() {
	close(e.done)
	e.wg.Wait()
}

func (e *elector) relay() {
	for {
		select {
		case m := <-e.NetworkTransport.Consumer():
			q, ok := m.Command.(*raft.RequestPreVoteRequest)
			r := e.raft.Load()
			if ok && r != nil && e.untimely(r, q, r.LastContact()) {
				e.wg.Go(func() { e.hold(r, q, m) })
			} else {
				e.hand(m)
			}
		case <-e.done:
			return
		}
	}
}

func (e *elector) hand(m raft.RPC) {
	select {
	case e.in <- m:
	case <-e.done:
	}
}

// hold hands a pre-vote on once it can be answered for good.
func (e *elector) hold(r *raft.Raft, q *raft.RequestPreVoteRequest, m raft.RPC) {
	tick := time.NewTicker(heldLook)
	defer tick.Stop()
	contact, until := r.LastContact(), time.Now().Add(silenceMax(e.rtt)+2*e.rtt)
	for e.untimely(r, q, contact) && time.Now().Before(until) {
		select {
		case <-tick.C:
		case <-e.done:
			return
		}
	}
	e.hand(m)
}

// untimely tells whether the answer to a pre-vote would be another one soon:
// this member has not heard from its leader since contact, or stands for
// election itself and goes first.
func (e *elector) untimely(r *raft.Raft, q *raft.RequestPreVoteRequest, contact time.Time) bool {
	switch r.State() {
	case raft.Follower:
		_, leader := r.LeaderWithID()
		return leader != "" && string(leader) != string(q.ID) && r.LastContact().Equal(contact)
	case raft.Candidate:
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.mine.Term == q.Term && e.mine.LastLogTerm == q.LastLogTerm && e.mine.LastLogIndex == q.LastLogIndex && strings.Compare(e.self, string(q.ID)) < 0
	}
	return false
}

// heartbeatTimeout is the silence after which raft may give a leader up, for the
// longest round trip between members.
func heartbeatTimeout(rtt time.Duration) time.Duration {
	return min(max(500*time.Millisecond, 4*rtt), 3*time.Second)
}

// silenceMax is the silence after which it does so for sure: a little more than
// raft's own timeout, since members hear from their leader at different times.
func silenceMax(rtt time.Duration) time.Duration { return heartbeatTimeout(rtt) + rtt }

// watchLeader has raft look for the leader's silence when it is due. Left alone
// raft looks at random times, and may find out only after three times the timeout.
func (g *Group) watchLeader() {
	defer g.wg.Done()
	silence := silenceMax(g.cfg.RTT)
	timer := time.NewTimer(silence)
	defer timer.Stop()
	for {
		select {
		case <-g.stop:
			return
		case <-timer.C:
		}
		wait := silence
		if _, leader := g.raft.LeaderWithID(); leader != "" && g.raft.State() == raft.Follower {
			if wait = silence - time.Since(g.raft.LastContact()); wait <= 0 {
				g.lookNow()
				wait = silence
			}
		}
		timer.Reset(wait)
	}
}

// lookNow has raft compare the leader's silence with its timeout at once, which
// it does when the timeout gets shorter.
func (g *Group) lookNow() {
	c := g.raft.ReloadableConfig()
	for _, c.HeartbeatTimeout = range []time.Duration{c.HeartbeatTimeout - 1, c.HeartbeatTimeout} {
		if err := g.raft.ReloadConfig(c); err != nil {
			g.cfg.Logger.Error("raft does not take its own settings", "error", err)
		}
	}
}
