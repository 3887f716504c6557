package bolt

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// The Bolt handshake: neo4j.com/docs/bolt/current/bolt/handshake.
const (
	magic    = 0x6060B017
	manifest = 0x000001FF
)

var errVersion = errors.New("no common protocol version")

// versions we speak: the newest minor and how many below it, per major.
var versions = []struct{ major, minor, below byte }{{6, 0, 0}, {5, 8, 8}, {4, 4, 0}}

func supported(major, minor byte) bool {
	for _, v := range versions {
		if v.major == major && minor <= v.minor && minor >= v.minor-v.below {
			return true
		}
	}
	return false
}

// handshake reads the proposals and answers with the chosen version.
func handshake(r *bufio.Reader, w io.Writer) (major, minor byte, err error) {
	var b [20]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, 0, err
	}
	if binary.BigEndian.Uint32(b[:]) != magic {
		return 0, 0, errors.New("the connection does not speak Bolt")
	}
	for i := range 4 {
		p := b[4+4*i : 8+4*i]
		if binary.BigEndian.Uint32(p) == manifest {
			return negotiate(r, w)
		}
		top, span, m := p[2], p[1], p[3]
		for n := 0; n <= int(span) && n <= int(top); n++ {
			if v := top - byte(n); supported(m, v) {
				_, err := w.Write([]byte{0, 0, v, m})
				return m, v, err
			}
		}
	}
	_, _ = w.Write([]byte{0, 0, 0, 0})
	return 0, 0, errVersion
}

// negotiate is the manifest form: we list what we speak, the client chooses.
func negotiate(r *bufio.Reader, w io.Writer) (major, minor byte, err error) {
	out := binary.BigEndian.AppendUint32(nil, manifest)
	out = append(out, byte(len(versions)))
	for _, v := range versions {
		out = append(out, 0, v.below, v.minor, v.major)
	}
	out = append(out, 0) // no capabilities
	if _, err := w.Write(out); err != nil {
		return 0, 0, err
	}
	var b [4]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, 0, err
	}
	if _, err := binary.ReadUvarint(r); err != nil {
		return 0, 0, err
	}
	if !supported(b[3], b[2]) {
		return 0, 0, errVersion
	}
	return b[3], b[2], nil
}
