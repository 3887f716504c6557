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

// statuses gives the GQL status objects in the order of their classes: how the
// statement ended among the notifications.
func statuses(s *stream, sum Summary) []graph.Value {
	gql, text := "00000", "note: successful completion"
	switch {
	case len(s.result.Columns()) == 0, sum.Plan != nil:
		gql, text = "00001", "note: successful completion - omitted result"
	case !s.rows:
		gql, text = "02000", "note: no data"
	}
	end := graph.NewMap(2)
	end.Put("gql_status", graph.String(gql))
	end.Put("status_description", graph.String(text))
	out := make([]graph.Value, 0, 1+len(sum.Notifications))
	ended := false
	for _, n := range sum.Notifications {
		if !ended && status.ClassRank(n.GQLStatus) > status.ClassRank(gql) {
			out, ended = append(out, graph.MapOf(end)), true
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
		out = append(out, graph.MapOf(end))
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
