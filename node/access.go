package node

import (
	"slices"
	"strings"
	"sync"

	"graticule/catalog"
	"graticule/catalog/privilege"
	"graticule/cypher"
	"graticule/cypher/ast"
	"graticule/cypher/exec"
	"graticule/node/guard"
	"graticule/status"
)

// grants are what one user may do as the catalog says at one moment.
type grants struct {
	state *catalog.State
	user  *catalog.User
	roles []string       // PUBLIC among them; nil when everything is allowed
	set   *privilege.Set // nil: everything
	home  string         // id of the home database

	mu     sync.Mutex
	rights map[string]*guard.Rights // by database
}

// everything is what the server itself may do, and everybody who needs no login.
var everything = &grants{}

// grantsOf gives what a user of the newest state may do.
func (n *Node) grantsOf(name string) (*grants, error) {
	state, _ := n.catalog.State()
	if x, ok := n.grants.Load(name); ok && x.(*grants).state == state {
		return x.(*grants), nil
	}
	u := state.Users[name]
	if u == nil || u.Suspended {
		return nil, expired()
	}
	g := &grants{state: state, user: u, rights: map[string]*guard.Rights{}}
	if state.Roles != nil { // a cluster of an earlier version lets everybody do everything until its leader has set up the roles
		g.roles = rolesOf(u)
		var lists [][]privilege.Privilege
		for _, r := range g.roles {
			if role := state.Roles[r]; role != nil {
				lists = append(lists, role.Privileges)
			}
		}
		g.set = privilege.NewSet(lists...)
	}
	home := u.Home
	if home == "" {
		home = state.Default
	}
	if d := state.Find(home); d != nil {
		g.home = d.ID
	}
	n.grants.Store(name, g)
	return g, nil
}

// expired makes drivers log in again, which then tells what is wrong.
func expired() error {
	return status.New("Neo.ClientError.Security.AuthorizationExpired", "42NFF", "Authorization info expired.")
}

// whoami tells in errors who it is that may not.
func (g *grants) whoami() string {
	return "user '" + g.user.Name + "' with roles [" + strings.Join(g.roles, ", ") + "]"
}

func forbidden(format string, args ...any) error {
	return status.New(status.Forbidden, "42NFF", format, args...)
}

// enter refuses a database that the user has no access to.
func (g *grants) enter(d *catalog.Database) error {
	if g.set == nil || d.ID == systemGroup || g.set.Database("access", d.Name, d.ID == g.home) {
		return nil
	}
	return forbidden("Database access is not allowed for %s.", g.whoami())
}

// on gives the rights on the elements of a database; nil when everything is allowed.
func (g *grants) on(d *catalog.Database) *guard.Rights {
	if g.set == nil || d.ID == systemGroup {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.rights[d.ID]
	if r == nil {
		home := d.ID == g.home
		r = guard.NewRights(g.set.Graph(d.Name, home), func(action string) bool { return g.set.Database(action, d.Name, home) }, d.Name, g.whoami())
		g.rights[d.ID] = r
	}
	return r
}

// dbms refuses an action on the whole system that is not granted.
func (g *grants) dbms(action string) error {
	if g.set == nil || g.set.DBMS(action) {
		return nil
	}
	return forbidden("Permission has not been granted for %s.", g.whoami())
}

// mayCall refuses a procedure that the user may not execute.
func (g *grants) mayCall(p *exec.Procedure) error {
	if g.set == nil || strings.HasPrefix(p.Name, " ") {
		return nil
	}
	boosted := g.set.On("execute_boosted", "PROCEDURE", p.Name)
	switch {
	case p.Admin && (boosted || g.set.DBMS("execute_admin")):
		return nil
	case p.Admin:
		return forbidden("Executing admin procedure '%s' permission has not been granted for %s.", p.Name, g.whoami())
	case boosted, g.set.On("execute", "PROCEDURE", p.Name):
		return nil
	}
	return forbidden("Executing procedure is not allowed for %s.", g.whoami())
}

// mayLoad tells why LOAD CSV is refused; nil when it is not.
func (g *grants) mayLoad() error {
	if g.set == nil || g.set.Load() {
		return nil
	}
	return forbidden("LOAD on URLs and files is not allowed for %s.", g.whoami())
}

// actAs gives what the transaction's user may do, who is the one logged in, or
// one that they may impersonate.
func (s *session) actAs(impersonated string) (*grants, error) {
	if s.user == nil || s.n.cfg.NoAuth {
		return everything, nil
	}
	g, err := s.n.grantsOf(s.user.Name)
	if err == nil && g.user.ID != s.user.ID { // another user of the same name
		return nil, expired()
	}
	if err == nil {
		s.user = g.user
	}
	if err != nil || impersonated == "" || impersonated == s.user.Name {
		return g, err
	}
	if g.set != nil && !g.set.On("impersonate", "USER", impersonated) {
		return nil, forbidden("Cannot impersonate user '%s'.", impersonated)
	}
	as, err := s.n.grantsOf(impersonated)
	if err != nil {
		return nil, forbidden("Cannot impersonate user '%s'.", impersonated)
	}
	return as, nil
}

// mayRun refuses commands that are not granted; what a query does to the graph
// is checked as it happens.
func (t *tx) mayRun(p *cypher.Prepared) error {
	if t.grants.set == nil {
		return nil
	}
	for _, c := range slices.Concat(p.Shown(), []ast.Command{p.Command()}) {
		if show, ok := c.(*ast.Show); ok {
			if err := t.mayShow(show); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayShow refuses what the grants do not let the user list.
func (t *tx) mayShow(show *ast.Show) error {
	g := t.grants
	database := func(action string) error {
		if g.set.Database(action, t.def.Name, t.def.ID == g.home) {
			return nil
		}
		return forbidden("Permission has not been granted for %s.", g.whoami())
	}
	switch show.Kind {
	case "INDEXES":
		return database("show_index")
	case "CONSTRAINTS", "GRAPH TYPE":
		return database("show_constraint")
	case "SERVERS":
		return g.dbms("show_server")
	case "USERS":
		return g.dbms("show_user")
	case "ROLES":
		if show.With == "USERS" {
			if err := g.dbms("show_user"); err != nil {
				return err
			}
		}
		return g.dbms("show_role")
	case "ALIASES":
		return g.dbms("show_alias")
	case "PRIVILEGES":
		own := show.Of == "USER" && (len(show.Whose) == 0 || len(show.Whose) == 1 && show.Whose[0].Value == g.user.Name)
		if !own {
			return g.dbms("show_privilege")
		}
	}
	return nil
}

// permitted refuses an administration command that is not granted.
func (a *administration) permitted(cmd ast.Command) error {
	g := a.t.grants
	if g.set == nil {
		return nil
	}
	all := func(actions ...string) error {
		for _, action := range actions {
			if err := g.dbms(action); err != nil {
				return err
			}
		}
		return nil
	}
	onDatabase := func(action string, t ast.Text) error {
		d := a.state.Find(a.name(t))
		if d == nil || g.set.Database(action, d.Name, d.ID == g.home) {
			return nil
		}
		return forbidden("Permission has not been granted for %s.", g.whoami())
	}
	switch cmd := cmd.(type) {
	case *ast.CreateDatabase:
		if cmd.OrReplace {
			return all("create_database", "drop_database")
		}
		return all("create_database")
	case *ast.AlterDatabase:
		switch {
		case cmd.Topology != nil || len(cmd.Options) > 0:
			return all("alter_database")
		case cmd.Access != "" && cmd.Language != 0:
			return all("set_database_access", "set_database_default_language")
		case cmd.Access != "":
			return all("set_database_access")
		}
		return all("set_database_default_language")
	case *ast.DropDatabase:
		return all("drop_database")
	case *ast.StartDatabase:
		return onDatabase("start_database", cmd.Name)
	case *ast.StopDatabase:
		return onDatabase("stop_database", cmd.Name)
	case *ast.CreateAlias:
		if cmd.OrReplace {
			return all("create_alias", "drop_alias")
		}
		return all("create_alias")
	case *ast.AlterAlias:
		return all("alter_alias")
	case *ast.DropAlias:
		return all("drop_alias")
	case *ast.CreateUser:
		if cmd.OrReplace {
			return all("create_user", "drop_user")
		}
		return all("create_user")
	case *ast.AlterUser:
		return all(userActions(&cmd.UserChange)...)
	case *ast.DropUser:
		return all("drop_user")
	case *ast.RenameUser:
		return all("rename_user")
	case *ast.SetOwnPassword:
		return nil
	case *ast.CreateRole:
		if cmd.OrReplace {
			return all("create_role", "drop_role")
		}
		return all("create_role")
	case *ast.DropRole:
		return all("drop_role")
	case *ast.RenameRole:
		return all("rename_role")
	case *ast.GrantRoles:
		if cmd.Revoke {
			return all("remove_role")
		}
		return all("assign_role")
	case *ast.GrantPrivilege:
		if cmd.Verb == "REVOKE" {
			return all("remove_privilege")
		}
		return all("assign_privilege")
	}
	return all("server_management")
}

// userActions gives the actions that a change of a user needs.
func userActions(c *ast.UserChange) []string {
	var out []string
	if c.Password != nil || c.ChangeRequired != nil {
		out = append(out, "set_passwords")
	}
	if c.Suspended != nil {
		out = append(out, "set_user_status")
	}
	if c.Home != nil || c.RemoveHome {
		out = append(out, "set_user_home_database")
	}
	return out
}

// actor is the user whose rights the transaction has, "" when it may do everything.
func (t *tx) actor() string {
	if t.grants.user == nil {
		return ""
	}
	return t.grants.user.Name
}

// named tells whether a name is an alias of the transaction's database.
func (t *tx) named(name string) bool {
	state, _ := t.n.catalog.State()
	d := state.Find(name)
	return d != nil && d.ID == t.def.ID
}

// graphOf gives the database that an auto-commit query is to run on because all
// its USE clauses name it; "" when it names none, or none that is there.
func (n *Node) graphOf(p *cypher.Prepared) string {
	names := p.Graphs()
	if len(names) == 0 {
		return ""
	}
	state, _ := n.catalog.State()
	for _, name := range names {
		if d := state.Find(name); d == nil || d != state.Find(names[0]) {
			return ""
		}
	}
	return names[0]
}
