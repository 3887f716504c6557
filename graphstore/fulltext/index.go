package fulltext

import (
	"encoding/binary"
	"strings"

	"graticule/internal/snapmap"
)

// Index holds the terms of entities with the given fields.
type Index struct {
	analyzer *Analyzer
	fields   []string
	postings *snapmap.Map[string, []uint32] // field, term, 0, id: the positions
	terms    *snapmap.Map[string, int64]    // field, term: how many entities have it
	docs     *snapmap.Map[uint64, *document]
	stats    []fieldStats
}

// fieldStats are what scores need to know of a field.
type fieldStats struct {
	docs  int64 // entities with the field
	terms int64 // terms in it in all
}

type document struct {
	keys    []string // of its postings
	lengths []int32  // terms by field, -1: the field is not there
}

// New makes an empty index.
func New(analyzer *Analyzer, fields []string) *Index {
	return &Index{analyzer: analyzer, fields: fields, postings: &snapmap.Map[string, []uint32]{}, terms: &snapmap.Map[string, int64]{}, docs: &snapmap.Map[uint64, *document]{}, stats: make([]fieldStats, len(fields))}
}

// Fork gives a copy to change.
func (x *Index) Fork() *Index {
	c := *x
	c.postings, c.terms, c.docs = x.postings.Fork(), x.terms.Fork(), x.docs.Fork()
	c.stats = append([]fieldStats(nil), x.stats...)
	return &c
}

// Len gives the number of entities in the index.
func (x *Index) Len() int { return x.docs.Len() }

// termKey is the key of a term among the terms of all fields.
func termKey(field int, term string) string {
	return string([]byte{byte(field >> 8), byte(field)}) + term
}

func postingKey(field int, term string, id uint64) string {
	return string(binary.BigEndian.AppendUint64(append([]byte(termKey(field, term)), 0), id))
}

// Put files the texts of an entity, by field; a field without texts is not there.
func (x *Index) Put(id uint64, texts [][]string) {
	x.Remove(id)
	d := &document{lengths: make([]int32, len(x.fields))}
	there := false
	for f, values := range texts {
		d.lengths[f] = -1
		if len(values) == 0 {
			continue
		}
		there = true
		positions := map[string][]uint32{}
		var order []string
		base, length := uint32(0), int32(0)
		for _, text := range values {
			last := uint32(0)
			for _, t := range x.analyzer.Terms(text) {
				if positions[t.Text] == nil {
					order = append(order, t.Text)
				}
				positions[t.Text] = append(positions[t.Text], base+t.Position)
				last = t.Position
				length++
			}
			base += last
		}
		d.lengths[f] = length
		x.stats[f].docs++
		x.stats[f].terms += int64(length)
		for _, term := range order {
			key := postingKey(f, term, id)
			x.postings.Set(key, positions[term])
			d.keys = append(d.keys, key)
			n, _ := x.terms.Get(termKey(f, term))
			x.terms.Set(termKey(f, term), n+1)
		}
	}
	if there {
		x.docs.Set(id, d)
	}
}

// Remove takes an entity out.
func (x *Index) Remove(id uint64) {
	d, ok := x.docs.Get(id)
	if !ok {
		return
	}
	x.docs.Delete(id)
	for f, n := range d.lengths {
		if n >= 0 {
			x.stats[f].docs--
			x.stats[f].terms -= int64(n)
		}
	}
	for _, key := range d.keys {
		x.postings.Delete(key)
		term := key[:len(key)-9]
		if n, _ := x.terms.Get(term); n > 1 {
			x.terms.Set(term, n-1)
		} else {
			x.terms.Delete(term)
		}
	}
}

// eachPosting calls f for the entities with a term in ascending order of ids.
func (x *Index) eachPosting(field int, term string, f func(id uint64, positions []uint32)) {
	prefix := termKey(field, term) + "\x00"
	x.postings.Ascend(prefix, func(key string, positions []uint32) bool {
		if !strings.HasPrefix(key, prefix) {
			return false
		}
		if len(key) == len(prefix)+8 {
			f(binary.BigEndian.Uint64([]byte(key[len(prefix):])), positions)
		}
		return true
	})
}

// eachTerm calls f for the terms of a field from one on, in order, until it gives false.
func (x *Index) eachTerm(field int, from string, f func(term string, docs int64) bool) {
	x.terms.Ascend(termKey(field, from), func(key string, n int64) bool {
		return int(key[0])<<8|int(key[1]) == field && f(key[2:], n)
	})
}

// length gives the number of terms in a field of an entity.
func (x *Index) length(field int, id uint64) int32 {
	if d, ok := x.docs.Get(id); ok {
		return d.lengths[field]
	}
	return 0
}
