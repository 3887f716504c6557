package exec

import (
	"slices"

	"graticule/cypher/ast"
)

// mergesOf gives the MERGE that a clause is, or those it holds as a FOREACH.
func mergesOf(cl ast.Clause) []*ast.Merge {
	switch cl := cl.(type) {
	case *ast.Merge:
		return []*ast.Merge{cl}
	case *ast.Foreach:
		var out []*ast.Merge
		for _, inner := range cl.Clauses {
			out = append(out, mergesOf(inner)...)
		}
		return out
	}
	return nil
}

// mergeReads tells whether the clause after a MERGE changes what the MERGE looks
// for, so that it must wait until all rows are merged.
func mergeReads(m *ast.Merge, next ast.Clause) bool {
	var names, keys []string // labels, types and properties
	rels, all := false, false
	for _, el := range m.Path.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			names, all = appendLabels(names, el.Labels), all || parameters(el.Properties)
			keys = append(keys, mapKeys(el.Properties)...)
		case *ast.RelPattern:
			rels = true
			names, all = appendLabels(names, el.Types), all || parameters(el.Properties)
			keys = append(keys, mapKeys(el.Properties)...)
		}
	}
	switch next := next.(type) {
	case *ast.Delete:
		return true
	case *ast.Set:
		return slices.ContainsFunc(next.Items, func(i ast.SetItem) bool { return all || touches(i, names, keys) })
	case *ast.Remove:
		return slices.ContainsFunc(next.Items, func(i ast.RemoveItem) bool {
			return all || touches(ast.SetItem{Property: i.Property, Dynamic: i.Dynamic, Labels: i.Labels, Variable: i.Variable}, names, keys)
		})
	case *ast.Create:
		for _, p := range next.Pattern.Parts {
			for _, el := range p.Elements {
				switch el := el.(type) {
				case *ast.NodePattern:
					if made := appendLabels(nil, el.Labels); el.Labels != nil || el.Properties != nil || len(p.Elements) == 1 {
						if !rels && (len(names) == 0 || slices.ContainsFunc(made, func(l string) bool { return slices.Contains(names, l) })) {
							return true
						}
					}
				case *ast.RelPattern:
					if rels && slices.ContainsFunc(appendLabels(nil, el.Types), func(l string) bool { return slices.Contains(names, l) }) {
						return true
					}
				}
			}
		}
	case *ast.Foreach:
		return slices.ContainsFunc(next.Clauses, func(cl ast.Clause) bool { return mergeReads(m, cl) })
	}
	return false
}

// touches tells whether an item of SET changes one of the labels or properties.
func touches(i ast.SetItem, labels, keys []string) bool {
	switch {
	case i.Labels != nil:
		return slices.ContainsFunc(appendLabels(nil, i.Labels), func(l string) bool { return slices.Contains(labels, l) }) || dynamic(i.Labels)
	case i.Property != nil:
		return slices.Contains(keys, i.Property.Key.Value)
	case i.Dynamic != nil:
		return len(keys) > 0
	}
	if m, ok := i.Value.(*ast.Map); ok && i.Add {
		return slices.ContainsFunc(mapKeys(m), func(k string) bool { return slices.Contains(keys, k) })
	}
	return len(keys) > 0
}

func mapKeys(e ast.Expr) []string {
	m, ok := e.(*ast.Map)
	if !ok {
		return nil
	}
	var out []string
	for _, k := range m.Keys {
		out = append(out, k.Value)
	}
	return out
}

func parameters(e ast.Expr) bool {
	_, isMap := e.(*ast.Map)
	return e != nil && !isMap
}

func appendLabels(names []string, l ast.LabelExpr) []string {
	switch l := l.(type) {
	case *ast.LabelName:
		return append(names, l.Name)
	case *ast.LabelAnd:
		for _, o := range l.Operands {
			names = appendLabels(names, o)
		}
	}
	return names
}

func dynamic(l ast.LabelExpr) bool {
	switch l := l.(type) {
	case *ast.LabelDynamic:
		return true
	case *ast.LabelAnd:
		return slices.ContainsFunc(l.Operands, dynamic)
	}
	return false
}
