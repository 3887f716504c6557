package node

import (
	"context"
	"slices"
	"time"

	"graticule/catalog"
	"graticule/region"
)

const (
	// leaderMemory is how long a leader learnt from another server is believed,
	// and how long one that did not answer is not.
	leaderMemory = 2 * time.Second
	// leadsTimeout is how long a server may take to say whether it leads, or who
	// does, beside twice its round trip.
	leadsTimeout = 500 * time.Millisecond
)

// learnedLeader is what another server said of the leader of a database.
type learnedLeader struct {
	id    string
	until time.Time
}

func (d *database) knownLeader() (string, bool) {
	l := d.learned.Load()
	if l == nil || time.Now().After(l.until) {
		return "", false
	}
	return l.id, true
}

// learnLeader takes over who leads. Commits under way to another server are
// given up: their outcome is asked of the new leader.
func (d *database) learnLeader(id string) {
	d.learned.Store(&learnedLeader{id, time.Now().Add(leaderMemory)})
	d.moves.Lock()
	defer d.moves.Unlock()
	if d.movedTo != id {
		if d.movedTo = id; d.moved != nil {
			close(d.moved)
		}
		d.moved = make(chan struct{})
	}
}

// leaderMoves gives a channel that closes when another server than leader is
// known to lead; nil when nothing is known.
func (d *database) leaderMoves(leader string) <-chan struct{} {
	d.moves.Lock()
	defer d.moves.Unlock()
	if d.moved == nil || d.movedTo != leader {
		d.movedTo, d.moved = leader, make(chan struct{})
	}
	return d.moved
}

func (d *database) forgetLeader() { d.learned.Store(nil) }

// suspect notes that a server did not answer as leader.
func (d *database) suspect(id string) {
	d.forgetLeader()
	d.suspected.Store(&learnedLeader{id, time.Now().Add(leaderMemory)})
}

func (d *database) isSuspect(id string) bool {
	l := d.suspected.Load()
	return l != nil && l.id == id && time.Now().Before(l.until)
}

// leadsHere tells whether this server leads the database and is ready to.
func (d *database) leadsHere() bool {
	if d.group == nil {
		return false
	}
	_, ready := d.group.LeaderReady()
	return ready
}

// announceLead tells all servers that this one has begun to lead a database, so that
// nobody waits for a timeout to learn it.
func (n *Node) announceLead(database string) {
	if d := n.open(database); d != nil {
		d.learnLeader(n.id)
	}
	for _, m := range n.members.Topology().Alive() {
		if m.ID == n.id {
			continue
		}
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
			defer cancel()
			var heard bool
			if err := n.call(ctx, m.ID, request{Op: "lead", Database: database, Servers: []string{n.id}}, &heard); err != nil {
				n.log.Debug("announce leadership", "database", database, "to", m.ID, "error", err)
			}
		}()
	}
}

// leaderOf gives the server that leads a database, "" when nobody knows. It
// asks all primaries at once: one that is dead must not hold up the others.
func (n *Node) leaderOf(ctx context.Context, def *catalog.Database) string {
	d := n.open(def.ID)
	if d != nil {
		if id, ok := d.knownLeader(); ok && !d.isSuspect(id) {
			return id
		}
		if d.group != nil {
			if id, ok := d.group.Leader(); ok && !d.isSuspect(id) {
				return id
			}
		}
	}
	topology := n.members.Topology()
	alive := topology.Alive()
	answers := make(chan string, len(def.Voters))
	asked := 0
	for _, v := range def.Voters {
		if v == n.id || !slices.ContainsFunc(alive, func(m region.Member) bool { return m.ID == v }) {
			continue
		}
		asked++
		rtt, _ := topology.RTT(n.id, v)
		go func() {
			ctx, cancel := context.WithTimeout(ctx, leadsTimeout+2*rtt)
			defer cancel()
			var id string
			if n.call(ctx, v, request{Op: "leader", Database: def.ID}, &id) != nil {
				id = ""
			}
			answers <- id
		}()
	}
	for range asked {
		if id := <-answers; id != "" && (d == nil || !d.isSuspect(id)) {
			if d != nil {
				d.learnLeader(id)
			}
			return id
		}
	}
	return ""
}

// leads asks a server whether it leads a database now; one that was killed does
// not answer, long before gossip or an election tells.
func (n *Node) leads(ctx context.Context, server string, def *catalog.Database) bool {
	d := n.open(def.ID)
	if server == n.id {
		return d != nil && d.leadsHere()
	}
	rtt, _ := n.members.Topology().RTT(n.id, server)
	ctx, cancel := context.WithTimeout(ctx, leadsTimeout+2*rtt)
	defer cancel()
	var yes bool
	err := n.call(ctx, server, request{Op: "leads", Database: def.ID}, &yes)
	if d != nil && (err != nil || !yes) {
		if d.forgetLeader(); err != nil {
			d.suspect(server)
		}
	}
	return err == nil && yes
}
