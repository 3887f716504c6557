package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"graticule/internal/waiter"
	"graticule/replication"
)

// Machine is this server's copy of the system database.
type Machine struct {
	dir     string
	mu      sync.Mutex
	now     atomic.Pointer[versioned]
	applied waiter.Waiter
}

// fileVersion is the version of the file's format (docs/format/catalog.md).
const fileVersion = 2

type versioned struct {
	Version  int                  `json:"version"`
	Position replication.Position `json:"position"`
	State    *State               `json:"state"`
	changed  chan struct{}
}

const fileName = "catalog.json"

// Open opens the copy in dir, making an empty one if there is none.
func Open(dir string) (*Machine, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make catalog folder: %w", err)
	}
	m := &Machine{dir: dir}
	return m, m.load()
}

func (m *Machine) load() error {
	v := &versioned{State: newState(), changed: make(chan struct{})}
	b, err := os.ReadFile(filepath.Join(m.dir, fileName))
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return fmt.Errorf("read catalog: %w", err)
	default:
		if err := json.Unmarshal(b, v); err != nil {
			return fmt.Errorf("read catalog: %w", err)
		}
		if v.Version > fileVersion {
			return fmt.Errorf("read catalog of version %d: %w", v.Version, replication.ErrNewer)
		}
	}
	m.publish(v)
	return nil
}

func (m *Machine) publish(v *versioned) {
	old := m.now.Swap(v)
	m.applied.Advance(v.Position.Index)
	if old != nil {
		close(old.changed)
	}
}

// State gives the newest state and a channel that is closed when there is a newer one.
func (m *Machine) State() (*State, <-chan struct{}) {
	v := m.now.Load()
	return v.State, v.changed
}

// Basis gives the newest state and its position in the log: a command thought out
// on the state carries it (see Command.Basis).
func (m *Machine) Basis() (*State, uint64) {
	v := m.now.Load()
	return v.State, v.Position.Index
}

// Applied gives the position of the state.
func (m *Machine) Applied() replication.Position { return m.now.Load().Position }

// WaitApplied blocks until index is applied.
func (m *Machine) WaitApplied(ctx context.Context, index uint64) error {
	return m.applied.Wait(ctx, index)
}

// Apply applies commands; see replication.StateMachine.
func (m *Machine) Apply(entries []replication.Entry) ([]replication.Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	results := make([]replication.Result, len(entries))
	now := m.now.Load()
	next := &versioned{Position: now.Position, State: now.State, changed: make(chan struct{})}
	for i, e := range entries {
		if e.Index <= now.Position.Index {
			continue
		}
		next.Position.Term, next.Position.Index = e.Term, e.Index
		if len(e.Data) == 0 {
			continue
		}
		env, err := replication.DecodeEnvelope(e.Data)
		switch {
		case err != nil:
		case env.Kind == replication.KindCatalog:
			next.State, err = next.State.apply(env.Payload, env.Time, e.Index)
		case env.Kind != replication.KindMark:
			err = fmt.Errorf("entry of kind %d: %w", env.Kind, replication.ErrNewer)
		}
		if errors.Is(err, replication.ErrNewer) {
			return nil, fmt.Errorf("entry %d: %w", e.Index, err)
		}
		results[i].Err = err
	}
	if next.Position == now.Position {
		return results, nil
	}
	if err := m.write(m.dir, next); err != nil {
		return nil, err
	}
	m.publish(next)
	return results, nil
}

// write replaces the file in dir. It is not synced: the raft log is, and replays.
func (m *Machine) write(dir string, v *versioned) error {
	v.Version = fileVersion
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode catalog: %w", err)
	}
	tmp := filepath.Join(dir, fileName+".new")
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return fmt.Errorf("write catalog: %w", err)
	}
	if err := os.Rename(tmp, filepath.Join(dir, fileName)); err != nil {
		return fmt.Errorf("replace catalog: %w", err)
	}
	return nil
}

// Checkpoint writes the state into dir, which must not exist.
func (m *Machine) Checkpoint(dir string) (replication.Position, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return replication.Position{}, fmt.Errorf("make checkpoint folder: %w", err)
	}
	v := m.now.Load()
	return v.Position, m.write(dir, v)
}

// Restore replaces the state by the checkpoint in dir.
func (m *Machine) Restore(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := os.Rename(filepath.Join(dir, fileName), filepath.Join(m.dir, fileName)); err != nil {
		return fmt.Errorf("take over checkpoint: %w", err)
	}
	return m.load()
}
