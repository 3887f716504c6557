package node

import (
	"context"
	"time"

	"graticule/bolt"
	"graticule/catalog"
	"graticule/cypher"
	"graticule/graph"
	"graticule/status"
	"graticule/telemetry"
)

// Begin starts an explicit transaction.
func (s *session) Begin(ctx context.Context, cfg bolt.TxConfig) (bolt.Transaction, error) {
	ctx, root := s.n.traces.Root(ctx, "bolt.transaction", traceparent(cfg.Metadata))
	t, err := s.begin(ctx, cfg, root)
	if err != nil {
		return nil, err
	}
	if err := t.snapshot(false); err != nil {
		t.end()
		return nil, err
	}
	return t, nil
}

// Run runs one statement.
func (t *tx) Run(_ context.Context, text string, params *graph.Map) (bolt.Result, error) {
	p, err := t.n.prepare(t.ctx, text, t.def)
	if err != nil {
		return nil, err
	}
	if p.Batches() {
		return nil, status.New(status.TransactionStartFailed, "50N42", "A query with 'CALL { ... } IN TRANSACTIONS' can only be executed in an implicit transaction, but tried to execute in an explicit transaction.")
	}
	_, span := t.n.traces.Start(t.ctx, "cypher.execute")
	cur, err := t.execute(p, params)
	if err != nil {
		span.End(err)
		return nil, err
	}
	return &txResult{t: t, cursor: cur, drain: p.Writes(), span: span}, nil
}

// prepare compiles a statement in the default language of a database (nil: Cypher 5).
func (n *Node) prepare(ctx context.Context, text string, d *catalog.Database) (*cypher.Prepared, error) {
	_, span := n.traces.Start(ctx, "cypher.prepare")
	p, err := n.engine.Prepare(text, languageOf(d))
	span.End(err)
	return p, err
}

// languageOf gives the version of Cypher of statements that do not say theirs.
func languageOf(d *catalog.Database) int {
	if d != nil && d.Language != 0 {
		return d.Language
	}
	return 5
}

// Commit commits at the leader.
func (t *tx) Commit(ctx context.Context) (string, error) {
	defer t.end()
	if err := context.Cause(t.ctx); err != nil {
		return "", err
	}
	if err := t.commitStore(); err != nil {
		return "", err
	}
	if t.position.Index != 0 {
		t.s.travel(ctx)
	}
	if t.leaderRead() {
		if err := t.copy.group.Confirm(t.ctx); err != nil {
			return "", err
		}
	}
	return t.bookmark(), nil
}

// Rollback gives the writes up.
func (t *tx) Rollback(context.Context) error { t.end(); return nil }

// txResult is the stream of a statement in an explicit transaction.
type txResult struct {
	t      *tx
	cursor *cypher.Cursor
	drain  bool // an update is carried out in full whatever is pulled
	span   telemetry.Span
}

// Database gives the name of the database.
func (r *txResult) Database() string { return r.t.def.Name }

// DatabaseID gives the id for element ids.
func (r *txResult) DatabaseID() string { return r.t.def.ID }

// Context ends with the transaction.
func (r *txResult) Context() context.Context { return r.t.ctx }

// Columns gives the column names.
func (r *txResult) Columns() []string { return r.cursor.Columns() }

// Fetch streams rows.
func (r *txResult) Fetch(_ context.Context, limit int64, emit func([]graph.Value) error) (bool, error) {
	return r.cursor.Fetch(limit, r.t.sending(emit))
}

// Summary describes the statement.
func (r *txResult) Summary() bolt.Summary { return summaryOf(r.cursor, r.t.def.Name, "") }

// Close gives up the rows that are left, but carries an update out.
func (r *txResult) Close(context.Context) error {
	var err error
	if r.drain {
		_, err = r.cursor.Fetch(-1, func([]graph.Value) error { return nil })
	}
	r.cursor.Close()
	if q := r.t.current.Load(); q != nil {
		q.ended.Store(time.Now().UnixNano())
	}
	r.span.Number("graticule.rows", r.cursor.Sent())
	r.span.End(err)
	return err
}

func summaryOf(c *cypher.Cursor, database, bookmark string) bolt.Summary {
	kind := c.Kind()
	if kind == cypher.Admin {
		kind = cypher.Schema
	}
	return bolt.Summary{Type: string(kind), Database: database, Bookmark: bookmark, Counters: c.Counters().Map(), HasRows: c.Sent() > 0, Plan: planOf(c.Plan()), Profile: planOf(c.Profile()), Notifications: c.Notifications()}
}

func planOf(p *cypher.PlanNode) *bolt.PlanNode {
	if p == nil {
		return nil
	}
	out := &bolt.PlanNode{Operator: p.Operator, Arguments: p.Arguments, Identifiers: p.Variables, Rows: p.Rows, DBHits: p.Hits}
	for _, c := range p.Children {
		out.Children = append(out.Children, planOf(c))
	}
	return out
}
