package cases

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
)

// WriteImports writes files into folder, compressed as their names say.
func WriteImports(folder string, files []Import) error {
	for _, f := range files {
		data, err := f.bytes()
		if err != nil {
			return err
		}
		name := filepath.Join(folder, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (f Import) bytes() ([]byte, error) {
	var out bytes.Buffer
	switch filepath.Ext(f.Name) {
	case ".gz":
		w := gzip.NewWriter(&out)
		w.Write([]byte(f.Text))
		err := w.Close()
		return out.Bytes(), err
	case ".zip":
		w := zip.NewWriter(&out)
		entry, err := w.Create(strings.TrimSuffix(filepath.Base(f.Name), ".zip"))
		if err != nil {
			return nil, err
		}
		entry.Write([]byte(f.Text))
		err = w.Close()
		return out.Bytes(), err
	}
	return []byte(f.Text), nil
}
