package catalog

import (
	"maps"
	"slices"
	"strings"
)

// administers tells whether the command has any field below the line, except Basis.
func (c *Command) administers() bool {
	return len(c.SetupRoles)+len(c.PutRoles)+len(c.PutUsers)+len(c.DropAliases)+len(c.Place)+len(c.ChangeServers) > 0 ||
		c.DropRole != "" || c.RenameRole != nil || c.PutAlias != nil || c.DropServer != "" || c.SetDefault != "" || c.Allocation != nil
}

// administer does what stands below the line, in the order of the fields. What it
// names is there, for its author saw it: see Command.Basis.
func (s *State) administer(c *Command) {
	if s.Roles == nil && len(c.SetupRoles) > 0 {
		s.Roles = map[string]*Role{}
		for _, r := range c.SetupRoles {
			s.Roles[r.Name] = r
		}
		s.eachUser(func(u *User) bool { u.Roles = []string{"admin"}; return true }) // they could do all
	}
	if c.DropRole != "" {
		delete(s.Roles, c.DropRole)
		s.eachUser(func(u *User) bool {
			u.Roles = slices.DeleteFunc(slices.Clone(u.Roles), func(r string) bool { return r == c.DropRole })
			return true
		})
	}
	for _, r := range c.PutRoles {
		s.Roles = with(s.Roles, r.Name, r)
	}
	if c.RenameRole != nil {
		s.renameRole(c.RenameRole[0], c.RenameRole[1])
	}
	for _, u := range c.PutUsers {
		s.Users[u.Name] = u
	}
	if c.PutAlias != nil {
		s.Aliases = with(s.Aliases, strings.ToLower(c.PutAlias.Name), c.PutAlias)
	}
	for _, a := range c.DropAliases {
		delete(s.Aliases, strings.ToLower(a))
	}
	for _, p := range c.Place {
		for key, d := range s.Databases {
			if d.ID == p.Database {
				moved := *d
				moved.Voters, moved.Readers = p.Voters, p.Readers
				moved.Founders = nil // a server that comes back must not found the group again
				s.Databases[key] = &moved
			}
		}
	}
	for _, ch := range c.ChangeServers {
		if srv := s.Servers[ch.ID]; srv != nil {
			s.Servers[ch.ID] = srv.changed(ch)
		}
	}
	if c.DropServer != "" {
		delete(s.Servers, c.DropServer)
		s.DroppedServers = append(s.DroppedServers, c.DropServer)
	}
	if c.SetDefault != "" {
		s.Default = c.SetDefault
	}
	if c.Allocation != nil {
		s.Allocation = *c.Allocation
	}
}

func with[V any](m map[string]V, key string, v V) map[string]V {
	if m == nil {
		m = map[string]V{}
	}
	m[key] = v
	return m
}

// eachUser replaces the users that change changes.
func (s *State) eachUser(change func(*User) bool) {
	for _, name := range slices.Sorted(maps.Keys(s.Users)) {
		u := *s.Users[name]
		if change(&u) {
			s.Users[name] = &u
		}
	}
}

func (s *State) renameRole(from, to string) {
	old := s.Roles[from]
	if old == nil {
		return
	}
	r := *old
	r.Name = to
	delete(s.Roles, from)
	s.Roles[to] = &r
	s.eachUser(func(u *User) bool {
		i := slices.Index(u.Roles, from)
		if i < 0 {
			return false
		}
		u.Roles = slices.Clone(u.Roles)
		u.Roles[i] = to
		slices.Sort(u.Roles)
		return true
	})
}

// keeping gives the server as it registers, with what was decided about the one
// that was known before: the state it is in, and what commands gave it.
func (r *Server) keeping(old *Server) *Server {
	out := *r
	if old == nil {
		return &out
	}
	if old.State != "Free" {
		out.State = old.State
	}
	if old.Named {
		out.Name, out.Named = old.Name, true
	}
	if old.Chosen {
		out.Mode, out.Tags, out.Allowed, out.Denied, out.Chosen = old.Mode, old.Tags, old.Allowed, old.Denied, true
	}
	return &out
}

func (r *Server) changed(c ServerChange) *Server {
	out := *r
	if c.Name != "" {
		out.Name, out.Named = c.Name, true
	}
	if c.State != "" {
		out.State = c.State
	}
	if o := c.Options; o != nil {
		out.Mode, out.Tags, out.Allowed, out.Denied, out.Chosen = o.Mode, o.Tags, o.Allowed, o.Denied, true
	}
	return &out
}

// MayHold tells whether the options of a server let it hold a copy of a database.
func (r *Server) MayHold(database string) bool {
	match := func(pattern string) bool { return strings.EqualFold(pattern, database) }
	if len(r.Allowed) > 0 {
		return slices.ContainsFunc(r.Allowed, match)
	}
	return !slices.ContainsFunc(r.Denied, match)
}
