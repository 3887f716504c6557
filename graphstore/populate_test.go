package graphstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"graticule/graph"
)

// bulk creates n nodes :P {x: i} in one commit.
func (f *fixture) bulk(n int) (label graph.LabelID, key graph.KeyID, ids []graph.NodeID) {
	tx := f.begin()
	label, key = must[graph.LabelID](f.t)(tx.EnsureLabel("P")), must[graph.KeyID](f.t)(tx.EnsureKey("x"))
	for i := range n {
		id := must[graph.NodeID](f.t)(tx.CreateNode([]graph.LabelID{label}))
		must[bool](f.t)(tx.SetNodeProperty(id, key, graph.Int(int64(i))))
		ids = append(ids, id)
	}
	f.commit(tx)
	return label, key, ids
}

func (f *fixture) schema(change func(tx *Tx) error) {
	f.t.Helper()
	tx := f.begin()
	if err := change(tx); err != nil {
		f.t.Fatal(err)
	}
	f.commit(tx)
}

// indexed gives the ids of an index in its order, and the same from the records.
func (s *state) indexed(t *testing.T, name string) (have, want []uint64) {
	for _, x := range s.indexes {
		if x.def.Name != name {
			continue
		}
		if x.body == nil {
			t.Fatalf("index %s is not online", name)
		}
		x.body.(*rangeSet).tree.Scan(func(e string, _ struct{}) bool { have = append(have, idOf(e)); return true })
		var entries []string
		_ = s.eachCovered(x, func(id uint64, values []graph.Value) error {
			if e, ok := rangeEntry(values, id); ok {
				entries = append(entries, e)
			}
			return nil
		})
		slices.Sort(entries)
		for _, e := range entries {
			want = append(want, idOf(e))
		}
	}
	return have, want
}

func TestPopulationCatchesUpWithWrites(t *testing.T) {
	f := newFixture(t)
	label, key, ids := f.bulk(3 * inlineMax)
	f.schema(func(tx *Tx) error {
		_, err := tx.CreateIndex(graph.Index{Name: "i", Type: graph.IndexRange, Labels: []string{"P"}, Properties: []string{"x"}})
		return err
	})
	rng := rand.New(rand.NewPCG(1, 2))
	writes := 0
	for filling := true; filling; writes++ {
		tx := f.begin()
		for _, d := range tx.Indexes() {
			if d.Name == "i" {
				filling = !d.Online
			}
		}
		id := ids[rng.IntN(len(ids))]
		switch rng.IntN(4) {
		case 0:
			must[bool](t)(tx.SetNodeProperty(id, key, graph.Int(rng.Int64N(100))))
		case 1:
			must[bool](t)(tx.SetNodeProperty(id, key, graph.Null))
		case 2:
			must[bool](t)(tx.RemoveLabel(id, label))
		default:
			must[bool](t)(tx.DeleteNode(id))
		}
		if tx.WriteCount() > 0 {
			f.commit(tx)
		} else {
			tx.Close()
		}
	}
	t.Logf("%d writes while the index was filled", writes)
	have, want := f.store.state.Load().indexed(t, "i")
	if !slices.Equal(have, want) || len(want) == 0 {
		t.Errorf("the index holds %d entries, the graph %d", len(have), len(want))
	}
	f.store.Close()
}

func TestConstraintWaitsForItsIndex(t *testing.T) {
	f := newFixture(t)
	label, key, _ := f.bulk(2 * inlineMax)
	f.schema(func(tx *Tx) error {
		_, err := tx.CreateConstraint(graph.Constraint{Name: "u", Type: graph.ConstraintUnique, Label: "P", Properties: []string{"x"}})
		return err
	})
	for range 3 {
		tx := f.begin()
		id := must[graph.NodeID](t)(tx.CreateNode([]graph.LabelID{label}))
		_, err := tx.SetNodeProperty(id, key, graph.Int(5))
		tx.Close()
		if errors.Is(err, ErrConflict) {
			continue // began before the index was there: run again
		}
		var violated *ConstraintError
		if !errors.As(err, &violated) || !violated.Duplicate {
			t.Fatalf("a second value 5: %v", err)
		}
		f.store.Close()
		return
	}
	t.Error("the index never came online")
}

func TestDroppedWhileFilling(t *testing.T) {
	f := newFixture(t)
	f.bulk(2 * inlineMax)
	f.schema(func(tx *Tx) error {
		_, err := tx.CreateIndex(graph.Index{Name: "i", Type: graph.IndexRange, Labels: []string{"P"}, Properties: []string{"x"}})
		return err
	})
	before := f.begin()
	f.schema(func(tx *Tx) error { return tx.DropIndex("i") })
	if err := before.AwaitIndexes(context.Background(), "i"); err != nil {
		t.Error(err)
	}
	before.Close()
	f.store.Close()
	for id, x := range f.store.state.Load().indexes {
		t.Errorf("index %d %s is still there", id, x.def.Name)
	}
}
