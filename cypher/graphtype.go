package cypher

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/graph"
)

// elementType is one element type of the graph type: what nodes with a label, or
// relationships of a type, must be like. It is kept as dependent constraints.
type elementType struct {
	relationship   bool
	token          string            // the identifying label or type
	implied        []string          // labels in order
	source, target string            // labels of the ends, "" for any
	properties     []elementProperty // by key
}

// elementProperty is a property of an element type; typ is "" for ANY.
type elementProperty struct {
	key, typ string
	notNull  bool
}

// graphType is the graph type of a database: all its constraints.
type graphType struct {
	elements []elementType
	others   []graph.Constraint // those that are no part of an element type
}

// graphTypeOf reads the graph type from the constraints of a database.
func graphTypeOf(constraints []graph.Constraint) (t graphType) {
	for _, d := range constraints {
		if !d.Dependent {
			t.others = append(t.others, d)
			continue
		}
		e := t.element(d.Relationship, d.Label)
		if e == nil {
			t.elements = append(t.elements, elementType{relationship: d.Relationship, token: d.Label})
			e = &t.elements[len(t.elements)-1]
		}
		switch d.Type {
		case graph.ConstraintNodeLabel:
			e.implied = append(e.implied, d.EnforcedLabel)
		case graph.ConstraintRelSource:
			e.source = d.EnforcedLabel
		case graph.ConstraintRelTarget:
			e.target = d.EnforcedLabel
		case graph.ConstraintNodeExists, graph.ConstraintRelExists:
			e.property(d.Properties[0]).notNull = true
		default:
			e.property(d.Properties[0]).typ = d.PropertyType
		}
	}
	t.sort()
	return t
}

// sort puts all in the order of SHOW CURRENT GRAPH TYPE.
func (t *graphType) sort() {
	for i := range t.elements {
		e := &t.elements[i]
		slices.Sort(e.implied)
		e.implied = slices.Compact(e.implied)
		slices.SortFunc(e.properties, func(a, b elementProperty) int { return strings.Compare(a.key, b.key) })
	}
	slices.SortFunc(t.elements, func(a, b elementType) int {
		return cmp.Or(compareBool(a.relationship, b.relationship), strings.Compare(a.token, b.token))
	})
	free := func(d graph.Constraint) bool { return t.element(d.Relationship, d.Label) == nil }
	slices.SortStableFunc(t.others, func(a, b graph.Constraint) int {
		return cmp.Or(compareBool(free(a), free(b)), compareBool(a.Relationship, b.Relationship), strings.Compare(a.Label, b.Label), slices.Compare(a.Properties, b.Properties), strings.Compare(string(a.Type), string(b.Type)))
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// element finds an element type, nil if there is none.
func (t *graphType) element(relationship bool, token string) *elementType {
	for i := range t.elements {
		if t.elements[i].relationship == relationship && t.elements[i].token == token {
			return &t.elements[i]
		}
	}
	return nil
}

// property finds or makes the property of a key.
func (e *elementType) property(key string) *elementProperty {
	for i := range e.properties {
		if e.properties[i].key == key {
			return &e.properties[i]
		}
	}
	e.properties = append(e.properties, elementProperty{key: key})
	return &e.properties[len(e.properties)-1]
}

// constraints gives the constraints that make up the element type.
func (e *elementType) constraints() (out []graph.Constraint) {
	add := func(d graph.Constraint) {
		d.Relationship, d.Label, d.Dependent = e.relationship, e.token, true
		out = append(out, d)
	}
	for _, l := range e.implied {
		add(graph.Constraint{Type: graph.ConstraintNodeLabel, EnforcedLabel: l})
	}
	if e.source != "" {
		add(graph.Constraint{Type: graph.ConstraintRelSource, EnforcedLabel: e.source})
	}
	if e.target != "" {
		add(graph.Constraint{Type: graph.ConstraintRelTarget, EnforcedLabel: e.target})
	}
	for _, p := range e.properties {
		if p.notNull {
			add(graph.Constraint{Type: constraintTypes["EXISTS"][e.relationship], Properties: []string{p.key}})
		}
		if p.typ != "" {
			add(graph.Constraint{Type: constraintTypes["TYPE"][e.relationship], Properties: []string{p.key}, PropertyType: p.typ})
		}
	}
	return out
}

// elementOf gives the element type that was written; aliases maps those of node element types.
func elementOf(x *ast.ElementType, aliases map[string]string) elementType {
	e := elementType{relationship: x.Relationship, token: x.Token.Value}
	for _, l := range x.Implied {
		e.implied = append(e.implied, l.Value)
	}
	e.source, e.target = endLabel(x.Source, aliases), endLabel(x.Target, aliases)
	for _, p := range x.Properties {
		plain, notNull := nullable(p.Type)
		prop := e.property(p.Key.Value)
		if prop.notNull = notNull; plain.Name != "ANY" {
			prop.typ = constraintType(plain)
		}
	}
	return e
}

func endLabel(n ast.Endpoint, aliases map[string]string) string {
	switch {
	case n.Label != nil:
		return n.Label.Value
	case n.Alias != nil:
		return aliases[n.Alias.Value]
	}
	return ""
}

// nullable takes NOT NULL off a type, or off all alternatives of a union.
func nullable(t ast.Type) (plain ast.Type, notNull bool) {
	plain = t
	if len(t.Union) == 0 {
		plain.NotNull = false
		return plain, t.NotNull
	}
	plain.Union = slices.Clone(t.Union)
	for i := range plain.Union {
		plain.Union[i].NotNull = false
	}
	return plain, t.Union[0].NotNull
}

// written gives the graph type that a statement describes.
func written(cmd *ast.AlterGraphType) (t graphType) {
	nodes, rels := aliasesOf(cmd)
	for i := range cmd.Elements {
		e := elementOf(&cmd.Elements[i], nodes)
		if there := t.element(e.relationship, e.token); there == nil {
			t.elements = append(t.elements, e)
		}
	}
	for _, c := range constraintsOf(cmd) {
		d := constraintOf(c, nodes, rels)
		if !slices.ContainsFunc(t.others, func(o graph.Constraint) bool { return o.Name == d.Name && sameConstraint(o, d) }) {
			t.others = append(t.others, d)
		}
	}
	t.sort()
	return t
}

// aliasesOf gives the labels and types of the element types that have an alias.
func aliasesOf(cmd *ast.AlterGraphType) (nodes, rels map[string]string) {
	nodes, rels = map[string]string{}, map[string]string{}
	for _, x := range cmd.Elements {
		if x.Alias == nil {
			continue
		}
		if x.Relationship {
			rels[x.Alias.Value] = x.Token.Value
		} else {
			nodes[x.Alias.Value] = x.Token.Value
		}
	}
	return nodes, rels
}

// constraintsOf gives the constraints of a statement: its own, then those inside element types.
func constraintsOf(cmd *ast.AlterGraphType) []ast.TypeConstraint {
	out := slices.Clone(cmd.Constraints)
	for _, x := range cmd.Elements {
		out = append(out, x.Constraints...)
	}
	return out
}

func constraintOf(c ast.TypeConstraint, nodes, rels map[string]string) graph.Constraint {
	aliases := nodes
	if c.Relationship {
		aliases = rels
	}
	d := graph.Constraint{Type: constraintTypes[c.Kind][c.Relationship], Relationship: c.Relationship, Label: endLabel(c.On, aliases), Properties: keys(c.Properties)}
	if c.Name != nil {
		d.Name = c.Name.Value
	}
	if c.Type != nil {
		d.PropertyType = constraintType(*c.Type)
	}
	return d
}

// sameConstraint compares all but names and ids.
func sameConstraint(a, b graph.Constraint) bool {
	return a.Type == b.Type && a.Relationship == b.Relationship && a.Label == b.Label && a.PropertyType == b.PropertyType && a.EnforcedLabel == b.EnforcedLabel &&
		a.Dependent == b.Dependent && slices.Equal(a.Properties, b.Properties)
}

func (e *elementType) equal(o *elementType) bool {
	return slices.Equal(e.implied, o.implied) && e.source == o.source && e.target == o.target && slices.Equal(e.properties, o.properties)
}

// --- how it is written ---

func quoted(name string) string { return "`" + quoteNames([]string{name})[0] + "`" }

func (p elementProperty) typeText() string {
	t := cmp.Or(p.typ, "ANY")
	if p.notNull {
		t = strings.ReplaceAll(t, " | ", " NOT NULL | ") + " NOT NULL"
	}
	return t
}

// elementText writes an element type in the canonical form.
func (t *graphType) elementText(e *elementType) string {
	var props []string
	for _, p := range e.properties {
		props = append(props, quoted(p.key)+" :: "+p.typeText())
	}
	inside := ""
	if len(e.implied) > 0 {
		names := make([]string, len(e.implied))
		for i, l := range e.implied {
			names[i] = quoted(l)
		}
		inside = " :" + strings.Join(names, "&")
	}
	if len(props) > 0 {
		inside += " {" + strings.Join(props, ", ") + "}"
	}
	if !e.relationship {
		return "(:" + quoted(e.token) + " =>" + inside + ")"
	}
	return t.endText(e.source) + "-[:" + quoted(e.token) + " =>" + inside + "]->" + t.endText(e.target)
}

func (t *graphType) endText(label string) string {
	switch {
	case label == "":
		return "()"
	case t.element(false, label) != nil:
		return "(:" + quoted(label) + " =>)"
	}
	return "(:" + quoted(label) + ")"
}

func (t *graphType) constraintText(d graph.Constraint) string {
	identifying := ""
	if t.element(d.Relationship, d.Label) != nil {
		identifying = " =>"
	}
	pattern, variable := "(`n`:"+quoted(d.Label)+identifying+")", "`n`"
	if d.Relationship {
		pattern, variable = "()-[`r`:"+quoted(d.Label)+identifying+"]->()", "`r`"
	}
	what := "IS UNIQUE"
	switch d.Type {
	case graph.ConstraintNodeKey, graph.ConstraintRelKey:
		what = "IS KEY"
	case graph.ConstraintNodeExists, graph.ConstraintRelExists:
		what = "IS NOT NULL"
	case graph.ConstraintNodeType, graph.ConstraintRelType:
		what = "IS :: " + d.PropertyType
	}
	return fmt.Sprintf("CONSTRAINT %s FOR %s REQUIRE (%s) %s", quoted(d.Name), pattern, propertyTexts(variable, d.Properties), what)
}

// text writes the whole graph type; ALTER CURRENT GRAPH TYPE SET reads it.
func (t *graphType) text() string {
	var lines []string
	for i := range t.elements {
		lines = append(lines, t.elementText(&t.elements[i]))
	}
	for _, d := range t.others {
		lines = append(lines, t.constraintText(d))
	}
	if len(lines) == 0 {
		return "{}"
	}
	return "{\n  " + strings.Join(lines, ",\n  ") + "\n}"
}

// identifying gives the labels that identify node element types.
func (t *graphType) identifying() map[string]bool {
	out := map[string]bool{}
	for _, e := range t.elements {
		if !e.relationship {
			out[e.token] = true
		}
	}
	return out
}

// labelsBoth gives the labels that are both identifying and implied, in order.
func (t *graphType) labelsBoth() []string {
	both := map[string]bool{}
	own := t.identifying()
	for _, e := range t.elements {
		for _, l := range e.implied {
			if own[l] {
				both[l] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(both))
}
