package graph

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func pairs(kv ...any) Value {
	m := NewMap(len(kv) / 2)
	for i := 0; i < len(kv); i += 2 {
		m.Put(kv[i].(string), kv[i+1].(Value))
	}
	return MapOf(m)
}

var nan = Float(math.NaN())

func truth(v Value) string {
	if v.IsNull() {
		return "null"
	}
	return fmt.Sprint(v.AsBool())
}

// =, < and <= of pairs, with answers of Neo4j 5.26.
func TestComparisons(t *testing.T) {
	const big = 1 << 53
	utc, berlin := &Zone{}, &Zone{Offset: 3600}
	for _, c := range []struct {
		a, b                    Value
		equal, less, lessOrSame string
	}{
		{Null, Null, "null", "null", "null"},
		{Int(1), Null, "null", "null", "null"},
		{Int(1), Float(1), "true", "false", "true"},
		{Int(1), Float(1.5), "false", "true", "true"},
		{Int(big + 1), Float(big), "false", "false", "false"}, // exactly, not as FLOATs
		{Float(big), Int(big + 1), "false", "true", "true"},
		{Int(math.MaxInt64), Float(1 << 63), "true", "true", "true"},
		{Int(math.MaxInt64), Float(1e300), "false", "true", "true"},
		{Int(math.MaxInt64 - 1), Float(1 << 63), "false", "true", "true"},
		{Int(math.MinInt64), Float(-1 << 63), "true", "false", "true"},
		{Int(math.MinInt64), Float(math.Inf(-1)), "false", "false", "false"},
		{nan, nan, "false", "false", "false"},
		{nan, Int(1), "false", "false", "false"},
		{Int(1), nan, "false", "false", "false"},
		{Float(0), Float(math.Copysign(0, -1)), "true", "false", "true"},
		{String("a"), String("b"), "false", "true", "true"},
		{String("a"), Int(1), "false", "null", "null"},
		{True, False, "false", "false", "false"},
		{List([]Value{Int(1), Null}), List([]Value{Int(1), Null}), "null", "null", "null"},
		{List([]Value{Int(1), Null}), List([]Value{Int(2), Null}), "false", "true", "true"},
		{List([]Value{Null}), List([]Value{Int(1), Int(2)}), "false", "null", "null"},
		{List([]Value{Int(1)}), List([]Value{Int(1), Null}), "false", "true", "true"},
		{List(nil), List(nil), "true", "false", "true"},
		{List([]Value{nan}), List([]Value{nan}), "false", "null", "null"},
		{pairs("a", Null), pairs("a", Null), "null", "", ""},
		{pairs("a", Int(1), "b", Null), pairs("a", Int(2), "b", Null), "false", "", ""},
		{pairs("a", Null), pairs("b", Null), "false", "", ""},
		{pairs("a", Int(1), "b", Int(2)), pairs("b", Int(2), "a", Float(1)), "true", "", ""},
		{DateOf(1), DateTimeOf(86400, 0, utc), "false", "null", "null"},
		{TimeOf(12*3600e9, 3600), TimeOf(11*3600e9, 0), "false", "false", "false"},
		{DateTimeOf(1, 0, utc), DateTimeOf(1, 0, utc), "true", "false", "true"},
		{DateTimeOf(1, 0, utc), DateTimeOf(1, 0, berlin), "false", "true", "true"},
		{DurationOf(Duration{Months: 1}), DurationOf(Duration{Days: 30}), "false", "null", "null"},
		{DurationOf(Duration{Months: 1}), DurationOf(Duration{Months: 1}), "true", "null", "true"},
		{DurationOf(Duration{Seconds: 86400}), DurationOf(Duration{Days: 1}), "false", "null", "null"},
		{NodeRef(1), NodeRef(1), "true", "", ""},
		{NodeRef(1), RelRef(1), "false", "", ""},
	} {
		for name, q := range map[string]struct{ got, want string }{
			"=": {truth(Equal(c.a, c.b)), c.equal}, "= turned round": {truth(Equal(c.b, c.a)), c.equal}, "<": {truth(Less(c.a, c.b, false)), c.less}, "<=": {truth(Less(c.a, c.b, true)), c.lessOrSame},
		} {
			if q.want != "" && q.got != q.want {
				t.Errorf("%v %v: %s gives %s, want %s", c.a.Kind(), c.b.Kind(), name, q.got, q.want)
			}
		}
	}
}

// arbitrary makes values that are often alike.
func arbitrary(src *rand.Rand, depth int) Value {
	ints := []int64{0, 1, -1, 1 << 53, 1<<53 + 1, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, 1 << 62}
	floats := []float64{0, 1, -1, 0.5, 1 << 53, 1<<53 + 2, 1 << 62, 1 << 63, -1 << 63, math.Inf(1), math.Inf(-1), math.NaN(), 1e300}
	zones := []*Zone{{}, {Offset: 3600}, {Offset: 3600, Name: "Europe/Berlin"}, {Name: "Europe/London"}}
	small := func(n int64) int64 { return src.Int64N(n) }
	kinds := 17
	if depth == 0 {
		kinds = 15
	}
	switch src.IntN(kinds) {
	case 0:
		return Null
	case 1:
		return Bool(src.IntN(2) == 0)
	case 2, 3:
		return Int(ints[src.IntN(len(ints))])
	case 4, 5:
		return Float(floats[src.IntN(len(floats))])
	case 6:
		return String([]string{"", "a", "ab", "b", "a\x00"}[src.IntN(5)])
	case 7:
		return Bytes([][]byte{nil, {0}, {0, 1}, {255}}[src.IntN(4)])
	case 8:
		return DateOf(small(3) - 1)
	case 9:
		return TimeOf(small(3)*3600e9, int32(small(3)-1)*3600)
	case 10:
		return LocalDateTimeOf(small(3)-1, int32(small(2)))
	case 11:
		return DateTimeOf(small(3)-1, int32(small(2)), zones[src.IntN(len(zones))])
	case 12:
		return DurationOf(Duration{Months: small(2), Days: small(2) * 30, Seconds: small(3) * 43200, Nanos: int32(small(2))})
	case 13:
		return NodeRef(NodeID(small(3)))
	case 14:
		return RelRef(RelID(small(3)))
	case 15:
		vs := make([]Value, src.IntN(3))
		for i := range vs {
			vs[i] = arbitrary(src, depth-1)
		}
		return List(vs)
	}
	m := NewMap(2)
	for range src.IntN(3) {
		m.Put([]string{"a", "b"}[src.IntN(2)], arbitrary(src, depth-1))
	}
	return MapOf(m)
}

// The order is total, and agrees with equality and with the keys of DISTINCT.
func TestOrderKeysAndEqualityAgree(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := rand.New(rand.NewPCG(seed, 1))
	saturated := func(v Value) bool { // what Neo4j takes for the largest INTEGER, and sorts after it
		return bytes.Contains(AppendKey(nil, v), AppendKey(nil, Int(math.MaxInt64)))
	}
	for range 50_000 {
		a, b, c := arbitrary(src, 2), arbitrary(src, 2), arbitrary(src, 2)
		ab, bc := Compare(a, b), Compare(b, c)
		switch {
		case Compare(a, a) != 0 || ab != -Compare(b, a):
			t.Fatalf("%v %v: %d and %d", a, b, ab, Compare(b, a))
		case ab <= 0 && bc <= 0 && Compare(a, c) > 0:
			t.Fatalf("%v <= %v <= %v, but not the first and the last", a, b, c)
		}
		x, exact := Head(a)
		y, both := Head(b)
		if x < y && ab >= 0 || x > y && ab <= 0 || x == y && exact && both && ab != 0 {
			t.Fatalf("%v %v: heads %x and %x, exact %v and %v; order %d", a, b, x, y, exact, both, ab)
		}
		alike := bytes.Equal(AppendKey(nil, a), AppendKey(nil, b))
		if alike != (ab == 0) && !saturated(a) {
			t.Fatalf("%v %v: alike for DISTINCT: %v; order %d", a, b, alike, ab)
		}
		if e := Equal(a, b); e.IsTrue() && !alike || truth(e) == "false" && alike && !bytes.Contains(AppendKey(nil, a), AppendKey(nil, nan)) {
			t.Fatalf("%v %v: = gives %s; alike for DISTINCT: %v", a, b, truth(e), alike)
		}
	}
}

// Keys are prefixes of no others, so that keys of several values do not run together.
func TestKeysDoNotRunTogether(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := rand.New(rand.NewPCG(seed, 1))
	for range 50_000 {
		a, b := AppendKey(nil, arbitrary(src, 2)), AppendKey(nil, arbitrary(src, 2))
		if len(a) < len(b) && bytes.HasPrefix(b, a) {
			t.Fatalf("%x is the beginning of %x", a, b)
		}
	}
}

func TestTheOrderOfKinds(t *testing.T) {
	in := []Value{
		pairs("a", Int(1)), NodeRef(1), RelRef(1), List([]Value{Int(1)}), DateTimeOf(0, 0, &Zone{}), LocalDateTimeOf(0, 0), DateOf(0), TimeOf(0, 0), LocalTimeOf(0),
		DurationOf(Duration{}), String("a"), False, True, Float(math.Inf(-1)), Int(math.MinInt64 + 1), Int(1), Float(1.5), Float(math.Inf(1)), nan, Null,
	}
	for i := range in {
		for k := range in {
			if got := Compare(in[i], in[k]); (got < 0) != (i < k) || (got == 0) != (i == k) {
				t.Errorf("number %d compared with number %d: %d", i, k, got)
			}
		}
	}
}

func TestMapsKeepTheirKeysInOrder(t *testing.T) {
	for _, n := range []int{0, 1, 5, 100} {
		m := NewMap(0)
		for i := range n {
			m.Put(fmt.Sprint("k", i), Int(int64(i)))
		}
		for i := range n { // again, which keeps the places
			m.Put(fmt.Sprint("k", n-1-i), Int(int64(-i)))
		}
		if m.Len() != n {
			t.Fatalf("%d keys, want %d", m.Len(), n)
		}
		for i := range n {
			k, v := m.At(i)
			if got, ok := m.Get(k); k != fmt.Sprint("k", i) || !ok || got.AsInt() != v.AsInt() || v.AsInt() != int64(i-n+1) {
				t.Errorf("key %d is %s with %d", i, k, v.AsInt())
			}
		}
		if _, ok := m.Get("missing"); ok {
			t.Error("a key that is not there was found")
		}
	}
}
