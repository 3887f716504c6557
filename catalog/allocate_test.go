package catalog

import (
	"errors"
	"reflect"
	"testing"
)

// placed is threeRegions with a database on it.
func placed() *State {
	s := threeRegions()
	s.Databases["d"] = &Database{ID: "1", Name: "d", Voters: []string{"ap1", "eu1"}, Readers: []string{"us2"}}
	return s
}

func TestDeallocateMovesEveryCopy(t *testing.T) {
	s := placed()
	places, moves, err := s.Deallocate([]string{"eu1"})
	want := []Placement{{Database: "1", Voters: []string{"ap1", "us1"}, Readers: []string{"us2"}}}
	if err != nil || !reflect.DeepEqual(places, want) || !reflect.DeepEqual(moves, []Move{{"1", "eu1", "us1", "primary"}}) {
		t.Errorf("places %+v, moves %+v, %v", places, moves, err)
	}
	var topology *TopologyError
	if _, _, err := s.Deallocate([]string{"eu1"}, "us1"); !errors.As(err, &topology) {
		t.Errorf("the only server left is away: %v", err)
	}
	if _, moves, err := s.Deallocate([]string{"eu2"}); err != nil || len(moves) != 0 {
		t.Errorf("a server without copies: %v, %v", moves, err)
	}
	if !reflect.DeepEqual(s, placed()) {
		t.Error("planning changed the state")
	}
}

func TestReallocateEvensOut(t *testing.T) {
	s := threeRegions()
	for _, id := range []string{"1", "2", "3"} {
		s.Databases["d"+id] = &Database{ID: id, Name: "d" + id, Voters: []string{"ap1"}}
	}
	_, moves := s.Reallocate()
	if len(moves) != 2 || moves[0].To == moves[1].To || moves[0].From != "ap1" {
		t.Errorf("moves %+v, want one database for each of three servers", moves)
	}
	if _, moves := placed().Reallocate(); len(moves) != 0 {
		t.Errorf("what is even moves: %+v", moves)
	}
}

func TestServersHoldWhatTheirOptionsAllow(t *testing.T) {
	s := threeRegions()
	s.Servers["ap1"] = s.Servers["ap1"].changed(ServerChange{Options: &ServerOptions{Mode: "PRIMARY", Denied: []string{"D"}}})
	s.Servers["eu1"] = s.Servers["eu1"].changed(ServerChange{Options: &ServerOptions{Mode: "PRIMARY", Allowed: []string{"other"}}})
	voters, _, err := s.Allocate(&Database{Name: "d"}, 1, 0)
	if err != nil || !reflect.DeepEqual(voters, []string{"us1"}) {
		t.Errorf("voters %v, %v", voters, err)
	}
	// A cordoned server keeps its copy, and loses it first.
	s = placed()
	s.Servers["ap1"] = s.Servers["ap1"].changed(ServerChange{State: "Cordoned"})
	d := s.Databases["d"]
	if voters, _, _ := s.Allocate(d, 2, 0); !reflect.DeepEqual(voters, []string{"eu1", "ap1"}) {
		t.Errorf("voters %v", voters)
	}
	if voters, _, _ := s.Allocate(d, 1, 0); !reflect.DeepEqual(voters, []string{"eu1"}) {
		t.Errorf("voters %v", voters)
	}
}

func TestRegisteringKeepsWhatCommandsDecided(t *testing.T) {
	old := (&Server{ID: "1", Name: "a", Mode: "NONE", State: "Enabled"}).changed(ServerChange{Name: "b", State: "Cordoned", Options: &ServerOptions{Mode: "SECONDARY", Tags: []string{"t"}}})
	got := (&Server{ID: "1", Name: "a", Mode: "NONE", State: "Enabled", Bolt: "new:7687"}).keeping(old)
	if got.Name != "b" || got.State != "Cordoned" || got.Mode != "SECONDARY" || got.Bolt != "new:7687" || len(got.Tags) != 1 {
		t.Errorf("registered as %+v", got)
	}
}

func TestCommandsOnAnOldStateAreRefused(t *testing.T) {
	s := newState()
	apply := func(c Command, index uint64) error {
		n, err := s.apply(c.Encode(), 1, index)
		s = n
		return err
	}
	for _, step := range []struct {
		basis, index uint64
		want         error
	}{{5, 10, nil}, {9, 11, ErrChanged}, {10, 12, nil}, {0, 13, nil}, {12, 14, nil}} {
		if err := apply(Command{Basis: step.basis, SetDefault: "x"}, step.index); !errors.Is(err, step.want) {
			t.Errorf("basis %d at %d: %v, want %v", step.basis, step.index, err, step.want)
		}
	}
	if err := apply(Command{DropServer: "gone"}, 20); err != nil {
		t.Fatal(err)
	}
	if err := apply(Command{Register: &Server{ID: "gone"}}, 21); !errors.Is(err, ErrServerDropped) {
		t.Errorf("a dropped server registered: %v", err)
	}
}
