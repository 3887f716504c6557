package apoc

import (
	"maps"
	"slices"
	"strings"

	"graticule/cypher/exec"
	"graticule/graph"
)

// defaultSample is how many entities of a label or type are looked at.
const defaultSample = 1000

// meta are apoc.meta.*.
func meta() []*exec.Procedure {
	const typeColumns = "propertyName :: STRING, propertyTypes :: LIST<STRING>, mandatory :: BOOLEAN, propertyObservations :: INTEGER, totalObservations :: INTEGER)"
	return []*exec.Procedure{
		procedure("READ", "apoc.meta.data(config = {} :: MAP) :: (label :: STRING, property :: STRING, count :: INTEGER, unique :: BOOLEAN, index :: BOOLEAN, existence :: BOOLEAN, type :: STRING, array :: BOOLEAN, sample :: LIST<ANY>, left :: INTEGER, right :: INTEGER, other :: LIST<STRING>, otherLabels :: LIST<STRING>, elementType :: STRING)",
			"Examines the full graph and returns a table of metadata.", metaData),
		procedure("READ", "apoc.meta.schema(config = {} :: MAP) :: (value :: MAP)", "Examines the given sub-graph and returns metadata as a `MAP`.", metaSchema),
		procedure("READ", "apoc.meta.graph(config = {} :: MAP) :: (nodes :: LIST<NODE>, relationships :: LIST<RELATIONSHIP>)", "Examines the full graph and returns a meta-graph.", metaGraph),
		procedure("READ", "apoc.meta.stats() :: (labelCount :: INTEGER, relTypeCount :: INTEGER, propertyKeyCount :: INTEGER, nodeCount :: INTEGER, relCount :: INTEGER, labels :: MAP, relTypes :: MAP, relTypesCount :: MAP, stats :: MAP)",
			"Returns the metadata stored in the transactional database statistics.", metaStats),
		procedure("READ", "apoc.meta.nodeTypeProperties(config = {} :: MAP) :: (nodeType :: STRING, nodeLabels :: LIST<STRING>, "+typeColumns,
			"Examines the full graph and returns a table of metadata with information about the `NODE` values therein.", nodeTypes),
		procedure("READ", "apoc.meta.relTypeProperties(config = {} :: MAP) :: (relType :: STRING, sourceNodeLabels :: LIST<STRING>, targetNodeLabels :: LIST<STRING>, "+typeColumns,
			"Examines the full graph and returns a table of metadata with information about the `RELATIONSHIP` values therein.", relTypes),
	}
}

// thing is what is known of one label or type.
type thing struct {
	name         string
	relationship bool
	count, seen  int64
	properties   map[string]*seenProperty
	ends         map[[2]string]*ends // of a label: by type and direction "out" or "in"; of a type: by start label
}

type seenProperty struct {
	types map[string]int64
	array bool
}

// ends is the labels at the other ends, and how many relationships go there.
type ends struct {
	labels map[string]bool
	count  int64
}

func (t *thing) property(name string, v graph.Value) {
	p := t.properties[name]
	if p == nil {
		p = &seenProperty{types: map[string]int64{}}
		t.properties[name] = p
	}
	p.types[metaType(v)]++
	p.array = p.array || v.Kind() == graph.KindList
}

// metaType gives APOC's name of a value's type.
func metaType(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNull:
		return "NULL"
	case graph.KindBool:
		return "BOOLEAN"
	case graph.KindInt:
		return "INTEGER"
	case graph.KindFloat:
		return "FLOAT"
	case graph.KindString:
		return "STRING"
	case graph.KindList:
		return "LIST"
	case graph.KindMap:
		return "MAP"
	case graph.KindNode:
		return "NODE"
	case graph.KindRel:
		return "RELATIONSHIP"
	case graph.KindPath:
		return "PATH"
	case graph.KindPoint:
		return "POINT"
	case graph.KindDate:
		return "DATE"
	case graph.KindLocalTime:
		return "LOCAL_TIME"
	case graph.KindTime:
		return "TIME"
	case graph.KindLocalDateTime:
		return "LOCAL_DATE_TIME"
	case graph.KindDateTime:
		return "DATE_TIME"
	case graph.KindDuration:
		return "DURATION"
	}
	return "ANY"
}

// survey looks at the graph: its labels, then its types, each by name.
func (c *call) survey() (all []*thing, err error) {
	config := c.mapping("config")
	sample := number(config, "sample", defaultSample)
	if sample <= 0 {
		sample = 1 << 40
	}
	wanted := func(name string, include, exclude []string) bool {
		return (len(include) == 0 || slices.Contains(include, name)) && !slices.Contains(exclude, name)
	}
	for _, label := range c.Graph.LabelNames() {
		if wanted(label, texts(option(config, "includeLabels", "labels")), texts(option(config, "excludeLabels"))) {
			t, err := c.surveyOne(label, false, sample)
			if err != nil {
				return nil, err
			}
			all = append(all, t)
		}
	}
	for _, typ := range c.Graph.TypeNames() {
		if wanted(typ, texts(option(config, "includeRels", "rels")), texts(option(config, "excludeRels"))) {
			t, err := c.surveyOne(typ, true, sample)
			if err != nil {
				return nil, err
			}
			all = append(all, t)
		}
	}
	return slices.DeleteFunc(all, func(t *thing) bool { return t.count == 0 }), nil
}

func (c *call) surveyOne(name string, relationship bool, sample int64) (*thing, error) {
	t := &thing{name: name, relationship: relationship, properties: map[string]*seenProperty{}, ends: map[[2]string]*ends{}}
	of, at := "(x:"+quote(name)+")", "(x)"
	if relationship {
		of, at = "()-[x:"+quote(name)+"]->()", ""
	}
	rows, err := c.Query("MATCH "+of+" RETURN count(x)", nil)
	if err != nil {
		return nil, err
	}
	t.count = rows.Values[0][0].AsInt()
	if rows, err = c.Query("MATCH "+of+" WITH x LIMIT $sample RETURN properties(x)", params("sample", graph.Int(sample))); err != nil {
		return nil, err
	}
	t.seen = int64(len(rows.Values))
	for _, row := range rows.Values {
		m := row[0].AsMap()
		for i := range m.Len() {
			k, v := m.At(i)
			t.property(k, v)
		}
	}
	text := "MATCH " + of + " WITH x LIMIT $sample RETURN 'out', labels(startNode(x)), labels(endNode(x)), count(*)"
	if !relationship {
		text = "MATCH " + of + " WITH x LIMIT $sample MATCH " + at + "-[r]->(y) RETURN 'out', [type(r)], labels(y), count(*) " +
			"UNION ALL MATCH " + of + " WITH x LIMIT $sample MATCH " + at + "<-[r]-(y) RETURN 'in' AS `'out'`, [type(r)], labels(y), count(*)"
	}
	if rows, err = c.Query(text, params("sample", graph.Int(sample))); err != nil {
		return nil, err
	}
	for _, row := range rows.Values {
		for _, by := range texts(row[1]) {
			key := [2]string{by, row[0].AsString()}
			e := t.ends[key]
			if e == nil {
				e = &ends{labels: map[string]bool{}}
				t.ends[key] = e
			}
			e.count += row[3].AsInt()
			for _, l := range texts(row[2]) {
				e.labels[l] = true
			}
		}
	}
	return t, nil
}

// constrained tells of a property: whether it is unique, indexed and must exist.
func (c *call) constrained(label, key string, relationship bool) (unique, indexed, existence bool) {
	for _, x := range c.Graph.Constraints() {
		if x.Label != label || x.Relationship != relationship || !slices.Contains(x.Properties, key) {
			continue
		}
		kind := string(x.Type)
		unique = unique || strings.Contains(kind, "UNIQUENESS") || strings.Contains(kind, "KEY")
		existence = existence || strings.Contains(kind, "EXISTENCE") || strings.Contains(kind, "KEY")
	}
	for _, x := range c.Graph.Indexes() {
		indexed = indexed || x.Relationship == relationship && slices.Contains(x.Labels, label) && slices.Contains(x.Properties, key)
	}
	return unique, indexed, existence
}

// typeName gives the type of most values of a property.
func (p *seenProperty) typeName() string {
	best := ""
	for _, name := range slices.Sorted(maps.Keys(p.types)) {
		if best == "" || p.types[name] > p.types[best] {
			best = name
		}
	}
	return best
}

func elementType(relationship bool) graph.Value {
	if relationship {
		return graph.String("relationship")
	}
	return graph.String("node")
}

func metaData(c *call) ([][]graph.Value, error) {
	all, err := c.survey()
	if err != nil {
		return nil, err
	}
	var out [][]graph.Value
	for _, t := range all {
		for _, key := range slices.Sorted(maps.Keys(t.properties)) {
			p := t.properties[key]
			unique, index, existence := c.constrained(t.name, key, t.relationship)
			out = append(out, []graph.Value{graph.String(t.name), graph.String(key), graph.Int(0), graph.Bool(unique), graph.Bool(index), graph.Bool(existence), graph.String(p.typeName()), graph.Bool(p.array),
				graph.Null, graph.Int(0), graph.Int(0), graph.List(nil), graph.List(nil), elementType(t.relationship)})
		}
		for _, key := range sortedEnds(t.ends) {
			e := t.ends[key]
			if key[1] != "out" {
				continue
			}
			others := graph.Strings(slices.Sorted(maps.Keys(e.labels)))
			left := graph.Int(1)
			if t.seen > 0 {
				left = graph.Int(max(1, e.count/t.seen))
			}
			out = append(out, []graph.Value{graph.String(t.name), graph.String(key[0]), graph.Int(e.count), graph.False, graph.False, graph.False, graph.String("RELATIONSHIP"), graph.False,
				graph.Null, left, graph.Int(1), others, graph.List(nil), elementType(t.relationship)})
		}
	}
	return out, nil
}

func sortedEnds(m map[[2]string]*ends) [][2]string {
	return slices.SortedFunc(maps.Keys(m), func(a, b [2]string) int { return strings.Compare(a[0]+"\x00"+a[1], b[0]+"\x00"+b[1]) })
}

func metaSchema(c *call) ([][]graph.Value, error) {
	all, err := c.survey()
	if err != nil {
		return nil, err
	}
	out := &graph.Map{}
	for _, t := range all {
		entry, properties := &graph.Map{}, &graph.Map{}
		for _, key := range slices.Sorted(maps.Keys(t.properties)) {
			p := t.properties[key]
			unique, index, existence := c.constrained(t.name, key, t.relationship)
			info := params("type", graph.String(p.typeName()), "existence", graph.Bool(existence), "array", graph.Bool(p.array))
			if !t.relationship {
				info.Put("unique", graph.Bool(unique))
				info.Put("indexed", graph.Bool(index))
			}
			properties.Put(key, graph.MapOf(info))
		}
		entry.Put("type", elementType(t.relationship))
		entry.Put("count", graph.Int(t.count))
		entry.Put("properties", graph.MapOf(properties))
		if !t.relationship {
			relationships := &graph.Map{}
			for _, key := range sortedEnds(t.ends) {
				e := t.ends[key]
				relationships.Put(key[0], graph.MapOf(params("direction", graph.String(key[1]), "count", graph.Int(e.count), "labels", graph.Strings(slices.Sorted(maps.Keys(e.labels))), "properties", graph.MapOf(&graph.Map{}))))
			}
			entry.Put("labels", graph.List(nil))
			entry.Put("relationships", graph.MapOf(relationships))
		}
		out.Put(t.name, graph.MapOf(entry))
	}
	return [][]graph.Value{{graph.MapOf(out)}}, nil
}

// metaGraph gives a node for each label and a relationship for each label,
// type and label; none of them is in the graph, so their ids are negative.
func metaGraph(c *call) ([][]graph.Value, error) {
	all, err := c.survey()
	if err != nil {
		return nil, err
	}
	var nodes, rels []graph.Value
	ids := map[string]graph.NodeID{}
	virtual := int64(0)
	for _, t := range all {
		if !t.relationship {
			virtual--
			ids[t.name] = graph.NodeID(uint64(virtual))
			nodes = append(nodes, graph.NodeOf(&graph.Node{ID: ids[t.name], Labels: []string{t.name}, Properties: params("name", graph.String(t.name), "count", graph.Int(t.count))}))
		}
	}
	for _, t := range all {
		if t.relationship {
			continue
		}
		for _, key := range sortedEnds(t.ends) {
			if key[1] != "out" {
				continue
			}
			for _, l := range slices.Sorted(maps.Keys(t.ends[key].labels)) {
				if end, ok := ids[l]; ok {
					virtual--
					rels = append(rels, graph.RelOf(&graph.Relationship{ID: graph.RelID(uint64(virtual)), Start: ids[t.name], End: end, Type: key[0], Properties: params("name", graph.String(key[0]), "count", graph.Int(t.ends[key].count))}))
				}
			}
		}
	}
	return [][]graph.Value{{graph.List(nodes), graph.List(rels)}}, nil
}

func metaStats(c *call) ([][]graph.Value, error) {
	byLabel, byPattern, byType := &graph.Map{}, &graph.Map{}, &graph.Map{}
	g := c.Graph
	for _, name := range g.LabelNames() {
		if id, ok := g.Label(name); ok {
			if n := g.NodeCount(id); n > 0 {
				byLabel.Put(name, graph.Int(n))
			}
		}
	}
	count := func(m *graph.Map, pattern string, start graph.LabelID, typ graph.TypeID, end graph.LabelID) int64 {
		n, _ := g.RelCount(start, typ, end)
		if n > 0 {
			m.Put(pattern, graph.Int(n))
		}
		return n
	}
	for _, name := range g.TypeNames() {
		id, _ := g.Type(name)
		if n := count(byPattern, "()-[:"+name+"]->()", graph.AnyLabel, id, graph.AnyLabel); n == 0 {
			continue
		} else {
			byType.Put(name, graph.Int(n))
		}
		for _, label := range byLabel.Keys() {
			l, _ := g.Label(label)
			count(byPattern, "(:"+label+")-[:"+name+"]->()", l, id, graph.AnyLabel)
			count(byPattern, "()-[:"+name+"]->(:"+label+")", graph.AnyLabel, id, l)
		}
	}
	nodes := graph.Int(g.NodeCount(graph.AnyLabel))
	total, _ := g.RelCount(graph.AnyLabel, graph.AnyType, graph.AnyLabel)
	row := []graph.Value{graph.Int(int64(byLabel.Len())), graph.Int(int64(byType.Len())), graph.Int(int64(len(g.KeyNames()))), nodes, graph.Int(total), graph.MapOf(byLabel), graph.MapOf(byPattern), graph.MapOf(byType)}
	stats := params("labelCount", row[0], "relTypeCount", row[1], "propertyKeyCount", row[2], "nodeCount", row[3], "relCount", row[4], "labels", row[5], "relTypes", row[6])
	return [][]graph.Value{append(row, graph.MapOf(stats))}, nil
}

// observed gathers what is seen of the properties of entities of one kind.
type observed struct {
	key        string
	columns    []graph.Value
	total      int64
	properties map[string]map[string]int64
}

func (c *call) observe(text string, columns func(row []graph.Value) (string, []graph.Value)) ([][]graph.Value, error) {
	rows, err := c.Query(text, nil)
	if err != nil {
		return nil, err
	}
	kinds := map[string]*observed{}
	for _, row := range rows.Values {
		key, shown := columns(row)
		o := kinds[key]
		if o == nil {
			o = &observed{key: key, columns: shown, properties: map[string]map[string]int64{}}
			kinds[key] = o
		}
		o.total++
		m := row[0].AsMap()
		for i := range m.Len() {
			k, v := m.At(i)
			if o.properties[k] == nil {
				o.properties[k] = map[string]int64{}
			}
			o.properties[k][javaType(v)]++
		}
	}
	var out [][]graph.Value
	for _, key := range slices.Sorted(maps.Keys(kinds)) {
		o := kinds[key]
		for _, k := range slices.Sorted(maps.Keys(o.properties)) {
			n := int64(0)
			for _, x := range o.properties[k] {
				n += x
			}
			out = append(out, append(slices.Clone(o.columns), graph.String(k), graph.Strings(slices.Sorted(maps.Keys(o.properties[k]))), graph.Bool(n == o.total), graph.Int(n), graph.Int(o.total)))
		}
		if len(o.properties) == 0 {
			out = append(out, append(slices.Clone(o.columns), graph.Null, graph.Null, graph.False, graph.Int(0), graph.Int(o.total)))
		}
	}
	return out, nil
}

// javaType gives the name of a type as schema procedures of Neo4j 5 have it.
func javaType(v graph.Value) string {
	name := map[string]string{"INTEGER": "Long", "FLOAT": "Double", "STRING": "String", "BOOLEAN": "Boolean", "DATE": "Date", "TIME": "Time", "LOCAL_TIME": "LocalTime", "LOCAL_DATE_TIME": "LocalDateTime", "DATE_TIME": "DateTime", "DURATION": "Duration", "POINT": "Point"}
	if v.Kind() == graph.KindList {
		if len(v.AsList()) == 0 {
			return "StringArray"
		}
		return name[metaType(v.AsList()[0])] + "Array"
	}
	return name[metaType(v)]
}

func nodeTypes(c *call) ([][]graph.Value, error) {
	return c.observe("MATCH (n) RETURN properties(n), labels(n)", func(row []graph.Value) (string, []graph.Value) {
		names := texts(row[1])
		slices.Sort(names)
		return ":" + quoted(names), []graph.Value{graph.String(":" + quoted(names)), graph.Strings(names)}
	})
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	return strings.Join(out, ":")
}

func relTypes(c *call) ([][]graph.Value, error) {
	return c.observe("MATCH (a)-[r]->(b) RETURN properties(r), type(r), labels(a), labels(b)", func(row []graph.Value) (string, []graph.Value) {
		from, to := texts(row[2]), texts(row[3])
		slices.Sort(from)
		slices.Sort(to)
		typ := ":" + quote(row[1].AsString())
		return typ + quoted(from) + ">" + quoted(to), []graph.Value{graph.String(typ), graph.Strings(from), graph.Strings(to)}
	})
}
