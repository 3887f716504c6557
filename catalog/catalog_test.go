package catalog

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"graticule/replication"
)

func threeRegions() *State {
	s := newState()
	for _, r := range []string{"ap", "eu", "us"} {
		for i, mode := range []string{"PRIMARY", "SECONDARY"} {
			id := fmt.Sprint(r, i+1)
			s.Servers[id] = &Server{ID: id, Name: id, Region: r, Mode: mode, State: "Enabled"}
		}
	}
	return s
}

func TestAllocateSpreadsOverRegionsAndHonoursModes(t *testing.T) {
	s := threeRegions()
	voters, readers, err := s.Allocate(&Database{}, 3, 2)
	if err != nil || !reflect.DeepEqual(voters, []string{"ap1", "eu1", "us1"}) || !reflect.DeepEqual(readers, []string{"ap2", "eu2"}) {
		t.Errorf("voters %v, readers %v, %v", voters, readers, err)
	}
	// Copies that stand stay.
	voters, _, err = s.Allocate(&Database{Voters: []string{"us1"}}, 2, 0)
	if err != nil || voters[0] != "us1" || len(voters) != 2 {
		t.Errorf("voters %v, %v", voters, err)
	}
	var topology *TopologyError
	if _, _, err := s.Allocate(&Database{}, 4, 0); !errors.As(err, &topology) || topology.Possible != 3 || topology.Role != "primaries" {
		t.Errorf("four primaries on three servers: %v", err)
	}
	s.Servers["eu1"].State = "Cordoned"
	if _, _, err := s.Allocate(&Database{}, 3, 0); err == nil {
		t.Error("a cordoned server got a copy")
	}
}

func TestCommandsAreComparedWithTheState(t *testing.T) {
	m, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	index := uint64(0)
	do := func(c Command) error {
		index++
		env := replication.Envelope{Kind: replication.KindCatalog, Term: 1, Time: 7, Payload: c.Encode()}
		r, err := m.Apply([]replication.Entry{{Term: 1, Index: index, Data: env.Append(nil)}})
		if err != nil {
			t.Fatal(err)
		}
		return r[0].Err
	}
	for _, c := range []struct {
		cmd  Command
		want error
	}{
		{Command{Found: &Found{Cluster: "c", Default: "neo4j"}}, nil},
		{Command{CreateDatabase: &Database{ID: "1", Name: "Orders"}}, nil},
		{Command{CreateDatabase: &Database{ID: "2", Name: "orders"}}, ErrDatabaseExists},
		{Command{AlterDatabase: &Database{ID: "2", Name: "orders"}}, ErrDatabaseNotFound},
		{Command{AlterDatabase: &Database{ID: "1", Name: "Orders", Offline: true}}, nil},
		{Command{DropDatabase: "none"}, ErrDatabaseNotFound},
		{Command{CreateUser: &User{Name: "a"}}, nil},
		{Command{CreateUser: &User{Name: "a"}}, ErrUserExists},
		{Command{RenameUser: &[2]string{"a", "b"}}, nil},
		{Command{DropUser: "a"}, ErrUserNotFound},
		{Command{}, ErrBadCommand},
	} {
		if err := do(c.cmd); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.cmd.Encode(), err, c.want)
		}
	}
	again, err := Open(m.dir) // what was applied is there after a restart
	if err != nil {
		t.Fatal(err)
	}
	a, _ := m.State()
	b, _ := again.State()
	if !reflect.DeepEqual(a, b) || again.Applied() != m.Applied() {
		t.Errorf("after reopening %+v at %v, want %+v at %v", b, again.Applied(), a, m.Applied())
	}
	if d := b.Database("ORDERS"); d == nil || !d.Offline || d.Stopped != 7 {
		t.Errorf("database %+v", d)
	}
}

func TestPasswords(t *testing.T) {
	var v Verifier
	hash := HashPassword("secret12")
	if hash == HashPassword("secret12") {
		t.Error("two hashes of one password are alike: the salt is not random")
	}
	for _, c := range []struct {
		hash, password string
		want           bool
	}{{hash, "secret12", true}, {hash, "secret13", false}, {"", "", false}, {"$argon2id$v=19$m=1,t=1,p=1$x$", "", false}, {hash, "secret12", true}} {
		if got := v.Verify(c.hash, c.password); got != c.want {
			t.Errorf("%q: %v", c.password, got)
		}
	}
}
