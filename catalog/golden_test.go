package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"graticule/catalog/privilege"
	"graticule/internal/golden"
	"graticule/replication"
)

// goldenCommands holds one command for each field of Command that is one.
func goldenCommands() []Command {
	server := &Server{ID: "8d8ac610-566d-4ef0-9c22-186b2a5ed793", Name: "eu1", Region: "eu-west", Zone: "a", Bolt: "eu1:7687", HTTP: "eu1:7474", Cluster: "eu1:6000", Tags: []string{"ssd"}, Mode: "NONE", State: "Enabled", Version: "0.1.0"}
	database := &Database{ID: "d1", Name: "neo4j", Incarnation: 7, Primaries: 1, Secondaries: 1, Founders: []string{"s1"}, Voters: []string{"s1"}, Readers: []string{"s2"}, Created: 1, Started: 2}
	user := &User{Name: "neo4j", ID: "u1", Hash: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA", ChangeRequired: true, Home: "neo4j"}
	stopped := *database
	stopped.Offline, stopped.ReadOnly = true, true
	other := *user
	other.Name = "other"
	return []Command{
		{Found: &Found{Cluster: "c1", Default: "neo4j"}},
		{Register: server},
		{CreateDatabase: database},
		{CreateDatabase: database, ReplaceExisting: true},
		{AlterDatabase: &stopped},
		{PutUser: user},
		{CreateUser: &other},
		{RenameUser: &[2]string{"other", "else"}},
		{DropUser: "else"},
		{DropDatabase: "absent"},
		{SetupRoles: []*Role{{Name: "admin", Privileges: []privilege.Privilege{{Action: "access", Resource: "database", Graph: "*", Segment: "database"}}}}},
		{Basis: 40, PutRoles: []*Role{{Name: "r", Immutable: true, Privileges: []privilege.Privilege{{Deny: true, Action: "match", Resource: "property(p)", Graph: "neo4j", Segment: "NODE(A)", Immutable: true}}}}},
		{RenameRole: &[2]string{"r", "q"}},
		{PutUsers: []*User{{Name: "a", ID: "u2", Roles: []string{"q"}}}},
		{DropRole: "q"},
		{PutAlias: &Alias{Name: "Orders", Target: "neo4j", Properties: []byte(`{"a":1}`)}},
		{DropAliases: []string{"orders"}},
		{Place: []Placement{{Database: "d1", Voters: []string{"s2"}, Readers: []string{}}}},
		{ChangeServers: []ServerChange{{ID: server.ID, Name: "n", State: "Cordoned", Options: &ServerOptions{Mode: "PRIMARY", Tags: []string{"t"}, Allowed: []string{"a"}, Denied: []string{"b"}}}}},
		{DropServer: "s9"},
		{SetDefault: "neo4j"},
		{Allocation: &Allocation{Primaries: 3, Secondaries: 1}},
	}
}

func TestGoldenCommands(t *testing.T) {
	var all []golden.Bytes
	used := map[string]bool{}
	for _, c := range goldenCommands() {
		name := ""
		for i := range reflect.TypeFor[Command]().NumField() {
			if f := reflect.TypeFor[Command]().Field(i); !reflect.ValueOf(c).Field(i).IsZero() {
				name += f.Name
				used[f.Name] = true
			}
		}
		all = append(all, golden.Bytes{Name: name, Data: c.Encode()})
	}
	for i := range reflect.TypeFor[Command]().NumField() {
		if f := reflect.TypeFor[Command]().Field(i); !used[f.Name] {
			t.Errorf("no pinned command sets %s: add one to goldenCommands", f.Name)
		}
	}
	pinned := golden.Check(t, "commands.golden", all...)
	s := newState()
	for i, g := range pinned {
		c, err := decodeCommand(g.Data)
		if err != nil || !reflect.DeepEqual(c, goldenCommands()[i]) || !bytes.Equal(c.Encode(), g.Data) {
			t.Errorf("%s: read as %+v (%v)", g.Name, c, err)
		}
		n, err := s.apply(g.Data, 9, uint64(50+i))
		if want := map[string]error{"DropDatabase": ErrDatabaseNotFound}[g.Name]; !errors.Is(err, want) {
			t.Errorf("%s: %v", g.Name, err)
		}
		s = n
	}
	dir := t.TempDir()
	m := &Machine{dir: dir}
	if err := m.write(dir, &versioned{Position: replication.Position{Incarnation: 1, Term: 2, Index: 3}, State: s}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	file := golden.Check(t, "file.golden", golden.Bytes{Name: "file", Data: text})[0]
	if err := os.WriteFile(filepath.Join(dir, fileName), file.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.load(); err != nil {
		t.Fatal(err)
	}
	if err := m.write(dir, m.now.Load()); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(filepath.Join(dir, fileName)); err != nil || !bytes.Equal(again, file.Data) {
		t.Errorf("read and written again: %s (%v)", again, err)
	}
}

// The file of version 1, from before there were roles, is read; the state it holds
// becomes one with roles by a command in the log.
func TestFileOfVersion1(t *testing.T) {
	text, err := os.ReadFile("testdata/file-v1.golden")
	if err != nil {
		t.Fatal(err)
	}
	var data []byte
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "\t'"); ok {
			data = append(data, strings.TrimSuffix(rest, "\n")...)
		}
	}
	m := &Machine{dir: t.TempDir()}
	if err := errors.Join(os.WriteFile(filepath.Join(m.dir, fileName), data, 0o600), m.load()); err != nil {
		t.Fatal(err)
	}
	s, _ := m.State()
	if s.Users["neo4j"] == nil || s.Roles != nil || s.Changed != 0 {
		t.Fatalf("read as %+v", s)
	}
	c := Command{SetupRoles: []*Role{{Name: "admin"}}}
	if s, err = s.apply(c.Encode(), 1, 99); err != nil || !reflect.DeepEqual(s.Users["neo4j"].Roles, []string{"admin"}) {
		t.Errorf("after the roles were set up: %+v, %v", s.Users["neo4j"], err)
	}
}

// What a later version adds stops this one, which would otherwise hold another state than the rest.
func TestNewerFormatsAreRefused(t *testing.T) {
	for name, env := range map[string]replication.Envelope{
		"field": {Kind: replication.KindCatalog, Term: 1, Payload: []byte(`{"dropUser":"x","cascade":true}`)},
		"kind":  {Kind: 99, Term: 1},
	} {
		m, err := Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Apply([]replication.Entry{{Term: 1, Index: 1, Data: env.Append(nil)}}); !errors.Is(err, replication.ErrNewer) || m.Applied().Index != 0 {
			t.Errorf("%s: %v, applied %v", name, err, m.Applied())
		}
	}
	dir := t.TempDir()
	text, err := json.Marshal(versioned{Version: fileVersion + 1, State: newState()})
	if err := errors.Join(err, os.WriteFile(filepath.Join(dir, fileName), text, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, replication.ErrNewer) {
		t.Errorf("file: %v", err)
	}
}
