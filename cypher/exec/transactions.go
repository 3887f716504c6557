package exec

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// InnerTransaction is one transaction of CALL { … } IN TRANSACTIONS.
type InnerTransaction interface {
	Graph() Graph
	ID() string
	// Commit makes its writes durable; after an error there are none.
	Commit(ctx context.Context) error
	Rollback()
	// Failure gives an error of its Graph as the *status.Error a client sees.
	Failure(err error) error
}

const defaultBatch = 1000 // rows of one inner transaction, as in Neo4j

// inTransactions compiles CALL { … } IN TRANSACTIONS: rows are taken in batches,
// each of which runs in a transaction of its own; with CONCURRENT several at
// once, their rows handed on in the order of the batches.
func (c *compiler) inTransactions(t *ast.InTransactions, plan *queryPlan, results []int) stage {
	rows := constant(graph.Int(defaultBatch))
	if t.Rows != nil {
		rows = c.expr(t.Rows)
	}
	var retryFor eval
	if t.RetryFor != nil {
		retryFor = c.expr(t.RetryFor)
	}
	concurrent := constant(graph.Int(1))
	switch {
	case len(t.Disjoint) > 0: // one after another, batches never meet
		for _, e := range t.Disjoint {
			c.expr(e)
		}
	case t.Concurrency != nil:
		concurrent = c.expr(t.Concurrency)
	case t.Concurrent:
		concurrent = constant(graph.Int(int64(runtime.GOMAXPROCS(0))))
	}
	status := -1
	if t.Status != nil {
		if !t.Retry && (t.OnError == "" || t.OnError == "FAIL") {
			c.fail(t, "", "REPORT STATUS can only be used when specifying ON ERROR CONTINUE or ON ERROR BREAK")
		}
		status = c.bind(t.Status.Value, anyVar)
	}
	c.batches = true
	return func(r *run, next sink, enough *errEnough) sink {
		return &batchSink{r: r, next: next, enough: enough, plan: plan, results: results, size: rows, concurrent: concurrent, onError: t.OnError, status: status, retry: t.Retry, retryFor: retryFor}
	}
}

// seesGraph tells whether the clauses after CALL … IN TRANSACTIONS may look at
// the graph or change it. Of variables only the status is known to be no entity.
func seesGraph(tail []ast.Clause, status *ast.Name) bool {
	looks := func(e ast.Expr) bool {
		return ast.Any(e, func(e ast.Expr) bool {
			switch e := e.(type) {
			case *ast.Variable:
				return status == nil || e.Name != status.Value
			case *ast.Subquery, *ast.PatternExpr, *ast.PatternComprehension:
				return true
			}
			return false
		})
	}
	for _, cl := range tail {
		var p *ast.Projection
		switch cl := cl.(type) {
		case *ast.With:
			p = &cl.Projection
			if looks(cl.Where) {
				return true
			}
		case *ast.Return:
			p = &cl.Projection
		case *ast.Finish:
			continue
		default:
			return true
		}
		if p.Star || len(p.OrderBy) > 0 || slices.ContainsFunc(p.Items, func(i ast.ReturnItem) bool { return looks(i.Expr) }) {
			return true
		}
	}
	return false
}

// renewed keeps all rows until their batches are committed. What follows is built
// then, over a graph that holds what they wrote.
type renewed struct {
	eagerSink
	rest func() sink
}

func (s *renewed) done() error {
	if err := s.renew(); err != nil {
		return err
	}
	return s.eagerSink.done()
}

// fail hands on the rows at hand when a later batch has failed: theirs are committed.
func (s *renewed) fail() {
	if s.renew() == nil {
		_ = s.rows.each(s.next.push) // the error at hand is the first one
	}
}

// renew makes what follows.
func (s *renewed) renew() error {
	r := s.rows.r
	r.waiting = nil
	g, err := r.env.Host.Renew()
	if err != nil {
		return err
	}
	r.graph, r.env.Graph = g, g
	r.schema, r.free, r.instances, r.keys = nil, nil, nil, nil
	s.next = s.rest()
	return nil
}

type batchSink struct {
	r          *run
	next       sink
	enough     *errEnough
	plan       *queryPlan
	results    []int
	size       eval
	concurrent eval // most batches at once
	onError    string
	status     int // slot of the report, -1: none
	rows       []frame
	held       int64         // bytes of rows
	running    []chan *batch // oldest first
	broken     bool          // ON ERROR BREAK has seen an error
	retry      bool
	retryFor   eval // seconds; nil: the default
}

// batch is what became of some rows. Until it is received it belongs to the
// goroutine that carries it out.
type batch struct {
	rows     []frame // that came in
	held     int64   // bytes of them
	out      []frame // to hand on
	size     int64   // bytes of those
	id       string  // of the transaction, "" when none was begun
	counters Counters
	err      error
}

func (s *batchSink) push(f frame) error {
	n, err := s.r.count("OF ... ROWS", s.size, f)
	if err != nil {
		return err
	}
	if n == 0 {
		return status.New(status.ArgumentError, "50N42", "Invalid input. '0' is not a valid value. Must be a positive integer.")
	}
	size := frameSize(f, nil)
	if err := s.r.grow(size); err != nil {
		return s.abandonOn(err)
	}
	s.held += size
	s.rows = append(s.rows, slices.Clone(f))
	if int64(len(s.rows)) < n {
		return nil
	}
	return s.abandonOn(s.flush())
}

func (s *batchSink) done() error {
	err := s.flush()
	for err == nil && len(s.running) > 0 {
		err = s.finish()
	}
	if err = s.abandonOn(err); err != nil && err != error(s.enough) {
		return err
	}
	return s.next.done()
}

// abandonOn waits, after an error, for the batches that run: their transactions
// end before the statement does.
func (s *batchSink) abandonOn(err error) error {
	if err != nil {
		for _, b := range s.running {
			s.count(<-b)
		}
		s.running = nil
	}
	return err
}

func (s *batchSink) count(b *batch) {
	if b.err == nil && b.id != "" {
		s.r.committed++
		s.r.counters.Add(&b.counters)
	}
}

// flush starts the rows at hand in a transaction. When as many run as may, it
// hands the outcome of the oldest on.
func (s *batchSink) flush() error {
	if len(s.rows) == 0 {
		return nil
	}
	b := &batch{rows: s.rows, held: s.held}
	s.rows, s.held = nil, 0
	if s.broken {
		return s.handOn(b)
	}
	most, err := s.r.count("CONCURRENT", s.concurrent, b.rows[0])
	if err != nil {
		return err
	}
	patience, err := s.patience(most, b.rows[0])
	if err != nil {
		return err
	}
	ended := make(chan *batch, 1)
	s.running = append(s.running, ended)
	if most <= 1 {
		s.attempts(b, patience)
		ended <- b
	} else {
		go func() { s.attempts(b, patience); ended <- b }()
	}
	for int64(len(s.running)) >= max(most, 1) {
		if err := s.finish(); err != nil {
			return err
		}
	}
	return nil
}

// finish waits for the oldest batch and hands its outcome on.
func (s *batchSink) finish() error {
	b := <-s.running[0]
	s.running = s.running[1:]
	if b.err == nil {
		s.count(b)
	} else {
		if s.onError != "CONTINUE" && s.onError != "BREAK" || s.r.ctx.Err() != nil {
			return b.err
		}
		s.broken = s.onError == "BREAK"
	}
	return s.handOn(b)
}

// handOn gives the rows of a batch to the next operator, with the report.
func (s *batchSink) handOn(b *batch) error {
	defer func() { s.r.shrink(b.held) }()
	if err := s.r.grow(b.size); err != nil {
		return err
	}
	b.held += b.size
	report := graph.NewMap(4)
	report.Put("started", graph.Bool(b.id != "" || b.err != nil))
	report.Put("committed", graph.Bool(b.err == nil && b.id != ""))
	report.Put("transactionId", graph.Null)
	report.Put("errorMessage", graph.Null)
	if b.id != "" {
		report.Put("transactionId", graph.String(b.id))
	}
	if b.err != nil {
		message := b.err.Error()
		if e := status.As(b.err); e != nil {
			message = e.Message
		}
		report.Put("errorMessage", graph.String(message))
	}
	if b.err != nil || b.id == "" {
		b.out = nil
		for _, f := range b.rows { // the rows of a failed batch have nulls
			for _, slot := range s.results {
				f[slot] = graph.Null
			}
			b.out = append(b.out, f)
		}
	}
	for _, f := range b.out {
		if s.status >= 0 {
			f[s.status] = graph.MapOf(report)
		}
		if err := s.next.push(f); err != nil {
			return err
		}
	}
	return nil
}

// retryDefault is how long ON ERROR RETRY tries again, as in Neo4j.
const retryDefault = 30 * time.Second

// patience tells how long a batch is tried again. Batches that run at once may
// meet each other: those are tried again whether ON ERROR RETRY says so or not.
func (s *batchSink) patience(most int64, row frame) (time.Duration, error) {
	switch {
	case s.retryFor != nil:
		v, err := s.retryFor(s.r, row)
		return time.Duration(v.Number() * float64(time.Second)), err
	case s.retry || most > 1:
		return retryDefault, nil
	}
	return 0, nil
}

// mayPass tells whether it is of use to try again after an error: after one that
// passes, if that was asked for, and always when another transaction committed first,
// as auto-commit statements are run again then.
func (s *batchSink) mayPass(err error, patience time.Duration) bool {
	e := status.As(err)
	if e == nil {
		return false
	}
	return e.Code == status.Outdated || patience > 0 && (s.retry && e.Transient() || e.Code == status.DeadlockDetected)
}

// attempts runs a batch in one transaction, again and again while the error may pass.
func (s *batchSink) attempts(b *batch, patience time.Duration) {
	deadline := time.Now().Add(cmp.Or(patience, retryDefault))
	pause := time.Millisecond
	for {
		if b.err = s.attempt(b); b.err == nil || !s.mayPass(b.err, patience) || time.Now().After(deadline) {
			return
		}
		t := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-s.r.ctx.Done():
			t.Stop()
			b.err = context.Cause(s.r.ctx)
			return
		case <-t.C:
		}
		pause = min(2*pause, time.Second)
	}
}

func (s *batchSink) attempt(b *batch) error {
	tx, err := s.r.env.Host.Begin(s.r.ctx)
	if err != nil {
		return err
	}
	b.id, b.out, b.size, b.counters = tx.ID(), nil, 0, Counters{}
	if err := s.solve(tx, b); err != nil {
		tx.Rollback()
		if s.r.ctx.Err() != nil {
			return context.Cause(s.r.ctx)
		}
		return tx.Failure(err)
	}
	return tx.Commit(s.r.ctx)
}

// toldCommitted adds to an error how many batches were committed before it.
func (r *run) toldCommitted(err error) error {
	e := status.As(err)
	if e == nil {
		return err
	}
	c := *e
	c.Message += fmt.Sprintf(" (Transactions committed: %d)", r.committed)
	return &c
}

// solve runs the rows of a batch. It touches nothing of s that changes.
func (s *batchSink) solve(tx InnerTransaction, b *batch) error {
	env := *s.r.env
	env.Account = &Account{Pool: s.r.account.Pool, Limit: s.r.account.Limit} // ends with the inner transaction
	defer env.Account.Close()
	inner := newRun(s.r.ctx, &env)
	defer inner.closeFiles()
	inner.graph, inner.width, inner.writes, inner.context.Version = tx.Graph(), s.r.width, true, s.r.context.Version
	for _, f := range b.rows {
		if !s.plan.returns {
			if err := s.plan.run(inner, slices.Clone(f), func(frame) error { return nil }); err != nil {
				return err
			}
			b.out = append(b.out, f)
			continue
		}
		err := s.plan.run(inner, slices.Clone(f), func(got frame) error {
			row := slices.Clone(f)
			for i, slot := range s.plan.resultSlots() {
				row[s.results[i]] = got[slot]
			}
			b.out = append(b.out, row)
			size := frameSize(row, nil)
			b.size += size
			return inner.grow(size)
		})
		if err != nil {
			return err
		}
	}
	b.counters = inner.counters
	return nil
}

// Add sums the changes of another run.
func (c *Counters) Add(o *Counters) {
	c.NodesCreated += o.NodesCreated
	c.NodesDeleted += o.NodesDeleted
	c.RelsCreated += o.RelsCreated
	c.RelsDeleted += o.RelsDeleted
	c.PropertiesSet += o.PropertiesSet
	c.LabelsAdded += o.LabelsAdded
	c.LabelsRemoved += o.LabelsRemoved
}
