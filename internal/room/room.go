package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// ErrFull means that too little of the disk is left to take a write. What was
// refused with it was not done.
var ErrFull = errors.New("the disk of the server is full")

const (
	lowDefault     = 128 << 20
	reserveDefault = 32 << 20
	everyDefault   = 250 * time.Millisecond
	reserveName    = "reserve"
)

// Config says what a Watch looks after. Sizes are in bytes.
type Config struct {
	Dir     string                           // on the volume to watch; must be there
	Low     int64                            // refuse writes below so much free space; default 128 MiB
	Reserve int64                            // size of the file given back in need; default 32 MiB
	Every   time.Duration                    // how often to look; default 250 ms
	Free    func(dir string) (uint64, error) // free bytes of the volume of dir; nil asks the system
	Changed func(err error)                  // hears that writes are refused (ErrFull) or taken again (nil), quickly; may be nil
	Logger  *slog.Logger                     // nil is silent
	Write   func(file string, n int64) error // lays a file of n bytes that takes its space; nil does so on the disk
}

// Watch watches one volume. A nil Watch finds room always.
type Watch struct {
	cfg  Config
	full atomic.Bool

	turning sync.Mutex // orders turns; guards what follows
	having  context.Context
	lose    context.CancelCauseFunc // ends having

	mu       sync.Mutex
	reserved bool // the reserve file is there
}

// Open looks at the volume for the first time. On one that is full already it
// gives the reserve of an earlier run back, so that the stores can be opened.
func Open(cfg Config) (*Watch, error) {
	if cfg.Low == 0 {
		cfg.Low = lowDefault
	}
	if cfg.Reserve == 0 {
		cfg.Reserve = reserveDefault
	}
	if cfg.Every == 0 {
		cfg.Every = everyDefault
	}
	if cfg.Free == nil {
		cfg.Free = free
	}
	if cfg.Write == nil {
		cfg.Write = lay
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	w := &Watch{cfg: cfg}
	w.having, w.lose = context.WithCancelCause(context.Background())
	if info, err := os.Stat(w.file()); err == nil {
		w.reserved = info.Size() == cfg.Reserve
	}
	n, err := cfg.Free(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("ask for the free space of %s: %w", cfg.Dir, err)
	}
	if int64(n) < cfg.Reserve {
		w.Release()
	}
	w.look()
	return w, nil
}

func free(dir string) (uint64, error) {
	usage, err := vfs.Default.GetDiskUsage(dir)
	return usage.AvailBytes, err
}

// Reserve gives the bytes that are given back in need.
func (w *Watch) Reserve() int64 { return w.cfg.Reserve }

func (w *Watch) file() string { return filepath.Join(w.cfg.Dir, reserveName) }

// Err gives an error that wraps ErrFull while writes are to be refused.
func (w *Watch) Err() error {
	if w == nil || !w.full.Load() {
		return nil
	}
	return fmt.Errorf("%w: less than %d MiB are left", ErrFull, w.cfg.Low>>20)
}

// Having gives a context that ends when there is no room for writes, with an error
// that wraps ErrFull as its cause; with it ends what waits for writes on this disk.
func (w *Watch) Having() context.Context {
	if w == nil {
		return context.Background()
	}
	w.turning.Lock()
	defer w.turning.Unlock()
	return w.having
}

// Await blocks until there is room for writes, or gives ctx's cause.
func (w *Watch) Await(ctx context.Context) error {
	for w.Err() != nil {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(w.cfg.Every):
		}
	}
	return nil
}

// FS gives base with a second chance: a write that finds no space is tried again
// with the reserve given back.
func (w *Watch) FS(base vfs.FS) vfs.FS {
	if w == nil {
		return base
	}
	return vfs.OnDiskFull(base, w.Release)
}

// Release gives the reserve back to the volume and has writes refused. It is
// quick: writes wait for it.
func (w *Watch) Release() {
	if w == nil {
		return
	}
	w.turn(true)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.reserved {
		return
	}
	w.reserved = false
	if err := os.Remove(w.file()); err != nil {
		w.cfg.Logger.Error("give the reserve of the disk back", "error", err)
		return
	}
	w.cfg.Logger.Warn("the disk is full: its reserve was given back", "bytes", w.cfg.Reserve)
}

// Retry calls f again while it finds no space left on the disk, until ctx ends.
func (w *Watch) Retry(ctx context.Context, f func() error) error {
	for {
		err := f()
		if w == nil || !errors.Is(err, syscall.ENOSPC) {
			return err
		}
		w.Release()
		select {
		case <-ctx.Done():
			return err
		case <-time.After(w.cfg.Every):
		}
	}
}

// Run looks at the volume until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(w.cfg.Every)
	defer tick.Stop()
	for {
		w.look()
		w.replenish()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look decides anew whether writes are taken: refused below Low, taken again a
// quarter above it, so that one small file does not turn it back and forth.
func (w *Watch) look() {
	n, err := w.cfg.Free(w.cfg.Dir)
	if err != nil {
		w.cfg.Logger.Warn("ask for the free space of the disk", "error", err)
		return
	}
	switch {
	case int64(n) < w.cfg.Low:
		w.turn(true)
	case int64(n) >= w.cfg.Low+w.cfg.Low/4:
		w.turn(false)
	}
}

func (w *Watch) turn(full bool) {
	w.turning.Lock()
	defer w.turning.Unlock()
	if w.full.Swap(full) == full {
		return
	}
	if full {
		w.lose(w.Err())
		w.cfg.Logger.Error("the disk is nearly full: writes are refused until there is room", "folder", w.cfg.Dir, "wanted", w.cfg.Low)
	} else {
		w.having, w.lose = context.WithCancelCause(context.Background())
		w.cfg.Logger.Info("there is room on the disk again: writes are taken", "folder", w.cfg.Dir)
	}
	if w.cfg.Changed != nil {
		w.cfg.Changed(w.Err())
	}
}

// replenish lays the reserve when there is room for it and for writes.
func (w *Watch) replenish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.cfg.Free(w.cfg.Dir)
	if w.reserved || w.full.Load() || err != nil || int64(n) < 2*w.cfg.Low+w.cfg.Reserve {
		return
	}
	if err := w.cfg.Write(w.file(), w.cfg.Reserve); err != nil {
		w.cfg.Logger.Warn("lay the reserve of the disk", "error", errors.Join(err, os.Remove(w.file())))
		return
	}
	w.reserved = true
}
