package exec

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/graph"
)

// repetition is a quantified path pattern, solved once for each repetition.
type repetition struct {
	inner       *pattern
	first, last *patternNode // of inner; first is set before each repetition
	groups      []groupVariable
	rels        []int // slots of inner relationships in path order; single ones and lists
	slots       []int // all slots of inner
}

// groupVariable is a variable inside a repetition and the list of its values outside.
type groupVariable struct{ single, group int }

// quantified compiles a quantified path pattern as a relationship of variable length.
func (c *compiler) quantified(p *pattern, q *ast.QuantifiedPath, known map[string]bool) *patternRel {
	x := newRel()
	x.variable, x.min, x.max = true, q.Quantifier.Min, q.Quantifier.Max
	x.slot = c.slot()
	outer := c.scope
	c.scope = outer.clone()
	visible := map[string]bool{}
	for n := range c.scope.slots {
		visible[n] = true
	}
	inner := &pattern{id: c.patterns, repeatable: p.repeatable}
	x.walk = p.repeatable
	c.patterns++
	var inline []ast.Expr
	pathSlot := c.pathVariable(q.Path)
	elements := c.elements(inner, q.Path, visible, &inline)
	if pathSlot >= 0 {
		inner.paths = append(inner.paths, pathBinding{slot: pathSlot, elements: elements})
	}
	rep := &repetition{inner: inner, first: elements[0].(*patternNode), last: elements[len(elements)-1].(*patternNode)}
	for _, el := range elements {
		if r, ok := el.(*patternRel); ok {
			rep.rels = append(rep.rels, r.slot)
		}
	}
	if len(rep.rels) == 0 {
		c.fail(q, "UnexpectedSyntax", "A quantified path pattern needs to have at least one relationship.")
	}
	var later []ast.Expr // conditions that name what stands behind the repetition
	where := slices.DeleteFunc(split(q.Path.Where, nil), func(e ast.Expr) bool {
		names := map[string]bool{}
		freeVariables(e, names)
		for n := range names {
			if _, known := c.scope.slots[n]; !known {
				later = append(later, e)
				return true
			}
		}
		return false
	})
	c.repeatable = false
	c.conditions(inner, append(inline, where...))
	c.repeatable = p.repeatable
	own := inner.ownSlots()
	rep.first.bound = true
	for s := range own {
		rep.slots = append(rep.slots, s)
	}
	if !own[rep.first.slot] {
		rep.slots = append(rep.slots, rep.first.slot)
	}
	slices.Sort(rep.slots)
	innerScope := c.scope
	c.scope = outer
	for _, name := range innerScope.names() {
		if visible[name] {
			continue
		}
		kind := anyVar
		if innerScope.kinds[name] == relVar {
			kind = relListVar
		}
		if _, taken := c.scope.slots[name]; taken {
			c.fail(q, "VariableAlreadyBound", "The variable `%s` is already declared and cannot be a group variable", name)
		}
		rep.groups = append(rep.groups, groupVariable{single: innerScope.slots[name], group: c.bind(name, kind)})
	}
	if later != nil {
		p.later = append(p.later, func() { c.eachRepetition(p, rep, innerScope, later) })
	}
	p.rels = append(p.rels, x)
	if len(later) == 0 && rep.simple(x) {
		return x
	}
	x.repeat = rep
	return x
}

// split parts a condition at its top-level ANDs.
func split(e ast.Expr, out []ast.Expr) []ast.Expr {
	if e == nil {
		return out
	}
	if b, ok := e.(*ast.Binary); ok && b.Op == ast.OpAnd {
		return split(b.Right, split(b.Left, out))
	}
	return append(out, e)
}

// eachRepetition adds conditions on the steps of a repetition that can be told
// only when the whole pattern is solved.
func (c *compiler) eachRepetition(p *pattern, rep *repetition, inner *scope, conditions []ast.Expr) {
	saved := c.scope
	defer func() { c.scope = saved }()
	c.scope = saved.clone()
	deps := map[int]bool{}
	for _, g := range rep.groups {
		for name, slot := range inner.slots {
			if slot == g.single {
				c.scope.slots[name], c.scope.kinds[name] = slot, inner.kinds[name]
			}
		}
		deps[g.group] = true
	}
	for _, e := range conditions {
		test := c.boolean(e)
		for slot := range c.deps(e) {
			if !slices.Contains(rep.slots, slot) {
				deps[slot] = true
			}
		}
		p.preds = append(p.preds, predicate{deps: deps, text: "each repetition", test: func(r *run, f frame) (graph.Value, error) {
			if len(rep.groups) == 0 {
				return graph.True, nil
			}
			for i := range f[rep.groups[0].group].AsList() {
				for _, g := range rep.groups {
					f[g.single] = f[g.group].AsList()[i]
				}
				if v, err := test(r, f); err != nil || !v.IsTrue() {
					return graph.False, err
				}
			}
			return graph.True, nil
		}})
	}
}

// simple turns ((a)-[r]->(b)){m,n} without further conditions into a plain
// relationship of variable length, which is solved faster.
func (rep *repetition) simple(x *patternRel) bool {
	in := rep.inner
	if len(in.nodes) != 2 || len(in.rels) != 1 || len(in.preds) > 0 || len(in.paths) > 0 || in.rels[0].variable || in.rels[0].bound || in.nodes[0].slot == in.nodes[1].slot {
		return false
	}
	for _, n := range in.nodes {
		if n.test != nil || len(n.props) > 0 || len(n.seeks) > 0 {
			return false
		}
	}
	r := in.rels[0]
	x.direction, x.types, x.test, x.props = r.direction, r.types, r.test, r.props
	for _, g := range rep.groups {
		switch g.single {
		case rep.first.slot:
			x.nodesFrom = g.group
		case rep.last.slot:
			x.nodesTo = g.group
		case r.slot:
			x.relsTo = g.group
		}
	}
	return true
}

// expandRepeat walks the repetitions depth first from the solved start.
func (x *patternRel) expandRepeat(into bool, earlier []*patternRel) stepBuilder {
	rep := x.repeat
	return func(r *run, next push) push {
		may := x.guide(r, true, earlier)
		var trail []graph.Value // relationships walked so far
		lists := make([][]graph.Value, len(rep.groups))
		want := graph.NodeID(0)
		var again func(f frame) error
		var depth int64
		emit := func(f frame, at graph.Value) error {
			if depth < x.min || (into && at.NodeID() != want) {
				return nil
			}
			f[x.slot] = graph.List(slices.Clone(trail))
			for i, g := range rep.groups {
				f[g.group] = graph.List(slices.Clone(lists[i]))
			}
			if !into {
				f[x.to.slot] = at
			}
			return next(f)
		}
		saved := func(f frame) []graph.Value {
			out := make([]graph.Value, len(rep.slots))
			for i, s := range rep.slots {
				out[i] = f[s]
			}
			return out
		}
		// step takes one solved repetition.
		var inner push
		step := func(f frame) error {
			mark := len(trail)
			for _, s := range rep.rels {
				rels := []graph.Value{f[s]}
				if f[s].Kind() == graph.KindList {
					rels = f[s].AsList()
				}
				for _, v := range rels {
					if !x.walk && onTrail(trail, v.RelID()) || usedBy(earlier, f, v.RelID()) {
						trail = trail[:mark]
						return nil
					}
					trail = append(trail, v)
				}
			}
			if may != nil {
				if ok, err := may(f, len(trail), f[rep.last.slot].NodeID()); err != nil || !ok {
					trail = trail[:mark]
					return err
				}
			}
			for i, g := range rep.groups {
				lists[i] = append(lists[i], f[g.single])
			}
			depth++
			keep := saved(f)
			at := f[rep.last.slot]
			err := emit(f, at)
			if err == nil && (x.max < 0 || depth < x.max) {
				f[rep.first.slot] = at
				err = again(f)
			}
			for i, s := range rep.slots {
				f[s] = keep[i]
			}
			depth--
			for i := range lists {
				lists[i] = lists[i][:depth]
			}
			trail = trail[:mark]
			return err
		}
		inner = rep.inner.build(r, step, nil)
		again = func(f frame) error {
			if err := r.grow(2 * levelBytes); err != nil {
				return err
			}
			defer r.shrink(2 * levelBytes)
			return inner(f)
		}
		return func(f frame) error {
			start := f[x.from.slot]
			if start.Kind() != graph.KindNode || (into && f[x.to.slot].Kind() != graph.KindNode) {
				return nil
			}
			trail, depth = trail[:0], 0
			for i := range lists {
				lists[i] = lists[i][:0]
			}
			want = f[x.to.slot].NodeID()
			if x.min == 0 {
				if err := emit(f, start); err != nil {
					return err
				}
			}
			if x.max == 0 {
				return nil
			}
			f[rep.first.slot] = start
			return again(f)
		}
	}
}
