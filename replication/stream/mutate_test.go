package stream

import (
	"io"
	"net"
	"testing"

	"graticule/internal/mutate"
	"graticule/replication"
)

// TestDamagedEntries reads damaged frames, and entries from damaged bytes.
func TestDamagedEntries(t *testing.T) {
	entries := appendEntries(nil, []replication.Entry{{Term: 1, Index: 2, Data: []byte("data")}, {Term: 1 << 40, Index: 1 << 50}})
	seeds := [][]byte{entries, appendFrame(nil, frameEntries, entries), appendFrame(nil, frameEntries, nil)}
	mutate.Run(t, seeds, func(b []byte) error {
		_, _ = decodeEntries(b)
		_, _, _ = readFrame(&wire{left: b})
		return nil
	})
}

// wire is a connection on which some bytes have come before it broke.
type wire struct {
	net.Conn
	left []byte
}

// Read gives what is left.
func (w *wire) Read(b []byte) (int, error) {
	if len(w.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, w.left)
	w.left = w.left[n:]
	return n, nil
}
