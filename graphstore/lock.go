package graphstore

import (
	"context"
	"sync"
	"time"
)

// lockTable makes writers on one server wait for each other. It lowers
// conflicts; correctness never rests on it. Waiters are served in order.
type lockTable struct {
	mu    sync.Mutex
	locks map[uint64]*lock
}

type lock struct {
	owner   *Tx
	waiters []*lockWait
}

type lockWait struct {
	tx      *Tx
	granted chan struct{}
}

// acquire takes key for tx, waiting for its owner. ErrDeadlock, ErrLockTimeout
// or the context's cause when it cannot.
func (t *lockTable) acquire(ctx context.Context, tx *Tx, key uint64, timeout time.Duration) error {
	t.mu.Lock()
	l := t.locks[key]
	if l == nil {
		t.locks[key] = &lock{owner: tx}
		tx.locks = append(tx.locks, key)
		t.mu.Unlock()
		return nil
	}
	if l.owner == tx {
		t.mu.Unlock()
		return nil
	}
	if tx.cfg.NoWait {
		t.mu.Unlock()
		return ErrConflict
	}
	for o, n := l.owner, 0; o != nil && n < 10_000; n++ {
		if o == tx {
			t.mu.Unlock()
			return ErrDeadlock
		}
		if o.waiting == 0 || t.locks[o.waiting] == nil {
			break
		}
		o = t.locks[o.waiting].owner
	}
	w := &lockWait{tx: tx, granted: make(chan struct{})}
	l.waiters = append(l.waiters, w)
	tx.waiting, tx.waited = key, true
	t.mu.Unlock()
	var late <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		late = timer.C
	}
	var err error
	select {
	case <-w.granted:
	case <-late:
		err = ErrLockTimeout
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	tx.waiting = 0
	if err == nil {
		tx.locks = append(tx.locks, key)
		return nil
	}
	select {
	case <-w.granted: // granted at the same moment: pass it on
		t.releaseLocked(key)
	default:
		for i, x := range l.waiters {
			if x == w {
				l.waiters = append(l.waiters[:i], l.waiters[i+1:]...)
				break
			}
		}
	}
	return err
}

func (t *lockTable) releaseAll(tx *Tx) {
	if len(tx.locks) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range tx.locks {
		t.releaseLocked(key)
	}
	tx.locks = nil
}

func (t *lockTable) releaseLocked(key uint64) {
	l := t.locks[key]
	if len(l.waiters) == 0 {
		delete(t.locks, key)
		return
	}
	w := l.waiters[0]
	l.waiters = l.waiters[1:]
	l.owner = w.tx
	close(w.granted)
}
