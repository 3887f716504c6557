//go:build !linux

package room

import (
	"fmt"
	"os"
)

// lay makes a file of n bytes.
func lay(file string, n int64) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("make reserve: %w", err)
	}
	defer f.Close()
	return fill(f, n)
}
