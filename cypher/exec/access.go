package exec

import (
	"fmt"
	"slices"
	"strings"

	"graticule/graph"
)

// access is a way to solve a node from nothing.
type access struct {
	name    string
	details string
	rows    float64
	cost    float64
	build   stepBuilder
	many    source // the same in chunks; nil when it cannot
	index   graph.IndexID
}

// fewRows are not worth a chunk.
const fewRows = 8

// access picks the cheapest way to n; outer is how many rows come to it.
func (pl *planner) access(n *patternNode, ready func(map[int]bool) bool, outer float64) access {
	for _, s := range n.seeks {
		if (s.key == keyID || s.key == keyElementID) && ready(s.deps) {
			name := "NodeByIdSeek"
			if s.key == keyElementID {
				name = "NodeByElementIdSeek"
			}
			return access{name: name, details: n.title(), rows: 1, cost: 1, build: n.findID(s, s.key == keyElementID)}
		}
	}
	count := pl.labelled(n)
	var keys []string
	var values []eval
	for _, e := range n.props {
		if ready(e.deps) && !slices.Contains(keys, e.key) {
			keys, values = append(keys, e.key), append(values, e.value)
		}
	}
	for _, s := range n.seeks {
		if s.kind == seekEqual && ready(s.deps) && !slices.Contains(keys, s.key) && s.key[0] != 0 {
			keys, values = append(keys, s.key), append(values, s.value)
		}
	}
	rest := 1.0
	for _, s := range n.seeks {
		if s.kind != seekEqual && ready(s.deps) {
			rest *= s.kind.selectivity()
		}
	}
	scan := access{name: "AllNodesScan", details: n.title(), rows: count, cost: count, build: n.scanAll()}
	if len(n.must) > 0 || len(n.anyOf) == 0 {
		scan.many = n.scanChunks()
	}
	switch {
	case len(n.must) == 1 || (len(n.must) == 0 && len(n.anyOf) == 1):
		scan.name, scan.build = "NodeByLabelScan", n.scanLabels()
	case len(n.must) > 1:
		scan.name, scan.build = "IntersectionNodeByLabelsScan", n.scanLabels()
	case len(n.anyOf) > 1:
		scan.name, scan.build = "UnionNodeByLabelsScan", n.scanLabels()
	}
	scan.rows *= rest
	best := scan
	if len(keys) > 0 {
		best.rows = max(count*0.1*rest, 0.5)
		// Values from the pattern itself come with each row: a table answers them all.
		for _, s := range n.seeks {
			if s.kind == seekEqual && s.key[0] != 0 && len(s.deps) > 0 && ready(s.deps) && outer > 4 && count > 16 && !pl.r.writes {
				best.name, best.details, best.build, best.many = "ValueHashJoin", n.title()+"."+s.key, n.hashJoin(s, scan.build), nil
				best.cost = count
			}
		}
		if best.name != "ValueHashJoin" {
			// In chunks, the scan's own check and WHERE compare a column.
			best.build, best.many, best.cost = n.find(keys, values), scan.many, count*max(outer, 1)
		}
	} else {
		best.cost = count * max(outer, 1)
	}
	for _, x := range pl.r.indexes() {
		if x.Relationship || !x.Online || len(x.Labels) != 1 || !slices.Contains(n.must, x.Labels[0]) {
			continue
		}
		if x.Type == graph.IndexRange && !slices.ContainsFunc(x.Properties, func(k string) bool { return !slices.Contains(keys, k) }) {
			rows := max(1, pl.r.graph.EstimatePerValue(x.ID)*rest)
			name := "NodeIndexSeek"
			if x.Constraint != "" {
				rows, name = 1, "NodeUniqueIndexSeek"
			}
			if rows < best.rows || best.name != "NodeIndexSeek" && best.name != "NodeUniqueIndexSeek" {
				best = access{name: name, details: indexDetails(n.title(), x, "="), rows: rows * rest, cost: rows * max(outer, 1), build: n.find(keys, values)}
				if rows > fewRows {
					best.many = n.checked(n.findChunks(keys, values))
				}
			}
			continue
		}
		if len(x.Properties) != 1 {
			continue
		}
		if at := slices.IndexFunc(n.seeks, func(s seek) bool {
			return x.Type == graph.IndexRange && s.kind == seekIn && s.key == x.Properties[0] && ready(s.deps)
		}); at >= 0 {
			if rows := max(1, 5*pl.r.graph.EstimatePerValue(x.ID)); rows < best.rows || best.name == scan.name {
				best = access{name: "NodeIndexSeek", details: indexDetails(n.title(), x, "IN"), rows: rows, cost: rows, build: n.findIn(n.seeks[at])}
			}
			continue
		}
		u, ok := useIndex(x, n.seeks, ready)
		if !ok || best.name == "NodeIndexSeek" {
			continue
		}
		if rows := max(1, count*u.share); rows < best.rows || best.name == scan.name {
			best = access{name: "Node" + u.name, index: x.ID, details: indexDetails(n.title(), x, u.how), rows: rows, cost: rows * 1.2 * max(outer, 1), build: n.seekRange(u), many: n.checked(n.seekChunks(u))}
		}
	}
	return best
}

func (n *patternNode) title() string {
	name := n.name
	if name == "" {
		name = fmt.Sprintf("anon_%d", n.slot)
	}
	switch {
	case len(n.must) > 0:
		return name + ":" + strings.Join(n.must, "&")
	case len(n.anyOf) > 0:
		return name + ":" + strings.Join(n.anyOf, "|")
	}
	return name
}
