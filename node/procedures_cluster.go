package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"graticule/catalog"
	"graticule/cypher/ast"
	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/status"
)

const moveSignature = "(database :: STRING, fromServerName :: STRING, fromServerId :: STRING, toServerName :: STRING, toServerId :: STRING, mode :: STRING)"

// clusterProcedures are those about all servers.
func (n *Node) clusterProcedures() []*exec.Procedure {
	s := graph.String
	of := func(c *exec.ProcedureContext) *commander { return &commander{c.Server.(*tx)} }
	routing := exec.Declare("DBMS", "dbms.cluster.routing.getRoutingTable(context :: MAP, database = null :: STRING) :: (ttl :: INTEGER, servers :: LIST<MAP>)", "Returns the routing table of a database.", n.routingProcedure).OnSystem()
	return []*exec.Procedure{
		routing,
		exec.Declare("DBMS", "dbms.cluster.cordonServer(server :: STRING)", "Keeps new copies of databases away from a server.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			return nil, of(c).cordon(c.Context, textOf(a[0]), true)
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.cluster.uncordonServer(server :: STRING)", "Lets copies of databases come to a server again.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			return nil, of(c).cordon(c.Context, textOf(a[0]), false)
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.cluster.deallocateDatabaseFromServer(server :: STRING, database :: STRING, dryrun = false :: BOOLEAN) :: "+moveSignature, "Moves a database away from a server, which stays enabled.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			return of(c).moveAway(c.Context, []string{textOf(a[0])}, textOf(a[1]), 1, a[2].IsTrue())
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.cluster.deallocateDatabaseFromServers(servers :: LIST<STRING>, database :: STRING, dryrun = false :: BOOLEAN) :: "+moveSignature, "Moves a database away from servers, which stay enabled.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			var servers []string
			for _, v := range a[0].AsListOrNil() {
				servers = append(servers, textOf(v))
			}
			return of(c).moveAway(c.Context, servers, textOf(a[1]), 1, a[2].IsTrue())
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.cluster.deallocateNumberOfDatabases(server :: STRING, number :: INTEGER, dryrun = false :: BOOLEAN) :: "+moveSignature, "Moves a number of databases away from a server, which stays enabled.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			if a[1].Kind() != graph.KindInt || a[1].AsInt() < 1 {
				return nil, status.New(status.ArgumentError, "22N04", "The number of databases must be at least 1.")
			}
			return of(c).moveAway(c.Context, []string{textOf(a[0])}, "", int(a[1].AsInt()), a[2].IsTrue())
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.cluster.reallocateDatabase(database :: STRING, dryrun = false :: BOOLEAN) :: "+moveSignature, "Evens out the copies of a database.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			return of(c).evenOut(c.Context, textOf(a[0]), 0, a[1].IsTrue())
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.cluster.reallocateNumberOfDatabases(number :: INTEGER, dryrun = false :: BOOLEAN) :: "+moveSignature, "Evens out the copies of a number of databases.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			if a[0].Kind() != graph.KindInt || a[0].AsInt() < 1 {
				return nil, status.New(status.ArgumentError, "22N04", "The number of databases must be at least 1.")
			}
			return of(c).evenOut(c.Context, "", int(a[0].AsInt()), a[1].IsTrue())
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.cluster.statusCheck(databases :: LIST<STRING>, timeoutMilliseconds = null :: INTEGER) :: (database :: STRING, serverId :: STRING, serverName :: STRING, address :: STRING, replicationSuccessful :: BOOLEAN, memberStatus :: STRING, recognisedLeader :: STRING, recognisedLeaderTerm :: INTEGER, requester :: BOOLEAN, error :: STRING)",
			"Tells for each primary whether it takes part in replication.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
				return n.statusCheck(c.Context, a)
			}).ForAdmins(),
		exec.Declare("DBMS", "dbms.cluster.protocols() :: (orientation :: STRING, remoteAddress :: STRING, applicationProtocol :: STRING, applicationProtocolVersion :: INTEGER, modifierProtocols :: STRING)", "The connections to other servers.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			var rows [][]graph.Value
			for _, m := range n.members.Topology().Alive() {
				if m.ID != n.id {
					rows = append(rows, []graph.Value{s("outbound"), s(m.Cluster), s("graticule over QUIC"), graph.Int(1), s("[TLS 1.3]")})
				}
			}
			sortByFirst(rows)
			return rows, nil
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.cluster.checkConnectivity(port-name = null :: STRING, server = null :: STRING) :: (serverId :: STRING, name :: STRING, address :: STRING, mode-constraint :: STRING, port-name :: STRING, port-address :: STRING, result :: STRING)", "Asks every server for a sign of life.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			return n.checkConnectivity(c.Context, a), nil
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.showTopologyGraphConfig() :: (allocator :: STRING, defaultPrimariesCount :: INTEGER, defaultSecondariesCount :: INTEGER, defaultDatabase :: STRING, autoEnableFreeServers :: BOOLEAN)", "How databases that are created without a topology are placed.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			state, _ := n.catalog.State()
			return [][]graph.Value{{s("REGIONS"), graph.Int(int64(max(state.Allocation.Primaries, 1))), graph.Int(int64(state.Allocation.Secondaries)), s(state.Default), graph.Bool(n.cfg.AutoEnable)}}, nil
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.setDefaultAllocationNumbers(primaries :: INTEGER, secondaries :: INTEGER)", "Sets the topology of databases that are created without one.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			if a[0].Kind() != graph.KindInt || a[1].Kind() != graph.KindInt || a[0].AsInt() < 1 || a[0].AsInt() > primariesMax || a[1].AsInt() < 0 || a[1].AsInt() > secondariesMax {
				return nil, status.New(status.ArgumentError, "22N31", "A topology has 1 to %d primaries and 0 to %d secondaries.", primariesMax, secondariesMax)
			}
			return nil, of(c).setting(c.Context, catalog.Command{Allocation: &catalog.Allocation{Primaries: int(a[0].AsInt()), Secondaries: int(a[1].AsInt())}})
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.setDefaultDatabase(databaseName :: STRING) :: (result :: STRING)", "Sets the database of sessions that name none.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			state, _ := n.catalog.State()
			d := state.Find(textOf(a[0]))
			if d == nil {
				return nil, status.New(status.DatabaseNotFound, "22N51", "New default database %s does not exist.", textOf(a[0]))
			}
			return [][]graph.Value{{s("Default database set to " + d.Name)}}, of(c).setting(c.Context, catalog.Command{SetDefault: d.Name})
		}).ForAdmins(),
	}
}

// setting writes what does not depend on the state.
func (c *commander) setting(ctx context.Context, cmd catalog.Command) error {
	if err := c.t.n.change(ctx, cmd); err != nil {
		return adminFailure(err)
	}
	c.t.system = c.t.n.catalog.Applied()
	return nil
}

// plan carries out, or only shows, moves that think works out on the newest state.
func (c *commander) plan(ctx context.Context, dry bool, think func(s *catalog.State) ([]catalog.Placement, []catalog.Move, error)) ([][]graph.Value, error) {
	for range rethinkMax {
		a := &administration{commander: c, ctx: ctx}
		a.state, a.basis = c.t.n.catalog.Basis()
		places, moves, err := think(a.state)
		if err != nil {
			return nil, adminFailure(err)
		}
		rows := a.movesOf(moves).rows
		if dry || len(places) == 0 {
			return rows, nil
		}
		if err := a.allLed(places); err != nil {
			return nil, err
		}
		_, err = a.change(catalog.Command{Place: places})
		switch {
		case err == nil:
			c.t.system = c.t.n.catalog.Applied()
			return rows, nil
		case !errors.Is(err, catalog.ErrChanged):
			return nil, adminFailure(err)
		case !sleep(ctx, rethinkPause):
			return nil, context.Cause(ctx)
		}
	}
	return nil, adminFailure(catalog.ErrChanged)
}

// moveAway moves copies of a database (of number databases, when it is "") away from servers.
func (c *commander) moveAway(ctx context.Context, servers []string, database string, number int, dry bool) ([][]graph.Value, error) {
	return c.plan(ctx, dry, func(s *catalog.State) ([]catalog.Placement, []catalog.Move, error) {
		var ids []string
		for _, who := range servers {
			srv := s.Server(who)
			if srv == nil {
				return nil, nil, catalog.ErrServerNotFound
			}
			ids = append(ids, srv.ID)
		}
		places, moves, err := s.Deallocate(ids, c.t.n.unavailable(s)...)
		if err != nil {
			return nil, nil, err
		}
		if database != "" {
			d := s.Find(database)
			if d == nil {
				return nil, nil, catalog.ErrDatabaseNotFound
			}
			return onlyOf(places, moves, d.ID)
		}
		if len(places) > number {
			places = places[:number]
		}
		var wanted []string
		for _, p := range places {
			wanted = append(wanted, p.Database)
		}
		return onlyOf(places, moves, wanted...)
	})
}

func (c *commander) evenOut(ctx context.Context, database string, number int, dry bool) ([][]graph.Value, error) {
	return c.plan(ctx, dry, func(s *catalog.State) ([]catalog.Placement, []catalog.Move, error) {
		places, moves := s.Reallocate(c.t.n.unavailable(s)...)
		if database != "" {
			d := s.Find(database)
			if d == nil {
				return nil, nil, catalog.ErrDatabaseNotFound
			}
			return onlyOf(places, moves, d.ID)
		}
		var wanted []string
		for _, p := range places[:min(number, len(places))] {
			wanted = append(wanted, p.Database)
		}
		return onlyOf(places, moves, wanted...)
	})
}

// onlyOf leaves the moves of some databases.
func onlyOf(places []catalog.Placement, moves []catalog.Move, databases ...string) ([]catalog.Placement, []catalog.Move, error) {
	places = slices.DeleteFunc(places, func(p catalog.Placement) bool { return !slices.Contains(databases, p.Database) })
	moves = slices.DeleteFunc(moves, func(m catalog.Move) bool { return !slices.Contains(databases, m.Database) })
	return places, moves, nil
}

// statusPatience is how long statusCheck waits unless it is told.
const statusPatience = time.Second

// statusCheck asks every primary of the databases (of all, when none is named)
// how far it is, twice: one that keeps up with the leader replicates.
func (n *Node) statusCheck(ctx context.Context, a []graph.Value) ([][]graph.Value, error) {
	patience := statusPatience
	if a[1].Kind() == graph.KindInt && a[1].AsInt() > 0 {
		patience = time.Duration(a[1].AsInt()) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	state, _ := n.catalog.State()
	wanted := names([]ast.Expr{&ast.Literal{Value: a[0]}}, nil)
	for _, w := range wanted {
		if state.Find(w) == nil {
			return nil, status.New(status.DatabaseNotFound, "22N51", "Database does not exist. Database name: '%s'.", w)
		}
	}
	st := n.statuses(ctx)
	var rows [][]graph.Value
	for _, d := range state.Sorted() {
		if d.Offline || len(wanted) > 0 && !slices.ContainsFunc(wanted, func(w string) bool { return state.Find(w) == d }) {
			continue
		}
		leader, term := "", uint64(0)
		var newest uint64
		for _, v := range d.Voters {
			if st[v][d.ID].Leader {
				leader, newest, term = v, st[v][d.ID].Applied, st[v][d.ID].Term
			}
		}
		for _, v := range d.Voters {
			cs, ok := st[v][d.ID]
			memberStatus, replicates, failure := "UNAVAILABLE", graph.Null, graph.Null
			switch {
			case !ok:
				failure = graph.String("The server does not answer, or has not opened its copy.")
			case leader == "":
				memberStatus, replicates, failure = "APPLYING", graph.False, graph.String("There is no leader.")
			case cs.Applied+catchUpMax >= newest:
				memberStatus, replicates = "REPLICATING", graph.True
			default:
				memberStatus, replicates, failure = "APPLYING", graph.False, graph.String(fmt.Sprintf("It lacks %d entries.", newest-cs.Applied))
			}
			name, address := graph.Null, graph.Null
			if srv := state.Servers[v]; srv != nil {
				name, address = graph.String(srv.Name), graph.String(srv.Bolt)
			}
			rows = append(rows, []graph.Value{graph.String(d.Name), graph.String(v), name, address, replicates, graph.String(memberStatus), textOrNull(leader), graph.Int(int64(term)), graph.Bool(v == n.id), failure})
		}
	}
	return rows, nil
}

// checkConnectivity asks the servers through the one port that they have for each other.
func (n *Node) checkConnectivity(ctx context.Context, a []graph.Value) [][]graph.Value {
	state, _ := n.catalog.State()
	st := n.statuses(ctx)
	var rows [][]graph.Value
	for _, srv := range state.Roster() {
		if a[1].Kind() == graph.KindString && a[1].AsString() != srv.ID && a[1].AsString() != srv.Name || a[0].Kind() == graph.KindString && !strings.EqualFold(a[0].AsString(), "CLUSTER") {
			continue
		}
		result := "SUCCESSFUL"
		if st[srv.ID] == nil {
			result = "FAILED"
		}
		rows = append(rows, []graph.Value{graph.String(srv.ID), graph.String(srv.Name), graph.String(srv.Bolt), graph.String(srv.Mode), graph.String("CLUSTER"), graph.String(srv.Cluster), graph.String(result)})
	}
	return rows
}
