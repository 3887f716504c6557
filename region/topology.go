package region

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/serf/coordinate"
)

// Topology is what a server knew of the cluster at one moment. It does not
// change; all methods may be called at any time from anywhere.
type Topology struct {
	self     string
	members  []Member // by ID
	measured map[string]time.Duration
	coords   map[string]*coordinate.Coordinate
	changed  chan struct{}
}

// Self gives this server.
func (t *Topology) Self() Member {
	m, _ := t.Member(t.self)
	return m
}

// Region gives the region this server stands in.
func (t *Topology) Region() string { return t.Self().Region }

// Members lists all servers heard of, also failed ones, ordered by ID. The slice is shared.
func (t *Topology) Members() []Member { return t.members }

// Alive lists the servers that answer, ordered by ID.
func (t *Topology) Alive() []Member {
	out := make([]Member, 0, len(t.members))
	for _, m := range t.members {
		if m.State == Alive {
			out = append(out, m)
		}
	}
	return out
}

// Member finds a server by ID.
func (t *Topology) Member(id string) (Member, bool) {
	i, ok := slices.BinarySearchFunc(t.members, id, func(m Member, id string) int { return strings.Compare(m.ID, id) })
	if !ok {
		return Member{}, false
	}
	return t.members[i], true
}

// RTT estimates the round trip between two servers; false if nothing is known.
// It is measured where this server is one of the two, and computed from network
// coordinates, which take some tens of seconds to settle, where it is not.
func (t *Topology) RTT(a, b string) (time.Duration, bool) {
	if a == b {
		return 0, true
	}
	if a == t.self {
		a, b = b, a
	}
	if b == t.self {
		if d, ok := t.measured[a]; ok {
			return d, true
		}
	}
	ca, cb := t.coords[a], t.coords[b]
	if !settled(ca) || !settled(cb) || !ca.IsCompatibleWith(cb) {
		return 0, false
	}
	return ca.DistanceTo(cb), true
}

// settled tells whether a coordinate rests on more than a few measurements; a
// server that has just started stands at the origin, close to everything.
func settled(c *coordinate.Coordinate) bool { return c != nil && c.Error < 1 }

// Changed is closed when a later topology differs in its members. A newer one
// with better round trips alone does not close it.
func (t *Topology) Changed() <-chan struct{} { return t.changed }

// sameMembers tells whether nothing but round trips differs.
func (t *Topology) sameMembers(o *Topology) bool { return reflect.DeepEqual(t.members, o.members) }
