package cases

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var mark = flag.Bool("mark", false, "mark the cases that the engine does not answer yet with the word open")
var rewrite = flag.Bool("rewrite", false, "accept what the engine answers: for cases that are meant to differ, and for new ones until Neo4j is asked")

// TestEngine plays every case on the engine alone. CASES_ONLY narrows it to
// those whose file and name contain a text.
func TestEngine(t *testing.T) {
	files, err := Find(filepath.Join("..", "..", "cypher", "testdata", "cases"))
	if err != nil {
		t.Fatal(err)
	}
	db := &Engine{}
	t.Cleanup(func() { db.Close() })
	played, server, unanswered, narrowed := 0, 0, 0, os.Getenv("CASES_ONLY") != ""
	for _, f := range files {
		answers, open := Answers{}, map[*Case]bool{}
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
					open[c] = true
					if c.Open == "" {
						answers[c.Steps[i]] = c.Steps[i].Expect(a)
					}
					if !*rewrite && !*mark && (c.Open == "" || os.Getenv("CASES_OPEN") != "") {
						t.Errorf("%s:%d: %s\n%s\n%s", f.Name, c.Line, c.Name, c.Steps[i].Query, why)
					}
				}
			}
		}
		for _, c := range f.Cases {
			switch {
			case c.Open == "" || *mark:
			case open[c]:
				unanswered++
			case !c.Server && !narrowed:
				t.Errorf("%s:%d: %s: answered, so \"open:\" is no longer true", f.Name, c.Line, c.Name)
			}
		}
		if *mark && !narrowed {
			if err := f.Mark(open); err != nil {
				t.Fatal(err)
			}
		}
		if *rewrite {
			if err := f.Save(answers); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d cases of %d files played, %d of them not answered yet; %d more need a server", played, len(files), unanswered, server)
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
