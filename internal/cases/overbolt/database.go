package overbolt

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"graticule/graph"
	"graticule/internal/cases"
)

// refused is how a server that only reads refuses to write.
const refused = "Neo.ClientError.Statement.AccessMode"

// Database runs statements at Reader, and those that Reader refuses because
// they write at Writer; each sees the ones before by their bookmarks. Both may
// be the same. It is not safe for concurrent use.
type Database struct {
	Writer, Reader neo4j.DriverWithContext
	ImportDirs     []string // of the servers
	Reads, Writes  int      // statements that each has answered
	bookmarks      neo4j.Bookmarks
}

// Reset deletes all data, indexes and constraints.
func (d *Database) Reset(ctx context.Context, files []cases.Import) error {
	for _, folder := range d.ImportDirs {
		if err := cases.WriteImports(folder, files); err != nil {
			return err
		}
	}
	if len(files) > 0 && len(d.ImportDirs) == 0 {
		return fmt.Errorf("put files into an import folder: %w", cases.ErrUnplayable)
	}
	if _, err := d.must(ctx, "MATCH (n) DETACH DELETE n"); err != nil {
		return err
	}
	for _, what := range [][2]string{{"SHOW CONSTRAINTS YIELD name, createStatement", "CONSTRAINT"}, {"SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'", "INDEX"}} {
		a, err := d.must(ctx, what[0])
		if err != nil {
			return err
		}
		for _, row := range a.Rows {
			if what[1] == "CONSTRAINT" && row[1].IsNull() { // a part of the graph type, which goes with all constraints
				if _, err := d.must(ctx, "CYPHER 25 ALTER CURRENT GRAPH TYPE SET {}"); err != nil {
					return err
				}
				break
			}
			if _, err := d.must(ctx, "DROP "+what[1]+" `"+strings.ReplaceAll(row[0].AsString(), "`", "``")+"`"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Database) must(ctx context.Context, text string) (*cases.Answer, error) {
	a, err := d.at(ctx, d.Writer, neo4j.AccessModeWrite, text, nil, false)
	if err == nil && a.Failure != nil {
		err = fmt.Errorf("%s: %s", text, a.Failure.Message)
	}
	return a, err
}

// Run runs one statement.
func (d *Database) Run(ctx context.Context, text string, params *graph.Map, explicit bool) (*cases.Answer, error) {
	if d.Reader != d.Writer {
		a, err := d.at(ctx, d.Reader, neo4j.AccessModeRead, text, params, explicit)
		if err != nil || a.Failure == nil || a.Failure.Code != refused {
			d.Reads++
			return a, err
		}
	}
	d.Writes++
	a, err := d.at(ctx, d.Writer, neo4j.AccessModeWrite, text, params, explicit)
	if err == nil && a.Failure != nil && d.Reader != d.Writer { // it may have committed batches, of which no bookmark tells
		_, err = d.must(ctx, "RETURN 1")
	}
	return a, err
}

func (d *Database) at(ctx context.Context, driver neo4j.DriverWithContext, mode neo4j.AccessMode, text string, params *graph.Map, explicit bool) (*cases.Answer, error) {
	s := driver.NewSession(ctx, neo4j.SessionConfig{AccessMode: mode, Bookmarks: d.bookmarks})
	defer s.Close(ctx)
	run := func(text string, p map[string]any) (neo4j.ResultWithContext, error) { return s.Run(ctx, text, p) }
	commit := func() error { return nil }
	if explicit {
		tx, err := s.BeginTransaction(ctx)
		if err != nil {
			return nil, err
		}
		defer tx.Close(ctx)
		run, commit = func(text string, p map[string]any) (neo4j.ResultWithContext, error) { return tx.Run(ctx, text, p) }, func() error { return tx.Commit(ctx) }
	}
	a := &cases.Answer{}
	r, err := run(text, toDriver(params))
	if err == nil {
		err = read(ctx, r, a)
	}
	if err == nil {
		err = commit()
	}
	if e := (*neo4j.Neo4jError)(nil); errors.As(err, &e) {
		a.Failure, err = failure(e), nil
		a.Counters = nil
	}
	d.bookmarks = s.LastBookmarks()
	return a, err
}
