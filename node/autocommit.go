package node

import (
	"context"
	"errors"
	"slices"

	"graticule/bolt"
	"graticule/catalog"
	"graticule/cypher"
	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/graphstore"
	"graticule/status"
	"graticule/telemetry"
)

// bufferedRows is how many rows of an update are held back until it is committed.
const bufferedRows = 100_000

// Run runs one auto-commit statement. One that reads streams; one that writes
// is carried out, committed and, on conflict, run again before any row leaves.
func (s *session) Run(ctx context.Context, cfg bolt.TxConfig, text string, params *graph.Map) (bolt.Result, error) {
	ctx, root := s.n.traces.Root(ctx, "bolt.run", traceparent(cfg.Metadata))
	p, err := s.n.prepare(ctx, text, s.likelyDatabase(cfg.Database))
	if err != nil {
		root.End(err)
		return nil, err
	}
	if name := s.n.graphOf(p); name != "" {
		cfg.Database = name
	}
	t, err := s.begin(ctx, cfg, root)
	if err != nil {
		return nil, err
	}
	t.write = p.Writes() && !p.Explain()
	batches := p.Batches() && !t.cfg.Read
	if !t.write || t.cfg.Read || batches {
		t.write = false
		if err = t.snapshot(false); err == nil {
			t.write = batches // what comes after them, in the snapshot that is made then
			var cur *cypher.Cursor
			_, span := s.n.traces.Start(t.ctx, "cypher.execute")
			if cur, err = t.execute(p, params); err == nil {
				t.open = cur
				r := &autoResult{t: t, cursor: cur, span: span}
				if batches {
					r.last = t.commitStore
					return &batchResult{r}, nil
				}
				if t.leaderRead() {
					confirmed := make(chan error, 1)
					go func() { confirmed <- t.copy.group.Confirm(t.ctx) }() // while rows are made
					r.last = func() error { return <-confirmed }
				}
				return r, nil
			}
			span.End(err)
		}
		t.end()
		return nil, err
	}
	r, err := s.update(t, p, text, params)
	if err != nil {
		return nil, err
	}
	s.travel(ctx)
	return r, nil
}

// update runs a statement that writes until it is committed, and ends its transaction.
func (s *session) update(t *tx, p *cypher.Prepared, text string, params *graph.Map) (*bufferedResult, error) {
	t.write = true
	defer t.end()
	r, err := s.attempt(t, p, params)
	if retryable(err) {
		return t.copy.contended.run(&job{t: t, prepared: p, text: text, params: params})
	}
	return r, err
}

func retryable(err error) bool {
	return errors.Is(err, graphstore.ErrConflict) || errors.Is(err, graphstore.ErrBaseTooOld) || errors.Is(err, graphstore.ErrStaleTerm) || errors.Is(err, graphstore.ErrDeadlock)
}

// attempt runs a statement that writes, without waiting for other writers.
func (s *session) attempt(t *tx, p *cypher.Prepared, params *graph.Map) (*bufferedResult, error) {
	if err := t.snapshot(true); err != nil {
		return nil, err
	}
	defer t.store.Close()
	r, cur, err := t.carryOut(p, params)
	if err != nil {
		return nil, err
	}
	defer cur.Close()
	if err := t.commitStore(); err != nil {
		r.drop()
		return nil, err
	}
	r.summary = summaryOf(cur, t.def.Name, t.bookmark())
	return r, nil
}

// carryOut runs a statement to its end and keeps its rows; the caller closes the
// cursor when the result is committed, or given up.
func (t *tx) carryOut(p *cypher.Prepared, params *graph.Map) (*bufferedResult, *cypher.Cursor, error) {
	_, span := t.n.traces.Start(t.ctx, "cypher.execute")
	t.memory.Close() // of an attempt before
	cur, err := t.execute(p, params)
	if err != nil {
		span.End(err)
		return nil, nil, err
	}
	r, err := t.buffer(cur)
	span.Number("graticule.rows", cur.Sent())
	span.End(err)
	if err != nil {
		cur.Close()
		r.drop()
		return nil, nil, err
	}
	return r, cur, nil
}

// buffer carries a statement out and keeps its rows.
func (t *tx) buffer(cur *cypher.Cursor) (*bufferedResult, error) {
	r := &bufferedResult{database: t.def.ID, columns: cur.Columns(), memory: exec.Account{Pool: t.memory.Pool, Limit: t.memory.Limit}}
	_, err := cur.Fetch(-1, func(row []graph.Value) error {
		if len(r.rows) >= bufferedRows {
			return status.New(status.MemoryPoolOutOfMemory, "51N74", "An auto-commit update returned more than %d rows; use an explicit transaction to stream them.", bufferedRows)
		}
		if err := r.memory.Take(exec.SizeOf(row)); err != nil {
			return err
		}
		r.rows = append(r.rows, slices.Clone(row))
		return nil
	})
	return r, err
}

// autoResult streams an auto-commit read.
type autoResult struct {
	t      *tx
	cursor *cypher.Cursor
	span   telemetry.Span
	sum    bolt.Summary

	last func() error // called once, behind the last row, when not nil: confirms that a read through the leader came while it led, or commits what came after batches
}

// Database gives the name of the database.
func (r *autoResult) Database() string { return r.t.def.Name }

// DatabaseID gives the id for element ids.
func (r *autoResult) DatabaseID() string { return r.t.def.ID }

// Context ends with the transaction.
func (r *autoResult) Context() context.Context { return r.t.ctx }

// Columns gives the column names.
func (r *autoResult) Columns() []string { return r.cursor.Columns() }

// Fetch streams rows; the transaction ends with the last one.
func (r *autoResult) Fetch(_ context.Context, limit int64, emit func([]graph.Value) error) (bool, error) {
	more, err := r.cursor.Fetch(limit, r.t.sending(emit))
	if err == nil && !more && r.last != nil {
		err = r.last()
		r.last = nil
	}
	if err != nil || !more {
		r.finish()
	}
	return more, err
}

func (r *autoResult) finish() {
	if r.sum.Type == "" {
		r.sum = summaryOf(r.cursor, r.t.def.Name, r.t.bookmark())
		r.span.Number("graticule.rows", r.cursor.Sent())
		r.span.End(context.Cause(r.t.ctx))
	}
	r.t.end()
}

// Summary describes the statement.
func (r *autoResult) Summary() bolt.Summary { return r.sum }

// Close ends the statement.
func (r *autoResult) Close(context.Context) error { r.finish(); return nil }

// batchResult streams a statement that commits in batches, which is carried out
// once, for what it has committed stays. What comes after the batches is committed
// with the last row.
type batchResult struct{ *autoResult }

// Close carries the rest of the statement out.
func (r *batchResult) Close(ctx context.Context) error {
	if r.t.ended {
		return nil
	}
	_, err := r.Fetch(ctx, -1, func([]graph.Value) error { return nil })
	return err
}

// bufferedResult is the outcome of a committed update.
type bufferedResult struct {
	database string // id
	columns  []string
	rows     [][]graph.Value
	summary  bolt.Summary
	memory   exec.Account // of the rows
}

// drop gives the rows up.
func (r *bufferedResult) drop() {
	r.rows = nil
	r.memory.Close()
}

// Database gives the name of the database.
func (r *bufferedResult) Database() string { return r.summary.Database }

// DatabaseID gives the id for element ids.
func (r *bufferedResult) DatabaseID() string { return r.database }

// Context has no end: the update is committed.
func (r *bufferedResult) Context() context.Context { return context.Background() }

// Columns gives the column names.
func (r *bufferedResult) Columns() []string { return r.columns }

// Fetch hands rows on.
func (r *bufferedResult) Fetch(_ context.Context, limit int64, emit func([]graph.Value) error) (bool, error) {
	for n := int64(0); (limit < 0 || n < limit) && len(r.rows) > 0; n++ {
		row := r.rows[0]
		r.rows = r.rows[1:]
		if err := emit(row); err != nil {
			return false, err
		}
	}
	if len(r.rows) == 0 {
		r.drop()
	}
	return len(r.rows) > 0, nil
}

// Summary describes the statement.
func (r *bufferedResult) Summary() bolt.Summary { return r.summary }

// Close drops the rows.
func (r *bufferedResult) Close(context.Context) error { r.drop(); return nil }

// likelyDatabase finds the database of a session before it is known whether the
// user may enter it, for its language; nil when there is none.
func (s *session) likelyDatabase(name string) *catalog.Database {
	state, _ := s.n.catalog.State()
	if name == "" {
		name = state.Default
		if s.user != nil && s.user.Home != "" {
			name = s.user.Home
		}
	}
	return state.Find(name)
}
