package apoc

import (
	"context"
	"math"
	"slices"
	"strings"

	"graticule/cypher/exec"
	"graticule/graph"
)

// paths are apoc.path.*.
func paths() []*exec.Procedure {
	expand := func(defaults func(*expansion), give func(c *call, x *expansion, found []trail) [][]graph.Value) func(c *call) ([][]graph.Value, error) {
		return func(c *call) ([][]graph.Value, error) {
			x, err := newExpansion(c, defaults)
			if err != nil {
				return nil, err
			}
			found, err := x.walk()
			if err != nil {
				return nil, err
			}
			return give(c, x, found), nil
		}
	}
	global := func(x *expansion) { x.uniqueness = "NODE_GLOBAL" }
	eachPath := func(_ *call, _ *expansion, found []trail) (rows [][]graph.Value) {
		for _, t := range found {
			rows = append(rows, []graph.Value{t.path()})
		}
		return rows
	}
	return []*exec.Procedure{
		procedure("READ", "apoc.path.expandConfig(startNode :: ANY, config :: MAP) :: (path :: PATH)", "Returns `PATH` values expanded from the start `NODE` with the given `RELATIONSHIP` types from min-depth to max-depth.",
			expand(func(*expansion) {}, eachPath)),
		procedure("READ", "apoc.path.spanningTree(startNode :: ANY, config :: MAP) :: (path :: PATH)", "Returns spanning tree `PATH` values expanded from the start `NODE` following the given `RELATIONSHIP` types to max-depth.",
			expand(global, eachPath)),
		procedure("READ", "apoc.path.subgraphNodes(startNode :: ANY, config :: MAP) :: (node :: NODE)", "Returns the `NODE` values in the sub-graph reachable from the start `NODE` following the given `RELATIONSHIP` types to max-depth.",
			expand(global, func(_ *call, _ *expansion, found []trail) (rows [][]graph.Value) {
				for _, t := range found {
					rows = append(rows, []graph.Value{graph.NodeRef(t.end())})
				}
				return rows
			})),
		procedure("READ", "apoc.path.subgraphAll(startNode :: ANY, config :: MAP) :: (nodes :: LIST<NODE>, relationships :: LIST<RELATIONSHIP>)", "Returns the sub-graph reachable from the start `NODE` following the given `RELATIONSHIP` types to max-depth.",
			func(c *call) ([][]graph.Value, error) {
				x, err := newExpansion(c, global)
				if err != nil {
					return nil, err
				}
				found, err := x.walk()
				if err != nil {
					return nil, err
				}
				var nodes []graph.Value
				for _, t := range found {
					nodes = append(nodes, graph.NodeRef(t.end()))
				}
				rows, err := c.Query("UNWIND $nodes AS a MATCH (a)-[r]->(b) WHERE b IN $nodes RETURN r", params("nodes", graph.List(nodes)))
				if err != nil {
					return nil, err
				}
				var rels []graph.Value
				for _, row := range rows.Values {
					rels = append(rels, row[0])
				}
				return [][]graph.Value{{graph.List(nodes), graph.List(rels)}}, nil
			}),
	}
}

// expansion is one walk through the graph as a config describes it.
type expansion struct {
	c                                    *call
	starts                               []graph.NodeID
	minLevel, maxLevel, limit            int64
	depthFirst, filterStart              bool
	uniqueness                           string
	steps                                []step // of the relationship filter, repeated
	allow, deny, end, terminate          []string
	endNodes, stopNodes, onlyNodes, skip map[graph.NodeID]bool
}

// step is one alternative set of relationships: type "" means any.
type step struct{ hops []hop }

type hop struct {
	typ string
	dir graph.Direction
}

// trail is a path being made: nodes and the relationships between them.
type trail struct {
	nodes []graph.NodeID
	rels  []graph.RelID
}

func (t trail) end() graph.NodeID { return t.nodes[len(t.nodes)-1] }

func (t trail) path() graph.Value {
	p := &graph.Path{}
	for _, n := range t.nodes {
		p.Nodes = append(p.Nodes, graph.NodeRef(n))
	}
	for _, r := range t.rels {
		p.Rels = append(p.Rels, graph.RelRef(r))
	}
	return graph.PathOf(p)
}

func newExpansion(c *call, defaults func(*expansion)) (*expansion, error) {
	config := c.mapping("config")
	x := &expansion{c: c, uniqueness: "RELATIONSHIP_PATH"}
	defaults(x)
	x.minLevel, x.maxLevel, x.limit = number(config, "minLevel", -1), number(config, "maxLevel", -1), number(config, "limit", -1)
	if x.maxLevel < 0 {
		x.maxLevel = math.MaxInt64
	}
	x.depthFirst, x.filterStart = !truth(config, "bfs", true), truth(config, "filterStartNode", false)
	x.uniqueness = strings.ToUpper(texts0(option(config, "uniqueness"), x.uniqueness))
	if x.minLevel > 1 && x.uniqueness == "NODE_GLOBAL" && x.c.arg("config").Kind() == graph.KindMap && option(config, "uniqueness").IsNull() {
		return nil, illegal("minLevel can only be 0 or 1 in subgraphAll() and similar procedures")
	}
	if !slices.Contains([]string{"RELATIONSHIP_PATH", "NODE_GLOBAL", "RELATIONSHIP_GLOBAL", "NODE_PATH", "NONE"}, x.uniqueness) {
		return nil, illegal("the uniqueness %s is not supported; use NODE_GLOBAL, NODE_PATH, RELATIONSHIP_GLOBAL, RELATIONSHIP_PATH or NONE", x.uniqueness)
	}
	for _, part := range strings.Split(texts0(option(config, "relationshipFilter"), ""), ",") {
		x.steps = append(x.steps, parseStep(part))
	}
	for _, l := range strings.Split(texts0(option(config, "labelFilter"), ""), "|") {
		if l == "" {
			continue
		}
		switch l[0] {
		case '-':
			x.deny = append(x.deny, l[1:])
		case '>':
			x.end = append(x.end, l[1:])
		case '/':
			x.terminate = append(x.terminate, l[1:])
		case '+':
			x.allow = append(x.allow, l[1:])
		default:
			x.allow = append(x.allow, l)
		}
	}
	x.endNodes, x.stopNodes = nodeSet(option(config, "endNodes")), nodeSet(option(config, "terminatorNodes"))
	x.onlyNodes, x.skip = nodeSet(option(config, "allowlistNodes", "whitelistNodes")), nodeSet(option(config, "denylistNodes", "blacklistNodes"))
	rows, err := c.Query(nodesOf+" RETURN n", params("nodes", c.arg("startNode")))
	if err != nil {
		return nil, err
	}
	for _, row := range rows.Values {
		x.starts = append(x.starts, row[0].NodeID())
	}
	return x, nil
}

func nodeSet(v graph.Value) map[graph.NodeID]bool {
	if v.Kind() == graph.KindNode {
		v = graph.List([]graph.Value{v})
	}
	var out map[graph.NodeID]bool
	for _, n := range v.AsListOrNil() {
		if n.Kind() == graph.KindNode {
			if out == nil {
				out = map[graph.NodeID]bool{}
			}
			out[n.NodeID()] = true
		}
	}
	return out
}

// parseStep reads "A>|<B|C|>|<".
func parseStep(text string) step {
	var s step
	for _, t := range strings.Split(text, "|") {
		t = strings.TrimSpace(t)
		h := hop{dir: graph.Both}
		if strings.HasPrefix(t, "<") {
			h.dir, t = graph.Incoming, t[1:]
		}
		if strings.HasSuffix(t, ">") {
			if h.dir == graph.Incoming {
				h.dir = graph.Both
			} else {
				h.dir = graph.Outgoing
			}
			t = t[:len(t)-1]
		}
		h.typ = t
		s.hops = append(s.hops, h)
	}
	return s
}

// labelsOf gives the names of a node's labels.
func (x *expansion) labelsOf(n graph.NodeID) ([]string, error) {
	var sets graph.LabelSets
	if err := x.c.Graph.NodeLabels([]graph.NodeID{n}, &sets); err != nil {
		return nil, err
	}
	var out []string
	for _, l := range sets.Label {
		out = append(out, x.c.Graph.LabelName(l))
	}
	return out, nil
}

func matches(filter, labels []string) bool {
	return slices.ContainsFunc(filter, func(f string) bool {
		if f == "*" {
			return true
		}
		for _, l := range strings.Split(f, ":") {
			if !slices.Contains(labels, l) {
				return false
			}
		}
		return true
	})
}

// judge tells whether a trail is a result and whether it goes on.
func (x *expansion) judge(t trail) (include, expand bool, err error) {
	level, n := int64(len(t.rels)), t.end()
	include, expand = level >= x.minLevel, level < x.maxLevel
	if level == 0 && !x.filterStart {
		if len(x.end)+len(x.terminate) > 0 || x.endNodes != nil || x.stopNodes != nil {
			include = false
		}
		return include, expand, nil
	}
	if x.skip[n] || x.onlyNodes != nil && !x.onlyNodes[n] && !x.endNodes[n] && !x.stopNodes[n] {
		return false, false, nil
	}
	names, err := x.labelsOf(n)
	if err != nil {
		return false, false, err
	}
	ends, stops := matches(x.end, names), matches(x.terminate, names)
	switch {
	case matches(x.deny, names):
		return false, false, nil
	case stops && level >= x.minLevel:
		return true, false, nil
	case len(x.end)+len(x.terminate) > 0:
		include = include && ends
		if len(x.allow) > 0 && !ends && !matches(x.allow, names) {
			expand = false
		}
	case len(x.allow) > 0 && !matches(x.allow, names):
		return false, false, nil
	}
	if x.endNodes != nil || x.stopNodes != nil {
		include = include && (x.endNodes[n] || x.stopNodes[n])
		expand = expand && !x.stopNodes[n]
	}
	return include, expand, nil
}

// walk gives the trails that are results, in the order they are found.
func (x *expansion) walk() ([]trail, error) {
	var found []trail
	nodes, rels := map[graph.NodeID]bool{}, map[graph.RelID]bool{}
	var queue []trail
	for _, s := range x.starts {
		if !nodes[s] {
			nodes[s] = true
			queue = append(queue, trail{nodes: []graph.NodeID{s}})
		}
	}
	for len(queue) > 0 {
		if x.c.Context.Err() != nil {
			return nil, context.Cause(x.c.Context)
		}
		at := 0
		if x.depthFirst {
			at = len(queue) - 1
		}
		t := queue[at]
		queue = slices.Delete(queue, at, at+1)
		include, expand, err := x.judge(t)
		if err != nil {
			return nil, err
		}
		if include {
			found = append(found, t)
			if x.limit >= 0 && int64(len(found)) >= x.limit {
				return found, nil
			}
		}
		if !expand {
			continue
		}
		next, err := x.neighbours(t)
		if err != nil {
			return nil, err
		}
		if x.depthFirst {
			slices.Reverse(next)
		}
		for _, n := range next {
			rel, node := n.rels[len(n.rels)-1], n.end()
			switch x.uniqueness {
			case "NODE_GLOBAL":
				if nodes[node] {
					continue
				}
			case "RELATIONSHIP_GLOBAL":
				if rels[rel] {
					continue
				}
			case "NODE_PATH":
				if slices.Contains(t.nodes, node) {
					continue
				}
			case "RELATIONSHIP_PATH":
				if slices.Contains(t.rels, rel) {
					continue
				}
			}
			nodes[node], rels[rel] = true, true
			queue = append(queue, n)
		}
	}
	return found, nil
}

// neighbours gives the trails one relationship longer.
func (x *expansion) neighbours(t trail) ([]trail, error) {
	var out []trail
	seen := map[graph.RelID]bool{}
	for _, h := range x.steps[len(t.rels)%len(x.steps)].hops {
		left, right, typ := "-", "-", ""
		switch h.dir {
		case graph.Incoming:
			left = "<-"
		case graph.Outgoing:
			right = "->"
		}
		if h.typ != "" {
			typ = ":" + quote(h.typ)
		}
		rows, err := x.c.Query("WITH $n AS n MATCH (n)"+left+"[r"+typ+"]"+right+"(m) RETURN r, m", params("n", graph.NodeRef(t.end())))
		if err != nil {
			return nil, err
		}
		for _, row := range rows.Values {
			if id := row[0].RelID(); !seen[id] {
				seen[id] = true
				out = append(out, trail{nodes: append(slices.Clone(t.nodes), row[1].NodeID()), rels: append(slices.Clone(t.rels), id)})
			}
		}
	}
	return out, nil
}
