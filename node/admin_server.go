package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"graticule/catalog"
	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// invalidServer is the code of a command that the state of a server does not allow.
const invalidServer = "Neo.ClientError.Statement.ArgumentError"

func (a *administration) server(t ast.Text) (*catalog.Server, error) {
	if srv := a.state.Server(a.name(t)); srv != nil {
		return srv, nil
	}
	return nil, catalog.ErrServerNotFound
}

func (a *administration) enableServer(cmd *ast.EnableServer) (outcome, error) {
	srv, err := a.server(cmd.Name)
	if err != nil {
		return outcome{}, err
	}
	change := catalog.ServerChange{ID: srv.ID, State: "Enabled"}
	if cmd.Options != nil {
		if change.Options, err = serverOptions(cmd.Options, a.params); err != nil {
			return outcome{}, err
		}
	}
	switch srv.State {
	case "Enabled":
		return outcome{}, nil
	case "Free", "Cordoned":
		return a.change(catalog.Command{ChangeServers: []catalog.ServerChange{change}})
	}
	return outcome{}, status.New(invalidServer, "51N47", "Unable to enable server '%s': it is %s, from which there is no way back. Drop it, and start it again with an empty data folder.", srv.Name, strings.ToLower(srv.State))
}

func (a *administration) alterServer(cmd *ast.AlterServer) (outcome, error) {
	srv, err := a.server(cmd.Name)
	if err != nil {
		return outcome{}, err
	}
	options, err := serverOptions(cmd.Options, a.params)
	if err != nil {
		return outcome{}, err
	}
	return a.change(catalog.Command{ChangeServers: []catalog.ServerChange{{ID: srv.ID, Options: options}}})
}

func (a *administration) renameServer(cmd *ast.RenameServer) (outcome, error) {
	srv, err := a.server(cmd.Name)
	if err != nil {
		return outcome{}, err
	}
	to := a.name(cmd.To)
	if other := a.state.Server(to); to == "" || other != nil && other.ID != srv.ID {
		return outcome{}, status.New(invalidServer, "22N05", "Unable to rename server '%s' to '%s': the name is empty or another server's.", srv.Name, to)
	}
	return a.change(catalog.Command{ChangeServers: []catalog.ServerChange{{ID: srv.ID, Name: to}}})
}

// serverOptions reads the OPTIONS of a server; what is left out goes back to its default.
func serverOptions(e ast.Expr, params *graph.Map) (*catalog.ServerOptions, error) {
	bad := func(format string, args ...any) error {
		return status.New(status.ArgumentError, "22N04", format, args...)
	}
	m := literal(e, params)
	if m.Kind() != graph.KindMap {
		return nil, bad("The OPTIONS of a server must be a map.")
	}
	o := &catalog.ServerOptions{Mode: "NONE"}
	for i := range m.AsMap().Len() {
		key, v := m.AsMap().At(i)
		var list []string
		for _, x := range v.AsListOrNil() {
			if x.Kind() != graph.KindString {
				return nil, bad("Server option '%s' must be a list of strings.", key)
			}
			list = append(list, x.AsString())
		}
		if v.Kind() != graph.KindList && key != "modeConstraint" {
			list = nil
			if v.Kind() != graph.KindString || key != "tags" {
				if slices.Contains([]string{"allowedDatabases", "deniedDatabases", "tags"}, key) {
					return nil, bad("Server option '%s' must be a list of strings.", key)
				}
			}
		}
		switch key {
		case "modeConstraint":
			mode := strings.ToUpper(textOf(v))
			if v.Kind() != graph.KindString || !slices.Contains([]string{"NONE", "PRIMARY", "SECONDARY"}, mode) {
				return nil, bad("Server option 'modeConstraint' must be 'NONE', 'PRIMARY' or 'SECONDARY', not %s.", textOf(v))
			}
			o.Mode = mode
		case "allowedDatabases":
			o.Allowed = list
		case "deniedDatabases":
			o.Denied = list
		case "tags":
			for i, t := range list {
				if t == "" || strings.Contains(t, ",") || slices.Contains(list[:i], t) {
					return nil, bad("Server tag '%s' is empty, holds a comma, or is there twice.", t)
				}
			}
			o.Tags = list
		default:
			return nil, bad("Unrecognised server option '%s'. Expected 'allowedDatabases', 'deniedDatabases', 'modeConstraint' or 'tags'.", key)
		}
	}
	if len(o.Allowed) > 0 && len(o.Denied) > 0 {
		return nil, bad("Only one of the server options 'allowedDatabases' and 'deniedDatabases' may be given.")
	}
	return o, nil
}

func (a *administration) dropServer(cmd *ast.DropServer) (outcome, error) {
	srv, err := a.server(cmd.Name)
	if err != nil {
		return outcome{}, err
	}
	var holds []string
	for _, d := range a.state.Sorted() {
		if d.Role(srv.ID) != "" {
			holds = append(holds, d.Name)
		}
	}
	switch {
	case len(holds) > 0:
		return outcome{}, status.New(invalidServer, "51N45", "Unable to drop server '%s': it holds the databases %s. Run DEALLOCATE DATABASES FROM SERVER '%s' first.", srv.Name, strings.Join(holds, ", "), srv.Name)
	case srv.State != "Deallocated" && srv.State != "Free":
		return outcome{}, status.New(invalidServer, "51N45", "Unable to drop server '%s': it is %s, and has to be Deallocated. Run DEALLOCATE DATABASES FROM SERVER '%s' and wait until SHOW SERVERS says so.", srv.Name, srv.State, srv.Name)
	}
	return a.change(catalog.Command{DropServer: srv.ID})
}

var moveColumns = []string{"database", "fromServerName", "fromServerId", "toServerName", "toServerId", "mode"}

// movesOf gives the rows of DRYRUN.
func (a *administration) movesOf(moves []catalog.Move) outcome {
	out := outcome{columns: moveColumns}
	names := map[string]string{}
	for _, d := range a.state.Databases {
		names[d.ID] = d.Name
	}
	server := func(id string) (graph.Value, graph.Value) {
		srv := a.state.Servers[id]
		if srv == nil {
			return graph.Null, graph.Null
		}
		return graph.String(srv.Name), graph.String(id)
	}
	for _, m := range moves {
		fromName, fromID := server(m.From)
		toName, toID := server(m.To)
		out.rows = append(out.rows, []graph.Value{graph.String(names[m.Database]), fromName, fromID, toName, toID, graph.String(m.Mode)})
	}
	return out
}

func (a *administration) deallocate(cmd *ast.Deallocate) (outcome, error) {
	var ids []string
	var changes []catalog.ServerChange
	for _, t := range cmd.Servers {
		srv, err := a.server(t)
		if err != nil {
			return outcome{}, err
		}
		ids = append(ids, srv.ID)
		changes = append(changes, catalog.ServerChange{ID: srv.ID, State: "Deallocating"})
	}
	for _, d := range a.state.Sorted() {
		if d.Offline && slices.ContainsFunc(ids, func(id string) bool { return d.Role(id) != "" }) {
			return outcome{}, status.New(invalidServer, "51N46", "Unable to deallocate: database '%s' is offline, and only running databases can be moved. Start it with START DATABASE, or drop it.", d.Name)
		}
	}
	places, moves, err := a.state.Deallocate(ids, a.t.n.unavailable(a.state)...)
	var topology *catalog.TopologyError
	switch {
	case errors.As(err, &topology):
		return outcome{}, status.New(invalidServer, "51N46", "Unable to deallocate: no server is left that could take the copies: %v.", err)
	case err != nil:
		return outcome{}, err
	case cmd.DryRun:
		return a.movesOf(moves), nil
	}
	if err := a.allLed(places); err != nil {
		return outcome{}, err
	}
	return a.change(catalog.Command{Place: places, ChangeServers: changes})
}

func (a *administration) reallocate(dry bool) (outcome, error) {
	places, moves := a.state.Reallocate(a.t.n.unavailable(a.state)...)
	switch {
	case dry:
		return a.movesOf(moves), nil
	case len(places) == 0:
		return outcome{}, nil
	}
	if err := a.allLed(places); err != nil {
		return outcome{}, err
	}
	return a.change(catalog.Command{Place: places})
}

func (a *administration) allLed(places []catalog.Placement) error {
	for _, p := range places {
		if err := a.led(a.state.ByID(p.Database)); err != nil {
			return err
		}
	}
	return nil
}

// unavailable gives the servers of the catalog that are not there now: no copy should go to them.
func (n *Node) unavailable(s *catalog.State) []string {
	t := n.members.Topology()
	var out []string
	for _, srv := range s.Roster() {
		if m, ok := t.Member(srv.ID); srv.ID != n.id && (!ok || m.State != 1) {
			out = append(out, srv.ID)
		}
	}
	return out
}

// cordon keeps new copies away from a server, or lets them come again.
func (c *commander) cordon(ctx context.Context, who string, yes bool) error {
	for range rethinkMax {
		state, basis := c.t.n.catalog.Basis()
		srv := state.Server(who)
		if srv == nil {
			return adminFailure(catalog.ErrServerNotFound)
		}
		from, to := "Enabled", "Cordoned"
		if !yes {
			from, to = to, from
		}
		if srv.State == to {
			return nil
		}
		if srv.State != from {
			return status.New(invalidServer, "51N47", "Server '%s' is %s, not %s.", srv.Name, srv.State, from)
		}
		err := c.t.n.change(ctx, catalog.Command{Basis: basis, ChangeServers: []catalog.ServerChange{{ID: srv.ID, State: to}}})
		if !errors.Is(err, catalog.ErrChanged) {
			c.t.system = c.t.n.catalog.Applied()
			return err
		}
		if !sleep(ctx, rethinkPause) {
			return context.Cause(ctx)
		}
	}
	return fmt.Errorf("cordon server %s: %w", who, catalog.ErrChanged)
}
