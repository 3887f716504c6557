package node_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/graph/temporal"
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
			db := &boltDatabase{writer: c.driver("neo4j", c.members[0]), reader: c.driver("bolt", c.members[len(c.members)-1])}
			passed, own := 0, 0
			for _, s := range scenarios {
				only := os.Getenv("TCK_ONLY")
				switch {
				case only != "" && !strings.Contains(s.File+" "+s.Name, only), deviations[s.File+" "+s.Name]:
				case len(s.Procedures) > 0:
					own++
				default:
					db.clear(t)
					if err := s.Run(t.Context(), db); err != nil {
						t.Errorf("%s: %s\n%v", filepath.Base(s.File), s.Name, err)
					} else {
						passed++
					}
				}
			}
			t.Logf("%d scenarios passed; %d with procedures of their own were left out; %d statements at the reader, %d at the leader", passed, own, db.reads, db.writes)
		})
	}
}

// boltDatabase runs statements at reader, and those that write at writer; each
// sees the ones before by their bookmarks.
type boltDatabase struct {
	writer, reader neo4j.DriverWithContext
	bookmarks      neo4j.Bookmarks
	reads, writes  int
}

func (b *boltDatabase) clear(t *testing.T) {
	t.Helper()
	if _, err := b.at(t.Context(), b.writer, neo4j.AccessModeWrite, "MATCH (n) DETACH DELETE n", nil); err != nil {
		t.Fatal(err)
	}
}

// Run runs one statement.
func (b *boltDatabase) Run(ctx context.Context, query string, parameters map[string]any) (*tck.Result, error) {
	result, err := b.at(ctx, b.reader, neo4j.AccessModeRead, query, parameters)
	if f := (*tck.Failure)(nil); errors.As(err, &f) && f.Code == "Neo.ClientError.Statement.AccessMode" {
		b.writes++
		return b.at(ctx, b.writer, neo4j.AccessModeWrite, query, parameters)
	}
	b.reads++
	return result, err
}

func (b *boltDatabase) at(ctx context.Context, d neo4j.DriverWithContext, mode neo4j.AccessMode, query string, parameters map[string]any) (*tck.Result, error) {
	s := d.NewSession(ctx, neo4j.SessionConfig{AccessMode: mode, Bookmarks: b.bookmarks})
	defer s.Close(ctx)
	r, err := s.Run(ctx, query, parameters)
	var records []*neo4j.Record
	if err == nil {
		records, err = r.Collect(ctx)
	}
	if err != nil {
		var e *neo4j.Neo4jError
		if errors.As(err, &e) {
			return nil, &tck.Failure{Code: e.Code, Message: e.Msg}
		}
		return nil, err
	}
	b.bookmarks = s.LastBookmarks()
	out := &tck.Result{}
	if out.Columns, err = r.Keys(); err != nil {
		return nil, err
	}
	for _, rec := range records {
		row := make([]any, len(rec.Values))
		for i, v := range rec.Values {
			row[i] = fromDriver(v)
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// fromDriver makes a value of the kit from one of the driver.
func fromDriver(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = fromDriver(e)
		}
		return out
	case map[string]any:
		return properties(v)
	case dbtype.Node:
		return tck.Node{Labels: v.Labels, Properties: properties(v.Props)}
	case dbtype.Relationship:
		return tck.Relationship{Type: v.Type, Properties: properties(v.Props)}
	case dbtype.Path:
		nodes := map[string]tck.Node{} // the driver gives each node once, however often the path visits it
		for _, n := range v.Nodes {
			nodes[n.ElementId] = fromDriver(n).(tck.Node)
		}
		at := v.Nodes[0].ElementId
		p := tck.Path{Nodes: []tck.Node{nodes[at]}}
		for _, r := range v.Relationships {
			forward := r.StartElementId == at
			if at = r.StartElementId; forward {
				at = r.EndElementId
			}
			p.Nodes = append(p.Nodes, nodes[at])
			p.Relationships = append(p.Relationships, fromDriver(r).(tck.Relationship))
			p.Forward = append(p.Forward, forward)
		}
		return p
	}
	if temporal, ok := temporalOf(v); ok {
		return tck.TemporalText(fn.ToText(temporal))
	}
	return v
}

func properties(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = fromDriver(v)
	}
	return out
}

func temporalOf(v any) (graph.Value, bool) {
	nanos := func(t time.Time) int64 {
		return int64(t.Hour())*int64(time.Hour) + int64(t.Minute())*int64(time.Minute) + int64(t.Second())*int64(time.Second) + int64(t.Nanosecond())
	}
	asUTC := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	}
	switch v := v.(type) {
	case dbtype.Date:
		return graph.DateOf(asUTC(v.Time()).Unix() / 86400), true
	case dbtype.LocalTime:
		return graph.LocalTimeOf(nanos(v.Time())), true
	case dbtype.Time:
		_, offset := v.Time().Zone()
		return graph.TimeOf(nanos(v.Time()), int32(offset)), true
	case dbtype.LocalDateTime:
		t := asUTC(v.Time())
		return graph.LocalDateTimeOf(t.Unix(), int32(t.Nanosecond())), true
	case time.Time:
		name, offset := v.Zone()
		zone := &graph.Zone{Offset: int32(offset)}
		if loc := v.Location().String(); loc != "Offset" && loc != name {
			zone.Name = loc
			if zone.Loc, _ = temporal.Load(loc); zone.Loc != nil { // the driver's machine may have other rules
				_, offset = v.In(zone.Loc).Zone()
				zone.Offset = int32(offset)
			}
		}
		return graph.DateTimeOf(v.Unix(), int32(v.Nanosecond()), zone), true
	case dbtype.Duration:
		return graph.DurationOf(graph.Duration{Months: v.Months, Days: v.Days, Seconds: v.Seconds, Nanos: int32(v.Nanos)}), true
	}
	return graph.Null, false
}
