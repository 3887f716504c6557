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
	sure  bool // the leader itself said so
}

func (d *database) knownLeader() (string, bool) {
	l := d.learned.Load()
	if l == nil || time.Now().After(l.until) {
		return "", false
	}
	return l.id, true
}

// learnLeader takes over who leads, and wakes all who wait for that.
func (d *database) learnLeader(id string, sure bool) {
	d.learned.Store(&learnedLeader{id, time.Now().Add(leaderMemory), sure})
	d.telling.Lock()
	defer d.telling.Unlock()
	if d.news != nil {
		close(d.news)
		d.news = nil
	}
}

// leaderNews gives a channel that closes when somebody says who leads.
func (d *database) leaderNews() <-chan struct{} {
	d.telling.Lock()
	defer d.telling.Unlock()
	if d.news == nil {
		d.news = make(chan struct{})
	}
	return d.news
}

// whileLeads calls cancel when another server than leader says that it leads,
// until stop is called: a leader that is frozen or cut off never answers.
func (d *database) whileLeads(leader string, cancel func()) (stop func()) {
	done := make(chan struct{})
	go func() {
		for {
			news := d.leaderNews()
			if l := d.learned.Load(); l != nil && l.sure && l.id != leader && time.Now().Before(l.until) && !d.isSuspect(l.id) {
				cancel()
				return
			}
			select {
			case <-news:
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}

func (d *database) forgetLeader() { d.learned.Store(nil) }

// suspect notes that a server did not answer as leader.
func (d *database) suspect(id string) {
	d.forgetLeader()
	d.suspected.Store(&learnedLeader{id: id, until: time.Now().Add(leaderMemory)})
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
		n.log.Info("this server leads", "database", d.def.Name, "term", d.group.Term(), "index", d.group.TermFloor())
		d.learnLeader(n.id, true)
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

// leaderHere gives the leader as this server knows it without asking.
func (d *database) leaderHere() string {
	if id, ok := d.knownLeader(); ok && !d.isSuspect(id) {
		return id
	}
	if d.group != nil {
		if id, ok := d.group.Leader(); ok && !d.isSuspect(id) {
			return id
		}
	}
	return ""
}

// leaderOf gives the server that leads a database, "" when nobody knows. It
// asks all primaries at once, and listens to one that says it has begun to lead
// meanwhile: one that is dead must not hold up the others.
func (n *Node) leaderOf(ctx context.Context, def *catalog.Database) string {
	d := n.open(def.ID)
	var news <-chan struct{} // of a database without a copy here nobody tells
	if d != nil {
		news = d.leaderNews()
		if id := d.leaderHere(); id != "" {
			return id
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
		select {
		case id := <-answers:
			if id == "" || (d != nil && d.isSuspect(id)) {
				continue
			}
			if d != nil {
				d.learnLeader(id, false)
			}
			return id
		case <-news:
			if id := d.leaderHere(); id != "" {
				return id
			}
			news = d.leaderNews()
		case <-ctx.Done():
			return ""
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
	if d != nil {
		defer d.whileLeads(server, cancel)()
	}
	var yes bool
	err := n.call(ctx, server, request{Op: "leads", Database: def.ID}, &yes)
	if d != nil && (err != nil || !yes) {
		if d.forgetLeader(); err != nil {
			d.suspect(server)
		}
	}
	return err == nil && yes
}
