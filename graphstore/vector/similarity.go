package vector

import "math"

// Similarity says what makes vectors near.
type Similarity uint8

// The similarities, by the names index configurations have for them.
const (
	Cosine    Similarity = iota // COSINE
	Euclidean                   // EUCLIDEAN
)

// Valid tells whether a vector can be compared: finite, and for Cosine not zero.
func (s Similarity) Valid(v []float32) bool {
	var norm float64
	for _, x := range v {
		norm += float64(x) * float64(x)
	}
	if len(v) == 0 || math.IsNaN(norm) || math.IsInf(norm, 0) || norm > math.MaxFloat32 {
		return false
	}
	return s != Cosine || norm > 0
}

// prepare gives the form of a vector that distance takes: of length one for Cosine.
func (s Similarity) prepare(v []float32) []float32 {
	if s != Cosine {
		return v
	}
	var norm float64
	for _, x := range v {
		norm += float64(x) * float64(x)
	}
	norm = math.Sqrt(norm)
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(float64(x) / norm)
	}
	return out
}

// distance of prepared vectors: smaller is nearer.
func (s Similarity) distance(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	if s == Cosine {
		for ; i+4 <= len(a); i += 4 {
			s0 += a[i] * b[i]
			s1 += a[i+1] * b[i+1]
			s2 += a[i+2] * b[i+2]
			s3 += a[i+3] * b[i+3]
		}
		for ; i < len(a); i++ {
			s0 += a[i] * b[i]
		}
		return 1 - (s0 + s1 + s2 + s3)
	}
	for ; i+4 <= len(a); i += 4 {
		d0, d1, d2, d3 := a[i]-b[i], a[i+1]-b[i+1], a[i+2]-b[i+2], a[i+3]-b[i+3]
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
	}
	for ; i < len(a); i++ {
		d := a[i] - b[i]
		s0 += d * d
	}
	return s0 + s1 + s2 + s3
}

// score turns a distance into a score from 0 to 1, the nearer the higher.
func (s Similarity) score(distance float32) float32 {
	if s == Cosine {
		return max(0, min(1, (2-distance)/2))
	}
	return 1 / (1 + distance)
}

// Score compares two vectors of the same length that are Valid.
func (s Similarity) Score(a, b []float32) float32 {
	return s.score(s.distance(s.prepare(a), s.prepare(b)))
}
