// Package consensus runs one raft group (hashicorp/raft) per database: propose,
// apply loop, log store, snapshots, leader watch.
//
// Data flow: Propose -> raft (log fsynced on a quorum) -> fsm.ApplyBatch ->
// StateMachine.Apply, one call per batch -> Pending.Wait. All groups of a server
// keep their logs in one LogDB, so that their fsyncs coalesce. A snapshot is a
// checkpoint of the state machine, streamed as an archive of its files.
//
// With few clients a leader sends entries before they are on its own disk, and
// holds everything that follows from them back until they are (ahead.go). The last
// entries are kept at hand (recent.go), the log's file is filled with zeros before
// it is needed (zeroed.go), and members hear of commits by the next entries or soon
// by a notice (notice.go).
//
// Known traps of the library and what is done about them: heartbeats are not
// handled on the I/O goroutine (SetHeartbeatHandler is a no-op; upstream issue
// 695); a hung disk ends the process (LogDB's watchdog; 503, 666); the state
// machine is its own snapshot at start (NoSnapshotRestoreOnStart), and entries it
// has applied already are skipped by index; a new leader is ready only after a
// barrier of its own term was applied.
//
// Goroutines: raft's own; of each Group one leader watcher, one that waits for the
// answers to proposals while there are any, and one for the write that is ahead of
// the disk. It must not import
// graphstore, cypher or region.
package consensus
