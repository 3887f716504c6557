package node

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/status"
)

const configColumns = "(name :: STRING, description :: STRING, value :: STRING, dynamic :: BOOLEAN, defaultValue :: STRING, startupValue :: STRING, explicitlySet :: BOOLEAN, validValues :: STRING)"

// serverProcedures are those about this server.
func (n *Node) serverProcedures() []*exec.Procedure {
	s := graph.String
	killed := "(connectionId :: STRING, username :: STRING, message :: STRING)"
	of := func(c *exec.ProcedureContext) *tx { return c.Server.(*tx) }
	return []*exec.Procedure{
		exec.Declare("DBMS", "dbms.clientConfig() :: "+configColumns, "The settings that clients look at.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			return n.clientConfig(), nil
		}).OnSystem(),
		exec.Declare("DBMS", "dbms.listConfig(searchString =  :: STRING) :: "+configColumns, "The settings of this server whose names hold the text.", func(_ *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			search := ""
			if a[0].Kind() == graph.KindString {
				search = strings.ToLower(a[0].AsString())
			}
			var rows [][]graph.Value
			for _, x := range n.cfg.Settings {
				if strings.Contains(strings.ToLower(x.Name), search) {
					rows = append(rows, configRow(x))
				}
			}
			sortByFirst(rows)
			return rows, nil
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.setConfigValue(setting :: STRING, value :: STRING)", "Changes a setting of this server while it runs.", func(_ *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			if !n.hasSetting(textOf(a[0])) {
				return nil, status.New(status.ProcedureCallFailed, "50N42", "Failed to invoke procedure `dbms.setConfigValue`: Caused by: java.lang.IllegalArgumentException: Setting `%s` not found", textOf(a[0]))
			}
			return nil, status.New(status.ProcedureCallFailed, "50N42", "Failed to invoke procedure `dbms.setConfigValue`: Caused by: java.lang.IllegalArgumentException: Setting '%s' is not dynamic and can not be changed at runtime", textOf(a[0]))
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.checkConfigValue(setting :: STRING, value :: STRING) :: (valid :: BOOLEAN, message :: STRING)", "Tells whether a setting is known and may be changed while the server runs.", func(_ *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			message := "The setting is not dynamic: it is read when the server starts."
			if !n.hasSetting(textOf(a[0])) {
				message = fmt.Sprintf("Setting `%s` not found", textOf(a[0]))
			}
			return [][]graph.Value{{graph.False, s(message)}}, nil
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.info() :: (id :: STRING, name :: STRING, creationDate :: STRING)", "The cluster's id, and when its first database was made.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			state, _ := n.catalog.State()
			var first int64
			for _, d := range state.Databases {
				if first == 0 || d.Created < first {
					first = d.Created
				}
			}
			return [][]graph.Value{{s(state.Cluster), s("system"), s(timeText(time.Unix(0, first)))}}, nil
		}).OnSystem(),
		exec.Declare("DBMS", "dbms.listConnections() :: (connectionId :: STRING, connectTime :: STRING, connector :: STRING, username :: STRING, userAgent :: STRING, serverAddress :: STRING, clientAddress :: STRING)", "The connections of clients to this server that the user may see.",
			func(c *exec.ProcedureContext, _ []graph.Value) ([][]graph.Value, error) {
				var rows [][]graph.Value
				for _, x := range n.connections(of(c), "show_transaction") {
					rows = append(rows, []graph.Value{s(x.info.ID), s(timeText(x.info.Began)), s("bolt"), s(x.username()), s(x.info.UserAgent), s(x.info.Server), s(x.info.Client)})
				}
				return rows, nil
			}).OnSystem(),
		exec.Declare("DBMS", "dbms.killConnection(id :: STRING) :: "+killed, "Ends a connection of a client.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			return n.kill(of(c), a), nil
		}).OnSystem(),
		exec.Declare("DBMS", "dbms.killConnections(ids :: LIST<STRING>) :: "+killed, "Ends connections of clients.", func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			return n.kill(of(c), a[0].AsListOrNil()), nil
		}).OnSystem(),
		exec.Declare("DBMS", "dbms.listCapabilities() :: (name :: STRING, description :: STRING, value :: ANY)", "What this server offers.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			return nil, nil
		}).OnSystem(),
		exec.Declare("DBMS", "dbms.queryJmx(query :: STRING) :: (name :: STRING, description :: STRING, attributes :: MAP)", "Management beans of a Java server: here there are none. See /metrics on the HTTP port.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			return nil, nil
		}).OnSystem(),
		exec.Declare("DBMS", "dbms.listPools() :: (pool :: STRING, databaseName :: STRING, heapMemoryUsed :: STRING, heapMemoryUsedBytes :: STRING, nativeMemoryUsed :: STRING, nativeMemoryUsedBytes :: STRING, freeMemory :: STRING, freeMemoryBytes :: STRING, totalPoolMemory :: STRING, totalPoolMemoryBytes :: STRING)",
			"The memory that statements share on this server.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
				used, limit := n.memory.Used(), n.memory.Limit
				free := max(limit-used, 0)
				bytes := func(b int64) graph.Value { return s(fmt.Sprint(b)) }
				size := func(b int64) graph.Value { return s(fmt.Sprintf("%.2fMiB", float64(b)/(1<<20))) }
				return [][]graph.Value{{s("Transaction"), graph.Null, size(used), bytes(used), size(0), bytes(0), size(free), bytes(free), size(limit), bytes(limit)}}, nil
			}).ForAdmins(),
		exec.Declare("DBMS", "dbms.security.clearAuthCache()", "Forgets the logins that were verified.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			n.verify.Forget()
			return nil, nil
		}).ForAdmins(),
		exec.Declare("DBMS", "db.clearQueryCaches() :: (value :: STRING)", "Forgets the plans that are kept.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			if cleared := n.engine.Clear(); cleared > 0 {
				return [][]graph.Value{{s(fmt.Sprintf("Query caches successfully cleared of %d queries.", cleared))}}, nil
			}
			return [][]graph.Value{{s("Query cache already empty.")}}, nil
		}).ForAdmins(),
		exec.Declare("DBMS", "db.checkpoint() :: (success :: BOOLEAN, message :: STRING)", "There is nothing to flush: what is committed is durable on a majority, and applied in one batch with its position.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			return [][]graph.Value{{graph.True, s("Every commit is durable already.")}}, nil
		}).ForAdmins(),
		exec.Declare("DBMS", "dbms.upgradeStatus() :: (status :: STRING, description :: STRING, resolution :: STRING)", "The system database is always of this version.", func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			return [][]graph.Value{{s("CURRENT"), s("The system database is of the version of this server."), s("Nothing required.")}}, nil
		}).ForAdmins(),
	}
}

func configRow(x Setting) []graph.Value {
	s := graph.String
	return []graph.Value{s(x.Name), s(x.Description), s(x.Value), graph.False, s(x.Default), s(x.Value), graph.Bool(x.Explicit), s("")}
}

// clientConfig gives the settings that Browser and cypher-shell ask for.
func (n *Node) clientConfig() [][]graph.Value {
	auth := "true"
	if n.cfg.NoAuth {
		auth = "false"
	}
	state, _ := n.catalog.State()
	rows := [][]graph.Value{}
	for _, x := range []Setting{
		{Name: "browser.post_connect_cmd", Description: "Commands that Browser runs when it has connected."},
		{Name: "browser.remote_content_hostname_whitelist", Description: "Hosts that Browser may fetch guides from.", Value: "localhost", Default: "localhost"},
		{Name: "client.allow_telemetry", Description: "Whether clients may send data about their use to anybody.", Value: "false", Default: "false"},
		{Name: "dbms.default_database", Description: "The database of sessions that name none.", Value: state.Default, Default: "neo4j"},
		{Name: "dbms.security.auth_enabled", Description: "Whether a login is needed.", Value: auth, Default: "true", Explicit: n.cfg.NoAuth},
	} {
		rows = append(rows, configRow(x))
	}
	return rows
}

func (n *Node) hasSetting(name string) bool {
	return slices.ContainsFunc(n.cfg.Settings, func(x Setting) bool { return x.Name == name })
}

// username is who is logged in, "" when nobody is.
func (s *session) username() string {
	if name := s.name.Load(); name != nil {
		return *name
	}
	return ""
}

// connections gives the sessions on connections that a transaction's user may see
// (end): their own, and those of others by privilege.
func (n *Node) connections(t *tx, action string) []*session {
	var out []*session
	n.sessions.Range(func(k, _ any) bool {
		x := k.(*session)
		if x.info.Kill != nil && (x.username() == t.username() || t.grants.set == nil || t.grants.set.Transactions(action, "*", x.username(), false)) {
			out = append(out, x)
		}
		return true
	})
	slices.SortFunc(out, func(a, b *session) int {
		return cmp.Or(a.info.Began.Compare(b.info.Began), strings.Compare(a.info.ID, b.info.ID))
	})
	return out
}

// kill ends connections by their ids.
func (n *Node) kill(t *tx, ids []graph.Value) [][]graph.Value {
	var rows [][]graph.Value
	there := n.connections(t, "terminate_transaction")
	for _, id := range ids {
		i := slices.IndexFunc(there, func(x *session) bool { return x.info.ID == textOf(id) })
		if i < 0 {
			rows = append(rows, []graph.Value{id, graph.String("n/a"), graph.String("No connection found with this id")})
			continue
		}
		rows = append(rows, []graph.Value{id, graph.String(there[i].username()), graph.String("Connection found")})
		if there[i] != t.s { // its own connection would take the answer with it
			there[i].info.Kill()
		} else {
			time.AfterFunc(killDelay, t.s.info.Kill)
		}
	}
	return rows
}

// killDelay lets the answer of a client that ends its own connection out.
const killDelay = 100 * time.Millisecond

// roleNames gives the roles of the transaction's user.
func (t *tx) roleNames() []string {
	if t.grants.user == nil || t.grants.set == nil {
		return []string{"PUBLIC", "admin"}
	}
	return t.grants.roles
}
