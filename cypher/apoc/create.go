package apoc

import (
	"strings"

	"graticule/cypher/exec"
	"graticule/graph"
)

// creating are apoc.create.*.
func creating() []*exec.Procedure {
	return []*exec.Procedure{
		procedure("WRITE", "apoc.create.node(labels :: LIST<STRING>, props :: MAP) :: (node :: NODE)", "Creates a `NODE` with the given dynamic labels.",
			statement(func(c *call) (string, *graph.Map, error) {
				return "CREATE (n" + labels(c.names("labels")) + ") SET n += $props RETURN n", params("props", graph.MapOf(c.mapping("props"))), nil
			})),
		procedure("WRITE", "apoc.create.nodes(labels :: LIST<STRING>, props :: LIST<MAP>) :: (node :: NODE)", "Creates `NODE` values with the given dynamic labels.",
			statement(func(c *call) (string, *graph.Map, error) {
				return "UNWIND $props AS p CREATE (n" + labels(c.names("labels")) + ") SET n += p RETURN n", params("props", c.arg("props")), nil
			})),
		procedure("WRITE", "apoc.create.relationship(from :: NODE, relType :: STRING, props :: MAP, to :: NODE) :: (rel :: RELATIONSHIP)", "Creates a `RELATIONSHIP` with the given dynamic relationship type.",
			statement(func(c *call) (string, *graph.Map, error) {
				if c.text("relType") == "" {
					return "", nil, illegal("A relationship type must be given, and must not be empty.")
				}
				return "WITH $from AS a, $to AS b CREATE (a)-[r:" + quote(c.text("relType")) + "]->(b) SET r += $props RETURN r",
					params("from", c.arg("from"), "to", c.arg("to"), "props", graph.MapOf(c.mapping("props"))), nil
			})),
		procedure("WRITE", "apoc.create.addLabels(nodes :: ANY, labels :: LIST<STRING>) :: (node :: NODE)", "Adds the given labels to the given `NODE` values.", labelling("SET")),
		procedure("WRITE", "apoc.create.removeLabels(nodes :: ANY, labels :: LIST<STRING>) :: (node :: NODE)", "Removes the given labels from the given `NODE` values.", labelling("REMOVE")),
		procedure("WRITE", "apoc.create.setLabels(nodes :: ANY, labels :: LIST<STRING>) :: (node :: NODE)", "Sets the given labels to the given `NODE` values. Non-matching labels are removed from the nodes.",
			func(c *call) ([][]graph.Value, error) {
				old, err := c.Query(nodesOf+" UNWIND labels(n) AS l WITH DISTINCT l WHERE NOT l IN $keep RETURN l", params("nodes", c.arg("nodes"), "keep", graph.Strings(c.names("labels"))))
				if err != nil {
					return nil, err
				}
				gone := make([]string, len(old.Values))
				for i, row := range old.Values {
					gone[i] = row[0].AsString()
				}
				text := nodesOf
				if len(gone) > 0 {
					text += " REMOVE n" + labels(gone)
				}
				if names := c.names("labels"); len(names) > 0 {
					text += " SET n" + labels(names)
				}
				rows, err := c.Query(text+" RETURN n", params("nodes", c.arg("nodes")))
				if err != nil {
					return nil, err
				}
				return rows.Values, nil
			}),
		procedure("WRITE", "apoc.create.setProperty(nodes :: ANY, key :: STRING, value :: ANY) :: (node :: NODE)", "Sets the given property to the given `NODE` values.",
			statement(func(c *call) (string, *graph.Map, error) {
				return nodesOf + " SET n." + quote(c.text("key")) + " = $value RETURN n", params("nodes", c.arg("nodes"), "value", c.arg("value")), nil
			})),
		procedure("WRITE", "apoc.create.setProperties(nodes :: ANY, keys :: LIST<STRING>, values :: LIST<ANY>) :: (node :: NODE)", "Sets the given properties to the given `NODE` values.",
			statement(func(c *call) (string, *graph.Map, error) {
				m, values := &graph.Map{}, c.arg("values").AsListOrNil()
				for i, k := range c.names("keys") {
					if i < len(values) {
						m.Put(k, values[i])
					}
				}
				return nodesOf + " SET n += $props RETURN n", params("nodes", c.arg("nodes"), "props", graph.MapOf(m)), nil
			})),
		procedure("WRITE", "apoc.create.removeProperties(nodes :: ANY, keys :: LIST<STRING>) :: (node :: NODE)", "Removes the given properties from the given `NODE` values.",
			statement(func(c *call) (string, *graph.Map, error) {
				items := make([]string, len(c.names("keys")))
				for i, k := range c.names("keys") {
					items[i] = "n." + quote(k)
				}
				if len(items) == 0 {
					return nodesOf + " RETURN n", params("nodes", c.arg("nodes")), nil
				}
				return nodesOf + " REMOVE " + strings.Join(items, ", ") + " RETURN n", params("nodes", c.arg("nodes")), nil
			})),
	}
}

// nodesOf binds n to each node of $nodes, which may be a node, an id, an element id, or a list of them.
const nodesOf = "UNWIND (CASE WHEN $nodes IS :: LIST<ANY> THEN $nodes ELSE [$nodes] END) AS given " +
	"CALL (given) { WITH given WHERE given IS :: NODE NOT NULL RETURN given AS n " +
	"UNION MATCH (n) WHERE given IS :: INTEGER NOT NULL AND id(n) = given RETURN n " +
	"UNION MATCH (n) WHERE given IS :: STRING NOT NULL AND elementId(n) = given RETURN n } WITH n"

func labelling(verb string) func(c *call) ([][]graph.Value, error) {
	return statement(func(c *call) (string, *graph.Map, error) {
		change := ""
		if names := c.names("labels"); len(names) > 0 {
			change = " " + verb + " n" + labels(names)
		}
		return nodesOf + change + " RETURN n", params("nodes", c.arg("nodes")), nil
	})
}
