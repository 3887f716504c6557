package graphstore

import (
	"fmt"
	"strings"

	"graticule/graph"
)

// What messages call indexes and constraints.

// providers are the index providers by type, as SHOW INDEXES names them.
var providers = map[graph.IndexType]string{
	graph.IndexRange: "range-1.0", graph.IndexText: "text-2.0", graph.IndexPoint: "point-1.0", graph.IndexLookup: "token-lookup-1.0",
	graph.IndexFulltext: "fulltext-1.0", graph.IndexVector: "vector-2.0",
}

// Provider gives the name of what implements indexes of a type.
func Provider(t graph.IndexType) string { return providers[t] }

func (s *state) describeIndex(d graph.Index) string {
	text := fmt.Sprintf("Index( id=%d, name='%s', type='%s', schema=%s, indexProvider='%s'", d.ID, d.Name, d.Type, graph.SchemaText(d.Relationship, d.Labels, d.Properties), providers[d.Type])
	if d.Constraint != "" {
		text += fmt.Sprintf(", owningConstraint=%d", s.constraint(d.Constraint).ID)
	}
	return text + " )"
}

func (s *state) describeConstraint(d graph.Constraint) string {
	text := "Constraint( id=" + fmt.Sprint(d.ID) + ", " + d.Text(true)
	for _, x := range s.schema.indexes {
		if d.OwnedIndex != "" && x.Name == d.OwnedIndex {
			text += fmt.Sprintf(", ownedIndex=%d", x.ID)
		}
	}
	return text + " )"
}

// propertiesText gives property `a`, or properties (`a`, `b`).
func propertiesText(props []string) string {
	if len(props) == 1 {
		return "property `" + props[0] + "`"
	}
	return "properties (`" + strings.Join(props, "`, `") + "`)"
}

// valuesText gives property `a` = 1, or properties `a` = 1, `b` = 2.
func valuesText(props []string, values []graph.Value) string {
	parts := make([]string, len(props))
	for i, p := range props {
		parts[i] = "`" + p + "` = " + literal(values[i])
	}
	if len(props) == 1 {
		return "property " + parts[0]
	}
	return "properties " + strings.Join(parts, ", ")
}

// valueType gives the type of a stored value as type constraints name it.
func valueType(v graph.Value) string {
	if v.Kind() == graph.KindVector {
		return fmt.Sprintf("VECTOR<%s NOT NULL>(%d)", v.Coordinate().TypeName(), len(v.Coordinates()))
	}
	if v.Kind() != graph.KindList {
		return kindTypes[v.Kind()]
	}
	var element string
	for _, e := range v.AsList() {
		switch t := kindTypes[e.Kind()]; {
		case element == "":
			element = t
		case element != t:
			element = "INTEGER | FLOAT"
		}
	}
	if element == "" {
		return "LIST<NOTHING>"
	}
	return "LIST<" + element + " NOT NULL>"
}

func repeated(props []string) string {
	for i, p := range props {
		for _, q := range props[:i] {
			if p == q {
				return p
			}
		}
	}
	return ""
}
