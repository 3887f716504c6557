package fulltext

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func analyzer(t testing.TB, name string) *Analyzer {
	t.Helper()
	a, ok := AnalyzerNamed(name)
	if !ok {
		_, err := Analyzers()
		t.Fatalf("no analyzer %s: %v", name, err)
	}
	return a
}

func foxes(t testing.TB) *Index {
	x := New(analyzer(t, DefaultAnalyzer), []string{"name", "title"})
	for id, texts := range [][][]string{
		{{"The quick brown fox jumps over the lazy dog"}, {"Fox"}}, {{"Quick foxes are quicker"}, {"lazy"}}, {nil, {"brown dogs, brown cats"}},
		{{"hello World-wide web foo.bar a@b.com 12.5"}, nil}, {{"brown list", "quick list"}, nil},
	} {
		x.Put(uint64(id), texts)
	}
	return x
}

func show(hits []Hit) string {
	var parts []string
	for _, h := range hits {
		parts = append(parts, fmt.Sprintf("%d %.5f", h.ID, h.Score))
	}
	return strings.Join(parts, ", ")
}

// The scores were recorded from Neo4j 5.26.
func TestQueriesScoreAsLucene(t *testing.T) {
	x := foxes(t)
	for query, want := range map[string]string{
		"quick":                                  "1 0.19013, 4 0.19013, 0 0.13739",
		"quick OR brown":                         "4 0.55961, 2 0.47845, 0 0.40440, 1 0.19013",
		"quick brown":                            "4 0.55961, 2 0.47845, 0 0.40440, 1 0.19013",
		"quick AND brown":                        "4 0.55961, 0 0.40440",
		"+quick -fox":                            "1 0.19013, 4 0.19013",
		`title:lazy name:"quick brown"^2`:        "0 0.80880, 1 0.56047",
		"qui* br?wn":                             "0 2.00000, 4 2.00000, 1 1.00000, 2 1.00000",
		"quck~":                                  "1 0.14259, 4 0.14259, 0 0.10305",
		"brwn~1":                                 "2 0.35884, 4 0.27711, 0 0.20025",
		`"brown jumps"~2`:                        "0 0.45256",
		`"brown jumps"`:                          "",
		"name:[dog TO fox]":                      "0 1.00000, 3 1.00000",
		"name:{dog TO fox}":                      "3 1.00000",
		"/qui.*/":                                "0 1.00000, 1 1.00000, 4 1.00000",
		"*:*":                                    "0 1.00000, 1 1.00000, 2 1.00000, 3 1.00000, 4 1.00000",
		"*":                                      "0 2.00000, 1 2.00000, 2 1.00000, 3 1.00000, 4 1.00000",
		"NOT quick":                              "",
		"(quick OR brown) AND NOT (fox OR cats)": "4 0.55961, 1 0.19013",
		"nofield:quick":                          "",
		"wide-web":                               "3 0.98203",
		"foo.bar":                                "3 0.49102",
		"12.5 && a@b.com":                        "3 1.47305",
		"quick || !brown":                        "1 0.19013",
		"brown^0.5 lazy^3":                       "1 1.68142, 0 1.52484, 2 0.23923, 4 0.18474",
		`foo\.bar`:                               "3 0.49102",
		"QUICK":                                  "1 0.19013, 4 0.19013, 0 0.13739",
		"Qui*":                                   "0 1.00000, 1 1.00000, 4 1.00000",
	} {
		hits, err := x.Search(query, Options{Limit: -1})
		if got := show(hits); err != nil || got != want {
			t.Errorf("%s\n got %s (%v)\nwant %s", query, got, err, want)
		}
	}
	hits, err := x.Search("quick brown", Options{Skip: 1, Limit: 1})
	if got := show(hits); err != nil || got != "2 0.47845" {
		t.Errorf("second of them: %s (%v)", got, err)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for query, want := range map[string]string{
		"": `Encountered "<EOF>" at line 1, column 0.`, "quick (": `Encountered "<EOF>" at line 1, column 7.`, "a AND": `Encountered "<EOF>" at line 1, column 5.`,
		"(a": "", `"open`: "", "[a b]": "", "name:": "", ")": "", "a^": "", strings.Repeat("(", 5000): "",
	} {
		_, err := foxes(t).Search(query, Options{Limit: -1})
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || want != "" && err.Error() != want {
			t.Errorf("%.20q: %v", query, err)
		}
	}
}

func TestAnalyzers(t *testing.T) {
	for name, want := range map[string]string{
		"standard": "quick foxes naïve", "standard-no-stop-words": "the quick foxes are naïve", "standard-folding": "quick foxes naive", "english": "quick fox naïv", "keyword": "The QUICK foxes are naïve",
		"whitespace": "The QUICK foxes are naïve", "simple": "the quick foxes are naïve", "stop": "quick foxes naïve", "german": "the quick fox are naiv",
	} {
		var words []string
		for _, term := range analyzer(t, name).Terms("The QUICK foxes are naïve") {
			words = append(words, term.Text)
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	all, err := Analyzers()
	if err != nil || len(all) < 40 {
		t.Errorf("%d analyzers (%v)", len(all), err)
	}
}

// TestRemovingLeavesNothing compares an index after random changes with a fresh one of the same content.
func TestRemovingLeavesNothing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	words := strings.Fields("red green blue fast slow fox dog cat")
	text := func() []string {
		if rng.IntN(4) == 0 {
			return nil
		}
		var out []string
		for range 1 + rng.IntN(6) {
			out = append(out, words[rng.IntN(len(words))])
		}
		return []string{strings.Join(out, " ")}
	}
	x := New(analyzer(t, "english"), []string{"a", "b"})
	content := map[uint64][][]string{}
	for range 500 {
		before := x
		x = x.Fork()
		id := uint64(rng.IntN(40))
		if rng.IntN(3) == 0 {
			x.Remove(id)
			delete(content, id)
		} else {
			content[id] = [][]string{text(), text()}
			x.Put(id, content[id])
		}
		_ = before
	}
	fresh := New(analyzer(t, "english"), []string{"a", "b"})
	for id, texts := range content {
		fresh.Put(id, texts)
	}
	for _, q := range []string{"red", "fast fox", `"red green"~3`, "a:fox AND b:dog", "f*", "rde~", "*:*"} {
		have, err := x.Search(q, Options{Limit: -1})
		want, err2 := fresh.Search(q, Options{Limit: -1})
		if err != nil || err2 != nil || !reflect.DeepEqual(have, want) {
			t.Errorf("%s: %s (%v), a fresh index gives %s (%v)", q, show(have), err, show(want), err2)
		}
	}
	for id := range content {
		x.Remove(id)
	}
	if x.postings.Len() != 0 || x.terms.Len() != 0 || x.stats[0] != (fieldStats{}) || x.stats[1] != (fieldStats{}) {
		t.Errorf("an empty index holds %d postings, %d terms, %+v", x.postings.Len(), x.terms.Len(), x.stats)
	}
}

func FuzzSearch(f *testing.F) {
	for _, q := range []string{`a AND (b OR c) -d^2 "x y"~3 f:[a TO b} /r.*/ w?ld* z~1 \+`, "a:(b c)", "*:*"} {
		f.Add(q)
	}
	x := foxes(f)
	f.Fuzz(func(t *testing.T, q string) {
		_, err := x.Search(q, Options{Limit: 3})
		var syntax *SyntaxError
		if err != nil && !errors.As(err, &syntax) {
			t.Fatal(err)
		}
	})
}
