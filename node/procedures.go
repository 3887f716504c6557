package node

import (
	"context"
	"strings"
	"time"

	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/graphstore"
	"graticule/status"
)

// procedures are those that need the server.
func (n *Node) procedures() exec.Procedures {
	row := func(vs ...graph.Value) [][]graph.Value { return [][]graph.Value{vs} }
	s := graph.String
	out := exec.Procedures{
		"dbms.components": {Name: "dbms.components", Signature: "dbms.components() :: (name :: STRING, versions :: LIST<STRING>, edition :: STRING)", Description: "List DBMS components and their versions.", Mode: "DBMS", System: true, Outputs: []string{"name", "versions", "edition"},
			Call: func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
				return row(s("Neo4j Kernel"), graph.Strings([]string{Neo4jVersion}), s("enterprise")), nil
			}},
		"dbms.showcurrentuser": {Name: "dbms.showCurrentUser", Signature: "dbms.showCurrentUser() :: (username :: STRING, roles :: LIST<STRING>, flags :: LIST<STRING>)", Description: "Show the current user.", Mode: "DBMS", System: true, Outputs: []string{"username", "roles", "flags"},
			Call: func(c *exec.ProcedureContext, _ []graph.Value) ([][]graph.Value, error) {
				return row(s(c.Server.(*tx).username()), graph.Strings(c.Server.(*tx).roleNames()), graph.List(nil)), nil
			}},
		"dbms.licenseagreementdetails": {Name: "dbms.licenseAgreementDetails", Signature: "dbms.licenseAgreementDetails() :: (status :: STRING, daysLeftOnTrial :: INTEGER, totalTrialDays :: INTEGER)", Description: "Returns details about the license.", Mode: "DBMS", System: true, Hidden: true, Outputs: []string{"status", "daysLeftOnTrial", "totalTrialDays"},
			Call: func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
				return row(s("yes"), graph.Int(0), graph.Int(0)), nil
			}},
		"db.info": {Name: "db.info", Signature: "db.info() :: (id :: STRING, name :: STRING, creationDate :: STRING)", Description: "Provides information regarding the database.", Mode: "READ", System: true, Outputs: []string{"id", "name", "creationDate"},
			Call: func(c *exec.ProcedureContext, _ []graph.Value) ([][]graph.Value, error) {
				d := c.Server.(*tx).def
				return row(s(d.ID), s(d.Name), s(time.Unix(0, d.Created).UTC().Format(time.RFC3339))), nil
			}},
		"tx.getmetadata": {Name: "tx.getMetaData", Signature: "tx.getMetaData() :: (metadata :: MAP)", Description: "Provides attached transaction metadata.", Mode: "DBMS", System: true, Outputs: []string{"metadata"},
			Call: func(c *exec.ProcedureContext, _ []graph.Value) ([][]graph.Value, error) {
				return row(graph.MapOf(c.Server.(*tx).cfg.Metadata)), nil
			}},
		"tx.setmetadata": {Name: "tx.setMetaData", Signature: "tx.setMetaData(data :: MAP)", Description: "Attaches a map of data to the transaction.", Mode: "DBMS", Inputs: []string{"data"},
			Call: func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
				if a[0].Kind() != graph.KindMap {
					return nil, status.New(status.TypeError, "22N01", "tx.setMetaData() expects a MAP.")
				}
				c.Server.(*tx).cfg.Metadata = a[0].AsMap()
				return nil, nil
			}},
		"dbms.routing.getroutingtable": {Name: "dbms.routing.getRoutingTable", Signature: "dbms.routing.getRoutingTable(context :: MAP, database = null :: STRING) :: (ttl :: INTEGER, servers :: LIST<MAP>)", Description: "Returns the routing table of a database.", Mode: "DBMS", System: true,
			Inputs: []string{"context", "database"}, Optional: 1, Outputs: []string{"ttl", "servers"}, Call: n.routingProcedure},
	}
	for _, list := range [][]*exec.Procedure{n.serverProcedures(), n.clusterProcedures()} {
		for _, p := range list {
			out[strings.ToLower(p.Name)] = p
		}
	}
	return out
}

func (n *Node) routingProcedure(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
	t := c.Server.(*tx)
	database := ""
	if len(a) > 1 && a[1].Kind() == graph.KindString {
		database = a[1].AsString()
	}
	def, err := n.visibleDatabase(database, t.grants)
	if err != nil {
		return nil, err
	}
	context := map[string]string{}
	if a[0].Kind() == graph.KindMap {
		for i := range a[0].AsMap().Len() {
			if k, v := a[0].AsMap().At(i); v.Kind() == graph.KindString {
				context[k] = v.AsString()
			}
		}
	}
	table, err := n.routingTable(t.ctx, def, context)
	if err != nil {
		return nil, err
	}
	var servers []graph.Value
	for _, g := range []struct {
		role  string
		addrs []string
	}{{"WRITE", table.Write}, {"READ", table.Read}, {"ROUTE", table.Route}} {
		m := graph.NewMap(2)
		m.Put("addresses", graph.Strings(g.addrs))
		m.Put("role", graph.String(g.role))
		servers = append(servers, graph.MapOf(m))
	}
	return [][]graph.Value{{graph.Int(int64(table.TTL / time.Second)), graph.List(servers)}}, nil
}

// emptyGraph is the graph of the system database: none.
func (n *Node) emptyGraph() exec.Graph {
	store, err := n.void()
	if err != nil {
		n.log.Error("open the empty graph", "error", err)
		return nil
	}
	tx, err := store.Begin(context.Background(), graphstore.TxConfig{})
	if err != nil {
		return nil
	}
	return tx
}
