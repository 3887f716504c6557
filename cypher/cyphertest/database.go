package cyphertest

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"graticule/cypher"
	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/graphstore"
	"graticule/internal/spill"
	"graticule/replication"
	"graticule/status"
)

// Now is the clock of every statement.
var Now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// Database is an empty database to begin with. One statement runs at a time; the
// transactions of its batches may run at once.
type Database struct {
	Engine *cypher.Engine
	Store  *graphstore.Store
	// ImportDir, Blocked and MemoryLimit are those of the statements to come.
	ImportDir   string
	Blocked     []netip.Prefix
	MemoryLimit int64
	// Over puts a layer over the graph of the statements to come, if it is set.
	Over  func(exec.Graph) exec.Graph
	Began func()      // when an inner transaction has begun; may be nil
	Disk  *spill.Disk // for rows that do not fit into it; nil: none
	// Workers may help statements; nil: there are none.
	Workers *exec.Workers
	ids     *graphstore.LeasedIDs

	mu     sync.Mutex // guards the fields below, and the order of what is applied
	index  uint64
	window *graphstore.Window
}

// Result is all a statement gave.
type Result struct {
	Columns  []string
	Rows     [][]graph.Value
	Counters *exec.Counters
	Plan     *cypher.PlanNode // of EXPLAIN and PROFILE

	Notifications []status.Notification
}

// New opens a database whose engine has procedures beside the built-in ones.
func New(procedures exec.Procedures) (*Database, error) {
	store, err := graphstore.OpenMemory()
	if err != nil {
		return nil, err
	}
	d := &Database{Store: store, Engine: cypher.New(procedures), window: graphstore.NewWindow(0)}
	d.ids = graphstore.NewLeasedIDs(func(_ context.Context, nodes, rels uint32) (graphstore.Lease, error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		r, err := d.apply(replication.KindLease, graphstore.EncodeLease(nodes, rels))
		if err != nil {
			return graphstore.Lease{}, err
		}
		return r.Value.(graphstore.Lease), nil
	})
	return d, nil
}

// Close gives the memory back.
func (d *Database) Close() error { return d.Store.Close() }

// apply applies the next entry; the caller holds mu.
func (d *Database) apply(kind replication.EntryKind, payload []byte) (replication.Result, error) {
	d.index++
	env := replication.Envelope{Kind: kind, Term: 1, Payload: payload}
	rs, err := d.Store.Apply([]replication.Entry{{Term: 1, Index: d.index, Data: env.Append(nil)}})
	if err != nil {
		return replication.Result{}, err
	}
	return rs[0], rs[0].Err
}

// Run executes one statement in a transaction of its own and commits it. On an
// error of a later row the Result holds the rows before it.
func (d *Database) Run(ctx context.Context, query string, params *graph.Map) (*Result, error) {
	r, err := d.run(ctx, query, params)
	if e := graphstore.Status(err); e != nil {
		err = e
	}
	return r, err
}

func (d *Database) run(ctx context.Context, query string, params *graph.Map) (*Result, error) {
	p, err := d.Engine.Prepare(query, 5)
	if err != nil {
		return nil, err
	}
	tx, err := d.Store.Begin(ctx, graphstore.TxConfig{Write: p.Writes() && !p.Batches(), IDs: d.ids})
	if err != nil {
		return nil, err
	}
	env := cypher.Env{Environment: exec.Environment{Graph: tx, Params: params, Statement: Now, Transaction: Now, DatabaseID: "db", Database: "neo4j", Imports: exec.Imports{Dir: d.ImportDir, Blocked: d.Blocked}, Account: &exec.Account{Limit: d.MemoryLimit}, Disk: d.Disk, Workers: d.Workers}}
	h := &host{d: d, ctx: ctx, tx: tx}
	defer func() { h.tx.Close() }()
	env.Graph, env.Host = h.over(tx), h
	cur, err := p.Execute(ctx, env)
	if err != nil {
		return nil, err
	}
	defer cur.Close()
	r := &Result{Columns: cur.Columns(), Notifications: cur.Notifications()}
	_, err = cur.Fetch(-1, func(row []graph.Value) error {
		r.Rows = append(r.Rows, append([]graph.Value(nil), row...))
		return nil
	})
	if err != nil {
		return r, err
	}
	r.Counters, r.Plan = cur.Counters(), cur.Plan()
	if r.Plan == nil {
		r.Plan = cur.Profile()
	}
	return r, d.commit(h.tx)
}

// host is the transaction of a statement.
type host struct {
	d   *Database
	ctx context.Context
	tx  *graphstore.Tx
}

func (h *host) over(tx *graphstore.Tx) exec.Graph {
	if h.d.Over != nil {
		return h.d.Over(tx)
	}
	return tx
}

// MayCall allows all procedures.
func (h *host) MayCall(*exec.Procedure) error { return nil }

// Begin starts a transaction of CALL … IN TRANSACTIONS.
func (h *host) Begin(ctx context.Context) (exec.InnerTransaction, error) {
	tx, err := h.d.Store.Begin(ctx, graphstore.TxConfig{Write: true, IDs: h.d.ids})
	if err == nil && h.d.Began != nil {
		h.d.Began()
	}
	return &inner{h.d, tx}, err
}

// Renew begins the statement's own transaction anew.
func (h *host) Renew() (exec.Graph, error) {
	h.tx.Close()
	tx, err := h.d.Store.Begin(h.ctx, graphstore.TxConfig{Write: true, IDs: h.d.ids})
	if err != nil {
		return nil, err
	}
	h.tx = tx
	return h.over(tx), nil
}

// Share gives the graph for another goroutine.
func (h *host) Share() exec.Graph {
	if shared := h.tx.Shared(); shared != nil {
		return h.over(shared)
	}
	return nil
}

func (d *Database) commit(tx *graphstore.Tx) error {
	c, err := tx.Prepare()
	if err != nil || c == nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.window.Check(c); err != nil {
		return err
	}
	c.ID.Sequence = d.index + 1
	slot := d.window.Add(c)
	_, err = d.apply(replication.KindChangeset, c.Payload())
	slot.Applied(d.index)
	return err
}

// inner is a transaction of CALL … IN TRANSACTIONS.
type inner struct {
	d  *Database
	tx *graphstore.Tx
}

func (i *inner) Graph() exec.Graph { return i.tx }

func (i *inner) ID() string { return "db-transaction-1" }

func (i *inner) Commit(context.Context) error {
	defer i.tx.Close()
	return i.Failure(i.d.commit(i.tx))
}

func (i *inner) Failure(err error) error {
	if e := graphstore.Status(err); e != nil {
		return e
	}
	return err
}

func (i *inner) Rollback() { i.tx.Close() }
