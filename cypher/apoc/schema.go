package apoc

import (
	"slices"
	"strings"

	"graticule/cypher/exec"
	"graticule/graph"
)

// schema are apoc.schema.*.
func schema() []*exec.Procedure {
	return []*exec.Procedure{
		procedure("SCHEMA", "apoc.schema.assert(indexes :: MAP, constraints :: MAP, dropExisting = true :: BOOLEAN) :: (label :: ANY, key :: STRING, keys :: LIST<STRING>, unique :: BOOLEAN, action :: STRING)",
			"Drops all other existing indexes and constraints when `dropExisting` is `true` (default is `true`). Asserts at the end of the operation that the given indexes and unique constraints are there.", assertSchema),
		procedure("READ", "apoc.schema.nodes(config = {} :: MAP) :: (name :: STRING, label :: ANY, properties :: LIST<STRING>, status :: STRING, type :: STRING, failure :: STRING, populationProgress :: FLOAT, size :: INTEGER, valuesSelectivity :: FLOAT, userDescription :: STRING)",
			"Returns all indexes and constraints information for all `NODE` labels in the database.", nodeSchema),
	}
}

func nodeSchema(c *call) ([][]graph.Value, error) {
	var out [][]graph.Value
	for _, x := range c.Graph.Indexes() {
		if x.Relationship || x.Type == graph.IndexLookup {
			continue
		}
		label := graph.String(strings.Join(x.Labels, ","))
		if len(x.Labels) > 1 {
			label = graph.Strings(x.Labels)
		}
		kind := string(x.Type)
		if x.Constraint != "" {
			kind = "UNIQUENESS"
		}
		state, failure := "ONLINE", "NO FAILURE"
		switch {
		case x.Failure != "":
			state, failure = "FAILED", x.Failure
		case !x.Online:
			state = "POPULATING"
		}
		out = append(out, []graph.Value{graph.String(":" + strings.Join(x.Labels, ",") + "(" + strings.Join(x.Properties, ",") + ")"), label, graph.Strings(x.Properties), graph.String(state), graph.String(kind),
			graph.String(failure), graph.Float(x.Populated), graph.Int(0), graph.Float(0), graph.String("Index( name='" + x.Name + "', type='" + string(x.Type) + "', schema=(:" + strings.Join(x.Labels, ",") + " {" + strings.Join(x.Properties, ", ") + "}) )")})
	}
	for _, x := range c.Graph.Constraints() {
		if x.Relationship || x.EnforcedLabel != "" || !strings.Contains(string(x.Type), "EXIST") {
			continue
		}
		out = append(out, []graph.Value{graph.String(":" + x.Label + "(" + strings.Join(x.Properties, ",") + ")"), graph.String(x.Label), graph.Strings(x.Properties), graph.String(""), graph.String("NODE_PROPERTY_EXISTENCE"),
			graph.String("NO FAILURE"), graph.Float(0), graph.Int(0), graph.Float(0), graph.String("CONSTRAINT ON (n:" + x.Label + ") ASSERT n." + strings.Join(x.Properties, ", n.") + " IS NOT NULL")})
	}
	return out, nil
}

// rule is an index or a unique constraint that apoc.schema.assert asks for.
type rule struct {
	label  string
	keys   []string
	unique bool
}

// rules reads {Label: [key, [key, key]]}.
func rules(m *graph.Map, unique bool) (out []rule) {
	for i := range m.Len() {
		label, v := m.At(i)
		for _, k := range v.AsListOrNil() {
			out = append(out, rule{label, texts(k), unique})
		}
	}
	return out
}

func assertSchema(c *call) ([][]graph.Value, error) {
	wanted := append(rules(c.mapping("indexes"), false), rules(c.mapping("constraints"), true)...)
	drop := c.arg("dropExisting").IsNull() || c.arg("dropExisting").IsTrue()
	var out [][]graph.Value
	report := func(label graph.Value, keys []string, unique bool, action string) {
		key := graph.Null
		if len(keys) > 0 {
			key = graph.String(keys[0])
		}
		out = append(out, []graph.Value{label, key, graph.Strings(keys), graph.Bool(unique), graph.String(action)})
	}
	there := func(label string, keys []string, unique bool) bool {
		at := slices.IndexFunc(wanted, func(r rule) bool { return r.label == label && r.unique == unique && slices.Equal(r.keys, keys) })
		if at < 0 {
			return false
		}
		wanted = slices.Delete(wanted, at, at+1)
		report(graph.String(label), keys, unique, "KEPT")
		return true
	}
	g := c.Graph
	for _, x := range g.Constraints() {
		unique := x.Type == graph.ConstraintUnique
		if x.Dependent {
			continue // it goes with the graph type alone
		}
		if there(x.Label, x.Properties, true) && unique || !drop {
			continue
		}
		if err := g.DropConstraint(x.Name); err != nil {
			return nil, err
		}
		report(graph.String(x.Label), x.Properties, unique, "DROPPED")
	}
	for _, x := range g.Indexes() {
		if x.Constraint != "" || x.Type == graph.IndexLookup || x.Relationship {
			continue
		}
		if len(x.Labels) == 1 && x.Type == graph.IndexRange && there(x.Labels[0], x.Properties, false) || !drop {
			continue
		}
		if err := g.DropIndex(x.Name); err != nil {
			return nil, err
		}
		label := graph.String(strings.Join(x.Labels, ","))
		if len(x.Labels) > 1 {
			label = graph.Strings(x.Labels)
		}
		report(label, x.Properties, false, "DROPPED")
	}
	for _, r := range slices.Clone(wanted) {
		var err error
		if r.unique {
			_, err = g.CreateConstraint(graph.Constraint{Type: graph.ConstraintUnique, Label: r.label, Properties: r.keys})
		} else {
			_, err = g.CreateIndex(graph.Index{Type: graph.IndexRange, Labels: []string{r.label}, Properties: r.keys})
		}
		if err != nil {
			return nil, err
		}
		report(graph.String(r.label), r.keys, r.unique, "CREATED")
	}
	return out, nil
}
