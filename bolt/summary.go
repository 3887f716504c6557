package bolt

import (
	"time"

	"graticule/graph"
	"graticule/status"
)

func (c *conn) summary(s *stream, sum Summary) *graph.Map {
	sum.Notifications = s.wanted.Select(sum.Notifications)
	m := c.reply()
	m.Put("type", graph.String(sum.Type))
	m.Put("t_last", graph.Int(time.Since(s.started).Milliseconds()))
	m.Put("db", graph.String(sum.Database))
	if sum.Bookmark != "" {
		m.Put("bookmark", graph.String(sum.Bookmark))
	}
	if sum.Counters != nil {
		m.Put("stats", graph.MapOf(sum.Counters))
	}
	if sum.Plan != nil {
		m.Put("plan", planMap(sum.Plan, false))
	}
	if sum.Profile != nil {
		m.Put("profile", planMap(sum.Profile, true))
	}
	if c.atLeast(5, 5) {
		m.Put("statuses", graph.List(statuses(s, sum)))
	} else if len(sum.Notifications) > 0 {
		var all []graph.Value
		for _, n := range sum.Notifications {
			x := graph.NewMap(6)
			for _, kv := range [][2]string{{"code", n.Code}, {"title", n.Title}, {"description", n.Description}, {"severity", n.Severity}, {"category", n.Category}} {
				x.Put(kv[0], graph.String(kv[1]))
			}
			if n.Position.Line > 0 {
				x.Put("position", positionMap(n.Position))
			}
			all = append(all, graph.MapOf(x))
		}
		m.Put("notifications", graph.List(all))
	}
	return m
}

// ending is how a statement ended: its GQL status, and the object that tells it.
type ending struct {
	gql    string
	object graph.Value
}

func endingOf(gql, text string) ending {
	m := graph.NewMap(2)
	m.Put("gql_status", graph.String(gql))
	m.Put("status_description", graph.String(text))
	return ending{gql, graph.MapOf(m)}
}

var (
	successful = endingOf("00000", "note: successful completion")
	omitted    = endingOf("00001", "note: successful completion - omitted result")
	noData     = endingOf("02000", "note: no data")
)

// statuses gives the GQL status objects in the order of their classes: how the
// statement ended among the notifications.
func statuses(s *stream, sum Summary) []graph.Value {
	end := &successful
	switch {
	case len(s.result.Columns()) == 0, sum.Plan != nil:
		end = &omitted
	case !s.rows:
		end = &noData
	}
	out := make([]graph.Value, 0, 1+len(sum.Notifications))
	ended := false
	for _, n := range sum.Notifications {
		if !ended && status.ClassRank(n.GQLStatus) > status.ClassRank(end.gql) {
			out, ended = append(out, end.object), true
		}
		x := graph.NewMap(6)
		x.Put("gql_status", graph.String(n.GQLStatus))
		x.Put("status_description", graph.String(n.StatusDescription))
		x.Put("description", graph.String(n.Description))
		x.Put("neo4j_code", graph.String(n.Code))
		x.Put("title", graph.String(n.Title))
		d := diagnostics(n.Category, n.Position)
		d.Put("_severity", graph.String(n.Severity))
		x.Put("diagnostic_record", graph.MapOf(d))
		out = append(out, graph.MapOf(x))
	}
	if !ended {
		out = append(out, end.object)
	}
	return out
}

func planMap(p *PlanNode, profile bool) graph.Value {
	m := graph.NewMap(6)
	m.Put("operatorType", graph.String(p.Operator))
	m.Put("identifiers", graph.Strings(p.Identifiers))
	m.Put("args", graph.MapOf(p.Arguments))
	var children []graph.Value
	for _, c := range p.Children {
		children = append(children, planMap(c, profile))
	}
	m.Put("children", graph.List(children))
	if profile {
		m.Put("rows", graph.Int(p.Rows))
		m.Put("dbHits", graph.Int(p.DBHits))
	}
	return graph.MapOf(m)
}
