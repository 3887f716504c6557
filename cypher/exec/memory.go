package exec

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"graticule/status"
)

// MemoryPool bounds what all transactions of a server keep together, and what
// they may make while the process is short of memory.
type MemoryPool struct {
	Limit int64 // bytes that transactions may keep; 0 means no limit
	// Heap is how many bytes all objects of the process may take, garbage left
	// out, before a transaction that asks for more is refused; 0 means no limit.
	Heap int64

	used   atomic.Int64
	mu     sync.Mutex
	swept  time.Time // of the last collection asked for here; guarded by mu
	beside int64     // bytes of objects it left; guarded by mu
}

// Used gives the bytes counted now.
func (p *MemoryPool) Used() int64 { return p.used.Load() }

const (
	// memoryChunk is how much an account takes from the pool at once.
	memoryChunk = 256 << 10
	// smallAccount may be kept even when the heap is nearly full, so that short
	// statements go on beside the one that filled it.
	smallAccount = 1 << 20
	// sweepPause is the least time between collections that the pool asks for.
	sweepPause = 200 * time.Millisecond
)

// Take counts n bytes, or fails when there is no room for them.
func (p *MemoryPool) Take(n int64) error {
	if total := p.used.Add(n); p.Limit > 0 && total > p.Limit {
		p.used.Add(-n)
		return outOfMemory(n, p.Limit, total-n, "dbms.memory.transaction.total.max")
	}
	if err := p.Room(n); err != nil {
		p.used.Add(-n)
		return err
	}
	return nil
}

// Give takes back what Take counted.
func (p *MemoryPool) Give(n int64) { p.used.Add(-n) }

// heapBytes gives the bytes of all objects, garbage not yet collected included.
func heapBytes() int64 {
	s := [1]metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s[:])
	return int64(s[0].Value.Uint64())
}

// Room tells whether the process can make n bytes more. Before it says no it
// has the garbage collected.
func (p *MemoryPool) Room(n int64) error {
	if p.Limit > 0 && n > p.Limit {
		return outOfMemory(n, p.Limit, p.used.Load(), "dbms.memory.transaction.total.max")
	}
	if p.Heap == 0 || heapBytes()+n <= p.Heap {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	heap := heapBytes()
	if heap+n <= p.Heap {
		return nil
	}
	if p.beside+n <= p.Heap || time.Since(p.swept) > sweepPause {
		runtime.GC()
		heap = heapBytes()
		p.swept, p.beside = time.Now(), heap
	}
	if heap+n <= p.Heap {
		return nil
	}
	return outOfMemory(n, p.Heap, heap, "The heap of the server")
}

// Account counts what one transaction keeps: rows of its statements and what it
// has written. It belongs to one goroutine at a time. The zero value has no limit.
type Account struct {
	Pool  *MemoryPool // nil: none
	Limit int64       // bytes; 0: no limit

	used, reserved int64
	shared         *sharedAccount // of the transaction, when this one is of a worker of it
}

// Used gives the bytes counted now.
func (a *Account) Used() int64 { return a.used }

// Take counts n bytes more, and fails when the transaction, or all of them
// together, may not keep so many; then nothing is counted.
func (a *Account) Take(n int64) error {
	if a.shared != nil {
		return a.takeShared(n)
	}
	if a.Limit > 0 && a.used+n > a.Limit {
		return outOfMemory(n, a.Limit, a.used, "db.memory.transaction.max")
	}
	if a.Pool != nil && a.used+n > a.reserved {
		more := a.used + n - a.reserved + min(memoryChunk, a.used+n) // small ones take little beside
		if err := a.Pool.Take(more); err != nil && (a.used+n > smallAccount || a.Pool.full()) {
			return err
		} else if err == nil {
			a.reserved += more
		} else {
			a.Pool.used.Add(more)
			a.reserved += more
		}
	}
	a.used += n
	return nil
}

// full tells whether even small accounts find no room: there is no eighth of the
// heap's limit left between it and the memory there is.
func (p *MemoryPool) full() bool { return p.Heap > 0 && heapBytes() > p.Heap+p.Heap/8 }

// Give takes n bytes back.
func (a *Account) Give(n int64) {
	a.used -= n
	if a.shared != nil {
		return
	}
	if spare := a.reserved - a.used; a.Pool != nil && spare > 4*memoryChunk {
		a.Pool.Give(spare - memoryChunk)
		a.reserved -= spare - memoryChunk
	}
}

// Room tells whether a value of n bytes can be made that is not kept.
func (a *Account) Room(n int64) error {
	if a.shared != nil {
		return a.shared.room(n)
	}
	if a.Limit > 0 && a.used+n > a.Limit {
		return outOfMemory(n, a.Limit, a.used, "db.memory.transaction.max")
	}
	if a.Pool != nil {
		return a.Pool.Room(n)
	}
	return nil
}

// Close gives everything back.
func (a *Account) Close() {
	if a.shared != nil {
		a.shared.give(a.reserved)
	}
	if a.Pool != nil {
		a.Pool.Give(a.reserved)
	}
	a.used, a.reserved = 0, 0
}

// sharedAccount is the account of a transaction while several workers count in it.
type sharedAccount struct {
	mu sync.Mutex
	of *Account
}

// worker gives the account of one worker, which is closed before the transaction's
// is used again.
func (s *sharedAccount) worker() *Account { return &Account{shared: s} }

// takeShared is Take of a worker's account. What it gets it keeps until Close.
func (a *Account) takeShared(n int64) error {
	if missing := a.used + n - a.reserved; missing > 0 {
		more := missing + min(memoryChunk, a.used+n)
		a.shared.mu.Lock()
		err := a.shared.of.Take(more)
		if err != nil {
			more = missing
			err = a.shared.of.Take(more)
		}
		a.shared.mu.Unlock()
		if err != nil {
			return err
		}
		a.reserved += more
	}
	a.used += n
	return nil
}

func (s *sharedAccount) room(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of.Room(n)
}

func (s *sharedAccount) give(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of.Give(n)
}

// errMemory is what errors.Is finds in an error of no room.
var errMemory = errors.New("no memory is left for this")

type memoryError struct{ told *status.Error }

// Error gives what the client is told.
func (e memoryError) Error() string { return e.told.Error() }

// Is tells that the error is one of no room.
func (memoryError) Is(target error) bool { return target == errMemory }

// Unwrap gives what the client is told.
func (e memoryError) Unwrap() error { return e.told }

func outOfMemory(more, limit, used int64, setting string) error {
	return memoryError{status.New(status.MemoryPoolOutOfMemory, "50N42", "The allocation of an extra %s would use more than the limit %s. Currently using %s. %s threshold reached", mebibytes(more), mebibytes(limit), mebibytes(used), setting)}
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
