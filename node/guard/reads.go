package guard

import (
	"graticule/catalog/privilege"
	"graticule/graph"
)

// nodes leaves nodes out of a cursor.
type nodes struct {
	graph.NodeCursor
	keep func(graph.NodeID) (bool, error)
}

// Next gives the next nodes that are seen.
func (n nodes) Next(buf []graph.NodeID) (int, error) {
	for {
		got, err := n.NodeCursor.Next(buf)
		if err != nil || got == 0 {
			return 0, err
		}
		kept := 0
		for _, id := range buf[:got] {
			yes, err := n.keep(id)
			if err != nil {
				return 0, err
			}
			if yes {
				buf[kept] = id
				kept++
			}
		}
		if kept > 0 {
			return kept, nil
		}
	}
}

// rels leaves relationships out of a cursor.
type rels struct {
	graph.RelCursor
	keep func(graph.RelEnds) (bool, error)
}

// Next gives the next relationships that are seen.
func (r rels) Next(ids []graph.RelID, ends []graph.RelEnds) (int, error) {
	for {
		got, err := r.RelCursor.Next(ids, ends)
		if err != nil || got == 0 {
			return 0, err
		}
		kept := 0
		for i := range got {
			e := ends[i]
			e.Exists = true
			yes, err := r.keep(e)
			if err != nil {
				return 0, err
			}
			if yes {
				ids[kept], ends[kept] = ids[i], ends[i]
				kept++
			}
		}
		if kept > 0 {
			return kept, nil
		}
	}
}

// ScanNodes gives the nodes that are seen.
func (r *reader) ScanNodes() graph.NodeCursor { return nodes{r.below.ScanNodes(), r.seesNode} }

// ScanLabel gives the nodes of a label that are seen.
func (r *reader) ScanLabel(l graph.LabelID) graph.NodeCursor {
	return nodes{r.below.ScanLabel(l), r.seesNode}
}

// ScanRels gives the relationships that are seen.
func (r *reader) ScanRels(t graph.TypeID) graph.RelCursor {
	return rels{r.below.ScanRels(t), r.seesRel}
}

// SeekNodes gives the nodes that are seen by properties that are seen.
func (r *reader) SeekNodes(idx graph.IndexID, q graph.RangeQuery) graph.NodeCursor {
	keys := r.index(idx).Properties
	return nodes{r.below.SeekNodes(idx, q), func(id graph.NodeID) (bool, error) { return r.readsNode(id, keys...) }}
}

// SeekRels gives the relationships that are seen by properties that are seen.
func (r *reader) SeekRels(idx graph.IndexID, q graph.RangeQuery) graph.RelCursor {
	keys := r.index(idx).Properties
	return rels{r.below.SeekRels(idx, q), func(e graph.RelEnds) (bool, error) { return r.readsRel(e, keys...) }}
}

// FindNodes gives the nodes that are seen by properties that are seen.
func (r *reader) FindNodes(labels []graph.LabelID, keys []graph.KeyID, values []graph.Value, out []graph.NodeID) ([]graph.NodeID, error) {
	from := len(out)
	out, err := r.below.FindNodes(labels, keys, values, out)
	if err != nil {
		return out, err
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = r.KeyName(k)
	}
	kept := out[:from]
	for _, id := range out[from:] {
		yes, err := r.readsNode(id, names...)
		if err != nil {
			return kept, err
		}
		if yes {
			kept = append(kept, id)
		}
	}
	return kept, nil
}

// NodesExist tells which nodes are there to be seen.
func (r *reader) NodesExist(ids []graph.NodeID, out []bool) error {
	if err := r.below.NodesExist(ids, out); err != nil {
		return err
	}
	return r.hide(ids, out)
}

// hide takes back what is said of nodes that are not seen.
func (r *reader) hide(ids []graph.NodeID, out []bool) error {
	for i, id := range ids {
		if out[i] {
			yes, err := r.seesNode(id)
			if err != nil {
				return err
			}
			out[i] = yes
		}
	}
	return nil
}

// HasLabel tells which nodes that are seen have a label.
func (r *reader) HasLabel(ids []graph.NodeID, label graph.LabelID, out []bool) error {
	if err := r.below.HasLabel(ids, label, out); err != nil {
		return err
	}
	return r.hide(ids, out)
}

// NodeLabels gives the labels of nodes that are seen.
func (r *reader) NodeLabels(ids []graph.NodeID, out *graph.LabelSets) error {
	var all graph.LabelSets
	if err := r.below.NodeLabels(ids, &all); err != nil {
		return err
	}
	out.Reset()
	for i := range ids {
		labels := all.Label[all.Offset[i]:all.Offset[i+1]]
		if r.decide("n", labels, func(names []string) bool { return r.rights.rights.Traverse(privilege.Node, names...) }) {
			out.Label = append(out.Label, labels...)
		}
		out.Offset = append(out.Offset, int32(len(out.Label)))
	}
	return nil
}

// NodeProperty gives values that are seen.
func (r *reader) NodeProperty(ids []graph.NodeID, key graph.KeyID, out []graph.Value) error {
	if err := r.below.NodeProperty(ids, key, out); err != nil {
		return err
	}
	for i, id := range ids {
		yes, err := r.readsNode(id, r.KeyName(key))
		if err != nil {
			return err
		}
		if !yes {
			out[i] = graph.Null
		}
	}
	return nil
}

// RelProperty gives values that are seen.
func (r *reader) RelProperty(ids []graph.RelID, key graph.KeyID, out []graph.Value) error {
	if err := r.below.RelProperty(ids, key, out); err != nil {
		return err
	}
	ends := make([]graph.RelEnds, len(ids))
	if err := r.below.RelEnds(ids, ends); err != nil {
		return err
	}
	for i := range ids {
		yes, err := r.readsRel(ends[i], r.KeyName(key))
		if err != nil {
			return err
		}
		if !yes {
			out[i] = graph.Null
		}
	}
	return nil
}

// NodeProperties gives the properties that are seen.
func (r *reader) NodeProperties(id graph.NodeID, out []graph.Property) ([]graph.Property, error) {
	from := len(out)
	out, err := r.below.NodeProperties(id, out)
	if err != nil {
		return out, err
	}
	return keep(out, from, func(key string) (bool, error) { return r.readsNode(id, key) }, r.KeyName)
}

// RelProperties gives the properties that are seen.
func (r *reader) RelProperties(id graph.RelID, out []graph.Property) ([]graph.Property, error) {
	from := len(out)
	out, err := r.below.RelProperties(id, out)
	if err != nil {
		return out, err
	}
	ends := make([]graph.RelEnds, 1)
	if err := r.below.RelEnds([]graph.RelID{id}, ends); err != nil {
		return out[:from], err
	}
	return keep(out, from, func(key string) (bool, error) { return r.readsRel(ends[0], key) }, r.KeyName)
}

func keep(ps []graph.Property, from int, reads func(string) (bool, error), name func(graph.KeyID) string) ([]graph.Property, error) {
	kept := ps[:from]
	for _, p := range ps[from:] {
		yes, err := reads(name(p.Key))
		if err != nil {
			return kept, err
		}
		if yes {
			kept = append(kept, p)
		}
	}
	return kept, nil
}

// RelEnds tells of relationships that are seen.
func (r *reader) RelEnds(ids []graph.RelID, out []graph.RelEnds) error {
	if err := r.below.RelEnds(ids, out); err != nil {
		return err
	}
	for i := range out {
		if out[i].Deleted { // by this transaction, which saw it
			continue
		}
		yes, err := r.seesRel(out[i])
		if err != nil {
			return err
		}
		if !yes {
			out[i] = graph.RelEnds{}
		}
	}
	return nil
}

// Expand gives the relationships that are seen.
func (r *reader) Expand(req *graph.ExpandRequest, out *graph.Adjacency) error {
	var all graph.Adjacency
	from := req.Source
	if err := r.below.Expand(req, &all); err != nil {
		return err
	}
	out.Reset()
	return r.adjacent(&all, out, func(i int) graph.NodeID { return req.Sources[from+i] })
}

// ExpandInto gives the relationships that are seen.
func (r *reader) ExpandInto(from, to []graph.NodeID, dir graph.Direction, types []graph.TypeID, out *graph.Adjacency) error {
	var all graph.Adjacency
	if err := r.below.ExpandInto(from, to, dir, types, &all); err != nil {
		return err
	}
	out.Reset()
	return r.adjacent(&all, out, func(i int) graph.NodeID { return from[i] })
}

// adjacent copies what is seen of the relationships of sources.
func (r *reader) adjacent(all, out *graph.Adjacency, source func(int) graph.NodeID) error {
	for i := range len(all.Offset) - 1 {
		low, high := all.Offset[i], all.Offset[i+1]
		sees := low < high
		if sees {
			var err error
			if sees, err = r.seesNode(source(i)); err != nil {
				return err
			}
		}
		for j := low; sees && j < high; j++ {
			if !r.seesType(all.Type[j]) {
				continue
			}
			yes, err := r.seesNode(all.Neighbour[j])
			if err != nil {
				return err
			}
			if yes {
				out.Add(all.Rel[j], all.Type[j], all.Neighbour[j], all.Outgoing[j])
			}
		}
		out.EndSource()
	}
	return nil
}

// Degree counts the relationships that are seen.
func (r *reader) Degree(ids []graph.NodeID, dir graph.Direction, types []graph.TypeID, out []int64) error {
	clear(out[:len(ids)])
	req := graph.ExpandRequest{Sources: ids, Direction: dir, Types: types}
	for !req.Done() {
		var adj graph.Adjacency
		first := req.Source
		if err := r.Expand(&req, &adj); err != nil {
			return err
		}
		for i := range len(adj.Offset) - 1 {
			out[first+i] += int64(adj.Offset[i+1] - adj.Offset[i])
		}
	}
	return nil
}

// countBatch is how many elements are looked at at once to count them.
const countBatch = 1024

// NodeCount counts the nodes that are seen, one by one.
func (r *reader) NodeCount(label graph.LabelID) int64 {
	c := r.ScanNodes()
	if label != graph.AnyLabel {
		c.Close()
		c = r.ScanLabel(label)
	}
	defer c.Close()
	buf := make([]graph.NodeID, countBatch)
	total := int64(0)
	for {
		n, err := c.Next(buf)
		if err != nil || n == 0 {
			return total
		}
		total += int64(n)
	}
}

// RelCount counts the relationships that are seen, one by one.
func (r *reader) RelCount(start graph.LabelID, typ graph.TypeID, end graph.LabelID) (int64, bool) {
	c := r.ScanRels(typ)
	defer c.Close()
	ids, ends := make([]graph.RelID, countBatch), make([]graph.RelEnds, countBatch)
	total := int64(0)
	has := func(id graph.NodeID, label graph.LabelID) bool {
		if label == graph.AnyLabel {
			return true
		}
		out := make([]bool, 1)
		return r.HasLabel([]graph.NodeID{id}, label, out) == nil && out[0]
	}
	for {
		n, err := c.Next(ids, ends)
		if err != nil || n == 0 {
			return total, true
		}
		for _, e := range ends[:n] {
			if has(e.Start, start) && has(e.End, end) {
				total++
			}
		}
	}
}

// NodeColumn gives values that are seen.
func (r *reader) NodeColumn(ids []graph.NodeID, key graph.KeyID, out *graph.Column) error {
	values := make([]graph.Value, len(ids))
	if err := r.NodeProperty(ids, key, values); err != nil {
		return err
	}
	out.Reset()
	for _, v := range values {
		out.Append(v)
	}
	return nil
}

// IndexOrder gives no order: an index leaves out nodes that are seen while their
// property is not, and these have a place in the result.
func (r *reader) IndexOrder(graph.IndexID) (int64, bool) { return 0, false }
