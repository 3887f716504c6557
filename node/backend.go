package node

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"graticule/bolt"
	"graticule/catalog"
	"graticule/commit"
	"graticule/cypher"
	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/graphstore"
	"graticule/replication"
	"graticule/replication/consensus"
	"graticule/routing"
	"graticule/status"
	"graticule/telemetry"
)

// boltBackend is what the Bolt door sees of the node.
type boltBackend struct{ n *Node }

// Connect begins a session.
func (b *boltBackend) Connect(_ context.Context, info bolt.ConnInfo) (bolt.Session, error) {
	return &session{n: b.n, info: info}, nil
}

// Failure maps any error to what the client is told.
func (b *boltBackend) Failure(err error) *status.Error { return failureOf(err) }

// session is one client's logged-in session.
type session struct {
	n    *Node
	info bolt.ConnInfo
	user *catalog.User // nil before login
}

func unauthorized() error {
	return status.New(status.Unauthorized, "42NFF", "The client is unauthorized due to authentication failure.")
}

// Logon checks the credentials.
func (s *session) Logon(_ context.Context, a bolt.Auth) error {
	if s.n.cfg.NoAuth {
		s.user = &catalog.User{Name: "neo4j"}
		return nil
	}
	if a.Scheme != "basic" {
		if a.Scheme == "none" || a.Scheme == "" {
			return unauthorized()
		}
		return status.New(status.Unauthorized, "42NFF", "Unsupported authentication token, scheme '%s' is not supported; use basic.", a.Scheme)
	}
	host, _, _ := strings.Cut(s.info.Client, ":")
	key := a.Principal + "\x00" + host
	if s.n.locks.locked(key) {
		return status.New(status.AuthenticationRateLimit, "42NFF", "The client has provided incorrect authentication details too many times in a row.")
	}
	state, _ := s.n.catalog.State()
	u := state.Users[a.Principal]
	hash := ""
	if u != nil {
		hash = u.Hash
	}
	if !s.n.verify.Verify(hash, a.Credentials) || u.Suspended {
		s.n.locks.fail(key)
		return unauthorized()
	}
	s.n.locks.reset(key)
	s.user = u
	return nil
}

// Logoff ends the login.
func (s *session) Logoff(context.Context) error { s.user = nil; return nil }

// Telemetry is not kept.
func (s *session) Telemetry(int64) {}

// Close ends the session.
func (s *session) Close() {}

// databaseOf finds a database by the name a client gave.
func (s *session) databaseOf(name string) (*catalog.Database, error) {
	state, _ := s.n.catalog.State()
	if name == "" {
		name = state.Default
		if s.user != nil && s.user.Home != "" {
			name = s.user.Home
		}
	}
	if strings.EqualFold(name, "system") {
		return &catalog.Database{ID: systemGroup, Name: "system"}, nil
	}
	d := state.Database(name)
	if d == nil {
		return nil, status.New(status.DatabaseNotFound, "22N51", "Database does not exist. Database name: '%s'.", name)
	}
	if d.Offline {
		return nil, status.New(status.DatabaseUnavailable, "08N09", "Database '%s' is unavailable: it is offline. Start it with START DATABASE.", d.Name)
	}
	return d, nil
}

// tx is one transaction of a session on one database.
type tx struct {
	s        *session
	n        *Node
	cfg      bolt.TxConfig
	def      *catalog.Database
	copy     *database // nil on system
	store    *graphstore.Tx
	write    bool
	began    time.Time
	id       string
	ctx      context.Context
	cancel   context.CancelCauseFunc
	open     *txResult
	failed   bool
	ended    bool
	position replication.Position // of its commit
	system   replication.Position // of an administration command it ran
	others   routing.Bookmarks    // given for other databases, to be handed on
	span     telemetry.Span       // the root of its trace; ctx carries it
}

// begin starts a transaction: bookmarks first, then the snapshot. A trace that
// ctx carries goes on in the transaction, which ends its root span.
func (s *session) begin(ctx context.Context, cfg bolt.TxConfig, root telemetry.Span) (t *tx, err error) {
	defer func() {
		if err != nil {
			root.End(err)
		}
	}()
	marks, err := s.n.catchUp(ctx, cfg.Bookmarks)
	if err != nil {
		return nil, err
	}
	def, err := s.databaseOf(cfg.Database)
	if err != nil {
		return nil, err
	}
	root.Text("db.namespace", def.Name)
	t = &tx{s: s, n: s.n, cfg: cfg, def: def, write: !cfg.Read, began: time.Now(), span: root}
	if def.ID != systemGroup {
		if t.copy = s.n.open(def.ID); t.copy == nil {
			return nil, status.New(status.DatabaseUnavailable, "08N09", "Database '%s' has no copy on this server. Use a neo4j:// address, so that the driver finds one.", def.Name)
		}
	}
	if err := t.awaitBookmarks(ctx, marks); err != nil {
		return nil, err
	}
	timeout := s.n.cfg.TransactionTimeout
	cause := status.New(status.TransactionTimedOut, "25N14", "The transaction has been terminated. Retry your operation in a new transaction, and you should see a successful result. The transaction has not completed within the timeout specified at its start.")
	if cfg.HasTimeout {
		timeout = cfg.Timeout
		c := *cause
		c.Code = status.TransactionTimedOutClient
		cause = &c
	}
	t.ctx, t.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	if timeout > 0 {
		stop := time.AfterFunc(timeout, func() { t.cancel(cause) })
		context.AfterFunc(t.ctx, func() { stop.Stop() })
	}
	t.id = s.n.txs.add(t)
	return t, nil
}

// othersMax is how many positions in other databases a transaction hands on
// without looking whether the databases are still there.
const othersMax = 64

// catchUp reads bookmarks and waits until the system database has reached the
// position they give for it: only then is it known which databases there are.
func (n *Node) catchUp(ctx context.Context, bookmarks []string) (routing.Bookmarks, error) {
	marks := routing.Bookmarks{}
	for _, text := range bookmarks {
		if err := marks.Parse(text); err != nil {
			return nil, status.New(status.InvalidBookmark, "08N12", "Parsing of supplied bookmarks failed with message: Supplied bookmark is invalid: %s", text)
		}
	}
	if p, ok := marks[systemGroup]; ok {
		return marks, n.await(ctx, "system", p, n.catalog)
	}
	return marks, nil
}

// waiter is a copy of a database, the system database among them.
type waiter interface {
	WaitApplied(ctx context.Context, index uint64) error
	Applied() replication.Position
}

// await blocks until a copy has reached the position of a bookmark.
func (n *Node) await(ctx context.Context, database string, p replication.Position, w waiter) error {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.BookmarkTimeout)
	defer cancel()
	if err := w.WaitApplied(ctx, p.Index); err != nil {
		return status.New(status.BookmarkTimeout, "08N13", "Database '%s' not up to the requested version: %d. Latest database version is %d", database, p.Index, w.Applied().Index)
	}
	return nil
}

// awaitBookmarks waits for the position in the transaction's own database.
func (t *tx) awaitBookmarks(ctx context.Context, marks routing.Bookmarks) error {
	if p, ok := marks[t.def.ID]; ok && t.copy != nil {
		if p.Incarnation != t.def.Incarnation {
			return status.New(status.InvalidBookmark, "08N12", "The bookmark is of an earlier incarnation of database '%s'.", t.def.Name)
		}
		if err := t.n.await(ctx, t.def.Name, p, t.copy.store); err != nil {
			return err
		}
	}
	delete(marks, t.def.ID)
	if len(marks) > othersMax { // most are of databases that were dropped
		state, _ := t.n.catalog.State()
		known := map[string]bool{systemGroup: true}
		for _, d := range state.Databases {
			known[d.ID] = true
		}
		maps.DeleteFunc(marks, func(id string, _ replication.Position) bool { return !known[id] })
	}
	t.others = marks
	return nil
}

func (t *tx) applied() replication.Position {
	if t.copy == nil {
		return t.n.catalog.Applied()
	}
	return t.copy.store.Applied()
}

// Database gives the name of the database.
func (t *tx) Database() string { return t.def.Name }

// snapshot opens the store's transaction on first use.
func (t *tx) snapshot(noWait bool) error {
	if t.copy == nil || t.store != nil {
		return nil
	}
	var err error
	t.store, err = t.copy.store.Begin(t.ctx, graphstore.TxConfig{Write: t.write, IDs: t.copy.ids, LockTimeout: t.n.cfg.LockTimeout, NoWait: noWait})
	return err
}

// leaderRead tells whether the transaction reads through the leader and so has
// to see whatever was committed before it: it is in write mode, here, where the
// leader is, and wrote nothing (the commit of a write is checked anyway).
// Reads of any other copy are as new as their bookmarks ask for.
func (t *tx) leaderRead() bool {
	return t.copy != nil && !t.cfg.Read && t.position.Index == 0 && t.copy.group != nil && t.copy.group.IsLeader() && !t.copy.group.Alone()
}

// execute runs one statement in the transaction.
func (t *tx) execute(p *cypher.Prepared, params *graph.Map) (*cypher.Cursor, error) {
	if t.s.user != nil && t.s.user.ChangeRequired && !changesPassword(p) {
		return nil, status.New(status.CredentialsExpired, "42NFD", "The credentials you provided were valid, but must be changed before you can use this instance. If this is the first time you are using Neo4j, this is to ensure you are not using the default credentials in production. If you are not using default credentials, you are getting this message because an administrator requires a password change. Changing your password is easy to do via the Neo4j Browser.")
	}
	if t.copy == nil && p.Command() == nil && p.Writes() {
		return nil, status.New(status.UnsupportedOperation, "22N00", "Not a recognised system command or procedure. This Cypher command can only be executed in a user database.")
	}
	if p.Kind() == cypher.Admin && t.cfg.Read {
		return nil, status.New(status.AccessMode, "42N02", "Writing in read access mode not allowed. Attempted administration command")
	}
	env := cypher.Env{
		Environment: exec.Environment{Params: params, Statement: time.Now().UTC(), Transaction: t.began.UTC(), DatabaseID: t.def.ID, Server: t, Begin: t.beginInner, ImportDir: t.n.cfg.ImportDir, Memory: &t.n.memory, MemoryLimit: t.n.cfg.Memory.Transaction},
		Commands:    &commander{t}, ReadOnly: t.cfg.Read,
	}
	if t.store != nil {
		env.Graph = t.store
	} else {
		env.Graph = t.n.emptyGraph()
	}
	return p.Execute(t.ctx, env)
}

// end closes the transaction; it may be called more than once.
func (t *tx) end() {
	if t.ended {
		return
	}
	t.ended = true
	if t.open != nil {
		t.open.cursor.Close()
	}
	if t.store != nil {
		t.store.Close()
	}
	t.span.End(context.Cause(t.ctx))
	t.cancel(nil)
	t.n.txs.remove(t.id)
}

// bookmark gives the bookmark of what the transaction has seen or written, and
// of what it was told of other databases.
func (t *tx) bookmark() string {
	marks := maps.Clone(t.others)
	if t.system.Index != 0 {
		marks.Add(systemGroup, replication.Position{Term: t.system.Term, Index: t.system.Index})
		return marks.String()
	}
	p := t.position
	if p.Index == 0 {
		if t.store != nil {
			p = t.store.Position()
		} else {
			p = t.applied()
		}
	}
	p.Incarnation = t.def.Incarnation
	marks.Add(t.def.ID, p)
	return marks.String()
}

// commitStore sends what was written to the leader.
func (t *tx) commitStore() error {
	if t.store == nil || !t.write {
		return nil
	}
	c, err := t.store.Prepare()
	if err != nil || c == nil {
		return err
	}
	if t.cfg.Metadata != nil {
		if v, ok := t.cfg.Metadata.Get("idempotencyKey"); ok && v.Kind() == graph.KindString {
			c.Token = v.AsString()
		}
	}
	ctx, span := t.n.traces.Start(context.WithoutCancel(t.ctx), "tx.commit")
	applied, err := t.copy.commitTx(ctx, c)
	span.End(err)
	t.position = applied.Position
	return err
}

// --- explicit transactions ---

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
func (t *tx) Run(ctx context.Context, text string, params *graph.Map) (bolt.Result, error) {
	stop := context.AfterFunc(ctx, func() { t.cancel(context.Cause(ctx)) })
	defer stop()
	p, err := t.n.prepare(t.ctx, text)
	if err != nil {
		return nil, err
	}
	if p.Batches() {
		return nil, status.New(status.TransactionStartFailed, "25N01", "A query with 'CALL { ... } IN TRANSACTIONS' can only be executed in an implicit transaction, but tried to execute in an explicit transaction.")
	}
	_, span := t.n.traces.Start(t.ctx, "cypher.execute")
	cur, err := t.execute(p, params)
	if err != nil {
		span.End(err)
		return nil, err
	}
	return &txResult{t: t, cursor: cur, drain: p.Writes(), span: span}, nil
}

// prepare compiles a statement.
func (n *Node) prepare(ctx context.Context, text string) (*cypher.Prepared, error) {
	_, span := n.traces.Start(ctx, "cypher.prepare")
	p, err := n.engine.Prepare(text, 5)
	span.End(err)
	return p, err
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

// DatabaseID gives the id for element ids.
func (r *txResult) DatabaseID() string { return r.t.def.ID }

// Columns gives the column names.
func (r *txResult) Columns() []string { return r.cursor.Columns() }

// Fetch streams rows.
func (r *txResult) Fetch(ctx context.Context, limit int64, emit func([]graph.Value) error) (bool, error) {
	stop := context.AfterFunc(ctx, func() { r.t.cancel(context.Cause(ctx)) })
	defer stop()
	return r.cursor.Fetch(limit, emit)
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
	r.span.Number("graticule.rows", r.cursor.Sent())
	r.span.End(err)
	return err
}

func summaryOf(c *cypher.Cursor, database, bookmark string) bolt.Summary {
	kind := c.Kind()
	if kind == cypher.Admin {
		kind = cypher.Schema
	}
	return bolt.Summary{Type: string(kind), Database: database, Bookmark: bookmark, Counters: c.Counters().Map(), HasRows: c.Sent() > 0, Plan: planOf(c.Plan()), Profile: planOf(c.Profile())}
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

// --- auto-commit ---

// Limits of auto-commit statements.
const (
	attemptsMax  = 200     // re-runs of a statement whose commit met a newer one
	bufferedRows = 100_000 // rows of an update held back until it is committed
)

// Run runs one auto-commit statement. One that reads streams; one that writes
// is carried out, committed and, on conflict, run again before any row leaves.
func (s *session) Run(ctx context.Context, cfg bolt.TxConfig, text string, params *graph.Map) (bolt.Result, error) {
	ctx, root := s.n.traces.Root(ctx, "bolt.run", traceparent(cfg.Metadata))
	p, err := s.n.prepare(ctx, text)
	if err != nil {
		root.End(err)
		return nil, err
	}
	t, err := s.begin(ctx, cfg, root)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { t.cancel(context.Cause(ctx)) })
	defer stop()
	t.write = p.Writes() && !p.Explain()
	if p.Batches() && !t.cfg.Read {
		return s.runBatches(t, p, params)
	}
	if !t.write || t.cfg.Read {
		t.write = false
		if err = t.snapshot(false); err == nil {
			var cur *cypher.Cursor
			_, span := s.n.traces.Start(t.ctx, "cypher.execute")
			if cur, err = t.execute(p, params); err == nil {
				t.open = &txResult{t: t, cursor: cur}
				r := &autoResult{t: t, cursor: cur, span: span}
				if t.leaderRead() {
					r.confirmed = make(chan error, 1)
					go func(c chan<- error) { c <- t.copy.group.Confirm(t.ctx) }(r.confirmed) // while rows are made
				}
				return r, nil
			}
			span.End(err)
		}
		t.end()
		return nil, err
	}
	defer t.end()
	for attempt := 0; ; attempt++ {
		r, err := s.attempt(t, p, params, attempt)
		if err == nil {
			return r, nil
		}
		if !retryable(err) || attempt >= attemptsMax {
			return nil, err
		}
		if c := context.Cause(t.ctx); c != nil {
			return nil, c
		}
	}
}

func retryable(err error) bool {
	return errors.Is(err, graphstore.ErrConflict) || errors.Is(err, graphstore.ErrBaseTooOld) || errors.Is(err, graphstore.ErrStaleTerm) || errors.Is(err, graphstore.ErrDeadlock)
}

// attempt runs the statement once. From the second attempt on, contended
// statements of this server go one at a time, so that each makes progress.
func (s *session) attempt(t *tx, p *cypher.Prepared, params *graph.Map, attempt int) (*bufferedResult, error) {
	if attempt > 0 {
		t.copy.serial.Lock()
		defer t.copy.serial.Unlock()
	}
	t.store = nil
	if err := t.snapshot(attempt == 0); err != nil {
		return nil, err
	}
	defer func() {
		t.store.Close()
	}()
	_, span := s.n.traces.Start(t.ctx, "cypher.execute")
	cur, err := t.execute(p, params)
	if err != nil {
		span.End(err)
		return nil, err
	}
	defer cur.Close()
	r, err := t.buffer(cur)
	span.Number("graticule.rows", cur.Sent())
	span.End(err)
	if err != nil {
		return nil, err
	}
	if t.store.Stale() {
		return nil, graphstore.ErrConflict
	}
	if err := t.commitStore(); err != nil {
		return nil, err
	}
	r.summary = summaryOf(cur, t.def.Name, t.bookmark())
	return r, nil
}

// buffer carries a statement out and keeps its rows.
func (t *tx) buffer(cur *cypher.Cursor) (*bufferedResult, error) {
	r := &bufferedResult{database: t.def.ID, columns: cur.Columns()}
	_, err := cur.Fetch(-1, func(row []graph.Value) error {
		if len(r.rows) >= bufferedRows {
			return status.New(status.MemoryPoolOutOfMemory, "51N74", "An auto-commit update returned more than %d rows; use an explicit transaction to stream them.", bufferedRows)
		}
		r.rows = append(r.rows, slices.Clone(row))
		return nil
	})
	return r, err
}

// runBatches runs a statement that commits in batches: once, for what it has
// committed stays.
func (s *session) runBatches(t *tx, p *cypher.Prepared, params *graph.Map) (bolt.Result, error) {
	defer t.end()
	t.write = false
	if err := t.snapshot(false); err != nil {
		return nil, err
	}
	cur, err := t.execute(p, params)
	if err != nil {
		return nil, err
	}
	defer cur.Close()
	r, err := t.buffer(cur)
	if err != nil {
		return nil, err
	}
	r.summary = summaryOf(cur, t.def.Name, t.bookmark())
	return r, nil
}

// autoResult streams an auto-commit read.
type autoResult struct {
	t      *tx
	cursor *cypher.Cursor
	span   telemetry.Span
	sum    bolt.Summary

	confirmed chan error // of a read through the leader: whether it led after the read began
}

// DatabaseID gives the id for element ids.
func (r *autoResult) DatabaseID() string { return r.t.def.ID }

// Columns gives the column names.
func (r *autoResult) Columns() []string { return r.cursor.Columns() }

// Fetch streams rows; the transaction ends with the last one.
func (r *autoResult) Fetch(ctx context.Context, limit int64, emit func([]graph.Value) error) (bool, error) {
	stop := context.AfterFunc(ctx, func() { r.t.cancel(context.Cause(ctx)) })
	defer stop()
	more, err := r.cursor.Fetch(limit, emit)
	if err == nil && !more && r.confirmed != nil {
		err = <-r.confirmed
		r.confirmed = nil
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

// bufferedResult is the outcome of a committed update.
type bufferedResult struct {
	database string // id
	columns  []string
	rows     [][]graph.Value
	summary  bolt.Summary
}

// DatabaseID gives the id for element ids.
func (r *bufferedResult) DatabaseID() string { return r.database }

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
	return len(r.rows) > 0, nil
}

// Summary describes the statement.
func (r *bufferedResult) Summary() bolt.Summary { return r.summary }

// Close drops the rows.
func (r *bufferedResult) Close(context.Context) error { r.rows = nil; return nil }

// --- routing ---

// Route makes the routing table for a driver.
func (s *session) Route(ctx context.Context, req bolt.RouteRequest) (bolt.RoutingTable, error) {
	if _, err := s.n.catchUp(ctx, req.Bookmarks); err != nil {
		return bolt.RoutingTable{}, err
	}
	def, err := s.databaseOf(req.Database)
	if err != nil {
		return bolt.RoutingTable{}, err
	}
	// A database that was just made, or lost its leader, has one in a moment.
	until := time.Now().Add(electionPatience)
	for {
		t, err := s.n.routingTable(ctx, def, req.Context)
		if err != nil || len(t.Write) > 0 || time.Now().After(until) {
			return t, err
		}
		if !sleep(ctx, 20*time.Millisecond) {
			return t, context.Cause(ctx)
		}
	}
}

// electionPatience is how long a routing table waits for a leader to be elected.
const electionPatience = 8 * time.Second

const (
	tableTTL          = 300 * time.Second
	tableTTLUnhealthy = 10 * time.Second
)

func (n *Node) routingTable(ctx context.Context, def *catalog.Database, context map[string]string) (bolt.RoutingTable, error) {
	state, _ := n.catalog.State()
	t := n.members.Topology()
	region, named := context["region"], context["region"] != ""
	if !named {
		region = n.cfg.Region
		for _, srv := range state.Servers {
			if srv.Bolt == context["address"] {
				region = srv.Region
			}
		}
	}
	leader := ""
	if def.ID == systemGroup {
		if g := n.system.Load(); g != nil {
			leader, _ = g.Leader()
		} else {
			leader = n.id // a secondary of the system database passes changes on
		}
	} else if leader = n.leaderOf(ctx, def); leader != "" && !n.leads(ctx, leader, def) {
		leader = ""
	}
	var all []routing.Candidate
	for _, srv := range state.Roster() {
		m, ok := t.Member(srv.ID)
		c := routing.Candidate{ID: srv.ID, Address: srv.Bolt, Region: srv.Region, Alive: srv.ID == n.id || (ok && m.State == 1), Role: def.Role(srv.ID), Leader: srv.ID == leader}
		if def.ID == systemGroup {
			c.Role = "primary"
		}
		c.RTT, _ = t.RTT(n.id, srv.ID)
		all = append(all, c)
	}
	table := routing.MakeTable(all, region, named, context["policy"] == "analytics")
	out := bolt.RoutingTable{TTL: tableTTL, Database: def.Name, Route: table.Route, Read: table.Read, Write: table.Write}
	if !table.Healthy {
		out.TTL = tableTTLUnhealthy
	}
	return out, nil
}

// --- errors ---

// failureOf is the one place where errors of the engines become what clients are told.
func failureOf(err error) *status.Error {
	if e := status.As(err); e != nil {
		return e
	}
	if e := graphstore.Status(err); e != nil {
		return e
	}
	var topology *catalog.TopologyError
	switch {
	case errors.As(err, &topology):
		return status.New("Neo.ClientError.Statement.SemanticError", "51N52", "%v", topology)
	case errors.Is(err, commit.ErrNotLeader), errors.Is(err, consensus.ErrNotLeader), errors.Is(err, errNoLeader), errors.Is(err, errNoAnswer):
		return status.New(status.LeaderSwitch, "51N34", "No leader of the database can be reached now; nothing was written. Run the transaction again.")
	case errors.Is(err, commit.ErrOutcomeUnknown):
		return status.New(status.TransactionCommitFailed, "08007", "It is not known whether the transaction was committed. Check before you run it again.")
	case errors.Is(err, context.Canceled):
		return status.New(status.Terminated, "25N14", "The transaction has been terminated.")
	}
	return status.New(status.UnknownError, "50N42", "%v", err)
}
