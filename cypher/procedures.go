package cypher

import (
	"graticule/cypher/apoc"
	"graticule/cypher/exec"
	"graticule/graph"
)

// builtinProcedures are those that need nothing but the graph.
func builtinProcedures() exec.Procedures {
	names := func(f func(exec.Graph) []string) func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
		return func(c *exec.ProcedureContext, _ []graph.Value) ([][]graph.Value, error) {
			var rows [][]graph.Value
			for _, n := range f(c.Graph) {
				rows = append(rows, []graph.Value{graph.String(n)})
			}
			return rows, nil
		}
	}
	out := exec.Procedures{}
	for _, p := range []*exec.Procedure{
		{Name: "db.labels", Signature: "db.labels() :: (label :: STRING)", Description: "List all labels attached to nodes within a database.", Mode: "READ", System: true, Outputs: []string{"label"}, Call: names(exec.Graph.LabelNames)},
		{Name: "db.relationshipTypes", Signature: "db.relationshipTypes() :: (relationshipType :: STRING)", Description: "List all types attached to relationships within a database.", Mode: "READ", System: true, Outputs: []string{"relationshipType"}, Call: names(exec.Graph.TypeNames)},
		{Name: "db.propertyKeys", Signature: "db.propertyKeys() :: (propertyKey :: STRING)", Description: "List all property keys in the database.", Mode: "READ", System: true, Outputs: []string{"propertyKey"}, Call: names(exec.Graph.KeyNames)},
		{Name: "db.ping", Signature: "db.ping() :: (success :: BOOLEAN)", Description: "Test whether the database is available.", Mode: "READ", System: true, Outputs: []string{"success"}, Call: func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
			return [][]graph.Value{{graph.True}}, nil
		}},
	} {
		out[lowerASCII(p.Name)] = p
	}
	for _, p := range schemaProcedures() {
		out[lowerASCII(p.Name)] = p
	}
	for _, p := range apoc.Procedures() {
		out[lowerASCII(p.Name)] = p
	}
	for _, p := range indexProcedures() {
		out[lowerASCII(p.Name)] = p
	}
	return out
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] >= 'A' && b[i] <= 'Z' {
			b[i] |= 0x20
		}
	}
	return string(b)
}
