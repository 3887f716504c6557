package graphstore

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/cespare/xxhash/v2"

	"graticule/graph"
)

// Footprints are 64-bit hashes of things that can be read or written: the same
// on every server, since they hash names, ids and values and never token ids.
// Two different things with one hash make a false conflict, never a missed one.
const (
	fpNode      uint64 = 0x9ae16a3b2f90404f // existence of a node
	fpRel       uint64 = 0xc949d7c7509e6557
	fpNodeProp  uint64 = 0xe7037ed1a0b428db // one property of a node
	fpRelProp   uint64 = 0x8ebc6af09c88c6e3
	fpNodeAny   uint64 = 0x589965cc75374cc3 // any property or label of a node
	fpRelAny    uint64 = 0x1d8e4e27c47d124f
	fpNodeLabel uint64 = 0xeb44accab455d165 // one label of a node
	fpEdges     uint64 = 0xbf58476d1ce4e5b9 // relationships of a node by type and direction
	fpPair      uint64 = 0x94d049bb133111eb // relationships between two nodes by type
	fpLabel     uint64 = 0xff51afd7ed558ccd // the set of nodes with a label
	fpType      uint64 = 0xc4ceb9fe1a85ec53 // the set of relationships of a type
	fpKey       uint64 = 0xd6e8feb86659fd93 // (label, key): any value
	fpValue     uint64 = 0xa0761d6478bd642f // (label, key, value)
	fpGraph     uint64 = 0x2127599bf4325c37 // anything at all
	fpSchema    uint64 = 0x880355f21e6d1965
	noLabel     uint64 = 0x4cf5ad432745937f // stands for "whatever labels"
	anyOf       uint64 = 0x52dce729da3ed7c5 // stands for "every type"
)

func mix(parts ...uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, p := range parts {
		hi, lo := bits.Mul64(h^p, 0xff51afd7ed558ccd)
		h = bits.RotateLeft64(hi^lo, 23) + p*0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}

func valueHash(v graph.Value) uint64 { return xxhash.Sum64(appendOrder(make([]byte, 0, keyRoom), v)) }

// readMax is how many hashes a read set holds before it is coarsened to the whole
// graph, which is looked at when its list is twice as long.
const readMax = 200_000

// footprint collects the hashes of one transaction.
type footprint struct {
	reads  hashes
	writes hashes
	whole  bool // the read set was coarsened
}

// hashes is a set that is cheap to add to: a list in which some stand more than once
// until it has grown for a while.
type hashes struct {
	list   []uint64
	limit  int                // the length at which it is made a set again
	recent *[hashesMin]uint64 // some that the list holds, once it is long; 0 is none
}

// hashesMin is the least length at which a list is made a set; a power of two.
const hashesMin = 1 << 10

func (s *hashes) add(h uint64) {
	n := len(s.list)
	switch {
	case n > 0 && s.list[n-1] == h:
		return
	case n >= max(s.limit, hashesMin):
		s.sorted()
		s.limit = 2 * len(s.list)
		if s.recent == nil {
			s.recent = new([hashesMin]uint64)
		}
	}
	if s.recent != nil { // a few names stand for most of what many writes touch
		r := &s.recent[h%hashesMin]
		if *r == h && h != 0 {
			return
		}
		*r = h
	}
	s.list = append(s.list, h)
}

// sorted gives the set in order; the caller must not change it.
func (s *hashes) sorted() []uint64 {
	slices.Sort(s.list)
	s.list = slices.Compact(s.list)
	return s.list
}

func (f *footprint) read(h uint64) {
	if f.whole {
		return
	}
	if f.reads.add(h); len(f.reads.list) > 2*readMax && len(f.reads.sorted()) > readMax {
		f.whole = true
		f.reads = hashes{list: []uint64{fpGraph, fpSchema}}
	}
}

func (f *footprint) write(h uint64) { f.writes.add(h) }

func appendHashes(dst []byte, hs []uint64) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(hs)))
	for _, h := range hs {
		dst = binary.BigEndian.AppendUint64(dst, h)
	}
	return dst
}

func (r *reader) hashes() []uint64 {
	n := r.uvarint()
	if n > uint64(len(r.b))/8 {
		r.fail()
		return nil
	}
	out := make([]uint64, n)
	for i := range out {
		out[i] = r.fixed()
	}
	return out
}
