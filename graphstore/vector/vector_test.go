package vector

import (
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func random(rng *rand.Rand, dim int) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

// truth finds the nearest by looking at all.
func truth(s Similarity, all map[uint64][]float32, q []float32, k int, accept func(uint64) bool) []uint64 {
	type hit struct {
		id    uint64
		score float32
	}
	var hits []hit
	for id, v := range all {
		if accept == nil || accept(id) {
			hits = append(hits, hit{id, s.Score(q, v)})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id)) })
	var out []uint64
	for _, h := range hits[:min(k, len(hits))] {
		out = append(out, h.id)
	}
	return out
}

func TestRecall(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for _, s := range []Similarity{Cosine, Euclidean} {
		rng := rand.New(rand.NewPCG(seed, 1))
		g := New(Config{Similarity: s})
		all := map[uint64][]float32{}
		for id := range uint64(4000) {
			all[id] = random(rng, 24)
			g.Put(id, all[id])
		}
		for id := uint64(0); id < 4000; id += 5 { // changed and removed ones
			if id%2 == 0 {
				g.Remove(id)
				delete(all, id)
			} else {
				all[id] = random(rng, 24)
				g.Put(id, all[id])
			}
		}
		for name, accept := range map[string]func(uint64) bool{"all": nil, "a tenth": func(id uint64) bool { return id%10 == 3 }} {
			found, wanted := 0, 0
			for range 100 {
				q := random(rng, 24)
				want := truth(s, all, q, 10, accept)
				for _, h := range g.Search(q, 10, accept) {
					if slices.Contains(want, h.ID) {
						found++
					}
					if h.Score != s.Score(q, all[h.ID]) {
						t.Fatalf("vector %d has score %v, not %v", h.ID, h.Score, s.Score(q, all[h.ID]))
					}
				}
				wanted += len(want)
			}
			recall := float64(found) / float64(wanted)
			t.Logf("similarity %d, %s: recall %.3f", s, name, recall)
			if recall < 0.9 {
				t.Errorf("similarity %d, %s: recall %.3f", s, name, recall)
			}
		}
	}
}

func TestForksAreApartAndAlike(t *testing.T) {
	build := func() *Graph {
		rng := rand.New(rand.NewPCG(7, 7))
		g := New(Config{Similarity: Euclidean, M: 8})
		for id := range uint64(1500) {
			if id%100 == 0 {
				g = g.Fork()
			}
			g.Put(id, random(rng, 8))
		}
		return g
	}
	a, b := build(), build()
	q := random(rand.New(rand.NewPCG(1, 1)), 8)
	before := a.Search(q, 20, nil)
	if !reflect.DeepEqual(before, b.Search(q, 20, nil)) {
		t.Error("the same insertions made different graphs")
	}
	c := a.Fork()
	for id := range uint64(1400) {
		c.Remove(id)
	}
	if !reflect.DeepEqual(before, a.Search(q, 20, nil)) {
		t.Error("a fork's changes reached its origin")
	}
	for _, h := range c.Search(q, 200, nil) {
		if h.ID < 1400 {
			t.Fatalf("found %d, which was removed", h.ID)
		}
	}
	if n := len(c.Search(q, 200, nil)); n != 100 {
		t.Errorf("found %d of 100", n)
	}
}

func TestValid(t *testing.T) {
	for _, c := range []struct {
		s    Similarity
		v    []float32
		want bool
	}{{Cosine, []float32{0, 0}, false}, {Euclidean, []float32{0, 0}, true}, {Cosine, nil, false}, {Euclidean, nil, false}, {Cosine, []float32{1, 2}, true}} {
		if got := c.s.Valid(c.v); got != c.want {
			t.Errorf("%v of %v: %v", c.s, c.v, got)
		}
	}
	if got := Cosine.Score([]float32{1, 0}, []float32{1, 1}); got != 0.8535534 {
		t.Errorf("cosine %v", got)
	}
	if got := Euclidean.Score([]float32{1, 0}, []float32{0, 1}); got != 1/float32(3) {
		t.Errorf("euclidean %v", got)
	}
}

func BenchmarkPut(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	g := New(Config{})
	for i := 0; b.Loop(); i++ {
		g.Put(uint64(i), random(rng, 128))
	}
}

func BenchmarkSearch(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	g := New(Config{})
	for i := range 20_000 {
		g.Put(uint64(i), random(rng, 128))
	}
	for b.Loop() {
		g.Search(random(rng, 128), 10, nil)
	}
}
