package node

import (
	"context"
	"slices"
	"strings"
	"time"

	"graticule/catalog"
	"graticule/cypher"
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/status"
)

// commander executes SHOW and administration commands of one transaction.
type commander struct{ t *tx }

func textOf(v graph.Value) string { return fn.ToText(v) }

// columnsOf makes a column list: names before the bar are shown by default.
func columnsOf(text string) []cypher.ShowColumn {
	shown, more, _ := strings.Cut(text, "|")
	var out []cypher.ShowColumn
	for _, n := range strings.Fields(shown) {
		out = append(out, cypher.ShowColumn{Name: n, Default: true})
	}
	for _, n := range strings.Fields(more) {
		out = append(out, cypher.ShowColumn{Name: n})
	}
	return out
}

// Column lists: neo4j-admin's SHOW commands, in documented order.
const (
	databaseColumns    = "name type aliases access address role writer requestedStatus currentStatus statusMessage default home constituents | databaseID serverID currentPrimariesCount currentSecondariesCount requestedPrimariesCount requestedSecondariesCount creationTime lastStartTime lastStopTime store lastCommittedTxn replicationLag options"
	serverColumns      = "name address state health hosting | serverId httpAddress httpsAddress requestedHosting tags allowedDatabases deniedDatabases modeConstraint version region zone"
	userColumns        = "user roles passwordChangeRequired suspended home"
	settingColumns     = "name value isDynamic defaultValue description | startupValue isExplicitlySet validValues isDeprecated"
	transactionColumns = "database transactionId currentQueryId connectionId clientAddress username currentQuery startTime status elapsedTime | metaData parameters protocol"
	terminateColumns   = "transactionId username message"
)

// Columns gives the columns of a SHOW command.
func (c *commander) Columns(cmd ast.Command) []cypher.ShowColumn {
	s, ok := cmd.(*ast.Show)
	if !ok {
		return columnsOf(terminateColumns)
	}
	switch s.Kind {
	case "DATABASES":
		return columnsOf(databaseColumns)
	case "DEFAULT DATABASE", "HOME DATABASE":
		return columnsOf(strings.Replace(databaseColumns, " default home", "", 1))
	case "SERVERS":
		return columnsOf(serverColumns)
	case "USERS", "CURRENT USER":
		return columnsOf(userColumns)
	case "SETTINGS":
		return columnsOf(settingColumns)
	case "TRANSACTIONS":
		return columnsOf(transactionColumns)
	case "ALIASES":
		return columnsOf("name composite database location url user | driver defaultLanguage properties")
	}
	return nil
}

// Show gives the rows of a SHOW or TERMINATE command, all columns.
func (c *commander) Show(ctx context.Context, cmd ast.Command, params *graph.Map) ([]cypher.ShowColumn, [][]graph.Value, error) {
	columns := c.Columns(cmd)
	switch cmd := cmd.(type) {
	case *ast.Terminate:
		return columns, c.terminate(names(cmd.Names, params)), nil
	case *ast.Show:
		switch cmd.Kind {
		case "DATABASES":
			rows := c.databases(ctx)
			if cmd.Name != nil {
				want := name(*cmd.Name, params)
				rows = slices.DeleteFunc(rows, func(r []graph.Value) bool { return !strings.EqualFold(r[0].AsString(), want) })
			}
			return columns, rows, nil
		case "DEFAULT DATABASE", "HOME DATABASE":
			var rows [][]graph.Value
			for _, r := range c.databases(ctx) {
				if r[10].IsTrue() {
					rows = append(rows, slices.Delete(slices.Clone(r), 10, 12))
				}
			}
			return columns, rows, nil
		case "SERVERS":
			return columns, c.servers(ctx), nil
		case "USERS", "CURRENT USER":
			return columns, c.users(cmd.Kind == "CURRENT USER"), nil
		case "SETTINGS":
			return columns, c.settings(names(cmd.Names, params)), nil
		case "TRANSACTIONS":
			return columns, c.transactions(names(cmd.Names, params)), nil
		case "ALIASES":
			return columns, nil, nil
		}
		return nil, nil, status.New(status.UnsupportedOperation, "51N26", "SHOW %s is not available yet.", cmd.Kind)
	}
	return nil, nil, status.New(status.UnsupportedOperation, "51N26", "This command is not available yet.")
}

// name gives a name of a command that may be a parameter.
func name(t ast.Text, params *graph.Map) string {
	if t.Parameter != "" {
		v, _ := params.Get(t.Parameter)
		if v.Kind() == graph.KindString {
			return v.AsString()
		}
	}
	return t.Value
}

// names evaluates the literals, lists and parameters that name things.
func names(es []ast.Expr, params *graph.Map) []string {
	var out []string
	for _, e := range es {
		v := literal(e, params)
		if v.Kind() == graph.KindString {
			out = append(out, v.AsString())
		}
		for _, x := range v.AsListOrNil() {
			if x.Kind() == graph.KindString {
				out = append(out, x.AsString())
			}
		}
	}
	return out
}

// literal evaluates a literal, a list of such, or a parameter; null for anything else.
func literal(e ast.Expr, params *graph.Map) graph.Value {
	switch e := e.(type) {
	case *ast.Literal:
		return e.Value
	case *ast.Parameter:
		v, _ := params.Get(e.Name)
		return v
	case *ast.List:
		var vs []graph.Value
		for _, x := range e.Items {
			vs = append(vs, literal(x, params))
		}
		return graph.List(vs)
	}
	return graph.Null
}

// copyStatus is what a server tells of one of its copies.
type copyStatus struct {
	Status  string `json:"status"`
	Leader  bool   `json:"leader"`
	Applied uint64 `json:"applied"`
	Lag     uint64 `json:"lag"`
}

// localStatus tells of this server's copies, by database id.
func (n *Node) localStatus() map[string]copyStatus {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := map[string]copyStatus{}
	for id, d := range n.databases {
		s := copyStatus{Status: "online", Applied: d.store.Applied().Index}
		if d.group != nil {
			_, s.Leader = d.group.LeaderReady()
		}
		if d.feed != nil {
			s.Lag = d.feed.Lag().Entries
		}
		out[id] = s
	}
	g := n.system.Load()
	sys := copyStatus{Status: "online", Applied: n.catalog.Applied().Index}
	if g != nil {
		_, sys.Leader = g.LeaderReady()
	}
	out[systemGroup] = sys
	return out
}

// statusTimeout is how long SHOW waits for another server.
const statusTimeout = time.Second

// statuses asks all servers about their copies; a server that does not answer has no entry.
func (n *Node) statuses(ctx context.Context) map[string]map[string]copyStatus {
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	type answer struct {
		id string
		st map[string]copyStatus
	}
	alive := n.members.Topology().Alive()
	answers := make(chan answer, len(alive))
	asked := 0
	for _, m := range alive {
		if m.ID == n.id {
			continue
		}
		asked++
		go func() {
			var st map[string]copyStatus
			_ = n.call(ctx, m.ID, request{Op: "status"}, &st)
			answers <- answer{m.ID, st}
		}()
	}
	out := map[string]map[string]copyStatus{n.id: n.localStatus()}
	for range asked {
		if a := <-answers; a.st != nil {
			out[a.id] = a.st
		}
	}
	return out
}

func instant(nanos int64) graph.Value {
	if nanos == 0 {
		return graph.Null
	}
	return temporal.FromTime(time.Unix(0, nanos).UTC())
}

func (c *commander) databases(ctx context.Context) [][]graph.Value {
	n := c.t.n
	state, _ := n.catalog.State()
	st := n.statuses(ctx)
	var rows [][]graph.Value
	var system []string
	for _, srv := range state.Roster() {
		system = append(system, srv.ID)
	}
	all := append(state.Sorted(), &catalog.Database{ID: systemGroup, Name: "system", Voters: system, Primaries: len(system)})
	for _, d := range all {
		var newest uint64
		for _, h := range d.Holders() {
			newest = max(newest, st[h][d.ID].Applied)
		}
		online := map[string]int{}
		for _, h := range d.Holders() {
			if st[h][d.ID].Status == "online" {
				online[d.Role(h)]++
			}
		}
		for _, h := range d.Holders() {
			srv := state.Servers[h]
			cs, known := st[h][d.ID]
			requested, current, message, role := "online", "online", "", graph.String(d.Role(h))
			address := graph.Null
			if srv != nil {
				address = graph.String(srv.Bolt)
			}
			if d.Offline {
				requested, current = "offline", "offline"
			} else if !known {
				if st[h] == nil {
					current, message, address = "unknown", "Server is unavailable", graph.Null
				} else {
					current = "starting"
				}
				role = graph.String("unknown")
			}
			access := "read-write"
			if d.ReadOnly {
				access = "read-only"
			}
			kind := "standard"
			if d.ID == systemGroup {
				kind = "system"
			}
			isDefault := graph.Bool(strings.EqualFold(d.Name, state.Default))
			rows = append(rows, []graph.Value{
				graph.String(d.Name), graph.String(kind), graph.List(nil), graph.String(access), address, role, graph.Bool(cs.Leader), graph.String(requested), graph.String(current), graph.String(message),
				isDefault, isDefault, graph.List(nil), graph.String(d.ID), graph.String(h), graph.Int(int64(online["primary"])), graph.Int(int64(online["secondary"])), graph.Int(int64(d.Primaries)), graph.Int(int64(d.Secondaries)),
				instant(d.Created), instant(d.Started), instant(d.Stopped), graph.String("graticule-1"), graph.Int(int64(cs.Applied)), graph.Int(int64(cs.Applied) - int64(newest)), graph.MapOf(nil),
			})
		}
	}
	return rows
}

func (c *commander) servers(ctx context.Context) [][]graph.Value {
	n := c.t.n
	state, _ := n.catalog.State()
	st := n.statuses(ctx)
	var rows [][]graph.Value
	for _, srv := range state.Roster() {
		health := "Available"
		if st[srv.ID] == nil {
			health = "Unavailable"
		}
		var hosting, requested []string
		for _, d := range state.Sorted() {
			if d.Role(srv.ID) != "" {
				requested = append(requested, d.Name)
				if _, ok := st[srv.ID][d.ID]; ok {
					hosting = append(hosting, d.Name)
				}
			}
		}
		hosting, requested = append(hosting, "system"), append(requested, "system")
		rows = append(rows, []graph.Value{
			graph.String(srv.Name), graph.String(srv.Bolt), graph.String(srv.State), graph.String(health), graph.Strings(hosting), graph.String(srv.ID), graph.String(srv.HTTP), graph.Null,
			graph.Strings(requested), graph.Strings(srv.Tags), graph.List(nil), graph.List(nil), graph.String(srv.Mode), graph.String(Neo4jVersion), graph.String(srv.Region), graph.String(srv.Zone),
		})
	}
	return rows
}

func (c *commander) users(current bool) [][]graph.Value {
	state, _ := c.t.n.catalog.State()
	var rows [][]graph.Value
	for _, u := range state.Users {
		if current && (c.t.s.user == nil || c.t.s.user.Name != u.Name) {
			continue
		}
		home := graph.Null
		if u.Home != "" {
			home = graph.String(u.Home)
		}
		rows = append(rows, []graph.Value{graph.String(u.Name), graph.Strings([]string{"PUBLIC", "admin"}), graph.Bool(u.ChangeRequired), graph.Bool(u.Suspended), home})
	}
	slices.SortFunc(rows, func(a, b []graph.Value) int { return strings.Compare(a[0].AsString(), b[0].AsString()) })
	return rows
}

func (c *commander) settings(wanted []string) [][]graph.Value {
	var rows [][]graph.Value
	for _, s := range c.t.n.cfg.Settings {
		if len(wanted) > 0 && !slices.Contains(wanted, s.Name) {
			continue
		}
		rows = append(rows, []graph.Value{graph.String(s.Name), graph.String(s.Value), graph.False, graph.String(s.Default), graph.String(s.Description), graph.String(s.Value), graph.Bool(s.Explicit), graph.String(""), graph.False})
	}
	slices.SortFunc(rows, func(a, b []graph.Value) int { return strings.Compare(a[0].AsString(), b[0].AsString()) })
	return rows
}

func (t *tx) username() string {
	if t.s.user == nil {
		return ""
	}
	return t.s.user.Name
}

func (c *commander) transactions(wanted []string) [][]graph.Value {
	var rows [][]graph.Value
	for _, id := range c.t.n.txs.names() {
		x := c.t.n.txs.get(id)
		if x == nil || (len(wanted) > 0 && !slices.Contains(wanted, id)) {
			continue
		}
		state := "Running"
		if context.Cause(x.ctx) != nil {
			state = "Terminated"
		}
		elapsed := time.Since(x.began)
		rows = append(rows, []graph.Value{
			graph.String(x.def.Name), graph.String(id), graph.String(""), graph.String(x.s.info.ID), graph.String(x.s.info.Client), graph.String(x.username()), graph.String(""), temporal.FromTime(x.began.UTC()),
			graph.String(state), graph.DurationOf(graph.Duration{Seconds: int64(elapsed / time.Second), Nanos: int32(elapsed % time.Second)}), graph.MapOf(x.cfg.Metadata), graph.MapOf(nil), graph.String("bolt"),
		})
	}
	return rows
}

func (c *commander) terminate(ids []string) [][]graph.Value {
	var rows [][]graph.Value
	for _, id := range ids {
		x := c.t.n.txs.get(id)
		if x == nil {
			rows = append(rows, []graph.Value{graph.String(id), graph.Null, graph.String("Transaction not found.")})
			continue
		}
		x.cancel(status.New(status.Terminated, "25N14", "The transaction has been terminated. Retry your operation in a new transaction, and you should see a successful result. Explicitly terminated by the user."))
		rows = append(rows, []graph.Value{graph.String(id), graph.String(x.username()), graph.String("Transaction terminated.")})
	}
	return rows
}
