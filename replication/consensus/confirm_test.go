package consensus

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnlyALeaderWithAMajorityIsConfirmed(t *testing.T) {
	c := newCluster(t, "a", "b", "c")
	name, leader := c.leader()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if err := leader.Confirm(t.Context()); err != nil {
				t.Errorf("the leader is not confirmed: %v", err)
			}
		})
	}
	wg.Wait()
	for _, s := range []string{"a", "b", "c"} {
		if s == name {
			continue
		}
		if err := c.up[s].Confirm(t.Context()); !errors.Is(err, ErrNotLeader) {
			t.Errorf("follower %s: %v", s, err)
		}
	}
	for _, s := range []string{"a", "b", "c"} {
		if s != name {
			c.stop(s)
		}
	}
	if err := leader.Confirm(t.Context()); !errors.Is(err, ErrNotLeader) {
		t.Errorf("a leader without a majority: %v", err)
	}
}

// A member hears of a commit at once, not after raft's commit timeout.
func TestMembersHearOfCommitsAtOnce(t *testing.T) {
	c := newCluster(t, "a", "b", "c")
	_, leader := c.leader()
	const rounds = 40
	began := time.Now()
	for range rounds {
		_, index, err := leader.Propose([]byte("x")).Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range c.up {
			if err := g.WaitCommitted(t.Context(), index); err != nil {
				t.Fatal(err)
			}
		}
	}
	if took := time.Since(began); took > rounds*commitTick/2 {
		t.Errorf("%d commits took %v to be known everywhere", rounds, took)
	}
}

func TestStalledWritesAreNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fired atomic.Bool
		stop := watchStall(10*time.Second, func() { fired.Store(true) })
		time.Sleep(9 * time.Second)
		synctest.Wait()
		if fired.Load() {
			t.Error("called after 9 s")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !fired.Swap(false) {
			t.Error("not called in 11 s")
		}
		stop()
		watchStall(10*time.Second, func() { fired.Store(true) })()
		time.Sleep(time.Minute)
		synctest.Wait()
		if fired.Load() {
			t.Error("called after the write had ended")
		}
	})
}
