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

// seekChunks hands on the nodes within bounds on the one property of an index;
// the consumer checks them.
func (n *patternNode) seekChunks(index graph.Index, bounds []seek) source {
	return func(r *run, next take) push {
		return func(f frame) error {
			var q graph.RangeQuery
			for _, b := range bounds {
				if b.kind == seekExists {
					continue
				}
				v, err := b.value(r, f)
				if err != nil || v.IsNull() {
					return err
				}
				switch b.kind {
				case seekPrefix:
					if v.Kind() != graph.KindString {
						return nil
					}
					q.Prefix, q.HasPrefix = v.AsString(), true
				case seekLess, seekLessEqual:
					if q.High.IsNull() || graph.Less(v, q.High, false).IsTrue() {
						q.High, q.HighIncl = v, b.kind == seekLessEqual
					}
				default:
					if q.Low.IsNull() || graph.Less(q.Low, v, false).IsTrue() {
						q.Low, q.LowIncl = v, b.kind == seekGreaterEqual
					}
				}
			}
			if q.HasPrefix {
				q.Low, q.High = graph.Null, graph.Null // WHERE checks them
			}
			return r.eachChunk(r.graph.SeekNodes(index.ID, q), n.slot, f, next)
		}
	}
}

// checked is a source with the check of labels and properties behind it.
func (n *patternNode) checked(s source) source {
	return func(r *run, next take) push {
		return s(r, r.sieved(n.sift(), next))
	}
}
