package graphstore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"graticule/graph"
	"graticule/internal/room"
	"graticule/internal/waiter"
	"graticule/replication"
)

// Key prefixes (docs/format/store.md).
const (
	prefixFormat = 'f' // the version of all this
	prefixMeta   = 'm' // position, time, next ids
	prefixToken  = 'k' // kind, id -> name
	prefixNode   = 'n' // id -> record
	prefixRel    = 'r' // id -> record
	prefixSchema = 's' // the whole schema
	prefixOrigin = 'o' // origin, sequence -> index
	prefixClient = 't' // client token -> index
)

// Config says where a copy lives. FS nil means the disk.
type Config struct {
	Dir         string
	FS          vfs.FS
	Room        *room.Watch // of the volume of Dir; nil: there is always room
	Incarnation uint64
	Cache       *pebble.Cache // shared between databases; nil means a small own one
	Buffer      int64         // bytes of changes that are kept in memory until they are written out in order: the more, the less often the files below are rewritten; 0 means little
	Logger      *slog.Logger
	OnFatal     func(error) // must not return; nil logs and exits the process
}

// bufferMin is the least Config.Buffer, in bytes.
const bufferMin = 4 << 20

// Store is one copy of one database.
type Store struct {
	cfg     Config
	applyMu sync.Mutex // Apply, Checkpoint, Restore
	db      *pebble.DB
	state   atomic.Pointer[state]
	applied waiter.Waiter
	locks   lockTable
	seen    dedupe

	// Work in the background, of populate.go. working ends with the open store;
	// busy holds the indexes with work going on, guarded by applyMu.
	working context.Context
	stop    context.CancelFunc
	workers sync.WaitGroup
	busy    map[graph.IndexID]bool
}

// Open opens the copy in cfg.Dir, making an empty one if there is none, and
// loads it into memory.
func Open(cfg Config) (*Store, error) {
	if cfg.FS == nil {
		cfg.FS = vfs.Default
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.OnFatal == nil {
		cfg.OnFatal = func(err error) {
			cfg.Logger.Error("store cannot go on", "error", err)
			os.Exit(3)
		}
	}
	s := &Store{cfg: cfg, locks: lockTable{locks: map[uint64]*lock{}}}
	if err := s.finishRestore(); err != nil {
		return nil, err
	}
	return s, s.open()
}

func (s *Store) open() error {
	db, err := pebble.Open(s.cfg.Dir, s.options())
	if err != nil {
		return fmt.Errorf("open store: %w", err)
	}
	s.db = db
	err = s.checkFormat()
	var st *state
	if err == nil {
		st, err = s.load()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("load store: %w", err), db.Close())
	}
	s.working, s.stop = context.WithCancel(context.Background())
	s.busy = map[graph.IndexID]bool{}
	s.state.Store(st)
	s.startWork(st)
	s.applied.Advance(st.position.Index)
	return nil
}

// quiesce ends the background work, which may wait for applyMu.
func (s *Store) quiesce() {
	s.applyMu.Lock()
	s.stop()
	s.applyMu.Unlock()
	s.workers.Wait()
}

func (s *Store) options() *pebble.Options {
	o := &pebble.Options{
		FS: s.cfg.Room.FS(s.cfg.FS), FormatMajorVersion: pebble.FormatValueSeparation, MemTableSize: uint64(max(s.cfg.Buffer, bufferMin)), MemTableStopWritesThreshold: 4,
		L0CompactionThreshold: 2, L0StopWritesThreshold: 1000, MaxOpenFiles: 500,
		Logger: pebbleLog{s.cfg},
	}
	if s.cfg.Cache != nil {
		o.Cache = s.cfg.Cache
	} else {
		o.CacheSize = 2 << 20
	}
	return o
}

// pebbleLog passes pebble's messages on; a fatal one ends the process.
type pebbleLog struct{ cfg Config }

func (l pebbleLog) Infof(string, ...any) {}
func (l pebbleLog) Errorf(format string, args ...any) {
	l.cfg.Logger.Error("store engine", "message", fmt.Sprintf(format, args...))
}
func (l pebbleLog) Fatalf(format string, args ...any) { l.cfg.OnFatal(fmt.Errorf(format, args...)) }

// Close closes the copy. Transactions still open keep their state.
func (s *Store) Close() error {
	s.quiesce()
	s.applyMu.Lock()
	defer s.applyMu.Unlock()
	if err := s.db.Flush(); err != nil {
		return errors.Join(fmt.Errorf("flush store: %w", err), s.db.Close())
	}
	return s.db.Close()
}

// Applied gives the position of the last applied entry.
func (s *Store) Applied() replication.Position { return s.state.Load().position }

// Changed gives an index above which no entry applied here has changed the graph.
// It may lie below Applied, for leases, time marks and what raft logs for itself
// change nothing that a transaction reads.
func (s *Store) Changed() uint64 { return s.state.Load().changed }

// AppliedTime gives the leader's time of the last applied entry, in Unix nanoseconds.
func (s *Store) AppliedTime() int64 { return s.state.Load().time }

// WaitApplied blocks until index is applied.
func (s *Store) WaitApplied(ctx context.Context, index uint64) error {
	return s.applied.Wait(ctx, index)
}

// storeVersion is the version of keys and records (docs/format/store.md). A
// store is of version 1 until it holds a graph type.
const storeVersion = 2

// checkFormat refuses a store of a newer version, and marks a new one.
func (s *Store) checkFormat() error {
	key := []byte{prefixFormat}
	v, closer, err := s.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return s.db.Set(key, []byte{1}, pebble.Sync)
	}
	if err != nil {
		return err
	}
	defer closer.Close()
	switch {
	case len(v) != 1 || v[0] == 0:
		return ErrDamaged
	case v[0] > storeVersion:
		return fmt.Errorf("store of version %d: %w", v[0], replication.ErrNewer)
	}
	return nil
}

// load reads everything into a state.
func (s *Store) load() (*state, error) {
	st := newState()
	st.position.Incarnation = s.cfg.Incarnation
	s.seen = newDedupe()
	it, err := s.db.NewIter(nil)
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var defs *schema
	for it.First(); it.Valid(); it.Next() {
		key := it.Key()
		value, err := it.ValueAndErr()
		if err != nil {
			return nil, err
		}
		if err := st.loadKey(key, value, &s.seen, &defs); err != nil {
			return nil, fmt.Errorf("key %x: %w", key, err)
		}
	}
	if err := it.Error(); err != nil {
		return nil, err
	}
	st.finishLoad(defs)
	st.changed = st.position.Index
	return st, nil
}

func (st *state) loadKey(key, value []byte, seen *dedupe, defs **schema) error {
	r := reader{b: value}
	switch key[0] {
	case prefixFormat: // checkFormat has read it
		return nil
	case prefixMeta:
		st.loadMeta(&r)
	case prefixToken:
		id, _ := st.tokens[tokenKind(key[1])].ensure(string(value))
		if id != binary.BigEndian.Uint32(key[2:]) {
			return ErrDamaged
		}
	case prefixNode:
		n, err := decodeNode(value)
		if err != nil {
			return err
		}
		n.gen = st.gen
		st.nodes.set(binary.BigEndian.Uint64(key[1:]), n)
	case prefixRel:
		rel, err := decodeRel(value)
		if err != nil {
			return err
		}
		rel.gen = st.gen
		st.rels.set(binary.BigEndian.Uint64(key[1:]), rel)
	case prefixSchema:
		*defs = r.schema()
	case prefixOrigin:
		var id CommitID
		copy(id.Origin[:], key[1:17])
		id.Sequence = binary.BigEndian.Uint64(key[17:])
		seen.add(id, r.uvarint())
	case prefixClient:
		seen.addToken(string(key[1:]), r.uvarint())
	default:
		return ErrDamaged
	}
	return r.err
}

// finishLoad builds what is derived from the records: label and type sets,
// adjacency and indexes.
func (st *state) finishLoad(defs *schema) {
	for i, n, ok := st.nodes.next(0); ok; i, n, ok = st.nodes.next(i + 1) {
		for _, l := range n.labels {
			st.set(&st.labels, uint32(l)).put(i, true)
		}
	}
	for i, r, ok := st.rels.next(0); ok; i, r, ok = st.rels.next(i + 1) {
		st.set(&st.types, uint32(r.typ)).put(i, true)
		st.nodes.get(uint64(r.start)).load(0, r.typ, edge{graph.RelID(i), r.end})
		st.nodes.get(uint64(r.end)).load(1, r.typ, edge{graph.RelID(i), r.start})
	}
	if defs == nil {
		st.addIndex(graph.Index{Name: lookupNames[false], Type: graph.IndexLookup, Online: true, Populated: 100})
		st.addIndex(graph.Index{Name: lookupNames[true], Type: graph.IndexLookup, Relationship: true, Online: true, Populated: 100})
	} else {
		st.schema = defs
		for _, d := range defs.indexes {
			st.openIndex(d, atOpen)
		}
	}
	st.ownSet, st.ownIndex = nil, false
	for k := range st.tokens {
		st.tokens[k].owned = false
	}
}

// load adds an edge to a record that nobody else sees yet.
func (n *nodeRecord) load(dir int, t graph.TypeID, e edge) {
	te := n.edges(dir, t)
	if te == nil {
		n.ends[dir] = append(n.ends[dir], typeEdges{typ: t})
		te = &n.ends[dir][len(n.ends[dir])-1]
	}
	te.n++
	if last := len(te.chunks) - 1; last >= 0 && len(te.chunks[last]) < edgeChunk {
		te.chunks[last] = append(te.chunks[last], e)
		return
	}
	te.chunks = append(te.chunks, []edge{e})
}

// Checkpoint writes a consistent copy of the store into dir, which must not exist.
func (s *Store) Checkpoint(dir string) (replication.Position, error) {
	s.applyMu.Lock()
	defer s.applyMu.Unlock()
	if err := s.db.Checkpoint(dir, pebble.WithFlushedWAL()); err != nil {
		return replication.Position{}, fmt.Errorf("checkpoint store: %w", err)
	}
	return s.Applied(), nil
}

// Restore replaces the content by the checkpoint in dir, which is moved away.
// The move is one rename of a complete folder; finishRestore completes it after a crash.
func (s *Store) Restore(dir string) error {
	s.quiesce()
	s.applyMu.Lock()
	defer s.applyMu.Unlock()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	if err := s.cfg.FS.Rename(dir, s.incoming()); err != nil {
		return fmt.Errorf("move checkpoint: %w", err)
	}
	if err := s.finishRestore(); err != nil {
		return err
	}
	return s.open()
}

func (s *Store) incoming() string { return filepath.Clean(s.cfg.Dir) + ".incoming" }

func (s *Store) finishRestore() error {
	if _, err := s.cfg.FS.Stat(s.incoming()); err != nil {
		return nil // nothing to finish
	}
	if err := s.cfg.FS.RemoveAll(s.cfg.Dir); err != nil {
		return fmt.Errorf("remove old store: %w", err)
	}
	if err := s.cfg.FS.Rename(s.incoming(), s.cfg.Dir); err != nil {
		return fmt.Errorf("move checkpoint in: %w", err)
	}
	return nil
}

// Hash gives a digest of everything the copy holds, equal on two copies at the
// same position.
func (s *Store) Hash() ([32]byte, error) {
	s.applyMu.Lock()
	defer s.applyMu.Unlock()
	h := sha256.New()
	it, err := s.db.NewIter(nil)
	if err != nil {
		return [32]byte{}, fmt.Errorf("read store: %w", err)
	}
	defer it.Close()
	var length [8]byte
	for it.First(); it.Valid(); it.Next() {
		for _, b := range [][]byte{it.Key(), it.Value()} {
			binary.BigEndian.PutUint64(length[:], uint64(len(b)))
			h.Write(length[:])
			h.Write(b)
		}
	}
	return [32]byte(h.Sum(nil)), it.Error()
}
