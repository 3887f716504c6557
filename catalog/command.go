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
	// ErrServerDropped means that a server was dropped from the cluster and wants to come back.
	ErrServerDropped = errors.New("the server was dropped from the cluster")
	// ErrChanged means that the catalog changed since the command was thought out:
	// look again and decide anew.
	ErrChanged = errors.New("the catalog has changed in the meantime")
	// ErrBadCommand means bytes that are no command of a known kind.
	ErrBadCommand = errors.New("bytes are not a known catalog command")
)

// Command is one change of the catalog. Of the fields above the line exactly one
// is set, or none; those below it may stand together, and with DropDatabase.
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

	// --- the line ---

	// Basis is the position of the state that the command was thought out on. When
	// another command with a basis was applied after it, this one is refused with
	// ErrChanged: what it replaces as a whole is not what its author saw.
	Basis uint64 `json:"basis,omitempty"`

	SetupRoles    []*Role        `json:"setupRoles,omitempty"` // once: the first roles; users that are there become admin
	DropRole      string         `json:"dropRole,omitempty"`   // also from its users
	PutRoles      []*Role        `json:"putRoles,omitempty"`   // create or replace
	RenameRole    *[2]string     `json:"renameRole,omitempty"` // also of its users
	PutUsers      []*User        `json:"putUsers,omitempty"`
	PutAlias      *Alias         `json:"putAlias,omitempty"`
	DropAliases   []string       `json:"dropAliases,omitempty"`
	Place         []Placement    `json:"place,omitempty"`
	ChangeServers []ServerChange `json:"changeServers,omitempty"`
	DropServer    string         `json:"dropServer,omitempty"` // id
	SetDefault    string         `json:"setDefault,omitempty"` // name of the default database
	Allocation    *Allocation    `json:"allocation,omitempty"`
}

// Placement moves the copies of a database: its id and the servers from now on.
type Placement struct {
	Database string   `json:"database"`
	Voters   []string `json:"voters"`
	Readers  []string `json:"readers"`
}

// ServerChange is what an administrator changes of a server; what is empty stays.
type ServerChange struct {
	ID      string         `json:"id"`
	Name    string         `json:"name,omitempty"`
	State   string         `json:"state,omitempty"`
	Options *ServerOptions `json:"options,omitempty"`
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

// apply gives the state after the command, which stands at index in the log and
// came at the leader's time (Unix nanoseconds).
func (s *State) apply(payload []byte, now int64, index uint64) (*State, error) {
	c, err := decodeCommand(payload)
	if err != nil {
		return s, err
	}
	if c.Basis != 0 && s.Changed > c.Basis {
		return s, ErrChanged
	}
	n := s.clone()
	switch {
	case c.Found != nil:
		if s.Cluster == "" {
			n.Cluster, n.Default = c.Found.Cluster, c.Found.Default
		}
	case c.Register != nil:
		if slices.Contains(s.DroppedServers, c.Register.ID) {
			return s, ErrServerDropped
		}
		n.Servers[c.Register.ID] = c.Register.keeping(s.Servers[c.Register.ID])
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
	case !c.administers():
		return s, ErrBadCommand
	}
	n.administer(&c)
	if c.Basis != 0 {
		n.Changed = index
	}
	return n, nil
}
