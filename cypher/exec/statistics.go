package exec

import (
	"fmt"

	"graticule/cypher/plan"
	"graticule/graph"
)

// statistics answers a planner from the graph of a run, and notes what was
// asked: the plan is good as long as the answers stay about the same.
type statistics struct {
	r       *run
	nodes   map[string]int64
	rels    map[string]int64
	degrees map[string]float64
}

var _ plan.Statistics = (*statistics)(nil)

func newStatistics(r *run) *statistics {
	return &statistics{r: r, nodes: map[string]int64{}, rels: map[string]int64{}, degrees: map[string]float64{}}
}

func (s *statistics) Nodes(label string) float64 { return asked(s.nodes, label, s.r.nodesOf) }

func (s *statistics) Rels(typ string) float64 { return asked(s.rels, typ, s.r.relsOf) }

// asked gives the count of a name, and keeps it.
func asked(known map[string]int64, name string, count func(string) int64) float64 {
	n, ok := known[name]
	if !ok {
		n = count(name)
		known[name] = n
	}
	return float64(n)
}

// nodesOf gives how many nodes have a label, "" for all.
func (r *run) nodesOf(label string) int64 {
	if label == "" {
		return r.graph.EstimateNodes(graph.AnyLabel)
	}
	if id, ok := r.graph.Label(label); ok {
		return r.graph.EstimateNodes(id)
	}
	return 0
}

// relsOf gives how many relationships are of a type, "" for all.
func (r *run) relsOf(typ string) int64 {
	if typ == "" {
		return r.graph.EstimateRels(graph.AnyType)
	}
	if id, ok := r.graph.Type(typ); ok {
		return r.graph.EstimateRels(id)
	}
	return 0
}

func (s *statistics) Degree(label string, dir graph.Direction, types []string) float64 {
	key := fmt.Sprint(dir, label, types)
	if d, ok := s.degrees[key]; ok {
		return d
	}
	d := 0.0
	if ids, ok := s.r.types(types); ok {
		id, known := graph.AnyLabel, true
		if label != "" {
			id, known = s.r.graph.Label(label)
		}
		if known {
			d = s.r.graph.EstimateDegree(id, dir, ids)
		}
	}
	s.degrees[key] = d
	return d
}

func (s *statistics) Indexes() []graph.Index { return s.r.indexes() }

func (s *statistics) PerValue(index graph.IndexID) float64 {
	return s.r.graph.EstimatePerValue(index)
}

func (s *statistics) Entries(index graph.IndexID, q graph.RangeQuery) (float64, bool) {
	n, ok := s.r.graph.EstimateEntries(index, q)
	return float64(n), ok
}

func (s *statistics) Share(label, key string, q graph.RangeQuery) (float64, bool) {
	k, ok := s.r.key(key)
	if !ok {
		return 0, false
	}
	id := graph.AnyLabel
	if label != "" {
		if id, ok = s.r.graph.Label(label); !ok {
			return 0, false
		}
	}
	return s.r.graph.EstimateShare(id, k, q)
}

// near tells whether a count is still about what it was.
func near(a, b int64) bool { return a <= b+b/2+64 && b <= a+a/2+64 }

// hold tells whether the counts that were asked for are still about the same.
func (s *statistics) hold(r *run) bool {
	for label, n := range s.nodes {
		if !near(n, r.nodesOf(label)) {
			return false
		}
	}
	for typ, n := range s.rels {
		if !near(n, r.relsOf(typ)) {
			return false
		}
	}
	return true
}
