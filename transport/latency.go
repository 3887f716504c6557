package transport

import (
	"container/heap"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// Latency lists round trips to add on purpose, so that servers on one machine
// behave as if regions lay between them. Each server delays what it sends by
// half of the round trip; both ends should list each other.
type Latency struct {
	RTT map[string]time.Duration // by the cluster address (host:port) of the other server
}

// maxDelayed is how many bytes may be on their way at one time; beyond it
// packets are dropped, as a router would.
const maxDelayed = 256 << 20

// delayedSocket is a UDP socket whose packets leave late. It hides the socket's
// batch interface from quic-go, which is why it is used only on request.
// One goroutine, ended by Close, sends what is due; to one address in order.
type delayedSocket struct {
	net.PacketConn
	udp    *net.UDPConn
	oneWay map[netip.AddrPort]time.Duration

	mu    sync.Mutex
	queue delayQueue
	bytes int
	seq   uint64
	wake  chan struct{}
	stop  chan struct{}
	done  chan struct{}
	once  sync.Once
}

func newDelayedSocket(udp *net.UDPConn, l *Latency, network string) (*delayedSocket, error) {
	s := &delayedSocket{
		PacketConn: udp, udp: udp, oneWay: map[netip.AddrPort]time.Duration{},
		wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	for addr, rtt := range l.RTT {
		a, err := net.ResolveUDPAddr(network, addr)
		if err != nil {
			return nil, fmt.Errorf("resolve the address %s of an emulated round trip: %w", addr, err)
		}
		if rtt < 0 {
			return nil, errors.New("emulated round trip is negative: " + addr)
		}
		if rtt > 0 {
			s.oneWay[plain(a)] = rtt / 2
		}
	}
	go s.run()
	return s, nil
}

func plain(a *net.UDPAddr) netip.AddrPort {
	ap := a.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// WriteTo implements net.PacketConn.
func (s *delayedSocket) WriteTo(b []byte, addr net.Addr) (int, error) {
	ua, ok := addr.(*net.UDPAddr)
	if !ok {
		return s.udp.WriteTo(b, addr)
	}
	d := s.oneWay[plain(ua)]
	if d == 0 {
		return s.udp.WriteTo(b, addr)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bytes+len(b) > maxDelayed {
		return len(b), nil
	}
	s.seq++
	s.bytes += len(b)
	heap.Push(&s.queue, delayed{due: time.Now().Add(d), seq: s.seq, to: ua, b: append([]byte(nil), b...)})
	if s.queue[0].seq == s.seq {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	return len(b), nil
}

func (s *delayedSocket) run() {
	defer close(s.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait := time.Hour
		s.mu.Lock()
		for len(s.queue) > 0 {
			if wait = time.Until(s.queue[0].due); wait > 0 {
				break
			}
			p := heap.Pop(&s.queue).(delayed)
			s.bytes -= len(p.b)
			s.mu.Unlock()
			_, _ = s.udp.WriteTo(p.b, p.to) // UDP gives no guarantee; QUIC sends again
			s.mu.Lock()
			wait = time.Hour
		}
		s.mu.Unlock()
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-s.wake:
		case <-s.stop:
			s.flush()
			return
		}
	}
}

// flush sends all that waits at once: the last packets tell peers of the end.
func (s *delayedSocket) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) > 0 {
		p := heap.Pop(&s.queue).(delayed)
		_, _ = s.udp.WriteTo(p.b, p.to)
	}
}

// Close implements net.PacketConn.
func (s *delayedSocket) Close() error {
	s.once.Do(func() { close(s.stop) })
	<-s.done
	return s.udp.Close()
}

// SyscallConn, SetReadBuffer and SetWriteBuffer let quic-go set the socket up.
func (s *delayedSocket) SyscallConn() (syscall.RawConn, error) { return s.udp.SyscallConn() }

// SetReadBuffer sets the socket's buffer, in bytes.
func (s *delayedSocket) SetReadBuffer(n int) error { return s.udp.SetReadBuffer(n) }

// SetWriteBuffer sets the socket's buffer, in bytes.
func (s *delayedSocket) SetWriteBuffer(n int) error { return s.udp.SetWriteBuffer(n) }

type delayed struct {
	due time.Time
	seq uint64
	to  *net.UDPAddr
	b   []byte
}

// delayQueue is a heap by due time; equal times keep their order.
type delayQueue []delayed

func (q delayQueue) Len() int { return len(q) }
func (q delayQueue) Less(i, j int) bool {
	if q[i].due.Equal(q[j].due) {
		return q[i].seq < q[j].seq
	}
	return q[i].due.Before(q[j].due)
}
func (q delayQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *delayQueue) Push(x any)   { *q = append(*q, x.(delayed)) }
func (q *delayQueue) Pop() any {
	old := *q
	p := old[len(old)-1]
	old[len(old)-1] = delayed{}
	*q = old[:len(old)-1]
	return p
}
