package queryapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"graticule/bolt"
	"graticule/graph"
	"graticule/status"
)

// backend is one whose statements are names of what the test wants of them.
type backend struct{ open, sessions atomic.Int64 }

func (b *backend) Connect(context.Context, bolt.ConnInfo) (bolt.Session, error) {
	b.sessions.Add(1)
	return &session{b: b}, nil
}

func (b *backend) Failure(err error) *status.Error {
	if e := status.As(err); e != nil {
		return e
	}
	return status.New(status.UnknownError, "50N42", "%v", err)
}

type session struct {
	b      *backend
	closed bool
}

func (s *session) Logon(_ context.Context, a bolt.Auth) error {
	if a.Credentials == "right" {
		return nil
	}
	return status.New(a.Credentials, "42NFF", "as asked") // "" is none
}
func (s *session) Logoff(context.Context) error { return nil }
func (s *session) Run(ctx context.Context, _ bolt.TxConfig, text string, params *graph.Map) (bolt.Result, error) {
	if code, ok := strings.CutPrefix(text, "fail "); ok {
		return nil, status.New(code, "50N42", "as asked")
	}
	return &result{ctx: ctx, text: text, params: params}, nil
}
func (s *session) Begin(ctx context.Context, cfg bolt.TxConfig) (bolt.Transaction, error) {
	s.b.open.Add(1)
	return &tx{s: s, ctx: ctx, database: cfg.Database}, nil
}
func (s *session) Route(context.Context, bolt.RouteRequest) (bolt.RoutingTable, error) {
	return bolt.RoutingTable{}, errors.New("not over HTTP")
}
func (s *session) Telemetry(int64) {}
func (s *session) Close() {
	if !s.closed {
		s.closed = true
		s.b.sessions.Add(-1)
	}
}

type tx struct {
	s        *session
	ctx      context.Context
	database string
	ended    bool
}

func (t *tx) Run(ctx context.Context, text string, params *graph.Map) (bolt.Result, error) {
	if t.ctx.Err() != nil {
		return nil, context.Cause(t.ctx)
	}
	return t.s.Run(ctx, bolt.TxConfig{}, text, params)
}
func (t *tx) Commit(context.Context) (string, error) {
	_ = t.Rollback(t.ctx)
	if t.database == "torn" {
		return "", status.New(status.TransactionCommitFailed, "50N42", "as asked")
	}
	return "mark", nil
}
func (t *tx) Rollback(context.Context) error {
	if !t.ended {
		t.ended = true
		t.s.b.open.Add(-1)
	}
	return nil
}
func (t *tx) Database() string { return t.database }

type result struct {
	ctx    context.Context
	text   string
	params *graph.Map
	at     int
}

func (r *result) Columns() []string        { return []string{"v"} }
func (r *result) Database() string         { return "d" }
func (r *result) DatabaseID() string       { return "id" }
func (r *result) Context() context.Context { return r.ctx }
func (r *result) Fetch(ctx context.Context, n int64, emit func([]graph.Value) error) (bool, error) {
	total := 1
	_, _ = fmt.Sscanf(r.text, "rows %d", &total)
	if r.text == "wait" {
		<-ctx.Done()
		return false, context.Cause(ctx)
	}
	for i := int64(0); i < n && r.at < total; i++ {
		r.at++
		v := graph.Int(int64(r.at))
		if r.text == "params" {
			v = graph.MapOf(r.params)
		}
		if err := emit([]graph.Value{v}); err != nil {
			return false, err
		}
	}
	if r.text == "rows 2500 then fail" && r.at == total {
		return false, status.New(status.ArithmeticError, "22N00", "as asked")
	}
	return r.at < total, nil
}
func (r *result) Summary() bolt.Summary       { return bolt.Summary{Bookmark: "mark"} }
func (r *result) Close(context.Context) error { return nil }

func ask(t *testing.T, h http.Handler, method, path, body, password string) (int, map[string]any) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", plain)
	req.SetBasicAuth("neo4j", password)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	var out map[string]any
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatalf("%s %s answers no JSON: %v: %.300s", method, path, err, w.Body)
		}
	}
	return w.Code, out
}

func TestStatusOfEachFailure(t *testing.T) {
	b := &backend{}
	a := New(b)
	defer a.Close()
	for code, want := range map[string]int{
		status.SyntaxError: 400, status.DeadlockDetected: 400, status.LeaderSwitch: 400, status.CredentialsExpired: 400, status.TransactionTimedOutClient: 400,
		status.Forbidden: 403, status.DatabaseNotFound: 404, status.UnknownError: 500, status.TransactionLogError: 500,
	} {
		got, out := ask(t, a, "POST", "/db/d/query/v2", `{"statement":"fail `+code+`"}`, "right")
		if first := out["errors"].([]any)[0].(map[string]any); got != want || first["code"] != code {
			t.Errorf("%s: %d %v, want %d", code, got, first, want)
		}
	}
	for code, want := range map[string]int{status.Unauthorized: 401, status.AuthenticationRateLimit: 401} {
		if got, _ := ask(t, a, "POST", "/db/d/query/v2", `{"statement":"x"}`, code); got != want {
			t.Errorf("a login that fails with %s: %d, want %d", code, got, want)
		}
	}
	if n := b.sessions.Load(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

func TestRowsStreamAndLateFailuresStandAtTheEnd(t *testing.T) {
	a := New(&backend{})
	defer a.Close()
	for n, fails := range map[string]bool{"rows 0": false, "rows 999": false, "rows 1000": false, "rows 1001": false, "rows 12345": false, "rows 2500 then fail": true} {
		code, out := ask(t, a, "POST", "/db/d/query/v2", `{"statement":"`+n+`"}`, "right")
		rows := out["data"].(map[string]any)["values"].([]any)
		if want := strings.Fields(n)[1]; code != 202 || fmt.Sprint(len(rows)) != want || (out["errors"] != nil) != fails || (out["bookmarks"] != nil) == fails {
			t.Errorf("%s: %d, %d rows, errors %v, bookmarks %v", n, code, len(rows), out["errors"], out["bookmarks"])
		}
	}
}

// beginTx begins a transaction and gives its path.
func beginTx(t *testing.T, a *API, database string) string {
	t.Helper()
	code, out := ask(t, a, "POST", "/db/"+database+"/query/v2/tx", ``, "right")
	if code != 202 {
		t.Fatalf("begin: %d %v", code, out)
	}
	return "/db/" + database + "/query/v2/tx/" + out["transaction"].(map[string]any)["id"].(string)
}

func TestIdleTransactionsAreRolledBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &backend{}
		a := New(b)
		defer a.Close()
		used, idle := beginTx(t, a, "d"), beginTx(t, a, "d")
		for range 10 { // each use makes it last longer
			time.Sleep(idleMax / 2)
			if code, out := ask(t, a, "POST", used, `{"statement":"x"}`, "right"); code != 202 {
				t.Fatalf("a transaction in use: %d %v", code, out)
			}
		}
		if code, _ := ask(t, a, "POST", idle, `{"statement":"x"}`, "right"); code != 404 {
			t.Errorf("an idle one: %d", code)
		}
		if n := b.open.Load(); n != 1 {
			t.Errorf("%d are open", n)
		}
		time.Sleep(2 * idleMax)
		if open, sessions := b.open.Load(), b.sessions.Load(); open != 0 || sessions != 0 {
			t.Errorf("%d transactions and %d sessions are left", open, sessions)
		}
	})
}

func TestTransactionsAreBounded(t *testing.T) {
	b := &backend{}
	a := New(b)
	for range openMax {
		beginTx(t, a, "d")
	}
	code, out := ask(t, a, "POST", "/db/d/query/v2/tx", ``, "right")
	if code != 400 || !strings.Contains(fmt.Sprint(out), "MaximumTransactionLimitReached") {
		t.Errorf("one too many: %d %v", code, out)
	}
	a.Close()
	if open, sessions := b.open.Load(), b.sessions.Load(); open != 0 || sessions != 0 {
		t.Errorf("after the end %d transactions and %d sessions are left", open, sessions)
	}
	if code, _ := ask(t, a, "POST", "/db/d/query/v2/tx", ``, "right"); code != 400 {
		t.Errorf("after the end a transaction began: %d", code)
	}
}

func TestACommitThatFails(t *testing.T) {
	a := New(&backend{})
	defer a.Close()
	code, out := ask(t, a, "POST", beginTx(t, a, "torn")+"/commit", ``, "right")
	if code != 500 || !strings.Contains(fmt.Sprint(out), status.TransactionCommitFailed) {
		t.Errorf("without a statement: %d %v", code, out)
	}
	code, out = ask(t, a, "POST", beginTx(t, a, "torn")+"/commit", `{"statement":"rows 2"}`, "right")
	if code != 202 || !strings.Contains(fmt.Sprint(out["errors"]), status.TransactionCommitFailed) || out["bookmarks"] != nil {
		t.Errorf("after rows: %d %v", code, out)
	}
}

// A client that goes away in the middle of a statement ends its transaction.
func TestAClientThatGoesAway(t *testing.T) {
	b := &backend{}
	a := New(b)
	defer a.Close()
	path := beginTx(t, a, "d")
	server := httptest.NewServer(a)
	defer server.Close()
	ctx, leave := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer leave()
	req, err := http.NewRequestWithContext(ctx, "POST", server.URL+path, strings.NewReader(`{"statement":"wait"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", plain)
	req.SetBasicAuth("neo4j", "right")
	if r, err := http.DefaultClient.Do(req); err == nil {
		_, _ = io.Copy(io.Discard, r.Body)
		r.Body.Close()
		t.Fatal("a statement that waits was answered")
	}
	server.Close() // waits for the handler
	if code, _ := ask(t, a, "POST", path, `{"statement":"x"}`, "right"); code != 404 || b.open.Load() != 0 {
		t.Errorf("the transaction goes on: %d", code)
	}
}

func TestParametersRoundTrip(t *testing.T) {
	a := New(&backend{})
	defer a.Close()
	for _, in := range []string{`{}`, `{"a":1}`, `{"a":-9223372036854775808}`, `{"a":1.5,"b":[1,"x",null,true,{"c":[]}]}`, `{"a":"\u0000\ud83d\ude00"}`} {
		code, out := ask(t, a, "POST", "/db/d/query/v2", `{"statement":"params","parameters":`+in+`}`, "right")
		var want any
		_ = json.Unmarshal([]byte(in), &want)
		if got := out["data"].(map[string]any)["values"].([]any)[0].([]any)[0]; code != 202 || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s came back as %v", in, got)
		}
	}
}

func FuzzRequest(f *testing.F) {
	f.Add(`{"statement":"params","parameters":{"a":{"$type":"Point","_value":"SRID=7203;POINT (1.0 2.0)"}}}`)
	f.Add(`{"statement":"params","parameters":{"a":{"$type":"List","_value":[{"$type":"Date","_value":"2026-01-02"}]}}}`)
	a := New(&backend{})
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "wait") {
			t.Skip("the backend of the test does as it is told")
		}
		for _, kind := range []string{plain, typed} {
			req := httptest.NewRequestWithContext(t.Context(), "POST", "/db/d/query/v2", strings.NewReader(body))
			req.Header.Set("Content-Type", kind)
			req.Header.Set("Accept", kind)
			req.SetBasicAuth("neo4j", "right")
			w := httptest.NewRecorder()
			a.ServeHTTP(w, req)
			if !json.Valid(w.Body.Bytes()) {
				t.Fatalf("the answer is no JSON: %.300s", w.Body)
			}
		}
	})
}
