package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/quic-go/quic-go"
)

// attempt is one dialling that all who want the same server wait for.
type attempt struct {
	done chan struct{}
	link *link
	err  error
}

// Dial implements Network.
func (e *Endpoint) Dial(ctx context.Context, addr, want string, kind Kind, header []byte) (Conn, error) {
	l, err := e.connect(ctx, addr, want)
	if err != nil {
		return nil, err
	}
	return e.open(ctx, l, kind, header, nil)
}

// DialDedicated implements Network.
func (e *Endpoint) DialDedicated(ctx context.Context, addr, want string, kind Kind, header []byte) (Conn, error) {
	dialCtx, cancel := context.WithTimeout(ctx, e.cfg.Limits.DialTimeout)
	defer cancel()
	stop := context.AfterFunc(e.ctx, cancel)
	defer stop()
	l, err := e.dial(dialCtx, addr, want, true)
	if err != nil {
		return nil, err
	}
	s, err := e.open(ctx, l, kind, header, e.linger)
	if err != nil {
		_ = l.conn.CloseWithError(codeNone, "closing")
	}
	return s, err
}

// open opens a stream and writes its head.
func (e *Endpoint) open(ctx context.Context, l *link, kind Kind, header []byte, onClose func(*stream)) (Conn, error) {
	head, err := appendHead(make([]byte, 0, 3+len(header)), kind, header)
	if err != nil {
		return nil, err
	}
	q, err := l.conn.OpenStreamSync(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, named(err)
	}
	s := &stream{Stream: q, link: l, onClose: onClose}
	if deadline, ok := ctx.Deadline(); ok {
		_ = q.SetWriteDeadline(deadline)
	}
	if _, err := s.Write(head); err != nil {
		s.Reset()
		return nil, err
	}
	return s, q.SetWriteDeadline(time.Time{})
}

// connect gives the shared connection to a server, dialling if there is none.
func (e *Endpoint) connect(ctx context.Context, addr, want string) (*link, error) {
	p := e.pool
	p.mu.Lock()
	if l := p.findLocked(addr, want); l != nil {
		p.mu.Unlock()
		return l, nil
	}
	key := target{addr, want}
	a, running := p.dialling[key]
	if !running {
		a = &attempt{done: make(chan struct{})}
		p.dialling[key] = a
	}
	p.mu.Unlock()
	if !running && !e.spawn(func() { e.attempt(key, a) }) {
		a.err = ErrClosed
		e.settle(key, a)
	}
	select {
	case <-a.done:
		return a.link, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// attempt dials once for all who wait. It does not end with any one of them.
func (e *Endpoint) attempt(key target, a *attempt) {
	ctx, cancel := context.WithTimeout(e.ctx, e.cfg.Limits.DialTimeout)
	defer cancel()
	a.link, a.err = e.dial(ctx, key.addr, key.want, false)
	e.settle(key, a)
}

func (e *Endpoint) settle(key target, a *attempt) {
	e.pool.mu.Lock()
	delete(e.pool.dialling, key)
	e.pool.mu.Unlock()
	close(a.done)
}

// dial makes a connection, checks who answers, and serves what comes on it.
func (e *Endpoint) dial(ctx context.Context, addr, want string, dedicated bool) (*link, error) {
	udp, err := net.ResolveUDPAddr(e.resolve, addr)
	if err != nil {
		return nil, fmt.Errorf("%w: resolve %s: %w", ErrPeerDown, addr, err)
	}
	proto := protoShared
	if dedicated {
		proto = protoDedicated
	}
	conn, err := e.transport.Dial(ctx, udp, e.cfg.Identity.config(want, proto), e.quicConfig())
	if err != nil {
		return nil, e.dialError(ctx, addr, err)
	}
	server, err := e.introduce(ctx, conn)
	if err == nil && want != "" && server != want {
		err = fmt.Errorf("%w: %s instead of %s", ErrWrongServer, server, want)
	}
	if err != nil {
		_ = conn.CloseWithError(codeWrong, "not whom I wanted")
		return nil, e.dialError(ctx, addr, err)
	}
	l := &link{conn: conn, server: server, dedicated: dedicated}
	e.pool.add(l, addr, e.cfg.Limits.ConnsPerPeer)
	if !e.spawn(func() { e.serve(l, addr) }) {
		e.pool.remove(l, addr)
		_ = conn.CloseWithError(codeNone, "closing")
		return nil, ErrClosed
	}
	return l, nil
}

func (e *Endpoint) dialError(ctx context.Context, addr string, err error) error {
	switch {
	case e.ctx.Err() != nil:
		return ErrClosed
	case errors.Is(err, ErrWrongServer), errors.Is(err, ErrUntrusted):
		e.complain("did not trust a server", address(addr), err)
		return fmt.Errorf("dial %s: %w", addr, err)
	case ctx.Err() != nil:
		return fmt.Errorf("dial %s: %w: %w", addr, ErrPeerDown, context.Cause(ctx))
	}
	if t, ok := errors.AsType[*quic.TransportError](err); ok && t.ErrorCode.IsCryptoError() {
		// The cause set by VerifyConnection is wrapped by quic-go only as text of the
		// other side's alert; either way the two do not trust each other.
		if t.Remote {
			e.complain("a server does not trust this one", address(addr), err)
		}
		return fmt.Errorf("dial %s: %w: %w", addr, ErrUntrusted, err)
	}
	return fmt.Errorf("dial %s: %w", addr, named(err))
}

// address is where a server was looked for.
type address string

// Network implements net.Addr.
func (address) Network() string { return "udp" }

// String implements net.Addr.
func (a address) String() string { return string(a) }
