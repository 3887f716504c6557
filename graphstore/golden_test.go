package graphstore

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"graticule/graph"
	"graticule/internal/golden"
	"graticule/replication"
	"graticule/status"
)

// goldenValues holds a value of each storable kind.
func goldenValues() []graph.Value {
	return []graph.Value{
		graph.Null, graph.True, graph.Int(-300), graph.Float(-0.5), graph.String("é"), graph.Bytes([]byte{0, 255}),
		graph.List([]graph.Value{graph.Int(1), graph.Int(200)}),
		graph.DateOf(-1), graph.LocalTimeOf(86_399_999_999_999), graph.TimeOf(1, -3600), graph.LocalDateTimeOf(-1, 999_999_999),
		graph.DateTimeOf(1_700_000_000, 5, &graph.Zone{Offset: 5400}),
		graph.DurationOf(graph.Duration{Months: -1, Days: 2, Seconds: -3, Nanos: 4}),
		graph.PointOf(graph.Point{SRID: 9157, X: 1.5, Y: -2, Z: 3}),
	}
}

func TestGoldenValues(t *testing.T) {
	var all []golden.Bytes
	for _, v := range goldenValues() {
		all = append(all, golden.Bytes{Name: fmt.Sprintf("value-%d", v.Kind()), Data: must[[]byte](t)(appendValue(nil, v))},
			golden.Bytes{Name: fmt.Sprintf("order-%d", v.Kind()), Data: appendOrder(nil, v)})
	}
	for i, g := range golden.Check(t, "values.golden", all...) {
		if i%2 == 1 {
			continue // order keys are only compared
		}
		r := reader{b: g.Data}
		v := r.value(0)
		if again, err := appendValue(nil, v); r.err != nil || err != nil || len(r.b) > 0 || string(again) != string(g.Data) || graph.Compare(v, goldenValues()[i/2]) != 0 {
			t.Errorf("%s: read as %v (%v), written again as %x (%v)", g.Name, v, r.err, again, err)
		}
	}
}

// goldenHistory makes commits that use every operation.
func goldenHistory(t *testing.T) (*fixture, []*Commit) {
	f := newFixture(t)
	var commits []*Commit
	commit := func(tx *Tx, token string) {
		c := must[*Commit](t)(tx.Prepare())
		tx.Close()
		f.seq++
		c.ID.Origin[0], c.ID.Sequence, c.Token = 0xab, f.seq, token
		if r := f.append(replication.KindChangeset, c.Payload()); r.Err != nil {
			t.Fatal(r.Err)
		}
		commits = append(commits, c)
	}
	commit(f.change(func(tx *Tx) {
		must[graph.Index](t)(tx.CreateIndex(graph.Index{Name: "ages", Type: graph.IndexRange, Labels: []string{"A"}, Properties: []string{"p1", "p2"}}))
	}), "")
	commit(f.change(func(tx *Tx) {
		must[graph.Constraint](t)(tx.CreateConstraint(graph.Constraint{Name: "one", Type: graph.ConstraintUnique, Label: "B", Properties: []string{"p3"}}))
	}), "")
	commit(f.change(func(tx *Tx) {
		must[graph.Constraint](t)(tx.CreateConstraint(graph.Constraint{Name: "two", Type: graph.ConstraintRelExists, Relationship: true, Label: "R", Properties: []string{"p4"}}))
	}), "")

	tx := f.begin()
	a, b := must[graph.LabelID](t)(tx.EnsureLabel("A")), must[graph.LabelID](t)(tx.EnsureLabel("B"))
	n1 := must[graph.NodeID](t)(tx.CreateNode([]graph.LabelID{b, a}))
	n2 := must[graph.NodeID](t)(tx.CreateNode(nil))
	n3 := must[graph.NodeID](t)(tx.CreateNode(nil))
	typ := must[graph.TypeID](t)(tx.EnsureType("R"))
	r1 := must[graph.RelID](t)(tx.CreateRel(typ, n1, n2))
	r2 := must[graph.RelID](t)(tx.CreateRel(typ, n2, n2))
	for i, v := range goldenValues() {
		key := must[graph.KeyID](t)(tx.EnsureKey(fmt.Sprint("p", i)))
		must[bool](t)(tx.SetNodeProperty(n1, key, v))
		if i == 4 {
			must[bool](t)(tx.SetRelProperty(r1, key, v))
			must[bool](t)(tx.SetRelProperty(r2, key, v))
		}
	}
	commit(tx, "client-token")

	tx = f.begin()
	must[bool](t)(tx.RemoveLabel(n1, a))
	must[bool](t)(tx.AddLabel(n2, a))
	must[bool](t)(tx.DeleteRel(r2))
	must[bool](t)(tx.DeleteNode(n3))
	commit(tx, "")
	commit(f.change(func(tx *Tx) {
		if err := tx.DropConstraint("two"); err != nil {
			t.Fatal(err)
		}
	}), "")
	commit(f.change(func(tx *Tx) {
		if err := tx.DropIndex("ages"); err != nil {
			t.Fatal(err)
		}
		must[graph.Index](t)(tx.CreateIndex(graph.Index{Name: "texts", Type: graph.IndexText, Relationship: true, Labels: []string{"R"}, Properties: []string{"p4"}}))
	}), "")
	commit(f.change(func(tx *Tx) {
		element := anElementType()
		for i := range element {
			element[i].Label += "2" // nothing here has it
		}
		if err := tx.ChangeGraphType([]string{"one"}, element); err != nil {
			t.Fatal(err)
		}
	}), "")
	return f, commits
}

func (f *fixture) change(change func(*Tx)) *Tx {
	tx := f.begin()
	change(tx)
	return tx
}

// again decodes each operation of a changeset and encodes it again.
func again(t *testing.T, changeset []byte, used map[opcode]bool) []byte {
	r := reader{b: changeset}
	out := recorder{b: []byte{r.byte()}}
	for range tokenKinds {
		out.op1(r.uvarint())
	}
	for len(r.b) > 0 && r.err == nil {
		o := opcode(r.byte())
		used[o] = true
		out.op(o)
		switch o {
		case opToken:
			out.b = appendBytes(append(out.b, r.byte()), r.string())
		case opCreateNode:
			out.op1(r.uvarint())
			n := r.count()
			out.op1(uint64(n))
			for range n {
				out.op1(r.uvarint())
			}
		case opCreateRel:
			for range 4 {
				out.op1(r.uvarint())
			}
		case opNodeProp, opRelProp:
			out.op1(r.uvarint())
			out.op1(r.uvarint())
			if err := out.value(r.value(0)); err != nil {
				t.Error(err)
			}
		case opAddLabel, opRemoveLabel:
			out.op1(r.uvarint())
			out.op1(r.uvarint())
		case opDeleteNode, opDeleteRel:
			out.op1(r.uvarint())
		case opCreateIndex:
			out.b = appendIndex(out.b, r.index())
		case opCreateConstraint:
			out.b = appendConstraint(out.b, r.constraint())
		case opCreateDependent:
			out.b = appendBytes(appendConstraint(out.b, r.constraint()), r.string())
		case opDropIndex, opDropConstraint:
			out.b = appendBytes(out.b, r.string())
		default:
			t.Fatalf("operation %d is unknown", o)
		}
	}
	if r.err != nil {
		t.Error(r.err)
	}
	return out.b
}

// TestGoldenCommits pins what goes to the leader and into the log. Footprints
// hold hashes in no order, so the pinned ones are the test's.
func TestGoldenCommits(t *testing.T) {
	f, commits := goldenHistory(t)
	defer f.store.Close()
	used := map[opcode]bool{}
	var all []golden.Bytes
	for i, c := range commits {
		c.Reads, c.Writes = []uint64{1, 1 << 63}, []uint64{uint64(i)}
		all = append(all, golden.Bytes{Name: fmt.Sprint("commit-", i), Data: c.Append(nil)}, golden.Bytes{Name: fmt.Sprint("payload-", i), Data: c.Payload()})
	}
	all = append(all, golden.Bytes{Name: "lease", Data: EncodeLease(4096, 300)}, golden.Bytes{Name: "commit-id", Data: CommitID{Origin: [16]byte{1, 15: 2}, Sequence: 300}.Append(nil)})
	pinned := golden.Check(t, "commits.golden", all...)
	for i, g := range pinned[:2*len(commits)] {
		if i%2 == 1 {
			continue
		}
		c, err := DecodeCommit(g.Data)
		if err != nil || string(c.Append(nil)) != string(g.Data) || string(c.Payload()) != string(pinned[i+1].Data) {
			t.Fatalf("%s: %v, written again as %x", g.Name, err, c.Append(nil))
		}
		if again := again(t, c.Changeset, used); string(again) != string(c.Changeset) {
			t.Errorf("%s: operations written again as %x", g.Name, again)
		}
	}
	for o := range opNames {
		if !used[o] {
			t.Errorf("no pinned changeset holds the operation %s", opNames[o])
		}
	}
	id := pinned[len(pinned)-1]
	if c, err := DecodeCommitID(id.Data); err != nil || string(c.Append(nil)) != string(id.Data) {
		t.Errorf("%s: %v %v", id.Name, c, err)
	}
}

// pairs gives all keys and values of a store.
func pairs(t *testing.T, db *pebble.DB) []golden.Bytes {
	it := must[*pebble.Iterator](t)(db.NewIter(nil))
	defer it.Close()
	var out []golden.Bytes
	for it.First(); it.Valid(); it.Next() {
		out = append(out, golden.Bytes{Name: hex.EncodeToString(it.Key()), Data: append([]byte{}, it.Value()...)})
	}
	return out
}

// TestGoldenStore pins the keys (the names in the file) and values of a store,
// opens one made of the pinned bytes, and encodes what it holds again.
func TestGoldenStore(t *testing.T) {
	f, _ := goldenHistory(t)
	pinned := golden.Check(t, "store.golden", pairs(t, f.store.db)...)
	f.store.Close()
	fs := vfs.NewMem()
	db := must[*pebble.DB](t)(pebble.Open("db", &pebble.Options{FS: fs, FormatMajorVersion: pebble.FormatValueSeparation}))
	for _, p := range pinned {
		if err := db.Set(must[[]byte](t)(hex.DecodeString(p.Name)), p.Data, pebble.Sync); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := must[*Store](t)(Open(Config{Dir: "db", FS: fs}))
	defer s.Close()
	st := s.state.Load()
	st.touched = &touched{schema: true, nodes: map[graph.NodeID]struct{}{}, rels: map[graph.RelID]struct{}{}}
	for k := range st.tokens {
		for id := range st.tokens[k].names {
			st.touched.tokens = append(st.touched.tokens, touchedToken{tokenKind(k), uint32(id)})
		}
	}
	for i, _, ok := st.nodes.next(0); ok; i, _, ok = st.nodes.next(i + 1) {
		st.touched.nodes[graph.NodeID(i)] = struct{}{}
	}
	for i, _, ok := st.rels.next(0); ok; i, _, ok = st.rels.next(i + 1) {
		st.touched.rels[graph.RelID(i)] = struct{}{}
	}
	tokens := map[uint64]string{}
	for token, index := range s.seen.tokens {
		tokens[index] = token
	}
	var ids []appliedID
	for origin, log := range s.seen.origins {
		log.indexes.Scan(func(seq, index uint64) bool {
			ids = append(ids, appliedID{CommitID{origin, seq}, tokens[index], index})
			return true
		})
	}
	if err := s.db.DeleteRange([]byte{prefixFormat + 1}, []byte{0xff}, pebble.NoSync); err != nil {
		t.Fatal(err)
	}
	if err := s.write(st, ids); err != nil {
		t.Fatal(err)
	}
	again := pairs(t, s.db)
	for i := range min(len(again), len(pinned)) {
		if again[i].Name != pinned[i].Name || string(again[i].Data) != string(pinned[i].Data) {
			t.Errorf("read and written again: %s %x, pinned %s %x", again[i].Name, again[i].Data, pinned[i].Name, pinned[i].Data)
		}
	}
	if len(again) != len(pinned) {
		t.Errorf("%d pairs written again, %d pinned", len(again), len(pinned))
	}
}

// Formats of a later version stop the copy instead of being skipped or misread.
func TestNewerFormatsAreRefused(t *testing.T) {
	entry := func(data []byte) replication.Entry { return replication.Entry{Term: 1, Index: 1, Data: data} }
	change := func(changeset ...byte) []byte {
		return (&replication.Envelope{Kind: replication.KindChangeset, Term: 1, Payload: (&Commit{Changeset: changeset}).Payload()}).Append(nil)
	}
	for name, data := range map[string][]byte{
		"envelope":  {2, 1, 0, 1, 0},
		"flag":      {1, 1, 2, 1, 0},
		"kind":      (&replication.Envelope{Kind: 99, Term: 1}).Append(nil),
		"changeset": change(changesetVersion+1, 0, 0, 0),
	} {
		f := newFixture(t)
		if _, err := f.store.Apply([]replication.Entry{entry(data)}); !errors.Is(err, replication.ErrNewer) || f.store.Applied().Index != 0 {
			t.Errorf("%s: %v, applied %v", name, err, f.store.Applied())
		}
		f.store.Close()
	}
	for name, pair := range map[string][2][]byte{
		"store": {{prefixFormat}, {storeVersion + 1}},
		"node":  {append([]byte{prefixNode}, make([]byte, 8)...), {recordVersion + 1, 0, 0}},
		"rel":   {append([]byte{prefixRel}, make([]byte, 8)...), {recordVersion + 1, 0, 0, 0, 0}},
	} {
		f := newFixture(t)
		if err := f.store.db.Set(pair[0], pair[1], pebble.Sync); err != nil {
			t.Fatal(err)
		}
		f.store.Close()
		if _, err := Open(Config{Dir: "db", FS: f.fs}); !errors.Is(err, replication.ErrNewer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A changeset that cannot be replayed is refused alike everywhere, and the copy goes on.
func TestMalformedChangesetsAreSkipped(t *testing.T) {
	f := newFixture(t)
	for name, changeset := range map[string][]byte{
		"nothing":                        {},
		"version 0":                      {0, 0, 0, 0},
		"base of the future":             {1, 9, 0, 0},
		"unknown operation":              {1, 0, 0, 0, 200},
		"own token missing":              {1, 0, 0, 0, byte(opCreateNode), 1, 1, 0},
		"cut":                            {1, 0, 0, 0, byte(opCreateNode)},
		"ends of a relationship missing": {1, 0, 0, 0, byte(opToken), byte(typeToken), 1, 'R', byte(opCreateRel), 1, 0, 5, 6},
	} {
		r := f.append(replication.KindChangeset, (&Commit{ID: CommitID{Sequence: uint64(len(f.log) + 1)}, Changeset: changeset}).Payload())
		if !errors.Is(r.Err, ErrBadChangeset) || f.store.Applied().Index != uint64(len(f.log)) {
			t.Errorf("%s: %v", name, r.Err)
		}
	}
	f.reopen() // what was written can be read
	f.store.Close()
}

func TestTransactionsBeyondAnEntryAreRefused(t *testing.T) {
	f := newFixture(t)
	defer f.store.Close()
	tx := f.begin()
	defer tx.Close()
	id := must[graph.NodeID](t)(tx.CreateNode(nil))
	key := must[graph.KeyID](t)(tx.EnsureKey("k"))
	for i := range replication.EntryMax/(16<<20) + 1 {
		must[bool](t)(tx.SetNodeProperty(id, key, graph.String(strings.Repeat(string(rune('a'+i%2)), 16<<20))))
	}
	_, err := tx.Prepare()
	if s := Status(err); !errors.Is(err, ErrTooLarge) || s == nil || s.Code != status.TransactionOutOfMemory {
		t.Errorf("got %v, %v", err, s)
	}
}
