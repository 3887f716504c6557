package consensus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"graticule/internal/waiter"
	"graticule/replication"
)

// fsm is raft's view of a state machine.
type fsm struct {
	ctx     context.Context // ends when the group closes
	mu      sync.Mutex      // Apply, Checkpoint and Restore of the machine
	stuck   error           // why an entry could not be applied before the group closed: none after it may be
	machine replication.StateMachine
	log     *groupLog
	dir     string
	applied waiter.Waiter
	seen    observed
	notices notices
}

// Apply applies one entry.
func (f *fsm) Apply(l *raft.Log) any { return f.ApplyBatch([]*raft.Log{l})[0] }

// ApplyBatch applies a batch of raft in one call of the machine.
func (f *fsm) ApplyBatch(ls []*raft.Log) []any {
	f.mu.Lock()
	defer f.mu.Unlock()
	entries := make([]replication.Entry, len(ls))
	for i, l := range ls {
		entries[i] = replication.Entry{Term: l.Term, Index: l.Index}
		if l.Type == raft.LogCommand {
			entries[i].Data = l.Data
		}
	}
	out := make([]any, len(ls))
	if f.stuck != nil {
		return f.unapplied(out)
	}
	f.notices.g.log.awaitDisk(ls[len(ls)-1].Index)
	began := time.Now()
	var results []replication.Result
	group := f.notices.g
	err := group.cfg.Log.cfg.Room.Retry(f.ctx, func() (err error) { results, err = f.machine.Apply(entries); return err })
	if err != nil && f.ctx.Err() != nil {
		f.stuck = err
		return f.unapplied(out)
	}
	if err != nil {
		err = fmt.Errorf("apply log entries of group %s: %w", group.cfg.Group, err)
		group.cfg.Log.cfg.OnFatal(err) // the copy is damaged: stop rather than go on
		panic(err)
	}
	f.seen.sawApply(entries, began)
	last := ls[len(ls)-1]
	f.applied.Advance(last.Index)
	f.notices.send(replication.Position{Term: last.Term, Index: last.Index})
	for i := range out {
		out[i] = results[i]
	}
	return out
}

// unapplied answers for entries that stay in the log until the next start: with
// an error instead of a result (Pending.Wait).
func (f *fsm) unapplied(out []any) []any {
	for i := range out {
		out[i] = fmt.Errorf("apply log entries: %w", f.stuck)
	}
	return out
}

// Snapshot takes a checkpoint; Persist streams it.
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir := filepath.Join(f.dir, "checkpoint")
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("clear checkpoint: %w", err)
	}
	if _, err := f.machine.Checkpoint(dir); err != nil {
		return nil, err
	}
	return &snapshot{dir: dir}, nil
}

// Restore replaces the machine's state by a snapshot.
func (f *fsm) Restore(rc io.ReadCloser) error {
	defer rc.Close()
	dir := filepath.Join(f.dir, "incoming")
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear incoming snapshot: %w", err)
	}
	if err := replication.Unpack(rc, dir); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.machine.Restore(dir); err != nil {
		return err
	}
	at := f.machine.Applied()
	f.applied.Advance(at.Index)
	return f.log.fit(at)
}

type snapshot struct{ dir string }

// Persist writes the checkpoint's files as one archive.
func (s *snapshot) Persist(sink raft.SnapshotSink) error {
	if err := replication.Pack(sink, s.dir); err != nil {
		return errors.Join(err, sink.Cancel())
	}
	return sink.Close()
}

// Release removes the checkpoint.
func (s *snapshot) Release() { _ = os.RemoveAll(s.dir) }
