package shell

import (
	"cmp"
	"math/bits"
	"slices"
	"unicode/utf16"
)

// mapOrder gives the keys of m in the order in which cypher-shell prints them,
// so that output recorded from it can be compared with ours: that of a hash
// table with chains, sized for its entries, whose hash is s[0]·31ⁿ⁻¹ + … over
// UTF-16 units with the upper half folded in. Keys of one bucket, whose order
// there depends on their arrival, come short ones first, then sorted.
func mapOrder(m map[string]any) []string {
	if len(m) == 0 {
		return nil
	}
	mask := tableSize(len(m)) - 1
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(bucketHash(a)&mask, bucketHash(b)&mask), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return keys
}

// tableSize is the number of buckets of a table that n entries fill to three
// quarters at most.
func tableSize(n int) uint32 {
	return 1 << bits.Len(uint(n*4/3)) // the power of two not below n*4/3+1
}

func bucketHash(s string) uint32 {
	var h uint32
	for _, u := range utf16.Encode([]rune(s)) {
		h = 31*h + uint32(u)
	}
	return h ^ h>>16
}
