package exec

import (
	"context"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// Plan is a compiled query, safe to run many times and at once.
type Plan struct {
	version int // of the language
	query   *queryPlan
	width   int
	Columns []string
	Reads   bool
	Writes  bool
	Params  []string // parameters the query names
	Batches bool     // it has CALL … IN TRANSACTIONS: it runs once, outside any transaction of the client
}

// Library is what queries may call.
type Library struct {
	Functions  map[string]*fn.Function
	Procedures Procedures
	Prepare    func(text string) (*Plan, error) // compiles the statements that procedures run
}

// Compile compiles the query of a statement. Errors are *status.Error.
func Compile(s *ast.Statement, lib Library) (p *Plan, err error) {
	defer func() {
		if x := recover(); x != nil {
			f, ok := x.(failure)
			if !ok {
				panic(x)
			}
			p, err = nil, f.err
		}
	}()
	c := &compiler{source: s.Source, version: s.Version, functions: lib.Functions, procs: lib.Procedures, prepare: lib.Prepare, scope: newScope(), params: map[string]bool{}}
	c.writes = c.isUpdating(s.Query)
	q := c.query(s.Query)
	p = &Plan{version: s.Version, Batches: c.batches, query: q, width: c.width + 1, Columns: q.columns, Reads: c.reads, Writes: c.writes}
	for name := range c.params {
		p.Params = append(p.Params, name)
	}
	slices.Sort(p.Params)
	return p, nil
}

// isUpdating tells whether a query holds an updating clause, or calls a procedure that writes, anywhere.
func (c *compiler) isUpdating(q *ast.Query) bool {
	if q == nil {
		return false
	}
	for _, part := range q.Parts {
		if c.isUpdating(part.Braced) {
			return true
		}
		for _, b := range part.Conditional {
			if c.isUpdating(&ast.Query{Parts: []*ast.SingleQuery{b.Query}}) {
				return true
			}
		}
		for _, cl := range part.Clauses {
			switch cl := cl.(type) {
			case *ast.Create, *ast.Merge, *ast.Set, *ast.Remove, *ast.Delete, *ast.Foreach:
				return true
			case *ast.CallProcedure:
				if c.procs[strings.ToLower(cl.Name.Value)].writes() {
					return true
				}
			case *ast.CallSubquery:
				if c.isUpdating(cl.Query) {
					return true
				}
			}
		}
	}
	return c.isUpdating(q.Next)
}

// Result streams the rows of one run. It belongs to one goroutine; Close must
// be called.
type Result struct {
	run   *run
	plan  *Plan
	rows  *coroutine // from the first Fetch to the end of the run
	ended bool
	shut  bool
	out   []graph.Value
	Rows  int64 // rows handed out so far
}

// Start begins a run. Nothing happens before the first Fetch.
func (p *Plan) Start(ctx context.Context, env Environment) (*Result, error) {
	r := newRun(ctx, &env)
	r.width, r.writes = p.width, p.Writes
	r.context.Version = p.version
	var missing []string
	for _, name := range p.Params {
		if _, ok := r.params.Get(name); !ok {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, missingParameter(strings.Join(missing, ", "))
	}
	res := &Result{run: r, plan: p, out: make([]graph.Value, len(p.Columns))}
	return res, nil
}

func missingParameter(name string) error {
	e := status.New(status.ParameterMissing, "50N42", "Expected parameter(s): %s", name)
	e.Detail = "MissingParameter"
	return e
}

// Fetch calls emit for at most limit rows (limit < 0: all that are left) and
// tells whether there may be more. The row is reused.
func (res *Result) Fetch(limit int64, emit func(row []graph.Value) error) (more bool, err error) {
	for n := int64(0); limit < 0 || n < limit; n++ {
		if res.ended {
			return false, nil
		}
		if res.rows == nil {
			res.rows = startCoroutine(res.carryOut)
		}
		f, err, ok := res.rows.next()
		if !ok {
			res.ended, res.rows = true, nil
			return false, err
		}
		for i, s := range res.plan.query.resultSlots() {
			res.out[i] = res.run.hydrate(f[s])
		}
		res.Rows++
		if err := emit(res.out); err != nil {
			return false, err
		}
	}
	return !res.ended, nil
}

// carryOut makes all rows.
func (res *Result) carryOut(push func(frame) error) error {
	return res.plan.query.run(res.run, make(frame, res.plan.width), push)
}

// Counters gives what the run changed so far.
func (res *Result) Counters() *Counters { return &res.run.counters }

// Close ends the run, finished or not.
func (res *Result) Close() {
	if res.ended = true; res.shut {
		return
	}
	res.shut = true
	defer res.run.freeMemory()
	if res.rows != nil {
		res.rows.close()
		res.rows = nil
	}
}
