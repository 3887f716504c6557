package exec

import (
	"maps"
	"slices"
	"strings"

	"graticule/cypher/ast"
)

// A clause runs for all rows before the next one does; that it runs row by row
// must not show. A reading notes what expressions of clauses have read of the
// graph since rows were last kept: a clause that changes any of it must wait for
// all rows (Eager). What MATCH and CALL read is not noted here, for every change
// after them waits.
type reading struct {
	keys       map[string]bool // properties
	properties bool            // those of any name
	labels     bool
	patterns   bool            // anything
	values     map[string]bool // variables that hold no entity
	whole      bool            // nothing is forgotten: what one clause reads is asked for
}

// forget is called where all rows are kept.
func (r *reading) forget() {
	if r.whole {
		return
	}
	r.keys, r.properties, r.labels, r.patterns = nil, false, false, false
}

// clause notes what cl reads.
func (r *reading) clause(cl ast.Clause) {
	switch cl := cl.(type) {
	case *ast.With:
		r.projection(&cl.Projection)
	case *ast.Return:
		r.projection(&cl.Projection)
	case *ast.Let:
		for _, i := range cl.Items {
			r.expr(i.Expr)
		}
	case *ast.Filter:
		r.expr(cl.Where)
	case *ast.OrderByClause:
		r.sorting(cl.OrderBy)
		r.expr(cl.Skip)
		r.expr(cl.Limit)
		r.forget()
	case *ast.Unwind:
		r.expr(cl.List)
		if r.isValue(cl.List) {
			r.hold(cl.Variable.Value)
		}
	case *ast.LoadCSV:
		r.expr(cl.URL)
		r.hold(cl.Variable.Value)
	case *ast.Create:
		for _, p := range cl.Pattern.Parts {
			r.made(p)
		}
	case *ast.Merge:
		r.made(cl.Path)
		for _, i := range slices.Concat(cl.OnCreate, cl.OnMatch) {
			r.item(i)
		}
	case *ast.Set:
		for _, i := range cl.Items {
			r.item(i)
		}
	case *ast.Delete:
		for _, e := range cl.Exprs {
			r.expr(e)
		}
	case *ast.Foreach:
		r.expr(cl.List)
		for _, inner := range cl.Clauses {
			r.clause(inner)
		}
	}
}

// projection notes what p reads; one that sorts or groups keeps all rows.
func (r *reading) projection(p *ast.Projection) {
	keeps := keeps(p)
	values := map[string]bool{}
	if p.Star {
		maps.Copy(values, r.values)
	}
	for _, i := range p.Items {
		r.expr(i.Expr)
		v, plain := i.Expr.(*ast.Variable)
		switch {
		case !r.isValue(i.Expr):
		case i.Alias != nil:
			values[i.Alias.Value] = true
		case plain:
			values[v.Name] = true
		}
	}
	r.sorting(p.OrderBy)
	r.expr(p.Where)
	if r.values = values; keeps {
		r.forget()
	}
}

func (r *reading) sorting(items []ast.SortItem) {
	for _, o := range items {
		r.expr(o.Expr)
	}
}

func (r *reading) made(p *ast.PathPattern) {
	for _, el := range p.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			r.expr(el.Properties)
		case *ast.RelPattern:
			r.expr(el.Properties)
		}
	}
}

func (r *reading) item(i ast.SetItem) {
	r.expr(i.Value)
	if v, ok := i.Value.(*ast.Variable); ok && i.Property == nil && i.Dynamic == nil && !r.values[v.Name] {
		r.properties = true // SET a = b copies those of b
	}
}

// expr notes what e reads.
func (r *reading) expr(e ast.Expr) {
	ast.Any(e, func(x ast.Expr) bool {
		switch x := x.(type) {
		case *ast.Property:
			if !r.isValue(x.Subject) {
				r.key(x.Key.Value)
			}
		case *ast.Index:
			if lit, ok := x.Index.(*ast.Literal); !r.isValue(x.Subject) && (!ok || !lit.Value.IsNumber()) {
				r.properties = true
			}
		case *ast.MapProjection:
			for _, i := range x.Items {
				if r.properties = r.properties || i.AllProperties; i.Property != nil {
					r.key(i.Property.Value)
				}
			}
		case *ast.LabelPredicate:
			r.labels = true
		case *ast.Subquery, *ast.PatternExpr, *ast.PatternComprehension:
			r.patterns = true
		case *ast.Call:
			switch name := strings.ToLower(x.Name.Value); {
			case name == "properties" || name == "keys":
				r.properties = true
			case name == "labels":
				r.labels = true
			case strings.HasPrefix(name, "apoc.") && !slices.ContainsFunc(x.Args, r.isValue):
				r.patterns = true
			}
		}
		return false
	})
}

func (r *reading) key(name string) {
	if r.keys == nil {
		r.keys = map[string]bool{}
	}
	r.keys[name] = true
}

func (r *reading) hold(name string) {
	if r.values == nil {
		r.values = map[string]bool{}
	}
	r.values[name] = true
}

// isValue tells whether e can hold no entity: all of it comes from parameters,
// literals and variables that hold none.
func (r *reading) isValue(e ast.Expr) bool {
	return !ast.Any(e, func(x ast.Expr) bool {
		switch x := x.(type) {
		case *ast.Variable:
			return !r.values[x.Name]
		case *ast.Subquery, *ast.PatternExpr, *ast.PatternComprehension, *ast.ListComprehension, *ast.Reduce, *ast.Quantifier:
			return true
		}
		return false
	})
}

// changedBy tells whether cl changes what was read.
func (r *reading) changedBy(c *compiler, cl ast.Clause) bool {
	something := r.properties || r.labels || r.patterns || len(r.keys) > 0
	switch cl := cl.(type) {
	case *ast.Create:
		return r.patterns
	case *ast.Merge:
		return r.patterns || slices.ContainsFunc(slices.Concat(cl.OnCreate, cl.OnMatch), r.setBy)
	case *ast.Set:
		return slices.ContainsFunc(cl.Items, r.setBy)
	case *ast.Remove:
		return slices.ContainsFunc(cl.Items, func(i ast.RemoveItem) bool {
			return r.setBy(ast.SetItem{Property: i.Property, Dynamic: i.Dynamic, Labels: i.Labels, Variable: i.Variable})
		})
	case *ast.Delete:
		return something
	case *ast.Foreach:
		return slices.ContainsFunc(cl.Clauses, func(inner ast.Clause) bool { return r.changedBy(c, inner) })
	case *ast.CallSubquery:
		return something && c.isUpdating(cl.Query)
	}
	return false
}

// setBy tells whether an item of SET changes what was read.
func (r *reading) setBy(i ast.SetItem) bool {
	some := r.properties || len(r.keys) > 0
	switch {
	case i.Labels != nil:
		return r.labels || r.patterns
	case r.patterns:
		return true
	case i.Property != nil:
		return r.properties || r.keys[i.Property.Key.Value]
	}
	if m, ok := i.Value.(*ast.Map); ok && i.Add {
		return r.properties && len(m.Keys) > 0 || slices.ContainsFunc(mapKeys(m), func(k string) bool { return r.keys[k] })
	}
	return some
}
