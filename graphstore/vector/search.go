package vector

import (
	"cmp"
	"container/heap"
	"slices"
)

// Hit is a vector that was found, with its score from 0 to 1.
type Hit struct {
	ID    uint64
	Score float32
}

const (
	exactMax = 1000 // vectors that are searched one by one
	efMin    = 100  // candidates that a search keeps at least
)

// Search gives the k vectors nearest to v that accept takes, the nearest first;
// a nil accept takes all.
func (g *Graph) Search(v []float32, k int, accept func(id uint64) bool) []Hit {
	if g.top < 0 || k <= 0 {
		return nil
	}
	takes := func(n *node) bool { return !n.dead && (accept == nil || accept(n.id)) }
	v = g.cfg.Similarity.prepare(v)
	if g.Len() <= exactMax {
		return g.exact(v, k, takes)
	}
	for ef := max(efMin, 2*k); ; ef *= 4 {
		if ef >= g.n {
			return g.exact(v, k, takes)
		}
		at := candidate{g.entry, g.distance(v, g.entry)}
		for l := g.top; l > 0; l-- {
			at = g.descend(v, at, l)
		}
		if found := g.searchLevel(v, []candidate{at}, ef, 0, takes); len(found) >= k {
			return g.hits(found, k)
		}
	}
}

func (g *Graph) exact(v []float32, k int, takes func(*node) bool) []Hit {
	var best farthest
	for i := range uint32(g.n) {
		if !takes(g.at(i)) {
			continue
		}
		best.keep(candidate{i, g.distance(v, i)}, k)
	}
	found := []candidate(best)
	sortCandidates(found)
	return g.hits(found, k)
}

func (g *Graph) hits(found []candidate, k int) []Hit {
	out := make([]Hit, len(found))
	for i, c := range found {
		out[i] = Hit{g.at(c.node).id, g.cfg.Similarity.score(c.distance)}
	}
	slices.SortStableFunc(out, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	return out[:min(k, len(out))]
}

// candidate is a node with its distance from what is searched.
type candidate struct {
	node     uint32
	distance float32
}

func compareCandidates(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.node, b.node))
}

func sortCandidates(cs []candidate) { slices.SortFunc(cs, compareCandidates) }

// descend walks to the nearest node of a level.
func (g *Graph) descend(v []float32, at candidate, level int) candidate {
	for moved := true; moved; {
		moved = false
		for _, i := range g.at(at.node).links[level] {
			if d := g.distance(v, i); d < at.distance {
				at, moved = candidate{i, d}, true
			}
		}
	}
	return at
}

// searchLevel walks from some nodes to the ef nearest of a level, and gives
// those that takes takes, nearest first.
func (g *Graph) searchLevel(v []float32, from []candidate, ef, level int, takes func(*node) bool) []candidate {
	seen := make([]uint64, (g.n+63)/64)
	var open nearest
	var best, taken farthest
	visit := func(c candidate) {
		seen[c.node/64] |= 1 << (c.node % 64)
		if len(best) >= ef && c.distance >= best[0].distance {
			return
		}
		heap.Push(&open, c)
		best.keep(c, ef)
		if takes == nil || takes(g.at(c.node)) {
			taken.keep(c, ef)
		}
	}
	for _, c := range from {
		visit(c)
	}
	for len(open) > 0 {
		c := heap.Pop(&open).(candidate)
		if len(best) >= ef && c.distance > best[0].distance {
			break
		}
		for _, i := range g.at(c.node).links[level] {
			if seen[i/64]&(1<<(i%64)) == 0 {
				visit(candidate{i, g.distance(v, i)})
			}
		}
	}
	out := []candidate(taken)
	sortCandidates(out)
	return out
}

// nearest is a heap with the nearest candidate on top, farthest one with the farthest.
type (
	nearest  []candidate
	farthest []candidate
)

func (h nearest) Len() int           { return len(h) }
func (h nearest) Less(i, j int) bool { return compareCandidates(h[i], h[j]) < 0 }
func (h nearest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *nearest) Push(x any)        { *h = append(*h, x.(candidate)) }
func (h *nearest) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

func (h farthest) Len() int           { return len(h) }
func (h farthest) Less(i, j int) bool { return compareCandidates(h[i], h[j]) > 0 }
func (h farthest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *farthest) Push(x any)        { *h = append(*h, x.(candidate)) }
func (h *farthest) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// keep adds c if it is among the n nearest.
func (h *farthest) keep(c candidate, n int) {
	switch {
	case len(*h) < n:
		heap.Push(h, c)
	case compareCandidates(c, (*h)[0]) < 0:
		(*h)[0] = c
		heap.Fix(h, 0)
	}
}
