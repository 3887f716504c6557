package node

import (
	"context"
	"time"

	"graticule/bolt"
	"graticule/catalog"
	"graticule/routing"
)

// Route makes the routing table for a driver.
func (s *session) Route(ctx context.Context, req bolt.RouteRequest) (bolt.RoutingTable, error) {
	if _, err := s.n.catchUp(ctx, req.Bookmarks); err != nil {
		return bolt.RoutingTable{}, err
	}
	acting, err := s.actAs(req.ImpersonatedUser)
	if err != nil {
		return bolt.RoutingTable{}, err
	}
	def, err := s.n.visibleDatabase(req.Database, acting)
	if err != nil {
		return bolt.RoutingTable{}, err
	}
	// A database that was just made, or lost its leader, has one in a moment.
	until := time.Now().Add(electionPatience)
	for {
		t, err := s.n.routingTable(ctx, def, req.Context)
		if err != nil || len(t.Write) > 0 || time.Now().After(until) {
			return t, err
		}
		if !sleep(ctx, 20*time.Millisecond) {
			return t, context.Cause(ctx)
		}
	}
}

// electionPatience is how long a routing table waits for a leader to be elected.
const electionPatience = 8 * time.Second

const (
	tableTTL          = 300 * time.Second
	tableTTLUnhealthy = 10 * time.Second
)

func (n *Node) routingTable(ctx context.Context, def *catalog.Database, context map[string]string) (bolt.RoutingTable, error) {
	state, _ := n.catalog.State()
	t := n.members.Topology()
	region, named := context["region"], context["region"] != ""
	if !named {
		region = n.cfg.Region
		for _, srv := range state.Servers {
			if srv.Bolt == context["address"] {
				region = srv.Region
			}
		}
	}
	leader := ""
	if def.ID == systemGroup {
		if g := n.system.Load(); g != nil {
			leader, _ = g.Leader()
		} else {
			leader = n.id // a secondary of the system database passes changes on
		}
	} else if leader = n.leaderOf(ctx, def); leader != "" && !n.leads(ctx, leader, def) {
		leader = ""
	}
	var all []routing.Candidate
	for _, srv := range state.Roster() {
		m, ok := t.Member(srv.ID)
		c := routing.Candidate{ID: srv.ID, Address: srv.Bolt, Region: srv.Region, Alive: srv.ID == n.id || (ok && m.State == 1), Role: def.Role(srv.ID), Leader: srv.ID == leader}
		if def.ID == systemGroup {
			c.Role = "primary"
		}
		c.RTT, _ = t.RTT(n.id, srv.ID)
		all = append(all, c)
	}
	table := routing.MakeTable(all, region, named, context["policy"] == "analytics")
	out := bolt.RoutingTable{TTL: tableTTL, Database: def.Name, Route: table.Route, Read: table.Read, Write: table.Write}
	if !table.Healthy {
		out.TTL = tableTTLUnhealthy
	}
	return out, nil
}
