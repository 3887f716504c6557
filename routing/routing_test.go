package routing

import (
	"errors"
	"maps"
	"reflect"
	"testing"

	"graticule/replication"
)

func TestBookmarkRoundTripAndDamage(t *testing.T) {
	b := Bookmarks{"d3b07384-d9a0-4c9b-8f6e-6f0b1b1b1b1b": replication.Position{Incarnation: 3, Term: 7, Index: 1 << 40}, "system": {Index: 9}}
	got := Bookmarks{}
	if err := got.Parse(b.String()); err != nil || !maps.Equal(got, b) {
		t.Fatalf("got %+v, %v", got, err)
	}
	text := b.String()
	for i := range text {
		bad := []byte(text)
		bad[i] ^= 1
		if err := got.Parse(string(bad)); !errors.Is(err, ErrBadBookmark) {
			t.Errorf("changed at %d: %v", i, err)
		}
		if err := got.Parse(text[:i]); i != len("FB:") && !errors.Is(err, ErrBadBookmark) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	if !maps.Equal(got, b) {
		t.Errorf("damaged bookmarks left %+v", got)
	}
	empty := Bookmarks{}
	if err := empty.Parse("FB:"); err != nil || len(empty) > 0 {
		t.Errorf("the empty bookmark: %v, %v", empty, err)
	}
}

func TestMarkIsTheBookmarkOfOneDatabase(t *testing.T) {
	p := replication.Position{Incarnation: 3, Term: 7, Index: 1 << 40}
	if got, want := Mark("db", p), (Bookmarks{"db": p}).String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBookmarksKeepTheLatestOfEachDatabase(t *testing.T) {
	b := Bookmarks{}
	for _, p := range []replication.Position{{Incarnation: 1, Index: 5}, {Incarnation: 1, Index: 3}, {Incarnation: 2, Index: 1}, {Incarnation: 1, Index: 9}} {
		b.Add("d", p)
	}
	if want := (replication.Position{Incarnation: 2, Index: 1}); b["d"] != want {
		t.Errorf("got %+v, want %+v", b["d"], want)
	}
}

func TestMakeTable(t *testing.T) {
	all := []Candidate{
		{ID: "e1", Address: "e1", Region: "eu", Alive: true, Role: "primary", Leader: true}, {ID: "e2", Address: "e2", Region: "eu", Alive: true, Role: "secondary"},
		{ID: "u1", Address: "u1", Region: "us", Alive: true, Role: "primary", RTT: 40}, {ID: "u2", Address: "u2", Region: "us", Alive: true, Role: "secondary", RTT: 40},
		{ID: "a1", Address: "a1", Region: "ap", Alive: true, RTT: 80}, {ID: "a2", Address: "a2", Region: "ap", Role: "secondary"},
	}
	for _, c := range []struct {
		region           string
		named, analytics bool
		read, write      []string
	}{
		{"eu", false, false, []string{"e2"}, []string{"e1"}},
		{"us", false, false, []string{"u1", "u2"}, []string{"e1"}},
		{"us", true, false, []string{"u1", "u2"}, []string{"u1"}},
		{"us", false, true, []string{"u2"}, []string{"e1"}},
		{"ap", true, false, []string{"e2"}, []string{"e1"}},
	} {
		got := MakeTable(all, c.region, c.named, c.analytics)
		if !reflect.DeepEqual(got.Read, c.read) || !reflect.DeepEqual(got.Write, c.write) {
			t.Errorf("%+v: read %v, write %v", c, got.Read, got.Write)
		}
		if want := []string{"e1", "u1", "a1"}; !reflect.DeepEqual(got.Route, want) {
			t.Errorf("%+v: routers %v, want one of each region: %v", c, got.Route, want)
		}
	}
}
