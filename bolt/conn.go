package bolt

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"graticule/graph"
	"graticule/internal/packstream"
	"graticule/status"
)

type state uint8

const (
	stateConnected state = iota // before HELLO
	stateAuthentication
	stateReady
	stateStreaming
	stateTxReady
	stateTxStreaming
	stateFailed
	stateDefunct
)

// Messages of the client.
const (
	msgHello     = 0x01
	msgGoodbye   = 0x02
	msgReset     = 0x0F
	msgRun       = 0x10
	msgBegin     = 0x11
	msgCommit    = 0x12
	msgRollback  = 0x13
	msgDiscard   = 0x2F
	msgPull      = 0x3F
	msgTelemetry = 0x54
	msgRoute     = 0x66
	msgLogon     = 0x6A
	msgLogoff    = 0x6B

	msgSuccess = 0x70
	msgRecord  = 0x71
	msgIgnored = 0x7E
	msgFailure = 0x7F
)

// errReset is the cause of a context that RESET cancelled.
var errReset = errors.New("the connection was reset")

// conn is one connection. The goroutine of run reads and handles messages, one
// after the other; while one is handled for long, a second goroutine reads on, so
// that a RESET or the client's end interrupts it (reading.go).
type conn struct {
	server       *Server
	net          net.Conn
	br           *bufio.Reader
	major, minor byte
	login        func()
	messageMax   atomic.Int64
	messages     chan []byte  // read by watch, not yet handled
	resets       atomic.Int64 // RESETs read but not yet answered
	retired      atomic.Bool
	life         context.Context // ends with the connection
	abandon      context.CancelCauseFunc
	refused      atomic.Pointer[error] // why the last message was refused

	mu      sync.Mutex
	cancel  context.CancelCauseFunc // of ctx
	working bool                    // a message is being handled
	since   time.Time               // since when
	silent  time.Time               // since when nothing was sent, not even a NOOP
	look    *time.Timer             // looks after messages that take long
	due     time.Time               // when look is due; zero when it does not run
	watched bool                    // watch owns br
	ending  bool
	sending bool          // sendRows is at work
	held    int64         // bytes of messages
	drained chan struct{} // signals that held has become less; not guarded

	writing sync.Mutex // held while bytes go out: whole messages only
	granted time.Time  // when a write was last given time; guarded by writing
	torn    bool       // the last write stopped within a message; guarded by writing
	resumes bool       // a write that was interrupted can go on where it stopped

	// owned by run
	in       []byte          // the message being handled, unless watch has read it
	ctx      context.Context // of all work until the next RESET
	decoder  packstream.Decoder
	answer   graph.Map // being made
	state    state
	session  Session
	options  packstream.Options
	out      []byte // answer not yet sent, in chunks
	body     []byte // message being built
	info     ConnInfo
	tx       Transaction
	results  map[int64]*stream
	lastQID  int64
	nextQID  int64
	auto     *stream
	wanted   status.NotificationFilter // of HELLO
	txWanted status.NotificationFilter // of BEGIN
}

// stream is one open result.
type stream struct {
	result  Result
	wanted  status.NotificationFilter
	started time.Time
	rows    bool
}

func newConn(s *Server, nc net.Conn, br *bufio.Reader, major, minor byte, login func()) *conn {
	c := &conn{server: s, net: nc, br: br, major: major, minor: minor, login: login, messages: make(chan []byte, queueMax), results: map[int64]*stream{}, drained: make(chan struct{}, 1)}
	c.life, c.abandon = context.WithCancelCause(context.Background())
	c.messageMax.Store(loginMessageMax)
	c.info = ConnInfo{ID: fmt.Sprintf("bolt-%d", s.ids.Add(1)), Client: nc.RemoteAddr().String(), Server: nc.LocalAddr().String(), Protocol: fmt.Sprintf("%d.%d", major, minor), Began: time.Now(), Kill: func() { nc.Close() }}
	if p, ok := nc.(*peeked); ok {
		_, secure := p.Conn.(*tls.Conn)
		c.resumes = !secure // and no WebSocket: these send in frames
	}
	c.options = packstream.Options{ElementIDs: major >= 5, UTC: major >= 5}
	return c
}

func (c *conn) atLeast(major, minor byte) bool {
	return c.major > major || (c.major == major && c.minor >= minor)
}

// run serves the connection until it ends.
func (c *conn) run() {
	defer c.abandon(nil)
	_ = c.net.SetReadDeadline(time.Now().Add(c.server.cfg.LoginTimeout))
	c.renew(c.life)
	defer func() {
		if r := recover(); r != nil {
			c.server.cfg.Logger.Error("bolt connection failed", "connection", c.info.ID, "panic", r, "stack", string(debug.Stack()))
		}
		c.abandon(nil)
		c.endWatch()
		c.closeResults()
		if c.tx != nil {
			_ = c.tx.Rollback(context.Background())
		}
		if c.session != nil {
			c.session.Close()
		}
	}()
	c.look = time.AfterFunc(time.Hour, c.lookAfter)
	for {
		msg, ok := c.next()
		if !ok {
			return
		}
		c.handle(c.life, msg)
		more := c.rest()
		if c.state == stateDefunct {
			_ = c.flush()
			return
		}
		if !more || len(c.out) > 64<<10 {
			if c.flush() != nil {
				return
			}
		}
		if c.retired.Load() && c.state == stateReady && !more {
			return
		}
	}
}

// renew makes the context of the work to come.
func (c *conn) renew(parent context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel(nil)
	}
	c.ctx, c.cancel = context.WithCancelCause(parent)
	if c.resets.Load() > 0 {
		c.cancel(errReset)
	}
}

// retire asks the connection to end once nothing runs on it.
func (c *conn) retire() {
	c.retired.Store(true)
	_ = c.net.SetReadDeadline(time.Now())
}

// --- writing ---

const (
	chunkMax = 0xFFFF
	// frameGrace is how long a client has to read a frame of TLS or WebSocket whose
	// statement was ended.
	frameGrace = 80 * time.Millisecond
	bodyKept   = 1 << 20 // bytes of a message that are used again
)

// end closes the message in body and puts its chunks into out.
func (c *conn) end() {
	if len(c.body) > bodyKept {
		c.out = slices.Grow(c.out, len(c.body)+len(c.body)/chunkMax*2+4)
	}
	for b := c.body; len(b) > 0; {
		n := min(len(b), chunkMax)
		c.out = append(c.out, byte(n>>8), byte(n))
		c.out = append(c.out, b[:n]...)
		b = b[n:]
	}
	c.out = append(c.out, 0, 0)
	if c.body = c.body[:0]; cap(c.body) > bodyKept {
		c.body = nil
	}
}

// allowWrite gives the write that follows at least half of writeTimeout; most
// calls only look at the clock. The caller holds writing.
func (c *conn) allowWrite() {
	if now := time.Now(); now.Sub(c.granted) > writeTimeout/2 {
		c.granted = now
		_ = c.net.SetWriteDeadline(now.Add(writeTimeout))
	}
}

func (c *conn) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	c.writing.Lock()
	c.allowWrite()
	n, err := c.net.Write(c.out)
	if c.torn = err != nil; c.torn {
		c.out = c.out[n:]
	}
	c.writing.Unlock()
	if err != nil {
		return err
	}
	if cap(c.out) > 1<<20 {
		c.out = nil
	}
	c.out = c.out[:0]
	return nil
}

// sendRows is flush while a statement gives rows. A statement that is ended does not
// wait for a client that does not read: its rows then stay in out, to go before its
// error. Where a write cannot go on later, the client has frameGrace and then loses
// the connection.
func (c *conn) sendRows(statement context.Context) error {
	c.mu.Lock()
	c.sending = true
	c.mu.Unlock()
	stop := context.AfterFunc(statement, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.sending {
			grace := time.Duration(0)
			if !c.resumes {
				grace = frameGrace
			}
			_ = c.net.SetWriteDeadline(time.Now().Add(grace))
		}
	})
	err := c.flush()
	c.mu.Lock()
	c.sending = false
	c.mu.Unlock()
	if stop() {
		return err
	}
	c.writing.Lock()
	c.granted = time.Time{} // so that the next write has time again
	c.writing.Unlock()
	if err != nil && !(c.resumes && errors.Is(err, os.ErrDeadlineExceeded)) {
		return err
	}
	return context.Cause(statement)
}

// reply gives an empty map for the answer to a message; it lasts until the next one.
func (c *conn) reply() *graph.Map {
	c.answer.Clear()
	return &c.answer
}

func (c *conn) success(m *graph.Map) {
	c.body = c.options.AppendMap(packstream.AppendStruct(c.body[:0], msgSuccess, 1), m)
	c.end()
}

func (c *conn) ignored() {
	c.body = packstream.AppendStruct(c.body[:0], msgIgnored, 0)
	c.end()
}

// failure answers err and goes to the failed state.
func (c *conn) failure(err error) {
	e := c.server.cfg.Backend.Failure(err)
	c.body = packstream.AppendStruct(c.body[:0], msgFailure, 1)
	c.body = c.options.AppendMap(c.body, c.failureMap(e, true))
	c.end()
	c.closeResults()
	if c.tx != nil {
		_ = c.tx.Rollback(context.Background())
		c.tx = nil
	}
	c.state = stateFailed
}

func (c *conn) failureMap(e *status.Error, top bool) *graph.Map {
	m := graph.NewMap(6)
	if !c.atLeast(5, 7) {
		m.Put("code", graph.String(e.Code))
		m.Put("message", graph.String(e.Message))
		return m
	}
	gql := e.GQLStatus
	if gql == "" {
		gql = "50N42"
	}
	if top {
		m.Put("neo4j_code", graph.String(e.Code))
	}
	m.Put("message", graph.String(e.Message))
	m.Put("gql_status", graph.String(gql))
	m.Put("description", graph.String(e.Description()))
	m.Put("diagnostic_record", graph.MapOf(diagnostics(e.Diagnosis())))
	if e.Cause != nil {
		m.Put("cause", graph.MapOf(c.failureMap(e.Cause, false)))
	}
	return m
}

func diagnostics(classification string, p status.Position) *graph.Map {
	d := graph.NewMap(5)
	d.Put("OPERATION", graph.String(""))
	d.Put("OPERATION_CODE", graph.String("0"))
	d.Put("CURRENT_SCHEMA", graph.String("/"))
	if classification != "" {
		d.Put("_classification", graph.String(classification))
	}
	if p.Line > 0 {
		d.Put("_position", positionMap(p))
	}
	return d
}

func positionMap(p status.Position) graph.Value {
	m := graph.NewMap(3)
	m.Put("offset", graph.Int(int64(p.Offset)))
	m.Put("line", graph.Int(int64(p.Line)))
	m.Put("column", graph.Int(int64(p.Column)))
	return graph.MapOf(m)
}

func (c *conn) closeResults() {
	for id, s := range c.results {
		_ = s.result.Close(context.Background())
		delete(c.results, id)
	}
	if c.auto != nil {
		_ = c.auto.result.Close(context.Background())
		c.auto = nil
	}
}
