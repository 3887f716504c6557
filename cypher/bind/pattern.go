package bind

import (
	"graticule/cypher/ast"
	"graticule/status"
)

// matchPattern declares the names of the paths of one MATCH, then checks their
// expressions, which may use any of these names.
func (b *binder) matchPattern(parts []*ast.PathPattern, s *scope) {
	defer func(outer map[string]*ast.QuantifiedPath) { b.quantified = outer }(b.quantified)
	b.quantified = map[string]*ast.QuantifiedPath{}
	for _, p := range parts {
		b.declarePath(p, s)
	}
	for _, p := range parts {
		b.checkPath(p, s, true)
	}
}

// declarePath declares the elements of a path, then the path.
func (b *binder) declarePath(p *ast.PathPattern, s *scope) {
	for _, el := range p.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			b.matchNode(el, s)
		case *ast.RelPattern:
			b.matchRel(el, s)
		case *ast.QuantifiedPath:
			b.declareQuantified(el, s)
		}
	}
	if p.Variable != nil {
		b.declareNew(s, *p.Variable, typ{kinds: isPath})
	}
}

func (b *binder) matchNode(n *ast.NodePattern, s *scope) {
	if n.Variable == nil {
		return
	}
	t, bound := s.lookup(n.Variable.Value)
	if bound && t.kinds&isNode == 0 {
		b.checkOutside(*n.Variable)
		b.conflict(*n.Variable, t, typ{kinds: isNode})
	}
	b.readName(n.Variable.Value, n.Variable)
	if !bound {
		b.noteShadow(*n.Variable)
		s.declare(n.Variable.Value, typ{kinds: isNode})
	}
}

func (b *binder) matchRel(r *ast.RelPattern, s *scope) {
	if r.Variable == nil {
		return
	}
	name := r.Variable.Value
	want := typ{kinds: isRel}
	if r.Length != nil || r.Quantifier != nil {
		want = listOf(want)
	}
	t, bound := s.lookup(name)
	b.readName(name, r.Variable)
	switch {
	case !bound:
		b.noteShadow(*r.Variable)
		s.declare(name, want)
	case b.quantified[name] != nil:
		b.checkOutside(*r.Variable)
	case t.kinds&want.kinds == 0, want.kinds == isList && t.elementType().kinds&isRel == 0:
		b.conflict(*r.Variable, t, want)
	}
}

// checkOutside fails when a name of the pattern is also one inside a quantified path of it.
func (b *binder) checkOutside(name ast.Name) {
	q := b.quantified[name.Value]
	switch {
	case q == nil:
	case b.version >= 25:
		b.fail(name, "VariableAlreadyBound", "Variable `%s` already declared", name.Value)
	default:
		b.fail(q, "VariableAlreadyBound", "The variable `%s` occurs both inside and outside a quantified path pattern and needs to be renamed.", name.Value)
	}
}

// conflict fails because a name stands for another kind of value than its place in a pattern asks for.
func (b *binder) conflict(name ast.Name, t, want typ) {
	e := status.New(status.SyntaxError, "", "Type mismatch: %s defined with conflicting type %v (expected %v)", name.Value, t, want)
	b.failWith(name, "VariableTypeConflict", e.With("22G03", status.Because("22N27", "Invalid input '%s' for %s. Expected to be %s.", b.gqlName(t), name.Value, b.gqlName(want))))
}

// declareQuantified declares the names inside a quantified path: outside, each is a list.
func (b *binder) declareQuantified(q *ast.QuantifiedPath, s *scope) {
	if q.Quantifier.Min < 0 { // only parenthesised
		b.declarePath(q.Path, s)
		return
	}
	inner := &scope{vars: map[string]typ{}}
	b.declarePath(q.Path, inner)
	for _, name := range inner.names() {
		if _, bound := s.lookup(name); bound {
			if b.version >= 25 {
				b.fail(q, "VariableAlreadyBound", "Variable `%s` already declared", name)
			}
			if first := b.quantified[name]; first != nil {
				b.fail(first, "VariableAlreadyBound", "The variable `%s` occurs in multiple quantified path patterns and needs to be renamed.", name)
			}
			if b.earlier[name] {
				b.fail(q, "VariableAlreadyBound", "The variable `%s` is already defined in a previous clause, it cannot be referenced as a node or as a relationship variable inside of a quantified path pattern.", name)
			}
			b.fail(q, "VariableAlreadyBound", "The variable `%s` occurs both inside and outside a quantified path pattern and needs to be renamed.", name)
		}
		b.quantified[name] = q
		s.declare(name, listOf(inner.vars[name]))
	}
}

// checkPath checks the expressions of a path. matching tells MATCH and MERGE,
// where a parameter cannot stand for the properties, from CREATE.
func (b *binder) checkPath(p *ast.PathPattern, s *scope, matching bool) {
	for _, el := range p.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			b.checkLabelColons(el.Labels)
			b.elementParts(el.Labels, el.Properties, el.Where, s, matching)
			b.mentionLabels(el.Labels, Label)
		case *ast.RelPattern:
			at := s
			if el.Quantifier != nil && el.Variable != nil { // WHERE sees one relationship
				at = s.clone()
				at.declare(el.Variable.Value, typ{kinds: isRel})
			}
			b.elementParts(el.Types, el.Properties, el.Where, at, matching)
			b.mentionLabels(el.Types, Type)
		case *ast.QuantifiedPath:
			inner := s
			if el.Quantifier.Min >= 0 {
				single := &scope{vars: map[string]typ{}}
				b.declarePath(el.Path, single)
				inner = s.clone()
				for name, t := range single.vars {
					inner.declare(name, t)
				}
			}
			b.checkPath(el.Path, inner, matching)
		}
	}
	b.predicate(p.Where, s)
}

func (b *binder) elementParts(l ast.LabelExpr, properties, where ast.Expr, s *scope, matching bool) {
	b.labels(l, s, inPattern)
	if p, ok := properties.(*ast.Parameter); ok && matching {
		clause := "MATCH"
		if b.writes && b.merging {
			clause = "MERGE"
		}
		b.fail(p, "InvalidParameterUse", "Parameter maps cannot be used in `%s` patterns (use a literal map instead, e.g. `{id: $%s.id}`)", clause, p.Name)
	}
	b.require(properties, b.expr(properties, s, context{}), isMap|isEntity)
	b.mentionKeys(properties)
	b.predicate(where, s)
}

// labelPlace is where a label expression stands.
type labelPlace uint8

const (
	inPattern   labelPlace = iota
	inUpdate               // SET or REMOVE
	inPredicate            // whose labels are only looked at when it is evaluated
)

// labels checks the expressions of dynamic labels.
func (b *binder) labels(l ast.LabelExpr, s *scope, place labelPlace) {
	switch l := l.(type) {
	case *ast.LabelDynamic:
		t := b.expr(l.Expr, s, context{})
		if place == inPattern {
			b.tokenName(l)
		}
		if place != inPredicate && !t.fits(typ{kinds: isString | isList}) {
			e := status.New(status.SyntaxError, "", "Type mismatch: expected String or List<String> but was %v", t)
			if place == inUpdate {
				b.mismatch(l.Expr, t, "String or List<String>", "%s", e.Message)
			}
			b.failWith(l.Expr, "InvalidArgumentType", e.With("22G03", status.Because("22N27", "Invalid input '%v' for dynamic label. Expected to be String or List<String>.", t)))
		}
	case *ast.LabelNot:
		b.labels(l.Operand, s, place)
	case *ast.LabelAnd:
		for _, o := range l.Operands {
			b.labels(o, s, place)
		}
	case *ast.LabelOr:
		for _, o := range l.Operands {
			b.labels(o, s, place)
		}
	}
}

// createPath declares and checks a path of CREATE or MERGE: bound nodes may be
// ends of new relationships, but not be described again.
func (b *binder) createPath(p *ast.PathPattern, s *scope, merge bool) {
	for _, el := range p.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			b.createNode(el, s, len(p.Elements) == 1)
		case *ast.RelPattern:
			if el.Variable != nil {
				b.declareNew(s, *el.Variable, typ{kinds: isRel})
			}
		}
	}
	if p.Variable != nil {
		b.declareNew(s, *p.Variable, typ{kinds: isPath})
	}
	b.checkPath(p, s, merge)
}

func (b *binder) createNode(n *ast.NodePattern, s *scope, alone bool) {
	if n.Variable == nil {
		return
	}
	t, bound := s.lookup(n.Variable.Value)
	switch {
	case !bound:
		s.declare(n.Variable.Value, typ{kinds: isNode})
	case !alone && t.kinds&isNode == 0:
		b.conflict(*n.Variable, t, typ{kinds: isNode})
	case alone || n.Labels != nil || n.Properties != nil:
		b.fail(n.Variable, "VariableAlreadyBound", "Variable `%s` already declared", n.Variable.Value)
	}
}

// predicatePattern checks a pattern used as an expression: it binds nothing.
func (b *binder) predicatePattern(p *ast.PathPattern, s *scope) {
	for _, el := range p.Elements {
		var v *ast.Name
		switch el := el.(type) {
		case *ast.NodePattern:
			v = el.Variable
		case *ast.RelPattern:
			v = el.Variable
		}
		if v == nil {
			continue
		}
		b.readName(v.Value, v)
		if _, bound := s.lookup(v.Value); !bound && p.Shortest == "" {
			b.failBecause(v, "UndefinedVariable", status.Because("42N29", "Pattern expressions are not allowed to introduce new variables: `%s`.", v.Value), "PatternExpressions are not allowed to introduce new variables: '%s'.", v.Value)
		}
	}
	if p.Shortest != "" {
		b.checkShortest(p)
		for _, el := range p.Elements {
			n, ok := el.(*ast.NodePattern)
			if !ok {
				continue
			}
			bound := false
			if n.Variable != nil {
				_, bound = s.lookup(n.Variable.Value)
			}
			if !bound {
				b.fail(ast.Span{Start: p.ShortestAt}, "", "A %s(...) requires bound nodes when not part of a MATCH clause.", p.Shortest)
			}
		}
	}
	inner := s.clone()
	b.matchPattern([]*ast.PathPattern{p}, inner)
}
