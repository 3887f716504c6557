package plan

import (
	"slices"

	"graticule/graph"
)

// Access is a way to find a node, or a relationship, from nothing.
type Access struct {
	Kind       AccessKind
	Index      graph.Index // of an index
	Conditions []int       // of the element, those that it answers
	Rows       float64     // found for one row that comes, before anything is checked
	Cost       float64     // for one row that comes
	Once       float64     // cost for all rows together
	Source     *Access     // of a table, what fills it
}

// AccessKind is how a node or a relationship is found.
type AccessKind uint8

// Scan looks at all nodes with the labels; SeekID takes ids; IndexSeek finds by
// equality of all keys of an index, IndexIn the elements of a list, IndexRange
// whatever else an index answers. Find compares what a scan finds with values,
// and Table does so with a table made once of what its source finds.
const (
	Scan AccessKind = iota
	SeekID
	IndexSeek
	IndexIn
	IndexRange
	Find
	Table
)

// What a step costs; making a row costs 1.
const (
	seekCost  = 1.2 // an entity found by an index
	callCost  = 1.0 // a row that comes to a step
	walkCost  = 0.1 // an entry of a list of relationships that is passed over
	passCost  = 0.2 // a relationship in a scan of those that are read anyway
	stepCost  = 0.6 // a walk whose end is compared with a solved node
	probeCost = 0.2 // an entry of a list that is looked up in another
	tableCost = 1.5 // a row put into a table
	tableRows = 4   // rows that come before a table pays
	tableSize = 16  // nodes in a table that pays
)

// access picks the cheapest way to node i when s is solved and rows come. It is
// the same at any time if no condition needs another element.
func (p *planner) access(i int, s set, rows float64) Access {
	f := &p.nodes[i]
	if f.access == nil {
		a := p.accessNow(i, s, rows)
		if slices.ContainsFunc(p.q.Nodes[i].Conditions, func(c Condition) bool { return len(c.Deps) > 0 }) {
			return a
		}
		f.access = &a
	}
	return *f.access
}

func (p *planner) accessNow(i int, s set, rows float64) Access {
	n, f := &p.q.Nodes[i], &p.nodes[i]
	best := p.found(i, func(c *Condition) bool { return s.hasAll(c.Deps) })
	joins := slices.IndexFunc(n.Conditions, func(c Condition) bool { return c.Kind == Equal && len(c.Deps) > 0 && s.hasAll(c.Deps) })
	if best.Kind == SeekID || best.Kind == IndexSeek || joins < 0 || rows <= tableRows || !p.q.Tables || f.hinted {
		return best
	}
	source := p.found(i, func(c *Condition) bool { return c.Fixed })
	indexed := best.Kind == IndexIn || best.Kind == IndexRange
	if source.Rows <= tableSize || indexed && source.Cost+rows*callCost > rows*best.Cost {
		return best
	}
	return Access{Kind: Table, Conditions: []int{joins}, Rows: max(1, source.Rows*Equal.Selectivity()), Cost: callCost, Once: source.Cost, Source: &source}
}

// found picks the cheapest way to node i by the conditions that are ready, for each
// row anew.
func (p *planner) found(i int, ready func(*Condition) bool) Access {
	n, f := &p.q.Nodes[i], &p.nodes[i]
	var keys []int // conditions of equality, one for each key
	equal := map[string]*graph.Value{}
	for k := range n.Conditions {
		c := &n.Conditions[k]
		if !ready(c) {
			continue
		}
		if c.Key == KeyID || c.Key == KeyElementID {
			return Access{Kind: SeekID, Conditions: []int{k}, Rows: 1, Cost: 1}
		}
		if _, ok := equal[c.Key]; !ok && c.Kind == Equal {
			equal[c.Key] = c.Value
			keys = append(keys, k)
		}
	}
	best := Access{Kind: Scan, Rows: f.count, Cost: f.count}
	if len(keys) > 0 {
		best.Kind, best.Conditions = Find, keys
	}
	for x := range p.indexes {
		p.useIndex(&best, &p.indexes[x], n, f, equal, keys, ready)
	}
	return best
}

// useIndex puts index x in the place of best, where it finds fewer nodes. An
// index is always taken for better than a scan, and one by equality than a range.
func (p *planner) useIndex(best *Access, x *graph.Index, n *Node, f *nodeFacts, equal map[string]*graph.Value, keys []int, ready func(*Condition) bool) {
	if !of(x, n) || !n.Hint.allows(x) {
		return
	}
	indexed := best.Kind == IndexSeek || best.Kind == IndexIn || best.Kind == IndexRange
	if x.Type == graph.IndexRange && !slices.ContainsFunc(x.Properties, func(k string) bool { _, ok := equal[k]; return !ok }) {
		if hits := p.equalHits(x, equal); hits < best.Rows || best.Kind != IndexSeek {
			// All equalities are handed on: another index may answer some of them.
			*best = Access{Kind: IndexSeek, Index: *x, Conditions: keys, Rows: hits, Cost: hits}
		}
		return
	}
	if len(x.Properties) != 1 {
		return
	}
	key := x.Properties[0]
	if x.Type == graph.IndexRange {
		for k := range n.Conditions {
			c := &n.Conditions[k]
			if c.Kind != In || c.Key != key || !ready(c) {
				continue
			}
			hits := max(1, p.inShare(n, c, f.count)*f.count)
			if hits < best.Rows || !indexed {
				*best = Access{Kind: IndexIn, Index: *x, Conditions: []int{k}, Rows: hits, Cost: hits}
			}
			return
		}
	}
	bounds, share := p.bounds(x, n.Conditions, ready)
	if len(bounds) == 0 || best.Kind == IndexSeek {
		return
	}
	if q, asks, _ := rangeOf(n.Conditions, key); asks && (x.Type == graph.IndexRange || x.Type == graph.IndexText && q.HasPrefix) {
		if found, ok := p.rangeShare(n, key, q, f.count); ok {
			share = found
		}
	}
	if hits := max(1, f.count*share); hits < best.Rows || !indexed {
		*best = Access{Kind: IndexRange, Index: *x, Conditions: bounds, Rows: hits, Cost: seekCost * hits}
	}
}

// bounds gives the conditions that x, an index of one property, answers, and
// the share of its entities that it then finds.
func (p *planner) bounds(x *graph.Index, conditions []Condition, ready func(*Condition) bool) (bounds []int, share float64) {
	share = 1.0
	for k := range conditions {
		if c := &conditions[k]; c.Key == x.Properties[0] && Serves(x.Type, c.Kind) && ready(c) {
			bounds = append(bounds, k)
			share *= c.Kind.Selectivity() / 2
		}
	}
	if len(bounds) == 1 && conditions[bounds[0]].Kind == Exists {
		share = 0.95
	}
	return bounds, share
}

// relAccess picks the index that finds the fewest relationships; Scan when none
// is of use.
func (p *planner) relAccess(x *Rel, size float64, s set) Access {
	best := Access{Kind: Scan, Rows: size, Cost: size}
	if x.Read {
		best.Cost = passCost * size
	}
	if len(x.Types) != 1 {
		return best
	}
	for i := range p.indexes {
		index := &p.indexes[i]
		if !index.Relationship || !index.Online || len(index.Properties) != 1 || len(index.Labels) != 1 || index.Labels[0] != x.Types[0] {
			continue
		}
		bounds, share := p.bounds(index, x.Conditions, func(c *Condition) bool { return s.hasAll(c.Deps) })
		if len(bounds) == 0 {
			continue
		}
		kind, hits := IndexRange, size*share
		if slices.ContainsFunc(bounds, func(k int) bool { return x.Conditions[k].Kind == Equal }) {
			kind, hits = IndexSeek, p.relHits(index, x)
		} else if q, asks, _ := rangeOf(x.Conditions, index.Properties[0]); asks && index.Type == graph.IndexRange {
			if n, ok := p.stats.Entries(index.ID, q); ok {
				hits = n
			}
		}
		if x.Direction == graph.Both && hits < size {
			hits *= 2
		}
		if hits = min(max(hits, 0.5), size); best.Kind == Scan || hits < best.Rows {
			best = Access{Kind: kind, Index: *index, Conditions: bounds, Rows: hits, Cost: seekCost * hits}
		}
	}
	return best
}

// relHits gives how many relationships index finds by equality of its key.
func (p *planner) relHits(index *graph.Index, x *Rel) float64 {
	for i := range x.Conditions {
		if c := &x.Conditions[i]; c.Kind == Equal && c.Key == index.Properties[0] {
			return p.equalHits(index, map[string]*graph.Value{c.Key: c.Value})
		}
	}
	return max(1, p.stats.PerValue(index.ID))
}
