package transporttest

import (
	"math/rand/v2"
	"sync"
	"time"

	"graticule/transport"
)

// IdleTimeout is how long a partition may last before streams across it break.
const IdleTimeout = 15 * time.Second

// Network is a set of hosts and the state of the lines between them.
type Network struct {
	mu      sync.Mutex
	hosts   map[string]*Host // by address
	delays  map[pair]time.Duration
	cut     map[pair]*time.Timer // breaks the streams across the pair
	drop    float64
	rng     *rand.Rand
	streams map[*half]struct{}
}

// pair names a line by its ends' addresses, in order.
type pair struct{ a, b string }

func line(a, b string) pair {
	if a > b {
		a, b = b, a
	}
	return pair{a, b}
}

// New makes a network without delays; seed decides which packets are dropped.
func New(seed uint64) *Network {
	return &Network{
		hosts: map[string]*Host{}, delays: map[pair]time.Duration{}, cut: map[pair]*time.Timer{},
		rng: rand.New(rand.NewPCG(seed, 0)), streams: map[*half]struct{}{},
	}
}

// SetRTT sets the round trip between two addresses.
func (n *Network) SetRTT(a, b string, rtt time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.delays[line(a, b)] = rtt / 2
}

// SetDrop sets the share of packets, 0 to 1, that never arrive. Streams lose nothing.
func (n *Network) SetDrop(share float64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.drop = share
}

// Partition cuts all lines between two groups of addresses.
func (n *Network) Partition(left, right []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, a := range left {
		for _, b := range right {
			p := line(a, b)
			if n.cut[p] == nil {
				n.cut[p] = time.AfterFunc(IdleTimeout, func() { n.breakStreams(p) })
				n.setCut(p, true)
			}
		}
	}
}

// Heal mends all lines; what streams held back is delivered.
func (n *Network) Heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for p, t := range n.cut {
		t.Stop()
		delete(n.cut, p)
		n.setCut(p, false)
	}
}

func (n *Network) setCut(p pair, cut bool) {
	for h := range n.streams {
		if h.line == p {
			h.setCut(cut)
		}
	}
}

// breakStreams ends what lies across a line, as silence ends a connection.
func (n *Network) breakStreams(p pair) {
	n.mu.Lock()
	for h := range n.streams {
		if h.line == p {
			h.fail(transport.ErrPeerDown)
		}
	}
	a, b := n.hosts[p.a], n.hosts[p.b]
	n.mu.Unlock()
	if a != nil && b != nil {
		a.lose(b)
		b.lose(a)
	}
}

// path gives the delay of a line, and whether anything passes at all.
func (n *Network) path(p pair) (delay time.Duration, open bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.delays[p], n.cut[p] == nil
}

func (n *Network) host(addr string) *Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hosts[addr]
}

func (n *Network) lost() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.drop > 0 && n.rng.Float64() < n.drop
}
