package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// journal is a log that a test can read.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
	on chan struct{} // one token per line
}

func newJournal() *journal { return &journal{on: make(chan struct{}, 1000)} }

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	select {
	case j.on <- struct{}{}:
	default:
	}
	return j.b.Write(b)
}

// await waits until the log contains s.
func (j *journal) await(t *testing.T, s string) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		j.mu.Lock()
		text := j.b.String()
		j.mu.Unlock()
		if strings.Contains(text, s) {
			return
		}
		select {
		case <-j.on:
		case <-limit:
			t.Fatalf("log has no %q:\n%s", s, text)
		}
	}
}

const secret = "0123456789abcdef0123456789abcdef"

func listen(t *testing.T, server string, change ...func(*Config)) (*Endpoint, *journal) {
	t.Helper()
	j := newJournal()
	cfg := Config{Server: server, Listen: "127.0.0.1:0", Logger: slog.New(slog.NewTextHandler(j, nil))}
	for _, c := range change {
		c(&cfg)
	}
	if cfg.Identity.roots == nil {
		id, err := NewIdentity(t.TempDir(), secret, server)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Identity = id
	}
	e, err := Listen(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, j
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func echo(_ context.Context, header []byte, c Conn) {
	defer c.Close()
	if _, err := c.Write(append([]byte(c.Peer()+":"), header...)); err != nil {
		return
	}
	_, _ = io.Copy(c, c)
}

func ask(t *testing.T, c Conn, text string) string {
	t.Helper()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestStreamsCarryHeaderPeerAndBytes(t *testing.T) {
	a, _ := listen(t, "server-a")
	b, _ := listen(t, "server-b")
	b.Handle(Commit, echo)
	for name, dial := range map[string]func(context.Context, string, string, Kind, []byte) (Conn, error){
		"shared": a.Dial, "dedicated": a.DialDedicated,
	} {
		for _, want := range []string{"server-b", ""} {
			c, err := dial(within(t), b.Addr(), want, Commit, []byte("db1"))
			if err != nil {
				t.Fatal(name, err)
			}
			if c.Peer() != "server-b" {
				t.Fatalf("%s: peer is %q", name, c.Peer())
			}
			if got := ask(t, c, " hello"); got != "server-a:db1 hello" {
				t.Fatalf("%s: got %q", name, got)
			}
		}
	}
	if rtt, ok := a.RTT("server-b"); !ok || rtt <= 0 || rtt > time.Second {
		t.Fatalf("round trip %v %v", rtt, ok)
	}
	if _, ok := a.RTT("server-c"); ok {
		t.Fatal("a round trip with a server never met")
	}
}

func TestSharedConnectionServesBothDirections(t *testing.T) {
	a, _ := listen(t, "server-a")
	b, _ := listen(t, "server-b")
	a.Handle(Query, echo)
	b.Handle(Query, echo)
	c, err := a.Dial(within(t), b.Addr(), "server-b", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	ask(t, c, "x")
	// No address is needed any more: the connection a made is used.
	c, err = b.Dial(within(t), "256.0.0.1:1", "server-a", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, c, "y"); got != "server-b:y" {
		t.Fatalf("got %q", got)
	}
}

func TestDialRefusesAnotherServer(t *testing.T) {
	a, _ := listen(t, "server-a")
	b, _ := listen(t, "server-b")
	if _, err := a.Dial(within(t), b.Addr(), "server-c", Query, nil); !errors.Is(err, ErrWrongServer) {
		t.Fatalf("got %v", err)
	}
}

func TestDialingItself(t *testing.T) {
	a, _ := listen(t, "server-a")
	a.Handle(Query, echo)
	c, err := a.Dial(within(t), a.Addr(), "", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, c, "x"); got != "server-a:x" {
		t.Fatalf("got %q", got)
	}
}

func TestDialEndsWithItsContext(t *testing.T) {
	a, _ := listen(t, "server-a")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	// Nobody listens there.
	if _, err := a.Dial(ctx, "127.0.0.1:1", "", Query, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

func TestPeerDownIsNoticed(t *testing.T) {
	a, _ := listen(t, "server-a")
	b, _ := listen(t, "server-b")
	hold := make(chan struct{})
	b.Handle(Query, func(ctx context.Context, _ []byte, c Conn) {
		defer c.Close()
		close(hold)
		<-ctx.Done()
	})
	down := make(chan string, 1)
	a.OnPeerDown(func(server string, _ error) { down <- server })
	c, err := a.Dial(within(t), b.Addr(), "server-b", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	<-hold
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if got := <-down; got != "server-b" {
		t.Fatalf("%q is down", got)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, ErrPeerDown) {
		t.Fatalf("read gives %v", err)
	}
	if _, ok := a.RTT("server-b"); ok {
		t.Fatal("a lost server still has a round trip")
	}
}

// A server that restarts on its address, without a word of farewell, tells
// those who still talk to its old self with stateless resets.
func TestRestartedPeerIsNoticedByReset(t *testing.T) {
	dir := t.TempDir()
	identity := func() Identity {
		id, err := NewIdentity(dir, secret, "server-b")
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	a, _ := listen(t, "server-a")
	b, _ := listen(t, "server-b", func(c *Config) { c.Identity = identity() })
	hold := make(chan struct{})
	b.Handle(Query, func(ctx context.Context, _ []byte, c Conn) {
		defer c.Close()
		close(hold)
		<-ctx.Done()
	})
	addr := b.Addr()
	c, err := a.Dial(within(t), addr, "server-b", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	<-hold
	down := make(chan error, 1)
	a.OnPeerDown(func(_ string, cause error) { down <- cause })
	// The socket goes first, so that no farewell can leave.
	if err := b.socket.Close(); err != nil {
		t.Fatal(err)
	}
	_ = b.Close()
	again, _ := listen(t, "server-b", func(c *Config) { c.Identity, c.Listen = identity(), addr })
	again.Handle(Query, echo)
	if _, err := c.Write(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, ErrPeerDown) {
		t.Fatalf("read gives %v", err)
	}
	if cause := <-down; !strings.Contains(cause.Error(), "stateless reset") {
		t.Fatalf("lost by %v", cause)
	}
	c, err = a.Dial(within(t), addr, "server-b", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, c, "x"); got != "server-a:x" {
		t.Fatalf("got %q", got)
	}
}

func TestPacketsOfAnySize(t *testing.T) {
	a, _ := listen(t, "server-a")
	b, _ := listen(t, "server-b")
	got := make(chan string, 10)
	b.HandlePackets(func(from string, p []byte) {
		if from != a.Addr() {
			t.Errorf("from %s, want %s", from, a.Addr())
		}
		got <- string(p)
	})
	for _, n := range []int{1, 1000, 5000, MaxPacket} {
		p := strings.Repeat("x", n)
		if err := a.SendPacket(b.Addr(), []byte(p)); err != nil {
			t.Fatal(err)
		}
		if r := <-got; r != p {
			t.Fatalf("sent %d bytes, got %d", n, len(r))
		}
	}
	if err := a.SendPacket(b.Addr(), make([]byte, MaxPacket+1)); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("got %v", err)
	}
}

func TestCloseUnblocksReadAndWrite(t *testing.T) {
	a, _ := listen(t, "server-a")
	b, _ := listen(t, "server-b")
	b.Handle(Query, func(ctx context.Context, _ []byte, c Conn) {
		defer c.Close()
		<-ctx.Done() // never reads
	})
	c, err := a.Dial(within(t), b.Addr(), "server-b", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	started := make(chan struct{}, 2)
	wg.Go(func() {
		started <- struct{}{}
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("read gave no error")
		}
	})
	wg.Go(func() {
		started <- struct{}{}
		if _, err := c.Write(make([]byte, 200<<20)); err == nil {
			t.Error("write gave no error")
		}
	})
	<-started
	<-started
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
}

// A stream's credit comes back when its handler closes it, and not before.
func TestStreamsAreBounded(t *testing.T) {
	a, _ := listen(t, "server-a")
	b, _ := listen(t, "server-b", func(c *Config) { c.Limits.StreamsPerConn = 2 })
	release := make(chan struct{})
	b.Handle(Query, func(ctx context.Context, _ []byte, c Conn) {
		defer c.Close()
		select {
		case <-release:
		case <-ctx.Done():
		}
	})
	for range 2 {
		c, err := a.Dial(within(t), b.Addr(), "server-b", Query, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := a.Dial(ctx, b.Addr(), "server-b", Query, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("third stream: %v", err)
	}
	close(release)
	for range 20 {
		c, err := a.Dial(within(t), b.Addr(), "server-b", Query, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
}

func TestClosedEndpoint(t *testing.T) {
	a, _ := listen(t, "server-a")
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Dial(within(t), "127.0.0.1:1", "", Query, nil); !errors.Is(err, ErrClosed) {
		t.Fatalf("dial gives %v", err)
	}
	if err := a.SendPacket("127.0.0.1:1", nil); !errors.Is(err, ErrClosed) {
		t.Fatalf("packet gives %v", err)
	}
}
