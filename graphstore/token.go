package graphstore

import (
	"maps"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// tokenKind tells the three token spaces apart.
type tokenKind byte

const (
	labelToken tokenKind = iota
	typeToken
	keyToken
	tokenKinds
)

// tokens is one token space: names by id, ids by name, and each name's hash
// for footprints. Ids are dense from 0 and never reused.
type tokens struct {
	names []string
	ids   map[string]uint32
	hash  []uint64
	owned bool // the map and slices belong to this fork
}

func (t *tokens) id(name string) (uint32, bool) {
	id, ok := t.ids[name]
	return id, ok
}

func (t *tokens) name(id uint32) string {
	if int(id) < len(t.names) {
		return t.names[id]
	}
	return ""
}

func (t *tokens) ensure(name string) (id uint32, created bool) {
	if id, ok := t.ids[name]; ok {
		return id, false
	}
	if !t.owned {
		t.names, t.hash, t.ids, t.owned = slices.Clone(t.names), slices.Clone(t.hash), maps.Clone(t.ids), true
		if t.ids == nil {
			t.ids = map[string]uint32{}
		}
	}
	id = uint32(len(t.names))
	t.names = append(t.names, name)
	t.hash = append(t.hash, xxhash.Sum64String(name))
	t.ids[name] = id
	return id, true
}

func (t *tokens) fork() tokens { return tokens{names: t.names, ids: t.ids, hash: t.hash} }
