package tck

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"
)

// Scenario is one scenario, its outline expanded.
type Scenario struct {
	File       string // path below the features folder, with slashes
	Name       string // such as "[3] Fail when …", with the example's row where there are several
	Setup      []string
	Parameters map[string]any
	Procedures []Procedure
	Checks     []Check // the measured query, then control queries
}

// Check is one query and what it must do.
type Check struct {
	Query       string
	Columns     []string // nil with Any or Empty: not asserted
	Rows        [][]any
	Ordered     bool
	AnyOrder    bool // of the elements of every list
	Empty       bool
	Error       *Error
	SideEffects map[string]int // nil: not asserted
}

// Error is an expected failure.
type Error struct {
	Type   string // SyntaxError, TypeError, …
	Phase  string // "compile time", "runtime", "any time"
	Detail string // or "*"
}

// Procedure is a procedure that a scenario needs: its signature and the table of its answers.
type Procedure struct {
	Name    string
	Inputs  []Field
	Outputs []Field
	Rows    [][]any // inputs, then outputs
}

// Field is one input or output of a Procedure.
type Field struct{ Name, Type string }

// Load reads all scenarios below dir, which holds the folders features and graphs.
func Load(dir string) ([]*Scenario, error) {
	var out []*Scenario
	root := filepath.Join(dir, "features")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".feature") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		rel, _ := filepath.Rel(root, path)
		id := &messages.Incrementing{}
		doc, err := gherkin.ParseGherkinDocument(f, id.NewId)
		if err != nil {
			return fmt.Errorf("%s: %w", rel, err)
		}
		for _, pickle := range gherkin.Pickles(*doc, rel, id.NewId) {
			s, err := read(dir, pickle)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", rel, pickle.Name, err)
			}
			s.File = filepath.ToSlash(rel)
			out = append(out, s)
		}
		return nil
	})
	return out, err
}

var (
	raised    = regexp.MustCompile(`^an? (\w+) should be raised at (compile time|runtime|any time): (\S+)$`)
	signature = regexp.MustCompile(`^there exists a procedure ([\w.]+)\((.*?)\) :: \((.*)\) ?:$`)
)

func read(dir string, p *messages.Pickle) (*Scenario, error) {
	s := &Scenario{Name: p.Name, Parameters: map[string]any{}}
	var check *Check
	for _, step := range p.Steps {
		text, doc, table := step.Text, "", [][]string(nil)
		if step.Argument != nil && step.Argument.DocString != nil {
			doc = step.Argument.DocString.Content
		}
		if step.Argument != nil && step.Argument.DataTable != nil {
			for _, row := range step.Argument.DataTable.Rows {
				var cells []string
				for _, c := range row.Cells {
					cells = append(cells, c.Value)
				}
				table = append(table, cells)
			}
		}
		switch {
		case text == "an empty graph" || text == "any graph":
		case strings.HasPrefix(text, "the ") && strings.HasSuffix(text, " graph"):
			scripts, err := namedGraph(dir, strings.TrimSuffix(strings.TrimPrefix(text, "the "), " graph"))
			if err != nil {
				return nil, err
			}
			s.Setup = append(s.Setup, scripts...)
		case text == "having executed:":
			s.Setup = append(s.Setup, doc)
		case text == "parameters are:":
			for _, row := range table {
				v, err := Parse(row[1])
				if err != nil {
					return nil, err
				}
				s.Parameters[row[0]] = v
			}
		case signature.MatchString(text):
			proc, err := readProcedure(signature.FindStringSubmatch(text), table)
			if err != nil {
				return nil, err
			}
			s.Procedures = append(s.Procedures, proc)
		case text == "executing query:" || text == "executing control query:":
			s.Checks = append(s.Checks, Check{Query: doc})
			check = &s.Checks[len(s.Checks)-1]
		case check == nil:
			return nil, fmt.Errorf("step %q before any query", text)
		case strings.HasPrefix(text, "the result should be"):
			if err := check.expect(strings.TrimSuffix(strings.TrimPrefix(text, "the result should be"), ":"), table); err != nil {
				return nil, err
			}
		case text == "no side effects":
			check.SideEffects = map[string]int{}
		case text == "the side effects should be:":
			check.SideEffects = map[string]int{}
			for _, row := range table {
				var n int
				if _, err := fmt.Sscan(row[1], &n); err != nil {
					return nil, err
				}
				check.SideEffects[row[0]] = n
			}
		case raised.MatchString(text):
			m := raised.FindStringSubmatch(text)
			check.Error = &Error{Type: m[1], Phase: m[2], Detail: m[3]}
			check.SideEffects = map[string]int{}
		default:
			return nil, fmt.Errorf("unknown step %q", text)
		}
	}
	return s, nil
}

func (c *Check) expect(how string, table [][]string) error {
	c.AnyOrder = strings.Contains(how, "ignoring element order for lists")
	c.Ordered = strings.Contains(how, "in order")
	if strings.TrimSpace(how) == "empty" {
		c.Empty = true
		return nil
	}
	c.Columns = table[0]
	for _, cells := range table[1:] {
		row := make([]any, len(cells))
		for i, cell := range cells {
			v, err := Parse(cell)
			if err != nil {
				return err
			}
			row[i] = v
		}
		c.Rows = append(c.Rows, row)
	}
	return nil
}

func readProcedure(m []string, table [][]string) (Procedure, error) {
	fields := func(text string) (out []Field) {
		for _, f := range strings.Split(text, ",") {
			if name, typ, ok := strings.Cut(f, "::"); ok {
				out = append(out, Field{strings.TrimSpace(name), strings.TrimSpace(typ)})
			}
		}
		return out
	}
	p := Procedure{Name: m[1], Inputs: fields(m[2]), Outputs: fields(m[3])}
	if len(table) == 0 {
		return p, nil
	}
	for _, cells := range table[1:] {
		var row []any
		for _, cell := range cells {
			v, err := Parse(cell)
			if err != nil {
				return p, err
			}
			row = append(row, v)
		}
		if len(row) == len(p.Inputs)+len(p.Outputs) && len(row) > 0 {
			p.Rows = append(p.Rows, row)
		}
	}
	return p, nil
}

func namedGraph(dir, name string) ([]string, error) {
	folder := filepath.Join(dir, "graphs", name)
	text, err := os.ReadFile(filepath.Join(folder, name+".json"))
	if err != nil {
		return nil, err
	}
	var index struct{ Scripts []string }
	if err := json.Unmarshal(text, &index); err != nil {
		return nil, err
	}
	var out []string
	for _, script := range index.Scripts {
		text, err := os.ReadFile(filepath.Join(folder, script+".cypher"))
		if err != nil {
			return nil, err
		}
		for _, statement := range strings.Split(string(text), ";") {
			if strings.TrimSpace(statement) != "" {
				out = append(out, statement)
			}
		}
	}
	return out, nil
}
