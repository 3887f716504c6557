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
	serial  bool     // it has parts that go by the order of rows
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
	p = &Plan{version: s.Version, Batches: c.batches, serial: c.serial || c.writes || c.batches, query: q, width: c.width + 1, Columns: q.columns, Reads: c.reads, Writes: c.writes}
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
	from  *coroutine // from the first Fetch to the end of the run
	ended bool
	shut  bool
	rows  *resultRows // fetched from the run, not handed out yet
	Rows  int64       // rows handed out so far
}

// resultRows are some rows on their way to the client, side by side.
type resultRows struct {
	values []graph.Value
	n, at  int // rows, and those handed out
}

// resultBatch is the most rows that a run makes before they are fetched: going
// to and fro between the run and its reader for each row costs more than most rows.
const resultBatch = 256

// resultBytes ends such a batch early, about.
const resultBytes = 64 << 10

// Start begins a run. Nothing happens before the first Fetch.
func (p *Plan) Start(ctx context.Context, env Environment) (*Result, error) {
	r := newRun(ctx, &env)
	r.width, r.writes, r.serial = p.width, p.Writes, p.serial
	r.context.Version = p.version
	var missing []string
	for _, name := range p.Params {
		if _, ok := r.params.Get(name); !ok {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, status.InVersion(p.version, missingParameters(missing, r.params.Keys()))
	}
	res := &Result{run: r, plan: p, rows: &resultRows{}}
	return res, nil
}

// carryOut makes all rows.
func (res *Result) carryOut(push func(*resultRows) error) error {
	r, slots := res.run, res.plan.query.resultSlots()
	batch, size, bytes := &resultRows{}, 1, int64(0) // the first row is not kept waiting
	err := res.plan.query.run(r, make(frame, res.plan.width), func(f frame) error {
		for _, s := range slots {
			v, err := r.hydrate(f[s])
			if err != nil {
				return err
			}
			batch.values = append(batch.values, v)
			bytes += valueSize(v)
		}
		if batch.n++; batch.n < size && bytes < resultBytes {
			return nil
		}
		if err := push(batch); err != nil {
			return err
		}
		batch.values, batch.n, batch.at = batch.values[:0], 0, 0
		bytes, size = 0, min(2*size, resultBatch)
		return nil
	})
	if err != nil && err != errClosed && r.waiting != nil && r.ctx.Err() == nil {
		r.waiting.fail()
	}
	if batch.n > 0 && err != errClosed {
		if closed := push(batch); closed != nil {
			return closed
		}
	}
	if res.plan.Batches {
		return r.toldCommitted(err)
	}
	return err
}

// missingParameters is the error of parameters that were not given; others were.
func missingParameters(names, others []string) error {
	e := status.New(status.ParameterMissing, "50N42", "Expected parameter(s): %s", strings.Join(names, ", "))
	e.Detail = "MissingParameter"
	e.In25 = func() *status.Error {
		return e.With("42001", status.Because("42N81", "Expected %s, but got %s.", dollars(names), dollars(others)))
	}
	return e
}

// dollars lists parameters as they are written.
func dollars(names []string) string {
	return status.Listed(names, "$`", "`", "and")
}

// Fetch calls emit for at most limit rows (limit < 0: all that are left) and
// tells whether there may be more. The row is reused.
func (res *Result) Fetch(limit int64, emit func(row []graph.Value) error) (more bool, err error) {
	for n := int64(0); limit < 0 || n < limit; n++ {
		if res.ended {
			return false, nil
		}
		if res.rows.at == res.rows.n {
			if res.from == nil {
				res.from = startCoroutine(res.carryOut)
			}
			rows, err, ok := res.from.next()
			if !ok {
				res.ended, res.from = true, nil
				return false, status.InVersion(res.plan.version, err)
			}
			res.rows = rows
		}
		width := len(res.plan.Columns)
		row := res.rows.values[res.rows.at*width : (res.rows.at+1)*width]
		res.rows.at++
		res.Rows++
		if err := emit(row); err != nil {
			return false, err
		}
	}
	return !res.ended, nil
}

// Counters gives what the run changed so far.
func (res *Result) Counters() *Counters { return &res.run.counters }

// Close ends the run, finished or not.
func (res *Result) Close() {
	if res.ended = true; res.shut {
		return
	}
	res.shut = true
	defer res.run.giveBack()
	if res.from != nil {
		res.from.close()
		res.from = nil
	}
}
