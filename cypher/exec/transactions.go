package exec

import (
	"context"
	"errors"
	"fmt"
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
}

const defaultBatch = 1000 // rows of one inner transaction, as in Neo4j

// inTransactions compiles CALL { … } IN TRANSACTIONS: rows are taken in batches,
// each of which runs in a transaction of its own. CONCURRENT allows them to run
// at once; they run one after another.
func (c *compiler) inTransactions(t *ast.InTransactions, plan *queryPlan, results []int) stage {
	rows := constant(graph.Int(defaultBatch))
	if t.Rows != nil {
		rows = c.expr(t.Rows)
	}
	var retryFor eval
	if t.RetryFor != nil {
		retryFor = c.expr(t.RetryFor)
	}
	for _, e := range t.Disjoint { // batches run one after another, so that they never meet
		c.expr(e)
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
		return &batchSink{r: r, next: next, enough: enough, plan: plan, results: results, size: rows, onError: t.OnError, status: status, retry: t.Retry, retryFor: retryFor}
	}
}

type batchSink struct {
	r       *run
	next    sink
	enough  *errEnough
	plan    *queryPlan
	results []int
	size    eval
	onError string
	status  int // slot of the report, -1: none
	rows    []frame
	held    int64 // bytes of rows and of what they became
	broken  bool  // ON ERROR BREAK has seen an error

	committed int
	retry     bool
	retryFor  eval // seconds; nil: the default
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
		return err
	}
	s.held += size
	s.rows = append(s.rows, slices.Clone(f))
	if int64(len(s.rows)) < n {
		return nil
	}
	return s.flush()
}

func (s *batchSink) done() error {
	if err := s.flush(); err != nil && err != error(s.enough) {
		return err
	}
	return s.next.done()
}

// flush runs the rows at hand in one transaction and hands the outcome on.
func (s *batchSink) flush() error {
	rows := s.rows
	s.rows = nil
	if len(rows) == 0 {
		return nil
	}
	defer func() { s.r.shrink(s.held); s.held = 0 }()
	var out []frame
	report := graph.NewMap(4)
	report.Put("started", graph.Bool(!s.broken))
	report.Put("committed", graph.False)
	report.Put("transactionId", graph.Null)
	report.Put("errorMessage", graph.Null)
	if !s.broken {
		counters := s.r.counters
		var err error
		if out, err = s.attempts(report, rows); err == nil {
			s.committed++
		}
		if err != nil {
			s.r.counters = counters
			if s.onError != "CONTINUE" && s.onError != "BREAK" || errors.Is(err, context.Canceled) {
				return s.told(err)
			}
			out, s.broken = nil, s.onError == "BREAK"
			message := err.Error()
			if e := status.As(err); e != nil {
				message = e.Message
			}
			report.Put("errorMessage", graph.String(message))
		} else {
			report.Put("committed", graph.True)
		}
	}
	if out == nil && (s.broken || s.onError == "CONTINUE") {
		for _, f := range rows { // the rows of a failed batch have nulls
			for _, slot := range s.results {
				f[slot] = graph.Null
			}
			out = append(out, f)
		}
	}
	for _, f := range out {
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

// attempts runs rows in one transaction; with ON ERROR RETRY again and again
// while the error may pass.
func (s *batchSink) attempts(report *graph.Map, rows []frame) ([]frame, error) {
	patience := retryDefault
	if s.retryFor != nil {
		v, err := s.retryFor(s.r, rows[0])
		if err != nil {
			return nil, err
		}
		patience = time.Duration(v.Number() * float64(time.Second))
	}
	deadline := time.Now().Add(patience)
	pause := time.Millisecond
	for {
		counters := s.r.counters
		out, err := s.attempt(report, rows)
		e := status.As(err)
		if err == nil || !s.retry || e == nil || !e.Transient() || time.Now().After(deadline) {
			return out, err
		}
		s.r.counters = counters
		t := time.NewTimer(pause)
		select {
		case <-s.r.ctx.Done():
			t.Stop()
			return nil, context.Cause(s.r.ctx)
		case <-t.C:
		}
		pause = min(2*pause, time.Second)
	}
}

func (s *batchSink) attempt(report *graph.Map, rows []frame) ([]frame, error) {
	tx, err := s.r.env.Begin(s.r.ctx)
	if err != nil {
		return nil, err
	}
	report.Put("transactionId", graph.String(tx.ID()))
	out, err := s.solve(tx, rows)
	if err != nil {
		tx.Rollback()
		return nil, err
	}
	return out, tx.Commit(s.r.ctx)
}

// told adds to an error how many transactions were committed before it.
func (s *batchSink) told(err error) error {
	e := status.As(err)
	if e == nil {
		return err
	}
	c := *e
	c.Message += fmt.Sprintf(" (Transactions committed: %d)", s.committed)
	return &c
}

func (s *batchSink) solve(tx InnerTransaction, rows []frame) ([]frame, error) {
	env := *s.r.env
	env.Account = &Account{Pool: s.r.account.Pool, Limit: s.r.account.Limit} // ends with the inner transaction
	defer env.Account.Close()
	inner := newRun(s.r.ctx, &env)
	defer inner.closeFiles()
	inner.graph, inner.width, inner.writes = tx.Graph(), s.r.width, true
	var out []frame
	for _, f := range rows {
		if !s.plan.returns {
			if err := s.plan.run(inner, slices.Clone(f), func(frame) error { return nil }); err != nil {
				return nil, err
			}
			out = append(out, f)
			continue
		}
		err := s.plan.run(inner, slices.Clone(f), func(got frame) error {
			row := slices.Clone(f)
			for i, slot := range s.plan.resultSlots() {
				row[s.results[i]] = got[slot]
			}
			out = append(out, row)
			size := frameSize(row, nil)
			if err := s.r.grow(size); err != nil {
				return err
			}
			s.held += size
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	s.r.counters.Add(&inner.counters)
	return out, nil
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
