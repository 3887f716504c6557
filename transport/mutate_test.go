package transport

import (
	"bytes"
	"testing"

	"graticule/internal/mutate"
)

// TestDamagedHeads reads damaged stream heads.
func TestDamagedHeads(t *testing.T) {
	mutate.Run(t, [][]byte{[]byte("\x04\x06system and more"), []byte("\x01\xff\xff\xff"), {}}, func(b []byte) error {
		kind, header, err := readHead(bytes.NewReader(b))
		if err == nil {
			_, err = appendHead(nil, kind, header)
			return err
		}
		return nil
	})
}
