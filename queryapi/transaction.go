package queryapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"graticule/bolt"
	"graticule/status"
)

const (
	idleMax = 30 * time.Second // after which an open transaction is rolled back
	openMax = 1000             // open transactions of a server
)

// missing is told for an id of no transaction, or of another user's.
type missing struct{ told *status.Error }

// Error gives what the client is told.
func (m *missing) Error() string { return m.told.Error() }

// Unwrap gives what the client is told.
func (m *missing) Unwrap() error { return m.told }

func noTransaction(id string) error {
	return &missing{status.New(status.RequestInvalid, "08N06", `Transaction with Id: "%s" was not found. It may have timed out and therefore rolled back or the routing header 'neo4j-cluster-affinity' was not provided.`, id)}
}

// transaction is one that lasts over several requests.
type transaction struct {
	id, user, database string
	session            bolt.Session
	tx                 bolt.Transaction
	abandon            context.CancelFunc // of the context it runs in

	busy   sync.Mutex // held while a request uses it
	ended  bool       // guarded by busy
	expiry *time.Timer
}

// transactions are those that are open.
type transactions struct {
	mu     sync.Mutex
	all    map[string]*transaction
	closed bool
}

func (o *transactions) add(t *transaction) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || len(o.all) >= openMax {
		return status.New("Neo.TransientError.Transaction.MaximumTransactionLimitReached", "51N68", "Unable to start new transaction since the maximum number of concurrently executing transactions is reached. You can retry at a later time.")
	}
	var b [8]byte
	_, _ = rand.Read(b[:])
	t.id = hex.EncodeToString(b[:])
	o.all[t.id] = t
	t.expiry = time.AfterFunc(idleMax, func() { o.expire(t) })
	return nil
}

// expire rolls back a transaction that no request uses.
func (o *transactions) expire(t *transaction) {
	if !t.busy.TryLock() {
		return // the request sets the timer anew
	}
	defer t.busy.Unlock()
	o.end(t)
}

// take gives an open transaction to a request, which must call give or end, and
// unlock busy.
func (o *transactions) take(r *http.Request, c *caller) (*transaction, error) {
	id := r.PathValue("id")
	o.mu.Lock()
	t := o.all[id]
	o.mu.Unlock()
	if t == nil || t.user != c.user || t.database != r.PathValue("database") {
		return nil, noTransaction(id)
	}
	if !t.busy.TryLock() {
		return nil, status.New("Neo.ClientError.Transaction.TransactionAccessedConcurrently", "25N10", "Another request is currently accessing this transaction.")
	}
	if t.ended {
		t.busy.Unlock()
		return nil, noTransaction(id)
	}
	t.expiry.Stop()
	return t, nil
}

// give waits for the next request; it tells until when.
func (t *transaction) give() map[string]string {
	t.expiry.Reset(idleMax)
	return map[string]string{"id": t.id, "expires": time.Now().Add(idleMax).UTC().Format(time.RFC3339)}
}

// end rolls back what is not committed, and forgets the transaction. The caller
// holds busy.
func (o *transactions) end(t *transaction) {
	if t.ended {
		return
	}
	t.ended = true
	t.expiry.Stop()
	o.mu.Lock()
	delete(o.all, t.id)
	o.mu.Unlock()
	_ = t.tx.Rollback(context.Background()) // of what was committed it does nothing
	t.abandon()
	t.session.Close()
}

func (o *transactions) close() {
	o.mu.Lock()
	o.closed = true
	var all []*transaction
	for _, t := range o.all {
		all = append(all, t)
	}
	o.mu.Unlock()
	for _, t := range all {
		t.busy.Lock()
		o.end(t)
		t.busy.Unlock()
	}
}

// runAlone runs a statement in a transaction of its own.
func (a *API) runAlone(w http.ResponseWriter, r *http.Request, c *caller) error {
	q, err := parse(w, r)
	if err != nil {
		return err
	}
	if q.statement == "" {
		return errNoStatement
	}
	result, err := c.session.Run(r.Context(), q.cfg, q.statement, q.params)
	if err != nil {
		return err
	}
	out, sum, err := q.stream(r.Context(), w, result, a.backend.Failure)
	if out == nil {
		return err
	}
	if err == nil {
		out.member("bookmarks", marks(sum.Bookmark))
	}
	out.end()
	return nil
}

func marks(bookmark string) []string {
	if bookmark == "" {
		return []string{}
	}
	return []string{bookmark}
}

// begin begins a transaction, with a first statement if there is one.
func (a *API) begin(w http.ResponseWriter, r *http.Request, c *caller) error {
	q, err := parse(w, r)
	if err != nil {
		return err
	}
	ctx, abandon := context.WithCancel(context.WithoutCancel(r.Context())) // it outlives the request
	tx, err := c.session.Begin(ctx, q.cfg)
	if err != nil {
		abandon()
		return err
	}
	t := &transaction{user: c.user, database: r.PathValue("database"), session: c.session, tx: tx, abandon: abandon}
	t.busy.Lock()
	defer t.busy.Unlock()
	if err := a.open.add(t); err != nil {
		_ = tx.Rollback(r.Context())
		abandon()
		return err
	}
	c.keep = true
	return a.step(w, r, q, t)
}

// runInside runs a statement, or none, which makes the transaction last longer.
func (a *API) runInside(w http.ResponseWriter, r *http.Request, c *caller) error {
	t, err := a.open.take(r, c)
	if err != nil {
		return err
	}
	defer t.busy.Unlock()
	q, err := parse(w, r)
	if err != nil {
		a.open.end(t)
		return err
	}
	return a.step(w, r, q, t)
}

// step runs the statement of q and tells of the transaction that goes on.
func (a *API) step(w http.ResponseWriter, r *http.Request, q *request, t *transaction) error {
	out, err := a.within(w, r, q, t)
	if out == nil {
		return err
	}
	if err == nil {
		out.member("transaction", t.give())
	}
	out.end()
	return nil
}

// within runs the statement of q, if it has one, in t. A failure ends t.
func (a *API) within(w http.ResponseWriter, r *http.Request, q *request, t *transaction) (*answer, error) {
	if q.statement == "" {
		return begun(w, plain), nil
	}
	stop := context.AfterFunc(r.Context(), t.abandon) // a client that goes away ends it
	defer stop()
	result, err := t.tx.Run(r.Context(), q.statement, q.params)
	if err != nil {
		a.open.end(t)
		return nil, err
	}
	out, _, err := q.stream(r.Context(), w, result, a.backend.Failure)
	if err != nil {
		a.open.end(t)
	}
	return out, err
}

// commit runs a last statement, if there is one, and commits.
func (a *API) commit(w http.ResponseWriter, r *http.Request, c *caller) error {
	t, err := a.open.take(r, c)
	if err != nil {
		return err
	}
	defer t.busy.Unlock()
	defer a.open.end(t)
	q, err := parse(w, r)
	if err != nil {
		return err
	}
	var out *answer
	if q.statement != "" {
		if out, err = a.within(w, r, q, t); out == nil {
			return err
		} else if err != nil {
			out.end()
			return nil
		}
	}
	bookmark, err := t.tx.Commit(r.Context())
	switch {
	case err != nil && out == nil:
		return err
	case err != nil:
		out.member("errors", []any{errorOf(a.backend.Failure(err))})
	default:
		if out == nil {
			out = begun(w, plain)
		}
		out.member("bookmarks", marks(bookmark))
	}
	out.end()
	return nil
}

// rollback ends a transaction without effect.
func (a *API) rollback(_ http.ResponseWriter, r *http.Request, c *caller) error {
	t, err := a.open.take(r, c)
	if err != nil {
		return err
	}
	defer t.busy.Unlock()
	a.open.end(t)
	return nil
}
