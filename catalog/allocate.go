package catalog

import (
	"cmp"
	"fmt"
	"slices"
)

// TopologyError means that there are not enough servers for a topology.
type TopologyError struct {
	Role             string // "primaries" or "secondaries"
	Wanted, Possible int
}

func (e *TopologyError) Error() string {
	return fmt.Sprintf("requested %d %s but only %d servers can host them", e.Wanted, e.Role, e.Possible)
}

// Allocate chooses servers for a topology: copies that stand already stay,
// regions with fewer copies of the database come first, then servers with fewer
// copies in all. No copy goes to a server in avoid, where copies may stay. Pure and deterministic.
func (s *State) Allocate(d *Database, primaries, secondaries int, avoid ...string) (voters, readers []string, err error) {
	a := allocation{s: s, d: d, avoid: avoid, load: s.load(), used: map[string]bool{}}
	if voters, err = a.pick("primaries", primaries, d.Voters, "SECONDARY"); err != nil {
		return nil, nil, err
	}
	readers, err = a.pick("secondaries", secondaries, d.Readers, "PRIMARY")
	return voters, readers, err
}

// load counts the copies on each server.
func (s *State) load() map[string]int {
	load := map[string]int{}
	for _, d := range s.Databases {
		for _, h := range d.Holders() {
			load[h]++
		}
	}
	return load
}

// allocation is the choice of servers for one database.
type allocation struct {
	s     *State
	d     *Database
	avoid []string
	load  map[string]int
	used  map[string]bool
}

// takes tells whether a new copy of the role may go to a server.
func (a *allocation) takes(srv *Server, forbidden string) bool {
	return srv.State == "Enabled" && srv.Mode != forbidden && !a.used[srv.ID] && srv.MayHold(a.d.Name) && !slices.Contains(a.avoid, srv.ID)
}

// stays tells whether a copy that stands on a server may stay there.
func (a *allocation) stays(srv *Server, forbidden string) bool {
	return srv != nil && (srv.State == "Enabled" || srv.State == "Cordoned") && srv.Mode != forbidden && !a.used[srv.ID] && srv.MayHold(a.d.Name)
}

// pick chooses n servers for one role.
func (a *allocation) pick(role string, n int, standing []string, forbidden string) ([]string, error) {
	regions := map[string]int{}
	var out []string
	take := func(id string) {
		out = append(out, id)
		a.used[id] = true
		regions[a.s.Servers[id].Region]++
	}
	possible := 0
	for _, srv := range a.s.Roster() {
		if a.takes(srv, forbidden) || slices.Contains(standing, srv.ID) && a.stays(srv, forbidden) {
			possible++
		}
	}
	for _, state := range []string{"Enabled", "Cordoned"} { // a cordoned server loses its copy first
		for _, id := range standing {
			if srv := a.s.Servers[id]; len(out) < n && a.stays(srv, forbidden) && srv.State == state {
				take(id)
			}
		}
	}
	for len(out) < n {
		var best *Server
		for _, srv := range a.s.Roster() {
			if a.takes(srv, forbidden) && (best == nil || slices.Compare(a.rank(srv, regions), a.rank(best, regions)) < 0) {
				best = srv
			}
		}
		if best == nil {
			return nil, &TopologyError{Role: role, Wanted: n, Possible: possible}
		}
		take(best.ID)
	}
	return out, nil
}

// rank orders servers for a new copy, the best first: a server bound to the role
// goes before one that could take either.
func (a *allocation) rank(srv *Server, regions map[string]int) []int {
	flexible := 1
	if srv.Mode != "NONE" {
		flexible = 0
	}
	return []int{regions[srv.Region], flexible, a.load[srv.ID]}
}

// Move is one copy that goes from a server to another.
type Move struct {
	Database, From, To, Mode string // id of the database, ids of servers, "primary" or "secondary"
}

// Deallocate plans to bring all copies away from the servers, and not to a server in avoid.
func (s *State) Deallocate(servers []string, avoid ...string) ([]Placement, []Move, error) {
	n := s.clone()
	for _, id := range servers {
		if srv := n.Servers[id]; srv != nil {
			n.Servers[id] = srv.changed(ServerChange{State: "Deallocating"})
		}
	}
	var places []Placement
	var moves []Move
	for _, d := range s.Sorted() {
		if !slices.ContainsFunc(servers, func(id string) bool { return d.Role(id) != "" }) {
			continue
		}
		voters, readers, err := n.Allocate(d, len(d.Voters), len(d.Readers), avoid...)
		if err != nil {
			return nil, nil, fmt.Errorf("database %s: %w", d.Name, err)
		}
		places = append(places, Placement{Database: d.ID, Voters: voters, Readers: readers})
		moves = append(moves, movesBetween(d, voters, readers)...)
		moved := *d
		moved.Voters, moved.Readers = voters, readers
		n.Databases[keyOf(d)] = &moved
	}
	return places, moves, nil
}

// Reallocate plans to even out the copies: from servers that hold many to such
// that hold fewer, where that spreads a database over as many regions as before.
// Servers in avoid get none.
func (s *State) Reallocate(avoid ...string) ([]Placement, []Move) {
	n := s.clone()
	for range 64 * (1 + len(s.Databases)) { // each round moves one copy
		if !n.evenOut(avoid) {
			break
		}
	}
	var places []Placement
	var moves []Move
	for _, d := range s.Sorted() {
		x := n.Databases[keyOf(d)]
		if m := movesBetween(d, x.Voters, x.Readers); len(m) > 0 {
			places = append(places, Placement{Database: d.ID, Voters: x.Voters, Readers: x.Readers})
			moves = append(moves, m...)
		}
	}
	return places, moves
}

// evenOut moves one copy, if that makes the loads more even.
func (s *State) evenOut(avoid []string) bool {
	load := s.load()
	roster := s.Roster()
	slices.SortStableFunc(roster, func(a, b *Server) int { return cmp.Compare(load[b.ID], load[a.ID]) })
	for _, from := range roster {
		for _, to := range slices.Backward(roster) {
			stays := from.State == "Enabled"
			if stays && load[from.ID]-load[to.ID] < 2 {
				break
			}
			for _, d := range s.Sorted() {
				role := d.Role(from.ID)
				forbidden := map[string]string{"primary": "SECONDARY", "secondary": "PRIMARY"}[role]
				a := allocation{s: s, d: d, avoid: avoid, load: load, used: map[string]bool{}}
				for _, h := range d.Holders() {
					a.used[h] = true
				}
				if role == "" || d.Offline || !a.takes(to, forbidden) || s.regions(d, role, from.ID, to.ID) < s.regions(d, role, "", "") {
					continue
				}
				moved := *d
				moved.Voters, moved.Readers = replaced(d.Voters, from.ID, to.ID), replaced(d.Readers, from.ID, to.ID)
				s.Databases[keyOf(d)] = &moved
				return true
			}
		}
	}
	return false
}

// regions counts the regions with copies of the role, were one moved.
func (s *State) regions(d *Database, role, from, to string) int {
	seen := map[string]bool{}
	for _, h := range d.Holders() {
		if d.Role(h) == role {
			if h == from {
				h = to
			}
			if srv := s.Servers[h]; srv != nil {
				seen[srv.Region] = true
			}
		}
	}
	return len(seen)
}

func replaced(ids []string, from, to string) []string {
	out := slices.Clone(ids)
	for i, id := range out {
		if id == from {
			out[i] = to
		}
	}
	return out
}

// movesBetween pairs the servers that lose a copy with those that get one.
func movesBetween(d *Database, voters, readers []string) []Move {
	var moves []Move
	for _, r := range []struct {
		mode     string
		old, now []string
	}{{"primary", d.Voters, voters}, {"secondary", d.Readers, readers}} {
		var lost, won []string
		for _, id := range r.old {
			if !slices.Contains(r.now, id) {
				lost = append(lost, id)
			}
		}
		for _, id := range r.now {
			if !slices.Contains(r.old, id) {
				won = append(won, id)
			}
		}
		for i := range max(len(lost), len(won)) {
			m := Move{Database: d.ID, Mode: r.mode}
			if i < len(lost) {
				m.From = lost[i]
			}
			if i < len(won) {
				m.To = won[i]
			}
			moves = append(moves, m)
		}
	}
	return moves
}
