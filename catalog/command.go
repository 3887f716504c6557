package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"graticule/replication"
)

var (
	// ErrDatabaseExists means that a database of the name is there.
	ErrDatabaseExists = errors.New("the database exists already")
	// ErrDatabaseNotFound means that there is no database of the name.
	ErrDatabaseNotFound = errors.New("the database does not exist")
	// ErrUserExists means that a user of the name is there.
	ErrUserExists = errors.New("the user exists already")
	// ErrUserNotFound means that there is no user of the name.
	ErrUserNotFound = errors.New("the user does not exist")
	// ErrServerNotFound means that no server has the name or id.
	ErrServerNotFound = errors.New("the server does not exist")
	// ErrBadCommand means bytes that are no command of a known kind.
	ErrBadCommand = errors.New("bytes are not a known catalog command")
)

// Command is one change of the catalog. Exactly one field is set.
type Command struct {
	Register        *Server    `json:"register,omitempty"` // add a server, or renew what is known of it
	Found           *Found     `json:"found,omitempty"`
	CreateDatabase  *Database  `json:"createDatabase,omitempty"`
	ReplaceExisting bool       `json:"replaceExisting,omitempty"` // with CreateDatabase
	AlterDatabase   *Database  `json:"alterDatabase,omitempty"`   // replaces the one of the name
	DropDatabase    string     `json:"dropDatabase,omitempty"`
	PutUser         *User      `json:"putUser,omitempty"` // create or replace
	CreateUser      *User      `json:"createUser,omitempty"`
	DropUser        string     `json:"dropUser,omitempty"`
	RenameUser      *[2]string `json:"renameUser,omitempty"`
}

// Found is the first command of a cluster.
type Found struct {
	Cluster string `json:"cluster"`
	Default string `json:"default"`
}

// Encode gives the bytes of a command.
func (c *Command) Encode() []byte {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // plain data always encodes
	}
	return b
}

// decodeCommand decodes what Encode gave. A field this version does not know is
// an error: a server that left it out would hold another state than the others.
func decodeCommand(payload []byte) (c Command, err error) {
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	err = d.Decode(&c)
	switch {
	case err == nil:
		return c, nil
	case strings.Contains(err.Error(), "unknown field"):
		return c, fmt.Errorf("catalog command: %v: %w", err, replication.ErrNewer)
	}
	return c, fmt.Errorf("%w: %v", ErrBadCommand, err)
}

// apply gives the state after the command at the leader's time (Unix nanoseconds).
func (s *State) apply(payload []byte, now int64) (*State, error) {
	c, err := decodeCommand(payload)
	if err != nil {
		return s, err
	}
	n := s.clone()
	switch {
	case c.Found != nil:
		if s.Cluster == "" {
			n.Cluster, n.Default = c.Found.Cluster, c.Found.Default
		}
	case c.Register != nil:
		r := *c.Register
		if old := s.Servers[r.ID]; old != nil && old.State != "Free" {
			r.State = old.State
		}
		n.Servers[r.ID] = &r
	case c.CreateDatabase != nil:
		d := *c.CreateDatabase
		key := strings.ToLower(d.Name)
		if old := s.Databases[key]; old != nil {
			if !c.ReplaceExisting {
				return s, ErrDatabaseExists
			}
			n.Dropped = append(n.Dropped, old.ID)
		}
		d.Created, d.Started = now, now
		n.Databases[key] = &d
	case c.AlterDatabase != nil:
		d := *c.AlterDatabase
		key := strings.ToLower(d.Name)
		old := s.Databases[key]
		if old == nil || old.ID != d.ID {
			return s, ErrDatabaseNotFound
		}
		if old.Offline != d.Offline {
			if d.Offline {
				d.Stopped = now
			} else {
				d.Started = now
			}
		}
		n.Databases[key] = &d
	case c.DropDatabase != "":
		key := strings.ToLower(c.DropDatabase)
		d := s.Databases[key]
		if d == nil {
			return s, ErrDatabaseNotFound
		}
		n.Dropped = append(n.Dropped, d.ID)
		delete(n.Databases, key)
	case c.PutUser != nil:
		n.Users[c.PutUser.Name] = c.PutUser
	case c.CreateUser != nil:
		if s.Users[c.CreateUser.Name] != nil {
			return s, ErrUserExists
		}
		n.Users[c.CreateUser.Name] = c.CreateUser
	case c.DropUser != "":
		if s.Users[c.DropUser] == nil {
			return s, ErrUserNotFound
		}
		delete(n.Users, c.DropUser)
	case c.RenameUser != nil:
		from, to := c.RenameUser[0], c.RenameUser[1]
		u := s.Users[from]
		if u == nil {
			return s, ErrUserNotFound
		}
		if s.Users[to] != nil {
			return s, ErrUserExists
		}
		renamed := *u
		renamed.Name = to
		delete(n.Users, from)
		n.Users[to] = &renamed
	default:
		return s, ErrBadCommand
	}
	return n, nil
}

// TopologyError means that there are not enough servers for a topology.
type TopologyError struct {
	Role             string // "primaries" or "secondaries"
	Wanted, Possible int
}

func (e *TopologyError) Error() string {
	return fmt.Sprintf("requested %d %s but only %d servers can host them", e.Wanted, e.Role, e.Possible)
}

// Allocate chooses servers for a topology: copies that stand already stay,
// regions with fewer copies of the database come first, then servers with fewer
// copies in all. Pure and deterministic.
func (s *State) Allocate(d *Database, primaries, secondaries int) (voters, readers []string, err error) {
	load := map[string]int{}
	for _, x := range s.Databases {
		for _, h := range x.Holders() {
			load[h]++
		}
	}
	regions := map[string]int{}
	used := map[string]bool{}
	pick := func(role string, n int, standing []string, forbidden string) ([]string, error) {
		var out []string
		take := func(id string) {
			out = append(out, id)
			used[id] = true
			regions[s.Servers[id].Region]++
		}
		possible := 0
		for _, srv := range s.Roster() {
			if srv.State == "Enabled" && srv.Mode != forbidden && !used[srv.ID] {
				possible++
			}
		}
		for _, id := range standing {
			if srv := s.Servers[id]; srv != nil && len(out) < n && !used[id] && srv.Mode != forbidden {
				take(id)
			}
		}
		for len(out) < n {
			best := ""
			for _, srv := range s.Roster() {
				if srv.State != "Enabled" || srv.Mode == forbidden || used[srv.ID] {
					continue
				}
				// A server bound to the role goes before one that could take either.
				rank := func(x *Server) [3]int {
					flexible := 1
					if x.Mode != "NONE" {
						flexible = 0
					}
					return [3]int{regions[x.Region], flexible, load[x.ID]}
				}
				if best == "" || slices.Compare(sliceOf(rank(srv)), sliceOf(rank(s.Servers[best]))) < 0 {
					best = srv.ID
				}
			}
			if best == "" {
				return nil, &TopologyError{Role: role, Wanted: n, Possible: possible}
			}
			take(best)
		}
		return out, nil
	}
	if voters, err = pick("primaries", primaries, d.Voters, "SECONDARY"); err != nil {
		return nil, nil, err
	}
	clear(regions)
	readers, err = pick("secondaries", secondaries, d.Readers, "PRIMARY")
	return voters, readers, err
}

func sliceOf(a [3]int) []int { return a[:] }
