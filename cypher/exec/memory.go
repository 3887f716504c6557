package exec

import (
	"fmt"
	"sync/atomic"

	"graticule/status"
)

// MemoryPool bounds what all statements of a server keep together.
type MemoryPool struct {
	Limit int64 // bytes; 0 means no limit
	used  atomic.Int64
}

// memoryChunk is how much a run takes from the pool at once.
const memoryChunk = 256 << 10

// memory counts the bytes that a run keeps: rows to be sorted, grouped, joined
// or collected. It is an estimate for a limit, not an account.
type memory struct{ used, reserved int64 }

// grow counts n more bytes, and fails when the statement, or all statements
// together, may not keep so many. It also ends a run that was cancelled.
func (r *run) grow(n int64) error {
	m := &r.memory
	m.used += n
	if limit := r.env.MemoryLimit; limit > 0 && m.used > limit {
		return outOfMemory(n, limit, m.used-n, "db.memory.transaction.max")
	}
	if pool := r.env.Memory; pool != nil && m.used > m.reserved {
		more := m.used - m.reserved + memoryChunk
		m.reserved += more
		if total := pool.used.Add(more); pool.Limit > 0 && total > pool.Limit {
			return outOfMemory(n, pool.Limit, total-more, "dbms.memory.transaction.total.max")
		}
	}
	return r.alive()
}

// freeMemory gives all that the run has taken back to the pool.
func (r *run) freeMemory() {
	if r.env.Memory != nil {
		r.env.Memory.used.Add(-r.memory.reserved)
	}
	r.memory = memory{}
}

func outOfMemory(more, limit, used int64, setting string) error {
	return status.New(status.MemoryPoolOutOfMemory, "51N71", "The allocation of an extra %s would use more than the limit %s. Currently using %s. %s threshold reached", mebibytes(more), mebibytes(limit), mebibytes(used), setting)
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
