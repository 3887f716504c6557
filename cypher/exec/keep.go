package exec

import "graticule/graph"

// A run counts what it keeps as it grows: grow for rows and values that an
// operator holds until it gives them back (shrink), keep for what the
// transaction has written, room for large values that are made and dropped.

// grow counts n more bytes, and fails when the transaction, or all of them
// together, may not keep so many. It also ends a run that was cancelled.
func (r *run) grow(n int64) error {
	if err := r.account.Take(n); err != nil {
		return err
	}
	r.kept += n
	return r.alive()
}

// giveBack gives back all that the run holds.
func (r *run) giveBack() {
	r.shrink(r.kept)
	r.closeFiles()
}

// shrink gives n bytes back.
func (r *run) shrink(n int64) {
	r.kept -= n
	r.account.Give(n)
}

// keep counts n bytes that stay until the transaction ends.
func (r *run) keep(n int64) error { return r.account.Take(n) }

// roomAsked is the size from which on a value that is made and dropped must find room.
const roomAsked = 64 << 10

// room tells whether a value of n bytes can be made that no operator keeps, and
// whether the run goes on.
func (r *run) room(n int64) error {
	if n < roomAsked {
		return nil
	}
	if err := r.check(); err != nil {
		return err
	}
	return r.account.Room(n)
}

// What things take where they are kept, in bytes.
const (
	valueBytes = 24
	frameBytes = 24   // of a slice that holds a frame
	grownBytes = 36   // of a value in a list that grows, beside itself: what the list takes while it moves
	entryBytes = 48   // of an entry of a map by a text, which comes on top
	nodeBytes  = 480  // of a created node: record, changeset, footprint and sets
	relBytes   = 900  // of a created relationship
	propBytes  = 240  // of a property that is set, beside its value
	levelBytes = 1200 // of one step of a walk, its stack included
)

// frameSize gives about how many bytes a copy of f takes. Values that before, the
// row kept last, shares with it are counted but once.
func frameSize(f, before frame) int64 {
	n := int64(valueBytes*len(f) + frameBytes)
	for i, v := range f {
		if v.Kind() >= graph.KindString && (before == nil || before[i] != v) {
			n += payload(v)
		}
	}
	return n
}

// SizeOf gives about how many bytes a copy of row takes.
func SizeOf(row []graph.Value) int64 { return frameSize(row, nil) }

// valueSize gives about how many bytes a value takes where it is kept.
func valueSize(v graph.Value) int64 { return valueBytes + payload(v) }

// payload gives about how many bytes v takes beside the Value itself.
func payload(v graph.Value) int64 {
	left := payloadMax
	return payloadOf(v, &left)
}

// payloadMax bounds the values that payload looks at; of longer lists it takes
// the first for the others.
const payloadMax = 512

func payloadOf(v graph.Value, left *int) int64 {
	switch v.Kind() {
	case graph.KindString:
		return int64(len(v.AsString()))
	case graph.KindBytes:
		return int64(len(v.AsBytes()))
	case graph.KindList:
		return payloadOfList(v.AsList(), left)
	case graph.KindMap:
		m := v.AsMap()
		n := int64(64)
		for i := range m.Len() {
			k, e := m.At(i)
			n += 2*valueBytes + int64(len(k)) + payloadOf(e, left)
			if *left--; *left <= 0 && i > 0 {
				return n * int64(m.Len()) / int64(i+1)
			}
		}
		return n
	case graph.KindPath:
		return int64(2*frameBytes + valueBytes*(len(v.AsPath().Nodes)+len(v.AsPath().Rels)))
	case graph.KindNode:
		if n := v.AsNode(); n != nil {
			return 96 + int64(16*len(n.Labels)) + payloadOf(graph.MapOf(n.Properties), left)
		}
	case graph.KindRel:
		if x := v.AsRel(); x != nil {
			return 96 + payloadOf(graph.MapOf(x.Properties), left)
		}
	case graph.KindVector:
		return int64(8 * len(v.Coordinates()))
	case graph.KindTime, graph.KindDateTime, graph.KindDuration, graph.KindPoint, graph.KindUUID:
		return 48
	}
	return 0
}

func payloadOfList(l []graph.Value, left *int) int64 {
	n := int64(valueBytes * len(l))
	more := int64(0)
	for i, e := range l {
		if e.Kind() >= graph.KindString {
			more += payloadOf(e, left)
		}
		if *left--; *left <= 0 {
			return n + more*int64(len(l))/int64(i+1)
		}
	}
	return n + more
}

// building is a list that an expression makes. What it takes counts until it is
// done; then it is the business of who keeps it.
type building struct {
	r       *run
	items   []graph.Value
	pending int64 // not yet counted
	counted int64
}

// buildingStep is how much a list grows before it is counted.
const buildingStep = 16 << 10

func (b *building) add(v graph.Value) error {
	b.items = append(b.items, v)
	if b.pending += valueSize(v) + grownBytes; b.pending < buildingStep {
		return nil
	}
	n := b.pending
	b.pending = 0
	b.counted += n
	return b.r.grow(n)
}

// list gives the list.
func (b *building) list() graph.Value {
	b.r.shrink(b.counted)
	if b.items == nil {
		b.items = []graph.Value{}
	}
	return graph.List(b.items)
}
