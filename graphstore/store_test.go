package graphstore

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"graticule/graph"
	"graticule/replication"
)

// fixture is a store with a log of one; entries are kept for replaying.
type fixture struct {
	t     testing.TB
	store *Store
	fs    vfs.FS
	ids   *LeasedIDs
	log   []replication.Entry
	seq   uint64
}

func newFixture(t testing.TB) *fixture {
	f := &fixture{t: t, fs: vfs.NewMem()}
	f.reopen()
	f.ids = NewLeasedIDs(func(_ context.Context, nodes, rels uint32) (Lease, error) {
		r := f.append(replication.KindLease, EncodeLease(nodes, rels))
		return r.Value.(Lease), r.Err
	})
	return f
}

func (f *fixture) reopen() {
	if f.store != nil {
		if err := f.store.Close(); err != nil {
			f.t.Fatal(err)
		}
	}
	var err error
	if f.store, err = Open(Config{Dir: "db", FS: f.fs}); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) append(kind replication.EntryKind, payload []byte) replication.Result {
	env := replication.Envelope{Kind: kind, Term: 1, Payload: payload}
	e := replication.Entry{Term: 1, Index: uint64(len(f.log) + 1), Data: env.Append(nil)}
	f.log = append(f.log, e)
	rs, err := f.store.Apply([]replication.Entry{e})
	if err != nil {
		f.t.Fatal(err)
	}
	return rs[0]
}

func (f *fixture) begin() *Tx {
	tx, err := f.store.Begin(context.Background(), TxConfig{Write: true, IDs: f.ids, NoWait: true})
	if err != nil {
		f.t.Fatal(err)
	}
	return tx
}

func (f *fixture) commit(tx *Tx) *Commit {
	c, err := tx.Prepare()
	if err != nil {
		f.t.Fatal(err)
	}
	f.seq++
	c.ID.Sequence = f.seq
	if r := f.append(replication.KindChangeset, c.Payload()); r.Err != nil {
		f.t.Fatal(r.Err)
	}
	tx.Close()
	return c
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
		return v
	}
}

// TestCopiesAgreeWhateverTheBatches runs random writes, replays their log in
// random batches on a second store, and compares hashes and a model.
func TestCopiesAgreeWhateverTheBatches(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	f := newFixture(t)
	type rel struct{ start, end graph.NodeID }
	nodes, rels := map[graph.NodeID]int64{}, map[graph.RelID]rel{}
	pick := func() (graph.NodeID, bool) {
		for id := range nodes {
			return id, true
		}
		return 0, false
	}
	for range 300 {
		tx := f.begin()
		for range 1 + rng.IntN(4) {
			a, ok := pick()
			switch k := rng.IntN(10); {
			case k < 4 || !ok:
				l := must[graph.LabelID](t)(tx.EnsureLabel([]string{"A", "B"}[rng.IntN(2)]))
				id := must[graph.NodeID](t)(tx.CreateNode([]graph.LabelID{l}))
				nodes[id] = 0
			case k < 7:
				b, _ := pick()
				typ := must[graph.TypeID](t)(tx.EnsureType("R"))
				rels[must[graph.RelID](t)(tx.CreateRel(typ, a, b))] = rel{a, b}
			case k < 9:
				key := must[graph.KeyID](t)(tx.EnsureKey("x"))
				nodes[a] = rng.Int64N(100)
				must[bool](t)(tx.SetNodeProperty(a, key, graph.Int(nodes[a])))
			default:
				for id, r := range rels {
					if r.start == a || r.end == a {
						must[bool](t)(tx.DeleteRel(id))
						delete(rels, id)
					}
				}
				must[bool](t)(tx.DeleteNode(a))
				delete(nodes, a)
			}
		}
		if tx.WriteCount() == 0 {
			tx.Close()
			continue
		}
		f.commit(tx)
	}
	check := func(s *Store) {
		tx := must[*Tx](t)(s.Begin(context.Background(), TxConfig{}))
		if got := tx.NodeCount(graph.AnyLabel); got != int64(len(nodes)) {
			t.Errorf("%d nodes, want %d", got, len(nodes))
		}
		if got, exact := tx.RelCount(graph.AnyLabel, graph.AnyType, graph.AnyLabel); got != int64(len(rels)) || !exact {
			t.Errorf("%d relationships, want %d", got, len(rels))
		}
		key, _ := tx.Key("x")
		for id, x := range nodes {
			var v [1]graph.Value
			if err := tx.NodeProperty([]graph.NodeID{id}, key, v[:]); err != nil || (x != 0 && v[0] != graph.Int(x)) {
				t.Errorf("node %d has x = %v (%v), want %d", id, v[0].AsInt(), err, x)
			}
			var degree [1]int64
			want := int64(0)
			for _, r := range rels {
				if r.start == id || r.end == id {
					want++
				}
			}
			if err := tx.Degree([]graph.NodeID{id}, graph.Both, nil, degree[:]); err != nil || degree[0] != want {
				t.Errorf("node %d has degree %d (%v), want %d", id, degree[0], err, want)
			}
		}
	}
	check(f.store)
	want := must[[32]byte](t)(f.store.Hash())
	other := must[*Store](t)(Open(Config{Dir: "other", FS: vfs.NewMem()}))
	defer other.Close()
	for i := 0; i < len(f.log); {
		n := min(1+rng.IntN(20), len(f.log)-i)
		must[[]replication.Result](t)(other.Apply(f.log[i : i+n]))
		i += n
	}
	if got := must[[32]byte](t)(other.Hash()); got != want {
		t.Error("two copies differ after the same log")
	}
	check(other)
	f.reopen()
	check(f.store)
	// Applying again has no effect.
	must[[]replication.Result](t)(f.store.Apply(f.log))
	if got := must[[32]byte](t)(f.store.Hash()); got != want {
		t.Error("the copy changed by applying its log again")
	}
	f.store.Close()
}

// together runs two transactions on one base, and checks whether the second conflicts.
func (f *fixture) together(name string, one, two func(*fixture, *Tx), conflict bool) {
	a := f.begin()
	b, err := f.store.Begin(context.Background(), TxConfig{Write: true, IDs: f.ids})
	if err != nil {
		f.t.Fatal(err)
	}
	w := NewWindow(0)
	one(f, a)
	first := must[*Commit](f.t)(a.Prepare())
	a.Close()
	slot := w.Add(first)
	slot.Applied(first.Base.Index + 1)
	two(f, b)
	err = w.Check(must[*Commit](f.t)(b.Prepare()))
	b.Close()
	if got := errors.Is(err, ErrConflict); got != conflict {
		f.t.Errorf("%s: conflict %v, want %v (%v)", name, got, conflict, err)
	}
}

// TestConflicts: each row is two transactions on one base; does the second conflict?
func TestConflicts(t *testing.T) {
	type step func(f *fixture, tx *Tx)
	label := func(tx *Tx, n string) graph.LabelID { l, _ := tx.EnsureLabel(n); return l }
	key := func(tx *Tx, n string) graph.KeyID { k, _ := tx.EnsureKey(n); return k }
	typ := func(tx *Tx) graph.TypeID { x, _ := tx.EnsureType("R"); return x }
	const hub, other = graph.NodeID(0), graph.NodeID(1)
	set := func(id graph.NodeID, k string, v int64) step {
		return func(f *fixture, tx *Tx) {
			must[bool](f.t)(tx.SetNodeProperty(id, key(tx, k), graph.Int(v)))
		}
	}
	merge := func(name string) step {
		return func(f *fixture, tx *Tx) {
			found, err := tx.FindNodes([]graph.LabelID{label(tx, "City")}, []graph.KeyID{key(tx, "name")}, []graph.Value{graph.String(name)}, nil)
			if err != nil || len(found) > 0 {
				f.t.Fatal(found, err)
			}
			id := must[graph.NodeID](f.t)(tx.CreateNode([]graph.LabelID{label(tx, "City")}))
			must[bool](f.t)(tx.SetNodeProperty(id, key(tx, "name"), graph.String(name)))
		}
	}
	link := func(f *fixture, tx *Tx) {
		id := must[graph.NodeID](f.t)(tx.CreateNode(nil))
		must[graph.RelID](f.t)(tx.CreateRel(typ(tx), id, hub))
	}
	remove := func(f *fixture, tx *Tx) { must[bool](f.t)(tx.DeleteNode(hub)) }
	count := func(f *fixture, tx *Tx) {
		tx.NodeCount(label(tx, "City"))
		must[bool](f.t)(tx.SetNodeProperty(other, key(tx, "n"), graph.Int(1)))
	}
	// unless writes only if a name means nothing, as MERGE does whose label is new.
	unless := func(known func(tx *Tx) bool) step {
		return func(f *fixture, tx *Tx) {
			if known(tx) {
				f.t.Fatal("the name is known already")
			}
			must[bool](f.t)(tx.SetNodeProperty(other, key(tx, "n"), graph.Int(1)))
		}
	}
	newRelKey := func(f *fixture, tx *Tx) {
		r := must[graph.RelID](f.t)(tx.CreateRel(typ(tx), hub, other))
		must[bool](f.t)(tx.SetRelProperty(r, key(tx, "name"), graph.Int(1)))
	}
	for _, c := range []struct {
		name          string
		first, second step
		want          bool
	}{
		{"a label that was new", merge("a"), unless(func(tx *Tx) bool { _, ok := tx.Label("City"); return ok }), true},
		{"a key that was new on nodes", merge("a"), unless(func(tx *Tx) bool { _, ok := tx.Key("name"); return ok }), true},
		{"a key that was new on relationships", newRelKey, unless(func(tx *Tx) bool { _, ok := tx.Key("name"); return ok }), true},
		{"a type that was new", link, unless(func(tx *Tx) bool { _, ok := tx.Type("R"); return ok }), true},
		{"another label than the new one", merge("a"), unless(func(tx *Tx) bool { _, ok := tx.Label("Town"); return ok }), false},
		{"another key than the new one", merge("a"), unless(func(tx *Tx) bool { _, ok := tx.Key("size"); return ok }), false},
		{"one property", set(hub, "x", 1), set(hub, "x", 2), true},
		{"a value that stands there, and another one", set(hub, "n", 8), set(hub, "n", 7), true},
		{"another value, and the one that stands there", set(hub, "n", 7), set(hub, "n", 8), false},
		{"the value that stands there, twice", set(hub, "n", 7), set(hub, "n", 7), false},
		{"two properties of one node", set(hub, "x", 1), set(hub, "y", 2), false},
		{"two nodes", set(hub, "x", 1), set(other, "x", 2), false},
		{"merge of one value", merge("a"), merge("a"), true},
		{"merge of two values", merge("a"), merge("b"), false},
		{"relationships to a hub", link, link, false},
		{"relationship to a deleted node", remove, link, true},
		{"deletion of a node that got a relationship", link, remove, true},
		{"count of a label that grew", merge("a"), count, true},
	} {
		f := newFixture(t)
		setup := f.begin()
		for range 2 {
			must[graph.NodeID](t)(setup.CreateNode([]graph.LabelID{label(setup, "N")}))
		}
		must[bool](t)(setup.SetNodeProperty(hub, key(setup, "n"), graph.Int(7)))
		f.commit(setup)
		f.together(c.name, c.first, c.second, c.want)
		f.store.Close()
	}
}

// A value that stands there already is not written again: only the graph counts as changed.
func TestValuesThatStandThereAreNotWritten(t *testing.T) {
	f := newFixture(t)
	defer f.store.Close()
	tx := f.begin()
	node := must[graph.NodeID](t)(tx.CreateNode(nil))
	rel := must[graph.RelID](t)(tx.CreateRel(must[graph.TypeID](t)(tx.EnsureType("R")), node, node))
	key := must[graph.KeyID](t)(tx.EnsureKey("k"))
	values := []graph.Value{graph.Int(1), graph.Float(1), graph.Float(math.Copysign(0, -1)), graph.Float(0), graph.Float(math.NaN()), graph.String("1"), graph.True, graph.List([]graph.Value{graph.Int(1)})}
	must[bool](t)(tx.SetNodeProperty(node, key, graph.Int(0)))
	must[bool](t)(tx.SetRelProperty(rel, key, graph.Int(0)))
	f.commit(tx)
	for _, v := range values {
		for round, want := range []bool{true, v.Kind() == graph.KindList} {
			tx := f.begin()
			key := must[graph.KeyID](t)(tx.EnsureKey("k"))
			must[bool](t)(tx.SetNodeProperty(node, key, v))
			must[bool](t)(tx.SetRelProperty(rel, key, v))
			c := f.commit(tx)
			if wrote := len(c.Writes) > 1; wrote != want || len(c.Reads) == 0 {
				t.Errorf("%v the %d. time: %d hashes written, %d read", v, round+1, len(c.Writes), len(c.Reads))
			}
		}
	}
}

func TestRepeatedCommitHasNoEffect(t *testing.T) {
	f := newFixture(t)
	tx := f.begin()
	must[graph.NodeID](t)(tx.CreateNode(nil))
	c := must[*Commit](t)(tx.Prepare())
	tx.Close()
	c.ID.Sequence, c.Token = 9, "token"
	first := f.append(replication.KindChangeset, c.Payload()).Value.(AppliedInfo)
	again := f.append(replication.KindChangeset, c.Payload()).Value.(AppliedInfo)
	if again.Index != first.Index || !again.Duplicate || first.Duplicate {
		t.Errorf("first %+v, again %+v", first, again)
	}
	f.reopen()
	if i, ok := f.store.CommitApplied(c.ID); !ok || i != first.Index {
		t.Errorf("after reopening: %d, %v", i, ok)
	}
	f.store.Close()
}

func TestDeadlockIsFound(t *testing.T) {
	f := newFixture(t)
	tx := f.begin()
	a, b := must[graph.NodeID](t)(tx.CreateNode(nil)), must[graph.NodeID](t)(tx.CreateNode(nil))
	f.commit(tx)
	begin := func() *Tx {
		return must[*Tx](t)(f.store.Begin(context.Background(), TxConfig{Write: true, IDs: f.ids}))
	}
	x, y := begin(), begin()
	k := must[graph.KeyID](t)(x.EnsureKey("k"))
	must[bool](t)(x.SetNodeProperty(a, k, graph.Int(1)))
	k2 := must[graph.KeyID](t)(y.EnsureKey("k"))
	must[bool](t)(y.SetNodeProperty(b, k2, graph.Int(1)))
	done := make(chan error, 1)
	go func() { _, err := x.SetNodeProperty(b, k, graph.Int(2)); x.Close(); done <- err }()
	_, err := y.SetNodeProperty(a, k2, graph.Int(2))
	y.Close()
	if other := <-done; !errors.Is(err, ErrDeadlock) && !errors.Is(other, ErrDeadlock) {
		t.Errorf("no deadlock was found: %v, %v", err, other)
	}
	f.store.Close()
}

func FuzzDecodeCommit(f *testing.F) {
	f.Add((&Commit{Reads: []uint64{1}, Writes: []uint64{2}, Token: "t", Changeset: []byte{1, 0, 0, 0}}).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := DecodeCommit(b)
		if err != nil {
			return
		}
		_ = leasedState().replay(c.Changeset)
	})
}

func FuzzOrderKeysCompareAsValues(f *testing.F) {
	f.Add(int64(1), 1.0, "a", "b")
	f.Fuzz(func(t *testing.T, i int64, x float64, s, u string) {
		for _, p := range [][2]graph.Value{{graph.String(s), graph.String(u)}, {graph.Float(x), graph.Float(float64(i))}, {graph.Int(i), graph.Int(i ^ 7)}} {
			if p[0].Kind() == graph.KindFloat && x != x {
				continue
			}
			a, b := string(appendOrder(nil, p[0])), string(appendOrder(nil, p[1]))
			order := 0
			if a < b {
				order = -1
			} else if a > b {
				order = 1
			}
			if want := graph.Compare(p[0], p[1]); want != order {
				t.Fatalf("%v and %v: keys compare %d, values %d", p[0], p[1], order, want)
			}
		}
	})
}
