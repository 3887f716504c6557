package waiter

import (
	"container/heap"
	"context"
	"sync"
)

// Waiter holds an index that only grows and those who wait for it. The zero
// Waiter stands at 0 and is ready to use.
type Waiter struct {
	mu    sync.Mutex
	index uint64
	queue queue
}

// Index gives the index reached.
func (w *Waiter) Index() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.index
}

// Advance moves the index to i and wakes all who waited for it or less.
// A smaller i than before changes nothing.
func (w *Waiter) Advance(i uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i <= w.index {
		return
	}
	w.index = i
	for len(w.queue) > 0 && w.queue[0].index <= i {
		close(heap.Pop(&w.queue).(*ticket).done)
	}
}

// Wait blocks until the index is at least i, or gives ctx's cause.
func (w *Waiter) Wait(ctx context.Context, i uint64) error {
	w.mu.Lock()
	if i <= w.index {
		w.mu.Unlock()
		return nil
	}
	t := &ticket{index: i, done: make(chan struct{})}
	heap.Push(&w.queue, t)
	w.mu.Unlock()
	select {
	case <-t.done:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-t.done:
		return nil
	default:
		heap.Remove(&w.queue, t.place)
		return context.Cause(ctx)
	}
}

type ticket struct {
	index uint64
	done  chan struct{}
	place int
}

type queue []*ticket

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].index < q[j].index }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

func (q *queue) Push(x any) {
	t := x.(*ticket)
	t.place = len(*q)
	*q = append(*q, t)
}

func (q *queue) Pop() any {
	old := *q
	t := old[len(old)-1]
	*q = old[:len(old)-1]
	return t
}
