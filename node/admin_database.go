package node

import (
	"context"
	"regexp"
	"strings"
	"time"

	"graticule/catalog"
	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// databaseName and aliasName say which names databases and aliases may have.
var (
	databaseName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.-]{1,61}[A-Za-z0-9]$`)
	aliasName    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,64}$`)
)

// databaseLimit is how many databases a cluster may have, the system database not counted.
const databaseLimit = 100

func (a *administration) createDatabase(cmd *ast.CreateDatabase) (outcome, error) {
	who := a.name(cmd.Name)
	old := a.state.Database(who)
	switch {
	case !databaseName.MatchString(who) || strings.HasPrefix(strings.ToLower(who), "system"):
		return outcome{}, status.New(status.ArgumentError, "22N05", "Database name '%s' is invalid: a name has 3 to 63 characters (letters, digits, dots, dashes), begins with a letter, and does not begin with 'system'.", who)
	case cmd.Composite:
		return outcome{}, status.New(status.UnsupportedOperation, "51N26", "Composite databases are not available.")
	case cmd.OrReplace && cmd.IfNotExists:
		return outcome{}, status.New(status.SyntaxError, "42N14", "Failed to create the specified database '%s': cannot have both `OR REPLACE` and `IF NOT EXISTS`.", who)
	case (old != nil || a.state.Aliases[strings.ToLower(who)] != nil) && cmd.IfNotExists:
		return outcome{}, nil
	case a.state.Aliases[strings.ToLower(who)] != nil:
		return outcome{}, status.New("Neo.ClientError.Database.ExistingAliasFound", "42N10", "Failed to create the specified database '%s': An alias with this name exists.", who)
	case old != nil && !cmd.OrReplace:
		return outcome{}, status.New("Neo.ClientError.Database.ExistingDatabaseFound", "42N10", "Failed to create the specified database '%s': Database already exists.", who)
	case old == nil && len(a.state.Databases) >= databaseLimit:
		return outcome{}, status.New("Neo.ClientError.Database.DatabaseLimitReached", "51N53", "Failed to create the specified database '%s': there are %d databases, which is the limit.", who, databaseLimit)
	}
	if err := databaseOptions(cmd.Options, a.params); err != nil {
		return outcome{}, err
	}
	p, s := max(a.state.Allocation.Primaries, 1), a.state.Allocation.Secondaries
	p, s, err := topology(cmd.Topology, a.params, p, s)
	if err != nil {
		return outcome{}, err
	}
	d, err := a.t.n.newDatabase(a.state, who, p, s)
	if err != nil {
		return outcome{}, err
	}
	d.Language = cmd.Language
	if _, err := a.change(catalog.Command{CreateDatabase: d, ReplaceExisting: cmd.OrReplace}); err != nil {
		return outcome{}, err
	}
	return a.wait(who, cmd.Wait)
}

// databaseOptions refuses the options that nothing is done about.
func databaseOptions(e ast.Expr, params *graph.Map) error {
	if e == nil {
		return nil
	}
	m := literal(e, params)
	if m.Kind() != graph.KindMap {
		return status.New(status.ArgumentError, "22N00", "The OPTIONS of a database must be a map.")
	}
	for i := range m.AsMap().Len() {
		switch k, v := m.AsMap().At(i); strings.ToLower(k) {
		case "existingdata":
			if v.Kind() != graph.KindString || !strings.EqualFold(v.AsString(), "use") {
				return status.New(status.ArgumentError, "22N04", "Could not create database with specified existingData '%s'. Expected 'use'.", textOf(v))
			}
		default:
			return status.New(status.ArgumentError, "22N04", "Could not create database with unrecognised option(s): '%s'. Expected 'existingData'. Seeding from elsewhere and choosing a store format are not available.", k)
		}
	}
	return nil
}

// find finds a database by name or alias, with an error when it is not there.
func (a *administration) find(t ast.Text) (*catalog.Database, error) {
	if d := a.state.Find(a.name(t)); d != nil {
		return d, nil
	}
	if strings.EqualFold(a.name(t), "system") {
		return nil, status.New(status.UnsupportedOperation, "51N44", "The system database cannot be changed: its copies stand where the servers are.")
	}
	return nil, status.New(status.DatabaseNotFound, "22N51", "Failed to find the specified database '%s': Database does not exist.", a.name(t))
}

func (a *administration) alterDatabase(cmd *ast.AlterDatabase) (outcome, error) {
	if cmd.IfExists && a.state.Find(a.name(cmd.Name)) == nil {
		return outcome{}, nil
	}
	d, err := a.find(cmd.Name)
	if err != nil {
		return outcome{}, err
	}
	if len(cmd.Options) > 0 {
		return outcome{}, status.New(status.ArgumentError, "22N04", "There is no option '%s' that could be altered.", cmd.Options[0].Key)
	}
	p, s, err := topology(cmd.Topology, a.params, d.Primaries, d.Secondaries)
	if err != nil {
		return outcome{}, err
	}
	x := *d
	if cmd.Topology != nil {
		if x.Voters, x.Readers, err = a.state.Allocate(d, p, s, a.t.n.unavailable(a.state)...); err != nil {
			return outcome{}, err
		}
		x.Primaries, x.Secondaries, x.Founders = p, s, nil // a server that comes back must not found the group again
		if err := a.led(d); err != nil {
			return outcome{}, err
		}
	}
	if cmd.Access != "" {
		x.ReadOnly = cmd.Access == "READ ONLY"
	}
	if cmd.Language != 0 {
		x.Language = cmd.Language
	}
	return a.alter(&x, cmd.Wait)
}

// led refuses to move copies of a database whose group has no leader: nobody could
// hand the data over.
func (a *administration) led(d *catalog.Database) error {
	until := time.Now().Add(electionPatience)
	for !d.Offline && a.t.n.membersOf(a.ctx, d) == nil {
		if time.Now().After(until) {
			return status.New(invalidServer, "51N46", "The copies of database '%s' cannot be moved: it has no leader now, for too many of its primaries are away.", d.Name)
		}
		if !sleep(a.ctx, dutyInterval) {
			return context.Cause(a.ctx)
		}
	}
	return nil
}

func (a *administration) alter(x *catalog.Database, w ast.Wait) (outcome, error) {
	if _, err := a.change(catalog.Command{AlterDatabase: x}); err != nil {
		return outcome{}, err
	}
	return a.wait(x.Name, w)
}

func (a *administration) setOffline(t ast.Text, w ast.Wait, offline bool) (outcome, error) {
	d, err := a.find(t)
	if err != nil {
		return outcome{}, err
	}
	x := *d
	x.Offline = offline
	return a.alter(&x, w)
}

func (a *administration) dropDatabase(cmd *ast.DropDatabase) (outcome, error) {
	d := a.state.Database(a.name(cmd.Name))
	switch {
	case d == nil && a.state.Aliases[strings.ToLower(a.name(cmd.Name))] != nil:
		return outcome{}, status.New(status.DatabaseNotFound, "22N51", "Failed to delete the specified database '%s': it is an alias. Drop the database by its own name.", a.name(cmd.Name))
	case d == nil && cmd.IfExists:
		return outcome{}, nil
	case d == nil:
		_, err := a.find(cmd.Name)
		return outcome{}, err
	case cmd.Dump:
		return outcome{}, status.New(status.UnsupportedOperation, "51N26", "DUMP DATA is not available; stop the database and copy the data folder of a server, or leave the database stopped.")
	}
	aliases := a.state.AliasesOf(d.Name)
	if len(aliases) > 0 && !cmd.Cascade {
		return outcome{}, status.New("Neo.DatabaseError.Statement.ExecutionFailed", "42N86", "Failed to delete the specified database '%s': Database has one or more aliases. Drop the aliases '%s' before dropping the database, or add CASCADE ALIASES.", d.Name, strings.Join(aliases, "', '"))
	}
	return a.change(catalog.Command{DropDatabase: d.Name, DropAliases: aliases})
}

func (a *administration) createAlias(cmd *ast.CreateAlias) (outcome, error) {
	who := a.name(cmd.Name)
	old := a.state.Aliases[strings.ToLower(who)]
	switch {
	case !aliasName.MatchString(who) || strings.HasPrefix(strings.ToLower(who), "system"):
		return outcome{}, status.New(status.ArgumentError, "22N05", "Alias name '%s' is invalid: a name has 1 to 65 characters (letters, digits, dots, dashes, underscores), begins with a letter, and does not begin with 'system'.", who)
	case cmd.Remote:
		return outcome{}, status.New(status.UnsupportedOperation, "51N26", "Aliases of databases in other clusters are not available.")
	case cmd.OrReplace && cmd.IfNotExists:
		return outcome{}, status.New(status.SyntaxError, "42N14", "Failed to create the specified database alias '%s': cannot have both `OR REPLACE` and `IF NOT EXISTS`.", who)
	case cmd.IfNotExists && (old != nil || a.state.Database(who) != nil):
		return outcome{}, nil
	case a.state.Database(who) != nil:
		return outcome{}, status.New("Neo.ClientError.Database.ExistingDatabaseFound", "42N10", "Failed to create the specified database alias '%s': Database exists with that name.", who)
	case old != nil && !cmd.OrReplace:
		return outcome{}, status.New("Neo.ClientError.Database.ExistingAliasFound", "42N10", "Failed to create the specified database alias '%s': Database alias already exists.", who)
	}
	return a.putAlias("create", &catalog.Alias{Name: who}, &cmd.Target, cmd.Properties)
}

// putAlias completes an alias and writes it.
func (a *administration) putAlias(verb string, alias *catalog.Alias, target *ast.Text, properties ast.Expr) (outcome, error) {
	if target != nil {
		d := a.state.Database(a.name(*target))
		switch {
		case a.state.Aliases[strings.ToLower(a.name(*target))] != nil:
			return outcome{}, status.New(status.DatabaseNotFound, "22N51", "Failed to %s the specified database alias '%s': Target database '%s' is an alias itself.", verb, alias.Name, a.name(*target))
		case d == nil:
			return outcome{}, status.New(status.DatabaseNotFound, "22N51", "Failed to %s the specified database alias '%s': Target database '%s' does not exist.", verb, alias.Name, a.name(*target))
		}
		alias.Target = d.Name
	}
	if properties != nil {
		v := literal(properties, a.params)
		if v.Kind() != graph.KindMap {
			return outcome{}, status.New(status.ArgumentError, "22N00", "The PROPERTIES of an alias must be a map.")
		}
		alias.Properties = betweenServers.Append(nil, v)
	}
	return a.change(catalog.Command{PutAlias: alias})
}

func (a *administration) alterAlias(cmd *ast.AlterAlias) (outcome, error) {
	old := a.state.Aliases[strings.ToLower(a.name(cmd.Name))]
	switch {
	case old == nil && cmd.IfExists:
		return outcome{}, nil
	case old == nil:
		return outcome{}, status.New(status.DatabaseNotFound, "22N51", "Failed to alter the specified database alias '%s': Database alias does not exist.", a.name(cmd.Name))
	case cmd.Remote:
		return outcome{}, status.New(status.UnsupportedOperation, "51N26", "Aliases of databases in other clusters are not available.")
	}
	alias := *old
	return a.putAlias("alter", &alias, cmd.Target, cmd.Properties)
}

func (a *administration) dropAlias(cmd *ast.DropAlias) (outcome, error) {
	who := a.name(cmd.Name)
	switch {
	case a.state.Aliases[strings.ToLower(who)] != nil:
		return a.change(catalog.Command{DropAliases: []string{who}})
	case cmd.IfExists:
		return outcome{}, nil
	}
	return outcome{}, status.New(status.DatabaseNotFound, "22N51", "Failed to delete the specified database alias '%s': Database alias does not exist.", who)
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
func (a *administration) wait(database string, w ast.Wait) (outcome, error) {
	n, ctx := a.t.n, a.ctx
	out := outcome{updates: 1}
	if !w.Wait {
		return out, nil
	}
	a.t.system = n.catalog.Applied()
	limit := 300 * time.Second
	if w.Seconds > 0 {
		limit = time.Duration(w.Seconds) * time.Second
	}
	until := time.Now().Add(limit)
	out.columns = []string{"address", "state", "message", "success"}
	for {
		state, _ := n.catalog.State()
		d := state.Database(database)
		if d == nil {
			return out, nil
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
			out.rows = rows
			return out, nil
		}
		if !sleep(ctx, dutyInterval) {
			return out, context.Cause(ctx)
		}
	}
}
