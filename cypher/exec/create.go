package exec

import (
	"graticule/cypher/ast"
	"graticule/graph"
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
	name           string         // for messages
	ends           map[int]string // names of the nodes by their slots
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
		last, lastName := -1, ""
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
					pending.ends = map[int]string{last: lastName, slot: nameOf(el)}
					out.rels = append(out.rels, *pending)
					elements = append(elements, &patternRel{slot: pending.slot})
					pending = nil
				}
				elements = append(elements, &patternNode{slot: slot})
				last, lastName = slot, nameOf(el)
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

func nameOf(n *ast.NodePattern) string {
	if n.Variable == nil {
		return ""
	}
	return n.Variable.Value
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
	rel := &createRel{typ: types[0], props: c.createdProps(el.Properties), name: "  UNNAMED0"}
	if el.Variable != nil {
		rel.name = el.Variable.Value
	}
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
		if props == nil {
			return noMap("Parameter provided for node creation is not a Map, instead got NO_VALUE")
		}
	}
	if err := r.keep(nodeBytes); err != nil {
		return err
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
			return r.missingEnd(x.name, x.ends[s])
		}
	}
	var props *graph.Map
	if x.props != nil {
		if props, err = r.mapValue(f, x.props); err != nil {
			return err
		}
		if props == nil {
			return noMap("Parameter provided for node creation is not a Map, instead got NO_VALUE")
		}
	}
	t, err := r.graph.EnsureType(names[0])
	if err != nil {
		return err
	}
	if err := r.keep(relBytes); err != nil {
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
