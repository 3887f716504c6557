package node

import (
	"testing"
	"testing/synctest"
)

// Whoever waits for an answer of a leader is woken when another one says that it
// leads, and by nothing else.
func TestAWaitForALeaderEndsWhenAnotherOneLeads(t *testing.T) {
	for _, c := range []struct {
		name string
		news func(d *database)
		want bool
	}{
		{"nobody says anything", func(*database) {}, false},
		{"another one says that it leads", func(d *database) { d.learnLeader("b", true) }, true},
		{"a third says that another one leads", func(d *database) { d.learnLeader("b", false) }, false},
		{"the leader says that it leads", func(d *database) { d.learnLeader("a", true) }, false},
		{"one that does not answer said so", func(d *database) { d.learnLeader("b", true); d.suspect("b"); d.learnLeader("b", true) }, false},
		{"the leader, then another one", func(d *database) { d.learnLeader("a", true); d.learnLeader("b", true) }, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := &database{}
			woken := false
			stop := d.whileLeads("a", func() { woken = true })
			synctest.Wait()
			c.news(d)
			synctest.Wait()
			if woken != c.want {
				t.Errorf("%s: woken %v, want %v", c.name, woken, c.want)
			}
			stop()
		})
	}
}

// News of a leader reach those who came before it and those who come after.
func TestNewsOfALeaderAreNotMissed(t *testing.T) {
	d := &database{}
	first, same := d.leaderNews(), d.leaderNews()
	d.learnLeader("b", true)
	<-first
	<-same
	if id := d.leaderHere(); id != "b" {
		t.Errorf("the leader is %q", id)
	}
	select {
	case <-d.leaderNews():
		t.Error("old news are told again")
	default:
	}
	if d.suspect("b"); d.leaderHere() != "" {
		t.Error("a leader that does not answer is believed in")
	}
}
