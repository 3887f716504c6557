package exec

import (
	"math/bits"

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
	switch v = graph.AsWhole(v); v.Kind() {
	case graph.KindInt:
		return s.ints.add(v.AsInt())
	case graph.KindNode:
		return s.nodes.add(uint64(v.NodeID()))
	case graph.KindRel:
		return s.rels.add(uint64(v.RelID()))
	}
	*key = graph.AppendKey((*key)[:0], v)
	return s.addKey(*key)
}

// union adds all of another set. It tells how many were new, and how many bytes
// they take.
func (s *distinctSet) union(o *distinctSet) (fresh, bytes int64) {
	count := func(isNew bool, n int64) {
		if bytes += n; isNew {
			fresh++
		}
	}
	if o.ints.zero {
		count(s.ints.add(0))
	}
	for _, i := range o.ints.slots {
		if i != 0 {
			count(s.ints.add(i))
		}
	}
	o.nodes.each(func(id uint64) { count(s.nodes.add(id)) })
	o.rels.each(func(id uint64) { count(s.rels.add(id)) })
	for key := range o.others {
		count(s.addKey([]byte(key)))
	}
	return fresh, bytes
}

// growth gives how many bytes the set will take at once when v is added: what is
// more than add tells afterwards.
func (s *distinctSet) growth(v graph.Value) int64 {
	if k := v.Kind(); (k == graph.KindInt || k == graph.KindFloat) && 2*s.ints.n >= len(s.ints.slots) && len(s.ints.slots) > 0 {
		return int64(8 * 4 * len(s.ints.slots))
	}
	return 0
}

// has tells whether v is in the set.
func (s *distinctSet) has(v graph.Value, key *[]byte) bool {
	switch v = graph.AsWhole(v); v.Kind() {
	case graph.KindInt:
		return s.ints.has(v.AsInt())
	case graph.KindNode:
		return s.nodes.has(uint64(v.NodeID()))
	case graph.KindRel:
		return s.rels.has(uint64(v.RelID()))
	}
	*key = graph.AppendKey((*key)[:0], v)
	_, ok := s.others[string(*key)]
	return ok
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

func (s *intSet) has(i int64) bool {
	if i == 0 {
		return s.zero
	}
	return len(s.slots) > 0 && s.slots[s.find(i)] == i
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

func (s *idSet) each(f func(id uint64)) {
	for p, page := range s.pages {
		if page == nil {
			continue
		}
		for w, word := range page {
			for ; word != 0; word &= word - 1 {
				f(uint64(p*idPage + w*64 + bits.TrailingZeros64(word)))
			}
		}
	}
}

func (s *idSet) has(id uint64) bool {
	p := id / idPage
	return p < uint64(len(s.pages)) && s.pages[p] != nil && s.pages[p][id%idPage/64]&(1<<(id%64)) != 0
}

// distinctSink hands on the first of the rows with equal values in its slots.
type distinctSink struct {
	slots  []int
	live   []int // slots that are read later
	seen   dedup
	place  int64
	next   sink
	enough *errEnough
}

func (s *distinctSink) push(f frame) error {
	s.place++
	late := func() []graph.Value {
		record := make([]graph.Value, 0, 1+len(s.slots)+len(s.live))
		record = append(record, graph.Int(s.place))
		for _, slot := range s.slots {
			record = append(record, f[slot])
		}
		for _, slot := range s.live {
			record = append(record, f[slot])
		}
		return record
	}
	var fresh bool
	var err error
	if len(s.slots) == 1 {
		fresh, err = s.seen.value(&s.seen.set, f[s.slots[0]], nil, late)
	} else {
		key := s.seen.key[:0]
		for _, slot := range s.slots {
			key = graph.AppendKey(key, f[slot])
		}
		s.seen.key = key
		fresh, err = s.seen.keyed(key, late)
	}
	if err != nil || !fresh {
		return err
	}
	return s.next.push(f)
}

func (s *distinctSink) done() error {
	f := make(frame, s.seen.r.width)
	err := s.seen.drain(func(dst []byte, record []graph.Value) []byte {
		for _, v := range record[1 : 1+len(s.slots)] {
			dst = graph.AppendKey(dst, v)
		}
		return dst
	}, func(record []graph.Value) error {
		return s.next.push(restored(f, s.live, record[1+len(s.slots):]))
	})
	if err != nil && err != error(s.enough) {
		return err
	}
	return s.next.done()
}
