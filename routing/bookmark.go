package routing

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"

	"graticule/replication"
)

// ErrBadBookmark means text that is no bookmark of ours.
var ErrBadBookmark = errors.New("the text is not a bookmark")

// Bookmark is a position in one database that a later read must have reached.
type Bookmark struct {
	Database string // id
	Position replication.Position
}

const bookmarkVersion = 1

// String gives the opaque text: "FB:" and base64 of version, database id,
// incarnation, term, index and a checksum (docs/format/bookmark.md).
func (b Bookmark) String() string {
	out := append([]byte{bookmarkVersion, byte(len(b.Database))}, b.Database...)
	for _, u := range []uint64{b.Position.Incarnation, b.Position.Term, b.Position.Index} {
		out = binary.AppendUvarint(out, u)
	}
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
	return "FB:" + base64.StdEncoding.EncodeToString(out)
}

// ParseBookmark reads what String gave. "FB:" alone is no constraint: ok is false.
func ParseBookmark(text string) (b Bookmark, ok bool, err error) {
	body, found := strings.CutPrefix(text, "FB:")
	if !found {
		return b, false, ErrBadBookmark
	}
	if body == "" {
		return b, false, nil
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(body)
	if err != nil || len(raw) < 6 || raw[0] != bookmarkVersion {
		return b, false, ErrBadBookmark
	}
	sum := binary.BigEndian.Uint32(raw[len(raw)-4:])
	raw = raw[:len(raw)-4]
	if crc32.ChecksumIEEE(raw) != sum || len(raw) < 2+int(raw[1]) {
		return b, false, ErrBadBookmark
	}
	b.Database = string(raw[2 : 2+raw[1]])
	rest := raw[2+int(raw[1]):]
	for _, p := range []*uint64{&b.Position.Incarnation, &b.Position.Term, &b.Position.Index} {
		v, n := binary.Uvarint(rest)
		if n <= 0 {
			return b, false, ErrBadBookmark
		}
		*p, rest = v, rest[n:]
	}
	return b, len(rest) == 0, nil
}
