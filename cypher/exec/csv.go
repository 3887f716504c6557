package exec

import (
	"context"
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
	c.serial = true
	source := c.expr(l.URL)
	var terminator eval
	if l.FieldTerminator != nil {
		terminator = c.expr(l.FieldTerminator)
	}
	slot := c.bind(l.Variable.Value, anyVar)
	return flat(func(r *run, f frame, emit func() error) (err error) {
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
		defer func() {
			if cause := r.check(); err != nil && cause != nil {
				err = cause // the reader was ended with the statement
			}
		}()
		in, err := openCSV(r.ctx, r.env.Imports, v.AsString())
		if err != nil {
			return err
		}
		defer in.Close()
		r.csvFile = v.AsString()
		defer func() { r.csvFile, r.csvLine = "", 0 }()
		plain, err := decompressed(in)
		if err != nil {
			return status.New(status.ExternalResourceFailed, "50N42", "Cannot load from URL '%s': %v", v.AsString(), err)
		}
		return readCSV(r, plain, comma, l.Headers, func(row graph.Value) error {
			f[slot] = row
			return emit()
		})
	})
}

// readCSV gives each record after the headers as a list or a map.
func readCSV(r *run, in io.Reader, comma rune, headers bool, emit func(graph.Value) error) error {
	records := newCSVReader(in, comma)
	var names []string
	for {
		record, err := records.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if headers && names == nil {
			names = make([]string, len(record))
			for i, v := range record {
				if !v.IsNull() {
					names[i] = v.AsString()
				}
			}
			continue
		}
		row := graph.List(record)
		if headers {
			m := graph.NewMap(len(names))
			for i, name := range names {
				value := graph.Null
				if i < len(record) {
					value = record[i]
				}
				m.Put(name, value)
			}
			row = graph.MapOf(m)
		}
		if err := r.alive(); err != nil {
			return err
		}
		r.csvLine = records.line
		if err := emit(row); err != nil {
			return err
		}
	}
}

// openCSV opens a resource. A file: address is a path below the import folder,
// which nothing leads out of, symbolic links included.
func openCSV(ctx context.Context, from Imports, address string) (io.ReadCloser, error) {
	if from.Refused != nil {
		return nil, from.Refused
	}
	fail := func(format string, args ...any) error {
		return status.New(status.ExternalResourceFailed, "50N42", "Cannot load from URL '%s': %s", address, fmt.Sprintf(format, args...))
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return nil, status.New(status.ExternalResourceFailed, "50N42", "Invalid URL '%s': no protocol: %s ()", address, address)
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" || u.RawQuery != "" {
			return nil, fail("file URL may not contain an authority section (i.e. it should be 'file:///') or a query")
		}
		if from.Dir == "" {
			return nil, fail("no import folder is set (server.directories.import)")
		}
		root, err := os.OpenRoot(from.Dir)
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
			return nil, fail("Couldn't load the external resource at: %s ()", address)
		}
		return file, nil
	case "http", "https":
		resp, err := fetch(ctx, from.Blocked, address)
		var blocked blockedError
		if errors.As(err, &blocked) {
			return nil, fail("%v", blocked)
		}
		if err != nil {
			return nil, fail("%v", err)
		}
		if resp.StatusCode != http.StatusOK {
			resp.Body.Close()
			return nil, fail("the server answered %s", resp.Status)
		}
		return resp.Body, nil
	}
	return nil, status.New(status.ExternalResourceFailed, "50N42", "Invalid URL '%s': unknown protocol: %s ()", address, u.Scheme)
}
