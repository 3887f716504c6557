package exec

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/status"
)

// scope maps the names visible at one point of the query to slots.
type scope struct {
	slots map[string]int
	kinds map[string]varKind
	// outer are the names of an enclosing query, which no projection drops.
	outer  map[string]bool
	listed bool // * stands for outer names too
}

// enclose makes all names of s those of an enclosing query.
func (s *scope) enclose() {
	s.outer = map[string]bool{}
	for name := range s.slots {
		s.outer[name] = true
	}
}

// keep takes over the names of the enclosing query from before.
func (s *scope) keep(before *scope) {
	s.outer, s.listed = map[string]bool{}, before.listed
	for name := range before.outer {
		if _, hidden := s.slots[name]; !hidden {
			s.slots[name], s.kinds[name], s.outer[name] = before.slots[name], before.kinds[name], true
		}
	}
}

// varKind is what is known of a variable at compile time.
type varKind uint8

const (
	anyVar varKind = iota
	nodeVar
	relVar
	relListVar
	pathVar
)

func newScope() *scope { return &scope{slots: map[string]int{}, kinds: map[string]varKind{}} }

func (s *scope) clone() *scope {
	c := newScope()
	for k, v := range s.slots {
		c.slots[k] = v
	}
	for k, v := range s.kinds {
		c.kinds[k] = v
	}
	c.outer, c.listed = s.outer, s.listed
	return c
}

func (s *scope) names() []string {
	out := make([]string, 0, len(s.slots))
	for k := range s.slots {
		if !s.outer[k] || s.listed {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// compiler turns an ast into a plan. Errors are panicked as failure and
// recovered in Compile.
type compiler struct {
	source    string
	version   int // of the language
	functions map[string]*fn.Function
	procs     Procedures
	prepare   func(text string) (*Plan, error)
	width     int // slots used so far
	writes    bool
	reads     bool
	scope     *scope
	aggs      *[]*aggregate // not nil inside a projection that may aggregate
	noAgg     string        // why aggregates are not allowed here
	params    map[string]bool
	patterns  int  // compiled so far
	tables    int  // of lists that no row changes
	keys      int  // properties that are read by name
	batches   bool // there is a CALL … IN TRANSACTIONS
	serial    bool // there is what goes by the order of rows
	// repeatable: the MATCH at hand allows a relationship more than once.
	repeatable bool
	projected  map[string]int // texts of expressions a projection has computed, with their slots; for its ORDER BY and WHERE
}

type failure struct{ err *status.Error }

func (c *compiler) fail(n ast.Node, detail, format string, args ...any) {
	c.failWith(n, detail, status.New(status.SyntaxError, "50N42", format, args...))
}

// failBecause is fail with the GQL cause of a syntax error.
func (c *compiler) failBecause(n ast.Node, detail string, cause *status.Error, format string, args ...any) {
	c.failWith(n, detail, status.New(status.SyntaxError, "", format, args...).With("42001", cause))
}

func (c *compiler) failWith(n ast.Node, detail string, e *status.Error) {
	e.Detail = detail
	panic(failure{ast.Locate(e, c.source, n.At().Start)})
}

// slot makes a fresh slot without a name.
func (c *compiler) slot() int {
	c.width++
	return c.width - 1
}

// bind gives name a fresh slot in the current scope.
func (c *compiler) bind(name string, kind varKind) int {
	s := c.slot()
	c.scope.slots[name] = s
	c.scope.kinds[name] = kind
	return s
}

func (c *compiler) lookup(v *ast.Variable) int {
	s, ok := c.scope.slots[v.Name]
	if !ok {
		c.fail(v, "UndefinedVariable", "Variable `%s` not defined", v.Name)
	}
	return s
}

// inner runs f in a scope that sees the current one and is dropped afterwards.
func (c *compiler) inner(f func()) {
	saved := c.scope
	c.scope = saved.clone()
	defer func() { c.scope = saved }()
	f()
}

// freeVariables adds the names e reads to into; names bound inside e are left out.
func freeVariables(e ast.Expr, into map[string]bool) {
	without := func(names []string, f func(map[string]bool)) {
		inner := map[string]bool{}
		f(inner)
		for n := range inner {
			if !slices.Contains(names, n) {
				into[n] = true
			}
		}
	}
	switch e := e.(type) {
	case nil:
	case *ast.Variable:
		into[e.Name] = true
	case *ast.ListComprehension:
		freeVariables(e.List, into)
		without([]string{e.Variable.Value}, func(in map[string]bool) { freeVariables(e.Where, in); freeVariables(e.Projection, in) })
	case *ast.Quantifier:
		freeVariables(e.List, into)
		without([]string{e.Variable.Value}, func(in map[string]bool) { freeVariables(e.Predicate, in) })
	case *ast.Reduce:
		freeVariables(e.Init, into)
		freeVariables(e.List, into)
		without([]string{e.Variable.Value, e.Accumulator.Value}, func(in map[string]bool) { freeVariables(e.Expression, in) })
	case *ast.PatternExpr:
		patternVariables(e.Pattern, into)
	case *ast.PatternComprehension:
		patternVariables(e.Pattern, into)
		freeVariables(e.Where, into)
		freeVariables(e.Projection, into)
	case *ast.Subquery:
		queryVariables(e.Query, into)
	default:
		ast.Children(e, func(x ast.Expr) { freeVariables(x, into) })
	}
}

// patternVariables adds every name a pattern mentions, bound by it or not.
func patternVariables(p *ast.PathPattern, into map[string]bool) {
	for _, el := range p.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			if el.Variable != nil {
				into[el.Variable.Value] = true
			}
			freeVariables(el.Properties, into)
			freeVariables(el.Where, into)
		case *ast.RelPattern:
			if el.Variable != nil {
				into[el.Variable.Value] = true
			}
			freeVariables(el.Properties, into)
			freeVariables(el.Where, into)
		case *ast.QuantifiedPath:
			patternVariables(el.Path, into)
		}
	}
}

// queryVariables adds the names that a subquery mentions anywhere: an
// over-estimate of what it reads from outside.
func queryVariables(q *ast.Query, into map[string]bool) {
	for _, part := range q.Parts {
		for _, cl := range part.Clauses {
			switch cl := cl.(type) {
			case *ast.Match:
				for _, p := range cl.Pattern.Parts {
					patternVariables(p, into)
				}
				freeVariables(cl.Where, into)
			case *ast.With:
				projectionVariables(&cl.Projection, into)
			case *ast.Return:
				projectionVariables(&cl.Projection, into)
			case *ast.Unwind:
				freeVariables(cl.List, into)
			}
		}
	}
}

func projectionVariables(p *ast.Projection, into map[string]bool) {
	for _, i := range p.Items {
		freeVariables(i.Expr, into)
	}
	for _, o := range p.OrderBy {
		freeVariables(o.Expr, into)
	}
	freeVariables(p.Where, into)
}
