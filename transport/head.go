package transport

import (
	"encoding/binary"
	"fmt"
	"io"
)

// The head of a stream: the kind, the header's length as a varint, the header.
// docs/format/transport.md describes it.

// appendHead writes a head to b.
func appendHead(b []byte, kind Kind, header []byte) ([]byte, error) {
	if len(header) > MaxHeader {
		return b, fmt.Errorf("%w: header of %d bytes", ErrTooLarge, len(header))
	}
	b = append(b, byte(kind))
	b = binary.AppendUvarint(b, uint64(len(header)))
	return append(b, header...), nil
}

// readHead reads a head and not a byte more. The error wraps ErrHead when the
// bytes are wrong, and is the reader's own when they ended early.
func readHead(r io.Reader) (Kind, []byte, error) {
	var b [1]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, nil, err
	}
	kind := Kind(b[0])
	if kind == 0 {
		return 0, nil, fmt.Errorf("%w: kind 0", ErrHead)
	}
	var n uint64
	for shift := 0; ; shift += 7 {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return 0, nil, noEOF(err)
		}
		n |= uint64(b[0]&0x7f) << shift
		if b[0] < 0x80 {
			if b[0] == 0 && shift > 0 {
				return 0, nil, fmt.Errorf("%w: length is not minimal", ErrHead)
			}
			break
		}
		if shift == 7 {
			return 0, nil, fmt.Errorf("%w: length is over %d", ErrHead, MaxHeader)
		}
	}
	if n > MaxHeader {
		return 0, nil, fmt.Errorf("%w: header of %d bytes", ErrHead, n)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(r, header); err != nil {
		return 0, nil, noEOF(err)
	}
	return kind, header, nil
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
