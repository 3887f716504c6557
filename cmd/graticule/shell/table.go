package shell

import (
	"bufio"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// numberWidth is the least width of a number's column when not all rows were
// seen before the first was written: that of the longest integer.
const numberWidth = 19

// table writes rows between borders. Column widths come from the first sample
// rows, so that the rest can be written as it arrives.
type table struct {
	w       *bufio.Writer
	columns []string
	sample  int  // rows to see before the first line is written
	wrap    bool // else values that are too wide are cut

	waiting [][]any
	widths  []int // nil until the header is written
}

func (t *table) row(values []any) error {
	if t.widths != nil {
		return t.write(values)
	}
	t.waiting = append(t.waiting, values)
	if len(t.waiting) <= t.sample {
		return nil
	}
	return t.begin(false)
}

// end writes what is still waiting and the last border.
func (t *table) end() error {
	if t.widths == nil {
		if err := t.begin(true); err != nil {
			return err
		}
	}
	t.border()
	return t.w.Flush()
}

// begin fixes the widths and writes the header and the rows seen.
func (t *table) begin(all bool) error {
	t.widths = make([]int, len(t.columns))
	sampled := t.waiting
	if len(sampled) > t.sample {
		sampled = sampled[:t.sample]
	}
	for i, c := range t.columns {
		t.widths[i] = units(c)
		for _, r := range sampled {
			t.widths[i] = max(t.widths[i], units(formatValue(r[i])))
			if !all && isNumber(r[i]) {
				t.widths[i] = max(t.widths[i], numberWidth)
			}
		}
	}
	t.border()
	t.cells(t.columns)
	t.border()
	for _, r := range t.waiting {
		if err := t.write(r); err != nil {
			return err
		}
	}
	t.waiting = nil
	return nil
}

func (t *table) write(values []any) error {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = formatValue(v)
	}
	return t.cells(texts)
}

func (t *table) border() {
	n := -1
	for _, w := range t.widths {
		n += w + 3
	}
	t.w.WriteString("+" + strings.Repeat("-", max(n, 0)) + "+\n")
}

// cells writes one row, on as many lines as its highest cell needs. A cell that
// goes on is marked by a backslash.
func (t *table) cells(texts []string) error {
	lines := make([][]string, len(texts))
	height := 1
	for i, s := range texts {
		lines[i] = fit(s, t.widths[i], t.wrap)
		height = max(height, len(lines[i]))
	}
	for n := range height {
		for i, w := range t.widths {
			edge, text := "| ", ""
			if n < len(lines[i]) {
				text = lines[i][n]
				if n > 0 {
					edge = "\\ "
				}
			}
			t.w.WriteString(edge + text + strings.Repeat(" ", max(0, w-utf8.RuneCountInString(text))+1))
		}
		t.w.WriteString("|\n")
	}
	return t.w.Flush()
}

// fit breaks a text into lines of at most width characters, or cuts it.
func fit(s string, width int, wrap bool) []string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	if !wrap {
		first := []rune(lines[0])
		if len(lines) == 1 && len(first) <= width {
			return lines
		}
		return []string{string(first[:max(0, min(len(first), width-1))]) + "…"}
	}
	var out []string
	for _, line := range lines {
		runes := []rune(line)
		for len(runes) > width && width > 0 {
			out = append(out, string(runes[:width]))
			runes = runes[width:]
		}
		out = append(out, string(runes))
	}
	return out
}

// units is the length of s in UTF-16 units, by which columns are as wide as
// those of cypher-shell.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}
