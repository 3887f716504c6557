package bind

import (
	"maps"
	"slices"

	"graticule/cypher/ast"
)

// scope is the names visible at one point of a query.
type scope struct {
	vars  map[string]typ
	outer map[string]typ // names of an enclosing query, which WITH does not drop; nil outside subqueries
	order []string       // names in the order of the last projection

	imported bool // outer names are those a CALL imports
}

func newScope() *scope { return &scope{vars: map[string]typ{}} }

// clone gives a copy that can grow without changing s.
func (s *scope) clone() *scope {
	return &scope{vars: maps.Clone(s.vars), outer: s.outer, order: s.order, imported: s.imported}
}

// nested gives the scope in which a subquery expression begins: it sees all of
// s, whatever its clauses project.
func (s *scope) nested() *scope {
	outer := maps.Clone(s.vars)
	maps.Copy(outer, s.outer)
	return &scope{vars: map[string]typ{}, outer: outer}
}

func (s *scope) lookup(name string) (typ, bool) {
	t, ok := s.vars[name]
	if !ok {
		t, ok = s.outer[name]
	}
	return t, ok
}

func (s *scope) declare(name string, t typ) { s.vars[name] = t }

// names gives the names that * stands for, sorted.
func (s *scope) names() []string { return slices.Sorted(maps.Keys(s.vars)) }

// declareNew declares a name that must not be visible yet.
func (b *binder) declareNew(s *scope, name ast.Name, t typ) {
	if _, outer := s.outer[name.Value]; outer && s.vars[name.Value].kinds == 0 {
		b.failShadow(name, name.Value, s)
	}
	if _, ok := s.lookup(name.Value); ok {
		b.fail(name, "VariableAlreadyBound", "Variable `%s` already declared", name.Value)
	}
	s.declare(name.Value, t)
}
