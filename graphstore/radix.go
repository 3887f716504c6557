package graphstore

import "math/bits"

// A radix is a sparse array of pointers under copy-on-write: three levels of
// 64, grown to more mid pages at the root. A page belongs to the generation
// that made it; only its owner changes it in place, others copy it first.
type radix[T any] struct {
	root []*midPage[T]
	gen  *generation
	own  bool // root slice belongs to this generation
	n    int  // entries set
}

// A generation owns the pages it makes. Forks get a new one.
type generation struct{ _ byte }

const (
	radixBits = 6
	radixSize = 1 << radixBits
	midSpan   = radixSize * radixSize // entries below one mid page
)

type midPage[T any] struct {
	gen  *generation
	kids [radixSize]*leafPage[T]
}

type leafPage[T any] struct {
	gen     *generation
	vals    [radixSize]*T
	columns columns // derived; a copy of the page begins without
}

func (r *radix[T]) get(i uint64) *T {
	m := i / midSpan
	if m >= uint64(len(r.root)) || r.root[m] == nil {
		return nil
	}
	l := r.root[m].kids[(i>>radixBits)%radixSize]
	if l == nil {
		return nil
	}
	return l.vals[i%radixSize]
}

// set puts v at i; nil removes.
func (r *radix[T]) set(i uint64, v *T) {
	m := int(i / midSpan)
	if !r.own || m >= len(r.root) {
		grown := make([]*midPage[T], max(len(r.root), m+1), max(len(r.root), m+1)+4)
		copy(grown, r.root)
		r.root, r.own = grown, true
	}
	mid := r.root[m]
	if mid == nil || mid.gen != r.gen {
		c := &midPage[T]{gen: r.gen}
		if mid != nil {
			c.kids = mid.kids
		}
		mid, r.root[m] = c, c
	}
	k := (i >> radixBits) % radixSize
	leaf := mid.kids[k]
	if leaf == nil || leaf.gen != r.gen {
		c := &leafPage[T]{gen: r.gen}
		if leaf != nil {
			c.vals = leaf.vals
		}
		leaf, mid.kids[k] = c, c
	}
	old := leaf.vals[i%radixSize]
	leaf.vals[i%radixSize] = v
	switch {
	case old == nil && v != nil:
		r.n++
	case old != nil && v == nil:
		r.n--
	}
}

// fork gives a copy that may be changed without touching r.
func (r *radix[T]) fork(gen *generation) radix[T] {
	return radix[T]{root: r.root, gen: gen, n: r.n}
}

// next gives the first entry at or after i, ok=false at the end.
func (r *radix[T]) next(i uint64) (at uint64, v *T, ok bool) {
	for m := i / midSpan; m < uint64(len(r.root)); m++ {
		mid := r.root[m]
		if mid == nil {
			i = (m + 1) * midSpan
			continue
		}
		for k := (i >> radixBits) % radixSize; k < radixSize; k++ {
			if leaf := mid.kids[k]; leaf != nil {
				for j := i % radixSize; j < radixSize; j++ {
					if leaf.vals[j] != nil {
						return m*midSpan + k<<radixBits + j, leaf.vals[j], true
					}
				}
			}
			i = m*midSpan + (k+1)<<radixBits
		}
		i = (m + 1) * midSpan
	}
	return 0, nil, false
}

// A bitset is a set of ids in 4,096-bit pages under copy-on-write.
type bitset struct {
	pages radix[bitPage]
	n     int64
}

type bitPage struct {
	gen   *generation
	words [64]uint64
}

const bitSpan = 64 * 64

func (b *bitset) has(i uint64) bool {
	p := b.pages.get(i / bitSpan)
	return p != nil && p.words[i/64%64]&(1<<(i%64)) != 0
}

// put adds or removes i and tells whether that changed the set.
func (b *bitset) put(i uint64, in bool) bool {
	if b.has(i) == in {
		return false
	}
	p := b.pages.get(i / bitSpan)
	if p == nil || p.gen != b.pages.gen {
		c := &bitPage{gen: b.pages.gen}
		if p != nil {
			c.words = p.words
		}
		p = c
		b.pages.set(i/bitSpan, p)
	}
	p.words[i/64%64] ^= 1 << (i % 64)
	if in {
		b.n++
	} else {
		b.n--
	}
	return true
}

func (b *bitset) fork(gen *generation) *bitset {
	return &bitset{pages: b.pages.fork(gen), n: b.n}
}

// fill writes members from *at on into buf and moves *at behind the last one.
func fill[ID ~uint64](b *bitset, at *uint64, buf []ID) int {
	n := 0
	for n < len(buf) {
		pageAt, p, ok := b.pages.next(*at / bitSpan)
		if !ok {
			return n
		}
		if pageAt != *at/bitSpan {
			*at = pageAt * bitSpan
		}
		for w := *at / 64 % 64; w < 64; w++ {
			word := p.words[w] >> (*at % 64) << (*at % 64)
			for word != 0 {
				if n == len(buf) {
					return n
				}
				i := uint64(bits.TrailingZeros64(word))
				word &= word - 1
				buf[n] = ID(pageAt*bitSpan + w*64 + i)
				n++
				*at = pageAt*bitSpan + w*64 + i + 1
			}
			*at = pageAt*bitSpan + (w+1)*64
		}
	}
	return n
}
