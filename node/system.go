package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"graticule/catalog"
	"graticule/catalog/privilege"
	"graticule/region"
	"graticule/replication"
	"graticule/replication/consensus"
	"graticule/replication/stream"
	"graticule/transport"
)

// systemGroup names the raft group and the feed of the system database.
const systemGroup = "system"

// membership is what a server remembers of its part in the system database.
type membership struct {
	Voters []string `json:"voters"`           // founding members; empty on a server that joined later
	Joined bool     `json:"joined,omitempty"` // it joined later, and became a member since
}

func (n *Node) openSystem(ctx context.Context, group *errgroup.Group, work context.Context) (func(), error) {
	m, err := n.readMembership()
	if err != nil {
		return nil, err
	}
	if m == nil {
		if m, err = n.form(ctx); err != nil {
			return nil, err
		}
	}
	if m.Joined || slices.Contains(m.Voters, n.id) {
		if err = n.openSystemGroup(m.Voters); err != nil {
			return nil, err
		}
	} else {
		r := &stream.Receiver{Machine: n.catalog, Dir: n.path("system"), Logger: n.log, Dial: n.dialSystem, Room: n.room}
		feed, cancel := context.WithCancel(work)
		done := make(chan struct{})
		n.mu.Lock()
		n.stopSystemFeed = func() { cancel(); <-done }
		n.mu.Unlock()
		group.Go(func() error { defer close(done); r.Run(feed); return nil })
	}
	group.Go(func() error { n.lead(work); return nil })
	group.Go(func() error { n.announce(work); return nil })
	return n.closeSystemGroup, n.awaitCatalog(ctx)
}

// openSystemGroup opens the group, and founds it with the voters, if there are any.
func (n *Node) openSystemGroup(voters []string) error {
	g, err := consensus.Open(consensus.Config{Group: systemGroup, Server: n.id, Log: n.logs, Dir: n.path("system", "snapshots"), Machine: n.catalog, Network: groupNetwork{n, systemGroup}, RTT: n.worstRTT(), Logger: n.log})
	if err != nil {
		return err
	}
	if len(voters) > 0 && !g.HasState() {
		if err := g.Bootstrap(voters); err != nil {
			return errors.Join(err, g.Close())
		}
	}
	n.system.Store(g)
	return nil
}

func (n *Node) closeSystemGroup() {
	g := n.system.Swap(nil)
	if g == nil {
		return
	}
	if err := g.Close(); err != nil {
		n.log.Warn("close system group", "error", err)
	}
}

func (n *Node) readMembership() (*membership, error) {
	b, err := os.ReadFile(n.path("membership.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read membership: %w", err)
	}
	var m membership
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("read membership: %w", err)
	}
	return &m, nil
}

func (n *Node) writeMembership(m membership) error {
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode membership: %w", err)
	}
	return writeDurably(n.path("membership.json"), string(b))
}

// form finds the cluster or founds it. The founders are the lowest ids among
// the servers that may hold primaries; the lowest of all proposes the list, and
// each other accepts it only if it sees the same, once and durably.
func (n *Node) form(ctx context.Context) (*membership, error) {
	if len(n.cfg.Seeds) == 0 {
		m := membership{Voters: []string{n.id}}
		return &m, n.writeMembership(m)
	}
	tick := time.NewTicker(200 * time.Millisecond) // founders may refuse for a moment; ask again
	defer tick.Stop()
	for {
		t := n.members.Topology()
		for _, m := range t.Alive() {
			if m.ID != n.id && m.Formed != "" {
				joined := membership{}
				return &joined, n.writeMembership(joined)
			}
		}
		if m, err := n.readMembership(); m != nil || err != nil { // accepted in the meantime
			return m, err
		}
		if founders := n.founders(t); len(founders) > 0 && founders[0] == n.id && n.propose(ctx, founders) {
			m := membership{Voters: founders}
			return &m, n.writeMembership(m)
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-t.Changed():
		case <-tick.C:
		}
	}
}

// founders gives the ids that would found the cluster as this server sees it,
// nil while there are not enough.
func (n *Node) founders(t *region.Topology) []string {
	var ids []string
	for _, m := range t.Alive() {
		if m.Formed == "" && m.Mode != "SECONDARY" {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) < n.cfg.FoundingPrimaries {
		return nil
	}
	slices.Sort(ids)
	return ids[:n.cfg.FoundingPrimaries]
}

func (n *Node) propose(ctx context.Context, founders []string) bool {
	for _, id := range founders {
		if id == n.id {
			continue
		}
		var ok bool
		if err := n.call(ctx, id, request{Op: "found", Servers: founders}, &ok); err != nil || !ok {
			n.log.Debug("a server does not join the founding yet", "server", id, "error", err)
			return false
		}
	}
	return true
}

// acceptFounding is the other side of propose.
func (n *Node) acceptFounding(founders []string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	m, err := n.readMembership()
	if err != nil {
		return false
	}
	if m != nil {
		return slices.Equal(m.Voters, founders)
	}
	if !slices.Equal(n.founders(n.members.Topology()), founders) {
		return false
	}
	return n.writeMembership(membership{Voters: founders}) == nil
}

// awaitCatalog blocks until the catalog knows this cluster and this server.
func (n *Node) awaitCatalog(ctx context.Context) error {
	for {
		s, changed := n.catalog.State()
		if slices.Contains(s.DroppedServers, n.id) {
			return fmt.Errorf("%w: to use this server again, start it with an empty data folder", catalog.ErrServerDropped)
		}
		if s.Cluster != "" && s.Servers[n.id] != nil {
			_ = n.members.SetFormed(short(s.Cluster))
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-changed:
		}
	}
}

// announce tells the catalog about this server, and again when it changed.
func (n *Node) announce(ctx context.Context) {
	state := "Free"
	if m, err := n.readMembership(); n.cfg.AutoEnable || (err == nil && m != nil && slices.Contains(m.Voters, n.id)) {
		state = "Enabled"
	}
	self := catalog.Server{ID: n.id, Name: n.name(), Region: n.cfg.Region, Zone: n.cfg.Zone, Bolt: n.cfg.Bolt.Advertised, HTTP: n.cfg.HTTP.Advertised,
		Cluster: n.cfg.Cluster.Advertised, Tags: n.cfg.Tags, Mode: n.cfg.ModeConstraint, State: state, Version: Version}
	for delay := 50 * time.Millisecond; ctx.Err() == nil; delay = min(2*delay, time.Second) {
		s, _ := n.catalog.State()
		if s.Cluster != "" || n.system.Load() == nil {
			err := n.change(ctx, catalog.Command{Register: &self})
			if errors.Is(err, catalog.ErrServerDropped) {
				n.log.Error("this server was dropped from the cluster; to use it again, start it with an empty data folder")
				return
			}
			if err == nil {
				return
			}
		}
		if !sleep(ctx, delay) {
			return
		}
	}
}

// sleep waits, and tells whether ctx still lives.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// dutyInterval is how often the leader of the system database looks whether
// something is to be done that no change of the catalog would tell it.
const dutyInterval = 100 * time.Millisecond

// lead does the duties of the system database's leader: found the cluster, make
// the first user and the default database.
func (n *Node) lead(ctx context.Context) {
	began := time.Now()
	var tended time.Time
	for sleep(ctx, dutyInterval) {
		g := n.system.Load()
		if g == nil {
			continue
		}
		if _, ready := g.LeaderReady(); !ready {
			continue
		}
		s, _ := n.catalog.State()
		var err error
		switch {
		case s.Cluster == "":
			err = n.change(ctx, catalog.Command{Found: &catalog.Found{Cluster: newUUID(), Default: n.cfg.DefaultDatabase}})
		case s.Roles == nil:
			err = n.change(ctx, catalog.Command{SetupRoles: firstRoles()})
		case len(s.Users) == 0:
			err = n.change(ctx, catalog.Command{CreateUser: &catalog.User{Name: n.cfg.User, ID: newUUID(), Hash: catalog.HashPassword(n.cfg.Password), ChangeRequired: n.cfg.Password == "neo4j", Roles: []string{privilege.Admin}}})
		case len(s.Databases) == 0:
			err = n.createDefault(ctx, s, time.Since(began) > defaultPatience)
		case time.Since(tended) >= lookAgain:
			err = errors.Join(n.tendSystem(ctx, s), n.finishDeallocating(ctx))
			tended = time.Now()
		}
		if err != nil && ctx.Err() == nil {
			n.log.Warn("a duty of the system leader waits", "error", err)
		}
	}
}

// defaultPatience is how long the default database waits for all the servers of
// its topology; then it takes what is there.
const defaultPatience = 8 * time.Second

func (n *Node) createDefault(ctx context.Context, s *catalog.State, anyway bool) error {
	p, r := n.cfg.DefaultPrimaries, n.cfg.DefaultSecondaries
	for {
		d, err := n.newDatabase(s, n.cfg.DefaultDatabase, p, r)
		if err == nil {
			return n.change(ctx, catalog.Command{CreateDatabase: d})
		}
		if !anyway {
			return nil
		}
		switch {
		case r > 0:
			r--
		case p > 1:
			p--
		default:
			return err
		}
	}
}

func (n *Node) newDatabase(s *catalog.State, name string, primaries, secondaries int) (*catalog.Database, error) {
	d := &catalog.Database{ID: newUUID(), Name: name, Incarnation: uint64(time.Now().UnixNano()), Primaries: primaries, Secondaries: secondaries}
	var err error
	if d.Voters, d.Readers, err = s.Allocate(d, primaries, secondaries, n.unavailable(s)...); err != nil {
		return nil, err
	}
	d.Founders = d.Voters
	return d, nil
}

// change proposes a catalog command at the system leader and waits until it is
// applied here.
func (n *Node) change(ctx context.Context, c catalog.Command) error {
	var last error
	for range 40 {
		index, err := n.proposeChange(ctx, c)
		if err == nil {
			return n.catalog.WaitApplied(ctx, index)
		}
		if !errors.Is(err, consensus.ErrNotLeader) && !errors.Is(err, errNoAnswer) {
			return err
		}
		if last = err; !sleep(ctx, 100*time.Millisecond) {
			return context.Cause(ctx)
		}
	}
	return last
}

func (n *Node) proposeChange(ctx context.Context, c catalog.Command) (uint64, error) {
	if g := n.system.Load(); g != nil && g.IsLeader() {
		return n.proposeHere(ctx, g, c.Encode())
	}
	for _, id := range n.systemLeaders() {
		var index uint64
		err := n.call(ctx, id, request{Op: "change", Payload: c.Encode()}, &index)
		if err == nil || !(errors.Is(err, consensus.ErrNotLeader) || errors.Is(err, errNoAnswer)) {
			return index, err
		}
	}
	return 0, consensus.ErrNotLeader
}

func (n *Node) proposeHere(ctx context.Context, g *consensus.Group, payload []byte) (uint64, error) {
	env := replication.Envelope{Kind: replication.KindCatalog, Term: g.Term(), Time: time.Now().UnixNano(), Payload: payload}
	r, index, err := g.Propose(env.Append(nil)).Wait(ctx)
	if err != nil {
		return 0, err
	}
	return index, r.Err
}

// systemLeaders gives the servers to ask for the system leader, the likeliest first.
func (n *Node) systemLeaders() []string {
	var out []string
	if g := n.system.Load(); g != nil {
		if id, ok := g.Leader(); ok {
			out = append(out, id)
		}
	}
	for _, m := range n.members.Topology().Alive() {
		if m.ID != n.id && m.Mode != "SECONDARY" && !slices.Contains(out, m.ID) {
			out = append(out, m.ID)
		}
	}
	return out
}

// dialSystem opens a feed of the system database from any voter.
func (n *Node) dialSystem(ctx context.Context) (net.Conn, error) {
	for _, id := range n.systemLeaders() {
		var votes bool
		if err := n.call(ctx, id, request{Op: "votes"}, &votes); err != nil || !votes {
			continue
		}
		m, ok := n.members.Topology().Member(id)
		if !ok {
			continue
		}
		c, err := n.network.DialDedicated(ctx, m.Cluster, id, transport.Feed, []byte(systemGroup))
		if err == nil {
			return c, nil
		}
	}
	return nil, errNoAnswer
}
