package fulltext

import "cmp"

func compareIDs(a, b uint64) int { return cmp.Compare(a, b) }

// merge walks two lists by id: both is called for ids in both, onlyA and onlyB for the others.
func merge(a, b []match, onlyA, onlyB func(match), both func(x, y match)) {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i].id < b[j].id:
			onlyA(a[i])
			i++
		case a[i].id > b[j].id:
			onlyB(b[j])
			j++
		default:
			both(a[i], b[j])
			i++
			j++
		}
	}
	for ; i < len(a); i++ {
		onlyA(a[i])
	}
	for ; j < len(b); j++ {
		onlyB(b[j])
	}
}

func nothing(match) {}

// union gives the ids in either list, scores added up.
func union(a, b []match) []match {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	out := make([]match, 0, len(a)+len(b))
	keep := func(m match) { out = append(out, m) }
	merge(a, b, keep, keep, func(x, y match) { out = append(out, match{x.id, x.score + y.score}) })
	return out
}

// intersect gives the ids in both lists, scores added up.
func intersect(a, b []match) []match {
	var out []match
	merge(a, b, nothing, nothing, func(x, y match) { out = append(out, match{x.id, x.score + y.score}) })
	return out
}

// addTo gives the ids of a, with the scores b adds.
func addTo(a, b []match) []match {
	var out []match
	merge(a, b, func(m match) { out = append(out, m) }, nothing, func(x, y match) { out = append(out, match{x.id, x.score + y.score}) })
	return out
}

// without gives the ids of a that are not in b.
func without(a, b []match) []match {
	var out []match
	merge(a, b, func(m match) { out = append(out, m) }, nothing, func(_, _ match) {})
	return out
}

// rounding brings sums into 32 bits, as each level of a query does.
func rounding(ms []match) []match {
	out := make([]match, len(ms))
	for i, m := range ms {
		out[i] = match{m.id, float64(float32(m.score))}
	}
	return out
}
