package graphstore

import (
	"cmp"
	"context"
	"slices"

	"graticule/graph"
	"graticule/graphstore/vector"
	"graticule/internal/snapmap"
)

// A vectorSet is the structure of a vector index. Linking a vector into a graph
// is too slow for a transaction and for Apply, which must not fall behind the
// log. So changes go into recent, which searches look through one by one, and
// each copy moves them into its graphs in the background (absorb). What a search
// sees is always exactly its snapshot; which near vectors an approximate graph
// misses may differ from copy to copy.
type vectorSet struct {
	cfg    vector.Config
	dim    int                   // of all vectors, 0: any
	graphs map[int]*vector.Graph // by dimension; never changed
	recent *snapmap.Map[uint64, []float32]
}

const (
	absorbMin  = 256     // changes that are worth the work
	recentMost = 100_000 // changes that one round moves
)

func newVectorSet(d graph.Index) *vectorSet {
	v := &vectorSet{graphs: map[int]*vector.Graph{}, recent: &snapmap.Map[uint64, []float32]{}}
	integer := func(key string) int {
		if n := config(d, key); n.Kind() == graph.KindInt {
			return int(n.AsInt())
		}
		return 0
	}
	v.dim, v.cfg.M, v.cfg.EfConstruction = integer("vector.dimensions"), integer("vector.hnsw.m"), integer("vector.hnsw.ef_construction")
	if s := config(d, "vector.similarity_function"); s.Kind() == graph.KindString && s.AsString() == "EUCLIDEAN" {
		v.cfg.Similarity = vector.Euclidean
	}
	return v
}

func (v *vectorSet) fork() structure {
	c := *v
	c.recent = v.recent.Fork()
	return &c
}

func (v *vectorSet) len() int {
	n := v.recent.Len()
	for _, g := range v.graphs {
		n += g.Len()
	}
	return n
}

// vectorOf gives a list of numbers as a vector, nil when it is none.
func vectorOf(v graph.Value) []float32 {
	if v.Kind() == graph.KindVector {
		v = graph.List(v.Coordinates())
	}
	if v.Kind() != graph.KindList {
		return nil
	}
	out := make([]float32, len(v.AsList()))
	for i, e := range v.AsList() {
		if !e.IsNumber() {
			return nil
		}
		out[i] = float32(e.Number())
	}
	return out
}

// vector gives the vector to file for an entity with the values, nil when there is none.
func (v *vectorSet) vector(values []graph.Value) []float32 {
	if len(values) == 0 {
		return nil
	}
	n := len(values[0].AsListOrNil())
	if values[0].Kind() == graph.KindVector {
		n = len(values[0].Coordinates())
	}
	if n == 0 || v.dim > 0 && n != v.dim {
		return nil
	}
	if x := vectorOf(values[0]); v.cfg.Similarity.Valid(x) {
		return x
	}
	return nil
}

func (v *vectorSet) holds(values []graph.Value) bool { return v.vector(values) != nil }

func (v *vectorSet) change(id uint64, _, after []graph.Value) {
	if x := v.vector(after); x != nil || v.filed(id) {
		v.recent.Set(id, x) // nil hides what is filed
	} else {
		v.recent.Delete(id)
	}
}

func (v *vectorSet) filed(id uint64) bool {
	for _, g := range v.graphs {
		if g.Has(id) {
			return true
		}
	}
	return false
}

func (v *vectorSet) search(query []float32, k int) []vector.Hit {
	var hits []vector.Hit
	if g := v.graphs[len(query)]; g != nil {
		hits = g.Search(query, k, func(id uint64) bool {
			_, changed := v.recent.Get(id)
			return !changed
		})
	}
	v.recent.Scan(func(id uint64, x []float32) bool {
		if len(x) == len(query) {
			hits = append(hits, vector.Hit{ID: id, Score: v.cfg.Similarity.Score(query, x)})
		}
		return true
	})
	slices.SortFunc(hits, func(a, b vector.Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	return hits[:min(k, len(hits))]
}

// absorbed gives a set with the recent changes of v in its graphs, and those
// changes. It takes at most recentMost of them.
func (v *vectorSet) absorbed(ctx context.Context, tick func()) (*vectorSet, map[uint64][]float32, error) {
	next := &vectorSet{cfg: v.cfg, dim: v.dim, graphs: map[int]*vector.Graph{}, recent: &snapmap.Map[uint64, []float32]{}}
	for dim, g := range v.graphs {
		next.graphs[dim] = g.Fork()
	}
	moved := map[uint64][]float32{}
	var err error
	v.recent.Scan(func(id uint64, x []float32) bool {
		if err = ctx.Err(); err != nil || len(moved) == recentMost {
			return false
		}
		moved[id] = x
		for dim, g := range next.graphs {
			if dim != len(x) {
				g.Remove(id)
			}
		}
		if x != nil {
			g := next.graphs[len(x)]
			if g == nil {
				g = vector.New(v.cfg)
				next.graphs[len(x)] = g
			}
			g.Put(id, x)
		}
		tick()
		return true
	})
	return next, moved, err
}

// linked gives a set with all of v in its graphs.
func (v *vectorSet) linked(ctx context.Context, tick func()) (*vectorSet, error) {
	for v.recent.Len() > 0 {
		next, moved, err := v.absorbed(ctx, tick)
		if err != nil {
			return nil, err
		}
		next.recent = v.without(moved)
		v = next
	}
	return v, nil
}

// absorb moves the recent changes of a vector index into its graphs until few are left.
func (s *Store) absorb(ctx context.Context, id graph.IndexID) {
	for ctx.Err() == nil {
		x := s.state.Load().indexes[id]
		if x == nil {
			return
		}
		v, ok := x.body.(*vectorSet)
		if !ok || v.recent.Len() < absorbMin {
			return
		}
		next, moved, err := v.absorbed(ctx, func() {})
		if err != nil {
			return
		}
		s.applyMu.Lock()
		st := s.state.Load()
		if x = st.indexes[id]; x != nil && ctx.Err() == nil {
			if now, ok := x.body.(*vectorSet); ok {
				next.recent = now.without(moved)
				s.publishBody(st, id, next)
			}
		}
		s.applyMu.Unlock()
	}
}

// without gives the recent changes that are not among the moved ones.
func (v *vectorSet) without(moved map[uint64][]float32) *snapmap.Map[uint64, []float32] {
	out := &snapmap.Map[uint64, []float32]{}
	v.recent.Scan(func(id uint64, x []float32) bool {
		if y, ok := moved[id]; !ok || len(x) != len(y) || (len(x) > 0 && &x[0] != &y[0]) {
			out.Set(id, x)
		}
		return true
	})
	return out
}

// SearchVector gives the k entities of a vector index nearest to a vector, best first.
func (tx *Tx) SearchVector(ctx context.Context, id graph.IndexID, query []float32, k int) ([]graph.Hit, error) {
	body, err := tx.searchable(ctx, id)
	if err != nil {
		return nil, err
	}
	v, ok := body.(*vectorSet)
	if !ok {
		return nil, ErrNotOnline
	}
	if !v.cfg.Similarity.Valid(query) {
		return nil, ErrNotAVector
	}
	found := v.search(query, k)
	return tx.present(id, len(found), func(i int) graph.Hit { return graph.Hit{ID: found[i].ID, Score: float64(found[i].Score)} }), nil
}
