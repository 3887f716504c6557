package exec

import (
	"context"
	"strings"
)

// Operator is one operator of a plan, by Neo4j's names, with its children.
type Operator struct {
	Name      string
	Details   string
	Estimated float64
	Rows      int64 // of a profiled run
	Hits      int64 // of a profiled run: records asked of the store, about
	Children  []*Operator
}

// opProfile is what a profiled run counted at one step.
type opProfile struct{ rows, calls int64 }

func (r *run) profiled(key any) *opProfile {
	p := r.profile[key]
	if p == nil {
		p = &opProfile{}
		r.profile[key] = p
	}
	return p
}

// produced counts the rows that o makes, when the run is profiled.
func (r *run) produced(o *op, next push) push {
	if r.profile == nil {
		return next
	}
	p := r.profiled(o)
	return func(f frame) error {
		p.rows += r.weight
		return next(f)
	}
}

// counted counts how often o is asked, when the run is profiled.
func (r *run) counted(o *op, step push) push {
	if r.profile == nil {
		return step
	}
	p := r.profiled(o)
	return func(f frame) error {
		p.calls++
		return step(f)
	}
}

// watched counts the rows of a stage, when the run is profiled.
func (r *run) watched(o *operator, next sink) sink {
	if r.profile == nil {
		return next
	}
	return &watchSink{r: r, p: r.profiled(o), next: next}
}

type watchSink struct {
	r    *run
	p    *opProfile
	next sink
}

func (s *watchSink) push(f frame) error {
	s.p.rows += s.r.weight
	return s.next.push(f)
}

func (s *watchSink) done() error { return s.next.done() }

// Explain gives the plan for the graph of env without running it.
func (p *Plan) Explain(ctx context.Context, env Environment) *Operator {
	r := newRun(ctx, &env)
	r.writes = p.Writes
	return p.operators(r)
}

// Profile gives the plan with what the run has counted so far. The run must
// have been started with Profiled.
func (res *Result) Profile() *Operator { return res.plan.operators(res.run) }

// Profiled makes a run that has not begun count what its operators do.
func (res *Result) Profiled() { res.run.profile = map[any]*opProfile{} }

func (p *Plan) operators(r *run) *Operator {
	root := p.query.operators(r)
	if !p.query.returns {
		root = &Operator{Name: "EmptyResult", Children: children(root)}
	}
	return &Operator{Name: "ProduceResults", Details: strings.Join(p.Columns, ", "), Estimated: root.Estimated, Rows: root.Rows, Children: []*Operator{root}}
}

func children(o *Operator) []*Operator {
	if o == nil {
		return nil
	}
	return []*Operator{o}
}

func (q *queryPlan) operators(r *run) *Operator {
	var root *Operator
	for i, ch := range q.chains {
		o := ch.operators(r)
		if i == 0 {
			root = o
			continue
		}
		root = &Operator{Name: "Union", Estimated: root.Estimated + o.Estimated, Rows: root.Rows + o.Rows, Children: []*Operator{root, o}}
	}
	if len(q.distinct) > 0 && q.distinct[0] {
		root = &Operator{Name: "Distinct", Details: strings.Join(q.columns, ", "), Estimated: root.Estimated, Rows: root.Rows, Children: children(root)}
	}
	return root
}

func (ch *chain) operators(r *run) *Operator {
	at := &Operator{Name: "Argument", Estimated: 1, Rows: 1}
	leaf := true
	on := func(name, details string, estimated float64, p opProfile) {
		o := &Operator{Name: name, Details: details, Estimated: estimated, Rows: p.rows, Hits: p.rows + p.calls}
		if !leaf {
			o.Children = children(at)
		}
		at, leaf = o, false
	}
	counted := func(key any) opProfile { return r.profileOf(key) }
	for i := range ch.stages {
		st := &ch.stages[i]
		p := counted(st)
		switch {
		case st.pattern != nil:
			r.solving(st.pattern.plan(r).ops, func(o *op, side *Operator) {
				on(o.name, o.details, o.rows, counted(o))
				if side != nil {
					at.Children = append(at.Children, side)
				}
			})
			if st.name != "" {
				on(st.name, st.details, at.Estimated, p)
			}
		case st.proj != nil:
			st.proj.operators(st.proj.arrivesSorted(r), func(name, details string, estimated float64) { on(name, details, estimated, p) }, &at)
		case st.sub != nil:
			o := &Operator{Name: st.name, Estimated: at.Estimated, Rows: p.rows, Children: []*Operator{at, st.sub.operators(r)}}
			at, leaf = o, false
		default:
			on(st.name, st.details, at.Estimated, p)
		}
	}
	return at
}

func (r *run) profileOf(key any) opProfile {
	if p := r.profile[key]; p != nil {
		return *p
	}
	return opProfile{}
}

// solving hands on the steps of a pattern, each with the side of a join.
func (r *run) solving(ops []op, on func(o *op, side *Operator)) {
	for i := range ops {
		var side *Operator
		if j := ops[i].side; j != nil {
			r.solving(j.side, func(o *op, other *Operator) {
				p := r.profileOf(o)
				next := &Operator{Name: o.name, Details: o.details, Estimated: o.rows, Rows: p.rows, Hits: p.rows + p.calls, Children: children(side)}
				if side = next; other != nil {
					next.Children = append(next.Children, other)
				}
			})
		}
		if ops[i].name != "Argument" {
			on(&ops[i], side)
		}
	}
}

// operators names the parts of a projection, first to last.
func (p *projection) operators(sorted bool, on func(name, details string, estimated float64), at **Operator) {
	rows := (*at).Estimated
	names := strings.Join(p.names, ", ")
	switch {
	case p.groups && len(p.keys) > 0:
		rows = max(1, rows/4)
		on("EagerAggregation", names, rows)
	case p.groups:
		rows = 1
		on("EagerAggregation", names, rows)
	case p.distinct:
		on("Distinct", names, rows)
	default:
		on("Projection", names, rows)
	}
	if p.groups && p.distinct {
		on("Distinct", names, rows)
	}
	switch {
	case sorted:
	case len(p.order) > 0 && p.limit != nil:
		on("Top", names, min(rows, 10))
	case len(p.order) > 0:
		on("Sort", names, rows)
	}
	if p.skip != nil {
		on("Skip", "", rows)
	}
	if p.limit != nil && (sorted || len(p.order) == 0) {
		on("Limit", "", min(rows, 10))
	}
	if p.where != nil {
		on("Filter", "", rows/2)
	}
}
