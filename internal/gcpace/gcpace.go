package gcpace

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// Cycles closer together than busy ask for more garbage between them; those
// further apart than calm need none.
const (
	busy = 3 * time.Second
	calm = 12 * time.Second
)

// least is the first grant, in bytes.
const least = 16 << 20

// Default is Go's own pace: as much garbage as lives.
const defaultPercent = 100

// Pacer grants garbage.
type Pacer struct {
	most    int64 // bytes it may grant
	granted int64
	last    time.Time // of the cycle before
	ended   atomic.Bool
}

// Start begins to watch the collector's cycles; at most so many bytes of garbage
// are granted beside the live heap. It gives nil, which may be ended too, when
// GOGC sets the pace.
func Start(most int64) *Pacer {
	if os.Getenv("GOGC") != "" || most < least {
		return nil
	}
	p := &Pacer{most: most, last: time.Now()}
	p.watch()
	return p
}

// End restores Go's own pace.
func (p *Pacer) End() {
	if p != nil && !p.ended.Swap(true) {
		debug.SetGCPercent(defaultPercent)
	}
}

// watch calls cycled after the next cycle.
func (p *Pacer) watch() {
	sentinel := new([16]byte) // not of the size that shares a block with others
	runtime.AddCleanup(sentinel, func(p *Pacer) { p.cycled() }, p)
}

func (p *Pacer) cycled() {
	if p.ended.Load() {
		return
	}
	now := time.Now()
	before := p.granted
	p.granted = grant(p.granted, now.Sub(p.last), p.most)
	p.last = now
	if p.granted != 0 || before != 0 {
		debug.SetGCPercent(percent(live(), p.granted))
		if p.ended.Load() {
			debug.SetGCPercent(defaultPercent)
		}
	}
	p.watch()
}

// grant gives what may be granted until the next cycle, after one that came so
// long after the one before.
func grant(now int64, since time.Duration, most int64) int64 {
	switch {
	case since < busy:
		return min(max(2*now, least), most)
	case since > calm:
		return 0
	}
	return now
}

// percent gives the GOGC value that lets so much garbage be, and no less than Go's own.
func percent(live, garbage int64) int {
	return int(max(100*garbage/max(live, 1<<20), defaultPercent))
}

// live gives the bytes of the heap that the last cycle found in use.
func live() int64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}
