// Package catalog is the system database: servers, databases with their
// topology and placement, and users, as a deterministic state machine in its own
// raft group.
//
// State is immutable; Apply makes a changed copy, writes it to one file with the
// position it stands at, and publishes it. Everything random or timed (ids,
// password hashes, times) is fixed in the command before it is proposed. Desired
// (what a server should hold) and Allocate (where copies go) are pure.
//
// Goroutines: none. Locks: Machine.mu for Apply, Checkpoint and Restore.
package catalog
