package apoc

import (
	"strings"

	"graticule/cypher/exec"
	"graticule/graph"
)

// merging are apoc.merge.*.
func merging() []*exec.Procedure {
	return []*exec.Procedure{
		procedure("WRITE", "apoc.merge.node(labels :: LIST<STRING>, identProps :: MAP, onCreateProps = {} :: MAP, onMatchProps = {} :: MAP) :: (node :: NODE)",
			"Merges the given `NODE` values with the given dynamic labels.", statement(mergeNode)),
		procedure("WRITE", "apoc.merge.node.eager(labels :: LIST<STRING>, identProps :: MAP, onCreateProps = {} :: MAP, onMatchProps = {} :: MAP) :: (node :: NODE)",
			"Merges the given `NODE` values with the given dynamic labels eagerly.", statement(mergeNode)),
		procedure("WRITE", "apoc.merge.relationship(startNode :: NODE, relType :: STRING, identProps :: MAP, onCreateProps :: MAP, endNode :: NODE, onMatchProps = {} :: MAP) :: (rel :: RELATIONSHIP)",
			"Merges the given `RELATIONSHIP` values with the given dynamic types/properties.", statement(mergeRelationship)),
		procedure("WRITE", "apoc.merge.relationship.eager(startNode :: NODE, relType :: STRING, identProps :: MAP, onCreateProps :: MAP, endNode :: NODE, onMatchProps = {} :: MAP) :: (rel :: RELATIONSHIP)",
			"Merges the given `RELATIONSHIP` values with the given dynamic types/properties eagerly.", statement(mergeRelationship)),
	}
}

// identity gives {`a`: $identProps.`a`} of the identifying properties.
func identity(m *graph.Map) string {
	keys := make([]string, m.Len())
	for i, k := range m.Keys() {
		keys[i] = quote(k) + ": $identProps." + quote(k)
	}
	if len(keys) == 0 {
		return ""
	}
	return " {" + strings.Join(keys, ", ") + "}"
}

func (c *call) merged(more ...any) *graph.Map {
	return params(append(more, "identProps", graph.MapOf(c.mapping("identProps")), "create", graph.MapOf(c.mapping("onCreateProps")), "match", graph.MapOf(c.mapping("onMatchProps")))...)
}

func mergeNode(c *call) (string, *graph.Map, error) {
	for _, name := range c.names("labels") {
		if name == "" {
			return "", nil, illegal("The list of label names may not contain any `NULL` or empty `STRING` values. If you wish to merge a `NODE` without a label, pass an empty list instead.")
		}
	}
	return "MERGE (n" + labels(c.names("labels")) + identity(c.mapping("identProps")) + ") ON CREATE SET n += $create ON MATCH SET n += $match RETURN n", c.merged(), nil
}

func mergeRelationship(c *call) (string, *graph.Map, error) {
	if c.text("relType") == "" {
		return "", nil, illegal("It is not possible to merge a `RELATIONSHIP` without a `RELATIONSHIP` type.")
	}
	return "WITH $from AS a, $to AS b MERGE (a)-[r:" + quote(c.text("relType")) + identity(c.mapping("identProps")) + "]->(b) ON CREATE SET r += $create ON MATCH SET r += $match RETURN r",
		c.merged("from", c.arg("startNode"), "to", c.arg("endNode")), nil
}
