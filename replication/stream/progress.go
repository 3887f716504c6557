package stream

import (
	"sync"
	"time"
)

// Progress follows how far a copy is behind the log it is fed from. The zero
// value is a copy that has heard of nothing.
type Progress struct {
	mu      sync.Mutex
	log     uint64 // the last committed index heard of
	copy    uint64 // the last index the copy has applied
	news    []news // what the copy has not applied yet, oldest first
	contact time.Time
}

// news is when a committed index was first heard of.
type news struct {
	index uint64
	at    time.Time
}

// newsMax bounds what is remembered; beyond it the lag in time is that of the
// last one remembered, so it is never too small by more than newsGrain.
const (
	newsMax   = 1024
	newsGrain = time.Millisecond
)

// Lag is how far a copy is behind.
type Lag struct {
	Entries uint64        // committed entries it has not applied
	Behind  time.Duration // how long the oldest of them has been known; 0 when there is none
	Silence time.Duration // since the two last heard of each other
}

// committed takes note that the log has got to index.
func (p *Progress) committed(index uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.contact = time.Now()
	if index <= p.log {
		return
	}
	p.log = index
	if n := len(p.news); index > p.copy && n < newsMax && (n == 0 || p.contact.Sub(p.news[n-1].at) >= newsGrain) {
		p.news = append(p.news, news{index, p.contact})
	}
}

// applied takes note that the copy has got to index.
func (p *Progress) applied(index uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.contact = time.Now()
	p.copy = max(p.copy, index)
	done := 0
	for done < len(p.news) && p.news[done].index <= p.copy {
		done++
	}
	p.news = append(p.news[:0], p.news[done:]...)
	if len(p.news) == 0 && p.log > p.copy { // the next one was within the grain
		p.news = append(p.news, news{p.log, p.contact})
	}
}

// Lag gives how far behind the copy is now.
func (p *Progress) Lag() Lag {
	p.mu.Lock()
	defer p.mu.Unlock()
	var l Lag
	if !p.contact.IsZero() {
		l.Silence = time.Since(p.contact)
	}
	if p.log > p.copy {
		l.Entries = p.log - p.copy
		if len(p.news) > 0 {
			l.Behind = time.Since(p.news[0].at)
		}
	}
	return l
}
