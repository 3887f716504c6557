package cypher

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/exec"
	"graticule/graph"
)

// runSchema executes a schema command on g.
func (p *Prepared) runSchema(g exec.Graph, cmd ast.Command, params *graph.Map) (*exec.Counters, error) {
	c := &exec.Counters{}
	switch cmd := cmd.(type) {
	case *ast.CreateIndex:
		d := graph.Index{Name: text(cmd.Name, params), Type: graph.IndexType(cmd.Kind), Relationship: cmd.Relationship, Labels: cmd.Labels, Properties: keys(cmd.Properties)}
		var err error
		if d.Options, err = p.indexOptions(d.Type, indexTitle(cmd), cmd.Options, params); err != nil {
			return nil, err
		}
		if cmd.IfNotExists && indexThere(g, d) {
			return c, nil
		}
		if _, err := g.CreateIndex(d); err != nil {
			return nil, err
		}
		c.IndexesAdded++
	case *ast.DropIndex:
		name := text(&cmd.Name, params)
		if cmd.IfExists && !indexThere(g, graph.Index{Name: name}) {
			return c, nil
		}
		if err := g.DropIndex(name); err != nil {
			return nil, err
		}
		c.IndexesRemoved++
	case *ast.CreateConstraint:
		d := graph.Constraint{Name: text(cmd.Name, params), Relationship: cmd.Relationship, Label: cmd.Label, Properties: keys(cmd.Properties)}
		d.Type = constraintTypes[cmd.Kind][cmd.Relationship]
		if cmd.Type != nil {
			d.PropertyType = constraintType(*cmd.Type)
		}
		if _, err := p.indexOptions(graph.IndexRange, constraintTitle(cmd), cmd.Options, params); err != nil {
			return nil, err
		}
		if cmd.IfNotExists && constraintThere(g, d) {
			return c, nil
		}
		if _, err := g.CreateConstraint(d); err != nil {
			return nil, err
		}
		c.ConstraintsAdded++
	case *ast.DropConstraint:
		name := text(&cmd.Name, params)
		if cmd.IfExists && !constraintThere(g, graph.Constraint{Name: name}) {
			return c, nil
		}
		if err := g.DropConstraint(name); err != nil {
			return nil, err
		}
		c.ConstraintsRemoved++
	}
	return c, nil
}

var constraintTypes = map[string]map[bool]graph.ConstraintType{
	"UNIQUE": {false: graph.ConstraintUnique, true: graph.ConstraintRelUnique}, "KEY": {false: graph.ConstraintNodeKey, true: graph.ConstraintRelKey},
	"EXISTS": {false: graph.ConstraintNodeExists, true: graph.ConstraintRelExists}, "TYPE": {false: graph.ConstraintNodeType, true: graph.ConstraintRelType},
}

func text(t *ast.Text, params *graph.Map) string {
	if t == nil {
		return ""
	}
	if t.Parameter != "" {
		v, _ := params.Get(t.Parameter)
		if v.Kind() == graph.KindString {
			return v.AsString()
		}
	}
	return t.Value
}

func keys(ps []ast.Property) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.Key.Value
	}
	return out
}

func typeText(t ast.Type) string {
	if len(t.Union) > 0 {
		parts := make([]string, len(t.Union))
		for i, u := range t.Union {
			parts[i] = typeText(u)
		}
		return strings.Join(parts, " | ")
	}
	s := t.Name
	if t.Element != nil {
		s += "<" + typeText(*t.Element) + ">"
	}
	if t.NotNull {
		s += " NOT NULL"
	}
	return s
}

// indexThere tells whether an index of the name, or an equal one, is there.
func indexThere(g exec.Graph, d graph.Index) bool {
	for _, x := range g.Indexes() {
		if x.Name == d.Name || (d.Type == x.Type && len(d.Properties) > 0 && d.Relationship == x.Relationship && strings.Join(x.Labels, "\x00") == strings.Join(d.Labels, "\x00") && strings.Join(x.Properties, "\x00") == strings.Join(d.Properties, "\x00")) {
			return true
		}
	}
	return false
}

func constraintThere(g exec.Graph, d graph.Constraint) bool {
	if d.Type != "" && indexThere(g, graph.Index{Name: d.Name}) {
		return true
	}
	for _, x := range g.Constraints() {
		if x.Name == d.Name || (d.Type == x.Type && d.PropertyType == x.PropertyType && d.Label == x.Label && strings.Join(x.Properties, "\x00") == strings.Join(d.Properties, "\x00")) {
			return true
		}
	}
	return false
}
