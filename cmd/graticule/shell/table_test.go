package shell

import (
	"bufio"
	"strings"
	"testing"
)

// The expected tables are what cypher-shell 5.26 printed for the same rows.
func TestTable(t *testing.T) {
	for _, c := range []struct {
		name    string
		columns string
		sample  int
		wrap    bool
		rows    [][]any
		want    string
	}{
		{"wrapped", "x y", 1, true, [][]any{{"a", int64(1)}, {"bbbbb", int64(1)}}, `
+---------------------------+
| x   | y                   |
+---------------------------+
| "a" | 1                   |
| "bb | 1                   |
\ bbb |                     |
\ "   |                     |
+---------------------------+
`},
		{"cut", "x y", 1, false, [][]any{{"a", int64(1)}, {"bbbbb", int64(1)}}, `
+---------------------------+
| x   | y                   |
+---------------------------+
| "a" | 1                   |
| "b… | 1                   |
+---------------------------+
`},
		{"cut at a line", "x y", 9, false, [][]any{{"abcdefg", int64(1)}, {"bb\nb", int64(1)}}, `
+---------------+
| x         | y |
+---------------+
| "abcdefg" | 1 |
| "bb…      | 1 |
+---------------+
`},
		{"lines", "x y", 9, true, [][]any{{"a\r\nb", "x\n"}}, `
+---------------+
| x      | y    |
+---------------+
| "a     | "x   |
\ b"     \ "    |
+---------------+
`},
		{"wide characters", "x averylongheader", 9, true, [][]any{{"🎉🎉🎉🎉🎉🎉", "日本"}}, `
+----------------------------------+
| x              | averylongheader |
+----------------------------------+
| "🎉🎉🎉🎉🎉🎉"       | "日本"            |
+----------------------------------+
`},
		{"none", "n", 9, true, nil, `
+---+
| n |
+---+
+---+
`},
		{"all sampled", "n", 2, true, [][]any{{int64(1)}, {nil}}, `
+------+
| n    |
+------+
| 1    |
| NULL |
+------+
`},
	} {
		var b strings.Builder
		tb := &table{w: bufio.NewWriter(&b), columns: strings.Fields(c.columns), sample: c.sample, wrap: c.wrap}
		for _, r := range c.rows {
			if err := tb.row(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := tb.end(); err != nil {
			t.Fatal(err)
		}
		if got := "\n" + b.String(); got != c.want {
			t.Errorf("%s: got%swant%s", c.name, got, c.want)
		}
	}
}

func TestTree(t *testing.T) {
	leaf := func(name, details string) *operator {
		return &operator{name: name, args: map[string]any{"Details": details, "EstimatedRows": 9.6}}
	}
	union := &operator{name: "Union", children: []*operator{leaf("Left", strings.Repeat("x", detailsMax)+"yy"), {name: "Project", children: []*operator{leaf("Right", "r")}}}}
	var b strings.Builder
	w := bufio.NewWriter(&b)
	writeTree(w, &operator{name: "Top", children: []*operator{union}}, false)
	w.Flush()
	long, dashes, spaces := strings.Repeat("x", detailsMax), strings.Repeat("-", detailsMax), strings.Repeat(" ", detailsMax)
	text := b.String()
	for _, line := range []string{
		"| +Top       | " + spaces + " |                |",
		"| |          +-" + dashes + "-+----------------+",
		"| +Union     | " + spaces + " |                |",
		"| |\\         +-" + dashes + "-+----------------+",
		"| | +Project | " + spaces + " |                |",
		"| | |        +-" + dashes + "-+----------------+",
		"| | +Right   | r" + spaces[1:] + " |             10 |",
		"| |          +-" + dashes + "-+----------------+",
		"| +Left      | " + long + " |             10 |",
		"|            | yy" + spaces[2:] + " |                |",
	} {
		_, after, found := strings.Cut(text, line+"\n")
		if !found {
			t.Fatalf("line missing or out of order: %s\nin\n%s", line, b.String())
		}
		text = after
	}
}
