package cases

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"graticule/graph"
)

// ErrUnplayable is the answer of a Database that cannot play a case at all.
var ErrUnplayable = errors.New("needs a server")

// Database plays the statements of cases.
type Database interface {
	// Reset empties the graph and its schema, and puts files into the import folder.
	Reset(ctx context.Context, files []Import) error
	// Run runs one statement, in a transaction of the client if explicit. What
	// the database refuses is a part of the Answer.
	Run(ctx context.Context, text string, params *graph.Map, explicit bool) (*Answer, error)
}

// Answer is all that a database answered.
type Answer struct {
	Columns   []string
	Rows      [][]graph.Value
	Counters  []string // as "nodes-created 1", only those not zero
	Operators []string // of the plan
	Notes     []Note
	Failure   *Failure
}

// Note is a notification.
type Note struct{ Code, GQL, At string }

// Params evaluates a map of Cypher literals.
type Params func(text string) (*graph.Map, error)

// Play plays c and gives the answers, one for each step played. It ends with an
// error when the case cannot be played; whether answers are right is not its matter.
func (c *Case) Play(ctx context.Context, db Database, params Params) ([]*Answer, error) {
	if err := db.Reset(ctx, c.Files); err != nil {
		return nil, fmt.Errorf("empty the database: %w", err)
	}
	for _, text := range c.Graph {
		a, err := db.Run(ctx, c.Text(text), nil, false)
		if err == nil && a.Failure != nil {
			err = errors.New(a.Failure.line() + " " + a.Failure.Message)
		}
		if err != nil {
			return nil, fmt.Errorf("prepare the graph by %q: %w", text, err)
		}
	}
	var answers []*Answer
	for _, s := range c.Steps {
		var p *graph.Map
		var err error
		if s.Params != "" {
			if p, err = params(s.Params); err != nil {
				return answers, fmt.Errorf("parameters: %w", err)
			}
		}
		a, err := db.Run(ctx, c.Text(s.Query), p, c.Tx)
		if err != nil {
			return answers, err
		}
		answers = append(answers, a)
	}
	return answers, nil
}

// Text gives a query with the language it is written in.
func (c *Case) Text(query string) string {
	if c.Version == 25 && !strings.HasPrefix(strings.ToUpper(query), "CYPHER ") {
		return "CYPHER 25 " + query
	}
	return query
}

var ordering = regexp.MustCompile(`(?is)\border\s+by\b`)

// Expect turns an answer into what is to be expected, in the form that s asks for.
func (s *Step) Expect(a *Answer) Expectation {
	w := Expectation{Recorded: true, Ordered: s.Want.Ordered, Counters: strings.Join(a.Counters, ", "), Plan: s.Want.Plan, AskNotes: s.Want.AskNotes, Error: a.Failure}
	if !s.Want.Recorded {
		w.Ordered = ordering.MatchString(s.Query)
	}
	if len(a.Columns) > 0 && (a.Failure == nil || len(a.Rows) > 0) {
		w.Rows = []string{line(a.Columns)}
		for _, row := range a.Rows {
			cells := make([]string, len(row))
			for i, v := range row {
				cells[i] = Text(v)
			}
			w.Rows = append(w.Rows, line(cells))
		}
		if !w.Ordered {
			slices.Sort(w.Rows[1:])
		}
	}
	if w.AskNotes {
		for _, n := range a.Notes {
			text := n.Code + " " + n.GQL
			if n.At != "" {
				text += " at " + n.At
			}
			w.Notes = append(w.Notes, text)
		}
		slices.Sort(w.Notes)
	}
	return w
}

// Check tells what differs between the answer to s and what is expected; "" when nothing does.
func (s *Step) Check(a *Answer) string {
	got, want := s.Expect(a), s.Want
	if !want.Recorded {
		return "there is no answer yet: record it"
	}
	if want.Error != nil && got.Error != nil { // compare what is asked for
		e := *got.Error
		for _, p := range []struct{ got, want *string }{{&e.GQL, &want.Error.GQL}, {&e.At, &want.Error.At}, {&e.Message, &want.Error.Message}} {
			if *p.want == "" {
				*p.got = ""
			}
		}
		got.Error = &e
		if want.Rows == nil {
			got.Rows = nil // the rows before an error are compared when they are given
		}
	}
	g, w := strings.Join(got.print(), "\n"), strings.Join(want.print(), "\n")
	if g != w {
		return "answer\n" + g + "\nwant\n" + w
	}
	for _, p := range want.Plan {
		if name, not := strings.CutPrefix(p, "!"); slices.Contains(a.Operators, name) == not {
			return fmt.Sprintf("the plan has %s, want %s", strings.Join(a.Operators, ", "), p)
		}
	}
	return ""
}

var (
	place    = regexp.MustCompile(`\s*\(line (\d+), column (\d+) \(offset: \d+\)\)(?s:.*)$`)
	snippet  = regexp.MustCompile(`(?s)\n".*"\n *\^.*$`)
	identity = regexp.MustCompile(`\b([45]):[0-9a-zA-Z-]+:\d+`)
	expected = regexp.MustCompile(`^(Invalid input .*?): expected (?s:.*)$`)
	deleted  = regexp.MustCompile(`\b(Node|Relationship) with id \d+`)
	schemaID = regexp.MustCompile(`\b(id|ownedIndex|owningConstraint)=\d+`)
	loaded   = regexp.MustCompile(`(Unable to load (?:NODE|RELATIONSHIP)) [^ ]*[^ .]`)
	entity   = regexp.MustCompile(`Encountered: \(\d+\)`)
	numbered = regexp.MustCompile(`\b(Node|Relationship|node|relationship)([(<]|\[)\d+([)>]|\])`)
)

// Failed makes a Failure of what a database says: gql is the status with those
// of the causes, at the place if it is told beside the message.
func Failed(code string, gql []string, message, at string) *Failure {
	if m := place.FindStringSubmatch(message); m != nil {
		at = m[1] + ":" + m[2]
		message = message[:len(message)-len(m[0])]
	}
	// Neo4j lists all tokens that its generated grammar could go on with. Which
	// these are is no matter of the language, so only what is wrong is compared.
	message = expected.ReplaceAllString(message, "$1")
	message = snippet.ReplaceAllString(message, "")
	message = schemaID.ReplaceAllString(message, "$1=…")
	message = loaded.ReplaceAllString(message, "$1 …")
	message = entity.ReplaceAllString(deleted.ReplaceAllString(message, "$1 with id …"), "Encountered: (…)")
	message = numbered.ReplaceAllString(identity.ReplaceAllString(message, "$1:…"), "$1$2…$3")
	return &Failure{Code: code, GQL: strings.Join(gql, "/"), At: at, Message: strings.TrimRight(message, "\n ")}
}
