package cases

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"

	"graticule/cypher"
	"graticule/cypher/cyphertest"
	"graticule/graph"
	"graticule/status"
)

// Engine is the engine alone as a Database.
type Engine struct {
	db     *cyphertest.Database
	folder string // imports are read from here, "" until needed
}

// Close gives back what the engine holds.
func (e *Engine) Close() error {
	if e.folder != "" {
		os.RemoveAll(e.folder)
	}
	if e.db == nil {
		return nil
	}
	return e.db.Close()
}

// Reset starts anew.
func (e *Engine) Reset(_ context.Context, files []Import) error {
	if err := e.Close(); err != nil {
		return err
	}
	var err error
	*e = Engine{}
	if e.db, err = cyphertest.New(nil); err != nil || len(files) == 0 {
		return err
	}
	if e.folder, err = os.MkdirTemp("", "import"); err != nil {
		return err
	}
	e.db.ImportDir = e.folder
	return WriteImports(e.folder, files)
}

// Run runs one statement, on an empty database when there is none yet.
func (e *Engine) Run(ctx context.Context, text string, params *graph.Map, explicit bool) (*Answer, error) {
	if explicit {
		return nil, ErrUnplayable
	}
	if e.db == nil {
		if err := e.Reset(ctx, nil); err != nil {
			return nil, err
		}
	}
	r, err := e.db.Run(ctx, text, params)
	a := &Answer{}
	if err != nil {
		f := status.As(err)
		if f == nil {
			return nil, err
		}
		a.Failure = failureOf(f)
	}
	if r == nil {
		return a, nil
	}
	a.Columns, a.Rows = r.Columns, r.Rows
	if r.Counters != nil && a.Failure == nil {
		a.Counters = countersOf(r.Counters.Map())
	}
	a.Operators = operatorsOf(r.Plan)
	for _, n := range r.Notifications {
		a.Notes = append(a.Notes, Note{n.Code, n.GQLStatus, PlaceText(n.Position.Line, n.Position.Column)})
	}
	return a, nil
}

// Literals evaluates the parameters of cases on an engine of their own.
func Literals(text string) (*graph.Map, error) {
	db, err := cyphertest.New(nil)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	r, err := db.Run(context.Background(), "RETURN "+text, nil)
	if err != nil {
		return nil, err
	}
	return r.Rows[0][0].AsMap(), nil
}

func failureOf(e *status.Error) *Failure {
	_, at := e.Diagnosis()
	var gql []string
	for c := e; c != nil; c = c.Cause {
		gql = append(gql, c.GQLStatus)
	}
	return Failed(e.Code, gql, e.Message, PlaceText(at.Line, at.Column))
}

// PlaceText writes a place in a query; "" for none.
func PlaceText(line, column int) string {
	if line == 0 {
		return ""
	}
	return strconv.Itoa(line) + ":" + strconv.Itoa(column)
}

func countersOf(m *graph.Map) []string {
	var out []string
	for _, k := range m.Keys() {
		if v, _ := m.Get(k); v.Kind() == graph.KindInt {
			out = append(out, k+" "+Text(v))
		}
	}
	return out
}

func operatorsOf(p *cypher.PlanNode) []string {
	if p == nil {
		return nil
	}
	out := []string{strings.TrimSuffix(p.Operator, "@neo4j")}
	for _, c := range p.Children {
		out = append(out, operatorsOf(c)...)
	}
	return slices.Clip(out)
}
