package node

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"graticule/catalog"
	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// --- administration ---

var databaseName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.-]{1,61}[A-Za-z0-9]$`)

// Admin executes a command that changes the catalog.
func (c *commander) Admin(ctx context.Context, cmd ast.Command, params *graph.Map) ([]string, [][]graph.Value, int64, error) {
	n := c.t.n
	state, _ := n.catalog.State()
	done := func(err error) ([]string, [][]graph.Value, int64, error) {
		if err != nil {
			return nil, nil, 0, adminFailure(err)
		}
		c.t.system = n.catalog.Applied()
		return nil, nil, 1, nil
	}
	find := func(t ast.Text, ifExists bool) (*catalog.Database, error) {
		d := state.Database(name(t, params))
		if d == nil && !ifExists {
			return nil, status.New(status.DatabaseNotFound, "22N51", "Database does not exist. Database name: '%s'.", name(t, params))
		}
		return d, nil
	}
	alter := func(d *catalog.Database, w ast.Wait, change func(*catalog.Database)) ([]string, [][]graph.Value, int64, error) {
		x := *d
		change(&x)
		if err := n.change(ctx, catalog.Command{AlterDatabase: &x}); err != nil {
			return done(err)
		}
		return c.wait(ctx, x.Name, w)
	}
	switch cmd := cmd.(type) {
	case *ast.CreateDatabase:
		who := name(cmd.Name, params)
		old := state.Database(who)
		switch {
		case !databaseName.MatchString(who) || strings.EqualFold(who, "system") || strings.HasPrefix(strings.ToLower(who), "system"):
			return nil, nil, 0, status.New(status.ArgumentError, "22N05", "Database name '%s' is invalid: a name has 3 to 63 characters (letters, digits, dots, dashes), begins with a letter, and does not begin with 'system'.", who)
		case cmd.Composite:
			return nil, nil, 0, status.New(status.UnsupportedOperation, "51N26", "Composite databases are not available yet.")
		case old != nil && cmd.IfNotExists:
			return nil, nil, 0, nil
		case old != nil && !cmd.OrReplace:
			return nil, nil, 0, adminFailure(catalog.ErrDatabaseExists)
		}
		p, s, err := topology(cmd.Topology, params, 1, 0)
		if err != nil {
			return nil, nil, 0, err
		}
		d, err := n.newDatabase(state, who, p, s)
		if err != nil {
			return nil, nil, 0, err
		}
		if err := n.change(ctx, catalog.Command{CreateDatabase: d, ReplaceExisting: cmd.OrReplace}); err != nil {
			return done(err)
		}
		return c.wait(ctx, who, cmd.Wait)
	case *ast.AlterDatabase:
		d, err := find(cmd.Name, cmd.IfExists)
		if err != nil || d == nil {
			return nil, nil, 0, err
		}
		p, s, err := topology(cmd.Topology, params, d.Primaries, d.Secondaries)
		if err != nil {
			return nil, nil, 0, err
		}
		voters, readers, err := state.Allocate(d, p, s)
		if err != nil {
			return nil, nil, 0, err
		}
		return alter(d, cmd.Wait, func(x *catalog.Database) {
			x.Primaries, x.Secondaries, x.Voters, x.Readers = p, s, voters, readers
			if cmd.Access != "" {
				x.ReadOnly = cmd.Access == "READ ONLY"
			}
		})
	case *ast.DropDatabase:
		d, err := find(cmd.Name, cmd.IfExists)
		if err != nil || d == nil {
			return nil, nil, 0, err
		}
		return done(n.change(ctx, catalog.Command{DropDatabase: d.Name}))
	case *ast.StartDatabase:
		d, err := find(cmd.Name, false)
		if err != nil {
			return nil, nil, 0, err
		}
		return alter(d, cmd.Wait, func(x *catalog.Database) { x.Offline = false })
	case *ast.StopDatabase:
		d, err := find(cmd.Name, false)
		if err != nil {
			return nil, nil, 0, err
		}
		return alter(d, cmd.Wait, func(x *catalog.Database) { x.Offline = true })
	case *ast.CreateUser:
		who := name(cmd.Name, params)
		old := state.Users[who]
		if old != nil && cmd.IfNotExists {
			return nil, nil, 0, nil
		}
		u := catalog.User{Name: who, ID: newUUID(), ChangeRequired: true}
		if err := changeUser(&u, &cmd.UserChange, params); err != nil {
			return nil, nil, 0, err
		}
		if u.Hash == "" {
			return nil, nil, 0, status.New(status.SyntaxError, "42001", "No password was given for the user '%s': use SET PASSWORD.", who)
		}
		if cmd.OrReplace {
			return done(n.change(ctx, catalog.Command{PutUser: &u}))
		}
		return done(n.change(ctx, catalog.Command{CreateUser: &u}))
	case *ast.AlterUser:
		old := state.Users[name(cmd.Name, params)]
		if old == nil {
			if cmd.IfExists {
				return nil, nil, 0, nil
			}
			return nil, nil, 0, adminFailure(catalog.ErrUserNotFound)
		}
		u := *old
		if err := changeUser(&u, &cmd.UserChange, params); err != nil {
			return nil, nil, 0, err
		}
		return done(n.change(ctx, catalog.Command{PutUser: &u}))
	case *ast.DropUser:
		who := name(cmd.Name, params)
		switch {
		case state.Users[who] == nil && cmd.IfExists:
			return nil, nil, 0, nil
		case c.t.s.user != nil && c.t.s.user.Name == who:
			return nil, nil, 0, status.New(status.ArgumentError, "42N0B", "Deleting yourself (User '%s') is not allowed.", who)
		}
		return done(n.change(ctx, catalog.Command{DropUser: who}))
	case *ast.RenameUser:
		return done(n.change(ctx, catalog.Command{RenameUser: &[2]string{name(cmd.Name, params), name(cmd.To, params)}}))
	case *ast.SetOwnPassword:
		return done(c.setOwnPassword(ctx, state, literal(cmd.From, params), literal(cmd.To, params)))
	case *ast.EnableServer:
		return done(c.changeServer(ctx, state, name(cmd.Name, params), func(s *catalog.Server) { s.State = "Enabled" }))
	case *ast.RenameServer:
		return done(c.changeServer(ctx, state, name(cmd.Name, params), func(s *catalog.Server) { s.Name = name(cmd.To, params) }))
	}
	return nil, nil, 0, status.New(status.UnsupportedOperation, "51N26", "This administration command is not available yet.")
}

func (c *commander) changeServer(ctx context.Context, state *catalog.State, who string, change func(*catalog.Server)) error {
	for _, s := range state.Servers {
		if s.ID == who || s.Name == who {
			x := *s
			change(&x)
			return c.t.n.change(ctx, catalog.Command{Register: &x})
		}
	}
	return catalog.ErrServerNotFound
}

func (c *commander) setOwnPassword(ctx context.Context, state *catalog.State, from, to graph.Value) error {
	if c.t.s.user == nil || from.Kind() != graph.KindString || to.Kind() != graph.KindString {
		return status.New(status.ArgumentError, "22N00", "The passwords must be strings.")
	}
	u := *state.Users[c.t.s.user.Name]
	if !c.t.n.verify.Verify(u.Hash, from.AsString()) {
		return status.New(status.ArgumentError, "42NFF", "User '%s' failed to alter their own password: Invalid principal or credentials.", u.Name)
	}
	if from.AsString() == to.AsString() {
		return status.New(status.ArgumentError, "22N05", "User '%s' failed to alter their own password: Old password and new password cannot be the same.", u.Name)
	}
	if err := setPassword(&u, to); err != nil {
		return err
	}
	u.ChangeRequired = false
	if err := c.t.n.change(ctx, catalog.Command{PutUser: &u}); err != nil {
		return err
	}
	c.t.s.user = &u
	return nil
}

const passwordMin = 8

func setPassword(u *catalog.User, v graph.Value) error {
	if v.Kind() != graph.KindString || len(v.AsString()) < passwordMin {
		return status.New(status.ArgumentError, "22N05", "A password must be at least %d characters.", passwordMin)
	}
	u.Hash = catalog.HashPassword(v.AsString())
	return nil
}

func changeUser(u *catalog.User, c *ast.UserChange, params *graph.Map) error {
	if c.Password != nil {
		if c.Encrypted {
			return status.New(status.UnsupportedOperation, "51N26", "Encrypted passwords are not available yet; give it in plain text.")
		}
		if err := setPassword(u, literal(c.Password, params)); err != nil {
			return err
		}
	}
	if c.ChangeRequired != nil {
		u.ChangeRequired = *c.ChangeRequired
	}
	if c.Suspended != nil {
		u.Suspended = *c.Suspended
	}
	if c.Home != nil {
		u.Home = name(*c.Home, params)
	}
	if c.RemoveHome {
		u.Home = ""
	}
	return nil
}

// Topology limits of one database.
const (
	primariesMax   = 11
	secondariesMax = 20
)

func topology(t *ast.Topology, params *graph.Map, p, s int) (int, int, error) {
	if t == nil {
		return p, s, nil
	}
	number := func(e ast.Expr, low, high int, what string) (int, error) {
		v := literal(e, params)
		if v.Kind() != graph.KindInt || v.AsInt() < int64(low) || v.AsInt() > int64(high) {
			return 0, status.New(status.ArgumentError, "22N31", "A topology has %d to %d %s, not %s.", low, high, what, textOf(v))
		}
		return int(v.AsInt()), nil
	}
	p, err := number(t.Primaries, 1, primariesMax, "primaries")
	if err != nil {
		return 0, 0, err
	}
	if t.Secondaries == nil {
		return p, 0, nil
	}
	s, err = number(t.Secondaries, 0, secondariesMax, "secondaries")
	return p, s, err
}

// wait waits until all servers have brought the database to what is wanted.
func (c *commander) wait(ctx context.Context, database string, w ast.Wait) ([]string, [][]graph.Value, int64, error) {
	n := c.t.n
	c.t.system = n.catalog.Applied()
	if !w.Wait {
		return nil, nil, 1, nil
	}
	limit := 300 * time.Second
	if w.Seconds > 0 {
		limit = time.Duration(w.Seconds) * time.Second
	}
	until := time.Now().Add(limit)
	columns := []string{"address", "state", "message", "success"}
	for {
		state, _ := n.catalog.State()
		d := state.Database(database)
		if d == nil {
			return columns, nil, 1, nil
		}
		st := n.statuses(ctx)
		var rows [][]graph.Value
		all := true
		for _, h := range d.Holders() {
			_, open := st[h][d.ID]
			ok := open != d.Offline
			all = all && ok
			text, message := "CaughtUp", "caught up"
			if !ok {
				text, message = "CatchingUp", "still catching up"
			}
			rows = append(rows, []graph.Value{graph.String(state.Servers[h].Bolt), graph.String(text), graph.String(message), graph.Bool(ok)})
		}
		if all || time.Now().After(until) {
			return columns, rows, 1, nil
		}
		if !sleep(ctx, dutyInterval) {
			return nil, nil, 1, context.Cause(ctx)
		}
	}
}

func adminFailure(err error) error {
	if status.As(err) != nil {
		return err
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
	}
	return fmt.Errorf("change the system database: %w", err)
}
