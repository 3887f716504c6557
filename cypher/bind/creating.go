package bind

import (
	"maps"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// checkCreated checks what may not stand in the pattern of CREATE or MERGE.
func (b *binder) checkCreated(p *ast.PathPattern, clause string) {
	for _, el := range p.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			b.createdLabels(el.Labels, clause)
			if el.Where != nil {
				b.failWhere(el.Where, "Node", clause)
			}
		case *ast.RelPattern:
			b.createdRel(el, clause)
		case *ast.QuantifiedPath:
			b.failQuantified(el, clause)
		}
	}
}

func (b *binder) failWhere(where ast.Expr, what, clause string) {
	b.fail(where, "UnexpectedSyntax", "%s pattern predicates are not allowed in a %s clause, but only in a MATCH clause or inside a pattern comprehension", what, clause)
}

func (b *binder) failQuantified(at ast.Node, clause string) {
	b.fail(at, "CreatingVarLength", "Quantified path patterns cannot be used in a %s clause, but only in a MATCH clause.", clause)
}

func (b *binder) createdLabels(l ast.LabelExpr, clause string) {
	switch l := l.(type) {
	case *ast.LabelDynamic:
		if l.Any {
			b.fail(l, "UnexpectedSyntax", "Dynamic labels using `$any()` are not allowed in CREATE or MERGE.")
		}
		b.tokenName(l)
	case *ast.LabelAnd:
		for _, o := range l.Operands {
			b.createdLabels(o, clause)
		}
	case *ast.LabelOr:
		b.failLabels(ast.Span{Start: b.after2(l.Operands[0].At().End, l.Start), End: l.End}, clause)
	case *ast.LabelNot, *ast.LabelAny:
		b.failLabels(l, clause)
	}
}

// after2 gives the offset at which a symbol between labels stands, otherwise other.
func (b *binder) after2(at, other int) int {
	for i := at; i < len(b.source); i++ {
		switch b.source[i] {
		case '|':
			return i
		case ' ', '\n', '\t', ')':
		default:
			return other
		}
	}
	return other
}

func (b *binder) failLabels(at ast.Node, clause string) {
	b.fail(at, "UnexpectedSyntax", "Label expressions in patterns are not allowed in a %s clause, but only in a MATCH clause and in expressions", clause)
}

// tokenName checks a dynamic label or type that is known already.
func (b *binder) tokenName(l *ast.LabelDynamic) {
	if list, ok := l.Expr.(*ast.List); ok {
		for _, item := range list.Items {
			b.literalName(item, l)
		}
		return
	}
	b.literalName(l.Expr, l)
}

// literalName fails at the given place when e is a literal that cannot name anything.
func (b *binder) literalName(e ast.Expr, at ast.Node) {
	lit, ok := e.(*ast.Literal)
	switch {
	case !ok:
	case lit.Value.IsNull():
		b.fail(at, "", "Null is not a valid token name. Token names cannot be empty or contain any null-bytes.")
	case lit.Value.Kind() == graph.KindString && lit.Value.AsString() == "":
		b.fail(at, "", "'' is not a valid token name. Token names cannot be empty or contain any null-bytes.")
	}
}

func (b *binder) createdRel(r *ast.RelPattern, clause string) {
	switch {
	case r.Quantifier != nil:
		b.failQuantified(r, clause)
	case r.Length != nil:
		b.fail(r, "CreatingVarLength", "Variable length relationships cannot be used in %s", clause)
	case r.Where != nil:
		b.failWhere(r.Where, "Relationship", clause)
	}
	switch t := r.Types.(type) {
	case nil:
		b.fail(r, "NoSingleRelationshipType", "Exactly one relationship type must be specified for %s. Did you forget to prefix your relationship type with a ':'?", clause)
	case *ast.LabelName:
	case *ast.LabelDynamic:
		b.tokenName(t)
		if list, ok := t.Expr.(*ast.List); ok && len(list.Items) != 1 {
			b.failTypes(r, clause)
		}
	default:
		b.failTypes(r, clause)
	}
}

func (b *binder) failTypes(at ast.Node, clause string) {
	b.fail(at, "NoSingleRelationshipType", "A single relationship type must be specified for %s", clause)
}

// checkReferred refuses properties that name what the same clause makes, as
// Cypher 25 does; fresh are the names it makes.
func (b *binder) checkReferred(parts []*ast.PathPattern, fresh map[string]bool, clause string) {
	for _, p := range parts {
		eachProperties(p, func(e ast.Expr) {
			refuse := func(at ast.Node, name string) {
				b.failBecause(at, "", status.Because("42I58", "Entity, '%s', cannot be created and referenced in the same clause.", name),
					"Creating an entity (%s) and referencing that entity in a property definition in the same %s is not allowed. Only reference variables created in earlier clauses.", name, clause)
			}
			if v := named(e, fresh); v != nil {
				refuse(v, v.Name)
			}
			if n := namedInPattern(e, fresh, false); n != nil {
				refuse(*n, n.Value)
			}
		})
	}
}

// checkOwnPath refuses properties that name what the same path of a CREATE makes,
// as Cypher 5 does; fresh are the names that the clause makes.
func (b *binder) checkOwnPath(parts []*ast.PathPattern, fresh map[string]bool) {
	made := map[string]bool{} // by a path before
	for _, p := range parts {
		kind, own, at := map[string]string{}, map[string]bool{}, map[string]ast.Node{}
		note := func(n *ast.Name, what string) {
			if n != nil && fresh[n.Value] && !made[n.Value] {
				kind[n.Value], own[n.Value], at[n.Value] = what, true, *n
			}
		}
		for _, el := range p.Elements {
			switch el := el.(type) {
			case *ast.NodePattern:
				note(el.Variable, "Node")
			case *ast.RelPattern:
				note(el.Variable, "Relationship")
			}
		}
		eachProperties(p, func(e ast.Expr) {
			refuse := func(at ast.Node, name string) {
				b.fail(at, "", "The %[1]s variable '%[2]s' is referencing a %[1]s that is created in the same CREATE clause which is not allowed. Please only reference variables created in earlier clauses.", kind[name], name)
			}
			if v := named(e, own); v != nil {
				refuse(v, v.Name)
			}
			if n := namedInPattern(e, own, true); n != nil {
				refuse(at[n.Value], n.Value)
			}
		})
		maps.Copy(made, own)
	}
}

func eachProperties(p *ast.PathPattern, f func(ast.Expr)) {
	for _, el := range p.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			f(el.Properties)
		case *ast.RelPattern:
			f(el.Properties)
		}
	}
}

// named gives the first variable in e that is one of names, nil when none is.
func named(e ast.Expr, names map[string]bool) (found *ast.Variable) {
	ast.Any(e, func(x ast.Expr) bool {
		v, ok := x.(*ast.Variable)
		if ok && names[v.Name] {
			found = v
		}
		return found != nil
	})
	return found
}

// namedInPattern gives the first of names in a pattern within e, as in EXISTS
// { (a)-->() }, or with comprehensions in one of those; nil when there is none.
func namedInPattern(e ast.Expr, names map[string]bool, comprehensions bool) (found *ast.Name) {
	path := func(p *ast.PathPattern) {
		for _, el := range p.Elements {
			var n *ast.Name
			var properties, where ast.Expr
			switch el := el.(type) {
			case *ast.NodePattern:
				n, properties, where = el.Variable, el.Properties, el.Where
			case *ast.RelPattern:
				n, properties, where = el.Variable, el.Properties, el.Where
			}
			if found == nil && n != nil && names[n.Value] {
				found = n
			}
			for _, x := range []ast.Expr{properties, where} {
				if found == nil {
					found = namedInPattern(x, names, comprehensions)
				}
			}
		}
	}
	ast.Any(e, func(x ast.Expr) bool {
		switch x := x.(type) {
		case *ast.PatternExpr:
			path(x.Pattern)
		case *ast.PatternComprehension:
			if comprehensions {
				path(x.Pattern)
			}
		case *ast.Subquery:
			for _, part := range x.Query.Parts {
				for _, c := range part.Clauses {
					if m, ok := c.(*ast.Match); ok && found == nil {
						for _, p := range m.Pattern.Parts {
							path(p)
						}
					}
				}
			}
		}
		return found != nil
	})
	return found
}

// freshNames gives the names of parts that s does not hold.
func freshNames(parts []*ast.PathPattern, s *scope) map[string]bool {
	fresh := map[string]bool{}
	note := func(n *ast.Name) {
		if n == nil {
			return
		}
		if _, bound := s.lookup(n.Value); !bound {
			fresh[n.Value] = true
		}
	}
	for _, p := range parts {
		note(p.Variable)
		for _, el := range p.Elements {
			switch el := el.(type) {
			case *ast.NodePattern:
				note(el.Variable)
			case *ast.RelPattern:
				note(el.Variable)
			}
		}
	}
	return fresh
}
