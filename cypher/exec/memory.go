package exec

import "graticule/status"

// memory counts the bytes that a run keeps: rows to be sorted, grouped, joined
// or collected. It is an estimate, for a limit, not an account.
type memory struct{ used int64 }

// grow counts n more bytes, and fails when the statement may not keep so many.
// It also ends a run that was cancelled.
func (r *run) grow(n int64) error {
	r.memory.used += n
	if limit := r.env.MemoryLimit; limit > 0 && r.memory.used > limit {
		return status.New(status.MemoryPoolOutOfMemory, "51N71", "The allocation of an extra %d bytes would use more than the limit of %d bytes for one transaction (db.memory.transaction.max). Currently using %d bytes.", n, limit, r.memory.used-n)
	}
	return r.alive()
}
