package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"graticule/catalog"
	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// administration is the attempt to carry out one command on what the catalog
// holds now.
type administration struct {
	*commander
	ctx    context.Context
	params *graph.Map
	state  *catalog.State
	basis  uint64
}

// outcome is what a command gives: rows, if it has any, and how many changes it made.
type outcome struct {
	columns []string
	rows    [][]graph.Value
	updates int64
}

// How often a command that was thought out on an old state is thought out again.
const (
	rethinkMax   = 100
	rethinkPause = 20 * time.Millisecond
)

// Admin executes a command that changes the catalog.
func (c *commander) Admin(ctx context.Context, cmd ast.Command, params *graph.Map) ([]string, [][]graph.Value, int64, error) {
	var err error
	for range rethinkMax {
		a := &administration{commander: c, ctx: ctx, params: params}
		a.state, a.basis = c.t.n.catalog.Basis()
		var out outcome
		if out, err = a.do(cmd); err == nil {
			c.t.system = c.t.n.catalog.Applied()
			return out.columns, out.rows, out.updates, nil
		}
		if !errors.Is(err, catalog.ErrChanged) {
			return nil, nil, 0, adminFailure(err)
		}
		if !sleep(ctx, rethinkPause) {
			return nil, nil, 0, context.Cause(ctx)
		}
	}
	return nil, nil, 0, adminFailure(err)
}

// do carries the command out.
func (a *administration) do(cmd ast.Command) (outcome, error) {
	if err := a.permitted(cmd); err != nil {
		return outcome{}, err
	}
	switch cmd := cmd.(type) {
	case *ast.CreateDatabase:
		return a.createDatabase(cmd)
	case *ast.AlterDatabase:
		return a.alterDatabase(cmd)
	case *ast.DropDatabase:
		return a.dropDatabase(cmd)
	case *ast.StartDatabase:
		return a.setOffline(cmd.Name, cmd.Wait, false)
	case *ast.StopDatabase:
		return a.setOffline(cmd.Name, cmd.Wait, true)
	case *ast.CreateAlias:
		return a.createAlias(cmd)
	case *ast.AlterAlias:
		return a.alterAlias(cmd)
	case *ast.DropAlias:
		return a.dropAlias(cmd)
	case *ast.CreateUser:
		return a.createUser(cmd)
	case *ast.AlterUser:
		return a.alterUser(cmd)
	case *ast.DropUser:
		return a.dropUser(cmd)
	case *ast.RenameUser:
		return a.renameUser(cmd)
	case *ast.SetOwnPassword:
		return a.setOwnPassword(literal(cmd.From, a.params), literal(cmd.To, a.params))
	case *ast.CreateRole:
		return a.createRole(cmd)
	case *ast.DropRole:
		return a.dropRole(cmd)
	case *ast.RenameRole:
		return a.renameRole(cmd)
	case *ast.GrantRoles:
		return a.grantRoles(cmd)
	case *ast.GrantPrivilege:
		return a.grantPrivilege(cmd)
	case *ast.EnableServer:
		return a.enableServer(cmd)
	case *ast.AlterServer:
		return a.alterServer(cmd)
	case *ast.RenameServer:
		return a.renameServer(cmd)
	case *ast.DropServer:
		return a.dropServer(cmd)
	case *ast.Deallocate:
		return a.deallocate(cmd)
	case *ast.Reallocate:
		return a.reallocate(cmd.DryRun)
	}
	return outcome{}, status.New(status.UnsupportedOperation, "51N26", "This administration command is not available.")
}

// change proposes a command thought out on the state at hand.
func (a *administration) change(c catalog.Command) (outcome, error) {
	c.Basis = a.basis
	if err := a.t.n.change(a.ctx, c); err != nil {
		return outcome{}, err
	}
	return outcome{updates: 1}, nil
}

func (a *administration) name(t ast.Text) string { return name(t, a.params) }

func adminFailure(err error) error {
	if status.As(err) != nil {
		return err
	}
	var topology *catalog.TopologyError
	if errors.As(err, &topology) {
		return status.New("Neo.ClientError.Statement.SemanticError", "51N52", "%v", err)
	}
	switch {
	case errors.Is(err, catalog.ErrDatabaseExists):
		return status.New("Neo.ClientError.Database.ExistingDatabaseFound", "42N10", "Failed to create the specified database: Database already exists.")
	case errors.Is(err, catalog.ErrDatabaseNotFound):
		return status.New(status.DatabaseNotFound, "22N51", "Database does not exist.")
	case errors.Is(err, catalog.ErrUserExists):
		return status.New(status.ArgumentError, "42N12", "Failed to create the specified user: User already exists.")
	case errors.Is(err, catalog.ErrUserNotFound):
		return status.New(status.ArgumentError, "42N09", "Failed to change the specified user: User does not exist.")
	case errors.Is(err, catalog.ErrServerNotFound):
		return status.New(status.ArgumentError, "22N00", "No server of this name or id is known; see SHOW SERVERS.")
	case errors.Is(err, catalog.ErrChanged):
		return status.New("Neo.TransientError.Database.DatabaseUnavailable", "51N33", "Other administration commands kept changing what this one is about; nothing was done. Run it again.")
	}
	return fmt.Errorf("change the system database: %w", err)
}
