package cypher

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/status"
)

// schemaProcedures are those that look at or name what the graph holds.
func schemaProcedures() []*exec.Procedure {
	ensure := func(make func(exec.Graph, string) error) func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
		return func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
			if a[0].Kind() != graph.KindString {
				return nil, mustNotBeNull("name")
			}
			return nil, make(c.Graph, a[0].AsString())
		}
	}
	return []*exec.Procedure{
		exec.Declare("READ", "db.schema.visualization() :: (nodes :: LIST<NODE>, relationships :: LIST<RELATIONSHIP>)", "A node for each label and a relationship for each label, type and label that are joined.", visualization).OnSystem(),
		exec.Declare("READ", "db.schema.nodeTypeProperties() :: (nodeType :: STRING, nodeLabels :: LIST<STRING>, propertyName :: STRING, propertyTypes :: LIST<STRING>, mandatory :: BOOLEAN)", "The properties of nodes by their labels, with the types of their values.", nodeTypeProperties).OnSystem(),
		exec.Declare("READ", "db.schema.relTypeProperties() :: (relType :: STRING, propertyName :: STRING, propertyTypes :: LIST<STRING>, mandatory :: BOOLEAN)", "The properties of relationships by their type, with the types of their values.", relTypeProperties).OnSystem(),
		exec.Declare("WRITE", "db.createLabel(newLabel :: STRING)", "Makes a label known.", ensure(func(g exec.Graph, n string) error { _, err := g.EnsureLabel(n); return err })),
		exec.Declare("WRITE", "db.createRelationshipType(newRelationshipType :: STRING)", "Makes a relationship type known.", ensure(func(g exec.Graph, n string) error { _, err := g.EnsureType(n); return err })),
		exec.Declare("WRITE", "db.createProperty(newProperty :: STRING)", "Makes a property name known.", ensure(func(g exec.Graph, n string) error { _, err := g.EnsureKey(n); return err })),
		exec.Declare("READ", "db.stats.retrieve(section :: STRING, config = {} :: MAP) :: (section :: STRING, data :: MAP)", "What is counted of the graph: section 'GRAPH COUNTS' or 'TOKENS'.", statistics).ForAdmins(),
	}
}

// visualization gives elements that are not in the graph, so their ids are negative.
func visualization(c *exec.ProcedureContext, _ []graph.Value) ([][]graph.Value, error) {
	g := c.Graph
	ids := map[string]graph.NodeID{}
	var nodes, rels []graph.Value
	next := int64(0)
	for _, name := range g.LabelNames() {
		label, ok := g.Label(name)
		if !ok || g.NodeCount(label) == 0 {
			continue
		}
		next--
		ids[name] = graph.NodeID(uint64(next))
		var indexes, constraints []string
		for _, x := range g.Indexes() {
			if !x.Relationship && slices.Contains(x.Labels, name) && x.Constraint == "" {
				indexes = append(indexes, strings.Join(x.Properties, ","))
			}
		}
		for _, x := range g.Constraints() {
			if !x.Relationship && x.Label == name {
				constraints = append(constraints, fmt.Sprintf("Constraint( name='%s', type='%s', schema=(:%s {%s}) )", x.Name, x.Type, name, strings.Join(x.Properties, ", ")))
			}
		}
		m := graph.NewMap(3)
		m.Put("name", graph.String(name))
		m.Put("indexes", graph.Strings(indexes))
		m.Put("constraints", graph.Strings(constraints))
		nodes = append(nodes, graph.NodeOf(&graph.Node{ID: ids[name], Labels: []string{name}, Properties: m}))
	}
	starts, err := labelsByType(c, ids, graph.Outgoing)
	if err != nil {
		return nil, err
	}
	stops, err := labelsByType(c, ids, graph.Incoming)
	if err != nil {
		return nil, err
	}
	next = 0
	for _, t := range slices.Sorted(maps.Keys(starts)) { // each start with each end, as Neo4j has it
		for _, start := range starts[t] {
			for _, end := range stops[t] {
				next--
				m := graph.NewMap(1)
				m.Put("name", graph.String(t))
				rels = append(rels, graph.RelOf(&graph.Relationship{ID: graph.RelID(uint64(next)), Start: ids[start], End: ids[end], Type: t, Properties: m}))
			}
		}
	}
	return [][]graph.Value{{graph.List(nodes), graph.List(rels)}}, nil
}

// labelsByType gives, for each type, those of the labels that stand at the starts
// (Outgoing) or the ends (Incoming) of its relationships. It looks at the nodes of a
// label until each type has been met.
func labelsByType(c *exec.ProcedureContext, labels map[string]graph.NodeID, dir graph.Direction) (map[string][]string, error) {
	g, out := c.Graph, map[string][]string{}
	var types []graph.TypeID
	for _, name := range g.TypeNames() {
		t, ok := g.Type(name)
		if n, _ := g.RelCount(graph.AnyLabel, t, graph.AnyLabel); ok && n > 0 {
			types = append(types, t)
		}
	}
	ids, degrees := make([]graph.NodeID, surveyBatch), make([]int64, surveyBatch)
	of := func(name string) error {
		label, ok := g.Label(name)
		if !ok {
			return nil
		}
		cursor := g.ScanLabel(label)
		defer cursor.Close()
		missing := slices.Clone(types)
		for size := 16; len(missing) > 0; size = min(2*size, surveyBatch) {
			n, err := cursor.Next(ids[:size])
			if err != nil || n == 0 {
				return err
			}
			missing = slices.DeleteFunc(missing, func(t graph.TypeID) bool {
				err = errors.Join(err, g.Degree(ids[:n], dir, []graph.TypeID{t}, degrees[:n]))
				there := slices.ContainsFunc(degrees[:n], func(d int64) bool { return d > 0 })
				if there {
					out[g.TypeName(t)] = append(out[g.TypeName(t)], name)
				}
				return there
			})
			if err = errors.Join(err, c.Context.Err()); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if err := of(name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// surveyBatch is how many elements a survey looks at at once.
const surveyBatch = 1024

// labelEnds counts the relationships of one type by the labels they start and end at.
type labelEnds struct{ starts, stops map[string]int64 }

// endsByType looks at every relationship.
func endsByType(c *exec.ProcedureContext) (map[string]labelEnds, error) {
	g, out := c.Graph, map[string]labelEnds{}
	err := eachRel(c, func(_ []graph.RelID, ends []graph.RelEnds) error {
		var from, to []graph.NodeID
		for _, e := range ends {
			from, to = append(from, e.Start), append(to, e.End)
		}
		var starts, stops graph.LabelSets
		if err := errors.Join(g.NodeLabels(from, &starts), g.NodeLabels(to, &stops)); err != nil {
			return err
		}
		for i, e := range ends {
			t, ok := out[g.TypeName(e.Type)]
			if !ok {
				t = labelEnds{map[string]int64{}, map[string]int64{}}
				out[g.TypeName(e.Type)] = t
			}
			for _, l := range starts.Label[starts.Offset[i]:starts.Offset[i+1]] {
				t.starts[g.LabelName(l)]++
			}
			for _, l := range stops.Label[stops.Offset[i]:stops.Offset[i+1]] {
				t.stops[g.LabelName(l)]++
			}
		}
		return nil
	})
	return out, err
}

func eachRel(c *exec.ProcedureContext, do func([]graph.RelID, []graph.RelEnds) error) error {
	cursor := c.Graph.ScanRels(graph.AnyType)
	defer cursor.Close()
	ids, ends := make([]graph.RelID, surveyBatch), make([]graph.RelEnds, surveyBatch)
	for {
		n, err := cursor.Next(ids, ends)
		if err != nil || n == 0 {
			return err
		}
		if err := c.Context.Err(); err != nil {
			return err
		}
		if err := do(ids[:n], ends[:n]); err != nil {
			return err
		}
	}
}

// kindOfElement is what a survey found of the elements with the same labels (or type).
type kindOfElement struct {
	labels     []string
	count      int64
	properties map[string]*propertyOfKind
}

type propertyOfKind struct {
	count int64
	types map[string]bool
}

func (k *kindOfElement) see(g exec.Graph, ps []graph.Property) {
	k.count++
	for _, p := range ps {
		name := g.KeyName(p.Key)
		seen := k.properties[name]
		if seen == nil {
			seen = &propertyOfKind{types: map[string]bool{}}
			k.properties[name] = seen
		}
		seen.count++
		seen.types[storedType(p.Value)] = true
	}
}

// rows gives one row for each property, one with nulls when there is none.
func (k *kindOfElement) rows(head ...graph.Value) [][]graph.Value {
	var out [][]graph.Value
	for _, name := range slices.Sorted(maps.Keys(k.properties)) {
		p := k.properties[name]
		out = append(out, append(slices.Clone(head), graph.String(name), graph.Strings(slices.Sorted(maps.Keys(p.types))), graph.Bool(p.count == k.count)))
	}
	if out == nil {
		out = [][]graph.Value{append(slices.Clone(head), graph.Null, graph.Null, graph.False)}
	}
	return out
}

// storedType names the type of a value as these procedures do: those of Java.
func storedType(v graph.Value) string {
	switch v.Kind() {
	case graph.KindInt:
		return "Long"
	case graph.KindFloat:
		return "Double"
	case graph.KindBool:
		return "Boolean"
	case graph.KindString:
		return "String"
	case graph.KindDate:
		return "Date"
	case graph.KindTime:
		return "Time"
	case graph.KindLocalTime:
		return "LocalTime"
	case graph.KindDateTime:
		return "DateTime"
	case graph.KindLocalDateTime:
		return "LocalDateTime"
	case graph.KindDuration:
		return "Duration"
	case graph.KindPoint:
		return "Point"
	case graph.KindBytes:
		return "ByteArray"
	case graph.KindList:
		if vs := v.AsList(); len(vs) > 0 {
			return storedType(vs[0]) + "Array"
		}
		return "StringArray"
	}
	return "Any"
}

func ofLabels(names []string) string {
	var b strings.Builder
	for _, n := range names {
		b.WriteString(":`" + n + "`")
	}
	return b.String()
}

func nodeTypeProperties(c *exec.ProcedureContext, _ []graph.Value) ([][]graph.Value, error) {
	g, kinds := c.Graph, map[string]*kindOfElement{}
	cursor := g.ScanNodes()
	defer cursor.Close()
	ids := make([]graph.NodeID, surveyBatch)
	var sets graph.LabelSets
	var ps []graph.Property
	for {
		n, err := cursor.Next(ids)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			break
		}
		if err := c.Context.Err(); err != nil {
			return nil, err
		}
		if err := g.NodeLabels(ids[:n], &sets); err != nil {
			return nil, err
		}
		for i, id := range ids[:n] {
			var names []string
			for _, l := range sets.Label[sets.Offset[i]:sets.Offset[i+1]] {
				names = append(names, g.LabelName(l))
			}
			slices.Sort(names)
			k := kinds[ofLabels(names)]
			if k == nil {
				k = &kindOfElement{labels: names, properties: map[string]*propertyOfKind{}}
				kinds[ofLabels(names)] = k
			}
			if ps, err = g.NodeProperties(id, ps[:0]); err != nil {
				return nil, err
			}
			k.see(g, ps)
		}
	}
	var out [][]graph.Value
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, kinds[name].rows(graph.String(name), graph.Strings(kinds[name].labels))...)
	}
	return out, nil
}

func relTypeProperties(c *exec.ProcedureContext, _ []graph.Value) ([][]graph.Value, error) {
	g, kinds := c.Graph, map[string]*kindOfElement{}
	var ps []graph.Property
	err := eachRel(c, func(ids []graph.RelID, ends []graph.RelEnds) error {
		for i, id := range ids {
			name := ofLabels([]string{g.TypeName(ends[i].Type)})
			k := kinds[name]
			if k == nil {
				k = &kindOfElement{properties: map[string]*propertyOfKind{}}
				kinds[name] = k
			}
			var err error
			if ps, err = g.RelProperties(id, ps[:0]); err != nil {
				return err
			}
			k.see(g, ps)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out [][]graph.Value
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, kinds[name].rows(graph.String(name))...)
	}
	return out, nil
}

// statistics gives a section of what is counted.
func statistics(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
	g := c.Graph
	entry := func(pairs ...any) graph.Value {
		m := graph.NewMap(len(pairs) / 2)
		for i := 0; i < len(pairs); i += 2 {
			m.Put(pairs[i].(string), pairs[i+1].(graph.Value))
		}
		return graph.MapOf(m)
	}
	section := ""
	if a[0].Kind() == graph.KindString {
		section = strings.ToUpper(a[0].AsString())
	}
	switch section {
	case "TOKENS":
		return [][]graph.Value{{graph.String(section), entry("propertyKeys", graph.Strings(g.KeyNames()), "labels", graph.Strings(g.LabelNames()), "relationshipTypes", graph.Strings(g.TypeNames()))}}, nil
	case "GRAPH COUNTS":
		nodes := []graph.Value{entry("count", graph.Int(g.NodeCount(graph.AnyLabel)))}
		for _, n := range g.LabelNames() {
			if l, ok := g.Label(n); ok {
				nodes = append(nodes, entry("count", graph.Int(g.NodeCount(l)), "label", graph.String(n)))
			}
		}
		ends, err := endsByType(c)
		if err != nil {
			return nil, err
		}
		all, _ := g.RelCount(graph.AnyLabel, graph.AnyType, graph.AnyLabel)
		rels := []graph.Value{entry("count", graph.Int(all))}
		for _, n := range g.TypeNames() {
			t, ok := g.Type(n)
			if !ok {
				continue
			}
			count, _ := g.RelCount(graph.AnyLabel, t, graph.AnyLabel)
			rels = append(rels, entry("relationshipType", graph.String(n), "count", graph.Int(count)))
			for _, l := range slices.Sorted(maps.Keys(ends[n].starts)) {
				rels = append(rels, entry("startLabel", graph.String(l), "relationshipType", graph.String(n), "count", graph.Int(ends[n].starts[l])))
			}
			for _, l := range slices.Sorted(maps.Keys(ends[n].stops)) {
				rels = append(rels, entry("relationshipType", graph.String(n), "count", graph.Int(ends[n].stops[l]), "endLabel", graph.String(l)))
			}
		}
		var indexes, constraints []graph.Value
		for _, x := range g.Indexes() {
			on := "labels"
			if x.Relationship {
				on = "relationshipTypes"
			}
			indexes = append(indexes, entry("indexType", graph.String(string(x.Type)), on, graph.Strings(x.Labels), "properties", graph.Strings(x.Properties)))
		}
		for _, x := range g.Constraints() {
			on := "label"
			if x.Relationship {
				on = "relationshipType"
			}
			constraints = append(constraints, entry(on, graph.String(x.Label), "properties", graph.Strings(x.Properties), "type", graph.String(string(x.Type))))
		}
		return [][]graph.Value{{graph.String(section), entry("nodes", graph.List(nodes), "relationships", graph.List(rels), "indexes", graph.List(indexes), "constraints", graph.List(constraints))}}, nil
	}
	return nil, status.New("Neo.ClientError.General.InvalidArguments", "50N42", "Unknown section '%s', known sections are [GRAPH COUNTS, TOKENS]", fmt.Sprint(section))
}
