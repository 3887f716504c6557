package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"graticule/internal/cases"
	"graticule/internal/cases/overbolt"
)

// patience is how long one case may take.
const patience = time.Minute

func main() {
	record := flag.Bool("record", false, "write Neo4j's answers into the files where they differ")
	only := flag.String("only", "", "play only cases whose file and name contain this text")
	folder := flag.String("cases", "cypher/testdata/cases", "folder of the files")
	flag.Parse()
	o := &oracle{record: *record, only: *only, at: map[int]*overbolt.Database{}}
	good, err := o.run(context.Background(), *folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
	}
	if err != nil || !good {
		os.Exit(1)
	}
}

// oracle plays cases and counts what comes of it.
type oracle struct {
	record                                    bool
	only                                      string
	at                                        map[int]*overbolt.Database // by language
	agree, differ, meant, recorded, left, bad int
}

// run plays all files and tells whether every answer is as expected.
func (o *oracle) run(ctx context.Context, folder string) (bool, error) {
	for version, name := range map[int]string{5: "ORACLE", 25: "ORACLE25"} {
		address := os.Getenv(name)
		if address == "" {
			continue
		}
		d, err := neo4j.NewDriverWithContext(address, neo4j.NoAuth())
		if err != nil {
			return false, err
		}
		defer d.Close(ctx)
		if err := d.VerifyConnectivity(ctx); err != nil {
			return false, fmt.Errorf("reach %s at %s: %w", name, address, err)
		}
		o.at[version] = &overbolt.Database{Writer: d, Reader: d}
		if folder := os.Getenv(name + "_IMPORT"); folder != "" {
			o.at[version].ImportDirs = []string{folder}
		}
	}
	if len(o.at) == 0 {
		return false, errors.New("give the address of a Neo4j in ORACLE or ORACLE25, such as bolt://127.0.0.1:7687")
	}
	files, err := cases.Find(folder)
	if err != nil {
		return false, err
	}
	for _, f := range files {
		answers := cases.Answers{}
		for _, c := range f.Cases {
			if strings.Contains(f.Name+" "+c.Name, o.only) {
				o.play(ctx, c, answers)
			}
		}
		if err := f.Save(answers); err != nil {
			return false, err
		}
	}
	fmt.Printf("%d cases agree, %d differ on purpose, %d differ, %d answers recorded, %d not playable, %d left out\n", o.agree, o.meant, o.differ, o.recorded, o.bad, o.left)
	return o.differ == 0 && o.bad == 0, nil
}

func (o *oracle) play(ctx context.Context, c *cases.Case, answers cases.Answers) {
	db := o.at[c.Version]
	if db == nil {
		o.left++
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	got, err := c.Play(ctx, db, cases.Literals)
	if err != nil {
		o.bad++
		fmt.Printf("%s:%d: %s: %v\n", c.File, c.Line, c.Name, err)
		return
	}
	differs, open := 0, 0
	for i, a := range got {
		s := c.Steps[i]
		why := s.Check(a)
		if why == "" {
			continue
		}
		differs++
		switch {
		case c.Differs != "":
		case !s.Want.Recorded || o.record:
			answers[s] = s.Expect(a)
			o.recorded++
		default:
			open++
			fmt.Printf("%s:%d: %s\n%s\n%s\n\n", c.File, c.Line, c.Name, s.Query, why)
		}
	}
	switch {
	case c.Differs != "" && differs == 0:
		o.differ++
		fmt.Printf("%s:%d: %s: Neo4j agrees, so \"differs:\" is no longer true\n", c.File, c.Line, c.Name)
	case c.Differs != "":
		o.meant++
	case open == 0:
		o.agree++
	default:
		o.differ++
	}
}
