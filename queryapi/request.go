package queryapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"graticule/bolt"
	"graticule/graph"
	"graticule/status"
)

// body is a request's JSON.
type body struct {
	Statement        string          `json:"statement"`
	Parameters       json.RawMessage `json:"parameters"`
	IncludeCounters  bool            `json:"includeCounters"`
	AccessMode       string          `json:"accessMode"` // READ or WRITE
	Bookmarks        []string        `json:"bookmarks"`
	MaxExecutionTime int64           `json:"maxExecutionTime"` // seconds
	ImpersonatedUser string          `json:"impersonatedUser"`
	Metadata         json.RawMessage `json:"txMetadata"` // ours: as Bolt's tx_metadata
}

// request is a body that was understood.
type request struct {
	statement string // "" when there is none
	params    *graph.Map
	cfg       bolt.TxConfig
	counters  bool
	encoder   encoder
}

var errNoStatement = status.New(status.RequestInvalid, "08N06", "statement cannot be null or empty")

// parse reads the body; it is called after the login, since a stranger must not
// make the server hold much.
func parse(w http.ResponseWriter, r *http.Request) (*request, error) {
	out, err := read(w, r)
	if err != nil {
		return nil, status.New(status.RequestInvalid, "08N06", "Bad Request: %v", err)
	}
	return out, nil
}

func read(w http.ResponseWriter, r *http.Request) (*request, error) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	if err != nil {
		return nil, fmt.Errorf("the request body cannot be read; it may hold at most %d bytes", bodyMax)
	}
	out := &request{cfg: bolt.TxConfig{Database: r.PathValue("database")}, encoder: encoder{typed: accepts(r, typed)}}
	if len(b) == 0 {
		return out, nil
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != plain && kind != typed {
		return nil, fmt.Errorf("the body's type is %q, not %s or %s", kind, plain, typed)
	}
	var in body
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("the request body is no JSON object with a statement: %w", err)
	}
	if d.More() {
		return nil, errors.New("the request body goes on after its JSON object")
	}
	if strings.TrimSpace(in.Statement) != "" {
		out.statement = in.Statement
	}
	out.counters = in.IncludeCounters
	if out.params, err = decodeMap(in.Parameters, kind == typed); err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	out.cfg.Bookmarks, out.cfg.ImpersonatedUser = in.Bookmarks, in.ImpersonatedUser
	switch strings.ToUpper(in.AccessMode) {
	case "", "WRITE":
	case "READ":
		out.cfg.Read = true
	default:
		return nil, fmt.Errorf("accessMode %q is neither READ nor WRITE", in.AccessMode)
	}
	if in.MaxExecutionTime > 0 {
		out.cfg.Timeout, out.cfg.HasTimeout = time.Duration(in.MaxExecutionTime)*time.Second, true
	}
	if out.cfg.Metadata, err = decodeMap(in.Metadata, false); err != nil {
		return nil, fmt.Errorf("txMetadata: %w", err)
	}
	return out, nil
}

func accepts(r *http.Request, kind string) bool {
	for _, part := range strings.Split(r.Header.Get("Accept"), ",") {
		if t, _, err := mime.ParseMediaType(strings.TrimSpace(part)); err == nil && t == kind {
			return true
		}
	}
	return false
}
