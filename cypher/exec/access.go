package exec

import (
	"fmt"
	"strings"

	"graticule/cypher/plan"
	"graticule/graph"
)

// access is a way to solve a node from nothing.
type access struct {
	name    string
	details string
	build   stepBuilder
	many    source // the same in chunks; nil when it cannot
	index   graph.IndexID
}

// fewRows are not worth a chunk.
const fewRows = 8

// accessOf makes the steps for the access that the planner chose.
func (pl *planner) accessOf(n *patternNode, chosen plan.Access) access {
	seeks := n.conditions()
	first := func() seek { return seeks[chosen.Conditions[0]] }
	equalities := func() (keys []string, values []eval) {
		for _, k := range chosen.Conditions {
			keys, values = append(keys, seeks[k].key), append(values, seeks[k].value)
		}
		return keys, values
	}
	scan := n.scan()
	switch chosen.Kind {
	case plan.SeekID:
		s := first()
		name := "NodeByIdSeek"
		if s.key == keyElementID {
			name = "NodeByElementIdSeek"
		}
		return access{name: name, details: n.title(), build: n.findID(s, s.key == keyElementID)}
	case plan.Find: // in chunks, the scan's own check and WHERE compare a column
		scan.build = n.find(equalities())
		for _, k := range chosen.Conditions {
			if s := seeks[k]; s.known == knownLate && scan.many != nil && !pl.r.writes {
				scan.many = n.rescanned(s, scan.many)
				break
			}
		}
	case plan.Table:
		s := first()
		return access{name: "ValueHashJoin", details: n.title() + "." + s.key, build: n.hashJoin(s, pl.accessOf(n, *chosen.Source).build)}
	case plan.IndexSeek:
		keys, values := equalities()
		a := access{name: "NodeIndexSeek", details: indexDetails(n.title(), chosen.Index, "="), build: n.find(keys, values)}
		if chosen.Index.Constraint != "" {
			a.name = "NodeUniqueIndexSeek"
		}
		if chosen.Rows > fewRows {
			a.many = n.checked(n.findChunks(keys, values))
		}
		return a
	case plan.IndexIn:
		return access{name: "NodeIndexSeek", details: indexDetails(n.title(), chosen.Index, "IN"), build: n.findIn(first())}
	case plan.IndexRange:
		u := newIndexUse(chosen, seeks)
		return access{name: "Node" + u.name, index: chosen.Index.ID, details: indexDetails(n.title(), chosen.Index, u.how), build: n.seekRange(u), many: n.checked(n.seekChunks(u))}
	}
	return scan
}

// scan looks at all nodes that have the labels of n.
func (n *patternNode) scan() access {
	a := access{name: "AllNodesScan", details: n.title(), build: n.scanAll()}
	if len(n.must) > 0 || len(n.anyOf) == 0 {
		a.many = n.scanChunks()
	}
	switch {
	case len(n.must) == 1 || (len(n.must) == 0 && len(n.anyOf) == 1):
		a.name, a.build = "NodeByLabelScan", n.scanLabels()
	case len(n.must) > 1:
		a.name, a.build = "IntersectionNodeByLabelsScan", n.scanLabels()
	case len(n.anyOf) > 1:
		a.name, a.build = "UnionNodeByLabelsScan", n.scanLabels()
	}
	return a
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
