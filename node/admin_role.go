package node

import (
	"slices"
	"strings"

	"graticule/catalog"
	"graticule/catalog/privilege"
	"graticule/cypher/ast"
	"graticule/status"
)

// firstRoles are the built-in roles, with which a cluster begins.
func firstRoles() []*catalog.Role {
	var out []*catalog.Role
	for _, name := range privilege.BuiltIn() {
		out = append(out, &catalog.Role{Name: name, Privileges: privilege.OfBuiltIn(name)})
	}
	return out
}

// findRole finds a role that a command is about; verb is what was to be done to it.
func (a *administration) findRole(t ast.Text, verb string) (*catalog.Role, error) {
	if r := a.state.Roles[a.name(t)]; r != nil {
		return r, nil
	}
	return nil, status.New(status.ArgumentError, "42N0A", "Failed to %s the specified role '%s': Role does not exist.", verb, a.name(t))
}

func (a *administration) createRole(cmd *ast.CreateRole) (outcome, error) {
	who := a.name(cmd.Name)
	old := a.state.Roles[who]
	switch {
	case who == "" || strings.ContainsAny(who, ",: \t\n"):
		return outcome{}, status.New(status.ArgumentError, "22N05", "Role name '%s' is invalid: it must not be empty and must not contain commas, colons or spaces.", who)
	case cmd.OrReplace && cmd.IfNotExists:
		return outcome{}, status.New(status.SyntaxError, "42N14", "Failed to create the specified role '%s': cannot have both `OR REPLACE` and `IF NOT EXISTS`.", who)
	case old != nil && cmd.IfNotExists:
		return outcome{}, nil
	case old != nil && !cmd.OrReplace:
		return outcome{}, status.New(status.ArgumentError, "42N13", "Failed to create the specified role '%s': Role already exists.", who)
	case who == privilege.Public || who == privilege.Admin || old != nil && old.Immutable:
		return outcome{}, status.New(status.ArgumentError, "42N0B", "Failed to create the specified role '%s': it is reserved.", who)
	}
	r := &catalog.Role{Name: who, Immutable: cmd.Immutable}
	if cmd.CopyOf != nil {
		from, err := a.findRole(*cmd.CopyOf, "create a role as copy of")
		if err != nil {
			return outcome{}, err
		}
		for _, p := range from.Privileges {
			p.Immutable = false
			r.Privileges = append(r.Privileges, p)
		}
	}
	c := catalog.Command{PutRoles: []*catalog.Role{r}}
	if old != nil {
		c.DropRole = who // its users lose the one before
	}
	return a.change(c)
}

func (a *administration) dropRole(cmd *ast.DropRole) (outcome, error) {
	if a.state.Roles[a.name(cmd.Name)] == nil && cmd.IfExists {
		return outcome{}, nil
	}
	r, err := a.findRole(cmd.Name, "delete")
	switch {
	case err != nil:
		return outcome{}, err
	case r.Name == privilege.Public || r.Name == privilege.Admin || r.Immutable:
		return outcome{}, status.New(status.ArgumentError, "42N0B", "Failed to delete the specified role '%s': it is reserved.", r.Name)
	}
	return a.change(catalog.Command{DropRole: r.Name})
}

func (a *administration) renameRole(cmd *ast.RenameRole) (outcome, error) {
	if a.state.Roles[a.name(cmd.Name)] == nil && cmd.IfExists {
		return outcome{}, nil
	}
	r, err := a.findRole(cmd.Name, "rename")
	to := a.name(cmd.To)
	switch {
	case err != nil:
		return outcome{}, err
	case r.Name == privilege.Public || r.Name == privilege.Admin || r.Immutable:
		return outcome{}, status.New(status.ArgumentError, "42N0B", "Failed to rename the specified role '%s': it is reserved.", r.Name)
	case a.state.Roles[to] != nil:
		return outcome{}, status.New(status.ArgumentError, "42N13", "Failed to rename the specified role '%s' to '%s': Role '%s' already exists.", r.Name, to, to)
	}
	return a.change(catalog.Command{RenameRole: &[2]string{r.Name, to}})
}

func (a *administration) grantRoles(cmd *ast.GrantRoles) (outcome, error) {
	verb := "grant"
	if cmd.Revoke {
		verb = "revoke"
	}
	var roles []string
	for _, t := range cmd.Roles {
		r, err := a.findRole(t, verb)
		if err != nil {
			return outcome{}, err
		}
		roles = append(roles, r.Name)
	}
	var c catalog.Command
	for _, t := range cmd.Users {
		old := a.state.Users[a.name(t)]
		if old == nil {
			return outcome{}, status.New(status.ArgumentError, "42N09", "Failed to %s role '%s' for user '%s': User does not exist.", verb, strings.Join(roles, "', '"), a.name(t))
		}
		u := *old
		u.Roles = slices.DeleteFunc(slices.Clone(u.Roles), func(r string) bool { return slices.Contains(roles, r) })
		if !cmd.Revoke {
			for _, r := range roles {
				if r != privilege.Public && !slices.Contains(u.Roles, r) {
					u.Roles = append(u.Roles, r)
				}
			}
			slices.Sort(u.Roles)
		} else if slices.Contains(roles, privilege.Admin) && slices.Contains(old.Roles, privilege.Admin) && a.adminsWithout(u.Name) == 0 {
			return outcome{}, lastAdmin()
		}
		if !slices.Equal(u.Roles, old.Roles) {
			c.PutUsers = append(c.PutUsers, &u)
		}
	}
	if len(c.PutUsers) == 0 {
		return outcome{}, nil
	}
	return a.change(c)
}

// adminsWithout counts the active users with the role admin but one.
func (a *administration) adminsWithout(user string) int {
	n := 0
	for _, u := range a.state.Users {
		if u.Name != user && !u.Suspended && slices.Contains(u.Roles, privilege.Admin) {
			n++
		}
	}
	return n
}

// lastAdmin refuses what would leave nobody who could administer the cluster.
func lastAdmin() error {
	return status.New(status.ArgumentError, "42N0B", "This would leave no active user with the role 'admin'. Grant the role to another user first.")
}

func (a *administration) grantPrivilege(cmd *ast.GrantPrivilege) (outcome, error) {
	ps, err := a.privilegesOf(cmd)
	if err != nil {
		return outcome{}, err
	}
	var c catalog.Command
	for _, t := range cmd.Roles {
		old, err := a.findRole(t, strings.ToLower(cmd.Verb)+" a privilege to")
		if err != nil {
			return outcome{}, err
		}
		r := *old
		r.Privileges = slices.Clone(old.Privileges)
		for _, p := range ps {
			same := func(x privilege.Privilege) bool { return x == p }
			if cmd.Verb != "REVOKE" {
				p.Deny = cmd.Verb == "DENY"
				if !slices.ContainsFunc(r.Privileges, same) {
					r.Privileges = append(r.Privileges, p)
				}
				continue
			}
			for _, deny := range []bool{false, true} {
				if p.Deny = deny; cmd.Of == "" || (cmd.Of == "DENY") == deny {
					r.Privileges = slices.DeleteFunc(r.Privileges, same)
				}
			}
		}
		if !slices.Equal(r.Privileges, old.Privileges) {
			c.PutRoles = append(c.PutRoles, &r)
		}
	}
	if len(c.PutRoles) == 0 {
		return outcome{}, nil
	}
	return a.change(c)
}

// privilegesOf gives the lines of SHOW PRIVILEGES that a command is about.
func (a *administration) privilegesOf(cmd *ast.GrantPrivilege) ([]privilege.Privilege, error) {
	var graphs []string
	switch {
	case cmd.AllGraphs:
		graphs = []string{privilege.AllGraphs}
	case cmd.HomeGraph:
		graphs = []string{privilege.HomeGraph}
	}
	for _, t := range cmd.Graphs {
		d := a.state.Find(a.name(t))
		if d == nil && cmd.Verb != "REVOKE" {
			return nil, status.New(status.DatabaseNotFound, "22N51", "Failed to %s a privilege: Database '%s' does not exist.", strings.ToLower(cmd.Verb), a.name(t))
		}
		name := strings.ToLower(a.name(t))
		if d != nil {
			name = strings.ToLower(d.Name)
		}
		graphs = append(graphs, name)
	}
	var out []privilege.Privilege
	for _, g := range graphs {
		for _, r := range cmd.Resources {
			for _, s := range cmd.Segments {
				out = append(out, privilege.Privilege{Action: cmd.Action, Resource: r, Graph: g, Segment: s, Immutable: cmd.Immutable})
			}
		}
	}
	return out, nil
}
