package vector

import (
	"math"
	"math/bits"

	"graticule/internal/snapmap"
)

// Config shapes a graph. Zero values mean the usual ones.
type Config struct {
	Similarity     Similarity
	M              int // links of a vector on each level above the lowest, which has twice as many; 16
	EfConstruction int // candidates looked at to find them; 100
}

func (c Config) withDefaults() Config {
	if c.M <= 1 {
		c.M = 16
	}
	if c.EfConstruction <= 0 {
		c.EfConstruction = 100
	}
	return c
}

// Graph holds vectors of one length by id.
type Graph struct {
	cfg   Config
	gen   *generation
	pages []*page
	n     int // nodes, dead ones included
	dead  int
	byID  *snapmap.Map[uint64, uint32]
	entry uint32
	top   int // level of entry, -1: empty
}

// A generation owns the pages and nodes it makes; others copy them first.
type generation struct{ _ byte }

const pageSize = 256

type page struct {
	gen   *generation
	nodes [pageSize]*node
}

type node struct {
	gen   *generation
	id    uint64
	vec   []float32 // prepared
	links [][]uint32
	dead  bool
}

// New makes an empty graph.
func New(cfg Config) *Graph {
	return &Graph{cfg: cfg.withDefaults(), gen: &generation{}, byID: &snapmap.Map[uint64, uint32]{}, top: -1}
}

// Fork gives a copy to change.
func (g *Graph) Fork() *Graph {
	c := *g
	c.gen = &generation{}
	c.pages = append(make([]*page, 0, len(g.pages)+1), g.pages...)
	c.byID = g.byID.Fork()
	return &c
}

// Len gives the number of vectors.
func (g *Graph) Len() int { return g.byID.Len() }

// Has tells whether there is a vector of the id.
func (g *Graph) Has(id uint64) bool { _, ok := g.byID.Get(id); return ok }

func (g *Graph) at(i uint32) *node { return g.pages[i/pageSize].nodes[i%pageSize] }

// own gives a node for changing it.
func (g *Graph) own(i uint32) *node {
	n := g.at(i)
	if n.gen == g.gen {
		return n
	}
	c := *n
	c.gen = g.gen
	c.links = make([][]uint32, len(n.links))
	for l := range n.links {
		c.links[l] = append(make([]uint32, 0, cap(n.links[l])), n.links[l]...)
	}
	g.place(i, &c)
	return &c
}

func (g *Graph) place(i uint32, n *node) {
	for int(i/pageSize) >= len(g.pages) {
		g.pages = append(g.pages, &page{gen: g.gen})
	}
	p := g.pages[i/pageSize]
	if p.gen != g.gen {
		c := *p
		c.gen = g.gen
		p = &c
		g.pages[i/pageSize] = p
	}
	p.nodes[i%pageSize] = n
}

// levelOf gives the highest level of an id: level l has about one in M^l.
func (g *Graph) levelOf(id uint64) int {
	h := id + 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	h ^= h >> 31
	u := (float64(bits.Reverse64(h)>>11) + 0.5) / (1 << 53)
	return min(int(-math.Log(u)/math.Log(float64(g.cfg.M))), 30)
}

// Put sets the vector of an id.
func (g *Graph) Put(id uint64, v []float32) {
	g.Remove(id)
	g.insert(id, g.cfg.Similarity.prepare(v))
}

func (g *Graph) insert(id uint64, prepared []float32) {
	n := &node{gen: g.gen, id: id, vec: prepared}
	level := g.levelOf(id)
	n.links = make([][]uint32, level+1)
	i := uint32(g.n)
	g.n++
	g.place(i, n)
	g.byID.Set(id, i)
	if g.top < 0 {
		g.entry, g.top = i, level
		return
	}
	at := candidate{g.entry, g.distance(n.vec, g.entry)}
	for l := g.top; l > level; l-- {
		at = g.descend(n.vec, at, l)
	}
	near := []candidate{at}
	for l := min(level, g.top); l >= 0; l-- {
		near = g.searchLevel(n.vec, near, g.cfg.EfConstruction, l, nil)
		for _, c := range g.spread(near, g.cfg.M) {
			n.links[l] = append(n.links[l], c.node)
			g.link(c.node, candidate{i, c.distance}, l)
		}
	}
	if level > g.top {
		g.entry, g.top = i, level
	}
}

// link adds a link from a node, dropping the least useful one when there are too many.
func (g *Graph) link(from uint32, to candidate, level int) {
	n := g.own(from)
	n.links[level] = append(n.links[level], to.node)
	most := g.cfg.M
	if level == 0 {
		most *= 2
	}
	if len(n.links[level]) <= most {
		return
	}
	all := make([]candidate, len(n.links[level]))
	for i, c := range n.links[level] {
		all[i] = candidate{c, g.distance(n.vec, c)}
	}
	sortCandidates(all)
	n.links[level] = n.links[level][:0]
	for _, c := range g.spread(all, most) {
		n.links[level] = append(n.links[level], c.node)
	}
}

// spread picks up to m of the candidates, which come nearest first: those that
// are not nearer to one already picked than to the vector, then the nearest others.
func (g *Graph) spread(all []candidate, m int) []candidate {
	if len(all) <= m {
		return all
	}
	var picked, others []candidate
	for _, c := range all {
		if len(picked) == m {
			break
		}
		lone := true
		for _, p := range picked {
			if g.cfg.Similarity.distance(g.at(c.node).vec, g.at(p.node).vec) < c.distance {
				lone = false
				break
			}
		}
		if lone {
			picked = append(picked, c)
		} else {
			others = append(others, c)
		}
	}
	return append(picked, others[:min(len(others), m-len(picked))]...)
}

// Remove takes the vector of an id out.
func (g *Graph) Remove(id uint64) {
	i, ok := g.byID.Get(id)
	if !ok {
		return
	}
	g.byID.Delete(id)
	g.own(i).dead = true
	g.dead++
	if g.dead > 64 && g.dead > g.Len() {
		g.rebuild()
	}
}

func (g *Graph) rebuild() {
	old := *g
	*g = *New(g.cfg)
	old.byID.Scan(func(id uint64, i uint32) bool {
		g.insert(id, old.at(i).vec)
		return true
	})
}

func (g *Graph) distance(v []float32, i uint32) float32 {
	return g.cfg.Similarity.distance(v, g.at(i).vec)
}
