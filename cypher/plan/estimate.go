package plan

import (
	"math"
	"slices"

	"graticule/graph"
)

// planner is one search, with what the statistics say about each element.
type planner struct {
	q       *Query
	stats   Statistics
	indexes []graph.Index
	total   float64
	size    int // elements
	bound   set
	nodes   []nodeFacts
	rels    []relFacts
	preds   []float64 // selectivities
	reads   [][]int   // for each element, the predicates that need it
	best    float64   // cost of the cheapest plan so far: dearer sets are dropped
	weighed int       // steps looked at by the search
	pairs   int       // of sets, looked at for a join
	legs    [][]int   // memory of intersections
}

// nodeFacts are what is expected of one node.
type nodeFacts struct {
	label string  // the rarest it must have; "": none
	count float64 // nodes with its labels
	share float64 // of them, those that meet the conditions that need nothing of the pattern

	hinted bool    // it must be found from nothing
	access *Access // when it is the same at any time and has been asked for
}

// relFacts are what is expected of one relationship.
type relFacts struct {
	fan    [2]float64 // relationships for one node at From, and at To
	each   [2]float64 // share of the relationships found there whose other end has the labels
	factor float64    // share of the pairs of its nodes that it relates
	size   float64    // rows of a scan of all of them
	access Access     // that finds it from nothing
}

const (
	unknownList = 5.0  // elements of a list that is not known
	listTried   = 16   // elements of a list that are looked up one by one
	repeatFan   = 20   // paths of a quantified pattern from one node
	deepest     = 5    // steps of a variable length that are told apart
	leastFan    = 0.01 // relationships for one node, where none were seen
	leastFactor = 1e-12
)

func newPlanner(q *Query, stats Statistics) *planner {
	p := &planner{q: q, stats: stats, indexes: stats.Indexes(), total: max(1, stats.Nodes("")), size: len(q.Nodes) + len(q.Rels), best: math.Inf(1)}
	p.bound = newSet(p.size)
	for i := range q.Nodes {
		n := &q.Nodes[i]
		f := p.labelled(n)
		f.share = p.nodeShare(n, f.count)
		if p.nodes = append(p.nodes, f); n.Bound {
			p.bound.add(i)
		}
	}
	p.follow()
	for j := range q.Rels {
		p.rels = append(p.rels, p.relFacts(&q.Rels[j]))
	}
	p.reads = make([][]int, p.size)
	for i := range q.Predicates {
		p.preds = append(p.preds, p.selectivity(&q.Predicates[i]))
		for _, e := range q.Predicates[i].Deps {
			p.reads[e] = append(p.reads[e], i)
		}
	}
	return p
}

// Share gives the share of the nodes with the labels of n that meet its conditions.
func Share(n *Node, stats Statistics) float64 {
	p := &planner{stats: stats, indexes: stats.Indexes(), total: max(1, stats.Nodes(""))}
	return p.nodeShare(n, p.labelled(n).count)
}

// labelled gives the number of nodes with the labels of n.
func (p *planner) labelled(n *Node) nodeFacts {
	f := nodeFacts{count: p.total}
	for _, name := range n.Must {
		if c := p.stats.Nodes(name); f.label == "" || c < f.count {
			f.label, f.count = name, c
		}
	}
	if len(n.Must) == 0 && len(n.AnyOf) > 0 {
		sum := 0.0
		for _, name := range n.AnyOf {
			sum += p.stats.Nodes(name)
		}
		f.count = min(f.count, sum)
	}
	return f
}

// nodeShare gives the share of count nodes that meet the conditions of n.
func (p *planner) nodeShare(n *Node, count float64) float64 {
	share := 1.0
	var done []string
	equal := map[string]*graph.Value{}
	for i := range n.Conditions {
		c := &n.Conditions[i]
		switch {
		case len(c.Deps) > 0:
		case c.Key == KeyID || c.Key == KeyElementID:
			return 1 / max(count, 1)
		case c.Kind == Equal:
			if have, ok := equal[c.Key]; !ok || have == nil {
				equal[c.Key] = c.Value
			}
		}
	}
	if x, hits := p.equalIndex(n, equal); x != nil {
		share = hits / max(count, 1)
		done = append(done, x.Properties...)
	}
	for i := range n.Conditions {
		c := &n.Conditions[i]
		if len(c.Deps) == 0 && !slices.Contains(done, c.Key) {
			share *= p.keyShare(n, c.Key, count)
			done = append(done, c.Key)
		}
	}
	return min(1, max(share, 0.5/max(count, 1)))
}

// equalIndex gives the index that finds the fewest nodes by equality.
func (p *planner) equalIndex(n *Node, equal map[string]*graph.Value) (best *graph.Index, hits float64) {
	for i := range p.indexes {
		x := &p.indexes[i]
		if !of(x, n) || x.Type != graph.IndexRange || slices.ContainsFunc(x.Properties, func(k string) bool { _, ok := equal[k]; return !ok }) {
			continue
		}
		if h := p.equalHits(x, equal); best == nil || h < hits {
			best, hits = x, h
		}
	}
	return best, hits
}

// of tells whether the index holds every node that n may be.
func of(x *graph.Index, n *Node) bool {
	return !x.Relationship && x.Online && len(x.Labels) == 1 && slices.Contains(n.Must, x.Labels[0])
}

// equalHits gives how many entities x finds by equality of all its keys.
func (p *planner) equalHits(x *graph.Index, equal map[string]*graph.Value) float64 {
	if x.Constraint != "" {
		return 1
	}
	var values []graph.Value
	for _, k := range x.Properties {
		if v := equal[k]; v != nil {
			values = append(values, *v)
		}
	}
	if len(values) == len(x.Properties) {
		if n, ok := p.stats.Entries(x.ID, graph.RangeQuery{Equal: values}); ok {
			return max(n, 0.5)
		}
	}
	return max(1, p.stats.PerValue(x.ID))
}

// keyShare gives the share of count nodes that meet the conditions of n on one key.
func (p *planner) keyShare(n *Node, key string, count float64) float64 {
	q, asks, share := rangeOf(n.Conditions, key)
	if asks {
		found, ok := p.rangeShare(n, key, q, count)
		asks = !ok
		if ok {
			share *= found
		}
	}
	for i := range n.Conditions {
		c := &n.Conditions[i]
		switch {
		case c.Key != key || len(c.Deps) > 0:
		case c.Kind == In:
			share *= p.inShare(n, c, count)
		case asks && ranged(c):
			share *= c.Kind.Selectivity()
		}
	}
	return share
}

// rangeShare gives the share of count nodes that an index, or else a sample, has in a range.
func (p *planner) rangeShare(n *Node, key string, q graph.RangeQuery, count float64) (float64, bool) {
	if share, ok := p.indexShare(n, key, q, count); ok {
		return share, true
	}
	return p.stats.Share(p.labelled(n).label, key, q)
}

// indexShare gives the share of count nodes that an index has in a range.
func (p *planner) indexShare(n *Node, key string, q graph.RangeQuery, count float64) (float64, bool) {
	for i := range p.indexes {
		x := &p.indexes[i]
		if of(x, n) && x.Type == graph.IndexRange && len(x.Properties) == 1 && x.Properties[0] == key {
			if hits, ok := p.stats.Entries(x.ID, q); ok {
				return min(1, max(hits, 0.5)/max(count, 1)), true
			}
		}
	}
	return 0, false
}

// inShare is keyShare for key IN list.
func (p *planner) inShare(n *Node, c *Condition, count float64) float64 {
	elements := unknownList
	if c.Value != nil && c.Value.Kind() == graph.KindList {
		list := c.Value.AsList()
		if elements = float64(len(list)); len(list) <= listTried {
			sum, known := 0.0, true
			for _, v := range list {
				share, ok := p.indexShare(n, c.Key, graph.RangeQuery{Equal: []graph.Value{v}}, count)
				sum, known = sum+share, known && ok
			}
			if known {
				return min(1, sum)
			}
		}
	}
	if x, hits := p.equalIndex(n, map[string]*graph.Value{c.Key: nil}); x != nil {
		return min(1, elements*hits/max(count, 1))
	}
	return c.Kind.Selectivity()
}

// ranged tells whether c is a known range of one key.
func ranged(c *Condition) bool {
	if len(c.Deps) > 0 {
		return false
	}
	switch c.Kind {
	case Equal, Less, LessEqual, Greater, GreaterEqual, Prefix:
		return c.Value != nil
	case Exists:
		return true
	}
	return false
}

// rangeOf gives what the known conditions on a key ask for together, and the
// share of the others that are no list; asks=false when nothing is known.
func rangeOf(conditions []Condition, key string) (q graph.RangeQuery, asks bool, rest float64) {
	rest = 1
	for i := range conditions {
		c := &conditions[i]
		switch {
		case c.Key != key || len(c.Deps) > 0 || c.Kind == In:
			continue
		case !ranged(c):
			rest *= c.Kind.Selectivity()
			continue
		}
		asks = true
		switch c.Kind {
		case Equal:
			q.Equal = []graph.Value{*c.Value}
		case Prefix:
			if c.Value.Kind() == graph.KindString {
				q.Prefix, q.HasPrefix = c.Value.AsString(), true
			}
		case Less, LessEqual:
			q.Below(*c.Value, c.Kind == LessEqual)
		case Greater, GreaterEqual:
			q.Above(*c.Value, c.Kind == GreaterEqual)
		}
	}
	return q.Narrowest(), asks, rest
}

// selectivity gives the share of rows that pass a predicate.
func (p *planner) selectivity(pr *Predicate) float64 {
	share := pr.Selectivity
	for _, s := range pr.Equates {
		if x, hits := p.equalIndex(&p.q.Nodes[s.Node], map[string]*graph.Value{s.Key: nil}); x != nil {
			share = min(share, hits/max(1, p.nodes[s.Node].count))
		}
	}
	return share
}

// relFacts computes what is expected of x.
func (p *planner) relFacts(x *Rel) relFacts {
	from, to := &p.nodes[x.From], &p.nodes[x.To]
	f := relFacts{each: [2]float64{1, 1}}
	switch x.Kind {
	case Bound:
		f.fan, f.size = [2]float64{1, 1}, 1
		f.factor = 1 / (max(1, from.count) * max(1, to.count))
		return f
	case BoundList, Between:
		f.fan, f.size = [2]float64{1, 1}, 1
		f.factor = 1
		if x.Kind == BoundList {
			f.factor = 1 / p.total
		}
		return f
	case Repeated:
		f.fan = [2]float64{repeatFan, repeatFan}
		f.each = [2]float64{min(1, to.count/p.total), min(1, from.count/p.total)}
		f.factor = repeatFan / p.total
		return f
	}
	all := 0.0 // relationships of its types
	for _, t := range x.Types {
		all += p.stats.Rels(t)
	}
	if len(x.Types) == 0 {
		all = p.stats.Rels("")
	}
	f.size = all
	if x.Direction == graph.Both {
		f.size *= 2
	}
	steps := [2]float64{p.stats.Degree(from.label, x.Direction, x.Types), p.stats.Degree(to.label, x.Direction.Reverse(), x.Types)}
	reached := [2]float64{p.touched(steps[1], to, f.size), p.touched(steps[0], from, f.size)}
	conditions := 1.0
	for i := range x.Conditions {
		if len(x.Conditions[i].Deps) == 0 {
			conditions *= x.Conditions[i].Kind.Selectivity()
		}
	}
	if u := p.relAccess(x, f.size, newSet(p.size)); u.Kind == IndexSeek {
		conditions = min(conditions, u.Rows/max(1, f.size))
	}
	if x.Variable {
		for side := range f.fan {
			f.fan[side] = max(leastFan, walks(steps[side], x.Min, x.Max)*conditions)
		}
		f.each = [2]float64{min(1, to.count/p.total), min(1, from.count/p.total)}
		f.factor = math.Sqrt(f.fan[0]*f.fan[1]) / p.total
		return f
	}
	f.each = reached
	for side := range f.fan {
		f.fan[side] = max(leastFan, steps[side]*conditions)
	}
	related := max(f.size, leastFan) * reached[0] * reached[1] * conditions
	f.factor = max(leastFactor, related/(max(1, from.count)*max(1, to.count)))
	f.access = p.relAccess(x, f.size, newSet(p.size))
	return f
}

// touched gives the share of the relationships that end at the nodes of n, of
// which each has degree of them.
func (p *planner) touched(degree float64, n *nodeFacts, size float64) float64 {
	if n.label == "" {
		return min(1, n.count/p.total)
	}
	return min(1, max(degree*n.count, leastFan)/max(1, size))
}

// walks gives the number of paths of min to max steps from a node.
func walks(degree float64, least, most int64) float64 {
	if most < 0 || most > deepest {
		most = deepest
	}
	sum, step := 0.0, 1.0
	for i := int64(0); i <= most; i++ {
		if i >= least {
			sum += step
		}
		step *= degree
	}
	return sum
}

// grown gives the share of rows, or the rows for each row, when a set that had s
// gets the elements that t has besides.
func (p *planner) grown(s, t set) float64 {
	factor := 1.0
	for i := range p.nodes {
		if t.has(i) && !s.has(i) {
			factor *= p.fresh(i, s, t)
		}
	}
	for j := range p.rels {
		if e := len(p.nodes) + j; t.has(e) && !s.has(e) {
			factor *= p.fresh(e, s, t)
		}
	}
	return factor
}

// fresh is grown for one element of those that t has besides s. A predicate
// counts with the first of its elements that is new.
func (p *planner) fresh(e int, s, t set) float64 {
	factor := 1.0
	if e >= len(p.nodes) {
		factor = p.rels[e-len(p.nodes)].factor
	} else if n := &p.nodes[e]; !p.q.Nodes[e].Bound {
		factor = max(n.count, 0.1) * n.share
	}
	for _, i := range p.reads[e] {
		deps := p.q.Predicates[i].Deps
		first := -1
		for _, d := range deps {
			if !t.has(d) {
				first = -2
				break
			}
			if !s.has(d) && (first < 0 || d < first) {
				first = d
			}
		}
		if first == e {
			factor *= p.preds[i]
		}
	}
	return factor
}
