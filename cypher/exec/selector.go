package exec

import (
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
	bfs    *patternRel // for one path, or all shortest ones, over one relationship pattern: breadth first
}

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
	}
	one := true
	if part.Selector.Count != nil {
		lit, ok := part.Selector.Count.(*ast.Literal)
		if ok && lit.Value.Kind() == graph.KindInt && lit.Value.AsInt() < 1 {
			c.fail(part.Selector, "", "The path count needs to be greater than 0.")
		}
		one = ok && lit.Value.Kind() == graph.KindInt && lit.Value.AsInt() == 1
		sel.count = c.expr(part.Selector.Count)
	}
	x := newRel()
	x.variable, x.min, x.max, x.from, x.to, x.slot, x.selection = true, 0, -1, from, to, c.slot(), sel
	if rs := sel.inner.rels; one && len(rs) == 1 && rs[0].variable && rs[0].repeat == nil && rs[0].min <= 1 && len(sel.inner.preds) == 0 && len(sel.inner.nodes) == 2 {
		sel.bfs = rs[0]
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
		held := int64(0)
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
			n := frameSize(path.values, nil) + 64
			if err := r.grow(n); err != nil {
				return err
			}
			found, held = append(found, path), held+n
			return nil
		}
		all := sel.inner.build(r, take, nil)
		var quick push
		if sel.bfs != nil && len(earlier) == 0 {
			quick = sel.bfs.shortestBetween(sel.groups, nil)(r, sel.inner.buildPaths(r, take))
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
			found, held = found[:0], 0
			if quick != nil && f[x.from.slot].NodeID() != f[x.to.slot].NodeID() {
				err = quick(f)
			} else {
				err = all(f)
			}
			if err != nil {
				return err
			}
			paths, mine := found, held
			found = nil // a later row makes its own
			defer r.shrink(mine)
			slices.SortStableFunc(paths, func(a, b selectedPath) int { return a.length - b.length })
			var groups int64
			for i, p := range paths {
				if i == 0 || paths[i-1].length != p.length || !sel.groups {
					groups++
				}
				if groups > k.AsInt() {
					break
				}
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
