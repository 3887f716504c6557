package bind

import (
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// Config tells Bind what a statement may call. Each nil field leaves its rule
// unchecked, Aggregate excepted.
type Config struct {
	// Aggregate tells whether a lower-case function name aggregates. Nil means the
	// aggregating functions of Cypher 5.
	Aggregate func(name string) bool
	// Function gives a function by its lower-case name.
	Function func(name string) (Function, bool)
	// Outputs gives the columns of a procedure by its name as written, for YIELD *.
	Outputs func(procedure string) []string
	// Signature gives the signature of a procedure by its name as written, "" for none.
	Signature func(procedure string) string
	// Parameters are values whose kinds are those of the parameters; one that is
	// missing or null may be anything.
	Parameters *graph.Map
}

// Function is what the binder checks of a function: how many arguments it
// takes (Max < 0: any number), and how it is called in messages.
type Function struct {
	Name, Signature string
	Description     string
	Min, Max        int
	Since           int    // 25 when Cypher 5 does not have it
	Signature25     string // in Cypher 25, where that differs
	Max25           int    // the most arguments in Cypher 25, where that differs
}

// in gives the function as a version of the language has it.
func (f Function) in(version int) Function {
	if version == 25 {
		if f.Signature25 != "" {
			f.Signature = f.Signature25
		}
		if f.Max >= 0 {
			f.Max = max(f.Max, f.Max25)
		}
	}
	return f
}

// Forms gives the ways to call f as messages list them: without and with the arguments that may be left out.
func (f Function) Forms() string {
	name, rest, _ := strings.Cut(f.Signature, "(")
	inputs, output, ok := strings.Cut(rest, ") ::")
	if !ok || f.Max < 0 {
		return f.Signature
	}
	args := strings.Split(inputs, ", ")
	for i, a := range args {
		declared, typ, _ := strings.Cut(a, " :: ")
		declared, _, _ = strings.Cut(declared, " = ")
		args[i] = declared + " :: " + typ
	}
	if inputs == "" {
		args = nil
	}
	var forms []string
	for n := f.Min; n <= min(f.Max, len(args)); n++ {
		forms = append(forms, name+"("+strings.Join(args[:n], ", ")+") ::"+output)
	}
	if len(forms) == 0 {
		return f.Signature
	}
	return strings.Join(forms, " or ")
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

	Uses []string // graphs that USE names

	// What to tell the client: at once, and after a look at the graph.
	Notes    []status.Notification
	Mentions []Mention
	Hinted   []HintedIndex
	Dynamic  []Dynamic
}

// Bind checks a statement. The error is a *status.Error with a position.
// Commands are not looked into.
//
// As in Neo4j, what functions of temporal values give is not known before all
// other types have been checked: a statement that calls one is checked again.
func Bind(s *ast.Statement, cfg Config) (*Bound, error) {
	if s.Query == nil {
		return &Bound{}, nil
	}
	b := &binder{source: s.Source, version: s.Version, cfg: cfg.withDefaults(), params: map[string]bool{}, early: true}
	bound, err := b.bind(s)
	if err != nil || !b.temporal {
		return bound, err
	}
	return (&binder{source: s.Source, version: s.Version, cfg: b.cfg, params: map[string]bool{}}).bind(s)
}

func (b *binder) bind(s *ast.Statement) (bound *Bound, err error) {
	defer func() {
		if x := recover(); x != nil {
			f, ok := x.(failure)
			if !ok {
				panic(x)
			}
			bound, err = nil, f.err
		}
	}()
	out := b.query(s.Query, newScope(), false)
	if b.late != nil {
		return nil, b.late
	}
	b.noteEnvelope(s)
	bound = &Bound{Uses: b.uses, Columns: out.order, Writes: b.writes, Notes: b.notes.list, Hinted: b.notes.hinted, Dynamic: b.notes.dynamic}
	if !b.writes { // a statement that writes may bring the names it uses
		bound.Mentions = b.notes.mentions
	}
	for name := range b.params {
		bound.Parameters = append(bound.Parameters, name)
	}
	slices.Sort(bound.Parameters)
	return bound, nil
}

// binder is the state of one Bind.
type binder struct {
	source   string
	version  int
	cfg      Config
	params   map[string]bool
	uses     []string
	writes   bool
	notes    notes
	merging  bool            // the clause at hand is MERGE
	early    bool            // what functions of temporal values give is not known yet
	temporal bool            // there is such a function
	late     *status.Error   // told when no other rule is broken
	within   []*ast.Subquery // EXISTS, COUNT and COLLECT around, where nothing may be updated

	inCall, inBatch int                            // CALL subqueries around, and those IN TRANSACTIONS
	earlier         map[string]bool                // names bound before the MATCH at hand
	quantified      map[string]*ast.QuantifiedPath // in the MATCH at hand, by the names inside
	inUnion         bool                           // the query at hand has several parts
	forms           pathForms                      // in the subquery at hand, or the whole query
	grouped         bool                           // the WHERE at hand follows an aggregation or DISTINCT
	reads           map[ast.Expr][]read            // of subqueries and patterns
	reader          *reader                        // of the one at hand
	before          *scope                         // names that a projection which groups has just dropped
}

// failure is panicked where a rule is broken and recovered in Bind; it never
// leaves the package.
type failure struct{ err *status.Error }

func (b *binder) fail(n ast.Node, detail, format string, args ...any) {
	b.failBecause(n, detail, nil, format, args...)
}

// failBecause is fail with the GQL cause of a syntax error.
func (b *binder) failBecause(n ast.Node, detail string, cause *status.Error, format string, args ...any) {
	e := status.New(status.SyntaxError, "50N42", format, args...)
	if cause != nil {
		e = e.With("42001", cause)
	}
	b.failWith(n, detail, e)
}

// failUnplaced is fail for a rule whose message names no place.
func (b *binder) failUnplaced(detail, format string, args ...any) {
	e := status.New(status.SyntaxError, "50N42", format, args...)
	e.Detail = detail
	panic(failure{e})
}

// failLater fails unless another rule is broken further on.
func (b *binder) failLater(n ast.Node, format string, args ...any) *status.Error {
	e := ast.Locate(status.New(status.SyntaxError, "50N42", format, args...), b.source, b.place(n))
	if b.late == nil {
		b.late = e
	}
	return e
}

func (b *binder) failWith(n ast.Node, detail string, e *status.Error) {
	e.Detail = detail
	panic(failure{ast.Locate(e, b.source, b.place(n))})
}

// place gives the offset at which errors about n stand: an operator between
// operands stands for the whole.
func (b *binder) place(n ast.Node) int {
	switch e := n.(type) {
	case *ast.Binary:
		return b.after(e.Left)
	case *ast.Comparison:
		return b.after(e.Operands[0])
	case *ast.IsNull:
		return b.after(e.Operand)
	case *ast.Property:
		if b.version < 25 {
			return b.place(e.Subject)
		}
		return b.after(e.Subject)
	case *ast.Slice:
		return b.after(e.Subject)
	case *ast.Index:
		if b.version < 25 {
			return b.place(e.Index)
		}
		return b.after(e.Subject)
	case *ast.MapProjection:
		return b.after(e.Subject)
	}
	return n.At().Start
}

// after gives the offset of what follows e, closing parentheses left out.
func (b *binder) after(e ast.Expr) int {
	at := e.At().End
	for at < len(b.source) && strings.IndexByte(") \t\r\n", b.source[at]) >= 0 {
		at++
	}
	return at
}
