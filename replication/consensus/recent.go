package consensus

import (
	"sync"

	"github.com/hashicorp/raft"
)

// How much of the end of a log is kept at hand: the sender to each other member
// and, at a follower, the state machine read each entry right after it was stored.
const (
	recentEntries = 1024
	recentBytes   = 4 << 20
)

// recentLogs are the last entries of a log. The zero value is ready. Entries are
// shared with raft, which does not change them once they are stored.
type recentLogs struct {
	mu    sync.Mutex
	ring  []*raft.Log // an entry stands at its index modulo recentEntries
	next  uint64      // one more than the last index
	count int
	bytes int
}

// add takes entries in, which follow the last one or begin anew.
func (r *recentLogs) add(es []*raft.Log) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ring == nil {
		r.ring = make([]*raft.Log, recentEntries)
	}
	for _, e := range es {
		if e.Index != r.next {
			r.clearLocked()
			r.next = e.Index
		}
		if r.count == recentEntries {
			r.forgetLocked()
		}
		r.ring[e.Index%recentEntries] = e
		r.next++
		r.count++
		r.bytes += len(e.Data)
		for r.bytes > recentBytes {
			r.forgetLocked()
		}
	}
}

// get gives the entry of an index if it is at hand.
func (r *recentLogs) get(index uint64, out *raft.Log) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if index >= r.next || index+uint64(r.count) < r.next {
		return false
	}
	*out = *r.ring[index%recentEntries]
	return true
}

// clear forgets everything.
func (r *recentLogs) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clearLocked()
}

func (r *recentLogs) clearLocked() {
	for r.count > 0 {
		r.forgetLocked()
	}
}

// forgetLocked forgets the oldest entry.
func (r *recentLogs) forgetLocked() {
	at := (r.next - uint64(r.count)) % recentEntries
	r.bytes -= len(r.ring[at].Data)
	r.ring[at] = nil
	r.count--
}
