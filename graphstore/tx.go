package graphstore

import (
	"context"
	"time"

	"graticule/graph"
	"graticule/replication"
)

// IDSource gives ids that nobody else uses. It may wait for a lease.
type IDSource interface {
	NodeID(ctx context.Context) (graph.NodeID, error)
	RelID(ctx context.Context) (graph.RelID, error)
}

// TxConfig says what kind of transaction Begin makes. The zero value only reads.
type TxConfig struct {
	Write       bool
	IDs         IDSource      // needed to create entities
	LockTimeout time.Duration // longest wait for another writer; 0 means as long as the context lives
	NoWait      bool          // give ErrConflict instead of waiting
}

// Tx is one transaction. It belongs to one goroutine at a time.
type Tx struct {
	store   *Store
	ctx     context.Context
	cfg     TxConfig
	base    *state // what Begin saw
	state   *state // base, or a fork with this transaction's writes
	rec     recorder
	fp      footprint
	locks   []uint64
	waiting uint64 // lock key it waits for; guarded by the lock table
	waited  bool

	writeCount    uint64
	dataWritten   bool // a transaction changes data or the schema, never both
	schemaWritten bool
	createdNodes  idSet[graph.NodeID]
	deletedNodes  idSet[graph.NodeID]
	deletedRels   idSet[graph.RelID]
	createdRels   idSet[graph.RelID]
	changedNodes  idSet[graph.NodeID] // for constraints
	changedRels   idSet[graph.RelID]
}

// idSet is a set of ids, which costs nothing while it is empty.
type idSet[T comparable] map[T]struct{}

func (s *idSet[T]) add(id T) {
	if *s == nil {
		*s = idSet[T]{}
	}
	(*s)[id] = struct{}{}
}

// Begin starts a transaction on the newest applied state. ctx ends its lock waits.
func (s *Store) Begin(ctx context.Context, cfg TxConfig) (*Tx, error) {
	st := s.state.Load()
	tx := &Tx{store: s, ctx: ctx, cfg: cfg, base: st, state: st}
	if cfg.Write {
		tx.state = st.fork()
		tx.rec = newRecorder(st)
		tx.fp = footprint{reads: hashes{list: []uint64{fpSchema}}}
	}
	return tx, nil
}

// Shared gives a transaction on the same snapshot for another goroutine, nil when
// this one may write. It ends with this one.
func (tx *Tx) Shared() *Tx {
	if tx.cfg.Write {
		return nil
	}
	return &Tx{store: tx.store, ctx: tx.ctx, cfg: tx.cfg, base: tx.base, state: tx.state}
}

// Position is the base of the transaction.
func (tx *Tx) Position() replication.Position { return tx.base.position }

// Stale tells whether the transaction waited for another writer, so that its
// base is older than what that writer committed and its commit will conflict.
func (tx *Tx) Stale() bool {
	return tx.waited && tx.store.Applied().Index > tx.base.position.Index
}

// Close ends the transaction and lets waiting writers go on. It may be called more than once.
func (tx *Tx) Close() { tx.store.locks.releaseAll(tx) }

// Prepare checks what can be checked here and gives what the leader needs; nil
// when nothing was written. The ID and the Token are the caller's to set.
func (tx *Tx) Prepare() (*Commit, error) {
	if !tx.cfg.Write || tx.writeCount == 0 {
		return nil, nil
	}
	for id := range tx.deletedNodes {
		// The record is gone from the fork, but edges may point at the node from the base.
		if n := tx.base.nodes.get(uint64(id)); n != nil {
			tx.fp.read(mix(fpEdges, uint64(id), anyOf, 0))
			tx.fp.read(mix(fpEdges, uint64(id), anyOf, 1))
			for dir := range n.ends {
				for i := range n.ends[dir] {
					for _, chunk := range n.ends[dir][i].chunks {
						for _, e := range chunk {
							if _, gone := tx.deletedRels[e.rel]; !gone {
								return nil, &StillConnectedError{Node: id}
							}
						}
					}
				}
			}
		}
	}
	for id := range tx.createdRels {
		if r := tx.state.rels.get(uint64(id)); r != nil {
			for _, end := range []graph.NodeID{r.start, r.end} {
				if tx.state.nodes.get(uint64(end)) == nil {
					return nil, &StillConnectedError{Node: end, Created: tx.base.nodes.get(uint64(end)) == nil}
				}
			}
		}
	}
	if err := tx.checkConstraints(); err != nil {
		return nil, err
	}
	if len(tx.rec.b) > replication.EntryMax {
		return nil, ErrTooLarge
	}
	tx.fp.write(fpGraph)
	return &Commit{Base: tx.base.position, Reads: tx.fp.reads.sorted(), Writes: tx.fp.writes.sorted(), Changeset: tx.rec.b}, nil
}

// checkConstraints checks existence, type and key constraints of what changed.
// Uniqueness was checked at each write; it is checked again here since a later
// write of the same transaction may have freed or taken a value.
func (tx *Tx) checkConstraints() error {
	for _, d := range tx.state.schema.constraints {
		if d.EnforcedLabel != "" && d.Relationship {
			if err := tx.checkEnds(d); err != nil {
				return err
			}
			continue
		}
		if d.Relationship {
			t, ok := tx.state.tokens[typeToken].id(d.Label)
			if !ok {
				continue
			}
			for id := range tx.changedRels {
				if r := tx.state.rels.get(uint64(id)); r != nil && uint32(r.typ) == t {
					if err := tx.state.checkEntity(d, uint64(id)); err != nil {
						return err
					}
				}
			}
			continue
		}
		l, ok := tx.state.tokens[labelToken].id(d.Label)
		if !ok {
			continue
		}
		for id := range tx.changedNodes {
			if n := tx.state.nodes.get(uint64(id)); n != nil && n.hasLabel(graph.LabelID(l)) {
				if err := tx.state.checkEntity(d, uint64(id)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// reading tells whether reads must be noted.
func (tx *Tx) reading() bool { return tx.cfg.Write && !tx.fp.whole }

// lock makes this transaction the writer of key on this server.
func (tx *Tx) lock(key uint64) error {
	return tx.store.locks.acquire(tx.ctx, tx, key, tx.cfg.LockTimeout)
}
