package graphstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/tidwall/btree"

	"graticule/graph"
	"graticule/replication"
)

// AppliedInfo is the Result.Value of a changeset: where it landed. Duplicate
// means that the same commit or client token was applied before, at Index.
type AppliedInfo struct {
	Index     uint64
	Duplicate bool
}

// Lease is the Result.Value of a KindLease entry: ids that its proposer alone may use.
type Lease struct {
	FirstNode graph.NodeID
	Nodes     uint64
	FirstRel  graph.RelID
	Rels      uint64
}

// EncodeLease makes the payload of a KindLease entry.
func EncodeLease(nodes, rels uint32) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(nodes)), uint64(rels))
}

// Apply applies entries in one Pebble batch; see replication.StateMachine.
func (s *Store) Apply(entries []replication.Entry) ([]replication.Result, error) {
	s.applyMu.Lock()
	defer s.applyMu.Unlock()
	results := make([]replication.Result, len(entries))
	bad := map[int]error{}
	for {
		failed, err := s.applyAll(entries, results, bad)
		if failed < 0 {
			return results, err
		}
		bad[failed] = err // its operations cannot be replayed: skip it everywhere alike
	}
}

// applyAll applies the entries that are not in bad; failed >= 0 names one whose replay failed.
func (s *Store) applyAll(entries []replication.Entry, results []replication.Result, bad map[int]error) (failed int, err error) {
	current := s.state.Load()
	st := current.fork()
	st.touched = &touched{nodes: map[graph.NodeID]struct{}{}, rels: map[graph.RelID]struct{}{}}
	var ids []appliedID
	for i, e := range entries {
		if e.Index <= current.position.Index {
			continue
		}
		st.position.Term, st.position.Index = e.Term, e.Index
		if bad[i] != nil {
			results[i].Err = bad[i]
			continue
		}
		if len(e.Data) == 0 {
			continue
		}
		env, err := replication.DecodeEnvelope(e.Data)
		switch {
		case errors.Is(err, replication.ErrNewer):
			return -1, fmt.Errorf("entry %d: %w", e.Index, err)
		case err != nil:
			results[i].Err = err
			continue
		case env.Term != e.Term:
			results[i].Err = ErrStaleTerm
			continue
		}
		st.time = max(st.time, env.Time)
		switch env.Kind {
		case replication.KindLease:
			r := reader{b: env.Payload}
			l := Lease{FirstNode: graph.NodeID(st.nextNode), Nodes: r.uvarint(), FirstRel: graph.RelID(st.nextRel), Rels: r.uvarint()}
			if results[i].Err = r.err; r.err == nil && max(l.Nodes, l.Rels) > math.MaxUint32 {
				results[i].Err = fmt.Errorf("%w: a lease of %d nodes and %d relationships", ErrBadChangeset, l.Nodes, l.Rels)
			} else if r.err == nil {
				st.nextNode += l.Nodes
				st.nextRel += l.Rels
				results[i].Value = l
			}
		case replication.KindChangeset:
			r := reader{b: env.Payload}
			var c Commit
			if c.payload(&r); r.err != nil {
				results[i].Err = r.err
				continue
			}
			if first, dup := s.seen.find(c.ID, c.Token, ids); dup {
				results[i].Value = AppliedInfo{Index: first, Duplicate: true}
				continue
			}
			if err := st.replaySafely(c.Changeset); errors.Is(err, replication.ErrNewer) {
				return -1, fmt.Errorf("entry %d: %w", e.Index, err)
			} else if err != nil {
				return i, err
			}
			ids = append(ids, appliedID{c.ID, c.Token, e.Index})
			st.changed = e.Index
			results[i].Value = AppliedInfo{Index: e.Index}
		case replication.KindMark:
		default:
			return -1, fmt.Errorf("entry %d of kind %d: %w", e.Index, env.Kind, replication.ErrNewer)
		}
	}
	if st.position == current.position {
		return -1, nil
	}
	if err := s.write(st, ids); err != nil {
		return -1, fmt.Errorf("write applied entries: %w", err)
	}
	st.touched, st.ownSet, st.ownIndex = nil, nil, false
	for k := range st.tokens {
		st.tokens[k].owned = false
	}
	s.state.Store(st)
	s.startWork(st)
	s.applied.Advance(st.position.Index)
	return -1, nil
}

// write puts what st touched into one batch with the position.
func (s *Store) write(st *state, ids []appliedID) error {
	b := s.db.NewBatch()
	var scratch []byte
	var errs []error
	put := func(key, value []byte) { errs = append(errs, b.Set(key, value, nil)) }
	for _, t := range st.touched.tokens {
		key := binary.BigEndian.AppendUint32([]byte{prefixToken, byte(t.kind)}, t.id)
		put(key, []byte(st.tokens[t.kind].names[t.id]))
	}
	for id := range st.touched.nodes {
		key := binary.BigEndian.AppendUint64([]byte{prefixNode}, uint64(id))
		if n := st.nodes.get(uint64(id)); n != nil {
			scratch = n.append(scratch[:0])
			put(key, scratch)
		} else {
			errs = append(errs, b.Delete(key, nil))
		}
	}
	for id := range st.touched.rels {
		key := binary.BigEndian.AppendUint64([]byte{prefixRel}, uint64(id))
		if r := st.rels.get(uint64(id)); r != nil {
			scratch = r.append(scratch[:0])
			put(key, scratch)
		} else {
			errs = append(errs, b.Delete(key, nil))
		}
	}
	if st.touched.schema && st.schema.typed() {
		put([]byte{prefixFormat}, []byte{2})
	}
	if st.touched.schema {
		put([]byte{prefixSchema}, st.schema.append(nil))
	}
	s.seen.record(ids, put, func(key []byte) { errs = append(errs, b.Delete(key, nil)) })
	put([]byte{prefixMeta}, st.appendMeta(nil))
	errs = append(errs, b.Commit(pebble.NoSync))
	return errors.Join(errs...)
}

func (s *state) appendMeta(dst []byte) []byte {
	for _, u := range []uint64{s.position.Incarnation, s.position.Term, s.position.Index} {
		dst = binary.AppendUvarint(dst, u)
	}
	dst = binary.AppendVarint(dst, s.time)
	return binary.AppendUvarint(binary.AppendUvarint(dst, s.nextNode), s.nextRel)
}

func (s *state) loadMeta(r *reader) {
	s.position = replication.Position{Incarnation: r.uvarint(), Term: r.uvarint(), Index: r.uvarint()}
	s.time = r.varint()
	s.nextNode, s.nextRel = r.uvarint(), r.uvarint()
}

// --- exactly-once ---

// How many commits are remembered for each origin, and how many client tokens in all.
const (
	sequencesKept = 100_000
	tokensKept    = 1_000_000
)

type appliedID struct {
	id    CommitID
	token string
	index uint64
}

// dedupe remembers which commits were applied, and where. Its mutex guards it
// against readers; Apply alone changes it.
type dedupe struct {
	mu      *sync.RWMutex
	origins map[[16]byte]*originLog
	tokens  map[string]uint64
	order   []string // client tokens, oldest first
}

// originLog maps an origin's sequences, which may jump, to log indexes. The
// smallest are forgotten first, so that every copy forgets the same ones.
type originLog struct {
	indexes btree.Map[uint64, uint64]
}

func newDedupe() dedupe {
	return dedupe{mu: &sync.RWMutex{}, origins: map[[16]byte]*originLog{}, tokens: map[string]uint64{}}
}

func (d *dedupe) find(id CommitID, token string, batch []appliedID) (uint64, bool) {
	for i := range batch {
		if batch[i].id == id || (token != "" && batch[i].token == token) {
			return batch[i].index, true
		}
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if token != "" {
		if index, ok := d.tokens[token]; ok {
			return index, true
		}
	}
	if o := d.origins[id.Origin]; o != nil {
		return o.indexes.Get(id.Sequence)
	}
	return 0, false
}

func (d *dedupe) add(id CommitID, index uint64) *originLog {
	o := d.origins[id.Origin]
	if o == nil {
		o = &originLog{}
		d.origins[id.Origin] = o
	}
	o.indexes.Set(id.Sequence, index)
	return o
}

func (d *dedupe) addToken(token string, index uint64) {
	d.tokens[token] = index
	d.order = append(d.order, token)
}

func (d *dedupe) record(ids []appliedID, put func(k, v []byte), del func(k []byte)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := func(id CommitID, seq uint64) []byte {
		return binary.BigEndian.AppendUint64(slices.Concat([]byte{prefixOrigin}, id.Origin[:]), seq)
	}
	for _, a := range ids {
		o := d.add(a.id, a.index)
		put(key(a.id, a.id.Sequence), binary.AppendUvarint(nil, a.index))
		for o.indexes.Len() > sequencesKept {
			oldest, _, _ := o.indexes.PopMin()
			del(key(a.id, oldest))
		}
		if a.token == "" {
			continue
		}
		d.addToken(a.token, a.index)
		put(append([]byte{prefixClient}, a.token...), binary.AppendUvarint(nil, a.index))
		if len(d.order) > tokensKept {
			delete(d.tokens, d.order[0])
			del(append([]byte{prefixClient}, d.order[0]...))
			d.order = d.order[1:]
		}
	}
}

// CommitApplied tells at which index a commit was applied.
func (s *Store) CommitApplied(id CommitID) (uint64, bool) { return s.seen.find(id, "", nil) }
