package apoc

import (
	"fmt"
	"strings"

	"graticule/cypher/exec"
	"graticule/cypher/fn"
	"graticule/graph"
)

// running are the procedures that run a statement given as text, and apoc.util.validate.
func running() []*exec.Procedure {
	var out []*exec.Procedure
	for name, mode := range map[string]string{"apoc.cypher.run": "READ", "apoc.cypher.doIt": "WRITE", "apoc.cypher.runWrite": "WRITE"} {
		out = append(out, procedure(mode, name+"(statement :: STRING, params :: MAP) :: (value :: MAP)", "Runs a dynamically constructed statement with the given parameters.",
			func(c *call) ([][]graph.Value, error) { return c.rowsOf(c.text("statement"), c.mapping("params")) }))
	}
	for name, mode := range map[string]string{"apoc.when": "READ", "apoc.do.when": "WRITE"} {
		out = append(out, procedure(mode, name+"(condition :: BOOLEAN, ifQuery :: STRING, elseQuery :: STRING, params = {} :: MAP) :: (value :: MAP)",
			"This procedure will run the ifQuery if the condition has evaluated to true, otherwise the elseQuery will run.",
			func(c *call) ([][]graph.Value, error) {
				if c.arg("condition").IsTrue() {
					return c.rowsOf(c.text("ifQuery"), c.mapping("params"))
				}
				return c.rowsOf(c.text("elseQuery"), c.mapping("params"))
			}))
	}
	for name, mode := range map[string]string{"apoc.case": "READ", "apoc.do.case": "WRITE"} {
		out = append(out, procedure(mode, name+"(conditionals :: LIST<ANY>, elseQuery =  :: STRING, params = {} :: MAP) :: (value :: MAP)",
			"For each pair of conditional and query in the given LIST<ANY>, this procedure will run the first query for which the conditional is evaluated to true. If none of the conditionals are true, the `ELSE` query will run instead.",
			func(c *call) ([][]graph.Value, error) {
				pairs := c.arg("conditionals").AsListOrNil()
				if len(pairs)%2 != 0 {
					return nil, illegal("Conditionals must be an even-sized collection of boolean, query entries")
				}
				for i := 0; i < len(pairs); i += 2 {
					if pairs[i].IsTrue() && pairs[i+1].Kind() == graph.KindString {
						return c.rowsOf(pairs[i+1].AsString(), c.mapping("params"))
					}
				}
				return c.rowsOf(c.text("elseQuery"), c.mapping("params"))
			}))
	}
	return append(out, procedure("READ", "apoc.util.validate(predicate :: BOOLEAN, message :: STRING, params :: LIST<ANY>) :: ()", "If the given predicate is true an exception is thrown.",
		func(c *call) ([][]graph.Value, error) {
			if c.arg("predicate").IsTrue() {
				return nil, failed("%s", formatted(c.text("message"), c.arg("params")))
			}
			return nil, nil
		}))
}

// rowsOf runs a statement and gives each row as a map. An empty text gives one empty map, as APOC does.
func (c *call) rowsOf(text string, p *graph.Map) ([][]graph.Value, error) {
	if strings.TrimSpace(text) == "" {
		return [][]graph.Value{{graph.MapOf(p)}}, nil
	}
	rows, err := c.Query(text, p)
	if err != nil {
		return nil, err
	}
	out := make([][]graph.Value, len(rows.Values))
	for i, row := range rows.Values {
		m := graph.NewMap(len(row))
		for j, v := range row {
			m.Put(rows.Columns[j], v)
		}
		out[i] = []graph.Value{graph.MapOf(m)}
	}
	return out, nil
}

// formatted puts values into a message in the manner of %s and %d.
func formatted(message string, values graph.Value) string {
	var args []any
	for _, v := range values.AsListOrNil() {
		switch v.Kind() {
		case graph.KindInt:
			args = append(args, v.AsInt())
		case graph.KindFloat:
			args = append(args, v.AsFloat())
		default:
			args = append(args, fn.ToText(v))
		}
	}
	if len(args) == 0 {
		return message
	}
	text := fmt.Sprintf(message, args...)
	if at := strings.Index(text, "%!(EXTRA"); at >= 0 {
		text = text[:at]
	}
	return text
}
