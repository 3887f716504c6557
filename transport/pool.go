package transport

import (
	"slices"
	"sync"

	"github.com/quic-go/quic-go"
)

// link is one live connection to a server.
type link struct {
	conn      *quic.Conn
	server    string // the peer's id
	dedicated bool   // carries one stream alone
	accepted  bool   // made by the peer
}

func (l *link) alive() bool { return l.conn.Context().Err() == nil }

// pool knows the live connections by server and by address.
type pool struct {
	mu       sync.Mutex
	byServer map[string][]*link // shared ones, the newest last
	byAddr   map[string][]*link // the same, by the address dialled or seen
	accepted map[string]int     // all connections made by a peer
	dialling map[target]*attempt
}

type target struct{ addr, want string }

func newPool() *pool {
	return &pool{
		byServer: map[string][]*link{}, byAddr: map[string][]*link{},
		accepted: map[string]int{}, dialling: map[target]*attempt{},
	}
}

// find gives the newest live shared connection to server, or, if server is "",
// to addr. The newest, since an older one may be to a server that has restarted.
func (p *pool) find(addr, server string) *link {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.findLocked(addr, server)
}

func (p *pool) findLocked(addr, server string) *link {
	links := p.byServer[server]
	if server == "" {
		links = p.byAddr[addr]
	}
	for _, l := range slices.Backward(links) {
		if l.alive() {
			return l
		}
	}
	return nil
}

// add registers a connection; it gives false if the peer has made max already.
func (p *pool) add(l *link, addr string, max int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.accepted {
		if p.accepted[l.server] >= max {
			return false
		}
		p.accepted[l.server]++
	}
	if !l.dedicated {
		p.byServer[l.server] = append(p.byServer[l.server], l)
		p.byAddr[addr] = append(p.byAddr[addr], l)
	}
	return true
}

// remove forgets a connection and tells whether it was the last shared one to its server.
func (p *pool) remove(l *link, addr string) (last bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.accepted {
		if p.accepted[l.server]--; p.accepted[l.server] == 0 {
			delete(p.accepted, l.server)
		}
	}
	if l.dedicated {
		return false
	}
	drop(p.byAddr, addr, l)
	return drop(p.byServer, l.server, l)
}

func drop(m map[string][]*link, key string, l *link) (empty bool) {
	m[key] = slices.DeleteFunc(m[key], func(o *link) bool { return o == l })
	if len(m[key]) == 0 {
		delete(m, key)
		return true
	}
	return false
}
