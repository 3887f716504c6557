package bolt

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// Limits of a connection; named here so that an operator can find them.
const (
	loginMessageMax    = 64 << 10         // bytes of a message before login
	unauthenticatedMax = 1000             // connections that have not logged in, in all
	queueMax           = 256              // messages read ahead of the one that runs
	loginHeldMax       = 256 << 10        // bytes of them before login
	writeTimeout       = 15 * time.Minute // for a client to take what it asked for
)

// Config says how the door stands.
type Config struct {
	Backend    Backend
	Agent      string      // "Neo4j/5.26.0"
	TLS        *tls.Config // nil: plain only
	MessageMax int         // bytes of one message after login; default 64 MiB
	// Room tells whether so many bytes of a message can be taken; its error is the
	// answer to the message. nil means that they always can.
	Room   func(bytes int64) error
	Logger *slog.Logger

	HandshakeTimeout time.Duration // for a client to say what it speaks; default 5 s
	LoginTimeout     time.Duration // from then until it has logged in; default 30 s
}

var errClosing = errors.New("the server is closing")

// Server accepts connections until it is closed.
type Server struct {
	cfg     Config
	ids     atomic.Uint64
	pending strangers

	mu    sync.Mutex
	conns map[*conn]struct{}
	done  bool
	wg    sync.WaitGroup
}

// NewServer makes a server; Serve runs it.
func NewServer(cfg Config) *Server {
	if cfg.MessageMax == 0 {
		cfg.MessageMax = 64 << 20
	}
	if cfg.HandshakeTimeout == 0 {
		cfg.HandshakeTimeout = 5 * time.Second
	}
	if cfg.LoginTimeout == 0 {
		cfg.LoginTimeout = 30 * time.Second
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Server{cfg: cfg, conns: map[*conn]struct{}{}}
}

// Serve accepts connections from l until it is closed.
func (s *Server) Serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("accept bolt connection: %w", err)
		}
		s.wg.Add(1)
		go func() {
			defer s.wg.Done()
			s.open(c)
		}()
	}
}

// Close waits until running statements have ended or ctx does, then closes all connections.
func (s *Server) Close(ctx context.Context) {
	s.mu.Lock()
	s.done = true
	all := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		all = append(all, c)
	}
	s.mu.Unlock()
	for _, c := range all {
		c.retire()
	}
	ended := make(chan struct{})
	go func() { s.wg.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
		for _, c := range all {
			c.net.Close()
			c.abandon(errClosing)
		}
		<-ended
	}
}

// open finds out what kind of connection it is: TLS, WebSocket or plain Bolt.
func (s *Server) open(nc net.Conn) {
	defer nc.Close()
	login := s.pending.add(nc)
	defer login()
	_ = nc.SetDeadline(time.Now().Add(s.cfg.HandshakeTimeout))
	br := bufio.NewReaderSize(nc, 16<<10)
	head, err := br.Peek(4)
	if err != nil {
		return
	}
	stream := net.Conn(&peeked{Conn: nc, r: br})
	if head[0] == 0x16 && s.cfg.TLS != nil {
		t := tls.Server(stream, s.cfg.TLS)
		br = bufio.NewReaderSize(t, 16<<10)
		if head, err = br.Peek(4); err != nil {
			return
		}
		stream = &peeked{Conn: t, r: br}
	}
	if string(head) == "GET " {
		s.serveWebSocket(stream, login)
		return
	}
	s.serve(stream, br, login)
}

// peeked is a connection some bytes of which wait in r.
type peeked struct {
	net.Conn
	r *bufio.Reader
}

func (p *peeked) Read(b []byte) (int, error) { return p.r.Read(b) }

// serveWebSocket upgrades the one request on nc and speaks Bolt in its binary messages.
func (s *Server) serveWebSocket(nc net.Conn, login func()) {
	done := make(chan struct{})
	var once sync.Once
	finish := func() { once.Do(func() { close(done) }) }
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer finish()
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // drivers in browsers come from any origin and must log in
		if err != nil {
			return
		}
		ws.SetReadLimit(int64(s.cfg.MessageMax))
		stream := websocket.NetConn(context.Background(), ws, websocket.MessageBinary)
		defer stream.Close()
		s.serve(stream, bufio.NewReaderSize(stream, 16<<10), login)
	})
	server := &http.Server{Handler: h, ReadHeaderTimeout: s.cfg.HandshakeTimeout, ConnState: func(_ net.Conn, st http.ConnState) {
		if st == http.StateClosed {
			finish()
		}
	}}
	_ = nc.SetDeadline(time.Time{})
	_ = server.Serve(&oneConn{conn: nc, done: done})
	<-done
}

// oneConn is a listener of a single connection.
type oneConn struct {
	conn net.Conn
	done chan struct{}
	used atomic.Bool
}

func (l *oneConn) Accept() (net.Conn, error) {
	if l.used.CompareAndSwap(false, true) {
		return l.conn, nil
	}
	<-l.done
	return nil, net.ErrClosed
}
func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }

func (s *Server) serve(nc net.Conn, br *bufio.Reader, login func()) {
	_ = nc.SetDeadline(time.Now().Add(s.cfg.HandshakeTimeout))
	major, minor, err := handshake(br, nc)
	if err != nil {
		return
	}
	_ = nc.SetDeadline(time.Time{})
	c := newConn(s, nc, br, major, minor, login)
	s.mu.Lock()
	if s.done {
		s.mu.Unlock()
		return
	}
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	c.run()
}
