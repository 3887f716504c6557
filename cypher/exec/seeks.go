package exec

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/cypher/plan"
)

// seekKind is how a seek compares.
type seekKind = plan.Kind

const (
	seekEqual        = plan.Equal
	seekIn           = plan.In
	seekLess         = plan.Less
	seekLessEqual    = plan.LessEqual
	seekGreater      = plan.Greater
	seekGreaterEqual = plan.GreaterEqual
	seekPrefix       = plan.Prefix
	seekSuffix       = plan.Suffix
	seekInfix        = plan.Infix
	seekExists       = plan.Exists
	seekWithin       = plan.Within // no farther than more from value
	seekBox          = plan.Box    // in the box from value to more
)

// The keys of seeks by id(n) and elementId(n); no property is called so.
const (
	keyID        = plan.KeyID
	keyElementID = plan.KeyElementID
)

// known tells when the value of an expression is known: not before a row comes,
// always, or when the parameters are.
type known uint8

const (
	knownLate known = iota
	knownAlways
	knownParameter
)

// knownOf tells when e is known.
func knownOf(e ast.Expr) known {
	switch e := e.(type) {
	case *ast.Literal:
		return knownAlways
	case *ast.Parameter:
		return knownParameter
	case *ast.Unary:
		return knownOf(e.Operand)
	case *ast.List:
		most := knownAlways
		for _, x := range e.Items {
			k := knownOf(x)
			if k == knownLate {
				return k
			}
			most = max(most, k)
		}
		return most
	}
	return knownLate
}

// seek is node.key <kind> value.
type seek struct {
	kind        seekKind
	key         string
	value, more eval
	known       known // of value
	deps        map[int]bool
}

func (c *compiler) conjuncts(p *pattern, e ast.Expr) {
	if e == nil {
		return
	}
	if b, ok := e.(*ast.Binary); ok && b.Op == ast.OpAnd {
		c.conjuncts(p, b.Left)
		c.conjuncts(p, b.Right)
		return
	}
	if lit, ok := e.(*ast.Literal); ok && untrue(lit) {
		c.fail(e, "InvalidArgumentType", "Type mismatch: expected Boolean but was %v", lit.Value.Kind())
	}
	pr := predicate{test: c.boolean(e), deps: c.deps(e), text: e.At().Text(c.source)}
	pr.vector = c.vector(e, pr.test)
	c.everyElement(&pr, e)
	p.noted = p.noted[:0]
	c.seeks(p, e)
	pr.notes = slices.Clone(p.noted)
	_, pr.labels = e.(*ast.LabelPredicate)
	pr.searches = ast.Any(e, searches)
	p.preds = append(p.preds, pr)
}

func searches(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Subquery, *ast.PatternExpr, *ast.PatternComprehension:
		return true
	}
	return false
}

// everyElement notes the condition of all(x IN nodes(path) WHERE condition).
func (c *compiler) everyElement(pr *predicate, e ast.Expr) {
	q, ok := e.(*ast.Quantifier)
	if !ok || q.Kind != "all" || q.Predicate == nil {
		return
	}
	call, ok := q.List.(*ast.Call)
	if !ok || len(call.Args) != 1 || (lowerName(call) != "nodes" && lowerName(call) != "relationships") {
		return
	}
	if _, ok := call.Args[0].(*ast.Variable); !ok {
		return
	}
	names := map[string]bool{}
	freeVariables(q.Predicate, names)
	if names[call.Args[0].(*ast.Variable).Name] {
		return // it looks at the path as a whole
	}
	c.inner(func() {
		kind := nodeVar
		if pr.eachRel = lowerName(call) == "relationships"; pr.eachRel {
			kind = relVar
		}
		pr.eachSlot = c.bind(q.Variable.Value, kind)
		pr.each = c.boolean(q.Predicate)
		pr.eachVector = c.vector(q.Predicate, pr.each)
	})
}

// seeks notes what an index may do for conjunct e.
func (c *compiler) seeks(p *pattern, e ast.Expr) {
	add := func(subject ast.Expr, kind seekKind, value ast.Expr) {
		var v *ast.Variable
		var key string
		switch x := subject.(type) {
		case *ast.Property:
			v, _ = x.Subject.(*ast.Variable)
			key = x.Key.Value
		case *ast.Call:
			if len(x.Args) == 1 && (kind == seekEqual || kind == seekIn) {
				v, _ = x.Args[0].(*ast.Variable)
			}
			switch lowerName(x) {
			case "id":
				key = keyID
			case "elementid":
				key = keyElementID
			default:
				return
			}
		}
		if v == nil {
			return
		}
		slot, ok := c.scope.slots[v.Name]
		if !ok {
			return
		}
		s := seek{kind: kind, key: key}
		if value != nil {
			if s.deps = c.deps(value); s.deps[slot] {
				return
			}
			s.value, s.known = c.expr(value), knownOf(value)
		}
		p.note(slot, s)
	}
	switch e := e.(type) {
	case *ast.LabelPredicate:
		v, ok := e.Operand.(*ast.Variable)
		if !ok || e.Not {
			return
		}
		for _, n := range p.nodes {
			if slot, ok := c.scope.slots[v.Name]; ok && n.slot == slot {
				n.must = append(n.must, mustHave(e.Labels)...)
				if names, ok := oneOf(e.Labels); ok && n.anyOf == nil {
					n.anyOf = names
				}
			}
		}
	case *ast.Comparison:
		for i, op := range e.Ops {
			kinds, ok := map[ast.Op][2]seekKind{
				ast.OpEqual: {seekEqual, seekEqual}, ast.OpLess: {seekLess, seekGreater}, ast.OpLessEqual: {seekLessEqual, seekGreaterEqual},
				ast.OpGreater: {seekGreater, seekLess}, ast.OpGreaterEqual: {seekGreaterEqual, seekLessEqual},
			}[op]
			if ok {
				add(e.Operands[i], kinds[0], e.Operands[i+1])
				add(e.Operands[i+1], kinds[1], e.Operands[i])
				c.seekNear(p, e.Operands[i], kinds[0], e.Operands[i+1])
				c.seekNear(p, e.Operands[i+1], kinds[1], e.Operands[i])
			}
		}
	case *ast.Binary:
		switch e.Op {
		case ast.OpIn:
			add(e.Left, seekIn, e.Right)
		case ast.OpStartsWith:
			add(e.Left, seekPrefix, e.Right)
		case ast.OpEndsWith:
			add(e.Left, seekSuffix, e.Right)
		case ast.OpContains:
			add(e.Left, seekInfix, e.Right)
		}
	case *ast.Call:
		if lowerName(e) == "point.withinbbox" && len(e.Args) == 3 {
			c.seekSpace(p, seekBox, e.Args[0], e.Args[1], e.Args[2])
		}
	case *ast.IsNull:
		if e.Not {
			add(e.Operand, seekExists, nil)
		}
	}
}

// note hands a seek to the node or the single relationship of a slot.
func (p *pattern) note(slot int, s seek) {
	p.noted = append(p.noted, noted{slot, s})
	for _, n := range p.nodes {
		if n.slot == slot {
			n.seeks = append(n.seeks, s)
		}
	}
	for _, x := range p.rels {
		if x.slot == slot && !x.variable {
			x.seeks = append(x.seeks, s)
		}
	}
}

// seekNear notes point.distance(v.key, centre) < limit.
func (c *compiler) seekNear(p *pattern, e ast.Expr, kind seekKind, limit ast.Expr) {
	call, ok := e.(*ast.Call)
	if !ok || lowerName(call) != "point.distance" || len(call.Args) != 2 || kind != seekLess && kind != seekLessEqual {
		return
	}
	c.seekSpace(p, seekWithin, call.Args[0], call.Args[1], limit)
	c.seekSpace(p, seekWithin, call.Args[1], call.Args[0], limit)
}

// seekSpace notes a condition on where the point v.key is.
func (c *compiler) seekSpace(p *pattern, kind seekKind, point, value, more ast.Expr) {
	x, ok := point.(*ast.Property)
	if !ok {
		return
	}
	v, ok := x.Subject.(*ast.Variable)
	if !ok {
		return
	}
	slot, ok := c.scope.slots[v.Name]
	if !ok {
		return
	}
	s := seek{kind: kind, key: x.Key.Value, deps: c.deps(value)}
	for d := range c.deps(more) {
		s.deps[d] = true
	}
	if s.deps[slot] {
		return
	}
	s.value, s.more = c.expr(value), c.expr(more)
	p.note(slot, s)
}
