package transport

import (
	"sync"
	"time"
)

// throttle is a token bucket: burst at once, then rate a second.
type throttle struct {
	mu          sync.Mutex
	rate, burst float64
	tokens      float64
	last        time.Time
	missed      int
}

func newThrottle(rate, burst int) *throttle {
	return &throttle{rate: float64(rate), burst: float64(burst), tokens: float64(burst), last: time.Now()}
}

// allow takes a token if there is one, and then tells how often there was none
// since the last that was taken.
func (t *throttle) allow() (ok bool, missed int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.tokens = min(t.burst, t.tokens+now.Sub(t.last).Seconds()*t.rate)
	t.last = now
	if t.tokens < 1 {
		t.missed++
		return false, 0
	}
	t.tokens--
	missed, t.missed = t.missed, 0
	return true, missed
}
