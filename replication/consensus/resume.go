package consensus

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/hashicorp/raft"

	"graticule/replication"
)

// ErrLogLost means that the state machine has applied entries that the log does
// not hold, or others than it holds: this member may have acknowledged what it no
// longer has, and must not vote.
var ErrLogLost = errors.New("the log does not fit the state of this copy; remove the copy's data, so that it is made anew under a new server id")

// resumed are the snapshots as raft sees them. While raft starts, the durable
// state machine itself stands before them: raft would otherwise hand it all
// entries since the last snapshot once more, to be skipped, and would do so in
// its main loop at the first message of a leader, deaf to heartbeats and votes.
type resumed struct {
	raft.SnapshotStore
	state   *raft.SnapshotMeta // where the state machine is; nil when it has nothing that the log knows
	started atomic.Bool
}

// List gives the snapshots, the newest first.
func (r *resumed) List() ([]*raft.SnapshotMeta, error) {
	all, err := r.SnapshotStore.List()
	if err != nil || r.started.Load() || r.state == nil {
		return all, err
	}
	return append([]*raft.SnapshotMeta{r.state}, all...), nil
}

// fedUpTo names the index up to which a copy was fed before it became a member:
// its state is ahead of its log until that has been received too.
const fedUpTo = "FedUpTo"

// resume brings the state machine up to the newest snapshot, as it must be after
// a crash in the middle of an installation, and compares it with the log.
func resume(f *fsm, log *groupLog, snaps raft.SnapshotStore) (*resumed, error) {
	out := &resumed{SnapshotStore: snaps}
	metas, err := snaps.List()
	if err != nil {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}
	newest := &raft.SnapshotMeta{}
	if len(metas) > 0 {
		newest = metas[0]
	}
	if f.machine.Applied().Index < newest.Index {
		_, r, err := snaps.Open(newest.ID)
		if err != nil {
			return nil, fmt.Errorf("open snapshot: %w", err)
		}
		if err := f.Restore(r); err != nil {
			return nil, fmt.Errorf("restore the newest snapshot: %w", err)
		}
	}
	at := f.machine.Applied()
	term, err := log.GetUint64([]byte("CurrentTerm"))
	switch {
	case at.Index <= newest.Index:
		return out, nil // the snapshot says it all
	case errors.Is(err, errNotFound): // it never was a member, so it has promised nothing
		return out, log.SetUint64([]byte(fedUpTo), at.Index)
	case err != nil:
		return nil, err
	}
	var e raft.Log
	switch err := log.GetLog(at.Index, &e); {
	case errors.Is(err, raft.ErrLogNotFound):
		if fed, err := log.GetUint64([]byte(fedUpTo)); err == nil && fed == at.Index {
			return out, nil // the log is still on its way
		}
		return nil, fmt.Errorf("%w: entry %d is applied and not in the log", ErrLogLost, at.Index)
	case err != nil:
		return nil, err
	case e.Term != at.Term || at.Term > term:
		return nil, fmt.Errorf("%w: entry %d was applied in term %d and is of term %d in the log", ErrLogLost, at.Index, at.Term, e.Term)
	}
	conf, err := log.configuration(at.Index)
	switch {
	case err != nil:
		return nil, err
	case conf != nil && conf.Index > newest.ConfigurationIndex:
		out.state = stateMeta(at, raft.DecodeConfiguration(conf.Data), conf.Index)
	case newest.Index > 0:
		out.state = stateMeta(at, newest.Configuration, newest.ConfigurationIndex)
	}
	return out, nil
}

func stateMeta(at replication.Position, c raft.Configuration, index uint64) *raft.SnapshotMeta {
	return &raft.SnapshotMeta{Version: raft.SnapshotVersionMax, ID: "state", Index: at.Index, Term: at.Term, Configuration: c, ConfigurationIndex: index}
}

// fit makes the log agree with a snapshot that replaced the state. Entries of a
// leader that was deposed may stand where the snapshot ends; the library compares
// the next entries with them, finds another term, and is sent the same snapshot
// again without end (hashicorp/raft issue 697). With the snapshot's own term
// there, it goes on and truncates what does not belong.
func (g *groupLog) fit(at replication.Position) error {
	var e raft.Log
	switch err := g.GetLog(at.Index, &e); {
	case errors.Is(err, raft.ErrLogNotFound):
		return nil
	case err != nil:
		return err
	case e.Term == at.Term:
		return nil
	}
	last, err := g.LastIndex()
	if err != nil {
		return err
	}
	b := g.l.db.NewBatch()
	if err := b.Set(g.key(at.Index), encodeLog(&raft.Log{Index: at.Index, Term: at.Term, Type: raft.LogNoop}), nil); err != nil {
		return fmt.Errorf("fit the log to a snapshot: %w", err)
	}
	if err := g.commit(b); err != nil {
		return err
	}
	g.recent.clear()
	g.l.cfg.Logger.Warn("the log held entries of a deposed leader where a snapshot ends", "index", at.Index, "term", at.Term, "was", e.Term)
	if last == at.Index { // raft keeps the term of its last entry in memory
		g.l.cfg.OnFatal(errors.New("a snapshot replaced the last entry of the log; start again"))
	}
	return nil
}
