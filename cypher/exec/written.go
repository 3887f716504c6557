package exec

import (
	"maps"
	"slices"

	"graticule/cypher/ast"
)

// writing notes what clauses have changed since rows were last kept: a clause
// whose expressions read any of it must wait until all rows have changed it.
// What MATCH and CALL read is not looked at here, for they wait for any change.
type writing struct {
	keys       map[string]bool // properties
	properties bool            // those of any name
	labels     bool
	anything   bool // patterns see it
}

// clause notes what cl changes.
func (w *writing) clause(c *compiler, cl ast.Clause) {
	switch cl := cl.(type) {
	case *ast.Create, *ast.Delete: // bound variables stand for other entities than those created
		w.anything = true
	case *ast.Merge:
		w.anything = true
		w.items(cl.OnCreate)
		w.items(cl.OnMatch)
	case *ast.Set:
		w.items(cl.Items)
	case *ast.Remove:
		for _, i := range cl.Items {
			w.item(ast.SetItem{Property: i.Property, Dynamic: i.Dynamic, Labels: i.Labels, Variable: i.Variable})
		}
	case *ast.Foreach:
		for _, inner := range cl.Clauses {
			w.clause(c, inner)
		}
	case *ast.CallSubquery:
		if cl.Transactions == nil && c.isUpdating(cl.Query) {
			w.anything, w.properties, w.labels = true, true, true
		}
	}
}

func (w *writing) items(items []ast.SetItem) {
	for _, i := range items {
		w.item(i)
	}
}

func (w *writing) item(i ast.SetItem) {
	w.anything = true
	m, literal := i.Value.(*ast.Map)
	switch {
	case i.Labels != nil:
		w.labels = true
	case i.Property != nil:
		w.key(i.Property.Key.Value)
	case literal && i.Add:
		for _, k := range mapKeys(m) {
			w.key(k)
		}
	default:
		w.properties = true
	}
}

func (w *writing) key(name string) {
	if w.keys == nil {
		w.keys = map[string]bool{}
	}
	w.keys[name] = true
}

// readBy tells whether the expressions of cl read what was changed. values are
// the variables that hold no entity.
func (w *writing) readBy(cl ast.Clause, values map[string]bool) bool {
	if !w.anything {
		return false
	}
	r := reading{values: maps.Clone(values), whole: true}
	r.clause(cl)
	switch {
	case r.patterns, r.labels && w.labels, r.properties && (w.properties || len(w.keys) > 0), w.properties && len(r.keys) > 0:
		return true
	}
	for k := range r.keys {
		if w.keys[k] {
			return true
		}
	}
	return false
}

// keepsRows tells whether cl takes all its rows before it gives one.
func keepsRows(cl ast.Clause) bool {
	switch cl := cl.(type) {
	case *ast.With:
		return keeps(&cl.Projection)
	case *ast.Return:
		return keeps(&cl.Projection)
	case *ast.OrderByClause:
		return len(cl.OrderBy) > 0
	}
	return false
}

// keeps tells whether p sorts or groups.
func keeps(p *ast.Projection) bool {
	return len(p.OrderBy) > 0 || slices.ContainsFunc(p.Items, func(i ast.ReturnItem) bool { return ast.Any(i.Expr, isAggregate) })
}
