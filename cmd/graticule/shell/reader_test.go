package shell

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestScript(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string // commands begin with their colon
	}{
		{"RETURN 1;\nRETURN 2", []string{"RETURN 1", "RETURN 2"}},
		{"RETURN 1; RETURN 2;;;\n", []string{"RETURN 1", "RETURN 2"}},
		{":begin\n  :params  \nRETURN\n1;\n:commit;\n", []string{":begin", ":params", "RETURN\n1", ":commit"}},
		{"RETURN 1\n:params\n;", []string{"RETURN 1\n:params"}},
		{`RETURN "a;b" AS x, 'c\';', "\\"; RETURN 1;`, []string{`RETURN "a;b" AS x, 'c\';', "\\"`, "RETURN 1"}},
		{"RETURN `a``;b`;RETURN 2;", []string{"RETURN `a``;b`", "RETURN 2"}},
		{"RETURN 1; // done;\n", []string{"RETURN 1"}},
		{"RETURN 1; /* done; */", []string{"RETURN 1"}},
		{"// a; b\n:begin\n/* c; */ RETURN 4/2 // x;\n;", []string{":begin", "/* c; */ RETURN 4/2 // x;"}},
		{"RETURN 4/ 2;", []string{"RETURN 4/ 2"}},
		{"RETURN 'a//b';RETURN 1/**/;", []string{"RETURN 'a//b'", "RETURN 1/**/"}},
		{":param x => 1;\nRETURN $x;", []string{":param x => 1", "RETURN $x"}},
		{":use neo4j", []string{":use neo4j"}},
		{"", nil}, {" \n;", nil}, {"// only this", nil}, {"/* open", nil}, {":\n", []string{":"}},
	} {
		var got []string
		for s := newScript(strings.NewReader(c.in)); ; {
			st, err := s.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if st.command != strings.HasPrefix(st.text, ":") {
				t.Errorf("%q: %q is taken for the other kind", c.in, st.text)
			}
			got = append(got, st.text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}
