package boltclient

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"graticule/graph"
	"graticule/internal/packstream"
)

// dialTimeout bounds the handshake and the login.
const dialTimeout = 10 * time.Second

// readBuffer is the size of a connection's read buffer, in bytes.
const readBuffer = 16 << 10

// ErrProtocol means an answer that is not Bolt, or not one to what was asked.
var ErrProtocol = errors.New("the server does not answer as Bolt says")

// ServerError is a FAILURE of the server.
type ServerError struct{ Code, Message string }

// Error names the code.
func (e *ServerError) Error() string { return e.Code + ": " + e.Message }

// Login is how a connection logs on. The zero value logs on without credentials.
type Login struct {
	User, Password string // Password "" means no credentials
	Routes         bool   // the client routes, as with the scheme neo4j://
}

// Conn is one connection that has logged on.
type Conn struct {
	net net.Conn
	br  *bufio.Reader
}

// Dial connects to host:port and logs on.
func Dial(ctx context.Context, address string, l Login) (*Conn, error) {
	d := net.Dialer{Timeout: dialTimeout}
	nc, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", address, err)
	}
	c := &Conn{net: nc, br: bufio.NewReaderSize(nc, readBuffer)}
	_ = nc.SetDeadline(time.Now().Add(dialTimeout))
	if err := c.logOn(l); err != nil {
		nc.Close()
		return nil, fmt.Errorf("log on to %s: %w", address, err)
	}
	_ = nc.SetDeadline(time.Time{})
	return c, nil
}

func (c *Conn) logOn(l Login) error {
	hand := append([]byte{0x60, 0x60, 0xB0, 0x17, 0, 0, 8, 5}, make([]byte, 12)...)
	if _, err := c.net.Write(hand); err != nil {
		return err
	}
	var chosen [4]byte
	if _, err := io.ReadFull(c.br, chosen[:]); err != nil {
		return err
	}
	if chosen != [4]byte{0, 0, 8, 5} {
		return fmt.Errorf("%w: it does not speak Bolt 5.8", ErrProtocol)
	}
	agent := graph.NewMap(1)
	agent.Put("product", graph.String("graticule-bench/1"))
	hello := graph.NewMap(3)
	hello.Put("user_agent", graph.String("graticule-bench/1"))
	hello.Put("bolt_agent", graph.MapOf(agent))
	if l.Routes {
		hello.Put("routing", graph.MapOf(&graph.Map{}))
	}
	logon := graph.NewMap(3)
	if l.Password == "" {
		logon.Put("scheme", graph.String("none"))
	} else {
		logon.Put("scheme", graph.String("basic"))
		logon.Put("principal", graph.String(l.User))
		logon.Put("credentials", graph.String(l.Password))
	}
	if _, err := c.call(msgHello, graph.MapOf(hello)); err != nil {
		return err
	}
	_, err := c.call(msgLogon, graph.MapOf(logon))
	return err
}

// call sends one message and gives what its SUCCESS holds.
func (c *Conn) call(tag byte, fields ...graph.Value) (*graph.Map, error) {
	var o packstream.Options
	b := packstream.AppendStruct(nil, tag, len(fields))
	for _, f := range fields {
		b = o.Append(b, f)
	}
	if _, err := c.net.Write(appendMessage(nil, b)); err != nil {
		return nil, err
	}
	body, err := c.message()
	if err != nil {
		return nil, err
	}
	d := packstream.Decoder{B: body, UTC: true, Servers: true}
	answer, _ := d.StructHeader()
	m := d.Map()
	switch {
	case d.Err != nil:
		return nil, fmt.Errorf("%w: %v", ErrProtocol, d.Err)
	case answer == msgFailure:
		return nil, failureOf(m)
	case answer != msgSuccess:
		return nil, fmt.Errorf("%w: message %#x instead of SUCCESS", ErrProtocol, answer)
	}
	return m, nil
}

func failureOf(m *graph.Map) error {
	text := func(key string) string {
		if v, ok := m.Get(key); ok && v.Kind() == graph.KindString {
			return v.AsString()
		}
		return ""
	}
	return &ServerError{Code: text("neo4j_code"), Message: text("message")}
}

// message reads a whole message.
func (c *Conn) message() ([]byte, error) {
	var out []byte
	for {
		n, err := c.chunk()
		if err != nil {
			return nil, err
		}
		if n == 0 {
			if len(out) > 0 {
				return out, nil
			}
			continue // a NOOP
		}
		at := len(out)
		out = append(out, make([]byte, n)...)
		if _, err := io.ReadFull(c.br, out[at:]); err != nil {
			return nil, err
		}
	}
}

// chunk reads the head of a chunk and gives the chunk's size.
func (c *Conn) chunk() (int, error) {
	head, err := c.br.Peek(2)
	if err != nil {
		return 0, err
	}
	n := int(binary.BigEndian.Uint16(head))
	_, err = c.br.Discard(2)
	return n, err
}

// ErrReset means that Reset ended the statement.
var ErrReset = errors.New("the statement was ended by a RESET")

// Reset has the statement end that Do runs, in another goroutine: Do gives ErrReset
// once the server has answered. It is not for a connection on which nothing runs.
func (c *Conn) Reset() error {
	_, err := c.net.Write(appendMessage(nil, packstream.AppendStruct(nil, msgReset, 0)))
	return err
}

// Send sends s and reads nothing: a client too slow for its rows.
func (c *Conn) Send(s *Statement) error {
	_, err := c.net.Write(s.bytes)
	return err
}

// Do runs s and gives the number of its rows, as Receive does.
func (c *Conn) Do(s *Statement) (rows int, err error) {
	if err := c.Send(s); err != nil {
		return 0, err
	}
	return c.Receive()
}

// Receive reads the answers to a statement that was sent, and gives the number of
// its rows. A *ServerError leaves the connection in its failed state: close it.
func (c *Conn) Receive() (rows int, err error) {
	ignored := false
	for ends := 0; ends < 2; {
		tag, body, err := c.skim()
		switch {
		case err != nil:
			return rows, err
		case tag == msgRecord:
			rows++
		case tag == msgIgnored:
			ignored = true
		case tag == msgSuccess && ignored:
			return rows, ErrReset
		case tag == msgSuccess:
			ends++
		case tag == msgFailure:
			d := packstream.Decoder{B: body, UTC: true, Servers: true}
			d.StructHeader()
			return rows, failureOf(d.Map())
		default:
			return rows, fmt.Errorf("%w: message %#x to a RUN or PULL", ErrProtocol, tag)
		}
	}
	return rows, nil
}

// skim reads the next message and gives its tag, and its bytes when it is a FAILURE.
func (c *Conn) skim() (tag byte, body []byte, err error) {
	n, err := c.chunk()
	for err == nil && n == 0 {
		n, err = c.chunk()
	}
	if err != nil {
		return 0, nil, err
	}
	whole := n < 2 // the tag stands in the next chunk
	if !whole {
		first, err := c.br.Peek(2)
		if err != nil {
			return 0, nil, err
		}
		tag = first[1]
		whole = tag == msgFailure
	}
	for n > 0 {
		if whole {
			at := len(body)
			body = append(body, make([]byte, n)...)
			_, err = io.ReadFull(c.br, body[at:])
		} else {
			_, err = c.br.Discard(n)
		}
		if err == nil {
			n, err = c.chunk()
		}
		if err != nil {
			return 0, nil, err
		}
	}
	if whole {
		if len(body) < 2 {
			return 0, nil, fmt.Errorf("%w: a message of %d bytes", ErrProtocol, len(body))
		}
		tag = body[1]
	}
	return tag, body, nil
}

// Servers are the addresses of a routing table by role.
type Servers struct{ Write, Read []string }

// Route asks for the routing table of a database.
func (c *Conn) Route(database string) (Servers, error) {
	extra := graph.NewMap(1)
	if database != "" {
		extra.Put("db", graph.String(database))
	}
	m, err := c.call(msgRoute, graph.MapOf(&graph.Map{}), graph.List(nil), graph.MapOf(extra))
	if err != nil {
		return Servers{}, err
	}
	var out Servers
	table, _ := m.Get("rt")
	if table.Kind() != graph.KindMap {
		return out, fmt.Errorf("%w: no routing table", ErrProtocol)
	}
	servers, _ := table.AsMap().Get("servers")
	for _, v := range servers.AsListOrNil() {
		if v.Kind() != graph.KindMap {
			continue
		}
		role, _ := v.AsMap().Get("role")
		addresses, _ := v.AsMap().Get("addresses")
		for _, a := range addresses.AsListOrNil() {
			switch {
			case role.Kind() != graph.KindString || a.Kind() != graph.KindString:
			case role.AsString() == "WRITE":
				out.Write = append(out.Write, a.AsString())
			case role.AsString() == "READ":
				out.Read = append(out.Read, a.AsString())
			}
		}
	}
	return out, nil
}

// Close says goodbye.
func (c *Conn) Close() error {
	_, err := c.net.Write(appendMessage(nil, packstream.AppendStruct(nil, msgGoodbye, 0)))
	return errors.Join(err, c.net.Close())
}
