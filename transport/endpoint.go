package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"
)

// Endpoint is a server's place on the network: one UDP socket that accepts and
// makes connections. It implements Network.
type Endpoint struct {
	cfg       Config
	transport *quic.Transport
	listener  *quic.Listener
	socket    net.PacketConn
	resolve   string // "udp" or "udp4": the addresses the socket can reach
	log       *slog.Logger
	noise     *throttle // what strangers can make the log say
	attempts  *throttle // new connections without proof of address

	pool     *pool
	handlers sync.Map // Kind to Handler
	packets  atomic.Pointer[func(from string, b []byte)]
	down     atomic.Pointer[func(server string, cause error)]
	mail     mailboxes

	ctx    context.Context
	cancel context.CancelCauseFunc
	mu     sync.Mutex // guards closed against wg
	closed bool
	wg     sync.WaitGroup
}

var _ Network = (*Endpoint)(nil)

// Listen opens the endpoint and starts to accept connections.
func Listen(cfg Config) (*Endpoint, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	addr, err := net.ResolveUDPAddr("udp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("resolve the cluster address %s: %w", cfg.Listen, err)
	}
	udp, err := net.ListenUDP("udp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on the cluster address %s: %w", cfg.Listen, err)
	}
	e := &Endpoint{
		cfg: cfg, socket: udp, resolve: "udp", log: cfg.Logger, pool: newPool(),
		noise: newThrottle(1, 10), attempts: newThrottle(cfg.Limits.NewConnsPerSec, cfg.Limits.NewConnsPerSec),
	}
	if udp.LocalAddr().(*net.UDPAddr).IP.To4() != nil {
		e.resolve = "udp4"
	}
	if cfg.Latency != nil {
		delayed, err := newDelayedSocket(udp, cfg.Latency, e.resolve)
		if err != nil {
			return nil, errors.Join(err, udp.Close())
		}
		e.socket = delayed
	}
	e.ctx, e.cancel = context.WithCancelCause(context.Background())
	reset := quic.StatelessResetKey(cfg.Identity.reset)
	e.transport = &quic.Transport{
		Conn: e.socket, StatelessResetKey: &reset, ConnContext: e.watchHandshake,
		VerifySourceAddress: func(net.Addr) bool { ok, _ := e.attempts.allow(); return !ok },
	}
	e.listener, err = e.transport.Listen(cfg.Identity.config("", protoShared, protoDedicated), e.quicConfig())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen for QUIC: %w", err), e.socket.Close())
	}
	e.spawn(e.acceptAll)
	return e, nil
}

func (e *Endpoint) quicConfig() *quic.Config {
	l := e.cfg.Limits
	return &quic.Config{
		HandshakeIdleTimeout:       l.DialTimeout,
		MaxIdleTimeout:             l.IdleTimeout,
		KeepAlivePeriod:            l.KeepAlive,
		MaxIncomingStreams:         int64(l.StreamsPerConn),
		MaxIncomingUniStreams:      1, // the preface
		RequireStreamCreditRelease: true,
		MaxStreamReceiveWindow:     32 << 20, // 1 Gbit/s over 150 ms wants 19 MB
		MaxConnectionReceiveWindow: 64 << 20,
		EnableDatagrams:            true,
	}
}

// Server implements Network.
func (e *Endpoint) Server() string { return e.cfg.Server }

// Addr implements Network.
func (e *Endpoint) Addr() string { return e.socket.LocalAddr().String() }

// Handle implements Network.
func (e *Endpoint) Handle(kind Kind, h Handler) {
	if h == nil {
		e.handlers.Delete(kind)
		return
	}
	e.handlers.Store(kind, h)
}

// HandlePackets implements Network.
func (e *Endpoint) HandlePackets(h func(from string, b []byte)) { e.packets.Store(&h) }

// OnPeerDown implements Network.
func (e *Endpoint) OnPeerDown(h func(server string, cause error)) { e.down.Store(&h) }

// RTT implements Network.
func (e *Endpoint) RTT(server string) (time.Duration, bool) {
	l := e.pool.find("", server)
	if l == nil || server == "" {
		return 0, false
	}
	rtt := l.conn.ConnectionStats().SmoothedRTT
	return rtt, rtt > 0
}

// Close implements Network.
func (e *Endpoint) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.mu.Unlock()
	e.cancel(ErrClosed)
	err := e.listener.Close()
	e.wg.Wait()
	return errors.Join(err, e.transport.Close(), e.socket.Close())
}

// spawn runs f in a goroutine that Close waits for; false after Close.
func (e *Endpoint) spawn(f func()) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	e.wg.Go(f)
	return true
}
