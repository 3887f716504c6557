package layering

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var rewriteLicences = flag.Bool("rewrite-licences", false, "write docs/third-party.md anew")

// licences are the kinds that may be linked in, known by words of their texts; the
// first that fits counts.
var licences = []struct{ name, words string }{
	{"Apache-2.0", "Apache License"}, {"MPL-2.0", "Mozilla Public License"}, {"MIT", "Permission is hereby granted, free of charge"},
	{"BSD", "Redistribution and use in source and binary forms"}, {"ISC", "Permission to use, copy, modify, and"},
}

// forbidden are words of licences that would bind the whole program.
var forbidden = regexp.MustCompile(`(?i)GNU (AFFERO |LESSER )?GENERAL PUBLIC LICENSE|Business Source License|Server Side Public License|Commons Clause`)

// licenceOf gives the licence of the module in dir, "" when it is none of those.
func licenceOf(dir string) (string, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	found := ""
	for _, f := range files {
		if !regexp.MustCompile(`(?i)^(licen[sc]e|copying)`).MatchString(f.Name()) || f.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return "", err
		}
		flat := strings.Join(strings.Fields(string(text)), " ")
		if forbidden.MatchString(flat) && !strings.Contains(flat, "Mozilla Public License") { // which names the GNU licences as an alternative
			return "", fmt.Errorf("%s has words of %q", f.Name(), forbidden.FindString(flat))
		}
		for _, l := range licences {
			if found == "" && strings.Contains(flat, l.words) {
				found = l.name
			}
		}
	}
	return found, nil
}

// All that is linked into the program has a licence that allows it, and stands in
// docs/third-party.md.
func TestLicencesOfWhatIsLinkedIn(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}", "./cmd/graticule")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	lines = slices.DeleteFunc(slices.Compact(lines), func(s string) bool { return strings.TrimSpace(s) == "" })
	var page bytes.Buffer
	page.WriteString("# Third-party modules\n\nLinked into `graticule`; their texts come with the modules. `go test ./internal/layering -run Licences -rewrite-licences` writes this page.\n\n| module | version | licence |\n|---|---|---|\n")
	for _, l := range lines {
		f := strings.Fields(l)
		if len(f) != 3 {
			t.Fatalf("go list says %q", l)
		}
		name, err := licenceOf(f[2])
		if err != nil || name == "" {
			t.Errorf("%s: no licence that is known to allow linking (%v): replace the module, or add the kind to licences", f[0], err)
		}
		fmt.Fprintf(&page, "| %s | %s | %s |\n", f[0], f[1], name)
	}
	if len(lines) < 50 {
		t.Errorf("only %d modules were seen", len(lines))
	}
	if *rewriteLicences {
		if err := os.WriteFile(filepath.Join(root, "docs/third-party.md"), page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(read(t, "docs/third-party.md"), page.Bytes()) {
		t.Error("docs/third-party.md is not up to date: run this test with -rewrite-licences")
	}
}
