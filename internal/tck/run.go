package tck

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Database answers queries. A new one is empty.
type Database interface {
	// Run executes a query and gives all its rows. A refusal is a *Failure.
	Run(ctx context.Context, query string, parameters map[string]any) (*Result, error)
}

// Result is the answer to a query.
type Result struct {
	Columns []string
	Rows    [][]any
}

// Failure is how a database refuses a query.
type Failure struct {
	Code    string // Neo.ClientError.…
	Detail  string // of openCypher; "" when the database does not say
	Message string
}

func (f *Failure) Error() string { return f.Code + ": " + f.Message }

// Run plays s on db and gives nil, or what differs.
func (s *Scenario) Run(ctx context.Context, db Database) error {
	for _, q := range s.Setup {
		if _, err := db.Run(ctx, q, nil); err != nil {
			return fmt.Errorf("setup %q: %w", q, err)
		}
	}
	for i := range s.Checks {
		if err := s.Checks[i].run(ctx, db, s.Parameters); err != nil {
			return fmt.Errorf("%s\n%w", s.Checks[i].Query, err)
		}
	}
	return nil
}

func (c *Check) run(ctx context.Context, db Database, parameters map[string]any) error {
	var before *content
	var err error
	if c.SideEffects != nil {
		if before, err = readContent(ctx, db); err != nil {
			return err
		}
	}
	result, err := db.Run(ctx, c.Query, parameters)
	switch {
	case c.Error != nil && err == nil:
		return fmt.Errorf("no error, want %s at %s: %s", c.Error.Type, c.Error.Phase, c.Error.Detail)
	case c.Error != nil:
		if err := c.Error.matches(err); err != nil {
			return err
		}
	case err != nil:
		return err
	case c.Empty && len(result.Rows) > 0:
		return fmt.Errorf("%d rows, want none", len(result.Rows))
	case !c.Empty:
		if err := c.compare(result); err != nil {
			return err
		}
	}
	if c.SideEffects == nil {
		return nil
	}
	after, err := readContent(ctx, db)
	if err != nil {
		return err
	}
	for key, n := range before.effects(after) {
		if n != c.SideEffects[key] {
			return fmt.Errorf("side effect %s is %d, want %d", key, n, c.SideEffects[key])
		}
	}
	return nil
}

// typeOf maps Neo4j's status codes to the kit's error types.
var typeOf = map[string][]string{
	"SyntaxError":                  {"Statement.SyntaxError", "Statement.SemanticError"},
	"TypeError":                    {"Statement.TypeError", "Statement.ArgumentError", "Statement.SyntaxError"},
	"ArgumentError":                {"Statement.ArgumentError", "Statement.TypeError", "Statement.SyntaxError"},
	"SemanticError":                {"Statement.SemanticError"},
	"EntityNotFound":               {"Statement.EntityNotFound"},
	"ConstraintVerificationFailed": {"Schema.ConstraintValidationFailed"},
	"ProcedureError":               {"Procedure.ProcedureNotFound", "Statement.SyntaxError"},
	"ParameterMissing":             {"Statement.ParameterMissing"},
}

func (e *Error) matches(err error) error {
	var f *Failure
	if !errors.As(err, &f) {
		return fmt.Errorf("not a refusal: %w", err)
	}
	known := e.Type == "SyntaxError" && e.Phase == "runtime" && strings.HasSuffix(f.Code, "Statement.ArgumentError") // Neo4j's code for a wrong SKIP or LIMIT
	for _, code := range typeOf[e.Type] {
		known = known || strings.HasSuffix(f.Code, code)
	}
	if !known {
		return fmt.Errorf("%s at %s: %s became %w", e.Type, e.Phase, e.Detail, err)
	}
	if f.Detail != "" && e.Detail != "*" && f.Detail != e.Detail {
		return fmt.Errorf("detail is %s, want %s (%w)", f.Detail, e.Detail, err)
	}
	return nil
}

func (c *Check) compare(result *Result) error {
	if strings.Join(result.Columns, "\x00") != strings.Join(c.Columns, "\x00") {
		return fmt.Errorf("columns %q, want %q", result.Columns, c.Columns)
	}
	lines := func(rows [][]any) []string {
		out := make([]string, len(rows))
		for i, row := range rows {
			cells := make([]string, len(row))
			for j, v := range row {
				cells[j] = Text(v, c.AnyOrder)
			}
			out[i] = strings.Join(cells, " | ")
		}
		if !c.Ordered {
			sort.Strings(out)
		}
		return out
	}
	got, want := lines(result.Rows), lines(c.Rows)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		return fmt.Errorf("rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return nil
}

// content is all that is in a graph, for the side effects of a query.
type content struct {
	nodes, relationships, labels, properties map[string]bool
}

func readContent(ctx context.Context, db Database) (*content, error) {
	c := &content{nodes: map[string]bool{}, relationships: map[string]bool{}, labels: map[string]bool{}, properties: map[string]bool{}}
	for _, q := range []string{"MATCH (n) RETURN id(n), properties(n), labels(n)", "MATCH ()-[n]->() RETURN id(n), properties(n), []"} {
		r, err := db.Run(ctx, q, nil)
		if err != nil {
			return nil, err
		}
		set, mark := c.nodes, "n"
		if strings.Contains(q, "]->") {
			set, mark = c.relationships, "r"
		}
		for _, row := range r.Rows {
			id := mark + Text(row[0], false)
			set[id] = true
			for k, v := range row[1].(map[string]any) {
				c.properties[id+"."+k+"="+Text(v, false)] = true
			}
			for _, l := range row[2].([]any) {
				c.labels[l.(string)] = true
			}
		}
	}
	return c, nil
}

// effects counts what after has more and less than c.
func (c *content) effects(after *content) map[string]int {
	out := map[string]int{}
	for _, part := range []struct {
		name     string
		was, now map[string]bool
	}{{"nodes", c.nodes, after.nodes}, {"relationships", c.relationships, after.relationships}, {"labels", c.labels, after.labels}, {"properties", c.properties, after.properties}} {
		for k := range part.now {
			if !part.was[k] {
				out["+"+part.name]++
			}
		}
		for k := range part.was {
			if !part.now[k] {
				out["-"+part.name]++
			}
		}
	}
	return out
}
