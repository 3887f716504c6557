package cases

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	pageRow = regexp.MustCompile(`^\| ([A-Z]+\d+) \| (.*) \|([^|]*)\|$`)
	named   = regexp.MustCompile("`([^`]+)`")
)

// TestPage holds docs/cypher.md against the cases: each part has a file that
// shows it, each file named is there, and each case file is named.
func TestPage(t *testing.T) {
	root := filepath.Join("..", "..")
	folder := filepath.Join(root, "cypher", "testdata", "cases")
	files, err := Find(folder)
	if err != nil {
		t.Fatal(err)
	}
	shows, known, seen := map[string][]string{}, map[string]bool{}, map[string]bool{}
	for _, f := range files {
		rel, err := filepath.Rel(folder, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Cases {
			for _, id := range c.IDs {
				if name := filepath.ToSlash(rel); !slices.Contains(shows[id], name) {
					shows[id] = append(shows[id], name)
				}
			}
		}
	}
	page := filepath.Join(root, "docs", "cypher.md")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	empty := 0
	for i, line := range lines {
		m := pageRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		known[m[1]] = true
		var names []string // what the row names beside case files
		for _, n := range named.FindAllStringSubmatch(m[3], -1) {
			if strings.HasSuffix(n[1], ".test") {
				seen[n[1]] = true
				if !slices.Contains(shows[m[1]], n[1]) && !*rewrite {
					t.Errorf("%s names %s, which has no case with that id", m[1], n[1])
				}
				continue
			}
			names = append(names, "`"+n[1]+"`")
			if _, err := os.Stat(filepath.Join(root, n[1])); err != nil {
				t.Errorf("%s names %s, which is not there", m[1], n[1])
			}
		}
		if len(shows[m[1]])+len(names) == 0 {
			empty++ // cases are still being written
		}
		if *rewrite {
			for _, n := range shows[m[1]] {
				seen[n], names = true, append(names, "`"+n+"`")
			}
			lines[i] = strings.ReplaceAll("| "+m[1]+" | "+m[2]+" | "+strings.Join(names, ", ")+" |", "|  |", "| |")
		}
	}
	if len(known) < 250 {
		t.Errorf("only %d parts are listed", len(known))
	}
	for id := range shows {
		if !known[id] {
			t.Errorf("cases have the id %s, which the page does not list", id)
		}
	}
	for _, f := range files {
		rel, _ := filepath.Rel(folder, f.Name)
		if strings.HasPrefix(filepath.ToSlash(rel), "fuzz/") { // what comparing at random has found, of any part
			continue
		}
		if !seen[filepath.ToSlash(rel)] {
			t.Errorf("the page does not name %s: run this test with -rewrite, or give its cases ids", rel)
		}
	}
	if *rewrite {
		if err := os.WriteFile(page, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d parts, %d of them not shown yet", len(known), empty)
}
