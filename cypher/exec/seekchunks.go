package exec

import "graticule/graph"

// findChunks hands on the nodes that find finds; the consumer checks them.
func (n *patternNode) findChunks(keys []string, values []eval) source {
	return func(r *run, next take) push {
		var found []graph.NodeID
		ks := make([]graph.KeyID, len(keys))
		vs := make([]graph.Value, len(keys))
		return func(f frame) error {
			labels, ok := r.labels(n.must)
			if !ok {
				return nil
			}
			for i, k := range keys {
				v, err := values[i](r, f)
				if err != nil {
					return err
				}
				id, ok := r.key(k)
				if !ok || v.IsNull() {
					return nil
				}
				ks[i], vs[i] = id, v
			}
			mine := found
			found = nil // a nested use takes its own
			mine, err := r.graph.FindNodes(labels, ks, vs, mine[:0])
			if err != nil {
				return err
			}
			err = r.chunks(mine, n.slot, f, next)
			found = mine
			return err
		}
	}
}

// seekChunks hands on the nodes that the index finds; the consumer checks them.
func (n *patternNode) seekChunks(u indexUse) source {
	return func(r *run, next take) push {
		return func(f frame) error {
			q, ok, err := u.query(r, f)
			if err != nil || !ok {
				return err
			}
			return r.eachChunk(r.graph.SeekNodes(u.index.ID, q), n.slot, f, next)
		}
	}
}

// checked is a source with the check of labels and properties behind it.
func (n *patternNode) checked(s source) source {
	return func(r *run, next take) push {
		return s(r, r.sieved(n.sift(), next))
	}
}
