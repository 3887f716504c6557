package consensus

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"graticule/replication"
)

// observed reports the stages of traced entries.
type observed struct {
	report Observer

	mu       sync.Mutex
	appended map[uint64]time.Time // traced entries that are not yet applied
}

// appendedMax bounds the traced entries that wait for their commit.
const appendedMax = 4096

func (o *observed) sawAppend(ls []*raft.Log, began time.Time) {
	if o.report == nil {
		return
	}
	ended := time.Now()
	for _, l := range ls {
		if l.Type != raft.LogCommand || !replication.Traced(l.Data) {
			continue
		}
		o.mu.Lock()
		if o.appended == nil || len(o.appended) >= appendedMax {
			o.appended = map[uint64]time.Time{}
		}
		o.appended[l.Index] = ended
		o.mu.Unlock()
		o.report(replication.Entry{Term: l.Term, Index: l.Index, Data: l.Data}, Append, began, ended)
	}
}

func (o *observed) sawApply(entries []replication.Entry, began time.Time) {
	if o.report == nil {
		return
	}
	ended := time.Now()
	for _, e := range entries {
		if !replication.Traced(e.Data) {
			continue
		}
		o.mu.Lock()
		appended, known := o.appended[e.Index]
		delete(o.appended, e.Index)
		o.mu.Unlock()
		if known {
			o.report(e, Commit, appended, began)
		}
		o.report(e, Apply, began, ended)
	}
}

// observedLog is the log of a member: whose appends are observed, and which a
// leader writes while the others write theirs.
type observedLog struct {
	*groupLog
	g *Group
}

// StoreLog stores one entry durably.
func (l observedLog) StoreLog(e *raft.Log) error { return l.StoreLogs([]*raft.Log{e}) }

// StoreLogs stores entries durably, all or none; those of a leader perhaps only after it has returned.
func (l observedLog) StoreLogs(es []*raft.Log) error {
	began := time.Now()
	written := func() { l.g.fsm.seen.sawAppend(es, began) }
	if _, leads := l.g.LeaderReady(); leads && !l.g.Alone() {
		return l.storeAhead(es, written)
	}
	if err := l.groupLog.StoreLogs(es); err != nil {
		return err
	}
	written()
	return nil
}
