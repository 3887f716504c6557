package layering

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// walk visits the files of this module: not those of build outputs, modules within or hidden folders.
func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			_, module := os.Stat(filepath.Join(name, "go.mod"))
			if rel != "." && (strings.HasPrefix(d.Name(), ".") || rel == "build" || rel == "bin" || d.Name() == "node_modules" || d.Name() == "testdata" || module == nil) {
				return fs.SkipDir
			}
			return nil
		}
		visit(rel)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestImportsKeepTheFloors(t *testing.T) {
	seen := 0
	used := map[[2]string]bool{}
	walk(t, func(name string) {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		from := path.Dir(name)
		for _, spec := range f.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			seen++
			if local, ok := strings.CutPrefix(to, "graticule/"); ok {
				used[[2]string{from, local}] = true
				if why := allowed(from, local); why != "" {
					t.Errorf("%s imports %s: %s", name, local, why)
				}
				continue
			}
			for library, by := range owners {
				if (to == library || strings.HasPrefix(to, library+"/") || strings.HasPrefix(to, library+"-")) && !slices.ContainsFunc(by, func(owner string) bool { return from == owner || strings.HasPrefix(from, owner+"/") }) {
					t.Errorf("%s imports %s, which belongs to %v: ask that package for what is needed", name, to, by)
				}
			}
		}
	})
	if seen < 500 {
		t.Errorf("only %d imports were seen: the walk misses the module", seen)
	}
	for e, reason := range exceptions {
		if !used[e] {
			t.Errorf("the exception %v (%s) is no longer needed: remove it", e, reason)
		}
	}
}

func TestFloorsForbid(t *testing.T) {
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"graphstore", "graph", true}, {"graphstore", "replication", true}, {"graphstore", "graphstore/fulltext", true}, {"node", "bolt", true},
		{"cypher/parser", "cypher/ast", true}, {"commit", "replication/consensus", true},
		{"graphstore", "replication/consensus", false}, {"cypher", "graphstore", false}, {"cypher/exec", "graphstore", false}, {"graph", "graphstore", false},
		{"replication/stream", "replication/consensus", false}, {"graphstore", "transport", false}, {"bolt", "node", false}, {"cypher/ast", "cypher/exec", false},
		{"region", "catalog", false}, {"newfolder", "graph", false}, {"graph", "status", false}, {"graph", "telemetry", false},
	} {
		if why := allowed(c.from, c.to); (why == "") != c.ok {
			t.Errorf("%s imports %s: %q", c.from, c.to, why)
		}
	}
}

func TestEveryPackageHasADoc(t *testing.T) {
	docs, packages := map[string]bool{}, map[string]string{}
	walk(t, func(name string) {
		dir := path.Dir(name)
		if path.Ext(name) == ".go" {
			packages[dir] = name
		}
		if path.Base(name) == "doc.go" {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			docs[dir] = f.Doc != nil && (strings.HasPrefix(f.Doc.Text(), "Package "+f.Name.Name+" ") || f.Name.Name == "main" && strings.HasPrefix(f.Doc.Text(), "Command "))
		}
	})
	for dir := range packages {
		if !docs[dir] {
			t.Errorf("%s has no doc.go that begins with \"Package …\": write what it owns, how data flows through it, its goroutines and locks", dir)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	walk(t, func(name string) {
		if path.Ext(name) == ".go" {
			if n := bytes.Count(read(t, name), []byte{'\n'}); n > fileMax {
				t.Errorf("%s has %d lines, more than %d: move whole functions into a file named for what they do", name, n, fileMax)
			}
		}
	})
}

// Each pinned format has a page, and each page's links and golden files are there.
func TestFormatsHavePages(t *testing.T) {
	var pages strings.Builder
	err := fs.WalkDir(os.DirFS(filepath.Join(root, "docs/format")), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			pages.Write(read(t, "docs/format/"+name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	golden := 0
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != root || d.Name() == "build" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if err == nil && strings.HasSuffix(name, ".golden") {
			if golden++; !strings.Contains(pages.String(), d.Name()) {
				t.Errorf("no page in docs/format names %s: describe the bytes it pins", name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if golden < 8 {
		t.Errorf("only %d golden files were found", golden)
	}
}

var (
	link     = regexp.MustCompile(`\]\(([^)#:\s]+)(#[^)]*)?\)`)
	codePath = regexp.MustCompile("`((?:bolt|catalog|cmd|commit|cypher|docs|e2e|graph|graphstore|internal|node|queryapi|region|replication|routing|status|telemetry|transport)/[\\w/.-]+\\.(?:go|md|golden))`")
)

// Links between documents, and the files they name, are there.
func TestDocsNameWhatIsThere(t *testing.T) {
	links := 0
	walk(t, func(name string) {
		if path.Ext(name) != ".md" {
			return
		}
		text := string(read(t, name))
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			links++
			if _, err := os.Stat(filepath.Join(root, path.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
		for _, m := range codePath.FindAllStringSubmatch(text, -1) {
			links++
			if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
				t.Errorf("%s names %s, which is not there", name, m[1])
			}
		}
	})
	if links < 10 {
		t.Errorf("only %d links were found", links)
	}
}
