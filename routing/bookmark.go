package routing

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"maps"
	"slices"
	"strings"

	"graticule/replication"
)

// ErrBadBookmark means text that is no bookmark of ours.
var ErrBadBookmark = errors.New("the text is not a bookmark")

// Bookmarks are positions in databases that a later transaction must have
// reached, at most one per database. A transaction hands on those of databases
// other than its own, because drivers keep one bookmark for all databases and
// forget the ones they sent.
type Bookmarks map[string]replication.Position // by database id

// bookmarksMax bounds the databases of one bookmark.
const bookmarksMax = 256

const bookmarkVersion = 2

// Add puts p in unless a later position of the database is there.
func (b Bookmarks) Add(database string, p replication.Position) {
	if have, ok := b[database]; !ok || have.Incarnation < p.Incarnation || (have.Incarnation == p.Incarnation && have.Index < p.Index) {
		b[database] = p
	}
}

// With gives a copy of b to which p is added.
func (b Bookmarks) With(database string, p replication.Position) Bookmarks {
	out := make(Bookmarks, len(b)+1)
	maps.Copy(out, b)
	out.Add(database, p)
	return out
}

// String gives the opaque text: "FB:" and base64 of version, count, for each
// database in order its id, incarnation, term and index, and a checksum
// (docs/format/bookmark.md).
func (b Bookmarks) String() string {
	ids := slices.Sorted(maps.Keys(b))
	ids = ids[:min(len(ids), bookmarksMax)]
	out := binary.AppendUvarint([]byte{bookmarkVersion}, uint64(len(ids)))
	for _, id := range ids {
		out = appendMark(out, id, b[id])
	}
	return seal(out)
}

// Mark gives the text of a bookmark of one database: that of Bookmarks{database: p}.
func Mark(database string, p replication.Position) string {
	return seal(appendMark(append(make([]byte, 0, 96), bookmarkVersion, 1), database, p))
}

func appendMark(dst []byte, id string, p replication.Position) []byte {
	dst = append(append(dst, byte(len(id))), id...)
	return binary.AppendUvarint(binary.AppendUvarint(binary.AppendUvarint(dst, p.Incarnation), p.Term), p.Index)
}

// seal gives the text of a bookmark's bytes.
func seal(b []byte) string {
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return string(base64.StdEncoding.AppendEncode(append(make([]byte, 0, 3+base64.StdEncoding.EncodedLen(len(b))), "FB:"...), b))
}

// Parse adds what String gave to b. "FB:" alone is no constraint.
func (b Bookmarks) Parse(text string) error {
	body, found := strings.CutPrefix(text, "FB:")
	if !found {
		return ErrBadBookmark
	}
	if body == "" {
		return nil
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(body)
	if err != nil || len(raw) < 6 || raw[0] != bookmarkVersion {
		return ErrBadBookmark
	}
	sum := binary.BigEndian.Uint32(raw[len(raw)-4:])
	if raw = raw[:len(raw)-4]; crc32.ChecksumIEEE(raw) != sum {
		return ErrBadBookmark
	}
	count, n := binary.Uvarint(raw[1:])
	if n <= 0 || count > bookmarksMax {
		return ErrBadBookmark
	}
	rest := raw[1+n:]
	for range count {
		if len(rest) == 0 || len(rest) < 1+int(rest[0]) {
			return ErrBadBookmark
		}
		id := string(rest[1 : 1+rest[0]])
		rest = rest[1+len(id):]
		var p replication.Position
		for _, field := range []*uint64{&p.Incarnation, &p.Term, &p.Index} {
			v, n := binary.Uvarint(rest)
			if n <= 0 {
				return ErrBadBookmark
			}
			*field, rest = v, rest[n:]
		}
		b.Add(id, p)
	}
	if len(rest) > 0 {
		return ErrBadBookmark
	}
	return nil
}
