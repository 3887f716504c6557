package stream

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestLagIsThatOfTheOldestEntryNotApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p Progress
		check := func(entries uint64, behind time.Duration) {
			t.Helper()
			if l := p.Lag(); l.Entries != entries || l.Behind != behind {
				t.Errorf("lag %+v, want %d entries and %v", l, entries, behind)
			}
		}
		check(0, 0)
		p.committed(10)
		time.Sleep(50 * time.Millisecond)
		check(10, 50*time.Millisecond)
		p.committed(12)
		time.Sleep(20 * time.Millisecond)
		check(12, 70*time.Millisecond)
		p.applied(10) // what is left has been known for 20 ms
		check(2, 20*time.Millisecond)
		p.committed(11) // old news
		p.applied(12)
		check(0, 0)
		time.Sleep(3 * time.Second)
		if l := p.Lag(); l.Behind != 0 || l.Silence != 3*time.Second {
			t.Errorf("lag %+v of a copy that has all, after 3 s of silence", l)
		}
		p.applied(20) // of a checkpoint: further than what was heard of
		p.committed(19)
		check(0, 0)
		for i := range uint64(5 * newsMax) {
			p.committed(21 + i)
			time.Sleep(newsGrain)
		}
		check(5*newsMax, 5*newsMax*newsGrain)
		p.applied(20 + newsMax)
		if l := p.Lag(); l.Behind > 4*newsMax*newsGrain {
			t.Errorf("lag %+v, want at most the age of the oldest", l)
		}
	})
}
