package routing

import (
	"slices"
	"time"
)

// Candidate is one server as the table's maker sees it.
type Candidate struct {
	ID, Address, Region string
	Alive               bool
	Role                string // of its copy: "primary", "secondary" or ""
	Leader              bool
	RTT                 time.Duration // from the client's region, as far as known
}

// Table is what drivers are told.
type Table struct {
	Route, Read, Write []string
	Healthy            bool
}

// MakeTable chooses servers for a client in a region. Drivers ignore order, so
// Read holds only the nearest: the client's region if it has a copy, else the
// copies of the nearest one. The leader reads only where nothing else can.
// Route holds one server of each region: those of a region fail together, and a
// driver may wait long for each that is frozen or cut off. It is the leader where
// there is one, whose failure drivers notice first, else a primary.
// Write is the leader, or, for a client that names another region, a copy in its
// own, where the transaction runs before it commits at the leader. With
// analytics, Read holds secondaries only.
func MakeTable(all []Candidate, region string, named, analytics bool) Table {
	t := Table{Healthy: true, Route: routers(all)}
	var readers []Candidate
	var leader *Candidate
	for i := range all {
		c := &all[i]
		if !c.Alive {
			t.Healthy = t.Healthy && c.Role == ""
			continue
		}
		if c.Leader {
			leader = c
		}
		if c.Role != "" && !(analytics && c.Role != "secondary") {
			readers = append(readers, *c)
		}
	}
	near := func(cs []Candidate) []Candidate {
		own := slices.DeleteFunc(slices.Clone(cs), func(c Candidate) bool { return c.Region != region })
		if len(own) > 0 {
			return own
		}
		if len(cs) == 0 {
			return nil
		}
		best := slices.MinFunc(cs, func(a, b Candidate) int { return int(a.RTT - b.RTT) })
		return slices.DeleteFunc(slices.Clone(cs), func(c Candidate) bool { return c.Region != best.Region })
	}
	nearest := near(readers)
	others := slices.DeleteFunc(slices.Clone(nearest), func(c Candidate) bool { return c.Leader })
	if len(others) == 0 {
		others = nearest
	}
	for _, c := range others {
		t.Read = append(t.Read, c.Address)
	}
	switch {
	case leader == nil:
		t.Healthy = false
	case named && leader.Region != region:
		local := slices.DeleteFunc(near(readers), func(c Candidate) bool { return c.Region != region })
		primaries := slices.DeleteFunc(slices.Clone(local), func(c Candidate) bool { return c.Role != "primary" })
		if len(primaries) > 0 {
			local = primaries
		}
		if len(local) == 0 {
			local = []Candidate{*leader}
		}
		t.Write = append(t.Write, local[0].Address)
	default:
		t.Write = append(t.Write, leader.Address)
	}
	return t
}

// routers gives the address of the living server of each region that suits best
// to be asked for tables, in the order of all.
func routers(all []Candidate) []string {
	rank := func(c Candidate) int {
		switch {
		case c.Leader:
			return 3
		case c.Role == "primary":
			return 2
		case c.Role != "":
			return 1
		}
		return 0
	}
	var best []Candidate
	for _, c := range all {
		if !c.Alive {
			continue
		}
		i := slices.IndexFunc(best, func(b Candidate) bool { return b.Region == c.Region })
		if i < 0 {
			best = append(best, c)
		} else if rank(c) > rank(best[i]) {
			best[i] = c
		}
	}
	var out []string
	for _, c := range best {
		out = append(out, c.Address)
	}
	return out
}
