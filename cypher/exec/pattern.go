package exec

import (
	"slices"
	"sync/atomic"

	"graticule/cypher/ast"
	"graticule/cypher/plan"
	"graticule/graph"
)

// A pattern is a compiled set of path patterns that are solved together: the
// relationships of one pattern are all different.
type pattern struct {
	id    int // of its instance in a run
	nodes []*patternNode
	rels  []*patternRel
	paths []pathBinding
	preds []predicate // from WHERE and inline predicates
	never bool        // a relationship variable stands twice: nothing can match

	repeatable bool // REPEATABLE ELEMENTS: relationships may be the same

	// What follows the pattern, when that is known. needed holds the slots it
	// reads; with distinct, it does not care how often a row comes; with counting,
	// all it does with the rows of a group is to count them.
	needed   map[int]bool
	distinct bool
	counting bool

	wish *orderWish
	// whole tells that the consumer takes all rows, so that the pattern may be
	// solved in parts that are joined.
	whole bool

	hints   map[int]*plan.Hint // of nodes, by slot
	dynamic bool               // labels or types are computed
	noted   []noted            // by the conjunct being compiled

	later   []func() // compiling that waits until all variables of the pattern are known
	planned atomic.Pointer[planned]
}

type patternNode struct {
	slot   int
	name   string // for plans
	bound  bool   // by an earlier clause
	labels ast.LabelExpr
	test   labelTest // nil when no labels
	plain  string    // the label when test asks for it alone, "" otherwise
	must   []string  // labels that any match has
	anyOf  []string  // labels of which any match has one; nil when not known
	props  []propEquals
	seeks  []seek // conditions of WHERE that an index may answer; WHERE checks them again
}

type propEquals struct {
	key   string
	value eval
	known known // of value
	deps  map[int]bool
}

// noted is a seek with the slot of what it is on.
type noted struct {
	slot int
	seek seek
}

type patternRel struct {
	slot      int // a relationship; a list of them when variable
	name      string
	bound     bool
	from, to  *patternNode
	direction graph.Direction
	types     []string
	test      labelTest // for type expressions that are no plain list
	props     []propEquals
	seeks     []seek // as of a node
	variable  bool   // var-length: the slot holds a list
	min, max  int64
	nodesFrom int         // slot for the list of nodes that its steps leave, -1: none
	nodesTo   int         // slot for the list of nodes that its steps reach, -1: none
	relsTo    int         // slot for the list of relationships of a group variable, -1: none
	shortest  string      // "", shortestPath or allShortestPaths
	pathSlot  int         // of the path around shortestPath, -1: none
	repeat    *repetition // of a quantified path pattern
	selection *selection  // of a path with a selector
	within    *selection  // of which x is a part
	walk      bool        // its relationships may repeat
}

// isLocal tells whether the conditions of x need nothing but x itself and
// what is solved before the pattern.
func (x *patternRel) isLocal(inPattern map[int]bool) bool {
	return !slices.ContainsFunc(x.props, func(p propEquals) bool {
		for d := range p.deps {
			if inPattern[d] {
				return true
			}
		}
		return false
	})
}

type pathBinding struct {
	slot     int
	elements []any // *patternNode, *patternRel alternating
}

// predicate is one conjunct with the slots it needs.
type predicate struct {
	test   eval
	vector vector // test for chunks; nil: row by row
	deps   map[int]bool
	text   string  // for plans
	notes  []noted // what an index may do for it
	labels bool    // a test of labels that the node knows of
	// Of a pattern or a subquery within it, which takes longer than all else.
	searches bool
	// Of all(x IN nodes(path) WHERE …), or relationships(path): the condition
	// alone, so that a search need not go where it fails. nil for any other.
	each       eval
	eachVector vector // each for chunks
	eachSlot   int    // of x
	eachRel    bool
}

// pattern compiles path patterns in the current scope; new variables are bound in it.
func (c *compiler) pattern(parts []*ast.PathPattern, where ast.Expr) *pattern {
	known := map[string]bool{}
	for n := range c.scope.slots {
		known[n] = true
	}
	return c.patternIn(parts, where, known)
}

func (c *compiler) patternIn(parts []*ast.PathPattern, where ast.Expr, known map[string]bool) *pattern {
	p := &pattern{id: c.patterns, repeatable: c.repeatable}
	c.patterns++
	var inline []ast.Expr
	for _, part := range parts {
		inline = append(inline, c.path(p, part, known)...)
	}
	if size := len(p.nodes) + len(p.rels); size > patternMax {
		c.fail(parts[0], "", "A pattern of %d nodes and relationships is too large; the limit is %d. Split it up into several clauses.", size, patternMax)
	}
	c.repeatable = false // not for the patterns within expressions
	c.conditions(p, append(inline, where))
	c.repeatable = p.repeatable
	return p
}

// conditions compiles what may name any variable of the pattern. Properties
// that name other variables of it wait for them, as predicates do.
func (c *compiler) conditions(p *pattern, where []ast.Expr) {
	for _, f := range p.later {
		f()
	}
	p.later = nil
	inPattern := p.ownSlots()
	for _, n := range p.nodes {
		p.release(n.slot, &n.props, inPattern)
	}
	for _, x := range p.rels {
		p.release(x.slot, &x.props, inPattern)
	}
	for _, e := range where {
		c.conjuncts(p, e)
	}
}

// ownSlots gives the slots that solving p fills.
func (p *pattern) ownSlots() map[int]bool {
	own := map[int]bool{}
	for _, n := range p.nodes {
		if !n.bound {
			own[n.slot] = true
		}
	}
	for _, x := range p.rels {
		if !x.bound {
			own[x.slot] = true
		}
		for _, s := range x.moreSlots() {
			own[s] = true
		}
	}
	for _, b := range p.paths {
		own[b.slot] = true
	}
	return own
}

// moreSlots gives the slots x fills besides its own.
func (x *patternRel) moreSlots() []int {
	var out []int
	for _, s := range []int{x.nodesFrom, x.nodesTo, x.relsTo, x.pathSlot} {
		if s >= 0 {
			out = append(out, s)
		}
	}
	if x.repeat != nil {
		for _, g := range x.repeat.groups {
			out = append(out, g.group)
		}
	}
	if x.selection != nil {
		out = append(out, x.selection.slots...)
	}
	return out
}

// release turns the properties of an entity that depend on the pattern itself into predicates.
func (p *pattern) release(slot int, props *[]propEquals, inPattern map[int]bool) {
	var stay []propEquals
	for _, e := range *props {
		depends := false
		for d := range e.deps {
			depends = depends || inPattern[d]
		}
		if !depends {
			stay = append(stay, e)
			continue
		}
		deps := map[int]bool{slot: true}
		for d := range e.deps {
			deps[d] = true
		}
		p.preds = append(p.preds, predicate{deps: deps, text: e.key, test: func(r *run, f frame) (graph.Value, error) {
			want, err := e.value(r, f)
			if err != nil {
				return graph.Null, err
			}
			have, err := r.property(f[slot], e.key)
			if err != nil {
				return graph.Null, err
			}
			return graph.Equal(have, want), nil
		}})
		if p.noted = p.noted[:0]; !e.deps[slot] {
			p.note(slot, seek{kind: seekEqual, key: e.key, value: e.value, deps: e.deps})
		}
		p.preds[len(p.preds)-1].notes = slices.Clone(p.noted)
	}
	*props = stay
}

// boolean compiles a predicate whose value must be a BOOLEAN or null.
func (c *compiler) boolean(e ast.Expr) eval {
	x := c.expr(e)
	switch e.(type) {
	case *ast.Comparison, *ast.IsNull: // which give nothing else
		return x
	}
	return func(r *run, f frame) (graph.Value, error) {
		v, err := x(r, f)
		if err != nil {
			return graph.Null, err
		}
		return truth(v)
	}
}

// deps gives the slots of the variables e reads.
func (c *compiler) deps(e ast.Expr) map[int]bool {
	names := map[string]bool{}
	freeVariables(e, names)
	out := map[int]bool{}
	for n := range names {
		if s, ok := c.scope.slots[n]; ok {
			out[s] = true
		}
	}
	return out
}

// path adds one path pattern and gives its inline WHERE expressions.
func (c *compiler) path(p *pattern, part *ast.PathPattern, known map[string]bool) (inline []ast.Expr) {
	if s := part.Selector; s != nil && s.Kind != "ALL" {
		c.selected(p, part, known)
		return nil
	}
	pathSlot := c.pathVariable(part)
	elements := c.elements(p, part, known, &inline)
	if part.Mode == "ACYCLIC" {
		if pathSlot < 0 {
			pathSlot = c.slot()
		}
		p.preds = append(p.preds, acyclic(pathSlot))
	}
	if part.Where != nil {
		inline = append(inline, part.Where)
	}
	if pathSlot >= 0 {
		p.paths = append(p.paths, pathBinding{slot: pathSlot, elements: elements})
		for _, el := range elements {
			if x, ok := el.(*patternRel); ok && x.shortest != "" {
				x.pathSlot = pathSlot
			}
		}
	}
	return inline
}

func (c *compiler) pathVariable(part *ast.PathPattern) int {
	if part.Variable == nil {
		return -1
	}
	if _, ok := c.scope.slots[part.Variable.Value]; ok {
		c.fail(part.Variable, "VariableAlreadyBound", "Variable `%s` already declared", part.Variable.Value)
	}
	return c.bind(part.Variable.Value, pathVar)
}

// elements compiles the elements of a path in order, with the nodes that
// quantified paths leave out.
func (c *compiler) elements(p *pattern, part *ast.PathPattern, known map[string]bool, inline *[]ast.Expr) []any {
	var out []any
	var last *patternNode
	var pending *patternRel
	arrive := func(n *patternNode) {
		if pending != nil {
			pending.from, pending.to = last, n
			out = append(out, pending)
			pending = nil
		}
		out = append(out, n)
		last = n
	}
	anonymous := func() *patternNode {
		n := &patternNode{slot: c.slot()}
		p.nodes = append(p.nodes, n)
		return n
	}
	for _, el := range flatten(part) {
		switch el := el.(type) {
		case *ast.NodePattern:
			n := c.node(p, el, known)
			if el.Where != nil {
				*inline = append(*inline, el.Where)
			}
			if last != nil && pending == nil { // two nodes in a row stand for one
				p.preds = append(p.preds, sameNode(last, n))
				last = n
				continue
			}
			arrive(n)
		case *ast.RelPattern:
			pending = c.rel(p, el, known)
			pending.shortest = part.Shortest
			if el.Where != nil {
				*inline = append(*inline, el.Where)
			}
		case *ast.QuantifiedPath:
			if last == nil || pending != nil {
				arrive(anonymous())
			}
			pending = c.quantified(p, el, known)
		case wherePart:
			*inline = append(*inline, el.Expr)
		}
	}
	if pending != nil {
		arrive(anonymous())
	}
	return out
}

// acyclic is the condition that a path visits no node twice.
func acyclic(path int) predicate {
	return predicate{deps: map[int]bool{path: true}, text: "acyclic path", test: func(_ *run, f frame) (graph.Value, error) {
		nodes := f[path].AsPath().Nodes
		for i, n := range nodes {
			for _, m := range nodes[:i] {
				if n.NodeID() == m.NodeID() {
					return graph.False, nil
				}
			}
		}
		return graph.True, nil
	}}
}

// sameRel is the condition that two places of a pattern hold one relationship.
func sameRel(a, b int) predicate {
	return predicate{deps: map[int]bool{a: true, b: true}, text: "same relationship", test: func(_ *run, f frame) (graph.Value, error) {
		return graph.Equal(f[a], f[b]), nil
	}}
}

func sameNode(a, b *patternNode) predicate {
	return predicate{deps: map[int]bool{a.slot: true, b.slot: true}, text: "same node", test: func(_ *run, f frame) (graph.Value, error) {
		return graph.Bool(f[a.slot].NodeID() == f[b.slot].NodeID()), nil
	}}
}

// wherePart is the WHERE of a parenthesised path among flattened elements.
type wherePart struct{ ast.Expr }

// flatten gives the elements of a path with parenthesised, unrepeated paths dissolved.
func flatten(part *ast.PathPattern) []any {
	var out []any
	for _, el := range part.Elements {
		if r, ok := el.(*ast.RelPattern); ok && r.Quantifier != nil && r.Where != nil { // WHERE sees one relationship
			one := *r
			one.Quantifier = nil
			path := &ast.PathPattern{Span: r.Span, Elements: []ast.PatternElement{&ast.NodePattern{Span: r.Span}, &one, &ast.NodePattern{Span: r.Span}}}
			out = append(out, &ast.QuantifiedPath{Span: r.Span, Path: path, Quantifier: *r.Quantifier})
			continue
		}
		q, ok := el.(*ast.QuantifiedPath)
		if !ok || q.Quantifier.Min >= 0 {
			out = append(out, el)
			continue
		}
		out = append(out, flatten(q.Path)...)
		if q.Path.Where != nil {
			out = append(out, wherePart{q.Path.Where})
		}
	}
	return out
}

func (c *compiler) node(p *pattern, el *ast.NodePattern, known map[string]bool) *patternNode {
	var n *patternNode
	if el.Variable != nil {
		name := el.Variable.Value
		if slot, ok := c.scope.slots[name]; ok {
			if k := c.scope.kinds[name]; k != nodeVar && k != anyVar {
				c.fail(el.Variable, "VariableTypeConflict", "Type mismatch: %s defined with conflicting type (expected Node)", name)
			}
			for _, x := range p.nodes {
				if x.slot == slot {
					n = x
				}
			}
			if n == nil {
				n = &patternNode{slot: slot, name: name, bound: known[name]}
				p.nodes = append(p.nodes, n)
			}
		} else {
			n = &patternNode{slot: c.bind(name, nodeVar), name: name}
			p.nodes = append(p.nodes, n)
		}
	} else {
		n = &patternNode{slot: c.slot()}
		p.nodes = append(p.nodes, n)
	}
	if el.Labels != nil {
		p.dynamic = p.dynamic || isDynamic(el.Labels)
		test := c.labelTest(el.Labels)
		if l, ok := el.Labels.(*ast.LabelName); ok && n.test == nil {
			n.plain = l.Name
		} else {
			n.plain = ""
		}
		if n.test != nil {
			first, second := n.test, test
			test = func(r *run, f frame, v graph.Value) (bool, error) {
				if ok, err := first(r, f, v); !ok || err != nil {
					return false, err
				}
				return second(r, f, v)
			}
		}
		n.test = test
		n.labels = el.Labels
		n.must = append(n.must, mustHave(el.Labels)...)
		if names, ok := oneOf(el.Labels); ok && n.anyOf == nil {
			n.anyOf = names
		}
	}
	p.later = append(p.later, func() { n.props = append(n.props, c.propEquals(el.Properties)...) })
	return n
}

func (c *compiler) propEquals(e ast.Expr) []propEquals {
	m, ok := e.(*ast.Map)
	if e != nil && !ok {
		c.fail(e, "InvalidParameterUse", "Parameter maps cannot be used in MATCH or MERGE patterns (use a literal map instead, e.g. {id: $param.id})")
	}
	if m == nil {
		return nil
	}
	var out []propEquals
	for i, k := range m.Keys {
		out = append(out, propEquals{key: k.Value, value: c.expr(m.Values[i]), known: knownOf(m.Values[i]), deps: c.deps(m.Values[i])})
	}
	return out
}

func newRel() *patternRel {
	return &patternRel{min: 1, max: 1, nodesFrom: -1, nodesTo: -1, relsTo: -1, pathSlot: -1}
}

func (c *compiler) rel(p *pattern, el *ast.RelPattern, known map[string]bool) *patternRel {
	rel := newRel()
	rel.direction, rel.walk = el.Direction, p.repeatable
	q := el.Length
	if q == nil {
		q = el.Quantifier
	}
	if q != nil {
		rel.variable, rel.min, rel.max = true, q.Min, q.Max
		if !q.HasMin && el.Length != nil {
			rel.min = 1
		}
	}
	kind := relVar
	if rel.variable {
		kind = relListVar
	}
	if el.Variable != nil {
		name := el.Variable.Value
		rel.name = name
		if slot, ok := c.scope.slots[name]; ok {
			if k := c.scope.kinds[name]; k != kind && k != anyVar {
				c.fail(el.Variable, "VariableTypeConflict", "Type mismatch: %s defined with conflicting type (expected Relationship)", name)
			}
			if p.repeatable && !known[name] {
				rel.slot = c.slot()
				p.preds = append(p.preds, sameRel(slot, rel.slot))
			} else {
				p.never = p.never || !known[name]
				rel.slot, rel.bound = slot, true
			}
		} else {
			rel.slot = c.bind(name, kind)
		}
	} else {
		rel.slot = c.slot()
	}
	if el.Types != nil {
		p.dynamic = p.dynamic || isDynamic(el.Types)
		var ok bool
		if rel.types, ok = oneOf(el.Types); !ok {
			rel.types, rel.test = nil, c.labelTest(el.Types)
		}
	}
	p.later = append(p.later, func() { rel.props = c.propEquals(el.Properties) })
	p.rels = append(p.rels, rel)
	return rel
}
