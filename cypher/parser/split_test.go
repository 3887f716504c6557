package parser

import (
	"slices"
	"testing"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		script string
		want   []string
	}{
		{"", nil},
		{" ; ;", nil},
		{"// only a comment; here\n", nil},
		{"RETURN 1", []string{"RETURN 1"}},
		{"RETURN 1;", []string{"RETURN 1"}},
		{"RETURN ';' AS `a;b`;\nRETURN /* ; */ 2 // ;\n;", []string{"RETURN ';' AS `a;b`", "RETURN /* ; */ 2 // ;"}},
		{"// head\nSHOW DATABASES YIELD name\nORDER BY name;\nRETURN 2 ", []string{"// head\nSHOW DATABASES YIELD name\nORDER BY name", "RETURN 2"}},
		{"RETURN ';'", []string{"RETURN ';'"}},
		{"RETURN 1; RETURN 'open; x", []string{"RETURN 1", "RETURN 'open; x"}},
	} {
		if got := Split(c.script); !slices.Equal(got, c.want) {
			t.Errorf("%q is split into %q, want %q", c.script, got, c.want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("RETURN ';'; /* ; */ RETURN `;`")
	f.Fuzz(func(t *testing.T, script string) {
		for _, s := range Split(script) {
			if s == "" {
				t.Fatal("an empty statement")
			}
		}
	})
}
