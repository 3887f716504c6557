package graphstore

import (
	"context"
	"errors"
	"time"

	"graticule/graph"
	"graticule/graphstore/fulltext"
)

// onlineWait is how long a search waits for its index to come online.
const onlineWait = 30 * time.Second

// ErrNotOnline means that an index was asked before it was filled.
var ErrNotOnline = errors.New("the index is still being filled; try again when SHOW INDEXES gives ONLINE")

// A textSet is the structure of a full-text index.
type textSet struct{ x *fulltext.Index }

func newTextSet(d graph.Index) *textSet {
	name := fulltext.DefaultAnalyzer
	if v := config(d, "fulltext.analyzer"); v.Kind() == graph.KindString {
		name = v.AsString()
	}
	analyzer, ok := fulltext.AnalyzerNamed(name)
	if !ok { // CreateIndex has refused it; a newer version may have made it
		analyzer, _ = fulltext.AnalyzerNamed(fulltext.DefaultAnalyzer)
	}
	return &textSet{fulltext.New(analyzer, d.Properties)}
}

// config gives one value of an index's configuration, null when there is none.
func config(d graph.Index, key string) graph.Value {
	c, _ := d.Options.Get("indexConfig")
	if c.Kind() != graph.KindMap {
		return graph.Null
	}
	v, _ := c.AsMap().Get(key)
	return v
}

func (t *textSet) fork() structure { return &textSet{t.x.Fork()} }

func (t *textSet) len() int { return t.x.Len() }

// texts gives the texts in a value: it is one, or a list of them.
func texts(v graph.Value) []string {
	switch v.Kind() {
	case graph.KindString:
		return []string{v.AsString()}
	case graph.KindList:
		var out []string
		for _, e := range v.AsList() {
			if e.Kind() == graph.KindString {
				out = append(out, e.AsString())
			}
		}
		return out
	}
	return nil
}

func (t *textSet) holds(values []graph.Value) bool {
	for _, v := range values {
		if len(texts(v)) > 0 {
			return true
		}
	}
	return false
}

func (t *textSet) change(id uint64, _, after []graph.Value) {
	if !t.holds(after) {
		t.x.Remove(id)
		return
	}
	fields := make([][]string, len(after))
	for i, v := range after {
		fields[i] = texts(v)
	}
	t.x.Put(id, fields)
}

// TextAnalyzers lists what full-text indexes can be configured with.
func (tx *Tx) TextAnalyzers() ([]graph.TextAnalyzer, error) {
	all, err := fulltext.Analyzers()
	if err != nil {
		return nil, err
	}
	var out []graph.TextAnalyzer
	for _, a := range all {
		out = append(out, graph.TextAnalyzer{Name: a.Name, Description: a.Description, Stopwords: a.Stopwords})
	}
	return out, nil
}

// SearchText gives the entities of a full-text index that match a query, best first.
func (tx *Tx) SearchText(ctx context.Context, id graph.IndexID, query string, o graph.TextSearch) ([]graph.Hit, error) {
	body, err := tx.searchable(ctx, id)
	if err != nil {
		return nil, err
	}
	t, ok := body.(*textSet)
	if !ok {
		return nil, ErrNotOnline
	}
	options := fulltext.Options{Skip: o.Skip, Limit: o.Limit}
	if o.Analyzer != "" {
		if options.Analyzer, ok = fulltext.AnalyzerNamed(o.Analyzer); !ok {
			return nil, &UnknownAnalyzerError{o.Analyzer}
		}
	}
	found, err := t.x.Search(query, options)
	if err != nil {
		return nil, err
	}
	return tx.present(id, len(found), func(i int) graph.Hit { return graph.Hit{ID: found[i].ID, Score: float64(found[i].Score)} }), nil
}

// searchable gives the structure of an index, waiting for it if need be, and
// notes that the transaction depends on all that is in it.
func (tx *Tx) searchable(ctx context.Context, id graph.IndexID) (structure, error) {
	x := tx.state.indexes[id]
	if x == nil {
		return nil, ErrNotOnline
	}
	if tx.reading() {
		hashes := tx.state.tokens[labelToken].hash
		if x.def.Relationship {
			hashes = tx.state.tokens[typeToken].hash
		}
		for _, l := range x.labels {
			for _, k := range x.keys {
				tx.fp.read(mix(fpKey, hashes[l], tx.keyHash(k)))
			}
		}
	}
	if x.body != nil {
		return x.body, nil
	}
	limited, cancel := context.WithTimeout(ctx, onlineWait)
	defer cancel()
	if _, err := tx.store.awaitIndex(limited, id); err != nil && ctx.Err() != nil {
		return nil, err
	}
	// The newest body is of another state than the transaction's; present drops
	// what the transaction does not see.
	if x = tx.store.state.Load().indexes[id]; x == nil || x.body == nil {
		return nil, ErrNotOnline
	}
	return x.body, nil
}

// present gives the hits on entities that the transaction sees under the index.
func (tx *Tx) present(id graph.IndexID, n int, hit func(i int) graph.Hit) []graph.Hit {
	x := tx.state.indexes[id]
	out := make([]graph.Hit, 0, n)
	for i := range n {
		if h := hit(i); x.body != nil || tx.state.valuesOf(x, h.ID) != nil {
			out = append(out, h)
		}
	}
	return out
}
