package queryapi

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"

	"graticule/bolt"
	"graticule/status"
)

const (
	bodyMax   = 64 << 20 // bytes of a request
	firstRows = 1000     // rows fetched before the answer begins, so that most errors have their status
	plain     = "application/json"
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

// API answers the Query API with the sessions of a backend. Values are plain
// JSON, or typed when the client accepts application/vnd.neo4j.query.
type API struct {
	backend bolt.Backend
	open    transactions
	mux     *http.ServeMux
}

// New makes the API; Close rolls back what is open.
func New(backend bolt.Backend) *API {
	a := &API{backend: backend, open: transactions{all: map[string]*transaction{}}, mux: http.NewServeMux()}
	a.mux.Handle("/db/{database}/query/v2", a.methods(map[string]action{"POST": a.runAlone}))
	a.mux.Handle("/db/{database}/query/v2/tx", a.methods(map[string]action{"POST": a.begin}))
	a.mux.Handle("/db/{database}/query/v2/tx/{id}", a.methods(map[string]action{"POST": a.runInside, "DELETE": a.rollback}))
	a.mux.Handle("/db/{database}/query/v2/tx/{id}/commit", a.methods(map[string]action{"POST": a.commit}))
	return a
}

// ServeHTTP serves the paths /db/{database}/query/v2 and below.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// Close rolls open transactions back.
func (a *API) Close() { a.open.close() }

// action answers a request of a session that has logged in; it returns errors that
// came before the answer began.
type action func(w http.ResponseWriter, r *http.Request, c *caller) error

// methods logs in and calls what answers the method.
func (a *API) methods(actions map[string]action) http.Handler {
	allow := "POST,OPTIONS"
	if actions["DELETE"] != nil {
		allow = "DELETE,POST,OPTIONS"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		act := actions[r.Method]
		switch {
		case r.Method == http.MethodOptions:
			w.Header().Set("Allow", allow)
			return
		case act == nil:
			w.Header().Set("Allow", allow)
			fail(w, http.StatusMethodNotAllowed, status.New(status.RequestInvalid, "", "Method Not Allowed"))
			return
		}
		a.answer(w, r, act)
	})
}

// LoggedIn lets those through to h who give the name and password of a user.
func (a *API) LoggedIn(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.answer(w, r, func(w http.ResponseWriter, r *http.Request, _ *caller) error {
			h.ServeHTTP(w, r)
			return nil
		})
	})
}

// answer logs in and acts, or tells what went wrong before the answer began.
func (a *API) answer(w http.ResponseWriter, r *http.Request, act action) {
	c, err := a.login(r)
	if err == nil {
		err = act(w, r, c)
		if !c.keep {
			c.session.Close()
		}
	}
	if err != nil {
		e := a.backend.Failure(err)
		code := statusOf(e)
		if errors.As(err, new(*missing)) {
			code = http.StatusNotFound
		}
		if code == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="Neo4j"`)
		}
		fail(w, code, e)
	}
}

// statusOf gives the HTTP status for a failure: Neo4j answers most with 400, those
// that may be tried again among them.
func statusOf(e *status.Error) int {
	switch {
	case e.Code == status.Unauthorized, e.Code == status.AuthenticationRateLimit:
		return http.StatusUnauthorized
	case e.Code == status.Forbidden:
		return http.StatusForbidden
	case e.Code == status.DatabaseNotFound:
		return http.StatusNotFound
	case strings.HasPrefix(e.Code, "Neo.DatabaseError"):
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

func fail(w http.ResponseWriter, code int, e *status.Error) {
	w.Header().Set("Content-Type", plain)
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{errorOf(e)}}) // the client may have gone
}

func errorOf(e *status.Error) map[string]string {
	return map[string]string{"code": e.Code, "message": e.Message}
}

func (a *API) login(r *http.Request) (*caller, error) {
	ctx := r.Context()
	s, err := a.backend.Connect(ctx, bolt.ConnInfo{ID: "http", Client: r.RemoteAddr, Server: localAddr(ctx), UserAgent: r.UserAgent(), Protocol: "http"})
	if err != nil {
		return nil, err
	}
	auth := bolt.Auth{Scheme: "none"}
	user, password, given := r.BasicAuth()
	if given {
		auth = bolt.Auth{Scheme: "basic", Principal: user, Credentials: password}
	}
	if err := s.Logon(ctx, auth); err != nil {
		s.Close()
		if e := a.backend.Failure(err); e.Code == status.Unauthorized {
			text := "Invalid credential."
			if !given {
				text = "No authentication header supplied."
			}
			return nil, status.New(status.Unauthorized, e.GQLStatus, "%s", text)
		}
		return nil, err
	}
	return &caller{session: s, user: user}, nil
}

// caller is who makes a request. Its session ends with the request unless a
// transaction keeps it.
type caller struct {
	session bolt.Session
	user    string
	keep    bool
}

func localAddr(ctx context.Context) string {
	if a, ok := ctx.Value(http.LocalAddrContextKey).(net.Addr); ok {
		return a.String()
	}
	return ""
}
