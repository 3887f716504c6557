package consensus

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"graticule/replication"
)

const (
	// noticesInFlight bounds the notices on their way to one member.
	noticesInFlight = 8
	// noticeDelay is how long a notice waits for entries that may tell the same:
	// under load there are some, and each notice is a message and an answer.
	noticeDelay = 500 * time.Microsecond
)

// notices tell the other members soon what is committed. Raft itself says
// so only with the next entries or after its commit timeout, which adds that
// much to each commit that entered at another member and is awaited there.
//
// A notice is an AppendEntries message without entries, whose previous entry is
// the committed one: a member whose log has that entry may commit up to it,
// another one refuses. Its term is one that this member has led in and in which
// it has seen the entry committed, so that it is true even if it arrives late.
type notices struct {
	g  *Group
	mu sync.Mutex
	to map[raft.ServerID]*noticed
}

type noticed struct {
	inFlight int
	waiting  bool                 // a notice waits for noticeDelay
	last     replication.Position // what there is to tell
	told     uint64               // the index that the last notice or message told of
}

// send tells all other members of a committed entry.
func (n *notices) send(last replication.Position) {
	term := n.g.ready.Load()
	if term == 0 || n.g.raft.State() != raft.Leader {
		return
	}
	for _, s := range n.g.raft.GetConfiguration().Configuration().Servers {
		if s.Suffrage == raft.Voter && s.ID != raft.ServerID(n.g.cfg.Server) {
			n.tell(s, term, last)
		}
	}
}

// tell sends one notice, or leaves it to the one that waits, or to the first one
// that comes back.
func (n *notices) tell(s raft.Server, term uint64, last replication.Position) {
	n.mu.Lock()
	defer n.mu.Unlock()
	to := n.memberLocked(s.ID)
	if to.last = last; to.waiting || to.inFlight >= noticesInFlight {
		return
	}
	to.waiting = true
	time.AfterFunc(noticeDelay, func() {
		n.mu.Lock()
		to.waiting = false
		needed := to.last.Index > to.told
		if needed {
			to.inFlight++
		}
		n.mu.Unlock()
		if needed {
			n.deliver(s, to, term)
		}
	})
}

func (n *notices) memberLocked(id raft.ServerID) *noticed {
	to := n.to[id]
	if to == nil {
		to = &noticed{}
		n.to[id] = to
	}
	return to
}

// carried notes that a message on its way to a member tells of a commit index.
func (n *notices) carried(id raft.ServerID, index uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	to := n.memberLocked(id)
	to.told = max(to.told, index)
}

func (n *notices) deliver(s raft.Server, to *noticed, term uint64) {
	for {
		n.mu.Lock()
		last := to.last
		if last.Index <= to.told {
			to.inFlight--
			n.mu.Unlock()
			return
		}
		to.told = last.Index
		n.mu.Unlock()
		n.post(s, term, last)
	}
}

func (n *notices) post(s raft.Server, term uint64, last replication.Position) {
	req := &raft.AppendEntriesRequest{
		RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(n.g.cfg.Server), Addr: []byte(n.g.cfg.Server)},
		Term:      term, PrevLogEntry: last.Index, PrevLogTerm: last.Term, LeaderCommitIndex: last.Index,
	}
	var answer raft.AppendEntriesResponse
	_ = n.g.trans.AppendEntries(s.ID, s.Address, req, &answer) // one that is lost is made up for by the next message
}
