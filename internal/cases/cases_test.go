package cases

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what the engine answers into the files of cases, but for those that Neo4j has to answer too")

// TestEngine plays every case on the engine alone. CASES_ONLY narrows it to
// those whose file and name contain a text.
func TestEngine(t *testing.T) {
	files, err := Find(filepath.Join("..", "..", "cypher", "testdata", "cases"))
	if err != nil {
		t.Fatal(err)
	}
	db := &Engine{}
	t.Cleanup(func() { db.Close() })
	played, server := 0, 0
	for _, f := range files {
		answers := Answers{}
		for _, c := range f.Cases {
			if only := os.Getenv("CASES_ONLY"); only != "" && !strings.Contains(f.Name+" "+c.Name, only) {
				continue
			}
			if c.Server {
				server++
				continue
			}
			got, err := playSafely(t, c, db)
			if err != nil {
				t.Errorf("%s:%d: %s: %v", f.Name, c.Line, c.Name, err)
				continue
			}
			played++
			for i, a := range got {
				if why := c.Steps[i].Check(a); why != "" {
					answers[c.Steps[i]] = c.Steps[i].Expect(a)
					if !*rewrite {
						t.Errorf("%s:%d: %s\n%s\n%s", f.Name, c.Line, c.Name, c.Steps[i].Query, why)
					}
				}
			}
		}
		if *rewrite {
			if err := f.Save(answers); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d cases of %d files played; %d more need a server", played, len(files), server)
}

func playSafely(t *testing.T, c *Case, db *Engine) (answers []*Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("a panic")
			t.Logf("%s: %v", c.Name, p)
		}
	}()
	return c.Play(t.Context(), db, Literals)
}
