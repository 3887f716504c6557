package cypher

import (
	"fmt"
	"slices"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// graphTypeCheck finds what is wrong with ALTER CURRENT GRAPH TYPE whatever the graph holds.
type graphTypeCheck struct {
	cmd         *ast.AlterGraphType
	source      string
	nodes, rels map[string]string // tokens by alias
}

func checkGraphType(cmd *ast.AlterGraphType, source string) error {
	k := &graphTypeCheck{cmd: cmd, source: source}
	k.nodes, k.rels = aliasesOf(cmd)
	if cmd.Operation == "ALTER" || cmd.Operation == "DROP" {
		if all := constraintsOf(cmd); len(all) > 0 {
			return k.fail(all[0].Start, "22NCF", "Graph type constraint definitions are not supported in the `ALTER GRAPH TYPE "+cmd.Operation+"` operation.",
				"Constraint definitions are not supported in the ALTER CURRENT GRAPH TYPE %s operation.", cmd.Operation)
		}
	}
	for i := range cmd.Elements {
		if err := k.element(&cmd.Elements[i]); err != nil {
			return err
		}
	}
	if cmd.Operation != "DROP" {
		if err := k.tokens(); err != nil {
			return err
		}
	}
	for _, c := range constraintsOf(cmd) {
		if err := k.constraint(c); err != nil {
			return err
		}
	}
	return k.twice()
}

// fail makes a syntax error at an offset: of a message and of a cause in GQL.
func (k *graphTypeCheck) fail(at int, gql, explanation, format string, args ...any) error {
	e := status.New(status.SyntaxError, "", format, args...).With("42001", status.Because(gql, "%s", explanation))
	return ast.Locate(e, k.source, at)
}

// element checks one element type by itself.
func (k *graphTypeCheck) element(x *ast.ElementType) error {
	token := quoted(x.Token.Value)
	if k.cmd.Operation != "DROP" && len(x.Properties) == 0 {
		switch {
		case !x.Relationship && len(x.Implied) == 0:
			return k.fail(x.Start, "22NC2", "The node element type "+token+" must contain one or more implied labels, or at least one property type.", "node element type %s is empty", token)
		case x.Relationship && emptyEnd(x.Source) && emptyEnd(x.Target):
			return k.fail(x.Start, "22NC3", "The relationship element type "+token+" must define a source, destination, or at least one property type.", "relationship element type %s is empty", token)
		}
	}
	seen := map[string]bool{}
	for _, p := range x.Properties {
		if seen[p.Key.Value] {
			return k.fail(p.Start, "22NC1", "The graph type element includes a property key with name "+quoted(p.Key.Value)+" more than once.", "duplicate property key %s", quoted(p.Key.Value))
		}
		seen[p.Key.Value] = true
		plain, notNull := nullable(p.Type)
		if notNull && plain.Name == "ANY" {
			continue
		}
		if problem := unsupportedType(plain); problem != nil {
			return k.wrongType(p.Type, *problem)
		}
	}
	for _, n := range []ast.Endpoint{x.Source, x.Target} {
		if err := k.known(n, k.nodes, false); err != nil {
			return err
		}
	}
	return nil
}

func emptyEnd(n ast.Endpoint) bool { return n.Label == nil && n.Alias == nil }

func (k *graphTypeCheck) wrongType(t ast.Type, problem string) error {
	e := status.New(status.SyntaxError, "", "Failed to create graph type constraint: Invalid property type `%s`.%s", typeText(t), problem)
	cause := status.Because("22N90", "%s is not supported in property type constraints.", typeText(t))
	if inner := typeProblem(t, problem); inner != nil {
		cause = cause.With("22N90", inner)
	}
	return ast.Locate(e.With("50N11", cause.At(status.Position{})).Explained("Unable to create 'graph type constraint'."), k.source, t.Start)
}

// known tells whether what names an element type by alias, or in SET as
// identifying, finds it in the statement.
func (k *graphTypeCheck) known(n ast.Endpoint, aliases map[string]string, relationship bool) error {
	reference := ""
	switch {
	case n.Label == nil && n.Alias != nil && aliases[n.Alias.Value] == "":
		reference = n.Alias.Value
	case n.Label != nil && n.Identifying && k.cmd.Operation == "SET" && !k.defines(n.Label.Value, relationship):
		reference = referenceText(n.Label.Value, relationship)
	default:
		return nil
	}
	return k.fail(n.Start, "22NC5", fmt.Sprintf("The %s element type referenced by '%s' does not exist.", elementWord(relationship), reference), "graph type element referenced by '%s' not found", reference)
}

func (k *graphTypeCheck) defines(token string, relationship bool) bool {
	return slices.ContainsFunc(k.cmd.Elements, func(x ast.ElementType) bool { return x.Relationship == relationship && x.Token.Value == token })
}

func referenceText(token string, relationship bool) string {
	if relationship {
		return "()-[:" + quoted(token) + " =>]->()"
	}
	return "(:" + quoted(token) + " =>)"
}

func elementWord(relationship bool) string {
	if relationship {
		return "relationship"
	}
	return "node"
}

// tokens checks that aliases, labels and types stand once, and that no label is both identifying and implied.
func (k *graphTypeCheck) tokens() error {
	aliases, tokens := map[string]bool{}, map[string]bool{}
	once := func(seen map[string]bool, key string, n ast.Name) error {
		if seen[key] {
			return k.fail(n.Start, "22NC8", "The graph type includes a label, a relationship type, or an alias with the name '"+n.Value+"' more than once.", "graph type contains duplicated tokens '%s'", n.Value)
		}
		seen[key] = true
		return nil
	}
	for _, x := range k.cmd.Elements {
		if x.Alias != nil {
			if err := once(aliases, x.Alias.Value, *x.Alias); err != nil {
				return err
			}
		}
		if err := once(tokens, elementWord(x.Relationship)+x.Token.Value, x.Token); err != nil {
			return err
		}
	}
	for _, x := range k.cmd.Elements {
		for _, l := range x.Implied {
			if k.defines(l.Value, false) {
				return k.fail(l.Start, "22NC4", "The label(s) "+quoted(l.Value)+" are defined as both identifying and implied.", "The label(s) %s are defined as both identifying and implied.", quoted(l.Value))
			}
		}
	}
	return nil
}

// constraint checks one constraint by itself and against the element types of the statement.
func (k *graphTypeCheck) constraint(c ast.TypeConstraint) error {
	kind, aliases := elementWord(c.Relationship), k.nodes
	if c.Relationship {
		aliases = k.rels
	}
	if c.Inside && (c.Kind == "EXISTS" || c.Kind == "TYPE") {
		what := map[string]string{"EXISTS": "existence", "TYPE": "type"}[c.Kind]
		return k.fail(c.Start, "22NC9", fmt.Sprintf("A %s element type property %s constraint cannot be specified inline of a %s element type.", kind, what, kind), "Property %s constraints cannot be specified inline of a %s element type", what, kind)
	}
	if !c.Inside {
		if err := k.known(c.On, aliases, c.Relationship); err != nil {
			return err
		}
	}
	if c.Of != "" && (c.Of == "NODE") == c.Relationship {
		return k.otherKind(c)
	}
	seen := map[string]bool{}
	for i, p := range c.Properties {
		subject, ok := p.Subject.(*ast.Variable)
		if ok && (c.On.Alias == nil || subject.Name != c.On.Alias.Value) {
			return k.fail(p.Start, "22NC5", fmt.Sprintf("The %s element type referenced by '%s' does not exist.", kind, subject.Name), "graph type element referenced by '%s' not found.", subject.Name)
		}
		if i > 0 && (c.Kind == "EXISTS" || c.Kind == "TYPE") {
			word := map[string]string{"EXISTS": "IS NOT NULL", "TYPE": "IS TYPED"}[c.Kind]
			return k.fail(p.Key.Start-1, "42N16", "Only single property '"+word+"' constraints are supported.", "Constraint type '%s' does not allow multiple properties", word)
		}
		if seen[p.Key.Value] {
			return k.fail(p.Key.Start, "22N75", fmt.Sprintf("The constraint specified by '%s' includes a label, relationship type, or property key with name '%s' more than once.", k.text(c), p.Key.Value), "duplicate property key %s", quoted(p.Key.Value))
		}
		seen[p.Key.Value] = true
	}
	if c.Type != nil {
		if problem := unsupportedType(*c.Type); problem != nil {
			return k.wrongType(*c.Type, *problem)
		}
	}
	if err := checkOptions(c.Span, c.Options, "graph type constraint", k.source); err != nil {
		return err
	}
	if d := constraintOf(c, k.nodes, k.rels); !c.Inside && (c.Kind == "EXISTS" || c.Kind == "TYPE") && k.defines(d.Label, c.Relationship) {
		return k.independent(c, d)
	}
	return nil
}

// otherKind fails for IS NODE … on a relationship or the reverse.
func (k *graphTypeCheck) otherKind(c ast.TypeConstraint) error {
	of := "NODE"
	if c.Relationship {
		of = "RELATIONSHIP"
	}
	given := map[string]string{"NODE": "NODE", "REL": "RELATIONSHIP", "RELATIONSHIP": "RELATIONSHIP"}[c.Of]
	form := "IS " + given + " " + c.Kind
	kind, other := elementWord(c.Relationship), elementWord(!c.Relationship)
	if c.Inside && c.Properties[0].Subject == nil {
		what := map[bool]string{false: "node element type property", true: "edge element type property"}[c.Relationship]
		return k.fail(c.OfAt, "22N04", fmt.Sprintf("Invalid input '%s' for %s. Expected 'IS %s %s'.", form, what, of, c.Kind), "%s does not allow '%s'", what, form)
	}
	return k.fail(c.On.Start, "22N04", fmt.Sprintf("Invalid input '%s pattern' for %s. Expected '%s patterns'.", kind, form, other), "'%s' does not allow %s patterns", form, kind)
}

// independent fails for a constraint of existence or type on the token of an element type.
func (k *graphTypeCheck) independent(c ast.TypeConstraint, d graph.Constraint) error {
	word, gql := "label", "22NC6"
	if c.Relationship {
		word, gql = "relationship type", "22NC7"
	}
	return k.fail(c.On.Start, gql, fmt.Sprintf("The independent constraint '%s' is using the same %s %s as a %s element type.", k.text(c), word, quoted(d.Label), elementWord(c.Relationship)),
		"Independent constraints cannot be defined on %s %s", word, quoted(d.Label))
}

func (k *graphTypeCheck) text(c ast.TypeConstraint) string {
	return constraintOf(c, k.nodes, k.rels).Describe()
}

// twice finds names and constraints that the statement has twice.
func (k *graphTypeCheck) twice() error {
	all := constraintsOf(k.cmd)
	for i, c := range all {
		d := constraintOf(c, k.nodes, k.rels)
		for _, b := range all[:i] {
			o := constraintOf(b, k.nodes, k.rels)
			if sameConstraint(d, o) && d.Name == o.Name {
				continue
			}
			switch {
			case d.Name != "" && d.Name == o.Name:
				return k.fail(k.cmd.Body.Start, "22N67", "A constraint with the same name already exists: "+quoted(d.Name), "There already exists a constraint called %s.", quoted(d.Name))
			case d.Relationship != o.Relationship || d.Label != o.Label || !slices.Equal(d.Properties, o.Properties):
			case sameConstraint(d, o):
				return k.fail(c.Start, "22N65", "An equivalent constraint already exists: '"+k.text(c)+"'", "An equivalent constraint already exists, '%s'", k.text(c))
			case d.Type == o.Type || uniqueKinds[c.Kind] && uniqueKinds[b.Kind]:
				return k.fail(c.Start, "22N66", "A conflicting constraint already exists: '"+k.text(c)+"'", "Conflicting constraint already exists: '%s'", k.text(c))
			}
		}
	}
	return nil
}

var uniqueKinds = map[string]bool{"UNIQUE": true, "KEY": true}
