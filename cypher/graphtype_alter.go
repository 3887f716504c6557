package cypher

import (
	"fmt"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/status"
)

// alterGraphType changes the graph type: the constraints that it does not share
// with the one asked for go, those that it lacks are created.
func alterGraphType(g exec.Graph, cmd *ast.AlterGraphType, c *exec.Counters) error {
	there := g.Constraints()
	now, asked := graphTypeOf(there), written(cmd)
	var drop []string
	var create []graph.Constraint
	var err error
	switch cmd.Operation {
	case "SET":
		err = asked.valid(nil)
		drop, create = replace(there, asked.all())
	case "ADD":
		drop, create, err = now.add(there, asked, cmd)
	case "ALTER":
		drop, create, err = now.alter(there, asked, cmd)
	default:
		drop, err = now.drop(there, asked)
	}
	if err != nil {
		return err
	}
	for i, n := range cmd.Names {
		if slices.ContainsFunc(cmd.Names[:i], func(b ast.Name) bool { return b.Value == n.Value }) {
			continue
		}
		if err := g.DropConstraint(n.Value); err != nil {
			return err
		}
		c.ConstraintsRemoved++
	}
	if err := g.ChangeGraphType(drop, create); err != nil {
		return err
	}
	c.ConstraintsRemoved += int64(len(drop))
	c.ConstraintsAdded += int64(len(create))
	return nil
}

// all gives the constraints of the graph type.
func (t *graphType) all() (out []graph.Constraint) {
	for i := range t.elements {
		out = append(out, t.elements[i].constraints()...)
	}
	return append(out, t.others...)
}

// replace tells what to drop of there and what to create to have want alone. A
// constraint that is asked for without a name keeps the one it has.
func replace(there, want []graph.Constraint) (drop []string, create []graph.Constraint) {
	fits := func(old, asked graph.Constraint) bool {
		return sameConstraint(old, asked) && (asked.Name == "" || asked.Name == old.Name)
	}
	for _, d := range there {
		if !slices.ContainsFunc(want, func(w graph.Constraint) bool { return fits(d, w) }) {
			drop = append(drop, d.Name)
		}
	}
	for _, w := range want {
		if !slices.ContainsFunc(there, func(d graph.Constraint) bool { return fits(d, w) }) {
			create = append(create, w)
		}
	}
	return drop, create
}

// add gives what ADD creates: element types that are not there yet, and constraints.
func (t *graphType) add(there []graph.Constraint, asked graphType, cmd *ast.AlterGraphType) (drop []string, create []graph.Constraint, err error) {
	for _, e := range asked.elements {
		if t.element(e.relationship, e.token) == nil {
			continue
		}
		if e.relationship {
			return nil, nil, graphTypeError("22NCB", "A relationship element type identified by the relationship type %s already exists in the graph type.", quoted(e.token))
		}
		return nil, nil, graphTypeError("22NCA", "A node element type identified by the label %s already exists in the graph type.", quoted(e.token))
	}
	whole := graphType{elements: slices.Concat(t.elements, asked.elements), others: slices.Concat(t.others, asked.others)}
	return nil, asked.all(), whole.valid(cmd)
}

// alter gives what ALTER changes: element types that are there become those of the statement.
func (t *graphType) alter(there []graph.Constraint, asked graphType, cmd *ast.AlterGraphType) (drop []string, create []graph.Constraint, err error) {
	whole := graphType{others: t.others}
	for _, e := range t.elements {
		if n := asked.element(e.relationship, e.token); n != nil {
			e = *n
		}
		whole.elements = append(whole.elements, e)
	}
	for _, e := range asked.elements {
		if t.element(e.relationship, e.token) == nil {
			return nil, nil, missingElement(referenceText(e.token, e.relationship), e.relationship)
		}
	}
	drop, create = replace(there, whole.all())
	return drop, create, whole.valid(cmd)
}

// drop gives what DROP removes for element types, written bare or in full.
func (t *graphType) drop(there []graph.Constraint, asked graphType) (drop []string, err error) {
	rest := graphType{elements: slices.Clone(t.elements)}
	for i := range asked.elements {
		e := &asked.elements[i]
		old := t.element(e.relationship, e.token)
		switch {
		case old == nil:
			return nil, missingElement(referenceText(e.token, e.relationship), e.relationship)
		case !e.equal(&elementType{}) && !e.equal(old):
			word, gql, kind := "label", "22NCC", "node"
			if e.relationship {
				word, gql, kind = "relationship type", "22NCD", "relationship"
			}
			return nil, graphTypeError(gql, "The %s element type %s identified by the %s %s is different to the one specified in the query %s.", kind, t.elementText(old), word, quoted(e.token), t.elementText(e))
		}
		rest.elements = slices.DeleteFunc(rest.elements, func(x elementType) bool { return x.relationship == e.relationship && x.token == e.token })
		for _, d := range there {
			if d.Dependent && d.Relationship == e.relationship && d.Label == e.token {
				drop = append(drop, d.Name)
			}
		}
	}
	for _, e := range rest.elements {
		for _, l := range []string{e.source, e.target} {
			if l != "" && asked.element(false, l) != nil {
				return nil, graphTypeError("22NCE", "The node element type identified by the label %s is referenced in the graph type element '%s' and cannot be dropped.", quoted(l), referenceText(e.token, true))
			}
		}
	}
	return drop, nil
}

// valid tells whether element types and constraints go together, and whether
// what the statement calls identifying is.
func (t *graphType) valid(cmd *ast.AlterGraphType) error {
	if both := t.labelsBoth(); len(both) > 0 {
		for i, l := range both {
			both[i] = quoted(l)
		}
		return graphTypeError("22NC4", "The label(s) %s are defined as both identifying and implied.", strings.Join(both, ", "))
	}
	for _, d := range t.others {
		switch d.Type {
		case graph.ConstraintNodeExists, graph.ConstraintNodeType, graph.ConstraintRelExists, graph.ConstraintRelType:
			if t.element(d.Relationship, d.Label) == nil {
				continue
			}
			if d.Relationship {
				return graphTypeError("22NC7", "The independent constraint '%s' is using the same relationship type %s as a relationship element type.", d.Describe(), quoted(d.Label))
			}
			return graphTypeError("22NC6", "The independent constraint '%s' is using the same label %s as a node element type.", d.Describe(), quoted(d.Label))
		}
	}
	if cmd == nil {
		return nil
	}
	for _, x := range cmd.Elements {
		for _, n := range []ast.Endpoint{x.Source, x.Target} {
			if n.Identifying && t.element(false, n.Label.Value) == nil {
				return missingElement(referenceText(n.Label.Value, false), false)
			}
		}
	}
	for _, c := range cmd.Constraints {
		if c.On.Identifying && t.element(c.Relationship, c.On.Label.Value) == nil {
			return missingElement(referenceText(c.On.Label.Value, c.Relationship), c.Relationship)
		}
	}
	return nil
}

func missingElement(reference string, relationship bool) error {
	e := status.New(status.SyntaxError, "", "graph type element referenced by '%s' not found", reference)
	return e.With("42001", status.Because("22NC5", "The %s element type referenced by '%s' does not exist.", elementWord(relationship), reference))
}

// graphTypeError makes an error whose message is that of its cause.
func graphTypeError(gql, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	return status.New(status.SyntaxError, "", "%s", text).With("42001", status.Because(gql, "%s", text))
}
