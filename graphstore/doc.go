// Package graphstore is one copy of one graph database: durable in Pebble, and
// whole in memory as immutable, copy-on-write pages.
//
// Data flow. A state (state.go) is the graph at one position: radix pages of
// node and relationship records with their adjacency, bitmaps of labels and
// types, range indexes, tokens and schema. Begin hands a transaction the newest
// state; a write transaction forks it and changes its fork through the same
// mutators that Apply uses, while it records the operations (changeset.go) and
// the hashes of what it read and wrote (footprint.go). Prepare turns that into a
// Commit; the leader checks it against its Window (window.go) and replicates
// it; Apply (apply.go) replays the operations on a fork of the newest state,
// writes the touched records and the applied position in one Pebble batch, and
// publishes the fork. Pebble is not synced on its own: the raft log is, and a
// crash replays it from the position in the batch.
//
// Goroutines: none. Locks: Store.applyMu (Apply, Checkpoint, Restore) before
// Store.lockMu (lock table); the state pointer is atomic. Readers take no lock.
//
// It must not import raft, transport, cypher or any floor above.
package graphstore
