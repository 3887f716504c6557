package node

import (
	"context"
	"time"
)

// settling is what a copy needs to show a commit it has heard of, in a demonstration
// whose servers share the cores of one machine.
const settling = 5 * time.Millisecond

// distance is the emulated way from this server to a client, one way. The region
// of a client that routes is that of the server it first asked, as for its routing
// table; without emulated round trips, and for others, there is none.
func (s *session) distance() time.Duration {
	if len(s.n.cfg.Emulate) == 0 || s.info.RoutingContext == nil {
		return 0
	}
	state, _ := s.n.catalog.State()
	region, named := s.info.RoutingContext["region"]
	for _, srv := range state.Servers {
		if !named && srv.Bolt == s.info.RoutingContext["address"] {
			region = srv.Region
		}
	}
	if region == s.n.cfg.Region {
		return 0
	}
	for _, srv := range state.Servers {
		if srv.Region != region {
			continue
		}
		for _, e := range s.n.cfg.Emulate {
			if e.Addr == srv.Cluster {
				return e.RTT/2 + settling
			}
		}
	}
	return 0
}

// travel holds the answer to a commit back as long as it would be on its way to a
// client as far away as emulated: all servers of a demonstration are on the
// client's own machine, and it would otherwise hear of its commit before any
// server of its region can, which no client in that region could.
func (s *session) travel(ctx context.Context) {
	if d := s.distance(); d > 0 {
		sleep(ctx, d)
	}
}
