package exec

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"graticule/graph"
	"graticule/status"
)

// zipMax is how large a ZIP archive may be that does not come from a file.
const zipMax = 64 << 20

// decompressed gives the text of a resource, whatever way it is packed: GZIP, or
// the first entry of a ZIP archive.
func decompressed(in io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(in)
	mark, _ := buffered.Peek(4)
	switch {
	case bytes.HasPrefix(mark, []byte{0x1f, 0x8b}):
		return gzip.NewReader(buffered)
	case bytes.HasPrefix(mark, []byte("PK\x03\x04")):
		return firstOfZip(in, buffered)
	}
	return buffered, nil
}

func firstOfZip(in, buffered io.Reader) (io.Reader, error) {
	var archive *zip.Reader
	if file, ok := in.(*os.File); ok {
		info, err := file.Stat()
		if err != nil {
			return nil, err
		}
		if archive, err = zip.NewReader(file, info.Size()); err != nil {
			return nil, err
		}
	} else {
		data, err := io.ReadAll(io.LimitReader(buffered, zipMax+1))
		if err != nil {
			return nil, err
		}
		if len(data) > zipMax {
			return nil, fmt.Errorf("the archive is larger than %d bytes", zipMax)
		}
		if archive, err = zip.NewReader(bytes.NewReader(data), int64(len(data))); err != nil {
			return nil, err
		}
	}
	for _, f := range archive.File {
		if !f.FileInfo().IsDir() {
			return f.Open()
		}
	}
	return nil, errors.New("the archive holds no file")
}

// csvReader reads records of fields. A field in quotes may hold anything, its
// quotes doubled or behind a backslash; one without quotes that is empty is null.
type csvReader struct {
	in    *bufio.Reader
	comma rune
	line  int64 // of the last record's end, from 1
	text  strings.Builder
}

func newCSVReader(in io.Reader, comma rune) *csvReader {
	c := &csvReader{in: bufio.NewReader(in), comma: comma}
	if mark, err := c.in.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = c.in.Discard(3)
	}
	return c
}

// next gives the next record that is not an empty line; io.EOF after the last.
func (c *csvReader) next() ([]graph.Value, error) {
	for {
		record, err := c.record()
		if err != nil {
			return nil, err
		}
		if len(record) != 1 || !record[0].IsNull() {
			return record, nil
		}
	}
}

func (c *csvReader) record() ([]graph.Value, error) {
	if _, err := c.in.Peek(1); err != nil {
		return nil, err
	}
	c.line++
	var record []graph.Value
	for {
		field, end, err := c.field()
		if err != nil {
			return nil, err
		}
		record = append(record, field)
		if end {
			return record, nil
		}
	}
}

// field reads one field; end tells that its record is over.
func (c *csvReader) field() (v graph.Value, end bool, err error) {
	c.text.Reset()
	quoted, begun := false, c.line
	r, _, err := c.in.ReadRune()
	if err == nil && r == '"' {
		quoted = true
		for {
			if r, _, err = c.in.ReadRune(); err != nil {
				return v, false, status.New(status.ExecutionFailed, "50N00", "Missing end for quote (\") which started on line %d", begun)
			}
			switch {
			case r == '\n':
				c.line++
			case r == '\\':
				if next, _, e := c.in.ReadRune(); e == nil {
					if next == '"' || next == '\\' {
						r = next
					} else {
						_ = c.in.UnreadRune()
					}
				}
				c.text.WriteRune(r)
				continue
			case r == '"':
				next, _, e := c.in.ReadRune()
				if e == nil && next == '"' {
					c.text.WriteRune('"')
					continue
				}
				if e == nil {
					_ = c.in.UnreadRune()
				}
				r, _, err = c.in.ReadRune()
				goto rest
			}
			if err := c.write(r); err != nil {
				return v, false, err
			}
		}
	}
rest:
	for ; err == nil && r != c.comma && r != '\n'; r, _, err = c.in.ReadRune() {
		if r == '\r' {
			if next, _ := c.in.Peek(1); len(next) == 0 || next[0] == '\n' {
				continue
			}
		}
		if err := c.write(r); err != nil {
			return v, false, err
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return v, false, status.New(status.ExternalResourceFailed, "50N42", "The CSV resource cannot be read: %v", err)
	}
	if quoted || c.text.Len() > 0 {
		v = graph.String(c.text.String())
	}
	return v, err != nil || r == '\n', nil
}

func (c *csvReader) write(r rune) error {
	if c.text.Len() > csvFieldMax {
		return status.New(status.ExternalResourceFailed, "50N42", "A field of the CSV resource is larger than %d characters.", csvFieldMax)
	}
	c.text.WriteRune(r)
	return nil
}
