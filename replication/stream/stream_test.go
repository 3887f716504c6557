package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"graticule/internal/waiter"
	"graticule/replication"
)

// source is a log in memory that may have forgotten its beginning.
type source struct {
	waiter.Waiter
	mu    sync.Mutex
	first uint64
	log   []replication.Entry // index 1 first
}

func (s *source) append(n int) {
	s.mu.Lock()
	for range n {
		i := uint64(len(s.log) + 1)
		s.log = append(s.log, replication.Entry{Term: 1, Index: i, Data: fmt.Append(nil, "entry ", i)})
	}
	last := uint64(len(s.log))
	s.mu.Unlock()
	s.Advance(last)
}

func (s *source) Committed() uint64                                 { return s.Index() }
func (s *source) WaitCommitted(ctx context.Context, i uint64) error { return s.Wait(ctx, i) }
func (s *source) Entries(from uint64, _ int) ([]replication.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if from < s.first {
		return nil, replication.ErrCompacted
	}
	if from > uint64(len(s.log)) {
		return nil, nil
	}
	return s.log[from-1:], nil
}

func (s *source) Checkpoint(dir string) (replication.Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.Mkdir(dir, 0o700); err != nil {
		return replication.Position{}, err
	}
	at := uint64(len(s.log))
	return replication.Position{Term: 1, Index: at}, os.WriteFile(filepath.Join(dir, "at"), fmt.Append(nil, at), 0o600)
}

// counter is a secondary that checks that entries come in order.
type counter struct {
	waiter.Waiter
	t        *testing.T
	restored int
}

func (c *counter) Apply(es []replication.Entry) ([]replication.Result, error) {
	for _, e := range es {
		if e.Index <= c.Index() {
			continue
		}
		if e.Index != c.Index()+1 || string(e.Data) != fmt.Sprint("entry ", e.Index) {
			return nil, fmt.Errorf("entry %d (%s) after %d", e.Index, e.Data, c.Index())
		}
		c.Advance(e.Index)
	}
	return make([]replication.Result, len(es)), nil
}
func (c *counter) Applied() replication.Position                   { return replication.Position{Index: c.Index()} }
func (c *counter) WaitApplied(ctx context.Context, i uint64) error { return c.Wait(ctx, i) }
func (c *counter) Checkpoint(string) (replication.Position, error) {
	return replication.Position{}, errors.New("unused")
}
func (c *counter) Restore(dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, "at"))
	if err != nil {
		return err
	}
	at, err := strconv.ParseUint(string(b), 10, 64)
	c.restored++
	c.Advance(at)
	return err
}

func TestFeedResumesAndFallsBackToACheckpoint(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	src := &source{first: 1}
	src.append(10)
	var mu sync.Mutex
	var current net.Conn
	var wg sync.WaitGroup
	machine := &counter{t: t}
	var sent Progress
	r := &Receiver{Machine: machine, Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Dial: func(context.Context) (net.Conn, error) {
		a, b := net.Pipe()
		mu.Lock()
		current = b
		mu.Unlock()
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer b.Close()
			_ = Serve(ctx, b, src, t.TempDir(), &sent, nil)
		}()
		return a, nil
	}}
	wg.Add(1)
	go func() { defer wg.Done(); r.Run(ctx) }()
	wait := func(i uint64) {
		t.Helper()
		if err := machine.WaitApplied(ctx, i); err != nil {
			t.Fatal(err)
		}
	}
	wait(10)
	src.append(5) // pushed on the open feed
	wait(15)
	mu.Lock()
	current.Close() // the connection is lost; the feed resumes by position
	mu.Unlock()
	src.append(5)
	wait(20)
	if machine.restored != 0 {
		t.Error("a checkpoint was sent although the log had all entries")
	}
	mu.Lock()
	src.mu.Lock()
	src.first = 31 // what the secondary needs is gone
	src.mu.Unlock()
	current.Close()
	mu.Unlock()
	src.append(20)
	wait(40)
	src.append(1)
	wait(41)
	for end, lag := range map[string]func() Lag{"secondary": r.Lag, "sender": sent.Lag} {
		for lag().Entries != 0 { // the acknowledgement is on its way; the test's time limit ends a wait in vain
			runtime.Gosched()
		}
		if l := lag(); l.Behind != 0 || l.Silence == 0 {
			t.Errorf("the %s tells of a lag of %+v after catching up", end, l)
		}
	}
	cancel()
	wg.Wait()
}

func TestDamagedFramesAreRefused(t *testing.T) {
	good := appendFrame(nil, frameEntries, appendEntries(nil, []replication.Entry{{Term: 1, Index: 2, Data: []byte("x")}}))
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 0x40
		a, b := net.Pipe()
		go func() { _, _ = a.Write(bad); a.Close() }()
		if _, _, err := readFrame(b); err == nil {
			t.Errorf("byte %d changed: the frame was accepted", i)
		}
		b.Close()
	}
}

func FuzzDecodeEntries(f *testing.F) {
	f.Add(appendEntries(nil, []replication.Entry{{Term: 1, Index: 2, Data: []byte("x")}}))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = decodeEntries(b) })
}
