package apoc

import (
	"regexp"

	"graticule/cypher/exec"
	"graticule/graph"
)

// refactoring are apoc.refactor.*.
func refactoring() []*exec.Procedure {
	return []*exec.Procedure{
		procedure("WRITE", "apoc.refactor.mergeNodes(nodes :: LIST<NODE>, config = {} :: MAP) :: (node :: NODE)",
			"Merges the given `LIST<NODE>` onto the first `NODE` in the `LIST<NODE>`. All `RELATIONSHIP` values are merged onto that `NODE` as well.", mergeNodes),
		procedure("WRITE", "apoc.refactor.rename.label(oldLabel :: STRING, newLabel :: STRING, nodes = [] :: LIST<NODE>) :: (committedOperations :: INTEGER)",
			"Renames the given label from `oldLabel` to `newLabel` for all `NODE` values. If a `LIST<NODE>` is provided, the renaming is applied to the `NODE` values within this `LIST<NODE>` only.",
			statement(func(c *call) (string, *graph.Map, error) {
				from := "MATCH (n:" + quote(c.text("oldLabel")) + ")"
				if len(c.arg("nodes").AsListOrNil()) > 0 {
					from = "UNWIND $nodes AS n WITH n WHERE n:" + quote(c.text("oldLabel"))
				}
				return from + " REMOVE n:" + quote(c.text("oldLabel")) + " SET n:" + quote(c.text("newLabel")) + " RETURN count(n)", params("nodes", c.arg("nodes")), nil
			})),
		procedure("WRITE", "apoc.refactor.setType(rel :: RELATIONSHIP, newType :: STRING) :: (input :: INTEGER, output :: RELATIONSHIP, error :: STRING)", "Changes the type of the given `RELATIONSHIP`.",
			statement(func(c *call) (string, *graph.Map, error) {
				return "WITH $rel AS r WITH r, startNode(r) AS a, endNode(r) AS b, properties(r) AS p, id(r) AS input CREATE (a)-[x:" + quote(c.text("newType")) + "]->(b) SET x = p DELETE r RETURN input, x, null",
					params("rel", c.arg("rel")), nil
			})),
	}
}

// mergeNodes merges nodes onto the first: labels, properties by rule, relationships.
func mergeNodes(c *call) ([][]graph.Value, error) {
	var nodes []graph.Value
	seen := map[graph.NodeID]bool{}
	for _, n := range c.arg("nodes").AsListOrNil() {
		if n.Kind() == graph.KindNode && !seen[n.NodeID()] {
			seen[n.NodeID()] = true
			nodes = append(nodes, graph.NodeRef(n.NodeID()))
		}
	}
	if len(nodes) == 0 {
		return nil, nil
	}
	config := c.mapping("config")
	rules, err := newRules(option(config, "properties"))
	if err != nil {
		return nil, err
	}
	target := nodes[0]
	rows, err := c.Query("UNWIND $nodes AS n RETURN properties(n), labels(n)", params("nodes", graph.List(nodes)))
	if err != nil {
		return nil, err
	}
	all := make([]*graph.Map, len(rows.Values))
	var names []string
	for i, row := range rows.Values {
		all[i] = row[0].AsMap()
		names = append(names, texts(row[1])...)
	}
	// Relationships first: a node that still has some cannot be deleted.
	for _, n := range nodes[1:] {
		if err := c.moveRelationships(n, target, truth(config, "produceSelfRel", true)); err != nil {
			return nil, err
		}
	}
	if _, err := c.Query("UNWIND $gone AS n DETACH DELETE n", params("gone", graph.List(nodes[1:]))); err != nil {
		return nil, err
	}
	text := "WITH $n AS n SET n = $props"
	if len(names) > 0 {
		text += " SET n" + labels(names)
	}
	if _, err := c.Query(text, params("n", target, "props", graph.MapOf(rules.merge(all)))); err != nil {
		return nil, err
	}
	if truth(config, "mergeRels", false) {
		if option(config, "properties").IsNull() {
			rules = propertyRules{{regexp.MustCompile(".*"), "combine"}}
		}
		if err := c.mergeRelationships(target, rules); err != nil {
			return nil, err
		}
	}
	return [][]graph.Value{{target}}, nil
}

// moveRelationships makes the relationships of one node those of another.
func (c *call) moveRelationships(from, to graph.Value, self bool) error {
	rows, err := c.Query("WITH $from AS n MATCH (n)-[r]-() WITH DISTINCT r RETURN r, type(r), startNode(r), endNode(r), properties(r)", params("from", from))
	if err != nil {
		return err
	}
	moved := func(v graph.Value) graph.Value {
		if v.NodeID() == from.NodeID() {
			return to
		}
		return v
	}
	for _, row := range rows.Values {
		start, end := moved(row[2]), moved(row[3])
		text := "WITH $r AS r DELETE r"
		if self || start.NodeID() != end.NodeID() || row[2].NodeID() == row[3].NodeID() {
			text = "WITH $r AS r, $a AS a, $b AS b DELETE r CREATE (a)-[x:" + quote(row[1].AsString()) + "]->(b) SET x = $props"
		}
		if _, err := c.Query(text, params("r", row[0], "a", start, "b", end, "props", row[4])); err != nil {
			return err
		}
	}
	return nil
}

// mergeRelationships merges relationships of one node that have the same type, direction and other end.
func (c *call) mergeRelationships(n graph.Value, rules propertyRules) error {
	rows, err := c.Query("WITH $n AS n MATCH (n)-[r]-() WITH DISTINCT r WITH type(r) AS t, startNode(r) AS a, endNode(r) AS b, collect(r) AS rs WHERE size(rs) > 1 RETURN rs, [r IN rs | properties(r)]", params("n", n))
	if err != nil {
		return err
	}
	for _, row := range rows.Values {
		var all []*graph.Map
		for _, p := range row[1].AsList() {
			all = append(all, p.AsMap())
		}
		rels := row[0].AsList()
		if _, err := c.Query("WITH $r AS r SET r = $props WITH r UNWIND $gone AS g DELETE g", params("r", rels[0], "props", graph.MapOf(rules.merge(all)), "gone", graph.List(rels[1:]))); err != nil {
			return err
		}
	}
	return nil
}

// propertyRules say for properties by name which values of several entities stay.
type propertyRules []struct {
	name *regexp.Regexp
	rule string
}

func newRules(v graph.Value) (propertyRules, error) {
	var out propertyRules
	add := func(name, rule string) error {
		pattern, err := regexp.Compile("^(?:" + name + ")$")
		if err != nil {
			return illegal("the property name %s is no regular expression: %v", name, err)
		}
		switch rule {
		case "override":
			rule = "overwrite"
		case "overwrite", "discard", "combine":
		default:
			return illegal("the rule %s for property %s is unknown; use overwrite, discard or combine", rule, name)
		}
		out = append(out, struct {
			name *regexp.Regexp
			rule string
		}{pattern, rule})
		return nil
	}
	if v.Kind() == graph.KindString {
		return out, add(".*", v.AsString())
	}
	m := mapOr(v)
	var wild []int
	for i := range m.Len() {
		name, rule := m.At(i)
		if regexp.QuoteMeta(name) != name {
			wild = append(wild, i) // exact names go first
			continue
		}
		if err := add(name, texts0(rule, "")); err != nil {
			return nil, err
		}
	}
	for _, i := range wild {
		name, rule := m.At(i)
		if err := add(name, texts0(rule, "")); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r propertyRules) of(name string) string {
	for _, x := range r {
		if x.name.MatchString(name) {
			return x.rule
		}
	}
	return "overwrite"
}

// merge gives the properties of the merged entity.
func (r propertyRules) merge(all []*graph.Map) *graph.Map {
	out := &graph.Map{}
	for _, m := range all {
		for i := range m.Len() {
			k, v := m.At(i)
			old, there := out.Get(k)
			switch {
			case !there:
				out.Put(k, v)
			case r.of(k) == "overwrite":
				out.Put(k, v)
			case r.of(k) == "combine":
				out.Put(k, combined(old, v))
			}
		}
	}
	return out
}

// combined gives the distinct values of two properties: one as it is, several as a list of one type.
func combined(a, b graph.Value) graph.Value {
	list := func(v graph.Value) []graph.Value {
		if v.Kind() == graph.KindList {
			return v.AsList()
		}
		return []graph.Value{v}
	}
	var out []graph.Value
	mixed := false
	for _, v := range append(append([]graph.Value{}, list(a)...), list(b)...) {
		known := false
		for _, o := range out {
			known = known || graph.Compare(o, v) == 0
		}
		if !known {
			mixed = mixed || len(out) > 0 && out[0].Kind() != v.Kind()
			out = append(out, v)
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	if mixed {
		for i := range out {
			out[i] = graph.String(textOf(out[i]))
		}
	}
	return graph.List(out)
}
