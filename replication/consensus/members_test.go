package consensus

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// join starts a member that was not among the founders.
func (c *cluster) join(s string) {
	c.t.Helper()
	c.disk[s] = newGatedFS(vfs.NewMem())
	log, err := OpenLogDB(LogConfig{Dir: s, FS: c.disk[s]})
	if err != nil {
		c.t.Fatal(err)
	}
	c.logs[s], c.data[s] = log, &journal{}
	c.start(s)
}

// A new member is sent everything before it has a vote, so that commits do not wait
// for one that cannot be reached or has far to catch up.
func TestANewMemberListensBeforeItVotes(t *testing.T) {
	c := newCluster(t, "a")
	_, g := c.leader()
	c.propose(g, "before")
	if err := g.AddLearner("b"); err != nil { // it does not run yet
		t.Fatal(err)
	}
	if m, v := g.Members(), g.Voters(); !slices.Equal(m, []string{"a", "b"}) || !slices.Equal(v, []string{"a"}) {
		t.Fatalf("members %v, of which %v vote", m, v)
	}
	last := uint64(0)
	for i := range 20 {
		last = c.propose(g, fmt.Sprint("meanwhile ", i))
	}
	c.join("b")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := c.data["b"].WaitApplied(ctx, last); err != nil {
		t.Fatal("the new member is not sent what it lacks:", err)
	}
	if v := g.Voters(); !slices.Equal(v, []string{"a"}) {
		t.Fatalf("%v vote before the new member was given its vote", v)
	}
	if err := g.AddMember("b"); err != nil {
		t.Fatal(err)
	}
	if v := g.Voters(); !slices.Equal(v, []string{"a", "b"}) {
		t.Fatalf("%v vote", v)
	}
	c.propose(g, "together")
	if got, want := len(c.data["a"].list()), 22; got != want {
		t.Errorf("%d entries, want %d", got, want)
	}
}

// Of changes of the members that start from the same ones, the group takes one; the
// others are told that they changed, and no change is lost or half done.
func TestChangesOfTheMembersThatRace(t *testing.T) {
	c := newCluster(t, "a", "b", "c")
	_, g := c.leader()
	want := []string{"a", "b", "c"}
	for round := range 10 {
		index, err := g.membersIndex()
		if err != nil {
			t.Fatal(err)
		}
		if err := g.AddLearner(fmt.Sprint("first", round)); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprint("first", round))
		if err := g.await(t.Context(), g.raft.RemoveServer("a", index, changePatience)); err == nil || !strings.Contains(err.Error(), "configuration changed") {
			t.Fatalf("a change from members that are no more gave %v", err)
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				name := fmt.Sprint("round", round, "-", i)
				err := g.AddLearner(name)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					want = append(want, name)
				case !strings.Contains(err.Error(), "configuration changed"):
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	got := g.Members()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the members are %v, want %v", got, want)
	}
	if v := g.Voters(); len(v) != 3 {
		t.Errorf("%v vote", v)
	}
	if err := g.RemoveMember(want[len(want)-1]); err != nil {
		t.Error(err)
	}
}
