package cases

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// File is one file of cases.
type File struct {
	Name  string // path as given to Load
	Cases []*Case
	lines []string
}

// Case is one case with all that its file said for it.
type Case struct {
	File    string
	Line    int // of the keyword, from 1
	Name    string
	IDs     []string // of the items shown, such as PT1
	Version int      // of the language: 5 or 25
	Graph   []string // statements that make the graph
	Files   []Import
	Differs string // why the answer is not that of Neo4j
	Open    string // what the engine does not do yet: it must answer otherwise
	Server  bool   // only a server can play it
	Tx      bool   // each query runs in a transaction of the client
	Steps   []*Step
}

// Import is a file in the import folder.
type Import struct {
	Name string
	Text string
}

// Step is one query and its answer.
type Step struct {
	Query  string
	Params string // a map of Cypher literals, "" for none
	Want   Expectation
	from   int // lines of the answer: [from, to)
	to     int
}

// Expectation is an answer as text. The zero value is one not recorded yet.
type Expectation struct {
	Recorded bool
	Ordered  bool
	Rows     []string // columns and rows; nil when there are no columns
	Counters string
	Plan     []string // asked for, with ! before what must not be there
	AskNotes bool
	Notes    []string
	Error    *Failure
}

// Failure is an error. What is empty is not compared.
type Failure struct {
	Code    string
	GQL     string // with those of the causes after slashes
	At      string // line:column
	Message string // without the place and the text that Neo4j adds
}

// Find loads all files below folder, by name.
func Find(folder string) ([]*File, error) {
	var files []*File
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".test" {
			return err
		}
		f, err := Load(name)
		files = append(files, f)
		return err
	})
	return files, err
}

// Load reads one file.
func Load(name string) (*File, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return Parse(name, string(text))
}

var header = regexp.MustCompile(`^(.*?)(?:\s*\[([A-Z0-9 ]+)\])?$`)

// reader holds what is valid for the cases to come.
type reader struct {
	file    *File
	version int
	graph   []string
	files   []Import
	kase    *Case
	step    *Step
}

// Parse reads the text of a file.
func Parse(name, text string) (*File, error) {
	r := &reader{file: &File{Name: name, lines: strings.Split(strings.TrimRight(text, "\n"), "\n")}, version: 5}
	for i := 0; i < len(r.file.lines); {
		line := r.file.lines[i]
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			i++
			continue
		}
		to := i + 1
		for j := to; j < len(r.file.lines) && (r.file.lines[j] == "" || r.file.lines[j][0] == ' '); j++ {
			if strings.TrimSpace(r.file.lines[j]) != "" {
				to = j + 1
			}
		}
		body := make([]string, to-i-1)
		for j := range body {
			body[j] = strings.TrimPrefix(strings.TrimPrefix(r.file.lines[i+1+j], " "), " ")
		}
		word, rest, _ := strings.Cut(line, " ")
		if err := r.block(word, strings.TrimSpace(rest), body, i, to); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
		i = to
	}
	for _, c := range r.file.Cases {
		if len(c.Steps) == 0 {
			return nil, fmt.Errorf("%s:%d: a case without a query", name, c.Line)
		}
	}
	return r.file, nil
}

// block reads a keyword in line from (counted from 0) and its body, which ends before line to.
func (r *reader) block(word, rest string, body []string, from, to int) error {
	switch word {
	case "graph":
		r.graph, r.kase, r.step = statements(body), nil, nil
		return nil
	case "file":
		r.files = append(slices.Clone(r.files), Import{rest, strings.Join(body, "\n") + "\n"})
		r.kase, r.step = nil, nil
		return nil
	case "case":
		m := header.FindStringSubmatch(rest)
		r.kase = &Case{File: r.file.Name, Line: from + 1, Name: m[1], IDs: strings.Fields(m[2]), Version: r.version, Graph: slices.Clone(r.graph), Files: r.files}
		r.file.Cases, r.step = append(r.file.Cases, r.kase), nil
		if len(body) > 0 {
			r.query(body, to)
		}
		return nil
	case "cypher":
		v, err := strconv.Atoi(rest)
		if err != nil || v != 5 && v != 25 {
			return fmt.Errorf("the language is 5 or 25, not %q", rest)
		}
		if r.kase == nil || r.step != nil && r.step.Want.Recorded {
			r.version, r.kase, r.step = v, nil, nil
		} else {
			r.kase.Version = v
			r.skip(to)
		}
		return nil
	}
	if r.kase == nil {
		return fmt.Errorf("%q stands before the first case", word)
	}
	switch word {
	case "given":
		r.kase.Graph = append(r.kase.Graph, statements(body)...)
	case "explicit":
		r.kase.Tx, r.kase.Server = true, true
	case "server":
		r.kase.Server = true
	case "differs:":
		r.kase.Differs = strings.TrimSpace(rest + " " + strings.Join(body, " "))
	case "open:":
		r.kase.Open = rest
	case "query":
		r.query(body, to)
		return nil
	default:
		return r.answer(word, rest, body, to)
	}
	r.skip(to)
	return nil
}

// skip moves the place of a missing answer behind an attribute.
func (r *reader) skip(to int) {
	if r.step != nil && !r.step.Want.Recorded {
		r.step.from, r.step.to = to, to
	}
}

func (r *reader) query(body []string, to int) {
	r.step = &Step{Query: strings.Join(body, "\n"), from: to, to: to}
	r.kase.Steps = append(r.kase.Steps, r.step)
}

func (r *reader) answer(word, rest string, body []string, to int) error {
	if r.step == nil {
		return fmt.Errorf("%q stands before a query", word)
	}
	w := &r.step.Want
	switch word {
	case "params":
		r.step.Params = strings.TrimSpace(rest + "\n" + strings.Join(body, "\n"))
		r.skip(to)
		return nil
	case "rows", "ordered":
		w.Ordered, w.Rows = word == "ordered", body
	case "done":
	case "counters":
		w.Counters = rest
	case "plan":
		for p := range strings.SplitSeq(rest, ",") {
			w.Plan = append(w.Plan, strings.TrimSpace(p))
		}
		if !w.Recorded {
			r.step.to = to
			return nil
		}
	case "notes":
		w.AskNotes, w.Notes = true, body
		if !w.Recorded && len(body) == 0 {
			r.step.to = to
			return nil
		}
	case "error":
		place := ""
		rest, place, _ = strings.Cut(rest, " at ")
		code, gql, _ := strings.Cut(rest, " ")
		w.Error = &Failure{Code: code, GQL: strings.TrimSpace(gql), At: place, Message: strings.Join(body, "\n")}
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	w.Recorded = true
	r.step.to = to
	return nil
}

// statements parts text at semicolons that end a line.
func statements(body []string) []string {
	var out []string
	var current []string
	for _, line := range body {
		text, end := strings.CutSuffix(strings.TrimRight(line, " "), ";")
		current = append(current, text)
		if end {
			out, current = append(out, strings.Join(current, "\n")), nil
		}
	}
	if text := strings.Join(current, "\n"); strings.TrimSpace(text) != "" {
		out = append(out, text)
	}
	return out
}
