package exec

import (
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// creation makes entities of a pattern: nodes first, then relationships.
type creation struct {
	nodes []createNode
	rels  []createRel
	paths []pathBinding
}

type createNode struct {
	slot   int
	labels []func(r *run, f frame) ([]string, error)
	props  eval // a map; nil when none
}

type createRel struct {
	slot, from, to int
	typ            func(r *run, f frame) ([]string, error)
	props          eval
}

func (c *compiler) create(cl *ast.Create) stage {
	return rowwise(c.creation(cl.Pattern.Parts, true).run)
}

// creation compiles patterns into what must be made. Nodes bound before are
// used; with strict, they may not be described again.
func (c *compiler) creation(parts []*ast.PathPattern, strict bool) *creation {
	out := &creation{}
	for _, part := range parts {
		var elements []any
		var last int = -1
		var pending *createRel
		var pendingDir graph.Direction
		for _, el := range part.Elements {
			switch el := el.(type) {
			case *ast.NodePattern:
				slot := c.createdNode(out, el, strict, len(part.Elements) == 1)
				if pending != nil {
					pending.from, pending.to = last, slot
					if pendingDir == graph.Incoming {
						pending.from, pending.to = slot, last
					}
					out.rels = append(out.rels, *pending)
					elements = append(elements, &patternRel{slot: pending.slot})
					pending = nil
				}
				elements = append(elements, &patternNode{slot: slot})
				last = slot
			case *ast.RelPattern:
				pending, pendingDir = c.createdRel(el, strict), el.Direction
			default:
				c.fail(el, "UnexpectedSyntax", "Quantified path patterns cannot be created")
			}
		}
		if part.Variable != nil {
			if _, ok := c.scope.slots[part.Variable.Value]; ok {
				c.fail(part.Variable, "VariableAlreadyBound", "Variable `%s` already declared", part.Variable.Value)
			}
			out.paths = append(out.paths, pathBinding{slot: c.bind(part.Variable.Value, pathVar), elements: elements})
		}
	}
	return out
}

func (c *compiler) createdNode(out *creation, el *ast.NodePattern, strict, alone bool) int {
	if el.Variable != nil {
		if slot, ok := c.scope.slots[el.Variable.Value]; ok {
			if strict && (alone || el.Labels != nil || el.Properties != nil) {
				c.fail(el.Variable, "VariableAlreadyBound", "Variable `%s` already declared", el.Variable.Value)
			}
			if k := c.scope.kinds[el.Variable.Value]; k != nodeVar && k != anyVar {
				c.fail(el.Variable, "VariableTypeConflict", "Type mismatch: %s defined with conflicting type (expected Node)", el.Variable.Value)
			}
			return slot
		}
	}
	n := createNode{labels: c.createdLabels(el.Labels), props: c.createdProps(el.Properties)}
	if el.Variable != nil {
		n.slot = c.bind(el.Variable.Value, nodeVar)
	} else {
		n.slot = c.slot()
	}
	out.nodes = append(out.nodes, n)
	return n.slot
}

func (c *compiler) createdLabels(l ast.LabelExpr) []func(*run, frame) ([]string, error) {
	switch l := l.(type) {
	case nil:
		return nil
	case *ast.LabelName:
		names := []string{l.Name}
		return []func(*run, frame) ([]string, error){func(*run, frame) ([]string, error) { return names, nil }}
	case *ast.LabelDynamic:
		e := c.expr(l.Expr)
		return []func(*run, frame) ([]string, error){func(r *run, f frame) ([]string, error) { return labelNames(r, f, e) }}
	case *ast.LabelAnd:
		var out []func(*run, frame) ([]string, error)
		for _, o := range l.Operands {
			out = append(out, c.createdLabels(o)...)
		}
		return out
	}
	c.fail(l, "UnexpectedSyntax", "Label expressions in patterns are not allowed in a CREATE clause, but only in a MATCH clause and in expressions")
	return nil
}

func (c *compiler) createdProps(e ast.Expr) eval {
	if e == nil {
		return nil
	}
	return c.expr(e)
}

func (c *compiler) createdRel(el *ast.RelPattern, strict bool) *createRel {
	switch {
	case el.Length != nil || el.Quantifier != nil:
		c.fail(el, "CreatingVarLength", "Variable length relationships cannot be used in CREATE or MERGE")
	case el.Direction == graph.Both && strict:
		c.fail(el, "RequiresDirectedRelationship", "Only directed relationships are supported in CREATE")
	}
	if _, several := el.Types.(*ast.LabelOr); several {
		c.fail(el, "NoSingleRelationshipType", "A single relationship type must be specified for CREATE and MERGE")
	}
	types := c.createdLabels(el.Types)
	if len(types) != 1 {
		c.fail(el, "NoSingleRelationshipType", "Exactly one relationship type must be specified for CREATE. Did you forget to prefix your relationship type with a ':'?")
	}
	rel := &createRel{typ: types[0], props: c.createdProps(el.Properties)}
	if el.Variable != nil {
		if _, ok := c.scope.slots[el.Variable.Value]; ok {
			c.fail(el.Variable, "VariableAlreadyBound", "Variable `%s` already declared", el.Variable.Value)
		}
		rel.slot = c.bind(el.Variable.Value, relVar)
	} else {
		rel.slot = c.slot()
	}
	return rel
}

func (cr *creation) run(r *run, f frame) error {
	for _, n := range cr.nodes {
		if err := r.createNode(f, n); err != nil {
			return err
		}
	}
	for _, x := range cr.rels {
		if err := r.createRel(f, x); err != nil {
			return err
		}
	}
	for _, p := range cr.paths {
		if err := p.build()(r, func(frame) error { return nil })(f); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) createNode(f frame, n createNode) error {
	var labels []graph.LabelID
	for _, l := range n.labels {
		names, err := l(r, f)
		if err != nil {
			return err
		}
		for _, name := range names {
			id, err := r.graph.EnsureLabel(name)
			if err != nil {
				return err
			}
			if !containsLabel(labels, id) {
				labels = append(labels, id)
			}
		}
	}
	var props *graph.Map
	if n.props != nil { // before the node is there, so that it cannot see itself
		var err error
		if props, err = r.mapValue(f, n.props); err != nil {
			return err
		}
	}
	id, err := r.graph.CreateNode(labels)
	if err != nil {
		return err
	}
	r.counters.NodesCreated++
	r.counters.LabelsAdded += int64(len(labels))
	f[n.slot] = graph.NodeRef(id)
	return r.setAll(f[n.slot], props)
}

func containsLabel(ls []graph.LabelID, l graph.LabelID) bool {
	for _, x := range ls {
		if x == l {
			return true
		}
	}
	return false
}

func (r *run) createRel(f frame, x createRel) error {
	names, err := x.typ(r, f)
	if err != nil {
		return err
	}
	for _, s := range []int{x.from, x.to} {
		if f[s].Kind() != graph.KindNode {
			return status.New(status.SemanticError, "22N27", "Failed to create relationship, because one of its ends is null or no node: %s", fn.ToText(f[s]))
		}
	}
	var props *graph.Map
	if x.props != nil {
		if props, err = r.mapValue(f, x.props); err != nil {
			return err
		}
	}
	t, err := r.graph.EnsureType(names[0])
	if err != nil {
		return err
	}
	id, err := r.graph.CreateRel(t, f[x.from].NodeID(), f[x.to].NodeID())
	if err != nil {
		return err
	}
	r.counters.RelsCreated++
	f[x.slot] = graph.RelRef(id)
	return r.setAll(f[x.slot], props)
}

// mapValue evaluates e to the properties of a map, node or relationship; nil for null.
func (r *run) mapValue(f frame, e eval) (*graph.Map, error) {
	v, err := e(r, f)
	if err != nil || v.IsNull() {
		return nil, err
	}
	return r.context.Properties(v)
}

func (r *run) setAll(entity graph.Value, props *graph.Map) error {
	for i := range props.Len() {
		k, v := props.At(i)
		if v.IsNull() {
			continue
		}
		if err := r.setProperty(entity, k, v); err != nil {
			return err
		}
	}
	return nil
}

// setProperty sets one property of a node or relationship; on null nothing happens.
func (r *run) setProperty(entity graph.Value, key string, v graph.Value) error {
	if entity.IsNull() {
		return nil
	}
	if entity.Kind() != graph.KindNode && entity.Kind() != graph.KindRel {
		return fn.TypeError("Type mismatch: expected Node or Relationship but was %v", entity.Kind())
	}
	k, known := r.key(key)
	if !known {
		if v.IsNull() {
			return nil
		}
		var err error
		if k, err = r.graph.EnsureKey(key); err != nil {
			return err
		}
	}
	switch v.Kind() {
	case graph.KindMap, graph.KindNode, graph.KindRel, graph.KindPath:
		e := fn.TypeError("Property values can only be of primitive types or arrays thereof. Encountered: %v.", v.Kind())
		s := *status.As(e)
		s.Detail = "InvalidPropertyType"
		return &s
	}
	var set bool
	var err error
	if entity.Kind() == graph.KindNode {
		set, err = r.graph.SetNodeProperty(entity.NodeID(), k, v)
	} else {
		set, err = r.graph.SetRelProperty(entity.RelID(), k, v)
	}
	if set {
		r.counters.PropertiesSet++
	}
	return err
}

// setItems compiles SET. Values of one clause are read as its items come.
func (c *compiler) setItems(items []ast.SetItem) func(r *run, f frame) error {
	var acts []func(r *run, f frame) error
	for _, i := range items {
		acts = append(acts, c.setItem(i))
	}
	return func(r *run, f frame) error {
		for _, a := range acts {
			if err := a(r, f); err != nil {
				return err
			}
		}
		return nil
	}
}

func (c *compiler) setItem(i ast.SetItem) func(r *run, f frame) error {
	switch {
	case i.Property != nil:
		subject, value, key := c.expr(i.Property.Subject), c.expr(i.Value), i.Property.Key.Value
		return func(r *run, f frame) error {
			s, err := subject(r, f)
			if err != nil {
				return err
			}
			v, err := value(r, f)
			if err != nil {
				return err
			}
			return r.setProperty(s, key, v)
		}
	case i.Dynamic != nil:
		subject, key, value := c.expr(i.Dynamic.Subject), c.expr(i.Dynamic.Index), c.expr(i.Value)
		return func(r *run, f frame) error {
			s, err := subject(r, f)
			if err != nil {
				return err
			}
			k, err := key(r, f)
			if err != nil {
				return err
			}
			v, err := value(r, f)
			if err != nil {
				return err
			}
			if k.Kind() != graph.KindString {
				return fn.TypeError("a property key must be a STRING, got %v", k.Kind())
			}
			return r.setProperty(s, k.AsString(), v)
		}
	case i.Labels != nil:
		subject, labels := c.expr(i.Variable), c.createdLabels(i.Labels)
		return func(r *run, f frame) error { return r.changeLabels(f, subject, labels, true) }
	}
	subject, value, add := c.expr(i.Variable), c.expr(i.Value), i.Add
	return func(r *run, f frame) error {
		s, err := subject(r, f)
		if err != nil || s.IsNull() {
			return err
		}
		props, err := r.mapValue(f, value)
		if err != nil {
			return err
		}
		if !add {
			old, err := r.context.Properties(s)
			if err != nil {
				return err
			}
			for _, k := range old.Keys() {
				if _, keep := props.Get(k); !keep {
					if err := r.setProperty(s, k, graph.Null); err != nil {
						return err
					}
				}
			}
		}
		for k := range props.Len() {
			key, v := props.At(k)
			if err := r.setProperty(s, key, v); err != nil {
				return err
			}
		}
		return nil
	}
}

func (r *run) changeLabels(f frame, subject eval, labels []func(*run, frame) ([]string, error), on bool) error {
	s, err := subject(r, f)
	if err != nil || s.IsNull() {
		return err
	}
	if s.Kind() != graph.KindNode {
		return fn.TypeError("Type mismatch: expected Node but was %v", s.Kind())
	}
	for _, l := range labels {
		names, err := l(r, f)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !on {
				id, known := r.graph.Label(name)
				if !known {
					continue
				}
				changed, err := r.graph.RemoveLabel(s.NodeID(), id)
				if err != nil {
					return err
				}
				if changed {
					r.counters.LabelsRemoved++
				}
				continue
			}
			id, err := r.graph.EnsureLabel(name)
			if err != nil {
				return err
			}
			changed, err := r.graph.AddLabel(s.NodeID(), id)
			if err != nil {
				return err
			}
			if changed {
				r.counters.LabelsAdded++
			}
		}
	}
	return nil
}

func (c *compiler) remove(cl *ast.Remove) func(r *run, f frame) error {
	null := &ast.Literal{Value: graph.Null}
	var acts []func(r *run, f frame) error
	for _, i := range cl.Items {
		if i.Labels != nil {
			subject, labels := c.expr(i.Variable), c.createdLabels(i.Labels)
			acts = append(acts, func(r *run, f frame) error { return r.changeLabels(f, subject, labels, false) })
			continue
		}
		acts = append(acts, c.setItem(ast.SetItem{Span: i.Span, Property: i.Property, Dynamic: i.Dynamic, Value: null}))
	}
	return func(r *run, f frame) error {
		for _, a := range acts {
			if err := a(r, f); err != nil {
				return err
			}
		}
		return nil
	}
}

func (c *compiler) delete(cl *ast.Delete) func(r *run, f frame) error {
	for _, e := range cl.Exprs {
		switch x := e.(type) {
		case *ast.LabelPredicate:
			c.fail(x, "InvalidDelete", "DELETE doesn't support removing labels from a node. Try REMOVE.")
		case *ast.Literal, *ast.Binary, *ast.Comparison:
			c.fail(x, "InvalidArgumentType", "Type mismatch: expected Node, Path or Relationship")
		}
	}
	targets, detach := c.exprs(cl.Exprs), cl.Detach
	return func(r *run, f frame) error {
		var nodes []graph.NodeID
		for _, t := range targets {
			v, err := t(r, f)
			if err != nil {
				return err
			}
			if err := r.deleteValue(v, &nodes); err != nil {
				return err
			}
		}
		for _, n := range nodes {
			if err := r.deleteNode(n, detach); err != nil {
				return err
			}
		}
		return nil
	}
}

func (r *run) deleteValue(v graph.Value, nodes *[]graph.NodeID) error {
	switch v.Kind() {
	case graph.KindNull:
		return nil
	case graph.KindNode:
		*nodes = append(*nodes, v.NodeID())
		return nil
	case graph.KindRel:
		gone, err := r.graph.DeleteRel(v.RelID())
		if gone {
			r.counters.RelsDeleted++
		}
		return err
	case graph.KindPath:
		for _, x := range v.AsPath().Rels {
			if err := r.deleteValue(x, nodes); err != nil {
				return err
			}
		}
		for _, x := range v.AsPath().Nodes {
			*nodes = append(*nodes, x.NodeID())
		}
		return nil
	}
	return fn.TypeError("Type mismatch: expected Node, Path or Relationship but was %v", v.Kind())
}

func (r *run) deleteNode(id graph.NodeID, detach bool) error {
	if detach {
		var rels []graph.RelID
		err := r.expandAll(id, graph.Both, nil, func(a *graph.Adjacency) error {
			rels = append(rels, a.Rel...)
			return nil
		})
		if err != nil {
			return err
		}
		for _, rel := range rels {
			gone, err := r.graph.DeleteRel(rel)
			if err != nil {
				return err
			}
			if gone {
				r.counters.RelsDeleted++
			}
		}
	}
	gone, err := r.graph.DeleteNode(id)
	if gone {
		r.counters.NodesDeleted++
	}
	return err
}

func (c *compiler) foreach(cl *ast.Foreach) func(r *run, f frame) error {
	items := c.expr(cl.List)
	var slot int
	var ch *chain
	c.inner(func() {
		slot = c.bind(cl.Variable.Value, anyVar)
		for _, x := range cl.Clauses {
			switch x.(type) {
			case *ast.Create, *ast.Merge, *ast.Set, *ast.Remove, *ast.Delete, *ast.Foreach:
			default:
				c.fail(x, "InvalidClauseComposition", "Invalid use of a reading clause inside FOREACH")
			}
		}
		ch = c.clauses(&ast.SingleQuery{Span: cl.Span, Clauses: cl.Clauses})
	})
	return func(r *run, f frame) error {
		l, ok, err := list(r, f, items)
		if err != nil || !ok {
			return err
		}
		for _, v := range l {
			row := append(frame(nil), f...)
			row[slot] = v
			enough := &errEnough{}
			if err := drive(ch.build(r, callbackSink(func(frame) error { return nil }), enough), func(push func(frame) error) error { return push(row) }, enough); err != nil {
				return err
			}
		}
		return nil
	}
}

// merge finds the pattern or creates it as a whole.
func (c *compiler) merge(cl *ast.Merge) stage {
	c.reads = true
	before := c.scope.clone()
	for _, el := range cl.Path.Elements {
		if n, ok := el.(*ast.NodePattern); ok && n.Variable != nil {
			if _, bound := before.slots[n.Variable.Value]; bound && (len(cl.Path.Elements) == 1 || n.Labels != nil || n.Properties != nil) {
				c.fail(n.Variable, "VariableAlreadyBound", "Variable `%s` already declared", n.Variable.Value)
			}
		}
		if x, ok := el.(*ast.RelPattern); ok && x.Variable != nil {
			if _, bound := before.slots[x.Variable.Value]; bound {
				c.fail(x.Variable, "VariableAlreadyBound", "Variable `%s` already declared", x.Variable.Value)
			}
		}
	}
	// The creation is compiled first, in a scope of its own, for its checks; the
	// pattern's slots then take over what it made.
	made := before.clone()
	c.scope = made
	create := c.creation([]*ast.PathPattern{cl.Path}, false)
	c.scope = before.clone()
	p := c.pattern([]*ast.PathPattern{cl.Path}, nil)
	var take [][2]int
	for name, slot := range c.scope.slots {
		if _, old := before.slots[name]; !old {
			take = append(take, [2]int{made.slots[name], slot})
		}
	}
	var needed []int // bound nodes must not be null
	for _, n := range p.nodes {
		if n.bound {
			needed = append(needed, n.slot)
		}
	}
	var checks []eval
	for _, n := range p.nodes {
		for _, e := range n.props {
			checks = append(checks, e.value)
		}
	}
	for _, x := range p.rels {
		for _, e := range x.props {
			checks = append(checks, e.value)
		}
	}
	onCreate, onMatch := c.setItems(cl.OnCreate), c.setItems(cl.OnMatch)
	return flat(func(r *run, f frame, emit func() error) error {
		for _, s := range needed {
			if f[s].Kind() != graph.KindNode {
				return status.New(status.SemanticError, "22N27", "Failed to merge: a node of the pattern is null")
			}
		}
		for _, e := range checks {
			v, err := e(r, f)
			if err != nil {
				return err
			}
			if v.IsNull() {
				x := status.New(status.SemanticError, "22N31", "Cannot merge a pattern because of a null property value")
				x.Detail = "MergeReadOwnWrites"
				return x
			}
		}
		// Matches are collected first: ON MATCH must not change what is still being read.
		var rows []frame
		err := p.on(r, f, func(f frame) error { rows = append(rows, append(frame(nil), f...)); return nil })
		if err != nil {
			return err
		}
		for _, row := range rows {
			copy(f, row)
			if err := onMatch(r, f); err != nil {
				return err
			}
			if err := emit(); err != nil {
				return err
			}
		}
		if len(rows) > 0 {
			return nil
		}
		if err := create.run(r, f); err != nil {
			return err
		}
		for _, t := range take {
			f[t[1]] = f[t[0]]
		}
		if err := onCreate(r, f); err != nil {
			return err
		}
		return emit()
	})
}
