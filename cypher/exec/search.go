package exec

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// search compiles SEARCH: for each row the nearest entities of a vector index,
// which the pattern of its MATCH then has to fit.
func (c *compiler) search(s *ast.Search) stage {
	query, limit := c.expr(s.For), c.expr(s.Limit)
	slot := c.bind(s.Variable.Value, nodeVar)
	score := -1
	if s.Score != nil {
		score = c.bind(s.Score.Value, anyVar)
	}
	var where eval
	if s.Where != nil {
		where = c.boolean(s.Where)
	}
	name := s.Index.Value
	return flat(func(r *run, f frame, emit func() error) error {
		indexes := r.graph.Indexes()
		at := slices.IndexFunc(indexes, func(x graph.Index) bool { return x.Name == name })
		if at < 0 {
			e := status.New(status.IndexNotFound, "22N69", "22N69: The index '%s' does not exist.", name)
			return e.Explained("The index '" + name + "' does not exist.")
		}
		v, err := query(r, f)
		if err != nil {
			return err
		}
		k, err := r.count("LIMIT", limit, f)
		if err != nil || v.IsNull() {
			return err
		}
		vector, err := vectorOf(v)
		if err != nil {
			return err
		}
		if n := dimensionsOf(indexes[at]); n > 0 && n != len(vector) {
			return status.New(status.TypeError, "51N65", "Vector index '%s' has a configured dimensionality of %d, but the provided vector has dimension %d.", name, n, len(vector))
		}
		ask := int(k)
		if where != nil { // all, since the condition may refuse the nearest
			ask = 1 << 30
		}
		hits, err := r.graph.SearchVector(r.ctx, indexes[at].ID, vector, ask)
		if err != nil {
			return err
		}
		taken := int64(0)
		for _, h := range hits {
			if taken >= k {
				return nil
			}
			f[slot] = graph.NodeRef(graph.NodeID(h.ID))
			if indexes[at].Relationship {
				f[slot] = graph.RelRef(graph.RelID(h.ID))
			}
			if where != nil {
				if ok, err := where(r, f); err != nil {
					return err
				} else if !ok.IsTrue() {
					continue
				}
			}
			taken++
			if score >= 0 {
				f[score] = graph.Float(h.Score)
			}
			if err := emit(); err != nil {
				return err
			}
		}
		return nil
	})
}

// dimensionsOf gives the size of the vectors in an index; 0 when it is not set.
func dimensionsOf(x graph.Index) int {
	config, _ := x.Options.Get("indexConfig")
	if config.Kind() != graph.KindMap {
		return 0
	}
	n, _ := config.AsMap().Get("vector.dimensions")
	if n.Kind() != graph.KindInt {
		return 0
	}
	return int(n.AsInt())
}

func vectorOf(v graph.Value) ([]float32, error) {
	if v.Kind() != graph.KindList {
		return nil, fn.TypeError("Expected a vector or a list of numbers, got %s", fn.ToText(v))
	}
	out := make([]float32, len(v.AsList()))
	for i, x := range v.AsList() {
		if !x.IsNumber() {
			return nil, fn.TypeError("Expected a vector or a list of numbers, got %s", fn.ToText(v))
		}
		out[i] = float32(x.Number())
	}
	return out, nil
}
