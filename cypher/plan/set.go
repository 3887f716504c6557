package plan

import (
	"math/bits"
	"slices"
)

// set is a set of elements, one bit each.
type set []uint64

func newSet(size int) set { return make(set, (size+63)/64) }

func (s set) has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }

func (s set) add(i int) { s[i>>6] |= 1 << (i & 63) }

func (s set) remove(i int) { s[i>>6] &^= 1 << (i & 63) }

func (s set) hasAll(elements []int) bool {
	for _, e := range elements {
		if !s.has(e) {
			return false
		}
	}
	return true
}

func (s set) count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// meets tells whether s and t share an element that is not in but.
func (s set) meets(t, but set) bool {
	for i, w := range s {
		if w&t[i]&^but[i] != 0 {
			return true
		}
	}
	return false
}

// within tells whether all elements of s are in t.
func (s set) within(t set) bool {
	for i, w := range s {
		if w&^t[i] != 0 {
			return false
		}
	}
	return true
}

func (s set) union(t set) set {
	u := slices.Clone(s)
	for i, w := range t {
		u[i] |= w
	}
	return u
}

// key gives s as a map key.
func (s set) key(buf []byte) []byte {
	for _, w := range s {
		buf = append(buf, byte(w), byte(w>>8), byte(w>>16), byte(w>>24), byte(w>>32), byte(w>>40), byte(w>>48), byte(w>>56))
	}
	return buf
}
