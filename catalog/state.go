package catalog

import (
	"maps"
	"slices"
	"strings"

	"graticule/catalog/privilege"
)

// State is everything the system database knows, at one position.
type State struct {
	Cluster   string               `json:"cluster"`
	Default   string               `json:"default"`
	Servers   map[string]*Server   `json:"servers"`   // by id
	Databases map[string]*Database `json:"databases"` // by lower-case name
	Users     map[string]*User     `json:"users"`
	Dropped   []string             `json:"dropped"` // ids of dropped databases, for servers to clean up

	Aliases        map[string]*Alias `json:"aliases,omitempty"`        // by lower-case name
	Roles          map[string]*Role  `json:"roles,omitempty"`          // by name; none until they are set up
	DroppedServers []string          `json:"droppedServers,omitempty"` // ids that must not register again
	Allocation     Allocation        `json:"allocation,omitzero"`
	Changed        uint64            `json:"changed,omitempty"` // position of the last command that had a basis
}

// Allocation is what a database gets that is created without a topology; zero
// means one primary and no secondary.
type Allocation struct {
	Primaries   int `json:"primaries"`
	Secondaries int `json:"secondaries"`
}

// Alias is another name of a database.
type Alias struct {
	Name       string `json:"name"`
	Target     string `json:"target"`               // name of a database
	Properties []byte `json:"properties,omitempty"` // a map in the PackStream of docs/format/messages.md
}

// Role is a named set of privileges that users have.
type Role struct {
	Name       string                `json:"name"`
	Immutable  bool                  `json:"immutable,omitempty"`
	Privileges []privilege.Privilege `json:"privileges"`
}

// ServerOptions are what ENABLE SERVER and ALTER SERVER set.
type ServerOptions struct {
	Mode    string   `json:"mode"` // NONE, PRIMARY or SECONDARY
	Tags    []string `json:"tags,omitempty"`
	Allowed []string `json:"allowed,omitempty"` // databases it may hold; empty: any
	Denied  []string `json:"denied,omitempty"`  // databases it must not hold
}

// Server is one server of the cluster.
type Server struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Region  string   `json:"region"`
	Zone    string   `json:"zone"`
	Bolt    string   `json:"bolt"`
	HTTP    string   `json:"http"`
	Cluster string   `json:"cluster"`
	Tags    []string `json:"tags"`
	Mode    string   `json:"mode"`  // NONE, PRIMARY or SECONDARY
	State   string   `json:"state"` // Free, Enabled, Cordoned, Deallocating or Deallocated
	Version string   `json:"version"`

	Allowed []string `json:"allowed,omitempty"` // see ServerOptions
	Denied  []string `json:"denied,omitempty"`
	Named   bool     `json:"named,omitempty"`  // Name was given by RENAME SERVER, not by its configuration
	Chosen  bool     `json:"chosen,omitempty"` // Mode, Tags, Allowed and Denied were given by a command
}

// Database is one database and where its copies stand.
type Database struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Incarnation uint64   `json:"incarnation"`
	Primaries   int      `json:"primaries"`   // requested
	Secondaries int      `json:"secondaries"` // requested
	Founders    []string `json:"founders"`    // members its raft group was founded with
	Voters      []string `json:"voters"`      // servers of primaries
	Readers     []string `json:"readers"`     // servers of secondaries
	Offline     bool     `json:"offline"`
	ReadOnly    bool     `json:"readOnly"`
	Created     int64    `json:"created"` // Unix nanoseconds
	Started     int64    `json:"started"`
	Stopped     int64    `json:"stopped"`
	Language    int      `json:"language,omitempty"` // of its statements: 5, which is 0, or 25
}

// User is one native user. Hash is argon2id in PHC form.
type User struct {
	Name           string `json:"name"`
	ID             string `json:"id"`
	Hash           string `json:"hash"`
	ChangeRequired bool   `json:"changeRequired"`
	Suspended      bool   `json:"suspended"`
	Home           string `json:"home"`

	Roles []string `json:"roles,omitempty"` // besides PUBLIC, by name
}

func newState() *State {
	return &State{Servers: map[string]*Server{}, Databases: map[string]*Database{}, Users: map[string]*User{}}
}

// clone copies the maps; entries are replaced, never changed.
func (s *State) clone() *State {
	c := *s
	c.Servers, c.Databases, c.Users = maps.Clone(s.Servers), maps.Clone(s.Databases), maps.Clone(s.Users)
	c.Aliases, c.Roles = maps.Clone(s.Aliases), maps.Clone(s.Roles)
	c.Dropped, c.DroppedServers = slices.Clone(s.Dropped), slices.Clone(s.DroppedServers)
	return &c
}

// Database finds a database by name, in any case; nil when there is none.
func (s *State) Database(name string) *Database { return s.Databases[strings.ToLower(name)] }

// Find finds a database by its name or by one of its aliases; nil when there is none.
func (s *State) Find(name string) *Database {
	if d := s.Database(name); d != nil {
		return d
	}
	if a := s.Aliases[strings.ToLower(name)]; a != nil {
		return s.Database(a.Target)
	}
	return nil
}

// ByID gives the database of an id, an empty one when there is none.
func (s *State) ByID(id string) *Database {
	for _, d := range s.Databases {
		if d.ID == id {
			return d
		}
	}
	return &Database{}
}

// AliasesOf gives the aliases of a database by name.
func (s *State) AliasesOf(database string) []string {
	var out []string
	for _, a := range s.Aliases {
		if strings.EqualFold(a.Target, database) {
			out = append(out, a.Name)
		}
	}
	slices.Sort(out)
	return out
}

// Server finds a server by id or name; nil when there is none.
func (s *State) Server(who string) *Server {
	if srv := s.Servers[who]; srv != nil {
		return srv
	}
	for _, srv := range s.Roster() {
		if srv.Name == who {
			return srv
		}
	}
	return nil
}

// Sorted gives the databases by name.
func (s *State) Sorted() []*Database {
	return slices.SortedFunc(maps.Values(s.Databases), func(a, b *Database) int { return strings.Compare(a.Name, b.Name) })
}

// Roster gives the servers by name.
func (s *State) Roster() []*Server {
	return slices.SortedFunc(maps.Values(s.Servers), func(a, b *Server) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
}

// Role gives the role of the database's copy on a server: "primary", "secondary" or "".
func (d *Database) Role(server string) string {
	switch {
	case slices.Contains(d.Voters, server):
		return "primary"
	case slices.Contains(d.Readers, server):
		return "secondary"
	}
	return ""
}

// Holders gives the servers that hold a copy, primaries first.
func (d *Database) Holders() []string { return slices.Concat(d.Voters, d.Readers) }

// keyOf gives the key of a database in the state.
func keyOf(d *Database) string { return strings.ToLower(d.Name) }
