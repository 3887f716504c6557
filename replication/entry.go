package replication

import (
	"context"
	"errors"
)

// EntryMax bounds the payload of an entry: one that cannot reach a member within
// a message's time would hold up the log behind it for ever.
const EntryMax = 60 << 20

// ErrCompacted means that the log no longer reaches back that far.
var ErrCompacted = errors.New("the log no longer has these entries")

// Entry is one committed entry of a database's log. Term and Index are the
// log's; Data is what the leader proposed (Envelope bytes). Data is shared and
// must not be changed.
type Entry struct {
	Term  uint64
	Index uint64
	Data  []byte
}

// Result is what applying one entry gave. Err is deterministic: every copy
// gets the same one; it never means that the copy is damaged.
type Result struct {
	Value any
	Err   error
}

// StateMachine is one copy of a database (or of the catalog) as replication
// sees it. Apply, Checkpoint and Restore are never called at the same time.
type StateMachine interface {
	// Apply applies entries in order, in one atomic batch that also records the
	// position of the last one, and gives one Result per entry. Entries at or
	// below Applied are skipped (their Result is zero). An error means the copy
	// is damaged and must not go on. Entries with empty Data only move the position.
	Apply(entries []Entry) ([]Result, error)

	// Applied gives the position of the last applied entry. Safe to call at any time.
	Applied() Position

	// WaitApplied blocks until Applied().Index >= index or ctx ends.
	WaitApplied(ctx context.Context, index uint64) error

	// Checkpoint writes a consistent copy of the state into the folder dir, which
	// must not exist, and gives the position it stands at. Cheap: hard links where
	// the files allow it.
	Checkpoint(dir string) (Position, error)

	// Restore replaces the state by the checkpoint in dir. Readers that hold a
	// snapshot see errors afterwards.
	Restore(dir string) error
}
