package cypher

import (
	"slices"
	"strconv"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/exec"
	"graticule/cypher/fn"
	"graticule/cypher/notice"
	"graticule/graph"
	"graticule/status"
)

// runSchema executes a schema command on g and tells when it had no effect.
func (p *Prepared) runSchema(g exec.Graph, cmd ast.Command, params *graph.Map) (*exec.Counters, []status.Notification, error) {
	c := &exec.Counters{}
	given, err := text(schemaName(cmd), params)
	if err != nil {
		return nil, nil, err
	}
	switch cmd := cmd.(type) {
	case *ast.CreateIndex:
		d := graph.Index{Name: given, Type: graph.IndexType(cmd.Kind), Relationship: cmd.Relationship, Labels: cmd.Labels, Properties: keys(cmd.Properties)}
		if d.Options, err = p.indexOptions(d.Type, indexTitle(cmd), cmd.Options, params); err != nil {
			return nil, nil, err
		}
		if there := indexThere(g, d); cmd.IfNotExists && there != nil {
			return c, []status.Notification{notice.AlreadyThere(commandText(cmd, d.Name, false), commandText(cmd, there.Name, true))}, nil
		}
		if _, err := g.CreateIndex(d); err != nil {
			return nil, nil, err
		}
		c.IndexesAdded++
	case *ast.DropIndex:
		name := given
		if cmd.IfExists && indexThere(g, graph.Index{Name: name}) == nil {
			return c, []status.Notification{notice.NotThere(commandText(cmd, name, false), name)}, nil
		}
		if err := g.DropIndex(name); err != nil {
			return nil, nil, err
		}
		c.IndexesRemoved++
	case *ast.CreateConstraint:
		d := graph.Constraint{Name: given, Relationship: cmd.Relationship, Label: cmd.Label, Properties: keys(cmd.Properties)}
		d.Type = constraintTypes[cmd.Kind][cmd.Relationship]
		if cmd.Type != nil {
			d.PropertyType = constraintType(*cmd.Type)
		}
		if _, err := p.indexOptions(graph.IndexRange, constraintTitle(cmd), cmd.Options, params); err != nil {
			return nil, nil, err
		}
		if there, ok := constraintThere(g, d); cmd.IfNotExists && ok {
			return c, []status.Notification{notice.AlreadyThere(commandText(cmd, d.Name, false), commandText(cmd, there, true))}, nil
		}
		if _, err := g.CreateConstraint(d); err != nil {
			return nil, nil, err
		}
		c.ConstraintsAdded++
	case *ast.AlterGraphType:
		if err := alterGraphType(g, cmd, c); err != nil {
			return nil, nil, err
		}
	case *ast.DropConstraint:
		name := given
		if _, ok := constraintThere(g, graph.Constraint{Name: name}); cmd.IfExists && !ok {
			return c, []status.Notification{notice.NotThere(commandText(cmd, name, false), name)}, nil
		}
		if err := g.DropConstraint(name); err != nil {
			return nil, nil, err
		}
		c.ConstraintsRemoved++
	}
	return c, optionNotes(cmd), nil
}

// schemaName gives the name in a schema command, nil when it has none.
func schemaName(cmd ast.Command) *ast.Text {
	switch cmd := cmd.(type) {
	case *ast.CreateIndex:
		return cmd.Name
	case *ast.CreateConstraint:
		return cmd.Name
	case *ast.DropIndex:
		return &cmd.Name
	case *ast.DropConstraint:
		return &cmd.Name
	}
	return nil
}

var constraintTypes = map[string]map[bool]graph.ConstraintType{
	"UNIQUE": {false: graph.ConstraintUnique, true: graph.ConstraintRelUnique}, "KEY": {false: graph.ConstraintNodeKey, true: graph.ConstraintRelKey},
	"EXISTS": {false: graph.ConstraintNodeExists, true: graph.ConstraintRelExists}, "TYPE": {false: graph.ConstraintNodeType, true: graph.ConstraintRelType},
}

// text gives a name, which a parameter may hold.
func text(t *ast.Text, params *graph.Map) (string, error) {
	switch {
	case t == nil:
		return "", nil
	case t.Parameter != "":
		v, ok := params.Get(t.Parameter)
		if !ok {
			return "", status.New(status.ParameterMissing, "50N42", "Expected parameter(s): %s", t.Parameter)
		}
		if v.Kind() != graph.KindString {
			kind, shown := fn.KindWord(v), fn.Literal(v)
			if v.IsNull() {
				shown = "<null>"
			}
			return "", status.New(status.TypeError, "", "Expected String, but got: %s", kind).With("22G03", status.Because("22N27", "Invalid input '%s' for $`%s`. Expected to be STRING.", shown, t.Parameter))
		}
		t = &ast.Text{Value: v.AsString()}
	}
	if strings.TrimSpace(t.Value) == "" {
		return "", status.New(status.ExecutionFailed, "50N00", "Schema rule name cannot be the empty string or only contain whitespace.")
	}
	return t.Value, nil
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
	switch {
	case t.Name == "VECTOR" && t.Element != nil:
		s += "<" + t.Element.Name + " NOT NULL>"
	case t.Element != nil:
		s += "<" + typeText(*t.Element) + ">"
	}
	if t.Dimension != 0 {
		s += "(" + strconv.FormatInt(t.Dimension, 10) + ")"
	}
	if t.NotNull {
		s += " NOT NULL"
	}
	return s
}

// indexThere gives the index of the name, or an equal one; nil if there is none.
func indexThere(g exec.Graph, d graph.Index) *graph.Index {
	for _, x := range g.Indexes() {
		if x.Name == d.Name || (d.Type == x.Type && (len(d.Properties) > 0 || d.Type == graph.IndexLookup) && d.Relationship == x.Relationship && slices.Equal(x.Labels, d.Labels) && slices.Equal(x.Properties, d.Properties)) {
			return &x
		}
	}
	return nil
}

// constraintThere gives the name of a constraint of that name, or else of an equal one.
func constraintThere(g exec.Graph, d graph.Constraint) (string, bool) {
	for _, x := range g.Constraints() {
		if x.Name == d.Name || (d.Type == x.Type && d.PropertyType == x.PropertyType && d.Label == x.Label && slices.Equal(x.Properties, d.Properties)) {
			return x.Name, true
		}
	}
	return "", false
}

// optionNotes tells of options that will go.
func optionNotes(cmd ast.Command) []status.Notification {
	var options ast.Expr
	switch cmd := cmd.(type) {
	case *ast.CreateIndex:
		options = cmd.Options
	case *ast.CreateConstraint:
		options = cmd.Options
	}
	m, ok := options.(*ast.Map)
	if !ok {
		return nil
	}
	var out []status.Notification
	for i, k := range m.Keys {
		if k.Value != "indexProvider" {
			continue
		}
		if lit, ok := m.Values[i].(*ast.Literal); ok && lit.Value.Kind() == graph.KindString && strings.EqualFold(lit.Value.AsString(), "text-1.0") {
			out = append(out, notice.DeprecatedFor("The `text-1.0` provider for text indexes is deprecated and will be removed in a future version. Please use `text-2.0` instead.", "text-1.0", "text-2.0", status.Position{Line: 1, Column: 1}))
		}
		text := "The `indexProvider` option is deprecated and will be removed in a future version. Neo4j does not use the given option but instead selects the most performant index provider available."
		out = append(out, notice.Deprecated(text, text, status.Position{}))
	}
	return out
}
