package plan

import (
	"slices"

	"graticule/graph"
)

// Hint is how the query says that a node is to be found: by a scan, or by an
// index with these properties. A hint that cannot be followed is left out.
type Hint struct {
	Scan       bool
	Type       graph.IndexType // "": any
	Label      string
	Properties []string
}

// allows tells whether an index is one that the hint names.
func (h *Hint) allows(x *graph.Index) bool {
	return h == nil || !h.Scan && (h.Type == "" || h.Type == x.Type) && slices.Contains(x.Labels, h.Label) && slices.Equal(x.Properties, h.Properties)
}

// follow notes the nodes that are found as their hints say, and by nothing else.
func (p *planner) follow() {
	for i := range p.q.Nodes {
		n := &p.q.Nodes[i]
		if n.Hint == nil {
			continue
		}
		a := p.accessNow(i, p.bound, 1)
		scans := a.Kind == Scan || a.Kind == Find
		if n.Bound || a.Kind == SeekID || n.Hint.Scan != scans {
			n.Hint = nil
			continue
		}
		p.nodes[i].hinted = true
	}
}
