// Package consensus runs one raft group (hashicorp/raft) per database: propose,
// apply loop, log store, snapshots, leader watch.
//
// Data flow: Propose -> raft (log fsynced on a quorum) -> fsm.ApplyBatch ->
// StateMachine.Apply, one call per batch -> Pending.Wait. All groups of a server
// keep their logs in one LogDB, so that their fsyncs coalesce. A snapshot is a
// checkpoint of the state machine, streamed as an archive of its files.
//
// Known traps of the library and what is done about them: heartbeats are not
// handled on the I/O goroutine (SetHeartbeatHandler is a no-op; upstream issue
// 695); a hung disk ends the process (LogDB's watchdog; 503, 666); the state
// machine is its own snapshot at start (NoSnapshotRestoreOnStart), and entries it
// has applied already are skipped by index; a new leader is ready only after a
// barrier of its own term was applied.
//
// Goroutines: raft's own, and one leader watcher per Group. It must not import
// graphstore, cypher or region.
package consensus
