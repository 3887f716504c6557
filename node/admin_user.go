package node

import (
	"slices"
	"strings"

	"graticule/catalog"
	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

func (a *administration) createUser(cmd *ast.CreateUser) (outcome, error) {
	who := a.name(cmd.Name)
	old := a.state.Users[who]
	switch {
	case who == "" || strings.ContainsAny(who, ",: \t\n"):
		return outcome{}, status.New(status.ArgumentError, "22N05", "User name '%s' is invalid: it must not be empty and must not contain commas, colons or spaces.", who)
	case cmd.OrReplace && cmd.IfNotExists:
		return outcome{}, status.New(status.SyntaxError, "42N14", "Failed to create the specified user '%s': cannot have both `OR REPLACE` and `IF NOT EXISTS`.", who)
	case old != nil && cmd.IfNotExists:
		return outcome{}, nil
	case old != nil && !cmd.OrReplace:
		return outcome{}, status.New(status.ArgumentError, "42N12", "Failed to create the specified user '%s': User already exists.", who)
	case old != nil && a.t.s.user != nil && a.t.s.user.Name == who:
		return outcome{}, status.New(status.ArgumentError, "42N0B", "Failed to replace the specified user '%s': Deleting yourself is not allowed.", who)
	}
	u := catalog.User{Name: who, ID: newUUID(), ChangeRequired: true}
	if err := a.changeUser(&u, &cmd.UserChange); err != nil {
		return outcome{}, err
	}
	if u.Hash == "" {
		return outcome{}, status.New(status.SyntaxError, "42001", "No password was given for the user '%s': use SET PASSWORD.", who)
	}
	return a.change(catalog.Command{PutUsers: []*catalog.User{&u}})
}

func (a *administration) alterUser(cmd *ast.AlterUser) (outcome, error) {
	who := a.name(cmd.Name)
	old := a.state.Users[who]
	switch {
	case old == nil && cmd.IfExists:
		return outcome{}, nil
	case old == nil:
		return outcome{}, status.New(status.ArgumentError, "42N09", "Failed to alter the specified user '%s': User does not exist.", who)
	case cmd.Suspended != nil && *cmd.Suspended && a.t.s.user != nil && a.t.s.user.Name == who:
		return outcome{}, status.New(status.ArgumentError, "42N0B", "Failed to alter the specified user '%s': Changing your own activation status is not allowed.", who)
	}
	u := *old
	if err := a.changeUser(&u, &cmd.UserChange); err != nil {
		return outcome{}, err
	}
	return a.change(catalog.Command{PutUsers: []*catalog.User{&u}})
}

func (a *administration) dropUser(cmd *ast.DropUser) (outcome, error) {
	who := a.name(cmd.Name)
	switch {
	case a.t.s.user != nil && a.t.s.user.Name == who:
		return outcome{}, status.New(status.ArgumentError, "42N0B", "Failed to delete the specified user '%s': Deleting yourself is not allowed.", who)
	case a.state.Users[who] == nil && cmd.IfExists:
		return outcome{}, nil
	case a.state.Users[who] == nil:
		return outcome{}, status.New(status.ArgumentError, "42N09", "Failed to delete the specified user '%s': User does not exist.", who)
	}
	return a.change(catalog.Command{DropUser: who})
}

func (a *administration) renameUser(cmd *ast.RenameUser) (outcome, error) {
	from, to := a.name(cmd.Name), a.name(cmd.To)
	switch {
	case a.state.Users[from] == nil && cmd.IfExists:
		return outcome{}, nil
	case a.state.Users[from] == nil:
		return outcome{}, status.New(status.ArgumentError, "42N09", "Failed to rename the specified user '%s' to '%s': The user '%s' does not exist.", from, to, from)
	case a.state.Users[to] != nil:
		return outcome{}, status.New(status.ArgumentError, "42N12", "Failed to rename the specified user '%s' to '%s': User '%s' already exists.", from, to, to)
	}
	return a.change(catalog.Command{RenameUser: &[2]string{from, to}})
}

func (a *administration) setOwnPassword(from, to graph.Value) (outcome, error) {
	if a.t.s.user == nil || a.state.Users[a.t.s.user.Name] == nil {
		return outcome{}, status.New(status.ArgumentError, "22N00", "Nobody is logged in whose password could be changed.")
	}
	if from.Kind() != graph.KindString || to.Kind() != graph.KindString {
		return outcome{}, status.New(status.ArgumentError, "22N00", "The passwords must be strings.")
	}
	u := *a.state.Users[a.t.s.user.Name]
	switch {
	case !a.t.n.verify.Verify(u.Hash, from.AsString()):
		return outcome{}, status.New(status.ArgumentError, "42NFF", "User '%s' failed to alter their own password: Invalid principal or credentials.", u.Name)
	case from.AsString() == to.AsString():
		return outcome{}, status.New(status.ArgumentError, "22N05", "User '%s' failed to alter their own password: Old password and new password cannot be the same.", u.Name)
	}
	if err := setPassword(&u, to); err != nil {
		return outcome{}, err
	}
	u.ChangeRequired = false
	out, err := a.change(catalog.Command{PutUsers: []*catalog.User{&u}})
	if err == nil {
		a.t.s.user = &u
	}
	return out, err
}

const passwordMin = 8

func setPassword(u *catalog.User, v graph.Value) error {
	switch {
	case v.Kind() != graph.KindString:
		return status.New(status.ArgumentError, "22N00", "A password must be a string.")
	case v.AsString() == "":
		return status.New(status.ArgumentError, "22N05", "A password cannot be empty.")
	case len([]rune(v.AsString())) < passwordMin:
		return status.New(status.ArgumentError, "22N05", "A password must be at least %d characters.", passwordMin)
	}
	u.Hash = catalog.HashPassword(v.AsString())
	return nil
}

func (a *administration) changeUser(u *catalog.User, c *ast.UserChange) error {
	if c.Provider != "" && c.Provider != "native" {
		return status.New(status.ArgumentError, "22N04", "The only authentication provider is 'native', not '%s'.", c.Provider)
	}
	if c.Password != nil {
		if c.Encrypted {
			return status.New(status.UnsupportedOperation, "51N26", "Encrypted passwords are not available; give it in plain text.")
		}
		v := literal(c.Password, a.params)
		if u.Hash != "" && v.Kind() == graph.KindString && a.t.n.verify.Verify(u.Hash, v.AsString()) {
			return status.New(status.ArgumentError, "22N05", "Failed to alter the specified user '%s': Old password and new password cannot be the same.", u.Name)
		}
		if err := setPassword(u, v); err != nil {
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
		u.Home = a.name(*c.Home)
	}
	if c.RemoveHome {
		u.Home = ""
	}
	return nil
}

// rolesOf gives the roles of a user, PUBLIC among them, by name.
func rolesOf(u *catalog.User) []string {
	out := append([]string{"PUBLIC"}, u.Roles...)
	slices.Sort(out)
	return slices.Compact(out)
}
