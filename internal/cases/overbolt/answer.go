package overbolt

import (
	"context"
	"strconv"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"graticule/graph"
	"graticule/internal/cases"
)

// read takes all of r into a.
func read(ctx context.Context, r neo4j.ResultWithContext, a *cases.Answer) error {
	var err error
	if a.Columns, err = r.Keys(); err != nil {
		return err
	}
	for r.Next(ctx) {
		row := make([]graph.Value, len(r.Record().Values))
		for i, v := range r.Record().Values {
			row[i] = fromDriver(v)
		}
		a.Rows = append(a.Rows, row)
	}
	if err := r.Err(); err != nil {
		return err
	}
	s, err := r.Consume(ctx)
	if err != nil {
		return err
	}
	c := s.Counters()
	for _, x := range []struct {
		name string
		n    int
	}{
		{"nodes-created", c.NodesCreated()}, {"nodes-deleted", c.NodesDeleted()}, {"relationships-created", c.RelationshipsCreated()}, {"relationships-deleted", c.RelationshipsDeleted()},
		{"properties-set", c.PropertiesSet()}, {"labels-added", c.LabelsAdded()}, {"labels-removed", c.LabelsRemoved()}, {"indexes-added", c.IndexesAdded()},
		{"indexes-removed", c.IndexesRemoved()}, {"constraints-added", c.ConstraintsAdded()}, {"constraints-removed", c.ConstraintsRemoved()}, {"system-updates", c.SystemUpdates()},
	} {
		if x.n != 0 {
			a.Counters = append(a.Counters, x.name+" "+strconv.Itoa(x.n))
		}
	}
	a.Operators = operators(s)
	a.Notes = notes(s)
	return nil
}

// operators gives those of a plan or a profile.
func operators(s neo4j.ResultSummary) []string {
	var out []string
	var plan func(p neo4j.Plan)
	plan = func(p neo4j.Plan) {
		out = append(out, strings.TrimSuffix(p.Operator(), "@neo4j"))
		for _, c := range p.Children() {
			plan(c)
		}
	}
	var profile func(p neo4j.ProfiledPlan)
	profile = func(p neo4j.ProfiledPlan) {
		out = append(out, strings.TrimSuffix(p.Operator(), "@neo4j"))
		for _, c := range p.Children() {
			profile(c)
		}
	}
	switch {
	case s.Profile() != nil:
		profile(s.Profile())
	case s.Plan() != nil:
		plan(s.Plan())
	}
	return out
}

// notes pairs the notifications with their GQLSTATUS: both come in one order.
func notes(s neo4j.ResultSummary) []cases.Note {
	var gql []neo4j.GqlStatusObject
	for _, o := range s.GqlStatusObjects() {
		if o.IsNotification() {
			gql = append(gql, o)
		}
	}
	var out []cases.Note
	for i, n := range s.Notifications() {
		note := cases.Note{Code: n.Code()}
		if i < len(gql) {
			note.GQL = gql[i].GqlStatus()
		}
		if p := n.Position(); p != nil {
			note.At = cases.PlaceText(p.Line(), p.Column())
		}
		out = append(out, note)
	}
	return out
}

func failure(e *neo4j.Neo4jError) *cases.Failure {
	var gql []string
	for c := e; c != nil; c = c.GqlCause {
		gql = append(gql, c.GqlStatus)
	}
	at := ""
	if p, ok := e.GqlDiagnosticRecord["_position"].(map[string]any); ok {
		line, _ := p["line"].(int64)
		column, _ := p["column"].(int64)
		at = cases.PlaceText(int(line), int(column))
	}
	return cases.Failed(e.Code, gql, e.Msg, at)
}
