package stream

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"graticule/internal/room"
	"graticule/replication"
)

const (
	batchBytes   = 1 << 20
	markInterval = time.Second
	retryMin     = 50 * time.Millisecond
	retryMax     = 2 * time.Second
)

// Source is what a Sender needs of a copy that has the log.
type Source interface {
	Committed() uint64
	WaitCommitted(ctx context.Context, index uint64) error
	Entries(from uint64, maxBytes int) ([]replication.Entry, error)
	Checkpoint(dir string) (replication.Position, error)
}

// Observer hears how long an entry took to ship, or to apply at a secondary;
// nil means nobody listens. It must not block.
type Observer func(e replication.Entry, began, ended time.Time)

func (o Observer) saw(entries []replication.Entry, began time.Time) {
	if o == nil {
		return
	}
	ended := time.Now()
	for _, e := range entries {
		o(e, began, ended)
	}
}

// Serve feeds one subscriber until ctx or the connection ends. dir is for
// checkpoints on their way; progress follows what the subscriber acknowledges.
func Serve(ctx context.Context, conn net.Conn, src Source, dir string, progress *Progress, shipped Observer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	kind, body, err := readFrame(conn)
	if err != nil || kind != frameHello || len(body) != 8 {
		return errors.Join(ErrBadFrame, err)
	}
	next := binary.BigEndian.Uint64(body) + 1
	progress.applied(next - 1)
	progress.committed(src.Committed())
	go func() { // acknowledgements; the end of the connection ends the feed
		defer cancel()
		for {
			kind, body, err := readFrame(conn)
			if err != nil || kind != frameAck || len(body) != 8 {
				return
			}
			progress.applied(binary.BigEndian.Uint64(body))
		}
	}()
	for {
		entries, err := src.Entries(next, batchBytes)
		if errors.Is(err, replication.ErrCompacted) && src.Committed() >= next {
			if next, err = sendCheckpoint(conn, src, dir); err != nil {
				return err
			}
			continue
		}
		if err != nil && !errors.Is(err, replication.ErrCompacted) {
			return err
		}
		if len(entries) > 0 {
			began := time.Now()
			progress.committed(max(entries[len(entries)-1].Index, src.Committed()))
			if _, err := conn.Write(appendFrame(nil, frameEntries, appendEntries(nil, entries))); err != nil {
				return fmt.Errorf("ship entries: %w", err)
			}
			shipped.saw(entries, began)
			next = entries[len(entries)-1].Index + 1
			continue
		}
		wait, stop := context.WithTimeout(ctx, markInterval)
		err = src.WaitCommitted(wait, next)
		stop()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			mark := binary.BigEndian.AppendUint64(nil, src.Committed())
			mark = binary.BigEndian.AppendUint64(mark, uint64(time.Now().UnixNano()))
			if _, err := conn.Write(appendFrame(nil, frameMark, mark)); err != nil {
				return fmt.Errorf("ship mark: %w", err)
			}
		}
	}
}

func sendCheckpoint(conn net.Conn, src Source, dir string) (next uint64, err error) {
	tmp, err := os.MkdirTemp(dir, "feed-")
	if err != nil {
		return 0, fmt.Errorf("make checkpoint folder: %w", err)
	}
	defer os.RemoveAll(tmp)
	at := filepath.Join(tmp, "checkpoint")
	pos, err := src.Checkpoint(at)
	if err != nil {
		return 0, err
	}
	if _, err := conn.Write(appendFrame(nil, frameCheckpoint, nil)); err != nil {
		return 0, fmt.Errorf("ship checkpoint: %w", err)
	}
	w := bufio.NewWriterSize(frameWriter{conn}, 256<<10)
	if err := replication.Pack(w, at); err != nil {
		return 0, err
	}
	if err := w.Flush(); err != nil {
		return 0, fmt.Errorf("ship checkpoint: %w", err)
	}
	_, err = conn.Write(appendFrame(nil, frameBytes, nil))
	return pos.Index + 1, err
}

type frameWriter struct{ w io.Writer }

func (f frameWriter) Write(b []byte) (int, error) {
	if _, err := f.w.Write(appendFrame(nil, frameBytes, b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// frameReader joins frameBytes into a stream that ends with the empty one.
type frameReader struct {
	r    io.Reader
	rest []byte
	end  bool
}

func (f *frameReader) Read(b []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.end {
			return 0, io.EOF
		}
		kind, body, err := readFrame(f.r)
		if err != nil {
			return 0, err
		}
		if kind != frameBytes {
			return 0, ErrBadFrame
		}
		f.rest, f.end = body, len(body) == 0
	}
	n := copy(b, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// Receiver keeps a secondary's state machine fed.
type Receiver struct {
	Machine replication.StateMachine
	Dial    func(ctx context.Context) (net.Conn, error) // to a primary
	Dir     string                                      // for checkpoints on their way
	Logger  *slog.Logger
	Applied Observer
	Room    *room.Watch // of the volume of the machine and of Dir; nil: there is always room

	progress Progress
}

// Lag gives how far this copy is behind what it heard of.
func (r *Receiver) Lag() Lag { return r.progress.Lag() }

// Run connects, and connects again, until ctx ends.
func (r *Receiver) Run(ctx context.Context) {
	delay := retryMin
	for ctx.Err() == nil {
		began := time.Now()
		err := r.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > retryMax {
			delay = retryMin
		}
		level := slog.LevelDebug // a server that went away
		if errors.Is(err, replication.ErrNewer) || errors.Is(err, ErrBadFrame) {
			level = slog.LevelError
		}
		r.Logger.Log(ctx, level, "feed ended", "error", err, "retry", delay)
		timer := time.NewTimer(delay)
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		}
		delay = min(2*delay, retryMax)
	}
}

func (r *Receiver) follow(ctx context.Context) error {
	conn, err := r.Dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	hello := binary.BigEndian.AppendUint64(nil, r.Machine.Applied().Index)
	if _, err := conn.Write(appendFrame(nil, frameHello, hello)); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	in := bufio.NewReaderSize(conn, 256<<10)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(5 * markInterval))
		kind, body, err := readFrame(in)
		if err != nil {
			return fmt.Errorf("read feed: %w", err)
		}
		switch kind {
		case frameEntries:
			entries, err := decodeEntries(body)
			if err != nil {
				return err
			}
			if len(entries) > 0 {
				r.progress.committed(entries[len(entries)-1].Index)
			}
			if err := r.Room.Await(ctx); err != nil { // the sender waits meanwhile
				return err
			}
			began := time.Now()
			if _, err := r.Machine.Apply(entries); err != nil {
				return err
			}
			r.Applied.saw(entries, began)
		case frameMark:
			if len(body) != 16 {
				return ErrBadFrame
			}
			r.progress.committed(binary.BigEndian.Uint64(body))
		case frameCheckpoint:
			if err := r.take(in); err != nil {
				return err
			}
		default:
			return fmt.Errorf("frame of kind %d: %w", kind, replication.ErrNewer)
		}
		applied := r.Machine.Applied().Index
		r.progress.applied(applied)
		ack := binary.BigEndian.AppendUint64(nil, applied)
		if _, err := conn.Write(appendFrame(nil, frameAck, ack)); err != nil {
			return fmt.Errorf("acknowledge: %w", err)
		}
	}
}

func (r *Receiver) take(in io.Reader) error {
	dir := filepath.Join(r.Dir, "incoming")
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear incoming checkpoint: %w", err)
	}
	fr := &frameReader{r: in}
	if err := replication.Unpack(fr, dir); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, fr); err != nil {
		return fmt.Errorf("read the rest of the checkpoint: %w", err)
	}
	return r.Machine.Restore(dir)
}
