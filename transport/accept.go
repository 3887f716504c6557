package transport

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"
)

// acceptAll takes in connections until the endpoint closes.
func (e *Endpoint) acceptAll() {
	for {
		conn, err := e.listener.Accept(e.ctx)
		if err != nil {
			return
		}
		if a, ok := conn.Context().Value(handshakeKey{}).(*atomic.Bool); ok {
			a.Store(true)
		}
		if !e.spawn(func() { e.welcome(conn) }) {
			_ = conn.CloseWithError(codeNone, "closing")
		}
	}
}

type handshakeKey struct{}

// watchHandshake logs connections that never came to be: a wrong secret, a
// foreign certificate, something that is not a server.
func (e *Endpoint) watchHandshake(ctx context.Context, info *quic.ClientInfo) (context.Context, error) {
	done := new(atomic.Bool)
	context.AfterFunc(ctx, func() {
		if !done.Load() && e.ctx.Err() == nil {
			e.complain("refused a connection", info.RemoteAddr, context.Cause(ctx))
		}
	})
	return context.WithValue(ctx, handshakeKey{}, done), nil
}

// complain logs what a peer did wrong, not more often than noise allows.
func (e *Endpoint) complain(msg string, peer net.Addr, err error) {
	ok, missed := e.noise.allow()
	if !ok {
		return
	}
	attrs := []any{"peer", peer.String(), "error", err, "unlogged", missed}
	if do := advice(err); do != "" {
		attrs = append(attrs, "do", do)
	}
	e.log.Warn(msg, attrs...)
}

// welcome finds out who made a connection and serves it.
func (e *Endpoint) welcome(conn *quic.Conn) {
	server, err := e.introduce(e.ctx, conn)
	if err != nil {
		_ = conn.CloseWithError(codePreface, "no preface")
		e.complain("refused a connection", conn.RemoteAddr(), err)
		return
	}
	l := &link{conn: conn, server: server, accepted: true,
		dedicated: conn.ConnectionState().TLS.NegotiatedProtocol == protoDedicated}
	addr := conn.RemoteAddr().String()
	if !e.pool.add(l, addr, e.cfg.Limits.ConnsPerPeer) {
		_ = conn.CloseWithError(codeTooMany, "too many connections")
		e.complain("refused a connection", conn.RemoteAddr(), errors.New("too many connections of one server"))
		return
	}
	e.serve(l, addr)
}

// serve takes in the streams of a connection in the pool until it ends.
func (e *Endpoint) serve(l *link, addr string) {
	stop := context.AfterFunc(e.ctx, func() { _ = l.conn.CloseWithError(codeNone, "closing") })
	defer stop()
	if !l.dedicated {
		e.spawn(func() { e.receivePackets(l) })
	}
	for {
		s, err := l.conn.AcceptStream(e.ctx)
		if err != nil {
			break
		}
		in := &stream{Stream: s, link: l, inbound: true}
		if l.dedicated {
			in.onClose = e.linger
		}
		if !e.spawn(func() { e.handle(in) }) {
			in.refuse(codeAborted)
		}
	}
	_ = l.conn.CloseWithError(codeNone, "closing")
	last := e.pool.remove(l, addr)
	cause := context.Cause(l.conn.Context())
	if e.ctx.Err() != nil || !last {
		return
	}
	if refusedByPeer(cause) { // of a connection made here, whose handshake ends on this side first
		e.complain("a server does not trust this one", l.conn.RemoteAddr(), cause)
	} else {
		e.log.Info("lost the connection to a server", "server", l.server, "addr", addr, "cause", cause)
	}
	if h := e.down.Load(); h != nil {
		(*h)(l.server, cause)
	}
}

// handle reads a stream's head and gives the stream to its handler.
func (e *Endpoint) handle(s *stream) {
	_ = s.SetReadDeadline(time.Now().Add(e.cfg.Limits.HeadTimeout))
	kind, header, err := readHead(s.Stream)
	if err != nil {
		s.refuse(codeHead)
		if e.ctx.Err() == nil && s.link.alive() {
			e.complain("refused a stream", s.RemoteAddr(), err)
		}
		return
	}
	_ = s.SetReadDeadline(time.Time{})
	h, ok := e.handlers.Load(kind)
	if !ok {
		if kind == Packet {
			e.receivePacketStream(s)
			return
		}
		s.refuse(codeNoHandler)
		e.complain("refused a stream", s.RemoteAddr(), errors.New("no handler for "+kind.String()))
		return
	}
	h.(Handler)(s.link.conn.Context(), header, s)
}

// linger closes a dedicated connection some time after its stream, so that what
// was written last still arrives.
func (e *Endpoint) linger(s *stream) {
	conn := s.link.conn
	ok := e.spawn(func() {
		t := time.NewTimer(e.cfg.Limits.Linger)
		defer t.Stop()
		select {
		case <-t.C:
		case <-conn.Context().Done():
		case <-e.ctx.Done():
		}
		_ = conn.CloseWithError(codeNone, "done")
	})
	if !ok {
		_ = conn.CloseWithError(codeNone, "closing")
	}
}
