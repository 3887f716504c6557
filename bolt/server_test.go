package bolt

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"graticule/graph"
	"graticule/internal/packstream"
	"graticule/status"
)

// echo is a backend whose statements return their parameters.
type echo struct{}

func (echo) Connect(context.Context, ConnInfo) (Session, error) { return &echoSession{}, nil }
func (echo) Failure(err error) *status.Error {
	if e := status.As(err); e != nil {
		return e
	}
	return status.New(status.UnknownError, "50N42", "%v", err)
}

type echoSession struct{}

func (*echoSession) Logon(_ context.Context, a Auth) error {
	if a.Credentials != "right" {
		return status.New(status.Unauthorized, "42NFF", "no")
	}
	return nil
}
func (*echoSession) Logoff(context.Context) error { return nil }
func (*echoSession) Run(ctx context.Context, _ TxConfig, text string, params *graph.Map) (Result, error) {
	switch text {
	case "fail":
		return nil, status.New(status.SyntaxError, "42001", "bad")
	case "panic":
		panic("as asked")
	case "wait": // until it is interrupted
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	r := &echoResult{v: graph.MapOf(params)}
	if text == "hints" {
		r.hints = []status.Notification{{GQLStatus: "03N90", Severity: "INFORMATION", Category: "PERFORMANCE"}, {GQLStatus: "01N50", Severity: "WARNING", Category: "UNRECOGNIZED"}}
	}
	return r, nil
}
func (*echoSession) Begin(context.Context, TxConfig) (Transaction, error) {
	return nil, errors.New("no transactions here")
}
func (*echoSession) Route(context.Context, RouteRequest) (RoutingTable, error) {
	return RoutingTable{TTL: time.Second, Route: []string{"a:1"}, Read: []string{"a:1"}, Write: []string{"a:1"}}, nil
}
func (*echoSession) Telemetry(int64) {}
func (*echoSession) Close()          {}

type echoResult struct {
	v     graph.Value
	sent  bool
	hints []status.Notification
}

func (*echoResult) Columns() []string        { return []string{"v"} }
func (*echoResult) Database() string         { return "d" }
func (*echoResult) DatabaseID() string       { return "d" }
func (*echoResult) Context() context.Context { return context.Background() }
func (r *echoResult) Fetch(_ context.Context, _ int64, emit func([]graph.Value) error) (bool, error) {
	if r.sent {
		return false, nil
	}
	r.sent = true
	return false, emit([]graph.Value{r.v})
}
func (r *echoResult) Summary() Summary {
	return Summary{Type: "r", Database: "d", Notifications: r.hints}
}
func (*echoResult) Close(context.Context) error { return nil }

func serve(t *testing.T) string { return serveWith(t, Config{}) }

func serveBackend(t *testing.T, b Backend) string {
	t.Helper()
	return serveWith(t, Config{Backend: b})
}

// serveWith serves, with the backend echo unless there is another.
func serveWith(t *testing.T, cfg Config) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Backend == nil {
		cfg.Backend = echo{}
	}
	cfg.Agent = "Neo4j/5.26.0"
	s := NewServer(cfg)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		l.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.Close(ctx)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

type client struct {
	t *testing.T
	net.Conn
}

func dial(t *testing.T, addr string, hello []byte) *client {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := c.Write(hello); err != nil {
		t.Fatal(err)
	}
	return &client{t, c}
}

func versionHello(words ...uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, magic)
	for i := range 4 {
		w := uint32(0)
		if i < len(words) {
			w = words[i]
		}
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}

func (c *client) send(tag byte, fields ...graph.Value) {
	c.t.Helper()
	if err := c.try(tag, fields...); err != nil {
		c.t.Fatal(err)
	}
}

// try sends a message.
func (c *client) try(tag byte, fields ...graph.Value) error {
	var o packstream.Options
	b := packstream.AppendStruct(nil, tag, len(fields))
	for _, f := range fields {
		b = o.Append(b, f)
	}
	var out []byte
	for len(b) > 0 {
		n := min(len(b), chunkMax)
		out = append(binary.BigEndian.AppendUint16(out, uint16(n)), b[:n]...)
		b = b[n:]
	}
	_, err := c.Write(append(out, 0, 0))
	return err
}

// receive gives the tag and first field of the next message.
func (c *client) receive() (byte, graph.Value) {
	var msg []byte
	for {
		var head [2]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			c.t.Fatal(err)
		}
		n := binary.BigEndian.Uint16(head[:])
		if n == 0 && len(msg) == 0 {
			continue // a NOOP
		}
		if n == 0 {
			break
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(c, chunk); err != nil {
			c.t.Fatal(err)
		}
		msg = append(msg, chunk...)
	}
	d := packstream.Decoder{B: msg, UTC: true}
	tag, fields := d.StructHeader()
	if fields == 0 {
		return tag, graph.Null
	}
	return tag, d.Value()
}

func mapOf(kv ...any) graph.Value {
	m := graph.NewMap(len(kv) / 2)
	for i := 0; i < len(kv); i += 2 {
		m.Put(kv[i].(string), graph.String(kv[i+1].(string)))
	}
	return graph.MapOf(m)
}

// all asks for all rows.
func all() graph.Value {
	m := graph.NewMap(1)
	m.Put("n", graph.Int(-1))
	return graph.MapOf(m)
}

func login(t *testing.T, addr string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	return loginOver(t, nc)
}

// loginOver logs in over a connection.
func loginOver(t *testing.T, nc net.Conn) *client {
	t.Helper()
	c := &client{t, nc}
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := c.Write(versionHello(0x00080805)); err != nil {
		t.Fatal(err)
	}
	var v [4]byte
	if _, err := io.ReadFull(c, v[:]); err != nil || v != [4]byte{0, 0, 8, 5} {
		t.Fatalf("version %v, %v", v, err)
	}
	c.send(msgHello, mapOf("user_agent", "test"))
	c.send(msgLogon, mapOf("scheme", "basic", "principal", "neo4j", "credentials", "right"))
	for range 2 {
		if tag, v := c.receive(); tag != msgSuccess {
			t.Fatalf("login answered %#x %v", tag, v)
		}
	}
	return c
}

func TestHandshakeChoosesTheHighestCommonVersion(t *testing.T) {
	addr := serve(t)
	for _, x := range []struct {
		words []uint32
		want  [4]byte
	}{
		{[]uint32{0x00080805, 0x00020404}, [4]byte{0, 0, 8, 5}}, {[]uint32{0x00020404}, [4]byte{0, 0, 4, 4}}, {[]uint32{0x00030905}, [4]byte{0, 0, 8, 5}},
		{[]uint32{0x00000006}, [4]byte{0, 0, 0, 6}}, {[]uint32{0x00000003}, [4]byte{}},
	} {
		c := dial(t, addr, versionHello(x.words...))
		var v [4]byte
		if _, err := io.ReadFull(c, v[:]); err != nil || v != x.want {
			t.Errorf("%x: %v, %v; want %v", x.words, v, err, x.want)
		}
	}
	c := dial(t, addr, versionHello(manifest))
	offer := make([]byte, 4+1+4*len(versions)+1)
	if _, err := io.ReadFull(c, offer); err != nil || binary.BigEndian.Uint32(offer) != manifest || int(offer[4]) != len(versions) {
		t.Errorf("manifest %x, %v", offer, err)
	}
}

func TestStatementFailureAndReset(t *testing.T) {
	c := login(t, serve(t))
	c.send(msgRun, graph.String("echo"), mapOf("a", "b"), mapOf())
	c.send(msgPull, all())
	if tag, _ := c.receive(); tag != msgSuccess {
		t.Fatalf("RUN answered %#x", tag)
	}
	if tag, row := c.receive(); tag != msgRecord || graph.Compare(row.AsList()[0], mapOf("a", "b")) != 0 {
		t.Fatalf("PULL answered %#x", tag)
	}
	c.receive()
	c.send(msgRun, graph.String("fail"), mapOf(), mapOf())
	c.send(msgPull, all())
	tag, v := c.receive()
	code, _ := v.AsMap().Get("neo4j_code")
	if tag != msgFailure || code.AsString() != status.SyntaxError {
		t.Errorf("a failing RUN answered %#x %v", tag, code)
	}
	if tag, _ := c.receive(); tag != msgIgnored {
		t.Errorf("PULL after a failure answered %#x", tag)
	}
	c.send(msgReset)
	if tag, _ := c.receive(); tag != msgSuccess {
		t.Errorf("RESET answered %#x", tag)
	}
	// RESET interrupts a statement that runs.
	c.send(msgRun, graph.String("wait"), mapOf(), mapOf())
	c.send(msgReset)
	if tag, _ := c.receive(); tag != msgIgnored {
		t.Errorf("an interrupted RUN answered %#x", tag)
	}
	if tag, _ := c.receive(); tag != msgSuccess {
		t.Errorf("RESET answered %#x", tag)
	}
}

// A RUN says which notifications it wants; statuses come in the order of their classes.
func TestNotificationsAreFiltered(t *testing.T) {
	c := login(t, serve(t))
	for filter, want := range map[string]string{"INFORMATION": "01N50 00000 03N90", "WARNING": "01N50 00000", "OFF": "00000"} {
		c.send(msgRun, graph.String("hints"), mapOf(), mapOf("notifications_minimum_severity", filter))
		c.send(msgPull, all())
		c.receive()
		c.receive()
		_, summary := c.receive()
		statuses, _ := summary.AsMap().Get("statuses")
		var got []string
		for _, s := range statuses.AsList() {
			v, _ := s.AsMap().Get("gql_status")
			got = append(got, v.AsString())
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: %q, want %q", filter, s, want)
		}
	}
}

// A driver that waits long hears that the server is alive.
func TestLongStatementsSendNoops(t *testing.T) {
	c := login(t, serve(t))
	c.send(msgRun, graph.String("wait"), mapOf(), mapOf())
	var chunk [2]byte
	if _, err := io.ReadFull(c, chunk[:]); err != nil || chunk != [2]byte{} {
		t.Fatalf("got %v, %v", chunk, err)
	}
	c.send(msgReset)
	if tag, _ := c.receive(); tag != msgIgnored && tag != msgFailure {
		t.Errorf("the statement ended with %#x", tag)
	}
}

// TestHostileClientsLoseOnlyTheirConnection: after each, the server still serves.
func TestHostileClientsLoseOnlyTheirConnection(t *testing.T) {
	addr := serve(t)
	for name, attack := range map[string]func(*client){
		"no Bolt": func(c *client) { _, _ = c.Write([]byte("\x01\x02\x03\x04 and more bytes to read as a handshake")) },
		"statement before login": func(c *client) {
			_, _ = c.Write(versionHello(0x0805))
			c.send(msgRun, graph.String("x"), mapOf(), mapOf())
		},
		"huge HELLO": func(c *client) {
			_, _ = c.Write(versionHello(0x0805))
			chunk := append([]byte{0xFF, 0xFF}, make([]byte, 0xFFFF)...)
			for range 3 {
				if _, err := c.Write(chunk); err != nil {
					return // refused already
				}
			}
		},
		"wrong password": func(c *client) {
			_, _ = c.Write(versionHello(0x0805))
			c.send(msgHello, mapOf("user_agent", "test"))
			c.send(msgLogon, mapOf("scheme", "basic", "credentials", "wrong"))
		},
	} {
		c := dial(t, addr, nil)
		attack(c)
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: the connection stayed open", name)
		}
	}
	c := login(t, addr)
	c.send(msgRun, graph.String("panic"), mapOf(), mapOf())
	_, _ = io.Copy(io.Discard, c)
	login(t, addr)
}

// FuzzConversation sends arbitrary bytes after a login: the connection ends
// without a panic, whatever they are.
func FuzzConversation(f *testing.F) {
	var o packstream.Options
	for _, message := range [][]byte{
		o.Append(o.Append(o.Append(packstream.AppendStruct(nil, msgRun, 3), graph.String("x")), mapOf("a", "b")), mapOf()),
		o.Append(packstream.AppendStruct(nil, msgPull, 1), all()), packstream.AppendStruct(nil, msgReset, 0),
		o.Append(packstream.AppendStruct(nil, msgRoute, 3), mapOf()),
	} {
		f.Add(append(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...), 0, 0))
	}
	var panics panicCount
	s := NewServer(Config{Backend: echo{}, Agent: "Neo4j/5.26.0", Logger: slog.New(&panics)})
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.Contains(b, []byte("wait")) || bytes.Contains(b, []byte("panic")) {
			t.Skip("the backend of the test does as it is told")
		}
		ours, theirs := net.Pipe()
		c := newConn(s, theirs, bufio.NewReader(theirs), 5, 8, func() {})
		c.session, c.state = &echoSession{}, stateReady
		done := make(chan struct{})
		go func() { c.run(); close(done) }()
		go func() { _, _ = io.Copy(io.Discard, ours) }()
		_, _ = ours.Write(b)
		ours.Close()
		<-done
		if panics.Load() > 0 {
			t.Fatal("the connection panicked")
		}
	})
}

// panicCount is a log handler that counts errors.
type panicCount struct{ atomic.Int64 }

func (*panicCount) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }
func (p *panicCount) Handle(context.Context, slog.Record) error  { p.Add(1); return nil }
func (p *panicCount) WithAttrs([]slog.Attr) slog.Handler         { return p }
func (p *panicCount) WithGroup(string) slog.Handler              { return p }
