package gcpace

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

func TestGrant(t *testing.T) {
	const most = 100 << 20
	for _, c := range []struct {
		name  string
		now   int64
		since time.Duration
		want  int64
	}{
		{"the first fast cycle", 0, 100 * time.Millisecond, least},
		{"faster than busy again", least, 100 * time.Millisecond, 2 * least},
		{"no more than the most", 64 << 20, 100 * time.Millisecond, most},
		{"neither fast nor slow", least, 6 * time.Second, least},
		{"slow", most, 13 * time.Second, 0},
		{"slow from the start", 0, time.Minute, 0},
	} {
		if got := grant(c.now, c.since, most); got != c.want {
			t.Errorf("%s: %d bytes, want %d", c.name, got, c.want)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		live, garbage int64
		want          int
	}{
		{100 << 20, 0, 100},
		{100 << 20, 50 << 20, 100}, // Go grants more by itself
		{100 << 20, 400 << 20, 400},
		{0, 16 << 20, 1600}, // before the first cycle
	} {
		if got := percent(c.live, c.garbage); got != c.want {
			t.Errorf("%d bytes live, %d granted: %d, want %d", c.live, c.garbage, got, c.want)
		}
	}
}

var kept [][]byte

// litter makes garbage beside a live heap of some megabytes, and gives the cycles
// that it took.
func litter(bytes int64) uint64 {
	cycles := func() uint64 {
		s := []metrics.Sample{{Name: "/gc/cycles/automatic:gc-cycles"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	before := cycles()
	for made := int64(0); made < bytes; made += 1 << 10 {
		kept[0] = make([]byte, 1<<10)
	}
	return cycles() - before
}

func TestABusyHeapIsCollectedLessOften(t *testing.T) {
	t.Setenv("GOGC", "")
	defer debug.SetGCPercent(debug.SetGCPercent(defaultPercent))
	kept = make([][]byte, 65)
	for i := range kept {
		kept[i] = make([]byte, 64<<10)
	}
	defer func() { kept = nil }()
	runtime.GC()
	const garbage = 1 << 30
	without := litter(garbage)
	p := Start(256 << 20)
	with := litter(garbage)
	p.End()
	t.Logf("1 GiB of garbage took %d cycles, %d with the pacer", without, with)
	if with*2 > without { // the first cycles of the pacer are fast, too
		t.Errorf("%d cycles without the pacer and %d with it", without, with)
	}
	if got := debug.SetGCPercent(defaultPercent); got != defaultPercent {
		t.Errorf("after the end the pace is %d %%", got)
	}
}

func TestTheEnvironmentSetsThePace(t *testing.T) {
	t.Setenv("GOGC", "150")
	p := Start(256 << 20)
	if p != nil {
		t.Error("a pacer was started")
	}
	p.End()
}
