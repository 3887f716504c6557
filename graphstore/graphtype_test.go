package graphstore

import (
	"errors"
	"slices"
	"testing"

	"graticule/graph"
	"graticule/status"
)

// anElementType gives constraints as (:A => :B {p}) and (:A)-[:R]->(:B) make them.
func anElementType() []graph.Constraint {
	return []graph.Constraint{
		{Type: graph.ConstraintNodeLabel, Label: "A", EnforcedLabel: "B", Dependent: true},
		{Type: graph.ConstraintNodeExists, Label: "A", Properties: []string{"p"}, Dependent: true},
		{Type: graph.ConstraintRelSource, Relationship: true, Label: "R", EnforcedLabel: "A", Dependent: true},
		{Type: graph.ConstraintRelTarget, Relationship: true, Label: "R", EnforcedLabel: "B", Dependent: true},
	}
}

// A graph type is read back as it was, from a store that older servers refuse only once it has one.
func TestGraphTypeSurvivesReopening(t *testing.T) {
	f := newFixture(t)
	defer func() { f.store.Close() }()
	version := func() byte {
		v, closer, err := f.store.db.Get([]byte{prefixFormat})
		if err != nil {
			t.Fatal(err)
		}
		defer closer.Close()
		return v[0]
	}
	plain := f.commit(f.change(func(tx *Tx) {
		must[graph.Constraint](t)(tx.CreateConstraint(graph.Constraint{Name: "u", Type: graph.ConstraintUnique, Label: "A", Properties: []string{"q"}}))
	}))
	if plain.Changeset[0] != 1 || version() != 1 {
		t.Fatalf("without a graph type: changeset of version %d, store of version %d", plain.Changeset[0], version())
	}
	f.reopen()
	if got := f.begin().Constraints(); len(got) != 1 || got[0].Name != "u" || got[0].Dependent {
		t.Fatalf("read back of version 1: %+v", got)
	}
	typed := f.commit(f.change(func(tx *Tx) {
		if err := tx.ChangeGraphType(nil, anElementType()); err != nil {
			t.Fatal(err)
		}
	}))
	if typed.Changeset[0] != 2 || version() != 2 {
		t.Fatalf("with a graph type: changeset of version %d, store of version %d", typed.Changeset[0], version())
	}
	want := f.begin().Constraints()
	f.reopen()
	got := f.begin().Constraints()
	if len(got) != 5 || !slices.EqualFunc(got, want, func(a, b graph.Constraint) bool {
		return a.Name == b.Name && a.ID == b.ID && a.Type == b.Type && a.EnforcedLabel == b.EnforcedLabel && a.Dependent == b.Dependent && slices.Equal(a.Properties, b.Properties)
	}) {
		t.Errorf("read back %+v, want %+v", got, want)
	}
	tx := f.begin()
	defer tx.Close()
	a, _ := tx.EnsureLabel("A")
	must[graph.NodeID](t)(tx.CreateNode([]graph.LabelID{a}))
	var violation *ConstraintError
	if _, err := tx.Prepare(); !errors.As(err, &violation) || violation.Constraint.Type != graph.ConstraintNodeLabel {
		t.Errorf("a node without the implied label: %v", err)
	}
}

func TestPartsOfAGraphTypeAreNotDroppedAlone(t *testing.T) {
	f := newFixture(t)
	defer f.store.Close()
	f.commit(f.change(func(tx *Tx) {
		if err := tx.ChangeGraphType(nil, anElementType()); err != nil {
			t.Fatal(err)
		}
	}))
	tx := f.begin()
	defer tx.Close()
	names := []string{}
	for _, d := range tx.Constraints() {
		names = append(names, d.Name)
	}
	if s := Status(tx.DropConstraint(names[0])); s == nil || s.Code != "Neo.DatabaseError.Schema.ConstraintDropFailed" || s.Cause.GQLStatus != "22N68" {
		t.Errorf("dropped alone: %v", s)
	}
	_, err := tx.CreateConstraint(graph.Constraint{Type: graph.ConstraintNodeExists, Label: "A", Properties: []string{"z"}})
	if s := Status(err); s == nil || s.GQLStatus != "22NB2" {
		t.Errorf("an independent constraint on an identifying label: %v", s)
	}
	if err := tx.ChangeGraphType(names, nil); err != nil || len(tx.Constraints()) != 0 {
		t.Errorf("dropped as a graph type: %v, left %v", err, tx.Constraints())
	}
}

// What one transaction checks at an end of a relationship, another may not take away unseen.
func TestGraphTypeConflicts(t *testing.T) {
	type step func(f *fixture, tx *Tx)
	label := func(tx *Tx, n string) graph.LabelID { l, _ := tx.EnsureLabel(n); return l }
	var from, to graph.NodeID
	link := func(f *fixture, tx *Tx) {
		r, _ := tx.EnsureType("R")
		must[graph.RelID](f.t)(tx.CreateRel(r, from, to))
	}
	lose := func(id *graph.NodeID, name string) step {
		return func(f *fixture, tx *Tx) { must[bool](f.t)(tx.RemoveLabel(*id, label(tx, name))) }
	}
	implied := func(f *fixture, tx *Tx) { must[bool](f.t)(tx.AddLabel(to, label(tx, "A"))) }
	for _, c := range []struct {
		name          string
		first, second step
		want          bool
	}{
		{"a relationship from a node that lost its label", lose(&from, "A"), link, true},
		{"a relationship to a node that lost its label", lose(&to, "B"), link, true},
		{"a label of a node that got a relationship", link, lose(&from, "A"), true},
		{"a label of the target of a new relationship", link, lose(&to, "B"), true},
		{"a label that means nothing here", link, lose(&from, "C"), false},
		{"a label whose implied one went", lose(&to, "B"), implied, true},
		{"an implied label of what got the label", implied, lose(&to, "B"), true},
	} {
		f := newFixture(t)
		f.commit(f.change(func(tx *Tx) {
			if err := tx.ChangeGraphType(nil, anElementType()); err != nil {
				t.Fatal(err)
			}
		}))
		f.commit(f.change(func(tx *Tx) {
			key, _ := tx.EnsureKey("p")
			from = must[graph.NodeID](t)(tx.CreateNode([]graph.LabelID{label(tx, "A"), label(tx, "B"), label(tx, "C")}))
			to = must[graph.NodeID](t)(tx.CreateNode([]graph.LabelID{label(tx, "B")}))
			must[bool](t)(tx.SetNodeProperty(from, key, graph.Int(1)))
			must[bool](t)(tx.SetNodeProperty(to, key, graph.Int(1)))
		}))
		f.together(c.name, c.first, c.second, c.want)
		f.store.Close()
	}
}

// A label of many relationships' end is checked against one of them.
func TestLabelOfAnEndWithRelationships(t *testing.T) {
	f := newFixture(t)
	defer f.store.Close()
	f.commit(f.change(func(tx *Tx) {
		if err := tx.ChangeGraphType(nil, anElementType()[2:]); err != nil {
			t.Fatal(err)
		}
	}))
	var hub graph.NodeID
	f.commit(f.change(func(tx *Tx) {
		a, _ := tx.EnsureLabel("A")
		b, _ := tx.EnsureLabel("B")
		r, _ := tx.EnsureType("R")
		hub = must[graph.NodeID](t)(tx.CreateNode([]graph.LabelID{b}))
		for range 100 {
			must[graph.RelID](t)(tx.CreateRel(r, must[graph.NodeID](t)(tx.CreateNode([]graph.LabelID{a})), hub))
		}
	}))
	tx := f.begin()
	defer tx.Close()
	b, _ := tx.EnsureLabel("B")
	must[bool](t)(tx.RemoveLabel(hub, b))
	_, err := tx.Prepare()
	if s := Status(err); s == nil || s.Code != status.ConstraintValidationFailed || s.GQLStatus != "22NB4" {
		t.Errorf("the label of an end went: %v", err)
	}
}
