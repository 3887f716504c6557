package exec

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/graph"
)

// query compiles a query in the current scope; its columns come out in slots.
func (c *compiler) query(q *ast.Query) *queryPlan {
	plan := &queryPlan{distinct: q.Distinct}
	outer := c.scope
	for i, part := range q.Parts {
		c.scope = outer.clone()
		ch := c.single(part)
		if i > 0 {
			first := plan.chains[0]
			if len(first.columns) != len(ch.columns) || !sameNames(first.columns, ch.columns) {
				c.fail(part, "DifferentColumnsInUnion", "All sub queries in an UNION must have the same return column names")
			}
		}
		plan.chains = append(plan.chains, ch)
	}
	first := plan.chains[0]
	plan.columns, plan.returns, plan.slots = first.columns, first.returns, first.slots
	if len(plan.chains) > 1 { // a branch may give one variable twice, or one from outside
		plan.slots = nil
		for range plan.columns {
			plan.slots = append(plan.slots, c.slot())
		}
		for _, ch := range plan.chains {
			var from []int
			for _, name := range plan.columns {
				from = append(from, ch.slots[slices.Index(ch.columns, name)])
			}
			plan.from = append(plan.from, from)
		}
	}
	if q.Next != nil { // it sees the columns, and what the enclosing query has
		c.scope = newScope()
		for i, name := range plan.columns {
			c.scope.slots[name] = plan.slots[i]
		}
		c.scope.keep(outer)
		plan.updating = c.isUpdating(&ast.Query{Parts: q.Parts})
		plan.next = c.query(q.Next)
		plan.columns, plan.returns = plan.next.columns, plan.next.returns
		plan.result = plan.next.resultSlots()
	}
	c.scope = outer
	return plan
}

// single compiles one part of a UNION: clauses, a query in braces, or WHEN branches.
func (c *compiler) single(part *ast.SingleQuery) *chain {
	switch {
	case part.Braced != nil:
		sub := c.query(part.Braced)
		ch := &chain{columns: sub.columns, slots: sub.resultSlots(), returns: sub.returns}
		c.add(ch, "Apply", part, func(r *run, next sink, _ *errEnough) sink {
			return &flatSink{r: r, next: next, f: func(r *run, f frame, _ func() error) error { return sub.run(r, f, next.push) }}
		}).sub = sub
		return ch
	case part.Conditional != nil:
		return c.conditional(part)
	}
	return c.clauses(part)
}

// conditional compiles WHEN p THEN … ELSE …: of each row the first branch whose predicate holds.
func (c *compiler) conditional(part *ast.SingleQuery) *chain {
	type branch struct {
		test eval // nil for ELSE
		plan *queryPlan
		from []int // slots of its columns, in the order of the first branch
	}
	ch := &chain{conditional: true}
	var branches []branch
	scope := c.scope
	for i, b := range part.Conditional {
		c.scope = scope.clone()
		x := branch{}
		if b.Predicate != nil {
			x.test = c.boolean(b.Predicate)
		}
		x.plan = c.query(&ast.Query{Span: b.Span, Parts: []*ast.SingleQuery{b.Query}})
		if i == 0 {
			ch.columns, ch.returns = x.plan.columns, x.plan.returns
			for range ch.columns {
				ch.slots = append(ch.slots, c.slot())
			}
		} else if !slices.Equal(slices.Sorted(slices.Values(ch.columns)), slices.Sorted(slices.Values(x.plan.columns))) {
			c.fail(part, "DifferentColumnsInUnion", "All branches of a conditional query must have the same return column names")
		}
		slots := x.plan.resultSlots()
		for _, name := range ch.columns {
			x.from = append(x.from, slots[slices.Index(x.plan.columns, name)])
		}
		branches = append(branches, x)
	}
	c.scope = scope
	c.add(ch, "ConditionalApply", part, func(r *run, next sink, _ *errEnough) sink {
		return &flatSink{r: r, next: next, f: func(r *run, f frame, _ func() error) error {
			for _, b := range branches {
				if b.test != nil {
					v, err := b.test(r, f)
					if err != nil {
						return err
					}
					if !v.IsTrue() {
						continue
					}
				}
				if !ch.returns {
					if err := b.plan.run(r, f, func(frame) error { return nil }); err != nil {
						return err
					}
					break
				}
				return b.plan.run(r, f, func(out frame) error {
					for i, s := range b.from {
						out[ch.slots[i]] = out[s]
					}
					return next.push(out)
				})
			}
			if ch.returns {
				return nil
			}
			return next.push(f) // a unit subquery, also when no branch was taken
		}}
	})
	return ch
}

func sameNames(a, b []string) bool {
	for _, n := range a {
		if !slices.Contains(b, n) {
			return false
		}
	}
	return true
}

// queryPlan is a compiled query.
type queryPlan struct {
	chains   []*chain
	distinct []bool
	columns  []string
	slots    []int   // of the columns of chains; of several, none of theirs
	from     [][]int // of several, where each chain has the columns
	returns  bool
	next     *queryPlan // fed by the rows of chains (NEXT)
	updating bool       // chains write before next
	result   []int      // of the columns of next
	unit     bool       // its rows go on though they have no columns
}

// resultSlots gives the slots where the columns of the whole query stand.
func (q *queryPlan) resultSlots() []int {
	if q.next != nil {
		return q.result
	}
	return q.slots
}

// run runs the query from row f and calls emit with frames whose resultSlots
// hold the columns.
func (q *queryPlan) run(r *run, f frame, emit func(f frame) error) error {
	defer func(outer frame, weight int64) { r.base, r.weight = outer, weight }(r.base, r.weight)
	r.base, r.weight = f, 1
	if q.next == nil && len(q.chains) > 1 {
		return q.union(r, func(push func(frame) error) error { return push(slices.Clone(f)) }, emit)
	}
	return q.runFrom(r, func(push func(frame) error) error { return push(f) }, emit)
}

// runFrom runs the query over the rows that feed pushes.
func (q *queryPlan) runFrom(r *run, feed func(push func(frame) error) error, emit func(f frame) error) error {
	if q.next != nil {
		return q.next.runFrom(r, func(push func(frame) error) error { return q.feedNext(r, feed, push) }, emit)
	}
	if len(q.chains) == 1 {
		ch, enough, last := q.chains[0], &errEnough{}, callbackSink(emit)
		if !ch.returns && !q.unit {
			last = func(frame) error { return nil }
		}
		return drive(ch.build(r, last, enough), feed, enough)
	}
	rows := rowBuffer{r: r} // each part gets all of them; what makes them runs once
	defer rows.close()
	if err := feed(rows.add); err != nil {
		return err
	}
	return q.union(r, func(push func(frame) error) error {
		return rows.each(func(f frame) error { return push(slices.Clone(f)) })
	}, emit)
}

// feedNext runs what stands before NEXT over the rows that feed pushes, and
// pushes its rows: one without columns when it returns nothing.
func (q *queryPlan) feedNext(r *run, feed func(push func(frame) error) error, push func(frame) error) error {
	first := *q
	first.next, first.columns = nil, q.chains[0].columns
	if !q.chains[0].returns && !q.chains[0].conditional {
		if err := first.runFrom(r, feed, func(frame) error { return nil }); err != nil {
			return err
		}
		return push(slices.Clone(r.base))
	}
	first.unit = true
	if !q.updating {
		return first.runFrom(r, feed, push)
	}
	rows := rowBuffer{r: r} // what follows sees all that was written
	defer rows.close()
	if err := first.runFrom(r, feed, rows.add); err != nil {
		return err
	}
	return rows.each(push)
}

// union runs the parts of a UNION over the rows that feed pushes, copies of which it
// pushes for each part.
func (q *queryPlan) union(r *run, feed func(push func(frame) error) error, emit func(f frame) error) error {
	var seen *dedup
	if len(q.distinct) > 0 && q.distinct[0] {
		seen = &dedup{r: r}
	}
	var key []byte
	place := int64(0)
	for i, ch := range q.chains {
		from := q.from[i]
		enough := &errEnough{}
		last := callbackSink(func(out frame) error {
			if !ch.returns && !q.unit {
				return nil
			}
			for k, s := range q.slots {
				out[s] = out[from[k]]
			}
			if seen != nil {
				key = key[:0]
				for _, s := range q.slots {
					key = graph.AppendKey(key, out[s])
				}
				place++
				fresh, err := seen.keyed(key, func() []graph.Value {
					record := []graph.Value{graph.Int(place)}
					for _, s := range q.slots {
						record = append(record, out[s])
					}
					return record
				})
				if err != nil || !fresh {
					return err
				}
			}
			return emit(out)
		})
		if err := drive(ch.build(r, last, enough), feed, enough); err != nil {
			return err
		}
	}
	if seen == nil {
		return nil
	}
	f := make(frame, r.width)
	return seen.drain(func(dst []byte, record []graph.Value) []byte {
		for _, v := range record[1:] {
			dst = graph.AppendKey(dst, v)
		}
		return dst
	}, func(record []graph.Value) error {
		copy(f, r.base)
		for i, s := range q.slots {
			f[s] = record[1+i]
		}
		return emit(f)
	})
}
