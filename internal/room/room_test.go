package room

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// volume is a disk of which the test says how much is free.
type volume struct{ free atomic.Int64 }

func (v *volume) watch(t *testing.T, changed func(error)) *Watch {
	t.Helper()
	w, err := Open(Config{Dir: t.TempDir(), Low: 100, Reserve: 40, Every: time.Millisecond, Changed: changed, Free: func(string) (uint64, error) { return uint64(v.free.Load()), nil }})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWritesAreRefusedBelowTheLimitAndTakenAboveIt(t *testing.T) {
	var heard []string
	v := &volume{}
	v.free.Store(1000)
	w := v.watch(t, func(err error) { heard = append(heard, fmt.Sprint(err != nil)) })
	for _, step := range []struct {
		free int64
		full bool
	}{{1000, false}, {100, false}, {99, true}, {110, true}, {124, true}, {125, false}, {0, true}, {1000, false}} {
		v.free.Store(step.free)
		w.look()
		having := w.Having()
		if cause := context.Cause(having); (cause != nil) != step.full || cause != nil && !errors.Is(cause, ErrFull) {
			t.Errorf("with %d free, what waits for room is ended with: %v", step.free, cause)
		}
		if err := w.Err(); (err != nil) != step.full || err != nil && !errors.Is(err, ErrFull) {
			t.Errorf("with %d free: %v", step.free, err)
		}
	}
	if got := fmt.Sprint(heard); got != "[true false true false]" {
		t.Errorf("changes heard: %s", got)
	}
	var none *Watch
	if none.Err() != nil || none.Await(t.Context()) != nil || none.Having().Err() != nil || none.FS(vfs.Default) != vfs.Default {
		t.Error("no watch must find room")
	}
}

func TestReserveIsLaidGivenBackAndLaidAgain(t *testing.T) {
	v := &volume{}
	v.free.Store(239)
	w := v.watch(t, nil)
	size := func() int64 {
		info, err := os.Stat(w.file())
		if err != nil {
			return 0
		}
		return info.Size()
	}
	if w.replenish(); size() != 0 {
		t.Fatal("the reserve was laid where there is no room for it")
	}
	v.free.Store(240)
	if w.replenish(); size() != 40 {
		t.Fatalf("the reserve has %d bytes", size())
	}
	w.Release()
	if size() != 0 || w.Err() == nil {
		t.Errorf("after a release the reserve has %d bytes, %v", size(), w.Err())
	}
	w.look()
	if w.replenish(); size() != 40 || w.Err() != nil {
		t.Errorf("with room again the reserve has %d bytes, %v", size(), w.Err())
	}
	v.free.Store(10) // the next start finds a full disk
	again, err := Open(w.cfg)
	if err != nil || size() != 0 || again.Err() == nil {
		t.Errorf("a start on a full disk: reserve of %d bytes, %v, %v", size(), again.Err(), err)
	}
}

// The first write that finds no space gives the reserve back and succeeds.
func TestAWriteThatFindsNoSpaceIsTriedAgain(t *testing.T) {
	v := &volume{}
	v.free.Store(1000)
	w := v.watch(t, nil)
	w.replenish()
	disk := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if _, err := os.Stat(w.file()); err == nil && op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			return syscall.ENOSPC
		}
		return nil
	}))
	f, err := w.FS(disk).Create("log", vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("entry")); err != nil {
		t.Error(err)
	}
	if err := f.Sync(); err != nil {
		t.Error(err)
	}
	if w.Err() == nil {
		t.Error("writes are taken though the disk was full")
	}
}

func TestWaitsEndWithRoomOrWithTheContext(t *testing.T) {
	v := &volume{}
	v.free.Store(1)
	w := v.watch(t, nil)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("as the test says")
	cancel(why)
	if err := w.Await(ctx); !errors.Is(err, why) {
		t.Errorf("a wait that was given up: %v", err)
	}
	if err := w.Retry(ctx, func() error { return syscall.ENOSPC }); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("an attempt that was given up: %v", err)
	}
	run, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.Run(run); close(done) }()
	v.free.Store(1000)
	if err := w.Await(t.Context()); err != nil {
		t.Error(err)
	}
	tries := 0
	err := w.Retry(t.Context(), func() error {
		if tries++; tries < 3 {
			return fmt.Errorf("write: %w", syscall.ENOSPC)
		}
		return os.ErrExist
	})
	if tries != 3 || !errors.Is(err, os.ErrExist) {
		t.Errorf("%d tries, %v", tries, err)
	}
	stop()
	<-done
}

func TestTheReserveTakesItsSpace(t *testing.T) {
	w, err := Open(Config{Dir: t.TempDir(), Low: 1, Reserve: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if w.replenish(); !w.reserved {
		t.Fatal("the reserve was not laid")
	}
	info, err := os.Stat(w.file())
	if err != nil {
		t.Fatal(err)
	}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok && sys.Blocks*512 < 1<<20 {
		t.Errorf("the reserve takes %d bytes of the disk", sys.Blocks*512)
	}
}
