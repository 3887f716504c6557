// Package replication holds the words that every part of a change's journey
// shares, and no behaviour: Position, Entry, and the state machine that both
// the raft groups of primaries (replication/consensus) and the feed of
// secondaries (replication/stream) drive.
//
// The story of a change: a transaction runs on some copy and yields a
// changeset. The leader of the database validates it, wraps it into an Entry
// and proposes it to the raft group. Once a quorum of primaries has it on disk
// it is committed; each primary applies it, in log order, in one atomic batch
// that also records the applied position. The leader's stream sender, awake on
// the same moment, ships the committed entry to every secondary, where the same
// state machine applies it.
package replication
