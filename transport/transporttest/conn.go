package transporttest

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"graticule/transport"
)

// conn is one end of a stream.
type conn struct {
	host, peer *Host
	in, out    *half
	ctx        context.Context
	cancel     context.CancelFunc
	stop       func() bool // undoes the tie to the host's context
	closed     atomic.Bool
	once       sync.Once
}

var _ transport.Conn = (*conn)(nil)

func newConns(a, b *Host) (*conn, *conn) {
	p := line(a.addr, b.addr)
	ab, ba := newHalf(a.net, p), newHalf(a.net, p)
	return newConn(a, b, ba, ab), newConn(b, a, ab, ba)
}

func newConn(host, peer *Host, in, out *half) *conn {
	c := &conn{host: host, peer: peer, in: in, out: out}
	c.ctx, c.cancel = context.WithCancel(host.ctx)
	c.stop = context.AfterFunc(peer.ctx, c.cancel)
	return c
}

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	if err != nil && c.closed.Load() {
		err = net.ErrClosed
	}
	return n, err
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (int, error) {
	if c.closed.Load() {
		return 0, net.ErrClosed
	}
	return c.out.Write(b)
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.once.Do(func() {
		c.closed.Store(true)
		c.out.end()
		c.in.discard()
		// The reading half is over for this end; its writer learns nothing, as in QUIC.
		c.in.setDeadline(&c.in.read, time.Unix(0, 1))
		c.host.remove(c)
		c.stop()
		c.cancel()
		c.in.forget()
	})
	return nil
}

// CloseWrite implements transport.Conn.
func (c *conn) CloseWrite() error {
	c.out.end()
	return nil
}

// CancelRead implements transport.Conn.
func (c *conn) CancelRead() { c.in.discard() }

// Reset implements transport.Conn.
func (c *conn) Reset() { c.abort(transport.ErrReset) }

// abort breaks both directions for both ends.
func (c *conn) abort(err error) {
	c.in.fail(err)
	c.out.fail(err)
	_ = c.Close()
}

// Peer implements transport.Conn.
func (c *conn) Peer() string { return c.peer.server }

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr { return addr(c.host.addr) }

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return addr(c.peer.addr) }

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.read, t)
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.out.setDeadline(&c.out.write, t)
	return nil
}

type addr string

func (addr) Network() string  { return "test" }
func (a addr) String() string { return string(a) }
