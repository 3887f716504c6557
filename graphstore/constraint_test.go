package graphstore

import "testing"

func TestSchemaAndDataDoNotMix(t *testing.T) {
	f := newFixture(t)
	a := f.begin()
	if _, err := a.CreateNode(nil); err != nil {
		t.Fatal(err)
	}
	if err := a.DropIndex("index_343aff4e"); err != ErrSchemaAfterData {
		t.Errorf("schema after data: %v", err)
	}
	a.Close()
	b := f.begin()
	if err := b.DropIndex("index_343aff4e"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.CreateNode(nil); err != ErrDataAfterSchema {
		t.Errorf("data after schema: %v", err)
	}
	b.Close()
	f.store.Close()
}
