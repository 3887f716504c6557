package exec

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// Limits of LOAD CSV.
const (
	csvTimeout  = 10 * time.Second // until an HTTP server begins to answer
	csvFieldMax = 2 << 20          // characters of one field, as Neo4j's buffer
)

// loadCSV compiles LOAD CSV: a row for each record of a file below the import
// folder, or of an HTTP(S) resource.
func (c *compiler) loadCSV(l *ast.LoadCSV) stage {
	source := c.expr(l.URL)
	var terminator eval
	if l.FieldTerminator != nil {
		terminator = c.expr(l.FieldTerminator)
	}
	slot := c.bind(l.Variable.Value, anyVar)
	return flat(func(r *run, f frame, emit func() error) error {
		v, err := source(r, f)
		if err != nil {
			return err
		}
		if v.Kind() != graph.KindString {
			return fn.TypeError("LOAD CSV needs the address as a STRING, got %s", fn.ToText(v))
		}
		comma := ','
		if terminator != nil {
			t, err := terminator(r, f)
			if err != nil {
				return err
			}
			if t.Kind() != graph.KindString || utf8.RuneCountInString(t.AsString()) != 1 {
				return status.New(status.SyntaxError, "42001", "CSV field terminator can only be one character wide")
			}
			comma, _ = utf8.DecodeRuneInString(t.AsString())
		}
		in, err := openCSV(r.ctx, r.env.ImportDir, v.AsString())
		if err != nil {
			return err
		}
		defer in.Close()
		defer func() { r.context.File = "" }()
		return readCSV(r, in, comma, l.Headers, func(row graph.Value) error {
			r.context.File = v.AsString()
			f[slot] = row
			return emit()
		})
	})
}

func readCSV(r *run, in io.Reader, comma rune, headers bool, emit func(graph.Value) error) error {
	buffered := bufio.NewReader(in)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = buffered.Discard(3)
	}
	records := csv.NewReader(buffered)
	records.Comma, records.FieldsPerRecord, records.LazyQuotes, records.ReuseRecord = comma, -1, true, true
	var names []string
	for {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return status.New(status.ExternalResourceFailed, "50N42", "The CSV resource cannot be read: %v", err)
		}
		values := make([]graph.Value, len(record))
		for i, text := range record {
			if len(text) > csvFieldMax {
				return status.New(status.ExternalResourceFailed, "50N42", "A field of the CSV resource is larger than %d characters.", csvFieldMax)
			}
			if text != "" {
				values[i] = graph.String(strings.Clone(text))
			}
		}
		if headers && names == nil {
			names = append([]string{}, record...)
			for i := range names {
				names[i] = strings.Clone(names[i])
			}
			continue
		}
		row := graph.List(values)
		if headers {
			m := graph.NewMap(len(names))
			for i, name := range names {
				value := graph.Null
				if i < len(values) {
					value = values[i]
				}
				m.Put(name, value)
			}
			row = graph.MapOf(m)
		}
		if err := r.alive(); err != nil {
			return err
		}
		at, _ := records.FieldPos(0)
		r.context.Line = int64(at)
		if err := emit(row); err != nil {
			return err
		}
	}
}

// openCSV opens a resource. A file: address is a path below dir, which nothing
// leads out of, symbolic links included.
func openCSV(ctx context.Context, dir, address string) (io.ReadCloser, error) {
	fail := func(format string, args ...any) error {
		return status.New(status.ExternalResourceFailed, "50N42", "Cannot load from URL '%s': %s", address, fmt.Sprintf(format, args...))
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return nil, fail("Invalid URL '%s': no protocol", address)
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" || u.RawQuery != "" {
			return nil, fail("file URL may not contain an authority section (i.e. it should be 'file:///') or a query")
		}
		if dir == "" {
			return nil, fail("no import folder is set (server.directories.import)")
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, fail("the import folder cannot be opened")
		}
		defer root.Close()
		name := strings.TrimPrefix(path.Clean("/"+u.Path), "/")
		if name == "" {
			return nil, fail("it names no file")
		}
		file, err := root.Open(name)
		if err != nil {
			return nil, fail("Couldn't load the external resource: it does not exist in the import folder, or may not be read")
		}
		return file, nil
	case "http", "https":
		client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: csvTimeout}}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, fail("%v", err)
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, fail("%v", err)
		}
		if resp.StatusCode != http.StatusOK {
			resp.Body.Close()
			return nil, fail("the server answered %s", resp.Status)
		}
		return resp.Body, nil
	}
	return nil, fail("the protocol '%s' is not supported; use file, http or https", u.Scheme)
}
