package node

import (
	"context"

	"graticule/cypher/exec"
	"graticule/graphstore"
	"graticule/replication"
)

// innerTx is one transaction of CALL { … } IN TRANSACTIONS, inside an
// auto-commit statement that itself only reads until they are over.
type innerTx struct {
	t     *tx
	store *graphstore.Tx
	id    string
}

// host is a transaction as the statements that run in it see it.
type host tx

// MayCall refuses a procedure that the user may not execute.
func (t *host) MayCall(p *exec.Procedure) error { return t.grants.mayCall(p) }

// Share gives the graph of the transaction for another goroutine that reads; nil
// when the transaction may write.
func (t *host) Share() exec.Graph {
	if t.store == nil {
		return nil
	}
	shared := t.store.Shared()
	if shared == nil {
		return nil
	}
	return t.grants.on(t.def).Over(shared)
}

// Begin starts a transaction that sees all that is committed here.
func (t *host) Begin(ctx context.Context) (exec.InnerTransaction, error) {
	store, err := t.copy.store.Begin(ctx, graphstore.TxConfig{Write: true, IDs: t.copy.ids, LockTimeout: t.n.cfg.LockTimeout})
	if err != nil {
		return nil, err
	}
	return &innerTx{t: (*tx)(t), store: store, id: t.n.txs.name(t.def.Name)}, nil
}

// Renew begins the statement's own transaction anew, for the clauses after its
// batches: they see what those committed, and may write.
func (t *host) Renew() (exec.Graph, error) {
	t.store.Close()
	t.store = nil
	if err := (*tx)(t).snapshot(false); err != nil {
		return nil, err
	}
	return t.grants.on(t.def).Over(t.store), nil
}

// Graph gives the store's side of it.
func (i *innerTx) Graph() exec.Graph { return i.t.grants.on(i.t.def).Over(i.store) }

// ID gives the id a status report shows.
func (i *innerTx) ID() string { return i.id }

// Commit sends the writes to the leader.
func (i *innerTx) Commit(ctx context.Context) error {
	defer i.store.Close()
	c, err := i.store.Prepare()
	if err != nil {
		return failureOf(err)
	}
	if c == nil {
		return nil
	}
	applied, err := i.t.copy.commitTx(context.WithoutCancel(ctx), c)
	if err != nil {
		return failureOf(err)
	}
	i.t.reached(applied.Position)
	return nil
}

// Failure gives an error of the store as a client sees it.
func (i *innerTx) Failure(err error) error { return failureOf(err) }

// Rollback gives the writes up.
func (i *innerTx) Rollback() { i.store.Close() }

// reached notes how far the statement's bookmark must go; batches may commit at once.
func (t *tx) reached(p replication.Position) {
	t.innerMu.Lock()
	defer t.innerMu.Unlock()
	if p.Index > t.position.Index {
		t.position = p
	}
}
