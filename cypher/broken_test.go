package cypher_test

import (
	"strings"
	"testing"

	"graticule/cypher"
	"graticule/internal/cases"
	"graticule/status"
)

// Each query of the cases with one word left out, or cut behind it, is compiled
// or refused with a status: none may panic.
func TestBrokenQueriesAreRefused(t *testing.T) {
	files, err := cases.Find("testdata/cases")
	if err != nil {
		t.Fatal(err)
	}
	engine, tried := cypher.New(nil), 0
	prepare := func(text string) {
		defer func() {
			if p := recover(); p != nil {
				t.Errorf("%s\npanics: %v", text, p)
			}
		}()
		tried++
		if _, err := engine.Prepare(text, 5); err != nil && status.As(err) == nil {
			t.Errorf("%s\nfails with %v, which is no status", text, err)
		}
	}
	for _, f := range files {
		for _, c := range f.Cases {
			for _, s := range c.Steps {
				words := strings.Fields(c.Text(s.Query))
				for i := range words {
					prepare(strings.Join(words[:i], " "))
					prepare(strings.Join(words[:i], " ") + " " + strings.Join(words[i+1:], " "))
				}
			}
		}
	}
	if tried < 20_000 {
		t.Errorf("only %d queries were tried", tried)
	}
}
