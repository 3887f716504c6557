package queryapi

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"

	"graticule/bolt"
	"graticule/graph"
	"graticule/internal/packstream"
	"graticule/status"
)

const (
	bodyMax   = 64 << 20 // bytes of a request
	firstRows = 1000     // rows fetched before the answer begins, so that most errors have their status
	typed     = "application/vnd.neo4j.query"
)

//go:embed console.html
var page []byte

// Console serves the page.
func Console(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'")
	_, _ = w.Write(page) // the client may have gone
}

// request is the body of a query.
type request struct {
	Statement        string          `json:"statement"`
	Parameters       json.RawMessage `json:"parameters"`
	IncludeCounters  bool            `json:"includeCounters"`
	AccessMode       string          `json:"accessMode"` // READ or WRITE
	Bookmarks        []string        `json:"bookmarks"`
	MaxExecutionTime int64           `json:"maxExecutionTime"` // seconds
	ImpersonatedUser string          `json:"impersonatedUser"`
	Metadata         json.RawMessage `json:"txMetadata"`
}

// Handler answers POST /db/{database}/query/v2 with the sessions of a backend.
// Values are plain JSON, or typed when the client accepts
// application/vnd.neo4j.query.
type Handler struct{ Backend bolt.Backend }

// ServeHTTP runs one statement in a transaction of its own.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.serve(w, r); err != nil {
		e := h.Backend.Failure(err)
		code := http.StatusBadRequest
		switch {
		case e.Code == status.Unauthorized || e.Code == status.CredentialsExpired || e.Code == status.AuthenticationRateLimit:
			code = http.StatusUnauthorized
			w.Header().Set("WWW-Authenticate", `Basic realm="Graticule"`)
		case e.Code == status.Forbidden:
			code = http.StatusForbidden
		case e.Code == status.DatabaseNotFound:
			code = http.StatusNotFound
		case strings.HasPrefix(e.Code, "Neo.TransientError"):
			code = http.StatusServiceUnavailable
		case strings.HasPrefix(e.Code, "Neo.DatabaseError"):
			code = http.StatusInternalServerError
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{errorOf(e)}})
	}
}

func errorOf(e *status.Error) map[string]string {
	return map[string]string{"code": e.Code, "message": e.Message}
}

// serve returns errors that came before the answer began.
func (h Handler) serve(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	session, err := h.Backend.Connect(ctx, bolt.ConnInfo{ID: "http", Client: r.RemoteAddr, Server: localAddr(ctx), UserAgent: r.UserAgent(), Protocol: "http"})
	if err != nil {
		return err
	}
	defer session.Close()
	auth := bolt.Auth{Scheme: "none"}
	if user, password, ok := r.BasicAuth(); ok {
		auth = bolt.Auth{Scheme: "basic", Principal: user, Credentials: password}
	}
	if err := session.Logon(ctx, auth); err != nil {
		return err
	}
	req, cfg, params, err := parse(w, r) // after the login: a stranger must not make the server hold much
	if err != nil {
		return status.New("Neo.ClientError.Request.Invalid", "08N06", "%v", err)
	}
	result, err := session.Run(ctx, cfg, req.Statement, params)
	if err != nil {
		return err
	}
	defer result.Close(context.WithoutCancel(ctx))

	enc := encoder{typed: accepts(r, typed), ids: packstream.Options{Database: result.DatabaseID()}}
	var head []byte
	rows := 0
	row := func(values []graph.Value) error {
		if rows++; rows > 1 {
			head = append(head, ',')
		}
		head = append(head, '[')
		for i, v := range values {
			if i > 0 {
				head = append(head, ',')
			}
			head = enc.value(head, v)
		}
		head = append(head, ']')
		return nil
	}
	more, err := result.Fetch(ctx, firstRows, row)
	if err != nil {
		return err
	}
	if enc.typed {
		w.Header().Set("Content-Type", typed)
	} else {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(http.StatusAccepted)
	out := bufio.NewWriterSize(w, 64<<10)
	defer out.Flush()
	fields, _ := json.Marshal(result.Columns())
	fmt.Fprintf(out, `{"data":{"fields":%s,"values":[`, fields)
	for ; ; more, err = result.Fetch(ctx, firstRows, row) {
		if _, werr := out.Write(head); werr != nil {
			return nil // the client has gone
		}
		if head = head[:0]; !more || err != nil {
			break
		}
	}
	out.WriteString("]}")
	if err != nil {
		failure, _ := json.Marshal(errorOf(h.Backend.Failure(err)))
		fmt.Fprintf(out, `,"errors":[%s]}`, failure)
		return nil
	}
	sum := result.Summary()
	if req.IncludeCounters {
		fmt.Fprintf(out, `,"counters":%s`, counters(sum.Counters))
	}
	if len(sum.Notifications) > 0 {
		list := make([]map[string]any, len(sum.Notifications))
		for i, n := range sum.Notifications {
			list[i] = map[string]any{"code": n.Code, "title": n.Title, "description": n.Description, "severity": n.Severity, "category": n.Category,
				"position": map[string]int{"offset": n.Position.Offset, "line": n.Position.Line, "column": n.Position.Column}}
		}
		b, _ := json.Marshal(list)
		fmt.Fprintf(out, `,"notifications":%s`, b)
	}
	bookmarks, _ := json.Marshal([]string{sum.Bookmark})
	fmt.Fprintf(out, `,"bookmarks":%s}`, bookmarks)
	return nil
}

func parse(w http.ResponseWriter, r *http.Request) (req request, cfg bolt.TxConfig, params *graph.Map, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	if err != nil {
		return req, cfg, nil, fmt.Errorf("the request body cannot be read; it may hold at most %d bytes", bodyMax)
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return req, cfg, nil, fmt.Errorf("the request body is no JSON object with a statement: %v", err)
	}
	if strings.TrimSpace(req.Statement) == "" {
		return req, cfg, nil, errors.New(`the request body has no "statement"`)
	}
	contentType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if params, err = decodeMap(req.Parameters, contentType == typed); err != nil {
		return req, cfg, nil, fmt.Errorf("parameters: %w", err)
	}
	cfg = bolt.TxConfig{Database: r.PathValue("database"), Bookmarks: req.Bookmarks, ImpersonatedUser: req.ImpersonatedUser}
	switch strings.ToUpper(req.AccessMode) {
	case "", "WRITE":
	case "READ":
		cfg.Read = true
	default:
		return req, cfg, nil, fmt.Errorf("accessMode %q is neither READ nor WRITE", req.AccessMode)
	}
	if req.MaxExecutionTime > 0 {
		cfg.Timeout, cfg.HasTimeout = time.Duration(req.MaxExecutionTime)*time.Second, true
	}
	if cfg.Metadata, err = decodeMap(req.Metadata, false); err != nil {
		return req, cfg, nil, fmt.Errorf("txMetadata: %w", err)
	}
	return req, cfg, params, nil
}

func accepts(r *http.Request, kind string) bool {
	for _, part := range strings.Split(r.Header.Get("Accept"), ",") {
		if t, _, err := mime.ParseMediaType(strings.TrimSpace(part)); err == nil && t == kind {
			return true
		}
	}
	return false
}

func localAddr(ctx context.Context) string {
	if a, ok := ctx.Value(http.LocalAddrContextKey).(net.Addr); ok {
		return a.String()
	}
	return ""
}
