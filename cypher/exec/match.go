package exec

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

// A pattern is a compiled set of path patterns that are solved together.
type pattern struct {
	nodes []*patternNode
	rels  []*patternRel
	paths []pathBinding
	preds []predicate // from WHERE and inline predicates
}

type patternNode struct {
	slot   int
	bound  bool // by an earlier clause
	labels ast.LabelExpr
	test   labelTest    // nil when no labels
	must   []string     // labels that any match has
	props  []propEquals // inline, checked on the node
	seeks  []propEquals // more equalities that may find the node; WHERE checks them
}

type propEquals struct {
	key   string
	value eval
	deps  map[int]bool
}

type patternRel struct {
	slot       int
	bound      bool
	repeated   bool // stands twice in the pattern: never matches, for no relationship is walked twice
	from, to   *patternNode
	direction  graph.Direction
	types      []string
	test       labelTest // for type expressions that are no plain list
	props      []propEquals
	variable   bool // var-length: the slot holds a list
	min, max   int64
	shortest   string
	predicates []predicate // of shortestPath: checked on each found path
}

type pathBinding struct {
	slot     int
	elements []any // *patternNode, *patternRel alternating
}

// predicate is one conjunct with the slots it needs.
type predicate struct {
	test eval
	deps map[int]bool
}

type labelTest func(r *run, f frame, v graph.Value) (bool, error)

// labelTest compiles a label or type expression into a test of one entity.
func (c *compiler) labelTest(l ast.LabelExpr) labelTest {
	switch l := l.(type) {
	case *ast.LabelName:
		name := l.Name
		return func(r *run, _ frame, v graph.Value) (bool, error) { return r.hasLabel(v, name) }
	case *ast.LabelAny:
		return func(r *run, _ frame, v graph.Value) (bool, error) {
			if v.Kind() == graph.KindRel {
				return true, nil
			}
			n := r.Node(v.NodeID())
			return n != nil && len(n.Labels) > 0, nil
		}
	case *ast.LabelNot:
		inner := c.labelTest(l.Operand)
		return func(r *run, f frame, v graph.Value) (bool, error) { ok, err := inner(r, f, v); return !ok, err }
	case *ast.LabelAnd:
		return c.labelTests(l.Operands, false)
	case *ast.LabelOr:
		return c.labelTests(l.Operands, true)
	case *ast.LabelDynamic:
		e, any := c.expr(l.Expr), l.Any
		return func(r *run, f frame, v graph.Value) (bool, error) {
			names, err := labelNames(r, f, e)
			if err != nil {
				return false, err
			}
			for _, n := range names {
				if ok, err := r.hasLabel(v, n); err != nil || ok == any {
					return ok, err
				}
			}
			return !any, nil
		}
	}
	c.fail(l, "UnexpectedSyntax", "This label expression is not supported")
	return nil
}

func (c *compiler) labelTests(ls []ast.LabelExpr, or bool) labelTest {
	tests := make([]labelTest, len(ls))
	for i, l := range ls {
		tests[i] = c.labelTest(l)
	}
	return func(r *run, f frame, v graph.Value) (bool, error) {
		for _, t := range tests {
			if ok, err := t(r, f, v); err != nil || ok == or {
				return ok, err
			}
		}
		return !or, nil
	}
}

// labelNames evaluates a dynamic label: a string or a list of strings.
func labelNames(r *run, f frame, e eval) ([]string, error) {
	v, err := e(r, f)
	if err != nil {
		return nil, err
	}
	vs := []graph.Value{v}
	if v.Kind() == graph.KindList {
		vs = v.AsList()
	}
	out := make([]string, len(vs))
	for i, x := range vs {
		if x.Kind() != graph.KindString || x.AsString() == "" {
			return nil, fn.TypeError("a label or type must be a non-empty STRING, got %s", fn.ToText(x))
		}
		out[i] = x.AsString()
	}
	return out, nil
}

// mustHave gives the names that every match of l has.
func mustHave(l ast.LabelExpr) []string {
	switch l := l.(type) {
	case *ast.LabelName:
		return []string{l.Name}
	case *ast.LabelAnd:
		var out []string
		for _, o := range l.Operands {
			out = append(out, mustHave(o)...)
		}
		return out
	}
	return nil
}

// oneOf gives the names of a plain a|b|c list of types, ok=false for anything else.
func oneOf(l ast.LabelExpr) ([]string, bool) {
	switch l := l.(type) {
	case *ast.LabelName:
		return []string{l.Name}, true
	case *ast.LabelOr:
		var out []string
		for _, o := range l.Operands {
			n, ok := o.(*ast.LabelName)
			if !ok {
				return nil, false
			}
			out = append(out, n.Name)
		}
		return out, true
	}
	return nil, false
}

// pattern compiles path patterns in the current scope; new variables are bound in it.
func (c *compiler) pattern(parts []*ast.PathPattern, where ast.Expr) *pattern {
	p := &pattern{}
	known := map[string]bool{}
	for n := range c.scope.slots {
		known[n] = true
	}
	var inline []ast.Expr
	for _, part := range parts {
		inline = append(inline, c.path(p, part, known)...)
	}
	for _, e := range append(inline, where) {
		c.conjuncts(p, e)
	}
	return p
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
	if lit, ok := e.(*ast.Literal); ok && boolOrNull(lit.Value) != nil {
		c.fail(e, "InvalidArgumentType", "Type mismatch: expected Boolean but was %v", lit.Value.Kind())
	}
	p.preds = append(p.preds, predicate{test: c.boolean(e), deps: c.deps(e)})
	// n.key = value on a pattern node may drive an index seek.
	if cmp, ok := e.(*ast.Comparison); ok && len(cmp.Ops) == 1 && cmp.Ops[0] == ast.OpEqual {
		for i := range 2 {
			prop, ok := cmp.Operands[i].(*ast.Property)
			if !ok {
				continue
			}
			v, ok := prop.Subject.(*ast.Variable)
			if !ok {
				continue
			}
			slot := c.scope.slots[v.Name]
			for _, n := range p.nodes {
				other := cmp.Operands[1-i]
				if deps := c.deps(other); n.slot == slot && !deps[slot] {
					n.seeks = append(n.seeks, propEquals{key: prop.Key.Value, value: c.expr(other), deps: deps})
				}
			}
		}
	}
}

// boolean compiles a predicate whose value must be a BOOLEAN or null.
func (c *compiler) boolean(e ast.Expr) eval {
	x := c.expr(e)
	return func(r *run, f frame) (graph.Value, error) {
		v, err := x(r, f)
		if err != nil {
			return graph.Null, err
		}
		return v, boolOrNull(v)
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
	if part.Selector != nil && part.Selector.Kind != "ALL" {
		c.fail(part, "UnexpectedSyntax", "Path selectors are not supported yet; use shortestPath() or allShortestPaths()")
	}
	var pathSlot = -1
	if part.Variable != nil {
		if _, ok := c.scope.slots[part.Variable.Value]; ok {
			c.fail(part.Variable, "VariableAlreadyBound", "Variable `%s` already declared", part.Variable.Value)
		}
		pathSlot = c.bind(part.Variable.Value, pathVar)
	}
	var elements []any
	var last *patternNode
	var pending *patternRel
	var pendingProps ast.Expr
	for _, el := range part.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			n := c.node(p, el, known)
			if el.Where != nil {
				inline = append(inline, el.Where)
			}
			if pending != nil {
				pending.to = n
				elements = append(elements, pending)
				pending = nil
			}
			elements = append(elements, n)
			last = n
		case *ast.RelPattern:
			pending = c.rel(p, el, known)
			pending.from = last
			pending.shortest = part.Shortest
			pendingProps = el.Properties
			_ = pendingProps
			if el.Where != nil {
				inline = append(inline, el.Where)
			}
		case *ast.QuantifiedPath:
			c.fail(el, "UnexpectedSyntax", "Quantified path patterns are not supported yet; use a variable-length relationship such as -[*1..3]->")
		}
	}
	if pathSlot >= 0 {
		p.paths = append(p.paths, pathBinding{slot: pathSlot, elements: elements})
	}
	return inline
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
				n = &patternNode{slot: slot, bound: known[name]}
				p.nodes = append(p.nodes, n)
			}
		} else {
			n = &patternNode{slot: c.bind(name, nodeVar)}
			p.nodes = append(p.nodes, n)
		}
	} else {
		n = &patternNode{slot: c.slot()}
		p.nodes = append(p.nodes, n)
	}
	if el.Labels != nil {
		test := c.labelTest(el.Labels)
		if n.test != nil {
			first := n.test
			second := test
			test = func(r *run, f frame, v graph.Value) (bool, error) {
				if ok, err := first(r, f, v); !ok || err != nil {
					return false, err
				}
				return second(r, f, v)
			}
		}
		n.test = test
		n.must = append(n.must, mustHave(el.Labels)...)
	}
	n.props = append(n.props, c.propEquals(el.Properties)...)
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
		out = append(out, propEquals{key: k.Value, value: c.expr(m.Values[i]), deps: c.deps(m.Values[i])})
	}
	return out
}

func (c *compiler) rel(p *pattern, el *ast.RelPattern, known map[string]bool) *patternRel {
	rel := &patternRel{direction: el.Direction, min: 1, max: 1}
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
		if slot, ok := c.scope.slots[name]; ok {
			if k := c.scope.kinds[name]; k != kind && k != anyVar {
				c.fail(el.Variable, "VariableTypeConflict", "Type mismatch: %s defined with conflicting type (expected Relationship)", name)
			}
			rel.slot, rel.bound, rel.repeated = slot, true, !known[name]
		} else {
			rel.slot = c.bind(name, kind)
		}
	} else {
		rel.slot = c.slot()
	}
	if el.Types != nil {
		var ok bool
		if rel.types, ok = oneOf(el.Types); !ok {
			rel.types, rel.test = nil, c.labelTest(el.Types)
		}
	}
	rel.props = c.propEquals(el.Properties)
	p.rels = append(p.rels, rel)
	return rel
}

// --- solving ---

// A solver runs a pattern: an order of steps chosen for one run.
type solver struct {
	steps []step
}

// A step extends f and calls next for each way to do so.
type step func(r *run, f frame, next func() error) error

// solve orders the pattern for the graph of r.
func (p *pattern) solve(r *run) *solver {
	s := &solver{}
	if slices.ContainsFunc(p.rels, func(x *patternRel) bool { return x.repeated }) {
		s.steps = append(s.steps, func(*run, frame, func() error) error { return nil })
		return s
	}
	have := map[int]bool{}
	done := map[any]bool{}
	used := make([]bool, len(p.preds))
	var relSlots []*patternRel
	// Variables of earlier clauses are there from the start.
	inPattern := map[int]bool{}
	for _, n := range p.nodes {
		if !n.bound {
			inPattern[n.slot] = true
		}
	}
	for _, x := range p.rels {
		if !x.bound {
			inPattern[x.slot] = true
		}
	}
	for _, b := range p.paths {
		inPattern[b.slot] = true
	}
	ready := func(deps map[int]bool) bool {
		for d := range deps {
			if inPattern[d] && !have[d] {
				return false
			}
		}
		return true
	}
	filters := func() {
		for i, pr := range p.preds {
			if !used[i] && ready(pr.deps) {
				used[i] = true
				test := pr.test
				s.steps = append(s.steps, func(r *run, f frame, next func() error) error {
					v, err := test(r, f)
					if err != nil || !v.IsTrue() {
						return err
					}
					return next()
				})
			}
		}
	}
	add := func(n *patternNode) { have[n.slot], done[n] = true, true; filters() }
	for _, n := range p.nodes {
		if n.bound {
			s.steps = append(s.steps, n.check(true))
			add(n)
		}
	}
	filters()
	for len(done) < len(p.nodes)+len(p.rels) {
		var best *patternRel
		for _, x := range p.rels {
			if done[x] || (!done[x.from] && !done[x.to] && !x.bound) || (x.shortest != "" && !(done[x.from] && done[x.to])) {
				continue
			}
			if best == nil || (done[x.from] && done[x.to]) && !(done[best.from] && done[best.to]) || (best.variable && !x.variable && !(done[best.from] && done[best.to])) {
				best = x
			}
		}
		if best != nil {
			done[best] = true
			s.steps = append(s.steps, best.expand(done[best.from], done[best.to], slices.Clone(relSlots), p))
			relSlots = append(relSlots, best)
			have[best.slot] = true
			for _, n := range []*patternNode{best.from, best.to} {
				if !done[n] {
					s.steps = append(s.steps, n.check(false))
					add(n)
				}
			}
			filters()
			continue
		}
		n := p.cheapest(r, done, ready)
		s.steps = append(s.steps, n.scan(r, ready))
		add(n)
	}
	for _, b := range p.paths {
		s.steps = append(s.steps, b.build())
		have[b.slot] = true
	}
	filters()
	return s
}

// run calls emit for each solution.
func (s *solver) run(r *run, f frame, emit func() error) error { return s.at(0, r, f, emit) }

func (s *solver) at(i int, r *run, f frame, emit func() error) error {
	if i == len(s.steps) {
		return emit()
	}
	return s.steps[i](r, f, func() error { return s.at(i+1, r, f, emit) })
}

// cheapest picks the unsolved node to start from.
func (p *pattern) cheapest(r *run, done map[any]bool, ready func(map[int]bool) bool) *patternNode {
	var best *patternNode
	var cost int64
	for _, n := range p.nodes {
		if done[n] {
			continue
		}
		c := n.cost(r, ready)
		if best == nil || c < cost {
			best, cost = n, c
		}
	}
	return best
}

// usable gives the equality conditions whose values are known already.
func (n *patternNode) usable(ready func(map[int]bool) bool) (keys []string, values []eval) {
	for _, p := range slices.Concat(n.props, n.seeks) {
		if ready(p.deps) && !slices.Contains(keys, p.key) {
			keys, values = append(keys, p.key), append(values, p.value)
		}
	}
	return keys, values
}

func (n *patternNode) cost(r *run, ready func(map[int]bool) bool) int64 {
	keys, _ := n.usable(ready)
	count := r.graph.NodeCount(graph.AnyLabel)
	for _, l := range n.must {
		id, ok := r.graph.Label(l)
		if !ok {
			return 0
		}
		count = min(count, r.graph.NodeCount(id))
	}
	for _, x := range r.indexes() {
		if x.Relationship || x.Type != graph.IndexRange || len(x.Labels) != 1 || !slices.Contains(n.must, x.Labels[0]) {
			continue
		}
		if !slices.ContainsFunc(x.Properties, func(k string) bool { return !slices.Contains(keys, k) }) {
			return 1
		}
	}
	if len(keys) > 0 {
		return count/4 + 2
	}
	return count + 3
}

const scanBatch = 256

// scan solves a node from nothing: by equality (an index if there is one), by label, or all.
func (n *patternNode) scan(r *run, ready func(map[int]bool) bool) step {
	keys, values := n.usable(ready)
	check := n.check(false)
	slot := n.slot
	each := func(r *run, f frame, c graph.NodeCursor, next func() error) error {
		defer c.Close()
		var buf [scanBatch]graph.NodeID
		for {
			k, err := c.Next(buf[:])
			if err != nil || k == 0 {
				return err
			}
			if err := r.alive(); err != nil {
				return err
			}
			for _, id := range buf[:k] {
				f[slot] = graph.NodeRef(id)
				if err := check(r, f, next); err != nil {
					return err
				}
			}
		}
	}
	if len(keys) > 0 {
		return func(r *run, f frame, next func() error) error {
			labels, ok := r.labels(n.must)
			if !ok {
				return nil
			}
			var ks []graph.KeyID
			var vs []graph.Value
			for i, k := range keys {
				v, err := values[i](r, f)
				if err != nil {
					return err
				}
				id, ok := r.key(k)
				if !ok || v.IsNull() {
					return nil
				}
				ks, vs = append(ks, id), append(vs, v)
			}
			found, err := r.graph.FindNodes(labels, ks, vs, nil)
			if err != nil {
				return err
			}
			for _, id := range found {
				f[slot] = graph.NodeRef(id)
				if err := check(r, f, next); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return func(r *run, f frame, next func() error) error {
		labels, ok := r.labels(n.must)
		if !ok {
			return nil
		}
		if len(labels) == 0 {
			return each(r, f, r.graph.ScanNodes(), next)
		}
		best := labels[0]
		for _, l := range labels[1:] {
			if r.graph.NodeCount(l) < r.graph.NodeCount(best) {
				best = l
			}
		}
		return each(r, f, r.graph.ScanLabel(best), next)
	}
}

// check tests labels and properties of the node in its slot.
func (n *patternNode) check(bound bool) step {
	slot, test, props := n.slot, n.test, n.props
	return func(r *run, f frame, next func() error) error {
		v := f[slot]
		if bound {
			if v.IsNull() {
				return nil
			}
			if v.Kind() != graph.KindNode {
				return fn.TypeError("Expected to find a node at a pattern variable but found %s instead", fn.ToText(v))
			}
		}
		if test != nil {
			if ok, err := test(r, f, v); !ok || err != nil {
				return err
			}
		}
		if ok, err := r.propsEqual(v, f, props); !ok || err != nil {
			return err
		}
		return next()
	}
}

func (r *run) propsEqual(v graph.Value, f frame, props []propEquals) (bool, error) {
	for _, p := range props {
		want, err := p.value(r, f)
		if err != nil {
			return false, err
		}
		have, err := r.property(v, p.key)
		if err != nil || !graph.Equal(have, want).IsTrue() {
			return false, err
		}
	}
	return true, nil
}

// build makes a path value of solved elements.
func (b pathBinding) build() step {
	return func(r *run, f frame, next func() error) error {
		p := &graph.Path{}
		for _, el := range b.elements {
			switch el := el.(type) {
			case *patternNode:
				if n := len(p.Nodes); n == 0 || len(p.Rels) >= n {
					p.Nodes = append(p.Nodes, f[el.slot])
				}
			case *patternRel:
				if err := r.appendToPath(p, f[el.slot]); err != nil {
					return err
				}
			}
		}
		f[b.slot] = graph.PathOf(p)
		return next()
	}
}

// appendToPath walks one relationship, or a list of them, from the path's end.
func (r *run) appendToPath(p *graph.Path, v graph.Value) error {
	rels := []graph.Value{v}
	if v.Kind() == graph.KindList {
		rels = v.AsList()
	}
	for _, rel := range rels {
		ends, err := r.ends(rel.RelID())
		if err != nil {
			return err
		}
		at := p.Nodes[len(p.Nodes)-1].NodeID()
		next := ends.End
		if ends.End == at {
			next = ends.Start
		}
		p.Rels = append(p.Rels, rel)
		p.Nodes = append(p.Nodes, graph.NodeRef(next))
	}
	return nil
}
