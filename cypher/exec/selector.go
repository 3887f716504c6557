package exec

import (
	"errors"
	"slices"
	"strconv"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// selection is a path with a selector: of the paths between each pair of ends
// it takes some, by length.
type selection struct {
	inner  *pattern // the path, its ends solved before
	slots  []int    // that inner fills
	rels   []int    // of the path's relationships, in order
	count  eval     // paths, or groups of equal length
	groups bool
	single *patternRel // the only relationship pattern of the path, searched from both ends; nil: there are more, or conditions
	auto   *automaton
}

// lengthLimit is how long a path may be while its shorter ones are looked for.
type lengthLimit struct {
	most            int64
	cut             bool // a longer path was left out
	toStart, toGoal away
}

// guide tells whether a walk along a part of a path may be at a node after so many
// relationships of the part.
type guide func(f frame, walked int, at graph.NodeID) (bool, error)

// guide gives the guide of a walk along x, from its left end or its right one; nil
// when x is no part of a path with a selector. Those of earlier are solved before.
func (x *patternRel) guide(r *run, haveFrom bool, earlier []*patternRel) guide {
	if x.within == nil {
		return nil
	}
	limit := r.limit(x.within)
	part := x.within.auto.parts[x]
	var behind []int // slots of the relationships behind the walk, which are solved
	mine := slices.Index(x.within.rels, x.slot)
	for i, slot := range x.within.rels {
		if i != mine && (i < mine) == haveFrom && slices.ContainsFunc(earlier, func(e *patternRel) bool { return e.slot == slot }) {
			behind = append(behind, slot)
		}
	}
	to := &limit.toGoal
	if !haveFrom {
		to = &limit.toStart
	}
	return func(f frame, walked int, at graph.NodeID) (bool, error) {
		left := limit.most - int64(walked)
		for _, slot := range behind {
			if f[slot].Kind() == graph.KindList {
				left -= int64(len(f[slot].AsList()))
			} else {
				left--
			}
		}
		if left < 0 {
			limit.cut = true
			return false, nil
		}
		ok, further, err := to.within(r, f, at, part.inside, left)
		if !ok && !haveFrom && err == nil { // or the walk has come to where the part begins
			var more bool
			ok, more, err = to.within(r, f, at, part.before, left)
			further = further || more
		}
		limit.cut = limit.cut || further && !ok
		return ok, err
	}
}

// limit gives the limit of the parts of a path with a selector.
func (r *run) limit(of *selection) *lengthLimit {
	l := r.limits[of]
	if l == nil {
		if r.limits == nil {
			r.limits = map[*selection]*lengthLimit{}
		}
		l = &lengthLimit{toStart: away{a: of.auto, forward: true}, toGoal: away{a: of.auto}}
		r.limits[of] = l
	}
	return l
}

// errFound ends a search that has found what it was asked for.
var errFound = errors.New("enough paths")

// selected compiles a path with a selector. Its ends belong to p; the rest is
// solved for each pair of ends.
func (c *compiler) selected(p *pattern, part *ast.PathPattern, known map[string]bool) {
	inner := *part
	inner.Selector = nil
	var els []ast.PatternElement
	for _, el := range part.Elements {
		if q, ok := el.(*ast.QuantifiedPath); ok && q.Quantifier.Min < 0 && len(part.Elements) == 1 {
			// SHORTEST (p = (a)-->(b) WHERE …): the WHERE belongs to the path
			inner.Where = q.Path.Where
			if inner.Variable == nil {
				inner.Variable = q.Path.Variable
			}
			els = append(els, q.Path.Elements...)
			continue
		}
		els = append(els, el)
	}
	els = slices.Clone(els)
	end := func(i int) *patternNode {
		n, ok := els[i].(*ast.NodePattern)
		if !ok {
			c.fail(els[i], "UnexpectedSyntax", "A path with a selector must begin and end with a node")
		}
		if n.Variable == nil {
			named := *n
			named.Variable = &ast.Name{Span: n.Span, Value: " end " + strconv.Itoa(c.width)}
			els[i], n = &named, &named
		}
		return c.node(p, n, known)
	}
	if _, ok := els[0].(*ast.QuantifiedPath); ok {
		els = append([]ast.PatternElement{&ast.NodePattern{Span: part.Span}}, els...)
	}
	if _, ok := els[len(els)-1].(*ast.QuantifiedPath); ok {
		els = append(els, &ast.NodePattern{Span: part.Span})
	}
	from := end(0)
	to := end(len(els) - 1)
	inner.Elements = els
	visible := map[string]bool{}
	for n := range c.scope.slots {
		visible[n] = true
	}
	sel := &selection{groups: part.Selector.Groups || part.Selector.Kind == "ALL SHORTEST", count: constant(graph.Int(1))}
	sel.inner = c.patternIn([]*ast.PathPattern{&inner}, nil, visible)
	for s := range sel.inner.ownSlots() {
		sel.slots = append(sel.slots, s)
	}
	slices.Sort(sel.slots)
	for _, x := range sel.inner.rels {
		sel.rels = append(sel.rels, x.slot)
		x.within = sel
	}
	sel.auto = newAutomaton(sel.inner, from, to)
	if part.Selector.Count != nil {
		lit, ok := part.Selector.Count.(*ast.Literal)
		if ok && lit.Value.Kind() == graph.KindInt && lit.Value.AsInt() < 1 {
			c.fail(part.Selector, "", "The path count needs to be greater than 0.")
		}
		sel.count = c.expr(part.Selector.Count)
	}
	x := newRel()
	x.variable, x.min, x.max, x.from, x.to, x.slot, x.selection = true, 0, -1, from, to, c.slot(), sel
	if rs := sel.inner.rels; len(rs) == 1 && rs[0].variable && rs[0].repeat == nil && len(sel.inner.preds) == 0 && len(sel.inner.nodes) == 2 {
		sel.single = rs[0]
	}
	p.rels = append(p.rels, x)
}

type selectedPath struct {
	length int
	values []graph.Value
}

// expandSelection solves the path between two solved ends and keeps what the selector asks for.
func (x *patternRel) expandSelection(earlier []*patternRel) stepBuilder {
	sel := x.selection
	return func(r *run, next push) push {
		var found []selectedPath
		held, groups, wanted := int64(0), int64(0), int64(0)
		length := int64(-1) // of the paths that are taken; -1: any
		limit := r.limit(sel)
		take := func(f frame) error {
			path := selectedPath{values: make([]graph.Value, len(sel.slots))}
			for i, s := range sel.slots {
				path.values[i] = f[s]
			}
			for _, s := range sel.rels {
				rels := []graph.Value{f[s]}
				if f[s].Kind() == graph.KindList {
					rels = f[s].AsList()
				}
				for _, v := range rels {
					if usedBy(earlier, f, v.RelID()) {
						return nil
					}
				}
				path.length += len(rels)
			}
			if length >= 0 && int64(path.length) != length {
				limit.cut = limit.cut || int64(path.length) > length
				return nil
			}
			n := frameSize(path.values, nil) + 64
			if err := r.grow(n); err != nil {
				return err
			}
			if len(found) == 0 || !sel.groups || found[len(found)-1].length != path.length {
				groups++
			}
			found, held = append(found, path), held+n
			if groups >= wanted && !sel.groups {
				return errFound
			}
			return nil
		}
		enough := func() bool { return groups >= wanted }
		all := sel.inner.build(r, take, nil)
		var quick, ordered push
		if sel.single != nil && len(earlier) == 0 {
			after := sel.inner.buildPaths(r, take)
			quick = sel.single.shortestBetween(sel.groups, nil)(r, after)
			ordered = sel.single.byLength(enough)(r, after)
		}
		// search finds paths, shorter ones first, until there are enough.
		search := func(f frame) error {
			switch {
			case ordered == nil:
			case wanted == 1 && sel.single.min <= 1 && f[x.from.slot].NodeID() != f[x.to.slot].NodeID():
				return quick(f)
			default:
				return ordered(f)
			}
			start := f[x.from.slot].NodeID()
			if err := limit.toStart.reset(r, f, start); err != nil {
				return err
			}
			defer limit.toStart.release(r)
			if err := limit.toGoal.reset(r, f, f[x.to.slot].NodeID()); err != nil {
				return err
			}
			defer limit.toGoal.release(r)
			for length = 0; ; length++ {
				ok, further, err := limit.toGoal.within(r, f, start, 0, length)
				if err != nil {
					return err
				}
				limit.most, limit.cut = length, further
				if ok {
					limit.cut = false
					err = all(f)
				}
				if err != nil || !limit.cut || enough() {
					return err
				}
			}
		}
		return func(f frame) error {
			if f[x.from.slot].Kind() != graph.KindNode || f[x.to.slot].Kind() != graph.KindNode {
				return nil
			}
			k, err := sel.count(r, f)
			if err != nil {
				return err
			}
			if k.Kind() != graph.KindInt || k.AsInt() < 1 {
				return status.New(status.ArgumentError, "50N42", "The path count needs to be greater than 0, got %s.", fn.ToText(k))
			}
			found, held, groups, wanted, length = found[:0], 0, 0, k.AsInt(), -1
			if err := search(f); err != nil && err != errFound {
				return err
			}
			paths, mine := found, held
			found = nil // a later row makes its own
			defer r.shrink(mine)
			for _, p := range paths {
				for j, s := range sel.slots {
					f[s] = p.values[j]
				}
				var rels []graph.Value
				for _, s := range sel.rels {
					if f[s].Kind() == graph.KindList {
						rels = append(rels, f[s].AsList()...)
					} else {
						rels = append(rels, f[s])
					}
				}
				f[x.slot] = graph.List(rels)
				if err := next(f); err != nil {
					return err
				}
			}
			return nil
		}
	}
}
