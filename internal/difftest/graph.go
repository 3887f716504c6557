package difftest

import (
	"fmt"
	"strings"
)

// Graph is a small property graph. Its values are Cypher literals; nodes and
// relationships carry their place as the property uid.
type Graph struct {
	Nodes []GraphNode
	Rels  []GraphRel
	// Schema are commands run before the graph is loaded.
	Schema []string
}

// GraphNode is one node: its uid and what stands between its parentheses.
type GraphNode struct {
	UID    int
	Labels []string
	Props  []string // as "key: literal"
}

// GraphRel is one relationship between the nodes of two uids.
type GraphRel struct {
	UID, From, To int
	Type          string
	Props         []string
}

// relBase is the first uid of a relationship: none is that of a node.
const relBase = 100

// schemas are the indexes and constraints that some graphs have. They hold on every graph.
var schemas = []string{
	"CREATE INDEX FOR (n:A) ON (n.i)", "CREATE INDEX FOR (n:B) ON (n.s)", "CREATE INDEX FOR (n:C) ON (n.m)", "CREATE INDEX FOR (n:A) ON (n.i, n.s)",
	"CREATE INDEX FOR (n:B) ON (n.d)", "CREATE INDEX FOR ()-[r:R]-() ON (r.i)", "CREATE TEXT INDEX FOR (n:A) ON (n.s)", "CREATE POINT INDEX FOR (n:A) ON (n.p)", "CREATE INDEX FOR (n:D) ON (n.uid)",
}

// newGraph makes a graph of up to ten nodes with loops and parallel relationships.
func newGraph(r random) *Graph {
	g := &Graph{}
	n := r.between(1, 10)
	if r.chance(3) {
		n = 0
	}
	for i := range n {
		g.Nodes = append(g.Nodes, GraphNode{UID: i, Labels: some(r, 35, labels), Props: propertiesOf(r, i, 45)})
	}
	if n > 0 {
		for i := range r.IntN(2*n + 1) {
			from, to := r.IntN(n), r.IntN(n)
			if len(g.Rels) > 0 && r.chance(15) { // a parallel one
				last := g.Rels[len(g.Rels)-1]
				from, to = last.From, last.To
			}
			g.Rels = append(g.Rels, GraphRel{UID: relBase + i, From: from, To: to, Type: one(r, types...), Props: propertiesOf(r, relBase+i, 20)})
		}
	}
	if r.chance(4) {
		g.Schema = some(r, 40, schemas)
	}
	return g
}

func propertiesOf(r random, uid, share int) []string {
	out := []string{fmt.Sprintf("uid: %d", uid)}
	for k := kInt; k <= kAny; k++ {
		n := share
		if k > kBool && k < kAny {
			n /= 2
		}
		if r.chance(n) {
			out = append(out, properties[k]+": "+literal(r, k))
		}
	}
	return out
}

// literal writes a value of k, of few different ones; never null.
func literal(r random, k kind) string {
	quoted := func() string { return "'" + one(r, words...) + "'" }
	switch k {
	case kInt:
		if r.chance(3) {
			return one(r, "1000000", "-70000", "2147483648", "9007199254740993")
		}
		return fmt.Sprint(r.between(-2, 6))
	case kFloat: // sums of these are exact in any order
		return one(r, "0.5", "1.5", "2.25", "-0.75", "-3.5", "100.125", "1e10", "0.0625")
	case kString:
		return quoted()
	case kBool:
		return one(r, "true", "false")
	case kDate:
		return "date('" + one(r, "2020-02-29", "2021-01-31", "1999-12-31", "2024-W01-1", "0001-01-01") + "')"
	case kLocalDateTime:
		return "localdatetime('" + one(r, "2020-02-29T12:30:00", "2021-01-31T00:00:00.000000001", "1999-12-31T23:59:59") + "')"
	case kDateTime:
		return "datetime('" + one(r, "2020-02-29T12:30:00Z", "2020-02-29T14:30:00+02:00", "2021-07-01T10:00:00[Europe/Berlin]", "1999-12-31T23:59:59.5-05:00") + "')"
	case kLocalTime:
		return "localtime('" + one(r, "00:00", "12:30:15", "23:59:59.999999999") + "')"
	case kTime:
		return "time('" + one(r, "00:00Z", "12:30:15+01:00", "11:30:15Z", "23:59:59.5-08:00") + "')"
	case kDuration:
		return "duration('" + one(r, "P1D", "PT24H", "P1Y2M", "P14M", "PT0.5S", "-P3D", "P1M2DT3H4.000000005S") + "')"
	case kPoint:
		return "point({" + one(r, "x: 0, y: 0", "x: 1.5, y: -2", "x: 1, y: 2, z: 3", "longitude: 12.5, latitude: 55.5", "longitude: 13, latitude: 52, height: 10") + "})"
	case kInts:
		return list(r, 3, func() string { return fmt.Sprint(r.between(-1, 4)) })
	case kStrings:
		return list(r, 3, quoted)
	}
	return literal(r, one(r, append(scalars, kInt, kString, kFloat)...))
}

// list writes a list of up to n items.
func list(r random, n int, item func() string) string {
	items := make([]string, r.IntN(n+1))
	for i := range items {
		items[i] = item()
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// Load gives statements that a reader may type to make the graph in an empty database.
func (g *Graph) Load() []string {
	var parts []string
	for _, n := range g.Nodes {
		parts = append(parts, fmt.Sprintf("(n%d%s {%s})", n.UID, joined(n.Labels), strings.Join(n.Props, ", ")))
	}
	for _, r := range g.Rels {
		parts = append(parts, fmt.Sprintf("(n%d)-[:%s {%s}]->(n%d)", r.From, r.Type, strings.Join(r.Props, ", "), r.To))
	}
	out := append([]string(nil), g.Schema...)
	if len(parts) > 0 {
		out = append(out, "CREATE "+strings.Join(parts, ", "))
	}
	return out
}

// What makes the graph of data: always the same two texts, which need no planning.
const (
	loadNodes = "UNWIND $nodes AS n CREATE (x:$(n.l)) SET x = n.p"
	loadRels  = "UNWIND $rels AS r MATCH (a {uid: r.a}), (b {uid: r.b}) CREATE (a)-[x:$(r.t)]->(b) SET x = r.p"
)

// What makes both sides know all labels, types and keys, which Neo4j never
// forgets: some counters depend on whether a name has ever been used.
const (
	nameAll   = "CREATE (n:A:B:C:D {uid: 0, i: 0, f: 0, s: 0, b: 0, d: 0, ldt: 0, dt: 0, lt: 0, t: 0, du: 0, p: 0, is: 0, ss: 0, m: 0})-[:R]->(n)-[:S]->(n)-[:T]->(n)"
	forgetAll = "MATCH (n) DETACH DELETE n"
)

// data gives the parameters that loadNodes and loadRels need.
func (g *Graph) data() *Statement {
	var nodes, rels []string
	for _, n := range g.Nodes {
		quoted := make([]string, len(n.Labels))
		for i, l := range n.Labels {
			quoted[i] = "'" + l + "'"
		}
		nodes = append(nodes, fmt.Sprintf("{l: [%s], p: {%s}}", strings.Join(quoted, ", "), strings.Join(n.Props, ", ")))
	}
	for _, r := range g.Rels {
		rels = append(rels, fmt.Sprintf("{a: %d, b: %d, t: '%s', p: {%s}}", r.From, r.To, r.Type, strings.Join(r.Props, ", ")))
	}
	return &Statement{Params: []string{"nodes: [" + strings.Join(nodes, ", ") + "]", "rels: [" + strings.Join(rels, ", ") + "]"}}
}

func joined(labels []string) string {
	out := ""
	for _, l := range labels {
		out += ":" + l
	}
	return out
}
