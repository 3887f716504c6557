package exec

import (
	"graticule/graph"
)

func (pl *planner) types(x *patternRel) []graph.TypeID {
	if len(x.types) == 0 {
		return []graph.TypeID{graph.AnyType}
	}
	out, _ := pl.r.types(x.types)
	return out
}

// fanOut gives how many relationships x has for one solved end.
func (pl *planner) fanOut(x *patternRel, fromSolved bool) float64 {
	n, dir := x.from, x.direction
	if !fromSolved {
		n, dir = x.to, dir.Reverse()
	}
	if x.repeat != nil {
		return 20
	}
	types, ok := pl.r.types(x.types)
	if !ok {
		return 0.01
	}
	label := graph.AnyLabel
	for _, name := range n.must {
		if id, ok := pl.r.graph.Label(name); ok && (label == graph.AnyLabel || pl.r.graph.EstimateNodes(id) < pl.r.graph.EstimateNodes(label)) {
			label = id
		}
	}
	d := pl.r.graph.EstimateDegree(label, dir, types)
	if x.variable {
		deep := x.max
		if deep < 0 || deep > 5 {
			deep = 5
		}
		rows, step := 0.0, 1.0
		for i := int64(0); i <= deep; i++ {
			if i >= x.min {
				rows += step
			}
			step *= d
		}
		d = rows
	}
	if len(x.props) > 0 {
		d *= 0.1
	}
	return max(d, 0.01)
}

// nodeShare gives the share of nodes that meet the conditions of n.
func (pl *planner) nodeShare(o *order, n *patternNode) float64 {
	share := 1.0
	if len(n.must) > 0 || len(n.anyOf) > 0 {
		share = min(1, pl.labelled(n)/pl.total)
	}
	for range n.props {
		share *= 0.1
	}
	for _, s := range n.seeks {
		if pl.ready(o, s.deps) {
			share *= s.kind.selectivity()
		}
	}
	return max(share, 1/pl.total/2)
}

func (k seekKind) selectivity() float64 {
	switch k {
	case seekEqual:
		return 0.1
	case seekIn:
		return 0.2
	case seekPrefix, seekSuffix, seekInfix, seekWithin, seekBox:
		return 0.1
	case seekExists:
		return 0.9
	}
	return 0.4
}

// labelled gives the number of nodes with the labels of n.
func (pl *planner) labelled(n *patternNode) float64 {
	g := pl.r.graph
	count := pl.total
	for _, name := range n.must {
		id, ok := g.Label(name)
		if !ok {
			return 0
		}
		count = min(count, float64(g.EstimateNodes(id)))
	}
	if len(n.must) == 0 && len(n.anyOf) > 0 {
		sum := 0.0
		for _, name := range n.anyOf {
			if id, ok := g.Label(name); ok {
				sum += float64(g.EstimateNodes(id))
			}
		}
		count = min(count, sum)
	}
	return count
}
