package transporttest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"graticule/transport"
)

// Host is one server's place on a Network.
type Host struct {
	net    *Network
	server string
	addr   string

	mu       sync.Mutex
	closed   bool
	handlers map[transport.Kind]transport.Handler
	packets  func(from string, b []byte)
	down     func(server string, cause error)
	conns    map[*conn]struct{}
	known    map[string]string // address by server id, of those met
	wg       sync.WaitGroup
	ctx      context.Context
	cancel   context.CancelCauseFunc
}

var _ transport.Network = (*Host)(nil)

// Join puts a server on the network. The address must be free.
func (n *Network) Join(server, addr string) *Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hosts[addr] != nil {
		panic("transporttest: address " + addr + " is taken")
	}
	h := &Host{
		net: n, server: server, addr: addr, handlers: map[transport.Kind]transport.Handler{},
		conns: map[*conn]struct{}{}, known: map[string]string{},
	}
	h.ctx, h.cancel = context.WithCancelCause(context.Background())
	n.hosts[addr] = h
	return h
}

// Server implements transport.Network.
func (h *Host) Server() string { return h.server }

// Addr implements transport.Network.
func (h *Host) Addr() string { return h.addr }

// Handle implements transport.Network.
func (h *Host) Handle(kind transport.Kind, f transport.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handlers[kind] = f
}

// HandlePackets implements transport.Network.
func (h *Host) HandlePackets(f func(from string, b []byte)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.packets = f
}

// OnPeerDown implements transport.Network.
func (h *Host) OnPeerDown(f func(server string, cause error)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.down = f
}

// RTT implements transport.Network.
func (h *Host) RTT(server string) (time.Duration, bool) {
	h.mu.Lock()
	addr, ok := h.known[server]
	h.mu.Unlock()
	if !ok || h.net.host(addr) == nil {
		return 0, false
	}
	d, open := h.net.path(line(h.addr, addr))
	return 2 * d, open
}

// Dial implements transport.Network.
func (h *Host) Dial(ctx context.Context, addr, want string, kind transport.Kind, header []byte) (transport.Conn, error) {
	if len(header) > transport.MaxHeader {
		return nil, transport.ErrTooLarge
	}
	peer, err := h.reach(ctx, addr, want)
	if err != nil {
		return nil, err
	}
	out, in := newConns(h, peer)
	if !h.add(out) {
		return nil, transport.ErrClosed
	}
	if !peer.add(in) {
		h.remove(out)
		return nil, fmt.Errorf("dial %s: %w", addr, transport.ErrPeerDown)
	}
	if !peer.serve(kind, append([]byte(nil), header...), in) {
		in.abort(transport.ErrNoHandler)
	}
	return out, nil
}

// DialDedicated implements transport.Network.
func (h *Host) DialDedicated(ctx context.Context, addr, want string, kind transport.Kind, header []byte) (transport.Conn, error) {
	return h.Dial(ctx, addr, want, kind, header)
}

// reach waits for the round trip of a dial and finds who is at addr.
func (h *Host) reach(ctx context.Context, addr, want string) (*Host, error) {
	if h.ctx.Err() != nil {
		return nil, transport.ErrClosed
	}
	p := line(h.addr, addr)
	delay, open := h.net.path(p)
	peer := h.net.host(addr)
	wait := 2 * delay
	if h.connected(addr) {
		wait = 0
	}
	if !open || peer == nil {
		wait = 5 * time.Second // as a handshake that nobody answers
	}
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-h.ctx.Done():
			return nil, transport.ErrClosed
		}
	}
	if !open || peer == nil {
		return nil, fmt.Errorf("dial %s: %w", addr, transport.ErrPeerDown)
	}
	if want != "" && peer.server != want {
		return nil, fmt.Errorf("dial %s: %w: %s instead of %s", addr, transport.ErrWrongServer, peer.server, want)
	}
	h.meet(peer)
	peer.meet(h)
	return peer, nil
}

// connected tells whether there is a connection to addr to open a stream on.
func (h *Host) connected(addr string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.known {
		if a == addr {
			return true
		}
	}
	return false
}

func (h *Host) meet(peer *Host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if peer.ctx.Err() == nil {
		h.known[peer.server] = peer.addr
	}
}

func (h *Host) serve(kind transport.Kind, header []byte, c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.handlers[kind]
	if f == nil || h.closed {
		return false
	}
	h.wg.Go(func() { f(c.ctx, header, c) })
	return true
}

// SendPacket implements transport.Network.
func (h *Host) SendPacket(addr string, b []byte) error {
	if len(b) > transport.MaxPacket {
		return transport.ErrTooLarge
	}
	delay, open := h.net.path(line(h.addr, addr))
	peer := h.net.host(addr)
	if !open || peer == nil || h.net.lost() {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return transport.ErrClosed
	}
	b = append([]byte(nil), b...)
	h.wg.Go(func() {
		t := time.NewTimer(delay)
		defer t.Stop()
		select {
		case <-t.C:
			h.meet(peer)
			peer.meet(h)
			peer.receive(h.addr, b)
		case <-h.ctx.Done():
		}
	})
	return nil
}

func (h *Host) receive(from string, b []byte) {
	h.mu.Lock()
	f, closed := h.packets, h.closed
	h.mu.Unlock()
	if f != nil && !closed {
		f(from, b)
	}
}

// Close implements transport.Network: peers hear of it.
func (h *Host) Close() error {
	h.net.mu.Lock()
	if h.net.hosts[h.addr] == h {
		delete(h.net.hosts, h.addr)
	}
	peers := make([]*Host, 0, len(h.net.hosts))
	for _, p := range h.net.hosts {
		peers = append(peers, p)
	}
	h.net.mu.Unlock()

	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	h.closed = true
	conns := make([]*conn, 0, len(h.conns))
	for c := range h.conns {
		conns = append(conns, c)
	}
	h.mu.Unlock()
	h.cancel(transport.ErrClosed)
	for _, c := range conns {
		c.abort(transport.ErrPeerDown)
	}
	h.wg.Wait()
	for _, p := range peers {
		p.lose(h)
	}
	return nil
}

// lose tells the host's owner that a peer it had met is gone.
func (h *Host) lose(peer *Host) {
	h.mu.Lock()
	_, met := h.known[peer.server]
	delete(h.known, peer.server)
	f, closed := h.down, h.closed
	h.mu.Unlock()
	if met && f != nil && !closed {
		f(peer.server, transport.ErrPeerDown)
	}
}

func (h *Host) add(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.conns[c] = struct{}{}
	return true
}

func (h *Host) remove(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
}
