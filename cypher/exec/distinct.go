package exec

import (
	"math"

	"graticule/graph"
)

// distinctSet is a set of values as DISTINCT sees them: numbers by value,
// entities by identity. Integers and entities are kept by their bits, anything
// else by its key.
type distinctSet struct {
	ints        intSet
	nodes, rels idSet
	others      map[string]struct{}
}

// add adds v. It tells whether it is new, and how many bytes it takes.
func (s *distinctSet) add(v graph.Value, key *[]byte) (fresh bool, bytes int64) {
	switch v.Kind() {
	case graph.KindInt:
		return s.ints.add(v.AsInt())
	case graph.KindFloat: // 1.0 is 1
		if f := v.AsFloat(); f == math.Trunc(f) && math.Abs(f) < 1<<62 {
			return s.ints.add(int64(f))
		}
	case graph.KindNode:
		return s.nodes.add(uint64(v.NodeID()))
	case graph.KindRel:
		return s.rels.add(uint64(v.RelID()))
	}
	*key = graph.AppendKey((*key)[:0], v)
	return s.addKey(*key)
}

// addKey adds the key of one value or of several.
func (s *distinctSet) addKey(key []byte) (fresh bool, bytes int64) {
	if _, ok := s.others[string(key)]; ok {
		return false, 0
	}
	if s.others == nil {
		s.others = map[string]struct{}{}
	}
	s.others[string(key)] = struct{}{}
	return true, int64(len(key)) + 48
}

// intSet is a set of integers: open addressing with linear probing, at most half full.
type intSet struct {
	slots []int64 // 0: free
	n     int
	zero  bool // 0 is in the set
}

func (s *intSet) add(i int64) (fresh bool, bytes int64) {
	if i == 0 {
		fresh, s.zero = !s.zero, true
		return fresh, 0
	}
	if 2*s.n >= len(s.slots) {
		old := s.slots
		s.slots = make([]int64, max(64, 4*len(old)))
		bytes = int64(8 * (len(s.slots) - len(old)))
		for _, x := range old {
			if x != 0 {
				s.slots[s.find(x)] = x
			}
		}
	}
	at := s.find(i)
	if s.slots[at] == i {
		return false, bytes
	}
	s.slots[at] = i
	s.n++
	return true, bytes
}

// find gives the place of i, or the free one where it belongs.
func (s *intSet) find(i int64) int {
	mask := len(s.slots) - 1
	h := uint64(i) * 0x9E3779B97F4A7C15 // Fibonacci hashing (Knuth, TAOCP 3, 6.4)
	at := int(h>>32) & mask
	for s.slots[at] != 0 && s.slots[at] != i {
		at = (at + 1) & mask
	}
	return at
}

// idSet is a set of entity ids, which are dense: a bitmap in pages.
type idSet struct {
	pages []*[idPage / 64]uint64
}

const idPage = 4096

func (s *idSet) add(id uint64) (fresh bool, bytes int64) {
	p := id / idPage
	if p >= uint64(len(s.pages)) {
		n := max(p+1, uint64(len(s.pages)*2))
		bytes = int64(8 * (n - uint64(len(s.pages))))
		s.pages = append(s.pages, make([]*[idPage / 64]uint64, n-uint64(len(s.pages)))...)
	}
	page := s.pages[p]
	if page == nil {
		page = &[idPage / 64]uint64{}
		s.pages[p] = page
		bytes += idPage / 8
	}
	w, bit := &page[id%idPage/64], uint64(1)<<(id%64)
	fresh = *w&bit == 0
	*w |= bit
	return fresh, bytes
}

func (s *idSet) has(id uint64) bool {
	p := id / idPage
	return p < uint64(len(s.pages)) && s.pages[p] != nil && s.pages[p][id%idPage/64]&(1<<(id%64)) != 0
}

// distinctSink hands on the first of the rows with equal values in its slots.
type distinctSink struct {
	r     *run
	slots []int
	seen  distinctSet
	key   []byte
	next  sink
}

func (s *distinctSink) push(f frame) error {
	var fresh bool
	var bytes int64
	if len(s.slots) == 1 {
		fresh, bytes = s.seen.add(f[s.slots[0]], &s.key)
	} else {
		s.key = s.key[:0]
		for _, slot := range s.slots {
			s.key = graph.AppendKey(s.key, f[slot])
		}
		fresh, bytes = s.seen.addKey(s.key)
	}
	if !fresh {
		return nil
	}
	if err := s.r.grow(bytes); err != nil {
		return err
	}
	return s.next.push(f)
}

func (s *distinctSink) done() error { return s.next.done() }
