package waiter

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestWaitReturnsWhenReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w Waiter
		got := make(chan uint64, 3)
		for _, i := range []uint64{5, 3, 9} {
			go func() {
				if err := w.Wait(t.Context(), i); err == nil {
					got <- i
				}
			}()
		}
		synctest.Wait()
		w.Advance(5)
		synctest.Wait()
		if len(got) != 2 {
			t.Fatalf("%d woke at index 5, want 2", len(got))
		}
		w.Advance(4)
		if w.Index() != 5 {
			t.Fatalf("index went back to %d", w.Index())
		}
		w.Advance(20)
		synctest.Wait()
		if len(got) != 3 {
			t.Fatalf("%d woke at index 20, want 3", len(got))
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w Waiter
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := w.Wait(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v, want a deadline error", err)
		}
		if len(w.queue) != 0 {
			t.Fatal("a ticket stayed in the queue")
		}
	})
}
