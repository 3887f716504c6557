package node_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graticule/internal/cases"
	"graticule/internal/cases/overbolt"
)

// The cases of the language over Bolt: at one server, and on a cluster with
// every read at a secondary of another region.
func TestCasesOverBolt(t *testing.T) {
	files, err := cases.Find(filepath.Join("..", "cypher", "testdata", "cases"))
	if err != nil {
		t.Fatal(err)
	}
	for name, regions := range map[string][]string{"one server": {"north"}, "reads at a secondary": {"north", "south", "west", "north", "south"}} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, regions...)
			leaderOf(c)
			db := &overbolt.Database{Writer: c.driver("neo4j", c.members[0]), ImportDirs: []string{c.imports}}
			if db.Reader = db.Writer; len(c.members) > 1 {
				db.Reader = c.driver("bolt", c.members[len(c.members)-1])
			}
			played := 0
			for _, f := range files {
				for _, k := range f.Cases {
					if only := os.Getenv("CASES_ONLY"); only != "" && !strings.Contains(f.Name+" "+k.Name, only) {
						continue
					}
					answers, err := k.Play(t.Context(), db, cases.Literals)
					if err != nil && !errors.Is(err, cases.ErrUnplayable) {
						t.Errorf("%s:%d: %s: %v", f.Name, k.Line, k.Name, err)
						continue
					}
					played++
					for i, a := range answers {
						if why := k.Steps[i].Check(a); why != "" && k.Open == "" {
							t.Errorf("%s:%d: %s\n%s\n%s", f.Name, k.Line, k.Name, k.Steps[i].Query, why)
						}
					}
				}
			}
			t.Logf("%d cases played; %d statements at the reader, %d at the writer", played, db.Reads, db.Writes)
		})
	}
}
