package bind

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"graticule/cypher/parser"
	"graticule/status"
)

// scenario is one query of the openCypher scenarios, outlines expanded.
type scenario struct {
	file, query string
	detail      string // expected at compile time; "" when the query must be accepted
	late        bool   // openCypher refuses it when it runs, which Neo4j does for some types before
}

var (
	measuredQuery = regexp.MustCompile(`(?s)executing (?:control )?query:\s*"""(.*?)"""`)
	compileError  = regexp.MustCompile(`an? \w+ should be raised at compile time: (\S+)`)
	runtimeError  = regexp.MustCompile(`an? \w+ should be raised at (?:runtime|any time)`)
	anyError      = regexp.MustCompile(`an? \w+ should be raised at`)
)

// readScenarios reads the feature files that stand beside the project.
func readScenarios(t *testing.T) []scenario {
	root := filepath.Join("..", "..", "..", "shared", "tck", "features")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the openCypher scenarios are not beside the project")
	}
	var out []scenario
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".feature") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, block := range strings.Split(string(text), "\n  Scenario")[1:] {
			for _, body := range expand(block) {
				s := scenario{file: filepath.Base(path)}
				if m := measuredQuery.FindStringSubmatch(body); m != nil {
					s.query = strings.TrimSpace(m[1])
				}
				if m := compileError.FindStringSubmatch(body); m != nil {
					s.detail = m[1]
				} else if s.late = runtimeError.MatchString(body); anyError.MatchString(body) && strings.Contains(body, "compile time") {
					continue
				}
				if s.query != "" {
					out = append(out, s)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// expand gives the bodies of a scenario, one per row of its examples.
func expand(block string) []string {
	body, examples, found := strings.Cut(block, "Examples:")
	if !found {
		return []string{block}
	}
	var header []string
	var out []string
	for _, line := range strings.Split(examples, "\n") {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.ReplaceAll(strings.Trim(line, "|"), `\|`, "\x00"), "|")
		if header == nil {
			header = cells
			continue
		}
		b := body
		for i, c := range cells {
			if i < len(header) {
				b = strings.ReplaceAll(b, "<"+strings.TrimSpace(header[i])+">", strings.ReplaceAll(strings.TrimSpace(c), "\x00", "|"))
			}
		}
		out = append(out, b)
	}
	return out
}

// elsewhere are the details that need the procedures and functions of a
// server, so that the compiler of plans raises them.
var elsewhere = map[string]bool{
	"ProcedureNotFound": true, "MissingParameter": true, "InvalidNumberOfArguments": true, "InvalidArgumentPassingMode": true, "UnknownFunction": true,
	"NoSingleRelationshipType": true, "CreatingVarLength": true, "RequiresDirectedRelationship": true,
}

// TestBindOpenCypherScenarios runs every query through the parser and Bind. A
// query that openCypher accepts must be accepted; of those it refuses at compile
// time nearly all must be refused, and for the right reason.
func TestBindOpenCypherScenarios(t *testing.T) {
	accepted, refused, right, expected := 0, 0, 0, 0
	for _, s := range readScenarios(t) {
		stmt, err := parser.Parse(s.query, parser.Config{})
		if err == nil {
			_, err = Bind(stmt, Config{})
		}
		switch {
		case s.detail == "" && err == nil:
			accepted++
		case s.detail == "" && s.late && status.As(err).Detail == "InvalidArgumentType":
		case s.detail == "":
			t.Errorf("%s: refused (%v, %s): %s", s.file, err, status.As(err).Detail, s.query)
		case elsewhere[s.detail]:
		case err == nil:
			expected++
			t.Logf("%s: accepted, want %s: %s", s.file, s.detail, s.query)
		default:
			expected++
			refused++
			if got := status.As(err).Detail; got == s.detail {
				right++
			} else {
				t.Logf("%s: %q, want %s: %s", s.file, got, s.detail, s.query)
			}
		}
	}
	t.Logf("%d accepted; of %d to refuse %d refused, %d with the right detail", accepted, expected, refused, right)
	if refused*100 < expected*95 || right*100 < expected*95 {
		t.Errorf("of %d queries to refuse %d were refused, %d with the right detail; want 95 %%", expected, refused, right)
	}
}
