package bind

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/status"
)

// Config tells Bind what a statement may call. Each nil field leaves its rule
// unchecked, Aggregate excepted.
type Config struct {
	// Aggregate tells whether a lower-case function name aggregates. Nil means the
	// aggregating functions of Cypher 5.
	Aggregate func(name string) bool
	// Function tells whether a lower-case name is a function.
	Function func(name string) bool
	// Outputs gives the columns of a procedure by its name as written, for YIELD *.
	Outputs func(procedure string) []string
}

func (c Config) withDefaults() Config {
	if c.Aggregate == nil {
		c.Aggregate = func(name string) bool { return slices.Contains(aggregates, name) }
	}
	return c
}

// aggregates are the aggregating functions, sorted.
var aggregates = []string{"avg", "collect", "count", "max", "min", "percentilecont", "percentiledisc", "stdev", "stdevp", "sum"}

// Bound is what is known of a statement before it runs.
type Bound struct {
	Columns    []string // of the result of a query; exact source text where there is no alias
	Parameters []string // named in a query, sorted
	Writes     bool     // holds an updating clause
}

// Bind checks a statement. The error is a *status.Error with a position.
// Commands are not looked into.
func Bind(s *ast.Statement, cfg Config) (bound *Bound, err error) {
	if s.Query == nil {
		return &Bound{}, nil
	}
	defer func() {
		if x := recover(); x != nil {
			f, ok := x.(failure)
			if !ok {
				panic(x)
			}
			bound, err = nil, f.err
		}
	}()
	b := &binder{source: s.Source, version: s.Version, cfg: cfg.withDefaults(), params: map[string]bool{}}
	out := b.query(s.Query, newScope(), false)
	bound = &Bound{Columns: out.order, Writes: b.writes}
	for name := range b.params {
		bound.Parameters = append(bound.Parameters, name)
	}
	slices.Sort(bound.Parameters)
	return bound, nil
}

// binder is the state of one Bind.
type binder struct {
	source  string
	version int
	cfg     Config
	params  map[string]bool
	writes  bool
	reading int // >0 inside EXISTS, COUNT and COLLECT, where nothing may be updated
}

// failure is panicked where a rule is broken and recovered in Bind; it never
// leaves the package.
type failure struct{ err *status.Error }

func (b *binder) fail(n ast.Node, detail, format string, args ...any) {
	e := status.New(status.SyntaxError, gqlOf(detail), format, args...)
	e.Detail = detail
	panic(failure{e.At(ast.PositionOf(b.source, n.At().Start))})
}

// gqlOf gives the GQLSTATUS of an openCypher detail.
func gqlOf(detail string) string {
	switch detail {
	case "UndefinedVariable":
		return "42N62"
	case "VariableAlreadyBound":
		return "42N59"
	case "InvalidArgumentType", "VariableTypeConflict":
		return "22NB1"
	}
	return "42001"
}
