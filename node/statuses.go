package node

import (
	"context"
	"time"
)

// copyStatus is what a server tells of one of its copies.
type copyStatus struct {
	Status  string `json:"status"`
	Leader  bool   `json:"leader"`
	Applied uint64 `json:"applied"`
	Lag     uint64 `json:"lag"`
	Term    uint64 `json:"term"` // of a primary
}

// localStatus tells of this server's copies, by database id.
func (n *Node) localStatus() map[string]copyStatus {
	state, _ := n.catalog.State()
	n.mu.Lock()
	defer n.mu.Unlock()
	out := map[string]copyStatus{}
	for id, d := range n.databases {
		s := copyStatus{Status: "online", Applied: d.store.Applied().Index}
		if state.ByID(id).Role(n.id) != d.role {
			s.Status = "deallocating"
		}
		if d.group != nil {
			s.Term, s.Leader = d.group.LeaderReady()
		}
		if d.feed != nil {
			s.Lag = d.feed.Lag().Entries
		}
		out[id] = s
	}
	g := n.system.Load()
	sys := copyStatus{Status: "online", Applied: n.catalog.Applied().Index}
	if g != nil {
		_, sys.Leader = g.LeaderReady()
	}
	out[systemGroup] = sys
	return out
}

// statusTimeout is how long SHOW waits for another server.
const statusTimeout = time.Second

// statuses asks all servers about their copies; a server that does not answer has no entry.
func (n *Node) statuses(ctx context.Context) map[string]map[string]copyStatus {
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	type answer struct {
		id string
		st map[string]copyStatus
	}
	alive := n.members.Topology().Alive()
	answers := make(chan answer, len(alive))
	asked := 0
	for _, m := range alive {
		if m.ID == n.id {
			continue
		}
		asked++
		go func() {
			var st map[string]copyStatus
			_ = n.call(ctx, m.ID, request{Op: "status"}, &st)
			answers <- answer{m.ID, st}
		}()
	}
	out := map[string]map[string]copyStatus{n.id: n.localStatus()}
	for range asked {
		if a := <-answers; a.st != nil {
			out[a.id] = a.st
		}
	}
	return out
}
