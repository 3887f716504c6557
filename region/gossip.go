package region

import (
	"context"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"

	"graticule/transport"
)

const (
	packetBacklog = 1024            // packets waiting for memberlist; more are dropped
	dialLimit     = 3 * time.Second // to reach a server for a push and pull of state
)

// gossip is memberlist's transport on a transport.Network.
type gossip struct {
	net       transport.Network
	advertise *net.UDPAddr
	packets   chan *memberlist.Packet
	streams   chan net.Conn
	ctx       context.Context // ends dials and the streams made by them
	cancel    context.CancelFunc
	stop      chan struct{}
	once      sync.Once
}

var _ memberlist.NodeAwareTransport = (*gossip)(nil)

func newGossip(n transport.Network, advertise *net.UDPAddr) *gossip {
	g := &gossip{
		net: n, advertise: advertise, packets: make(chan *memberlist.Packet, packetBacklog),
		streams: make(chan net.Conn), stop: make(chan struct{}),
	}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	n.HandlePackets(g.receive)
	n.Handle(transport.Gossip, g.accept)
	return g
}

func (g *gossip) receive(from string, b []byte) {
	p := &memberlist.Packet{Buf: b, From: address(from), Timestamp: time.Now()}
	select {
	case g.packets <- p:
	default:
	}
}

// accept hands a stream to memberlist, which closes it.
func (g *gossip) accept(ctx context.Context, _ []byte, c transport.Conn) {
	select {
	case g.streams <- c:
	case <-ctx.Done():
		c.Reset()
	case <-g.stop:
		c.Reset()
	}
}

// FinalAdvertiseAddr implements memberlist.Transport.
func (g *gossip) FinalAdvertiseAddr(string, int) (net.IP, int, error) {
	return g.advertise.IP, g.advertise.Port, nil
}

// WriteTo implements memberlist.Transport.
func (g *gossip) WriteTo(b []byte, addr string) (time.Time, error) {
	now := time.Now()
	return now, g.net.SendPacket(addr, b)
}

// WriteToAddress implements memberlist.NodeAwareTransport.
func (g *gossip) WriteToAddress(b []byte, a memberlist.Address) (time.Time, error) {
	return g.WriteTo(b, a.Addr)
}

// PacketCh implements memberlist.Transport.
func (g *gossip) PacketCh() <-chan *memberlist.Packet { return g.packets }

// DialTimeout implements memberlist.Transport.
func (g *gossip) DialTimeout(addr string, timeout time.Duration) (net.Conn, error) {
	return g.DialAddressTimeout(memberlist.Address{Addr: addr}, timeout)
}

// DialAddressTimeout implements memberlist.NodeAwareTransport. A node's name is
// its server's id, which the transport checks.
func (g *gossip) DialAddressTimeout(a memberlist.Address, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(g.ctx, min(timeout, dialLimit))
	defer cancel()
	c, err := g.net.Dial(ctx, a.Addr, a.Name, transport.Gossip, nil)
	if err != nil {
		return nil, err
	}
	t := &tied{Conn: c}
	t.untie = context.AfterFunc(g.ctx, c.Reset)
	return t, nil
}

// tied is a stream that ends with gossip.ctx.
type tied struct {
	transport.Conn
	untie func() bool
}

// Close implements net.Conn.
func (t *tied) Close() error {
	t.untie()
	return t.Conn.Close()
}

// StreamCh implements memberlist.Transport.
func (g *gossip) StreamCh() <-chan net.Conn { return g.streams }

// Shutdown implements memberlist.Transport.
func (g *gossip) Shutdown() error {
	g.once.Do(func() {
		g.cancel()
		g.net.Handle(transport.Gossip, nil)
		g.net.HandlePackets(func(string, []byte) {})
		close(g.stop)
	})
	return nil
}

// address turns host:port into a net.Addr, whatever the host.
func address(hostport string) net.Addr {
	host, port, err := net.SplitHostPort(hostport)
	if err == nil {
		if ip := net.ParseIP(host); ip != nil {
			if p, err := strconv.Atoi(port); err == nil {
				return &net.UDPAddr{IP: ip, Port: p}
			}
		}
	}
	return named(hostport)
}

type named string

func (named) Network() string  { return "udp" }
func (n named) String() string { return string(n) }
