package fulltext

import (
	"math"
	"math/bits"
)

// BM25 with the usual parameters, in the arithmetic of Lucene: 32-bit floats,
// and lengths rounded to one byte.
const (
	k1 = float32(1.2)
	b  = float32(0.75)
)

// exactLengths is how many small lengths the byte holds as they are.
var exactLengths = 255 - packLength(math.MaxInt32)

// packLength keeps the four highest bits of a length.
func packLength(n uint64) int {
	width := bits.Len64(n)
	if width < 4 {
		return int(n)
	}
	shift := width - 4
	return int(n>>shift)&7 | (shift+1)<<3
}

func unpackLength(i int) uint64 {
	if i>>3 == 0 {
		return uint64(i)
	}
	return uint64(i&7|8) << (i>>3 - 1)
}

// rounded gives a length as the byte keeps it.
func rounded(n int32) float32 {
	if int(n) < exactLengths {
		return float32(n)
	}
	return float32(uint64(exactLengths) + unpackLength(packLength(uint64(int(n)-exactLengths))))
}

// idf says how much a term tells that n of the entities with the field have.
func idf(n, docs int64) float32 {
	return float32(math.Log(1 + (float64(docs)-float64(n)+0.5)/(float64(n)+0.5)))
}

// scorer scores one term or phrase in one field.
type scorer struct {
	weight  float32
	average float32
}

func (x *Index) scorer(field int, boost, idf float32) scorer {
	s := x.stats[field]
	return scorer{weight: boost * idf, average: float32(float64(s.terms) / float64(max(1, s.docs)))}
}

func (s scorer) score(freq float32, length int32) float32 {
	inverse := 1 / (k1 * ((1 - b) + b*rounded(length)/s.average))
	return s.weight - s.weight/(1+freq*inverse)
}
