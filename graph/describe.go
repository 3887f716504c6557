package graph

import "strings"

// SchemaText gives what an index or constraint is on, as (:A:B {p, q}) or ()-[:T {p}]-().
func SchemaText(relationship bool, tokens, props []string) string {
	at := ":" + strings.Join(tokens, ":")
	switch {
	case len(tokens) == 0 && relationship:
		at = ":<any-types>"
	case len(tokens) == 0:
		at = ":<any-labels>"
	case len(props) > 0:
		at += " {" + strings.Join(props, ", ") + "}"
	}
	if relationship {
		return "()-[" + at + "]-()"
	}
	return "(" + at + ")"
}

// constraintKinds are the kinds of constraints as messages name them.
var constraintKinds = map[ConstraintType]string{
	ConstraintUnique: "UNIQUENESS", ConstraintRelUnique: "RELATIONSHIP UNIQUENESS", ConstraintNodeKey: "NODE KEY", ConstraintRelKey: "RELATIONSHIP KEY",
	ConstraintNodeExists: "NODE PROPERTY EXISTENCE", ConstraintRelExists: "RELATIONSHIP PROPERTY EXISTENCE",
	ConstraintNodeType: "NODE PROPERTY TYPE", ConstraintRelType: "RELATIONSHIP PROPERTY TYPE",
	ConstraintNodeLabel: "NODE LABEL EXISTENCE", ConstraintRelSource: "RELATIONSHIP SOURCE LABEL", ConstraintRelTarget: "RELATIONSHIP TARGET LABEL",
}

// Words gives the kind as messages name it.
func (t ConstraintType) Words() string { return constraintKinds[t] }

// Describe writes a constraint as messages do that have no id of it.
func (c Constraint) Describe() string { return "Constraint( " + c.Text(true) + " )" }

// Text writes what messages say of a constraint, with its name on wish.
func (c Constraint) Text(named bool) string {
	text := ""
	if named && c.Name != "" {
		text = "name='" + c.Name + "', "
	}
	text += "type='" + c.Type.Words() + "', schema=" + SchemaText(c.Relationship, []string{c.Label}, c.Properties)
	if c.EnforcedLabel != "" {
		text += ", enforcedLabel=" + c.EnforcedLabel
	}
	if c.PropertyType != "" {
		text += ", propertyType=" + c.PropertyType
	}
	return text
}
