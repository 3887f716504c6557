package catalog

import (
	"maps"
	"slices"
	"strings"
)

// State is everything the system database knows, at one position.
type State struct {
	Cluster   string               `json:"cluster"`
	Default   string               `json:"default"`
	Servers   map[string]*Server   `json:"servers"`   // by id
	Databases map[string]*Database `json:"databases"` // by lower-case name
	Users     map[string]*User     `json:"users"`
	Dropped   []string             `json:"dropped"` // ids of dropped databases, for servers to clean up
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
	State   string   `json:"state"` // Free, Enabled, Cordoned
	Version string   `json:"version"`
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
}

// User is one native user. Hash is argon2id in PHC form.
type User struct {
	Name           string `json:"name"`
	ID             string `json:"id"`
	Hash           string `json:"hash"`
	ChangeRequired bool   `json:"changeRequired"`
	Suspended      bool   `json:"suspended"`
	Home           string `json:"home"`
}

func newState() *State {
	return &State{Servers: map[string]*Server{}, Databases: map[string]*Database{}, Users: map[string]*User{}}
}

// clone copies the maps; entries are replaced, never changed.
func (s *State) clone() *State {
	c := *s
	c.Servers, c.Databases, c.Users = maps.Clone(s.Servers), maps.Clone(s.Databases), maps.Clone(s.Users)
	c.Dropped = slices.Clone(s.Dropped)
	return &c
}

// Database finds a database by name, in any case; nil when there is none.
func (s *State) Database(name string) *Database { return s.Databases[strings.ToLower(name)] }

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
