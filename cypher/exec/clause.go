package exec

import (
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// stage builds one operator of a chain for a run.
type stage func(r *run, next sink, enough *errEnough) sink

// chain is a compiled single query: stages in order, the last of which hands
// its rows to the consumer.
type chain struct {
	stages      []operator
	columns     []string
	slots       []int
	returns     bool
	conditional bool   // it is WHEN … THEN, which keeps rows that it returns nothing of
	limits      []eval // LIMITs that nothing before writes for: one of 0 spares all work
}

func (ch *chain) build(r *run, last sink, enough *errEnough) sink {
	first := ch.buildFrom(0, r, last, enough)
	if len(ch.limits) > 0 {
		return &spareSink{sink: first, r: r, limits: ch.limits, enough: enough}
	}
	return first
}

// spareSink takes no row when a LIMIT behind it takes none.
type spareSink struct {
	sink
	r      *run
	limits []eval
	enough *errEnough
}

func (s *spareSink) push(f frame) error {
	for _, limit := range s.limits {
		if v, err := limit(s.r, f); err == nil && v.Kind() == graph.KindInt && v.AsInt() == 0 {
			return s.enough
		}
	}
	return s.sink.push(f)
}

func (ch *chain) buildFrom(i int, r *run, last sink, enough *errEnough) sink {
	if i == len(ch.stages) {
		return last
	}
	st := &ch.stages[i]
	if st.renews {
		rest := func() sink { return r.watched(st, ch.buildFrom(i+1, r, last, enough)) }
		r.waiting = &renewed{eagerSink: eagerSink{rows: rowBuffer{r: r}, enough: enough}, rest: rest}
		return r.waiting
	}
	return st.build(r, r.watched(st, ch.buildFrom(i+1, r, last, enough)), enough)
}

// operator is one stage with what a plan says of it.
type operator struct {
	name    string // as Neo4j names it; "" for a projection, which names its parts itself
	details string
	build   stage
	pattern *pattern // of a MATCH
	proj    *projection
	sub     *queryPlan // of a subquery
	renews  bool       // what follows sees another graph; build is nil
}

// add appends a stage made from a clause.
func (c *compiler) add(ch *chain, name string, cl ast.Node, st stage) *operator {
	ch.stages = append(ch.stages, operator{name: name, details: cl.At().Text(c.source), build: st})
	return &ch.stages[len(ch.stages)-1]
}

// project appends the stage of a projection.
func (c *compiler) project(ch *chain, p *projection, cl ast.Node, lazy bool) {
	if p.limit != nil && lazy {
		ch.limits = append(ch.limits, p.limit)
	}
	st := c.add(ch, "", cl, func(r *run, next sink, enough *errEnough) sink { return p.stages(r, next, enough, lazy) })
	st.proj = p
}

// clauses compiles the clauses of one single query.
func (c *compiler) clauses(q *ast.SingleQuery) *chain {
	ch := &chain{}
	read, wrote := false, false
	lazy := !c.writes
	var seen reading
	var changed writing
	keep := func(cl ast.Clause) { c.add(ch, "Eager", cl, eager); seen.forget(); changed = writing{} }
	var pending *pattern    // of the MATCH just before
	var merged []*ast.Merge // that may still have rows to come
	for i, cl := range q.Clauses {
		last, optional := pending, false
		if last != nil {
			optional = q.Clauses[i-1].(*ast.Match).Optional
		}
		pending = nil
		if ch.returns {
			c.failBecause(q.Clauses[max(i-1, 0)], "InvalidClauseComposition", status.Because("42I38", "'RETURN ...' can only be used at the end of a query or subquery."), "RETURN can only be used at the end of the query.")
		}
		call, _ := cl.(*ast.CallProcedure)
		if call != nil && c.procs[strings.ToLower(call.Name.Value)].writes() && (read || wrote) {
			keep(cl)
		}
		switch cl := cl.(type) {
		case *ast.Match, *ast.CallProcedure, *ast.CallSubquery, *ast.LoadCSV:
			if wrote {
				keep(cl)
				wrote = false
			}
			if sub, ok := cl.(*ast.CallSubquery); ok && c.isUpdating(sub.Query) {
				if read && sub.Transactions == nil {
					keep(cl)
				}
				wrote, lazy = true, false
			}
			read = true
			if call != nil && c.procs[strings.ToLower(call.Name.Value)].writes() {
				wrote, lazy = true, false
			}
		case *ast.Create, *ast.Merge, *ast.Set, *ast.Remove, *ast.Delete, *ast.Foreach:
			if read {
				keep(cl)
				read = false
			}
			merges := mergesOf(cl)
			_, deletes := cl.(*ast.Delete)
			if (merges != nil || deletes) && wrote || slices.ContainsFunc(merged, func(m *ast.Merge) bool { return mergeReads(m, cl) }) {
				keep(cl) // it reads what was written before it, or writes or deletes what is still read or written
				merged = nil
			}
			merged = append(merged, merges...)
			c.writes, wrote, lazy = true, true, false
		case *ast.With:
			if c.settles(q.Clauses[:i], &cl.Projection) {
				keep(cl)
			}
		case *ast.Return:
			if c.settles(q.Clauses[:i], &cl.Projection) {
				keep(cl)
			}
		}
		if seen.changedBy(c, cl) || changed.readBy(cl, seen.values) {
			keep(cl)
		}
		seen.clause(cl)
		if keepsRows(cl) {
			changed = writing{}
		}
		changed.clause(c, cl)
		switch cl := cl.(type) {
		case *ast.Match:
			if cl.Search != nil {
				c.add(ch, "NodeIndexSeek", cl, c.search(cl.Search))
			}
			p, st := c.match(cl)
			p.whole = takesAll(q.Clauses[i+1:])
			name := ""
			if cl.Optional {
				name = "Optional"
			}
			c.add(ch, name, cl, st).pattern = p
			pending = p
		case *ast.With:
			p := c.projection(&cl.Projection, cl, true)
			c.inform(last, optional, &cl.Projection, p)
			if i == 1 && !optional {
				c.wishOrder(last, &cl.Projection, p)
			}
			c.project(ch, p, cl, lazy)
		case *ast.Return:
			p := c.projection(&cl.Projection, cl, false)
			c.inform(last, optional, &cl.Projection, p)
			if i == 1 && !optional {
				c.wishOrder(last, &cl.Projection, p)
			}
			c.project(ch, p, cl, lazy)
			ch.columns, ch.slots, ch.returns = p.names[:p.visible], p.slots[:p.visible], true
		case *ast.Unwind:
			c.add(ch, "Unwind", cl, c.unwind(cl))
		case *ast.Create:
			c.add(ch, "Create", cl, c.create(cl))
		case *ast.Merge:
			c.add(ch, "Merge", cl, c.merge(cl))
		case *ast.Set:
			c.add(ch, "SetProperty", cl, rowwise(c.setItems(cl.Items)))
		case *ast.Remove:
			c.add(ch, "SetProperty", cl, rowwise(c.remove(cl)))
		case *ast.Delete:
			c.add(ch, "Delete", cl, rowwise(c.delete(cl)))
		case *ast.Foreach:
			c.add(ch, "Foreach", cl, rowwise(c.foreach(cl)))
		case *ast.CallSubquery:
			sub, st := c.callSubquery(cl)
			c.add(ch, "Apply", cl, st).sub = sub
			if t := cl.Transactions; t != nil && seesGraph(q.Clauses[i+1:], t.Status) {
				c.add(ch, "Eager", cl, nil).renews = true
				wrote = false
			}
		case *ast.CallProcedure:
			s, sub := c.callProcedure(cl, len(q.Clauses) == 1)
			c.add(ch, "ProcedureCall", cl, s)
			if sub != nil && i == len(q.Clauses)-1 {
				ch.columns, ch.slots, ch.returns = sub.columns, sub.slots, true
			}
		case *ast.OrderByClause:
			p := c.projection(&ast.Projection{Star: true, OrderBy: cl.OrderBy, Skip: cl.Skip, Limit: cl.Limit}, cl, true)
			c.project(ch, p, cl, lazy)
		case *ast.Let:
			p := c.projection(&ast.Projection{Star: true, Items: cl.Items}, cl, true)
			c.project(ch, p, cl, true)
		case *ast.Filter:
			test := c.boolean(cl.Where)
			many := c.vector(cl.Where, test)
			c.add(ch, "Filter", cl, func(r *run, next sink, _ *errEnough) sink {
				return &filterSink{r: r, test: test, vector: many, next: next}
			})
		case *ast.Finish:
			c.add(ch, "EmptyResult", cl, func(_ *run, next sink, _ *errEnough) sink { return dropSink{next} })
		case *ast.LoadCSV:
			c.add(ch, "LoadCSV", cl, c.loadCSV(cl))
		case *ast.Use:
		default:
			c.fail(cl, "UnexpectedSyntax", "This clause is not supported yet")
		}
	}
	if !ch.returns && len(q.Clauses) > 0 {
		switch last := q.Clauses[len(q.Clauses)-1].(type) {
		case *ast.Match, *ast.With, *ast.Unwind, *ast.Let, *ast.Filter, *ast.OrderByClause, *ast.LoadCSV:
			c.failBecause(last, "InvalidClauseComposition", status.Because("42N71", "A query must conclude with a RETURN clause, a FINISH clause, an update clause, a unit subquery call, or a procedure call without a YIELD clause."), "Query cannot conclude with %s (must be a RETURN clause, a FINISH clause, an update clause, a unit subquery call, or a procedure call with no YIELD).", concluding(last, c.source, c.version))
		}
	}
	return ch
}

// takesAll tells whether the clauses after a MATCH take all its rows: none of
// them, before one that sorts, has a LIMIT.
func takesAll(after []ast.Clause) bool {
	for _, cl := range after {
		var p *ast.Projection
		switch cl := cl.(type) {
		case *ast.With:
			p = &cl.Projection
		case *ast.Return:
			p = &cl.Projection
		case *ast.OrderByClause:
			return cl.Limit == nil || len(cl.OrderBy) > 0
		default:
			continue
		}
		if p.Limit != nil || len(p.OrderBy) > 0 {
			return len(p.OrderBy) > 0
		}
	}
	return true
}

// concluding gives the word for a clause that cannot end a query.
func concluding(cl ast.Node, source string, version int) string {
	if _, order := cl.(*ast.OrderByClause); order && version < 25 { // it stands for a WITH
		return "WITH"
	}
	return strings.Fields(cl.At().Text(source))[0]
}

func (c *compiler) match(m *ast.Match) (*pattern, stage) {
	c.reads = true
	before := c.scope.clone()
	c.repeatable = m.Repeatable
	p := c.pattern(m.Pattern.Parts, m.Where)
	c.hints(p, m.Hints)
	c.repeatable = false
	var fresh []int
	for name, slot := range c.scope.slots {
		if _, ok := before.slots[name]; !ok {
			fresh = append(fresh, slot)
		}
	}
	optional := m.Optional
	return p, func(r *run, next sink, enough *errEnough) sink {
		s := &matchSink{r: r, next: next, enough: enough}
		defer func(outer *int64) { r.holder = outer }(r.holder)
		r.holder = &s.held
		if !optional {
			r.late = &s.late
		}
		var many take
		if to, ok := next.(chunkSink); ok {
			many = func(c *chunk) error { s.found = true; return to.pushChunk(c) }
		}
		ops := p.plan(r).ops
		s.run = r.solver(ops, func(f frame) error { s.found = true; return next.push(f) }, many)
		if optional {
			s.fresh = fresh
		} else if groups, ok := next.(*groupSink); ok {
			s.several = severalCores(r, p, ops, groups)
		}
		s.optional = optional
		return s
	}
}

// matchSink solves a pattern for each row; an optional one gives the row with
// nulls when there is no solution.
type matchSink struct {
	r        *run
	run      push
	next     sink
	fresh    []int
	optional bool
	found    bool
	held     int64 // bytes that steps of the pattern keep for all rows
	late     []*lateJoin
	several  *teamwork // nil: rows are made on one core
	enough   *errEnough
}

func (s *matchSink) push(f frame) error {
	if s.several != nil {
		if done, err := s.several.run(f); done || err != nil {
			return err
		}
	}
	s.found = false
	if err := s.run(f); err != nil || s.found || !s.optional {
		return err
	}
	for _, slot := range s.fresh {
		f[slot] = graph.Null
	}
	return s.next.push(f)
}

func (s *matchSink) done() error {
	for _, j := range s.late {
		if err := j.settle(); err == error(s.enough) {
			break
		} else if err != nil {
			return err
		}
	}
	for _, j := range s.late {
		j.close()
	}
	s.r.shrink(s.held)
	s.held = 0
	return s.next.done()
}

// --- subqueries ---

// callbackSink hands the rows of a subquery to a function.
type callbackSink func(f frame) error

func (s callbackSink) push(f frame) error { return s(f) }
func (s callbackSink) done() error        { return nil }
