package node_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graticule/cypher/cyphertest"
	"graticule/graph"
	"graticule/internal/cases/overbolt"
	"graticule/internal/tck"
)

// The openCypher scenarios over Bolt: all at one server, and on a cluster with
// every read at a secondary of another region. Those that declare procedures of
// their own run at engine level only: a server has no way to be given them.
func TestOpenCypherScenariosOverBolt(t *testing.T) {
	scenarios, deviations, err := tck.Find("..")
	if err != nil {
		t.Fatal(err)
	}
	if scenarios == nil {
		t.Skip(tck.Absent)
	}
	for name, regions := range map[string][]string{"one server": {"north"}, "reads at a secondary": {"north", "south", "west", "north", "south"}} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, regions...)
			leaderOf(c)
			db := boltDatabase{&overbolt.Database{Writer: c.driver("neo4j", c.members[0]), Reader: c.driver("bolt", c.members[len(c.members)-1])}}
			passed, own := 0, 0
			for _, s := range scenarios {
				only := os.Getenv("TCK_ONLY")
				switch {
				case only != "" && !strings.Contains(s.File+" "+s.Name, only), deviations[s.File+" "+s.Name]:
				case len(s.Procedures) > 0:
					own++
				default:
					if err := db.Reset(t.Context(), nil); err != nil {
						t.Fatal(err)
					}
					if err := s.Run(t.Context(), db); err != nil {
						t.Errorf("%s: %s\n%v", filepath.Base(s.File), s.Name, err)
					} else {
						passed++
					}
				}
			}
			t.Logf("%d scenarios passed; %d with procedures of their own were left out; %d statements at the reader, %d at the leader", passed, own, db.Reads, db.Writes)
		})
	}
}

// boltDatabase plays scenarios at servers.
type boltDatabase struct{ *overbolt.Database }

// Run runs one statement.
func (b boltDatabase) Run(ctx context.Context, query string, parameters map[string]any) (*tck.Result, error) {
	params := graph.NewMap(len(parameters))
	for k, v := range parameters {
		params.Put(k, cyphertest.Value(v))
	}
	a, err := b.Database.Run(ctx, query, params, false)
	if err != nil {
		return nil, err
	}
	if a.Failure != nil {
		return nil, &tck.Failure{Code: a.Failure.Code, Message: a.Failure.Message}
	}
	out := &tck.Result{Columns: a.Columns}
	for _, r := range a.Rows {
		row := make([]any, len(r))
		for i, v := range r {
			row[i] = tck.FromGraph(v)
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}
