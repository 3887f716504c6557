package graphstore

import (
	"encoding/binary"
	"strings"

	"graticule/graph"
	"graticule/internal/snapmap"
)

// A gramSet is what a TEXT index keeps: the strings of one property in order,
// and each trigram of bytes of them with the ids of the strings it stands in.
// A search for a part of a string reads the ids of the rarest trigram of that
// part; a shorter part reads all strings. Whoever asks checks the answers.
type gramSet struct {
	strings *rangeSet
	grams   *snapmap.Map[string, struct{}] // trigram, then id in eight bytes
}

const gram = 3 // bytes

func newGramSet() *gramSet {
	return &gramSet{newRangeSet(), &snapmap.Map[string, struct{}]{}}
}

func (g *gramSet) fork() structure {
	return &gramSet{g.strings.fork().(*rangeSet), g.grams.Fork()}
}

func (g *gramSet) len() int { return g.strings.len() }

func (g *gramSet) holds(values []graph.Value) bool {
	return len(values) == 1 && values[0].Kind() == graph.KindString
}

func (g *gramSet) change(id uint64, before, after []graph.Value) {
	had, has := g.holds(before), g.holds(after)
	if !had {
		before = nil
	}
	if !has {
		after = nil
	}
	g.strings.change(id, before, after)
	if had {
		eachGram(before[0].AsString(), id, func(entry string) { g.grams.Delete(entry) })
	}
	if has {
		eachGram(after[0].AsString(), id, func(entry string) { g.grams.Set(entry, struct{}{}) })
	}
}

// gramsMax bounds the part of a long string that has trigrams; a longer string
// is found by every search.
const gramsMax = 1 << 10

// anyGram stands for all trigrams of a long string. No UTF-8 text holds these bytes.
const anyGram = "\xff\xff\xff"

func eachGram(text string, id uint64, visit func(entry string)) {
	var entry [gram + 8]byte
	binary.BigEndian.PutUint64(entry[gram:], id)
	if len(text) > gramsMax {
		copy(entry[:], anyGram)
		visit(string(entry[:]))
		return
	}
	for i := 0; i+gram <= len(text); i++ {
		copy(entry[:], text[i:i+gram])
		visit(string(entry[:]))
	}
}

// seek gives candidates for q: all strings that match are among them.
func (g *gramSet) seek(q graph.RangeQuery) idCursor {
	if !q.HasInfix || len(q.Infix) < gram {
		if q.HasInfix || q.Low.IsNull() && q.High.IsNull() && !q.HasPrefix && len(q.Equal) == 0 {
			q = graph.RangeQuery{HasPrefix: true}
		}
		return g.strings.seek(q)
	}
	rarest, least := "", 0
	for i := 0; i+gram <= len(q.Infix); i++ {
		n, prefix := 0, q.Infix[i:i+gram]
		g.grams.Ascend(prefix, func(entry string, _ struct{}) bool {
			if !strings.HasPrefix(entry, prefix) || rarest != "" && n >= least {
				return false
			}
			n++
			return true
		})
		if rarest == "" || n < least {
			rarest, least = prefix, n
		}
	}
	return &listCursor{ids: append(g.with(rarest), g.with(anyGram)...)}
}

func (g *gramSet) with(prefix string) []uint64 {
	var ids []uint64
	g.grams.Ascend(prefix, func(entry string, _ struct{}) bool {
		if !strings.HasPrefix(entry, prefix) {
			return false
		}
		ids = append(ids, idOf(entry))
		return true
	})
	return ids
}

// listCursor gives ids that are at hand.
type listCursor struct{ ids []uint64 }

func (c *listCursor) next(buf []uint64) int {
	n := copy(buf, c.ids)
	c.ids = c.ids[n:]
	return n
}
