package node

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"graticule/catalog"
)

// lookAgain is how often a server looks whether copies that are to leave may go.
const lookAgain = time.Second

// reconcile brings the copies up and down that the catalog wants here. A primary
// that is wanted no more, or as a secondary, stays open until the group's leader
// has made the others members and this one none: it may be the one that has the
// data, and the group may need its vote. It tells whether such copies are left.
func (n *Node) reconcile(ctx context.Context, s *catalog.State) (leaving bool) {
	known := map[string]bool{}
	for _, d := range s.Databases {
		if ctx.Err() != nil {
			return false
		}
		known[d.ID] = true
		have := n.open(d.ID)
		role := d.Role(n.id)
		switch {
		case d.Offline:
			n.closeCopy(d.ID)
		case have != nil && have.role == role:
		case have != nil && have.role == "primary":
			if n.isMember(ctx, d, have) {
				leaving = true
				continue
			}
			n.dropCopy(d)
			n.openCopy(ctx, d)
		case have != nil && role == "":
			n.dropCopy(d)
		case have != nil: // a secondary that becomes a primary goes on from what it has
			n.closeCopy(d.ID)
			n.openCopy(ctx, d)
		case role != "":
			n.openCopy(ctx, d)
		case n.holdsFiles(d.ID): // moved away while this server was down
			if len(d.Voters) > 0 && n.logs.Holds(d.ID) && n.isMember(ctx, d, nil) {
				n.openCopy(ctx, d)
				leaving = true
			} else {
				n.dropCopy(d)
			}
		}
	}
	n.mu.Lock()
	var gone []string
	for id := range n.databases {
		if !known[id] {
			gone = append(gone, id)
		}
	}
	n.mu.Unlock()
	for _, id := range gone {
		n.closeCopy(id)
	}
	for _, id := range s.Dropped {
		if n.open(id) == nil && n.holdsFiles(id) {
			n.removeFiles(id)
		}
	}
	return leaving
}

// isMember tells whether this server is still a member of the raft group of a
// database, as the group's leader knows; yes while nobody knows.
func (n *Node) isMember(ctx context.Context, d *catalog.Database, have *database) bool {
	members := n.membersOf(ctx, d)
	if members == nil && have != nil && have.leadsHere() {
		members = have.group.Members()
	}
	return members == nil || slices.Contains(members, n.id)
}

// membersOf asks the leader of a database for the members of its group; nil when
// no leader answers.
func (n *Node) membersOf(ctx context.Context, d *catalog.Database) []string {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	ask := slices.Clone(d.Voters)
	if leader := n.leaderOf(ctx, d); leader != "" {
		ask = append([]string{leader}, ask...)
	}
	for _, id := range ask {
		if id == n.id {
			if have := n.open(d.ID); have != nil && have.leadsHere() {
				return have.group.Members()
			}
			continue
		}
		var members []string
		if err := n.call(ctx, id, request{Op: "members", Database: d.ID}, &members); err == nil && len(members) > 0 {
			return members
		}
	}
	return nil
}

func (n *Node) openCopy(ctx context.Context, d *catalog.Database) {
	if d.Role(n.id) == "" && !n.logs.Holds(d.ID) {
		return
	}
	c, err := n.openDatabase(ctx, *d)
	if err != nil {
		n.log.Error("open database", "database", d.Name, "error", err)
		return
	}
	n.mu.Lock()
	n.databases[d.ID] = c
	n.mu.Unlock()
	n.log.Info("database open", "database", d.Name, "role", c.role)
}

func (n *Node) closeCopy(id string) {
	n.mu.Lock()
	d := n.databases[id]
	delete(n.databases, id)
	n.mu.Unlock()
	if d != nil {
		d.close()
	}
}

// dropCopy closes a copy and removes its files.
func (n *Node) dropCopy(d *catalog.Database) {
	n.closeCopy(d.ID)
	n.removeFiles(d.ID)
	n.log.Info("database copy removed", "database", d.Name)
}

func (n *Node) holdsFiles(id string) bool {
	_, err := os.Stat(n.path("databases", id))
	return err == nil
}

func (n *Node) removeFiles(id string) {
	if err := errors.Join(n.logs.Drop(id), os.RemoveAll(n.path("databases", id))); err != nil {
		n.log.Warn("remove files of a database", "id", id, "error", err)
	}
}

// tendMembers lets the leader bring the group's members to what the catalog wants.
func (d *database) tendMembers(ctx context.Context) {
	for sleep(ctx, lookAgain) {
		if _, ready := d.group.LeaderReady(); !ready {
			continue
		}
		s, _ := d.n.catalog.State()
		want := s.Database(d.def.Name)
		if want == nil || want.ID != d.def.ID {
			continue
		}
		if err := d.tendOnce(ctx, want.Voters); err != nil && ctx.Err() == nil {
			d.n.log.Warn("change the primaries", "database", d.def.Name, "error", err)
		}
	}
}

// tendOnce takes the next step towards the wanted voters: each new one listens
// first, and votes when it has caught up; then those that are not wanted go, this
// one last, after it has handed leadership over.
func (d *database) tendOnce(ctx context.Context, wanted []string) error {
	members, voters := d.group.Members(), d.group.Voters()
	complete := true
	for _, id := range wanted {
		switch {
		case slices.Contains(voters, id):
			continue
		case !slices.Contains(members, id):
			if err := d.group.AddLearner(id); err != nil {
				return err
			}
		case d.caughtUp(ctx, id):
			if err := d.group.AddMember(id); err != nil {
				return err
			}
			continue
		}
		complete = false
	}
	if !complete {
		return nil
	}
	for _, id := range members {
		if id == d.n.id || slices.Contains(wanted, id) {
			continue
		}
		if err := d.group.RemoveMember(id); err != nil {
			return err
		}
	}
	if slices.Contains(wanted, d.n.id) {
		return nil
	}
	return d.group.StepDown() // only the next leader can remove this one
}

// catchUpMax is how many entries a new primary may lack when it begins to vote.
const catchUpMax = 1000

func (d *database) caughtUp(ctx context.Context, server string) bool {
	var st map[string]copyStatus
	if err := d.n.call(ctx, server, request{Op: "status"}, &st); err != nil {
		return false
	}
	s, ok := st[d.def.ID]
	return ok && s.Applied+catchUpMax >= d.store.Applied().Index
}

// finishDeallocating is a duty of the system leader: a server that all copies have
// left is Deallocated.
func (n *Node) finishDeallocating(ctx context.Context) error {
	s, basis := n.catalog.Basis()
	for _, srv := range s.Roster() {
		if srv.State != "Deallocating" || !n.emptied(ctx, s, srv) {
			continue
		}
		err := n.change(ctx, catalog.Command{Basis: basis, ChangeServers: []catalog.ServerChange{{ID: srv.ID, State: "Deallocated"}}})
		if errors.Is(err, catalog.ErrChanged) { // the next round looks again
			return nil
		}
		return err
	}
	return nil
}

// emptied tells whether no copy is left on a server, and no group counts on it.
func (n *Node) emptied(ctx context.Context, s *catalog.State, srv *catalog.Server) bool {
	for _, d := range s.Databases {
		if d.Role(srv.ID) != "" {
			return false
		}
		if d.Offline {
			continue
		}
		members := n.membersOf(ctx, d)
		if members == nil || slices.Contains(members, srv.ID) {
			return false
		}
	}
	if slices.Contains(n.unavailable(s), srv.ID) {
		return true
	}
	st := n.localStatus()
	if srv.ID != n.id {
		st = nil
		if err := n.call(ctx, srv.ID, request{Op: "status"}, &st); err != nil {
			return false
		}
	}
	for id := range st {
		if id != systemGroup {
			return false
		}
	}
	return true
}

// tendSystem is a duty of the system leader: servers that were dropped leave its
// group, and others take their places, so that it has as many voters as founders.
func (n *Node) tendSystem(ctx context.Context, s *catalog.State) error {
	g := n.system.Load()
	if g == nil {
		return nil
	}
	members, voters := g.Members(), g.Voters()
	for _, id := range members {
		if id != n.id && slices.Contains(s.DroppedServers, id) {
			return g.RemoveMember(id)
		}
	}
	for _, id := range members { // those on their way in
		if !slices.Contains(voters, id) {
			var st map[string]copyStatus
			if err := n.call(ctx, id, request{Op: "status"}, &st); err != nil || st[systemGroup].Applied+catchUpMax < n.catalog.Applied().Index {
				return err
			}
			return g.AddMember(id)
		}
	}
	if len(voters) >= n.cfg.FoundingPrimaries {
		return nil
	}
	away := n.unavailable(s)
	for _, srv := range s.Roster() {
		if srv.State == "Enabled" && srv.Mode != "SECONDARY" && !slices.Contains(members, srv.ID) && !slices.Contains(away, srv.ID) {
			var ok bool
			if err := n.call(ctx, srv.ID, request{Op: "join-system"}, &ok); err != nil {
				return err
			}
			return g.AddLearner(srv.ID)
		}
	}
	return nil
}

// joinSystem makes this server one that can be a member of the system database's
// group: from now on the group's leader sends it what the feed did.
func (n *Node) joinSystem() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.system.Load() != nil {
		return nil
	}
	if n.stopSystemFeed == nil {
		return errNoAnswer // it is still starting
	}
	if err := n.writeMembership(membership{Joined: true}); err != nil {
		return err
	}
	n.stopSystemFeed()
	return n.openSystemGroup(nil)
}
