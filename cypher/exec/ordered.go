package exec

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/graph"
)

// orderWish is an ORDER BY of one property of a node right behind the pattern
// that finds it: an index may give the rows in this order, so that nothing is
// sorted and a LIMIT reads no more than it takes.
type orderWish struct {
	slot       int
	key        string
	descending bool
}

// wishOrder tells the pattern of the first clause how the projection behind it sorts.
func (c *compiler) wishOrder(p *pattern, proj *ast.Projection, out *projection) {
	if p == nil || len(proj.OrderBy) != 1 || out.groups || out.distinct {
		return
	}
	e := proj.OrderBy[0].Expr
	if v, ok := e.(*ast.Variable); ok { // of an item
		at := slices.IndexFunc(proj.Items, func(i ast.ReturnItem) bool { return i.Alias != nil && i.Alias.Value == v.Name })
		if at < 0 {
			return
		}
		e = proj.Items[at].Expr
	} else if x, ok := e.(*ast.Property); ok {
		if v, ok := x.Subject.(*ast.Variable); !ok || slices.ContainsFunc(proj.Items, func(i ast.ReturnItem) bool { return i.Alias != nil && i.Alias.Value == v.Name }) {
			return // it may be another one by that name
		}
	}
	x, ok := e.(*ast.Property)
	if !ok {
		return
	}
	v, ok := x.Subject.(*ast.Variable)
	if !ok || out.before.kinds[v.Name] != nodeVar {
		return
	}
	p.wish = &orderWish{slot: out.before.slots[v.Name], key: x.Key.Value, descending: proj.OrderBy[0].Descending}
	out.sorted = p
}

// orderedScan is the first step of a plan that keeps the order of an index.
type orderedScan struct {
	node       *patternNode
	label      string // of the index
	use        indexUse
	complete   bool // no condition leaves out nodes without the property: there must be none
	descending bool
}

// holds tells whether the index has the order now. For one run the answer stays
// the same.
func (s *orderedScan) holds(r *run) bool {
	if r.writes {
		return false
	}
	entries, sorted := r.graph.IndexOrder(s.use.index.ID)
	if !sorted || !s.complete {
		return sorted
	}
	label, ok := r.graph.Label(s.label)
	return ok && entries == r.graph.EstimateNodes(label)
}

// chunks hands on the nodes in order; the consumer checks them.
func (s *orderedScan) chunks(r *run, next take) push {
	return func(f frame) error {
		q, ok, err := s.use.query(r, f)
		if err != nil || !ok {
			return err
		}
		q.Descending = s.descending
		return r.eachChunk(r.graph.SeekNodes(s.use.index.ID, q), s.node.slot, f, next)
	}
}

// inOrder makes the first step keep the order that is wished for, where an
// index can; all others hand rows on in the order they come.
func (pl *planner) inOrder(o *order, ops []op) *orderedScan {
	w := pl.p.wish
	if w == nil || pl.r.writes || len(ops) == 0 {
		return nil
	}
	n := o.actions[0].node
	if n == nil || n.bound || n.slot != w.slot || ops[0].many == nil {
		return nil
	}
	free := func(deps map[int]bool) bool { return pl.ready(nil, deps) }
	for _, x := range pl.r.indexes() {
		if x.Relationship || !x.Online || x.Type != graph.IndexRange || len(x.Labels) != 1 || len(x.Properties) != 1 || x.Properties[0] != w.key || !slices.Contains(n.must, x.Labels[0]) {
			continue
		}
		switch used := o.actions[0].access; used.name {
		case "NodeByLabelScan", "IntersectionNodeByLabelsScan":
		case "NodeIndexSeekByRange", "NodeIndexScan":
			if used.index != x.ID {
				return nil // another index finds fewer nodes
			}
		default:
			return nil
		}
		u, bounded := useIndex(x, n.seeks, free)
		s := &orderedScan{node: n, label: x.Labels[0], use: u, complete: !bounded, descending: w.descending}
		first := ops[0]
		if s.holds(pl.r) && !bounded {
			ops[0].name, ops[0].details = "NodeIndexScan", indexDetails(n.title(), x, "")
		}
		ops[0].build = func(r *run, next push) push {
			if !s.holds(r) {
				return first.build(r, next)
			}
			return s.chunks(r, r.byRow(n.check(false)(r, next)))
		}
		ops[0].many = func(r *run, next take) push {
			if !s.holds(r) {
				return first.many(r, next)
			}
			return n.checked(s.chunks)(r, next)
		}
		return s
	}
	return nil
}

// arrivesSorted tells whether the rows come in the order of ORDER BY.
func (p *projection) arrivesSorted(r *run) bool {
	if p.sorted == nil {
		return false
	}
	s := p.sorted.plan(r).ordered
	return s != nil && s.holds(r)
}
