package node

import (
	"maps"
	"slices"
	"strings"

	"graticule/catalog"
	"graticule/catalog/privilege"
	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// users gives the users, or the one whose rights the transaction has.
func (c *commander) users(current, withAuth bool) [][]graph.Value {
	state, _ := c.t.n.catalog.State()
	var rows [][]graph.Value
	for _, u := range state.Users {
		if current && c.t.actor() != u.Name {
			continue
		}
		row := []graph.Value{graph.String(u.Name), graph.Strings(shownRoles(state, u)), graph.Bool(u.ChangeRequired), graph.Bool(u.Suspended), textOrNull(u.Home)}
		if withAuth {
			auth := graph.NewMap(2)
			auth.Put("password", graph.String("***"))
			auth.Put("changeRequired", graph.Bool(u.ChangeRequired))
			row = append(row, graph.String("native"), graph.MapOf(auth))
		}
		rows = append(rows, row)
	}
	sortByFirst(rows)
	return rows
}

// shownRoles gives the roles of a user; before there are any, everybody is admin.
func shownRoles(state *catalog.State, u *catalog.User) []string {
	if state.Roles == nil {
		return []string{privilege.Public, privilege.Admin}
	}
	return rolesOf(u)
}

func (c *commander) roles(cmd *ast.Show) [][]graph.Value {
	state, _ := c.t.n.catalog.State()
	var rows [][]graph.Value
	for _, name := range slices.Sorted(maps.Keys(state.Roles)) {
		var members []string
		for _, u := range slices.Sorted(maps.Keys(state.Users)) {
			if slices.Contains(rolesOf(state.Users[u]), name) {
				members = append(members, u)
			}
		}
		row := []graph.Value{graph.String(name), graph.Bool(state.Roles[name].Immutable)}
		switch {
		case cmd.With != "USERS":
			if cmd.Filter != "POPULATED" || len(members) > 0 {
				rows = append(rows, row)
			}
		case len(members) == 0 && cmd.Filter != "POPULATED":
			rows = append(rows, append(row, graph.Null))
		default:
			for _, m := range members {
				rows = append(rows, append(slices.Clone(row), graph.String(m)))
			}
		}
	}
	return rows
}

// privileges gives the privileges of all roles, of some, or of users.
func (c *commander) privileges(cmd *ast.Show, params *graph.Map) ([][]graph.Value, error) {
	state, _ := c.t.n.catalog.State()
	var whose []string
	for _, t := range cmd.Whose {
		whose = append(whose, name(t, params))
	}
	roles := slices.Sorted(maps.Keys(state.Roles))
	users := []string{""}
	switch {
	case cmd.Of == "ROLE":
		roles = slices.DeleteFunc(roles, func(r string) bool { return !slices.Contains(whose, r) })
	case cmd.Of == "USER":
		if users = whose; len(whose) == 0 {
			users = []string{c.t.actor()}
		}
		own := len(users) == 1 && users[0] == c.t.actor()
		if err := c.t.grants.dbms("show_privilege"); err != nil && !own {
			return nil, err
		}
	}
	var rows [][]graph.Value
	seen := map[string]bool{}
	for _, who := range users {
		u := state.Users[who]
		if cmd.Of == "USER" && u == nil {
			continue
		}
		for _, r := range roles {
			if u != nil && !slices.Contains(rolesOf(u), r) {
				continue
			}
			for _, p := range state.Roles[r].Privileges {
				if cmd.As != "" {
					text := p.Command(r, cmd.As == "REVOKE COMMANDS")
					if u != nil { // of a user's privileges the roles are left open, for others to be granted them
						text = p.Command("$role", cmd.As == "REVOKE COMMANDS")
					}
					if !seen[text] {
						seen[text] = true
						rows = append(rows, []graph.Value{graph.String(text), graph.Bool(p.Immutable)})
					}
					continue
				}
				access := "GRANTED"
				if p.Deny {
					access = "DENIED"
				}
				row := []graph.Value{graph.String(access), graph.String(p.Action), graph.String(p.Resource), graph.String(p.Graph), graph.String(p.Segment), graph.String(r), graph.Bool(p.Immutable)}
				if cmd.Of == "USER" {
					row = append(row, graph.String(who))
				}
				rows = append(rows, row)
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b []graph.Value) int {
		if cmd.As != "" {
			return strings.Compare(a[0].AsString(), b[0].AsString())
		}
		return strings.Compare(a[5].AsString()+"\x00"+a[1].AsString()+"\x00"+a[4].AsString(), b[5].AsString()+"\x00"+b[1].AsString()+"\x00"+b[4].AsString())
	})
	return rows, nil
}

func supportedPrivileges() [][]graph.Value {
	var rows [][]graph.Value
	for _, s := range privilege.Supported() {
		scope := graph.Null
		if len(s.Scope) > 0 {
			scope = graph.Strings(s.Scope)
		}
		rows = append(rows, []graph.Value{graph.String(s.Action), textOrNull(s.Qualifier), graph.String(s.Target), scope, graph.String(s.Description)})
	}
	return rows
}

// terminate ends the transactions that the user may end: their own, and those of
// others by privilege.
func (c *commander) terminate(ids []string) [][]graph.Value {
	var rows [][]graph.Value
	for _, id := range ids {
		x := c.t.n.txs.get(id)
		if x == nil || !c.sees(x, "terminate_transaction") {
			rows = append(rows, []graph.Value{graph.String(id), graph.Null, graph.String("Transaction not found.")})
			continue
		}
		x.cancel(status.New(status.Terminated, "25N14", "The transaction has been terminated. Retry your operation in a new transaction, and you should see a successful result. Explicitly terminated by the user."))
		rows = append(rows, []graph.Value{graph.String(id), graph.String(x.username()), graph.String("Transaction terminated.")})
	}
	return rows
}

// sees tells whether an action on a transaction is allowed.
func (c *commander) sees(x *tx, action string) bool {
	g := c.t.grants
	return g.set == nil || x.s.user != nil && x.s.user.Name == g.user.Name || x.actor() == g.user.Name || g.set.Transactions(action, x.def.Name, x.username(), x.def.ID == g.home)
}
