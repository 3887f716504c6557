package node

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"graticule/bolt"
	"graticule/catalog"
	"graticule/cypher"
	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/graphstore"
	"graticule/internal/room"
	"graticule/replication"
	"graticule/routing"
	"graticule/status"
	"graticule/telemetry"
)

// boltBackend is what the Bolt door sees of the node.
type boltBackend struct{ n *Node }

// Connect begins a session.
func (b *boltBackend) Connect(_ context.Context, info bolt.ConnInfo) (bolt.Session, error) {
	s := &session{n: b.n, info: info}
	b.n.sessions.Store(s, struct{}{})
	return s, nil
}

// Failure maps any error to what the client is told.
func (b *boltBackend) Failure(err error) *status.Error { return failureOf(err) }

// session is one client's logged-in session.
type session struct {
	n    *Node
	info bolt.ConnInfo
	user *catalog.User          // nil before login
	name atomic.Pointer[string] // of the user, for others to read
}

func unauthorized() error {
	return status.New(status.Unauthorized, "42NFF", "The client is unauthorized due to authentication failure.")
}

func tooManyFailures() error {
	return status.New(status.AuthenticationRateLimit, "42NFF", "The client has provided incorrect authentication details too many times in a row.")
}

// Logon checks the credentials.
func (s *session) Logon(_ context.Context, a bolt.Auth) error {
	if s.n.cfg.NoAuth {
		s.user = &catalog.User{Name: "neo4j"}
		s.name.Store(&s.user.Name)
		return nil
	}
	if a.Scheme != "basic" {
		switch a.Scheme {
		case "":
			return status.New(status.Unauthorized, "42NFF", "Unsupported authentication token, missing key `scheme`")
		case "none":
			return status.New(status.Unauthorized, "42NFF", "Unsupported authentication token, scheme 'none' is only allowed when auth is disabled.")
		}
		return status.New(status.Unauthorized, "42NFF", "Unsupported authentication token, scheme '%s' is not supported.", a.Scheme)
	}
	host, _, err := net.SplitHostPort(s.info.Client)
	if err != nil {
		host = s.info.Client
	}
	key := a.Principal + "\x00" + host
	if s.n.locks.locked(key) {
		return tooManyFailures()
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
	if s.n.locks.locked(key) { // one of many guesses made at once
		return tooManyFailures()
	}
	s.n.locks.reset(key)
	s.user = u
	s.name.Store(&u.Name)
	return nil
}

// Logoff ends the login.
func (s *session) Logoff(context.Context) error { s.user = nil; s.name.Store(nil); return nil }

// Telemetry is not kept.
func (s *session) Telemetry(int64) {}

// Close ends the session.
func (s *session) Close() { s.n.sessions.Delete(s) }

// databaseOf finds a database by the name, or alias, that a client gave; without
// one it is the user's home database.
func (n *Node) databaseOf(name string, g *grants) (*catalog.Database, error) {
	d, err := n.named(name, g)
	if err == nil && d.Offline {
		return nil, status.New(status.DatabaseUnavailable, "08N09", "Database '%s' is unavailable: it is offline. Start it with START DATABASE.", d.Name)
	}
	return d, err
}

// visibleDatabase is databaseOf for those who ask where a database is: one that the
// user may not enter does not exist for them.
func (n *Node) visibleDatabase(name string, g *grants) (*catalog.Database, error) {
	d, err := n.named(name, g)
	if err != nil {
		return nil, err
	}
	if g.enter(d) != nil {
		return nil, unknownDatabase(cmp.Or(name, d.Name))
	}
	return n.databaseOf(name, g)
}

// named is databaseOf for databases that are offline, too.
func (n *Node) named(name string, g *grants) (*catalog.Database, error) {
	state, _ := n.catalog.State()
	if name == "" {
		name = state.Default
		if g.user != nil && g.user.Home != "" {
			name = g.user.Home
		}
	}
	if strings.EqualFold(name, "system") {
		return &catalog.Database{ID: systemGroup, Name: "system"}, nil
	}
	if d := state.Find(name); d != nil {
		return d, nil
	}
	return nil, unknownDatabase(name)
}

func unknownDatabase(name string) error {
	return status.New(status.DatabaseNotFound, "22N51", "Database does not exist. Database name: '%s'.", name)
}

// tx is one transaction of a session on one database.
type tx struct {
	s        *session
	n        *Node
	cfg      bolt.TxConfig
	grants   *grants // what its user may do
	def      *catalog.Database
	copy     *database // nil on system
	store    *graphstore.Tx
	write    bool
	began    time.Time
	number   uint64 // its place in the list of open ones, and its name
	ctx      context.Context
	cancel   context.CancelCauseFunc
	timer    *time.Timer // of its timeout; nil without one
	open     *cypher.Cursor
	failed   bool
	ended    bool
	position replication.Position // of its commit
	innerMu  sync.Mutex           // guards position while inner transactions commit
	system   replication.Position // of an administration command it ran
	current  atomic.Pointer[statement]
	others   routing.Bookmarks // given for other databases, to be handed on
	span     telemetry.Span    // the root of its trace; ctx carries it
	memory   exec.Account      // what it keeps
}

// begin starts a transaction: bookmarks first, then the snapshot. It ends with ctx.
// A trace that ctx carries goes on in the transaction, which ends its root span.
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
	acting, err := s.actAs(cfg.ImpersonatedUser)
	if err != nil {
		return nil, err
	}
	def, err := s.n.databaseOf(cfg.Database, acting)
	if err != nil {
		return nil, err
	}
	if err := acting.enter(def); err != nil {
		return nil, err
	}
	root.Text("db.namespace", def.Name)
	t = &tx{s: s, n: s.n, cfg: cfg, def: def, write: !cfg.Read, began: time.Now(), span: root, grants: acting}
	if def.ID != systemGroup {
		if t.copy = s.n.open(def.ID); t.copy == nil {
			return nil, status.New(status.DatabaseUnavailable, "08N09", "Database '%s' has no copy on this server. Use a neo4j:// address, so that the driver finds one.", def.Name)
		}
	}
	if err := t.awaitBookmarks(ctx, marks); err != nil {
		return nil, err
	}
	timeout, cause := s.n.cfg.TransactionTimeout, timedOut
	if cfg.HasTimeout {
		timeout, cause = cfg.Timeout, timedOutClient
	}
	t.ctx, t.cancel = context.WithCancelCause(ctx)
	if timeout > 0 {
		t.timer = time.AfterFunc(timeout, func() { t.cancel(cause) })
	}
	t.memory = exec.Account{Pool: &s.n.memory, Limit: s.n.cfg.Memory.Transaction}
	t.number = s.n.txs.add(t)
	return t, nil
}

// The causes of a transaction's end by its timeout: the server's, or the client's.
var timedOut, timedOutClient = timeouts()

func timeouts() (server, client *status.Error) {
	server = status.New(status.TransactionTimedOut, "25N14", "The transaction has been terminated. Retry your operation in a new transaction, and you should see a successful result. The transaction has not completed within the timeout specified at its start.")
	c := *server
	c.Code = status.TransactionTimedOutClient
	return server, &c
}

// othersMax is how many positions in other databases a transaction hands on
// without looking whether the databases are still there.
const othersMax = 64

// catchUp reads bookmarks and waits until the system database has reached the
// position they give for it: only then is it known which databases there are.
func (n *Node) catchUp(ctx context.Context, bookmarks []string) (routing.Bookmarks, error) {
	if len(bookmarks) == 0 {
		return nil, nil
	}
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
	switch err := n.follow(ctx, w, p.Index); {
	case errors.Is(err, room.ErrFull): // drivers look for another server
		return status.New(status.DatabaseUnavailable, "08N09", "Database '%s' cannot reach version %d on this server, whose disk is full. Ask another server, or make room.", database, p.Index)
	case err != nil:
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
func (t *tx) snapshot(noWait bool) error { return t.snapshotIn(t.ctx, noWait) }

// snapshotIn is snapshot whose waits for locks end with ctx.
func (t *tx) snapshotIn(ctx context.Context, noWait bool) error {
	if t.copy == nil || t.store != nil {
		return nil
	}
	var err error
	t.store, err = t.copy.store.Begin(ctx, graphstore.TxConfig{Write: t.write, IDs: t.copy.ids, LockTimeout: t.n.cfg.LockTimeout, NoWait: noWait})
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
	if t.s.user != nil && t.s.user.ChangeRequired && !changesPassword(p) { // as at login, or changed since
		return nil, status.New(status.CredentialsExpired, "42NFD", "The credentials you provided were valid, but must be changed before you can use this instance. If this is the first time you are using Neo4j, this is to ensure you are not using the default credentials in production. If you are not using default credentials, you are getting this message because an administrator requires a password change. Changing your password is easy to do via the Neo4j Browser.")
	}
	if t.copy == nil && p.Command() == nil && p.Writes() {
		return nil, status.New(status.UnsupportedOperation, "22N00", "Not a recognised system command or procedure. This Cypher command can only be executed in a user database.")
	}
	if p.Kind() == cypher.Admin && t.cfg.Read {
		return nil, status.New(status.AccessMode, "42N02", "Writing in read access mode not allowed. Attempted administration command")
	}
	if t.def.ReadOnly && p.Writes() && !p.Explain() {
		return nil, status.New("Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", "42N18", "Database '%s' is read only: it was altered to SET ACCESS READ ONLY.", t.def.Name)
	}
	if err := t.mayRun(p); err != nil {
		return nil, err
	}
	t.current.Store(&statement{id: t.n.queries.Add(1), text: p.Source(), params: params, began: time.Now()})
	env := cypher.Env{
		Environment: exec.Environment{Params: params, Statement: time.Now().UTC(), Transaction: t.began.UTC(), DatabaseID: t.def.ID, Database: t.def.Name, Server: t, Host: (*host)(t), Imports: exec.Imports{Refused: t.grants.mayLoad(), Dir: t.n.cfg.ImportDir, Blocked: t.n.cfg.BlockedNets}, Account: &t.memory, Disk: &t.n.disk, Workers: &t.n.workers},
		Commands:    &commander{t}, ReadOnly: t.cfg.Read, Named: t.named,
	}
	if t.store != nil {
		env.Graph = t.grants.on(t.def).Over(t.store)
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
		t.open.Close()
	}
	if t.store != nil {
		t.store.Close()
	}
	if t.timer != nil {
		t.timer.Stop()
	}
	t.memory.Close()
	t.span.End(context.Cause(t.ctx))
	t.cancel(nil)
	t.n.txs.remove(t.number)
}

// bookmark gives the bookmark of what the transaction has seen or written, and
// of what it was told of other databases.
func (t *tx) bookmark() string {
	if t.system.Index != 0 {
		return t.others.With(systemGroup, replication.Position{Term: t.system.Term, Index: t.system.Index}).String()
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
	if t.copy != nil && len(t.others) == 0 {
		return t.copy.bookmark(p)
	}
	return t.others.With(t.def.ID, p).String()
}

// tokenKey names the client's token in the metadata of a transaction.
const tokenKey = "idempotencyKey"

// token is the client's name for this commit, "" when it gave none: a second
// commit of the same name has no effect.
func (t *tx) token() string {
	if t.cfg.Metadata != nil {
		if v, ok := t.cfg.Metadata.Get(tokenKey); ok && v.Kind() == graph.KindString {
			return v.AsString()
		}
	}
	return ""
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
	c.Token = t.token()
	ctx := context.Background()
	if t.span.Sampled() {
		ctx = context.WithoutCancel(t.ctx)
	}
	ctx, span := t.n.traces.Start(ctx, "tx.commit")
	applied, err := t.copy.commitTx(ctx, c)
	span.End(err)
	t.position = applied.Position
	return err
}
