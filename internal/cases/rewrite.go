package cases

import (
	"cmp"
	"os"
	"slices"
	"strings"
)

// Answers are new answers by the steps they belong to.
type Answers map[*Step]Expectation

// Rewrite gives the text of f with the answers of steps replaced; all else stays.
func (f *File) Rewrite(answers Answers) string {
	lines := slices.Clone(f.lines)
	for _, c := range slices.Backward(f.Cases) {
		for _, s := range slices.Backward(c.Steps) {
			if w, ok := answers[s]; ok {
				lines = slices.Replace(lines, s.from, s.to, w.print()...)
			}
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// Mark writes f with "open:" below the header of each case in open, and without
// it elsewhere.
func (f *File) Mark(open map[*Case]bool) error {
	lines := slices.Clone(f.lines)
	for _, c := range slices.Backward(f.Cases) {
		to := c.Line
		for to < len(lines) && !strings.HasPrefix(lines[to], "case ") {
			to++
		}
		at := c.Line // behind the query that stands in the header's body
		for at < to && strings.HasPrefix(lines[at], " ") {
			at++
		}
		body := slices.DeleteFunc(slices.Clone(lines[c.Line:to]), func(l string) bool { return strings.HasPrefix(l, "open:") })
		if open[c] {
			body = slices.Insert(body, at-c.Line, "open: "+cmp.Or(c.Open, "answers otherwise yet"))
		}
		lines = slices.Replace(lines, c.Line, to, body...)
	}
	return os.WriteFile(f.Name, []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// Save writes f with the answers of steps replaced, when there are any.
func (f *File) Save(answers Answers) error {
	if len(answers) == 0 {
		return nil
	}
	return os.WriteFile(f.Name, []byte(f.Rewrite(answers)), 0o644)
}

func (w *Expectation) print() []string {
	var out []string
	indented := func(lines []string) {
		for _, line := range lines {
			out = append(out, strings.TrimRight("  "+line, " "))
		}
	}
	if w.Rows != nil {
		word := "rows"
		if w.Ordered {
			word = "ordered"
		}
		out = append(out, word)
		indented(w.Rows)
	} else if w.Counters == "" && w.Error == nil {
		out = append(out, "done")
	}
	if w.Counters != "" {
		out = append(out, "counters "+w.Counters)
	}
	if w.Plan != nil {
		out = append(out, "plan "+strings.Join(w.Plan, ", "))
	}
	if w.AskNotes {
		out = append(out, "notes")
		indented(w.Notes)
	}
	if w.Error != nil {
		out = append(out, w.Error.line())
		if w.Error.Message != "" {
			indented(strings.Split(w.Error.Message, "\n"))
		}
	}
	return out
}

func (e *Failure) line() string {
	s := "error " + e.Code
	if e.GQL != "" {
		s += " " + e.GQL
	}
	if e.At != "" {
		s += " at " + e.At
	}
	return s
}
