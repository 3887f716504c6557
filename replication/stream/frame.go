package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"graticule/replication"
)

type frameKind byte

const (
	frameHello      frameKind = 1 // subscriber: the position it holds
	frameEntries    frameKind = 2 // committed entries in order
	frameMark       frameKind = 3 // sender's committed index and time: a sign of life
	frameCheckpoint frameKind = 4 // an archive follows in frameBytes, ended by an empty one
	frameBytes      frameKind = 5
	frameAck        frameKind = 6 // subscriber: the index it has applied
)

// frameMax bounds the body of a frame.
const frameMax = 64 << 20

// believed is how much memory is taken for a frame before any of it has come: its
// length may be wrong.
const believed = 64 << 10

// ErrBadFrame means bytes that are not a frame.
var ErrBadFrame = errors.New("bytes on a feed are not a valid frame")

func appendFrame(dst []byte, kind frameKind, body []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(body)+1))
	crc := crc32.Update(crc32.ChecksumIEEE([]byte{byte(kind)}), crc32.IEEETable, body)
	dst = binary.BigEndian.AppendUint32(dst, crc)
	return append(append(dst, byte(kind)), body...)
}

func readFrame(r io.Reader) (frameKind, []byte, error) {
	var head [9]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n < 1 || n > frameMax {
		return 0, nil, fmt.Errorf("%w: %d bytes long", ErrBadFrame, n)
	}
	body := make([]byte, min(n-1, believed))
	if _, err := io.ReadFull(r, body); err != nil {
		return 0, nil, err
	}
	if n-1 > believed {
		body = append(make([]byte, 0, n-1), body...)[:n-1]
		if _, err := io.ReadFull(r, body[believed:]); err != nil {
			return 0, nil, err
		}
	}
	if crc32.Update(crc32.ChecksumIEEE(head[8:]), crc32.IEEETable, body) != binary.BigEndian.Uint32(head[4:]) {
		return 0, nil, fmt.Errorf("%w: its checksum differs", ErrBadFrame)
	}
	return frameKind(head[8]), body, nil
}

func appendEntries(dst []byte, es []replication.Entry) []byte {
	for _, e := range es {
		dst = binary.AppendUvarint(dst, e.Index)
		dst = binary.AppendUvarint(dst, e.Term)
		dst = binary.AppendUvarint(dst, uint64(len(e.Data)))
		dst = append(dst, e.Data...)
	}
	return dst
}

func decodeEntries(b []byte) ([]replication.Entry, error) {
	var out []replication.Entry
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			b = nil
			return ^uint64(0)
		}
		b = b[n:]
		return v
	}
	for len(b) > 0 {
		e := replication.Entry{Index: next(), Term: next()}
		size := next()
		if size > uint64(len(b)) {
			return nil, ErrBadFrame
		}
		e.Data, b = b[:size:size], b[size:]
		out = append(out, e)
	}
	return out, nil
}
