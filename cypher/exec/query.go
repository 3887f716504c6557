package exec

import (
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/plan"
	"graticule/graph"
)

// opaque is the share of rows that pass a condition of which nothing is known.
const opaque = 0.75

// query describes the pattern to the planner.
func (pl *planner) query() *plan.Query {
	p := pl.p
	q := &plan.Query{Tables: !pl.r.writes, Joins: !pl.r.writes && p.whole && !p.dynamic, Intersects: !pl.r.writes}
	pl.watched = nil
	for i, n := range p.nodes {
		told := pl.told(n)
		q.Nodes = append(q.Nodes, pl.planNode(n, told))
		if !n.bound && len(told) > 0 {
			pl.watched = append(pl.watched, watched{i, told, plan.Share(&q.Nodes[i], pl.stats)})
		}
	}
	for _, x := range p.rels {
		q.Rels = append(q.Rels, pl.planRel(x))
	}
	for i := range p.preds {
		if pr, ok := pl.planPredicate(&p.preds[i]); ok {
			q.Predicates = append(q.Predicates, pr)
		}
	}
	return q
}

// planNode describes a node: the properties of the pattern and then the seeks
// are its conditions. The values of parameters are told for some keys.
func (pl *planner) planNode(n *patternNode, told []string) plan.Node {
	out := plan.Node{Bound: n.bound, Must: n.must, AnyOf: n.anyOf, Hint: pl.p.hints[n.slot]}
	for _, s := range n.conditions() {
		when := s.known
		if when == knownParameter && !slices.Contains(told, s.key) {
			when = knownLate
		}
		out.Conditions = append(out.Conditions, pl.planCondition(s, when))
	}
	return out
}

// conditions gives the properties of the pattern as seeks, and the seeks.
func (n *patternNode) conditions() []seek { return allSeeks(n.props, n.seeks) }

func (x *patternRel) conditions() []seek { return allSeeks(x.props, x.seeks) }

func allSeeks(props []propEquals, seeks []seek) []seek {
	out := make([]seek, 0, len(props)+len(seeks))
	for _, e := range props {
		out = append(out, seek{kind: seekEqual, key: e.key, value: e.value, known: e.known, deps: e.deps})
	}
	return append(out, seeks...)
}

// manyPerValue is how many entities of an index have the same value, in the mean,
// where it matters which value.
const manyPerValue = 8

// told gives the keys of n whose conditions name parameters, where an index
// tells how many nodes their values have.
func (pl *planner) told(n *patternNode) []string {
	var out []string
	for _, s := range n.conditions() {
		if s.known != knownParameter || s.kind == seekIn || slices.Contains(out, s.key) {
			continue
		}
		if slices.ContainsFunc(pl.r.indexes(), func(x graph.Index) bool {
			return !x.Relationship && x.Online && x.Type == graph.IndexRange && x.Constraint == "" && len(x.Labels) == 1 && slices.Contains(n.must, x.Labels[0]) &&
				slices.Contains(x.Properties, s.key) && (s.kind != seekEqual || pl.stats.PerValue(x.ID) > manyPerValue)
		}) {
			out = append(out, s.key)
		}
	}
	return out
}

func (pl *planner) planCondition(s seek, when known) plan.Condition {
	c := plan.Condition{Kind: s.kind, Key: s.key, Deps: pl.elements(s.deps), Fixed: s.known != knownLate}
	if when != knownLate && s.value != nil {
		if v, err := s.value(pl.r, nil); err == nil {
			c.Value = &v
		}
	}
	return c
}

// elements gives the elements of the pattern that slots belong to, without those
// that were solved before it and paths, which come last.
func (pl *planner) elements(slots map[int]bool) []int {
	var out []int
	for s := range slots {
		if e, ok := pl.at[s]; ok && pl.own[s] && !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	slices.Sort(out)
	return out
}

func (pl *planner) planRel(x *patternRel) plan.Rel {
	out := plan.Rel{From: pl.at[x.from.slot], To: pl.at[x.to.slot], Direction: x.direction, Types: x.types, Variable: x.variable, Min: x.min, Max: x.max}
	switch {
	case x.shortest != "" || x.selection != nil:
		out.Kind = plan.Between
	case x.repeat != nil:
		out.Kind = plan.Repeated
	case x.bound && x.variable:
		out.Kind = plan.BoundList
	case x.bound:
		out.Kind = plan.Bound
	}
	for _, s := range x.conditions() {
		when := s.known
		if when == knownParameter {
			when = knownLate
		}
		out.Conditions = append(out.Conditions, pl.planCondition(s, when))
	}
	out.Read = x.name != "" && (pl.wanted(x.slot) || pl.readsRel(x.slot))
	out.Counted = [2]bool{pl.onlyCounted(x, action{haveFrom: true}), pl.onlyCounted(x, action{haveTo: true})}
	return out
}

// planPredicate describes a predicate; ok=false for one that cannot be checked
// before the end.
func (pl *planner) planPredicate(pr *predicate) (plan.Predicate, bool) {
	out := plan.Predicate{Deps: pl.elements(pr.deps), Selectivity: opaque}
	for d := range pr.deps {
		if _, ok := pl.at[d]; pl.own[d] && !ok {
			return out, false
		}
	}
	switch {
	case pr.labels && len(out.Deps) == 1, len(pr.notes) > 0 && len(out.Deps) <= 1:
		out.Selectivity = 1 // the node knows
	case len(pr.notes) > 0:
		out.Selectivity = pr.notes[0].seek.kind.Selectivity()
		for _, n := range pr.notes {
			if e, ok := pl.at[n.slot]; ok && e < len(pl.p.nodes) && n.seek.kind == seekEqual {
				out.Equates = append(out.Equates, plan.Side{Node: e, Key: n.seek.key})
			}
		}
	}
	return out, true
}

// hints notes what USING says of nodes. How a relationship or a join is to be
// found is left to the planner.
func (c *compiler) hints(p *pattern, hints []ast.Hint) {
	for _, h := range hints {
		if h.Kind == "JOIN" || len(h.Variables) != 1 {
			continue
		}
		hint := &plan.Hint{Scan: h.Kind == "SCAN", Label: h.Label, Properties: h.Properties}
		if kind, of := strings.CutSuffix(h.Kind, " INDEX"); of {
			hint.Type = graph.IndexType(kind)
		}
		if p.hints == nil {
			p.hints = map[int]*plan.Hint{}
		}
		p.hints[c.scope.slots[h.Variables[0].Value]] = hint
	}
}
