package consensus

import (
	"runtime"
	"sync"

	"github.com/hashicorp/raft"
)

// aheadMax is how many entries a leader sends before it has them on its own disk.
// More than that come from many clients at once, whose commits overlap anyway: what
// counts there is that few, large writes are made.
const aheadMax = 8

// aheadOfDisk lets a leader write its own log while the others write theirs (Raft,
// dissertation, 10.2.1), which saves a write's time in each commit. The library
// counts an entry as this member's once StoreLogs has returned; so until it is on
// disk no one may see what follows from that:
//   - this member's state machine waits for the disk before it applies (fsm);
//   - no message tells others of a commit index beyond the disk (guardedTransport);
//   - as a follower this member answers for entries it has written as a leader only
//     after it has stored the new term, in the same file behind them.
//
// There is at most one such write at a time, and it holds commands only: changes of
// the members act from when they are counted, so they are written first. All other
// writes of the group, and reads of entries that are no longer at hand, wait for it.
type aheadOfDisk struct {
	mu    sync.Mutex
	first uint64        // the first index that is being written
	done  chan struct{} // closes when it is on disk; nil when nothing is
}

// storeAhead is StoreLogs of a leader of several members; written is called when es
// are on disk. The write begins after it has returned, so that the messages to the
// others do not wait for it.
func (g *groupLog) storeAhead(es []*raft.Log, written func()) error {
	g.awaitDisk(^uint64(0))
	if err := g.mayGrow(es); err != nil {
		return err
	}
	if len(es) > aheadMax || !commands(es) {
		if err := g.StoreLogs(es); err != nil {
			return err
		}
		written()
		return nil
	}
	b, err := g.batchOf(es)
	if err != nil {
		return err
	}
	done := make(chan struct{})
	g.ahead.mu.Lock()
	g.ahead.first, g.ahead.done = es[0].Index, done
	g.ahead.mu.Unlock()
	g.stored(es)
	go func() {
		runtime.Gosched() // to the senders: a write keeps its processor until it is done
		if g.write(b) != nil {
			return // never: it is not on disk
		}
		written()
		g.ahead.mu.Lock()
		g.ahead.done = nil
		g.ahead.mu.Unlock()
		close(done)
	}()
	return nil
}

func commands(es []*raft.Log) bool {
	for _, e := range es {
		if e.Type != raft.LogCommand {
			return false
		}
	}
	return true
}

// awaitDisk returns once the log is on disk up to an index.
func (g *groupLog) awaitDisk(index uint64) {
	g.ahead.mu.Lock()
	first, done := g.ahead.first, g.ahead.done
	g.ahead.mu.Unlock()
	if done != nil && index >= first {
		<-done
	}
}

// onDisk gives index, or the last one on disk if that is less.
func (g *groupLog) onDisk(index uint64) uint64 {
	g.ahead.mu.Lock()
	defer g.ahead.mu.Unlock()
	if g.ahead.done != nil && index >= g.ahead.first {
		return g.ahead.first - 1
	}
	return index
}

// guardedTransport is raft's transport, whose messages tell of commit indexes that
// are no further than this member's disk.
type guardedTransport struct {
	*elector
	log     *groupLog
	notices *notices
}

// guard changes what a message tells of commits to what it may.
func (t guardedTransport) guard(id raft.ServerID, args *raft.AppendEntriesRequest) {
	args.LeaderCommitIndex = t.log.onDisk(args.LeaderCommitIndex)
	t.notices.carried(id, args.LeaderCommitIndex)
}

// AppendEntries sends entries and waits for the answer.
func (t guardedTransport) AppendEntries(id raft.ServerID, target raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	t.guard(id, args)
	return t.elector.AppendEntries(id, target, args, resp)
}

// AppendEntriesPipeline opens a way for entries whose answers are not waited for.
func (t guardedTransport) AppendEntriesPipeline(id raft.ServerID, target raft.ServerAddress) (raft.AppendPipeline, error) {
	p, err := t.elector.AppendEntriesPipeline(id, target)
	if err != nil {
		return nil, err
	}
	return guardedPipeline{p, t, id}, nil
}

type guardedPipeline struct {
	raft.AppendPipeline
	trans guardedTransport
	to    raft.ServerID
}

// AppendEntries sends entries.
func (p guardedPipeline) AppendEntries(args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	p.trans.guard(p.to, args)
	return p.AppendPipeline.AppendEntries(args, resp)
}
