package graphstore

import "math"

// windowMax is how many footprint hashes a window remembers; the oldest commits
// are forgotten beyond it, and the floor rises with them.
const windowMax = 4 << 20

// A Window is what a leader remembers of the commits of its term: which commit
// last wrote each hash. It is pure; its caller holds a mutex around all calls.
type Window struct {
	floor uint64 // bases below it cannot be judged
	last  map[uint64]*Slot
	queue []*Slot
	size  int
}

// A Slot is one commit in the window. Its index is known once it is applied.
type Slot struct {
	index  uint64
	writes []uint64
}

// Applied tells the log index at which the commit was applied.
func (s *Slot) Applied(index uint64) { s.index = index }

// NewWindow makes a window that knows nothing of commits up to floor: it
// refuses bases below.
func NewWindow(floor uint64) *Window {
	return &Window{floor: floor, last: map[uint64]*Slot{}}
}

// Check gives ErrConflict when a commit newer than c's base, applied or still in
// flight, wrote something c read, ErrBaseTooOld when that cannot be known.
func (w *Window) Check(c *Commit) error {
	if c.Base.Index < w.floor {
		return ErrBaseTooOld
	}
	for _, h := range c.Reads {
		if s := w.last[h]; s != nil && s.index > c.Base.Index {
			return ErrConflict
		}
	}
	return nil
}

// Add notes c's writes as in flight.
func (w *Window) Add(c *Commit) *Slot {
	s := &Slot{index: math.MaxUint64, writes: c.Writes}
	for _, h := range c.Writes {
		w.last[h] = s
	}
	w.queue = append(w.queue, s)
	w.size += len(c.Writes)
	for w.size > windowMax && len(w.queue) > 1 && w.queue[0].index != math.MaxUint64 {
		old := w.queue[0]
		w.queue[0] = nil
		w.queue = w.queue[1:]
		w.size -= len(old.writes)
		w.floor = max(w.floor, old.index)
		for _, h := range old.writes {
			if w.last[h] == old {
				delete(w.last, h)
			}
		}
	}
	return s
}
