package exec

import (
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

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
		return status.New(status.ArgumentError, "50N42", "The expression should have been a node or a relationship, but got %s", fn.Inspect(entity))
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
	v, err := fn.Storable(v)
	if err != nil {
		return err
	}
	if err := r.keep(propBytes + 2*payload(v)); err != nil {
		return err
	}
	var set bool
	if entity.Kind() == graph.KindNode {
		set, err = r.graph.SetNodeProperty(entity.NodeID(), k, v)
	} else {
		set, err = r.graph.SetRelProperty(entity.RelID(), k, v)
	}
	if set || !v.IsNull() && r.deleted(entity) {
		r.counters.PropertiesSet++
	}
	return err
}

// deleted tells whether the transaction deleted a node or a relationship.
func (r *run) deleted(entity graph.Value) bool {
	if entity.Kind() == graph.KindNode {
		return r.graph.NodeDeleted(entity.NodeID())
	}
	return r.graph.RelDeleted(entity.RelID())
}

// setNull sets a property to null. Neo4j counts that when anything has ever had
// a property of this name, even if there is nothing to remove.
func (r *run) setNull(entity graph.Value, key string) error {
	before := r.counters.PropertiesSet
	if err := r.setProperty(entity, key, graph.Null); err != nil {
		return err
	}
	if _, known := r.key(key); known && !entity.IsNull() && r.counters.PropertiesSet == before {
		r.counters.PropertiesSet++
	}
	return nil
}

// setItems compiles SET. Values of one clause are read as its items come.
func (c *compiler) setItems(items []ast.SetItem) func(r *run, f frame) error {
	var acts []func(r *run, f frame) error
	for n := 0; n < len(items); {
		same := n + 1
		for same < len(items) && ofOne(items[n], items[same]) {
			same++
		}
		if same > n+1 {
			acts = append(acts, c.setTogether(items[n:same]))
		} else {
			acts = append(acts, c.setItem(items[n]))
		}
		n = same
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

// ofOne tells whether two items set properties of one variable.
func ofOne(a, b ast.SetItem) bool {
	x, ok := subjectOf(a).(*ast.Variable)
	y, also := subjectOf(b).(*ast.Variable)
	return ok && also && x.Name == y.Name
}

// subjectOf gives what an item sets one property of, nil if it does anything else.
func subjectOf(i ast.SetItem) ast.Expr {
	switch {
	case i.Property != nil:
		return i.Property.Subject
	case i.Dynamic != nil:
		return i.Dynamic.Subject
	}
	return nil
}

// setTogether compiles items that set properties of one entity: all values are
// those from before.
func (c *compiler) setTogether(items []ast.SetItem) func(r *run, f frame) error {
	subject := c.expr(subjectOf(items[0]))
	values, keys := make([]eval, len(items)), make([]func(*run, frame) (string, error), len(items))
	for i, item := range items {
		values[i], keys[i] = c.expr(item.Value), c.propertyKey(item)
	}
	return func(r *run, f frame) error {
		s, err := subject(r, f)
		if err != nil {
			return err
		}
		all := make([]graph.Value, len(items))
		for i, v := range values {
			if s.IsNull() { // nothing is set, so nothing is computed
				break
			}
			if all[i], err = v(r, f); err != nil {
				return err
			}
		}
		for i := range items {
			key, err := keys[i](r, f)
			if err != nil {
				return err
			}
			set := r.setProperty
			if all[i].IsNull() {
				set = func(s graph.Value, key string, _ graph.Value) error { return r.setNull(s, key) }
			}
			if err := set(s, key, all[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// propertyKey compiles the name of the one property that an item sets.
func (c *compiler) propertyKey(i ast.SetItem) func(r *run, f frame) (string, error) {
	if i.Dynamic == nil {
		key := i.Property.Key.Value
		return func(*run, frame) (string, error) { return key, nil }
	}
	key := c.expr(i.Dynamic.Index)
	return func(r *run, f frame) (string, error) {
		k, err := key(r, f)
		if err == nil && k.Kind() != graph.KindString {
			err = fn.TypeError("a property key must be a STRING, got %v", k.Kind())
		}
		if err != nil {
			return "", err
		}
		return k.AsString(), nil
	}
}

func (c *compiler) setItem(i ast.SetItem) func(r *run, f frame) error {
	switch {
	case i.Property != nil, i.Dynamic != nil:
		subject, value, key := c.expr(subjectOf(i)), c.expr(i.Value), c.propertyKey(i)
		return func(r *run, f frame) error {
			s, err := subject(r, f)
			if err != nil {
				return err
			}
			k, err := key(r, f)
			if err != nil || s.IsNull() { // nothing is set, so nothing is computed
				return err
			}
			v, err := value(r, f)
			if err != nil {
				return err
			}
			return r.setProperty(s, k, v)
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
		if props == nil {
			return noMap("Expected Null() to be a map, but it was :`NO_VALUE`")
		}
		if !add && !r.deleted(s) {
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
			if v.IsNull() {
				if err := r.setNull(s, key); err != nil {
					return err
				}
				continue
			}
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
	if r.graph.NodeDeleted(s.NodeID()) {
		return status.New(status.EntityNotFound, "50N42", "Unable to load NODE %d.", s.NodeID())
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
				if err := r.keep(propBytes); err != nil {
					return err
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
			if err := r.keep(propBytes); err != nil {
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

func (c *compiler) foreach(cl *ast.Foreach) func(r *run, f frame) error {
	elements := c.elementsOf(cl.List)
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
		l, err := elements(r, f)
		if err != nil {
			return err
		}
		for i := range l.n {
			if err := r.check(); err != nil {
				return err
			}
			row := append(frame(nil), f...)
			row[slot] = l.at(i)
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
	var needed []*patternNode // bound nodes must not be null
	for _, n := range p.nodes {
		if n.bound {
			needed = append(needed, n)
		}
	}
	checks := c.mergeChecks(cl.Path, p)
	onCreate, onMatch := c.setItems(cl.OnCreate), c.setItems(cl.OnMatch)
	return flat(func(r *run, f frame, emit func() error) error {
		for _, n := range needed {
			if f[n.slot].Kind() != graph.KindNode {
				return r.missingEnd(relationshipName(cl.Path), n.name)
			}
		}
		for _, e := range checks {
			v, err := e.value(r, f)
			if err != nil {
				return err
			}
			if v.IsNull() {
				x := status.New(status.SemanticError, "50N42", "Cannot merge the following %s because of null property value for '%s': %s", e.what, e.key, e.text)
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
