package bolt

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

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

// conn is one connection. The reader goroutine owns br; the worker owns
// everything under "owned by run".
type conn struct {
	server       *Server
	net          net.Conn
	br           *bufio.Reader
	major, minor byte
	login        func()
	messageMax   atomic.Int64
	messages     chan message
	ahead        *semaphore.Weighted // bytes of messages read ahead
	resets       atomic.Int64        // RESETs read but not yet answered
	retired      atomic.Bool
	life         context.Context // ends with the connection
	abandon      context.CancelCauseFunc

	mu     sync.Mutex
	cancel context.CancelCauseFunc // of ctx

	writing sync.Mutex   // held while bytes go out: whole messages only
	working atomic.Bool  // a message is being handled
	since   atomic.Int64 // since when, in nanoseconds from born on
	alive   *time.Timer  // sends a NOOP when that takes long
	awake   atomic.Bool  // alive is running
	granted time.Time    // when a write was last given time; guarded by writing
	born    time.Time

	// owned by run
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
	c := &conn{server: s, net: nc, br: br, major: major, minor: minor, login: login, messages: make(chan message, queueMax), ahead: semaphore.NewWeighted(int64(s.cfg.MessageMax)), results: map[int64]*stream{}, born: time.Now()}
	c.life, c.abandon = context.WithCancelCause(context.Background())
	c.messageMax.Store(loginMessageMax)
	c.info = ConnInfo{ID: fmt.Sprintf("bolt-%d", s.ids.Add(1)), Client: nc.RemoteAddr().String(), Server: nc.LocalAddr().String(), Protocol: fmt.Sprintf("%d.%d", major, minor)}
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
	go c.read()
	defer func() {
		if r := recover(); r != nil {
			c.server.cfg.Logger.Error("bolt connection failed", "connection", c.info.ID, "panic", r, "stack", string(debug.Stack()))
		}
		c.net.Close()
		c.abandon(nil)
		for range c.messages { // let the reader end
		}
		c.closeResults()
		if c.tx != nil {
			_ = c.tx.Rollback(context.Background())
		}
		if c.session != nil {
			c.session.Close()
		}
	}()
	c.alive = time.AfterFunc(time.Hour, c.noop)
	defer c.alive.Stop()
	for msg := range c.messages {
		c.work()
		c.handle(c.life, msg.bytes)
		c.ahead.Release(msg.weight)
		c.working.Store(false)
		if c.state == stateDefunct {
			_ = c.flush()
			return
		}
		if len(c.messages) == 0 || len(c.out) > 64<<10 {
			if c.flush() != nil {
				return
			}
		}
		if c.retired.Load() && c.state == stateReady && len(c.messages) == 0 {
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

// read takes messages off the wire until it fails, then closes the queue.
func (c *conn) read() {
	defer close(c.messages)
	for {
		msg, err := c.readMessage()
		if err != nil {
			if !c.retired.Load() {
				c.abandon(fmt.Errorf("the client has gone: %w", err))
			}
			return
		}
		if len(msg) >= 2 && msg[1] == msgReset {
			c.mu.Lock()
			c.resets.Add(1)
			c.cancel(errReset)
			c.mu.Unlock()
		}
		m := message{msg, c.weight(len(msg))}
		if c.ahead.Acquire(c.life, m.weight) != nil {
			return
		}
		c.messages <- m
	}
}

// message is one that was read ahead, and its share of what may be.
type message struct {
	bytes  []byte
	weight int64
}

// weight gives the share of a message of n bytes; before login few are read ahead.
func (c *conn) weight(n int) int64 {
	most := int64(c.server.cfg.MessageMax)
	if c.messageMax.Load() == loginMessageMax {
		return most / loginQueueMax
	}
	return min(int64(n), most)
}

// readMessage joins the chunks of one message; empty chunks between messages are NOOPs.
func (c *conn) readMessage() ([]byte, error) {
	var msg []byte
	var head [2]byte
	for {
		if _, err := io.ReadFull(c.br, head[:]); err != nil {
			return nil, err
		}
		n := int(binary.BigEndian.Uint16(head[:]))
		if n == 0 {
			if len(msg) > 0 {
				return msg, nil
			}
			continue
		}
		if int64(len(msg)+n) > c.messageMax.Load() {
			return nil, errors.New("a message is too large")
		}
		at := len(msg)
		msg = append(msg, make([]byte, n)...)
		if _, err := io.ReadFull(c.br, msg[at:]); err != nil {
			return nil, err
		}
	}
}

// --- writing ---

// While a message is handled a NOOP goes out every noopInterval, and drivers are
// told to give a connection up that is silent for receiveTimeout: they would wait
// forever for a server that is frozen or cut off (Bolt: "connection.recv_timeout_seconds").
const (
	noopInterval   = time.Second
	receiveTimeout = 4 * time.Second
)

// work notes that a message is being handled. The timer is not stopped at the end:
// it finds out for itself, so that it is touched once an interval and not twice a
// message.
func (c *conn) work() {
	c.since.Store(int64(time.Since(c.born)))
	c.working.Store(true)
	if !c.awake.Load() {
		c.awake.Store(true)
		c.alive.Reset(noopInterval)
	}
}

func (c *conn) noop() {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.awake.Store(false)
	if !c.working.Load() { // a message that begins now sees that the timer has to be woken
		return
	}
	left := noopInterval - (time.Since(c.born) - time.Duration(c.since.Load()))
	if left <= 0 {
		c.allowWrite()
		if _, err := c.net.Write([]byte{0, 0}); err != nil {
			c.abandon(fmt.Errorf("the client has gone: %w", err)) // the reader may wait for room and not see it
			return
		}
		left = noopInterval
		c.since.Store(int64(time.Since(c.born)))
	}
	c.awake.Store(true)
	c.alive.Reset(left)
}

const chunkMax = 0xFFFF

// end closes the message in body and puts its chunks into out.
func (c *conn) end() {
	for b := c.body; len(b) > 0; {
		n := min(len(b), chunkMax)
		c.out = append(c.out, byte(n>>8), byte(n))
		c.out = append(c.out, b[:n]...)
		b = b[n:]
	}
	c.out = append(c.out, 0, 0)
	c.body = c.body[:0]
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
	_, err := c.net.Write(c.out)
	c.writing.Unlock()
	if cap(c.out) > 1<<20 {
		c.out = nil
	}
	c.out = c.out[:0]
	return err
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
