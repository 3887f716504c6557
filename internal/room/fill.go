package room

import (
	"fmt"
	"os"
)

const fillChunk = 256 << 10

// fill writes n bytes that no file system can leave out or shrink to nothing.
func fill(f *os.File, n int64) error {
	chunk := make([]byte, fillChunk)
	for i := range chunk {
		chunk[i] = byte(i * i >> 3)
	}
	for at := int64(0); at < n; at += fillChunk {
		if _, err := f.WriteAt(chunk[:min(fillChunk, n-at)], at); err != nil {
			return fmt.Errorf("fill reserve: %w", err)
		}
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync reserve: %w", err)
	}
	return nil
}
