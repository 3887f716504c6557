package replication

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Pack writes the files of dir, which has no folders in it, as a tar archive.
func Pack(w io.Writer, dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read checkpoint: %w", err)
	}
	t := tar.NewWriter(w)
	for _, f := range files {
		if err := packFile(t, filepath.Join(dir, f.Name())); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return fmt.Errorf("end archive: %w", err)
	}
	return nil
}

func packFile(t *tar.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open checkpoint file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read checkpoint file: %w", err)
	}
	if err := t.WriteHeader(&tar.Header{Name: filepath.Base(name), Mode: 0o600, Size: info.Size()}); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	if _, err := io.CopyN(t, f, info.Size()); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	return nil
}

// Unpack makes dir and writes the files of an archive into it. Names that
// would lead out of dir are refused.
func Unpack(r io.Reader, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make checkpoint folder: %w", err)
	}
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		if h.Name != filepath.Base(h.Name) || h.Typeflag != tar.TypeReg {
			return fmt.Errorf("archive holds %q, which is no plain file", h.Name)
		}
		f, err := os.OpenFile(filepath.Join(dir, h.Name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("make checkpoint file: %w", err)
		}
		if _, err := io.CopyN(f, t, h.Size); err != nil {
			f.Close()
			return fmt.Errorf("write checkpoint file: %w", err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("write checkpoint file: %w", err)
		}
	}
}
