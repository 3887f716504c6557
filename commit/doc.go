// Package commit is the way of a transaction's changeset to the log: the
// leader's door, where changesets are validated in log order and proposed, and
// the one message that brings them there from any other server.
//
// On the leader, Door.Commit runs under one short mutex: check the read set
// against everything newer than the transaction's base (applied or in flight),
// propose, note the write footprint. The order of proposals is the order of
// validation, so a changeset that passes stays valid. The mutex is never held
// while waiting for the quorum.
//
// An outcome that is not known (the leader was lost while an entry was on its
// way) is never reported as it is: Resolve asks the next leader, behind a
// barrier of its own term, whether the entry is in the log; one that is not is
// fenced, so that it can never arrive later.
package commit
