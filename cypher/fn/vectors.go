package fn

import (
	"math"

	"graticule/graph"
)

func vectors() []Function {
	similarity := func(name string, score func(a, b []float64) float64, valid func(v []float64) bool) Function {
		return Function{
			Name: name, Min: 2, Max: 2,
			Eval: func(_ *Context, args []graph.Value) (graph.Value, error) {
				if args[0].IsNull() || args[1].IsNull() {
					return graph.Null, nil
				}
				var vs [2][]float64
				for i, arg := range args {
					list, ok := elements(arg)
					if !ok {
						return graph.Null, TypeError("Invalid input for '%s()': Expected argument %c to be a LIST<INTEGER | FLOAT>.", name, 'a'+rune(i))
					}
					for _, e := range list {
						if !e.IsNumber() {
							vs[i] = nil
							break
						}
						vs[i] = append(vs[i], float64(float32(e.Number())))
					}
					if !valid(vs[i]) {
						return graph.Null, argumentError("InvalidArgumentValue", "Invalid input for '%s()': Argument %c is not a valid vector for this similarity function.", name, 'a'+rune(i))
					}
				}
				if len(vs[0]) != len(vs[1]) {
					return graph.Null, argumentError("InvalidArgumentValue", "Invalid input for '%s()': The supplied vectors do not have the same number of dimensions.", name)
				}
				return graph.Float(float64(float32(score(vs[0], vs[1])))), nil
			},
		}
	}
	return []Function{
		{Name: "vector", Min: 3, Max: 3, Eval: vector},
		{Name: "vector_dimension_count", Min: 1, Max: 1, Eval: dimensionCount},
		{Name: "vector_distance", Min: 3, Max: 3, Eval: vectorDistance},
		{Name: "vector_norm", Min: 2, Max: 2, Eval: vectorNorm},
		similarity("vector.similarity.cosine", func(a, b []float64) float64 {
			return (1 + dot(a, b)/math.Sqrt(dot(a, a)*dot(b, b))) / 2
		}, func(v []float64) bool { n := dot(v, v); return n > 0 && n <= math.MaxFloat32 }),
		similarity("vector.similarity.euclidean", func(a, b []float64) float64 {
			var d float64
			for i := range a {
				d += (a[i] - b[i]) * (a[i] - b[i])
			}
			return 1 / (1 + d)
		}, func(v []float64) bool { return len(v) > 0 && dot(v, v) <= math.MaxFloat32 }),
	}
}

func dot(a, b []float64) float64 {
	var s float64
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}
