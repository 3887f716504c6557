package spill

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"graticule/graph"
	"graticule/graph/temporal"
)

// everyKind gives a value of each kind, and some that are easily confused.
func everyKind(t *testing.T) []graph.Value {
	berlin, err := temporal.Load("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	m := graph.NewMap(2)
	m.Put("b", graph.Int(1))
	m.Put("a", graph.List([]graph.Value{graph.NodeRef(3), graph.Null}))
	node := &graph.Node{ID: 1, Labels: []string{"A", "B"}, Properties: m}
	return []graph.Value{
		graph.Null, graph.True, graph.False, graph.Int(0), graph.Int(math.MinInt64), graph.Int(math.MaxInt64), graph.Float(-0.0), graph.Float(math.Inf(-1)),
		graph.Float(1), graph.String(""), graph.String("grün\x00"), graph.Bytes([]byte{0, 255}), graph.List(nil), graph.List([]graph.Value{graph.Int(1), graph.String("x"), graph.List([]graph.Value{graph.True})}),
		graph.MapOf(m), graph.MapOf(nil), graph.NodeRef(0), graph.NodeRef(1 << 60), graph.RelRef(7), graph.NodeOf(node), graph.NodeOf(&graph.Node{ID: 2, Properties: &graph.Map{}, Deleted: true}),
		graph.RelOf(&graph.Relationship{ID: 3, Start: 1, End: 2, Type: "T", Properties: m}),
		graph.PathOf(&graph.Path{Nodes: []graph.Value{graph.NodeRef(1), graph.NodeRef(2)}, Rels: []graph.Value{graph.RelRef(3)}}),
		graph.DateOf(-7), graph.LocalTimeOf(86399999999999), graph.TimeOf(5, -3600), graph.LocalDateTimeOf(-1, 999), graph.DateTimeOf(1, 2, &graph.Zone{Offset: 5400}),
		graph.DateTimeOf(1700000000, 0, &graph.Zone{Name: "Europe/Berlin", Offset: 3600, Loc: berlin}), graph.DurationOf(graph.Duration{Months: -1, Days: 2, Seconds: -3, Nanos: 4}),
		graph.PointOf(graph.Point{SRID: 4979, X: 1, Y: -2, Z: 3}), graph.VectorOf([]graph.Value{graph.Float(1.5), graph.Float(2)}, graph.Float32), graph.VectorOf([]graph.Value{graph.Int(-1)}, graph.Int8),
		graph.UUIDOf(1<<63, 5),
	}
}

// same compares values with all they hold.
func same(a, b graph.Value) bool {
	return a.Kind() == b.Kind() && slices.Equal(appendValue(nil, a), appendValue(nil, b)) && slices.Equal(graph.AppendKey(nil, a), graph.AppendKey(nil, b)) &&
		(a.Kind() != graph.KindDateTime || a.Zone().Loc == b.Zone().Loc)
}

func TestEveryKindComesBack(t *testing.T) {
	d := &Disk{Dir: filepath.Join(t.TempDir(), "rows")}
	f, err := d.Create()
	if err != nil {
		t.Fatal(err)
	}
	values := everyKind(t)
	kinds := map[graph.Kind]bool{}
	for i, v := range values {
		kinds[v.Kind()] = true
		for _, record := range [][]graph.Value{{v, graph.Int(int64(i))}, {v, graph.Int(int64(i)), v}, {}} { // the second shares v with the first
			if err := f.Append(record); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(kinds) != int(graph.KindUUID)+1 {
		t.Errorf("%d of %d kinds are tried", len(kinds), graph.KindUUID+1)
	}
	for range 2 {
		r, err := f.Reader()
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			for _, want := range []int{2, 3, 0} {
				got, err := r.Next()
				if err != nil || len(got) != want {
					t.Fatalf("value %d (%v): %v, %v", i, v.Kind(), got, err)
				}
				if want > 0 && (!same(got[0], v) || got[1].AsInt() != int64(i) || !same(got[want-1], []graph.Value{got[1], v}[want-2])) {
					t.Errorf("%v of kind %v came back as %v", v, v.Kind(), got)
				}
			}
		}
		if got, err := r.Next(); got != nil || err != nil {
			t.Errorf("after the last record: %v, %v", got, err)
		}
	}
	if d.Used() == 0 {
		t.Error("nothing is counted")
	}
	f.Close()
	f.Close()
	if d.Used() != 0 {
		t.Errorf("%d bytes are counted after the file was closed", d.Used())
	}
	if left, _ := os.ReadDir(d.Dir); len(left) > 0 {
		t.Errorf("%d files are left", len(left))
	}
}

// A value that two records share takes space once.
func TestSharedValuesAreWrittenOnce(t *testing.T) {
	d := &Disk{Dir: t.TempDir()}
	f, err := d.Create()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	large := graph.List(make([]graph.Value, 10_000))
	for i := range 100 {
		if err := f.Append([]graph.Value{graph.Int(int64(i)), large}); err != nil {
			t.Fatal(err)
		}
	}
	if d.Used() > 20_000 {
		t.Errorf("%d bytes for a list of 10,000 nulls that 100 records share", d.Used())
	}
}

func TestDiskHasALimit(t *testing.T) {
	d := &Disk{Dir: t.TempDir(), Max: 10_000}
	f, err := d.Create()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := 0; err == nil && i < 10_000; i++ {
		err = f.Append([]graph.Value{graph.Int(int64(i))})
	}
	if !errors.Is(err, ErrFull) {
		t.Errorf("%v, want %v", err, ErrFull)
	}
}

func TestClearRemovesWhatIsLeft(t *testing.T) {
	d := &Disk{Dir: t.TempDir()}
	kept := filepath.Join(d.Dir, "other")
	for _, name := range []string{filepath.Join(d.Dir, "rows-1.tmp"), kept} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Clear(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(d.Dir, "*")); !slices.Equal(left, []string{kept}) {
		t.Errorf("left: %v", left)
	}
}

// Merge of many files gives all records in order, equal ones as their files came.
func TestMerge(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	d := &Disk{Dir: t.TempDir()}
	var files []*File
	total := 0
	for n := range 3*mergeMax + 5 {
		f, err := d.Create()
		if err != nil {
			t.Fatal(err)
		}
		keys := make([]int64, rnd.IntN(20))
		for i := range keys {
			keys[i] = rnd.Int64N(30)
		}
		slices.Sort(keys)
		for _, k := range keys {
			if err := f.Append([]graph.Value{graph.Int(k), graph.Int(int64(n))}); err != nil {
				t.Fatal(err)
			}
		}
		total += len(keys)
		files = append(files, f)
	}
	var last [2]int64
	err := d.Merge(files, func(a, b []graph.Value) int { return int(a[0].AsInt() - b[0].AsInt()) }, func(r []graph.Value) error {
		now := [2]int64{r[0].AsInt(), r[1].AsInt()}
		if now[0] < last[0] || now[0] == last[0] && now[1] < last[1] {
			t.Fatalf("%v after %v", now, last)
		}
		last = now
		total--
		return nil
	})
	if err != nil || total != 0 || d.Used() != 0 {
		t.Errorf("%v, %d records missing, %d bytes counted", err, total, d.Used())
	}
}
