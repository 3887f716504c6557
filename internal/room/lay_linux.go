package room

import (
	"fmt"
	"os"
	"syscall"
)

// lay makes a file whose n bytes are taken from the volume though never written.
func lay(file string, n int64) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("make reserve: %w", err)
	}
	defer f.Close()
	if err := syscall.Fallocate(int(f.Fd()), 0, 0, n); err == nil {
		return nil
	}
	return fill(f, n)
}
