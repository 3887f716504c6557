package fn

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"graticule/graph"
)

// TestPiecesChangeNothing compares functions of texts that are treated in pieces
// with the same functions of the library on the whole text.
func TestPiecesChangeNothing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	// No Σ: what the library makes of one in a long text depends on its buffers.
	signs := []string{"a", "B", "é", "e\u0301", "σ", "'", "ß", "ŉ", " ", ".", "中", "\u0345", "😀", "\u1100\u1161", "ΐ", "İ", "-"}
	all, c := Builtins(), &Context{}
	call := func(name string, args ...graph.Value) string {
		v, err := c.Call(all[name], args)
		if err != nil {
			t.Fatal(err)
		}
		return v.AsString()
	}
	for range 12 {
		var b strings.Builder
		some := signs[:1+rnd.IntN(len(signs))]
		for range rnd.IntN(2 * pieceBytes) {
			b.WriteString(some[rnd.IntN(len(some))])
		}
		s, sep := b.String(), some[rnd.IntN(len(some))]+some[rnd.IntN(len(some))]
		runes := []rune(s)
		at := rnd.IntN(len(runes) + 2)
		cut := min(at, len(runes))
		reversed := slices.Clone(runes)
		slices.Reverse(reversed)
		for _, x := range []struct{ name, got, want string }{
			{"toUpper", call("toupper", graph.String(s)), upperWhole(s)},
			{"toLower", call("tolower", graph.String(s)), lowerWhole(s)},
			{"normalize NFC", call("normalize", graph.String(s), graph.String("NFC")), Form("NFC").String(s)},
			{"normalize NFKD", call("normalize", graph.String(s), graph.String("NFKD")), Form("NFKD").String(s)},
			{"replace", call("replace", graph.String(s), graph.String(sep), graph.String("xy")), strings.ReplaceAll(s, sep, "xy")},
			{"replace nothing", call("replace", graph.String(s), graph.String(""), graph.String("-")), strings.ReplaceAll(s, "", "-")},
			{"reverse", call("reverse", graph.String(s)), string(reversed)},
			{"left", call("left", graph.String(s), graph.Int(int64(at))), string(runes[:cut])},
			{"right", call("right", graph.String(s), graph.Int(int64(at))), string(runes[len(runes)-cut:])},
			{"substring", call("substring", graph.String(s), graph.Int(int64(at)), graph.Int(3)), string(runes[cut:min(cut+3, len(runes))])},
		} {
			if x.got != x.want {
				t.Errorf("%s of a text of %d bytes of %q differs from that of the whole text", x.name, len(s), some)
			}
		}
		if got, want := c.runes(s), len(runes); got != want {
			t.Errorf("%d characters, want %d", got, want)
		}
		if got, want := c.find(s, sep+sep+sep), strings.Index(s, sep+sep+sep); got != want {
			t.Errorf("found at %d, want %d", got, want)
		}
		parts, err := split(c, s, []graph.Value{graph.String(sep)})
		if want := strings.Split(s, sep); err != nil || len(parts.AsList()) != len(want) || call("string.join", parts, graph.String(sep)) != s {
			t.Errorf("split into %d parts (%v), want %d", len(parts.AsList()), err, len(want))
		}
	}
}

// TestWorkIsLeftWhenTheStatementEnds ends a statement in the middle of a call.
func TestWorkIsLeftWhenTheStatementEnds(t *testing.T) {
	ended, looks := errors.New("ended"), 0
	c := &Context{Alive: func() error {
		if looks++; looks == 3 {
			return ended
		}
		return nil
	}}
	list := make([]graph.Value, 1<<20)
	for i := range list {
		list[i] = graph.Int(int64(len(list) - i))
	}
	for _, f := range []func() (graph.Value, error){
		func() (graph.Value, error) { return graph.List(c.Sorted(list)), nil },
		func() (graph.Value, error) { return c.In(graph.Int(0), graph.List(list)) },
		func() (graph.Value, error) { return c.Equal(graph.List(list), graph.List(slices.Clone(list))), nil },
		func() (graph.Value, error) { return c.Add(graph.List(list), graph.List(list)) },
	} {
		looks = 0
		if _, err := c.Interruptible(f); !errors.Is(err, ended) || looks != 3 {
			t.Errorf("left after %d looks with %v", looks, err)
		}
	}
}

func upperWhole(s string) string { return cases.Upper(language.Und).String(s) }
func lowerWhole(s string) string { return cases.Lower(language.Und).String(s) }
