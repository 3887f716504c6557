package region

import (
	"testing"
	"testing/synctest"
	"time"
)

// Servers of two clusters that can reach each other, and are told to, stay two
// clusters; a new server joins the one whose members it is given.
func TestServersOfAnotherClusterStayOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, 2)
		defer w.stopAll()
		for i := 1; i <= 2; i++ {
			w.start(i)
		}
		w.await(40*time.Second, "the first two met", alive(2))
		for i := 1; i <= 2; i++ {
			if err := w.nodes[i].SetFormed("red"); err != nil {
				t.Fatal(err)
			}
		}
		w.formed = "blue"
		other := w.start(3) // its seeds are the servers of red
		w.formed = ""
		time.Sleep(time.Minute)
		if n := len(other.Topology().Members()); n != 1 {
			t.Errorf("the server of blue sees %d servers", n)
		}
		for i := 1; i <= 2; i++ {
			if _, ok := w.nodes[i].Topology().Member(id(3)); ok {
				t.Errorf("server %d of red sees the server of blue", i)
			}
		}
		fresh := w.start(4)
		delete(w.nodes, 3)
		w.await(40*time.Second, "a new server met red", alive(3))
		w.nodes[3] = other
		if _, ok := fresh.Topology().Member(id(3)); ok {
			t.Error("the new server sees the server of blue, whom nobody told it of")
		}
	})
}

// Two servers met before either belonged to a cluster, and then join different ones.
func TestServersThatPartAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, 2)
		defer w.stopAll()
		w.start(1)
		w.start(2)
		w.await(40*time.Second, "they met", alive(2))
		for i, cluster := range map[int]string{1: "red", 2: "blue"} {
			if err := w.nodes[i].SetFormed(cluster); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		for i := 1; i <= 2; i++ {
			if n := len(w.nodes[i].Topology().Alive()); n != 1 {
				t.Errorf("server %d sees %d servers", i, n)
			}
		}
	})
}
