package node

import (
	"crypto/tls"
	"fmt"
	"maps"
	"sync"
	"time"

	"graticule/cypher"
	"graticule/cypher/ast"
	"graticule/transport"
)

// Lockout: after this many failures a user from one address waits this long.
const (
	failuresMax = 3
	lockTime    = 5 * time.Second
	lockedMax   = 10_000 // remembered users and addresses
)

// lockout counts failed logins by user and address. The zero value is ready.
type lockout struct {
	mu     sync.Mutex
	failed map[string]failures
}

type failures struct {
	n    int
	last time.Time
}

func (l *lockout) locked(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.failed[key]
	return f.n >= failuresMax && time.Since(f.last) < lockTime
}

func (l *lockout) fail(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil {
		l.failed = map[string]failures{}
	}
	if len(l.failed) >= lockedMax {
		l.forget()
	}
	f := l.failed[key]
	if time.Since(f.last) > lockTime {
		f.n = 0
	}
	l.failed[key] = failures{f.n + 1, time.Now()}
}

// forget drops those whose time is over, and where that helps little others that
// lock nobody out: a flood of names must not set a locked one free.
func (l *lockout) forget() {
	maps.DeleteFunc(l.failed, func(_ string, f failures) bool { return time.Since(f.last) >= lockTime })
	if len(l.failed) >= lockedMax/2 {
		maps.DeleteFunc(l.failed, func(_ string, f failures) bool { return f.n < failuresMax })
	}
	if len(l.failed) >= lockedMax {
		clear(l.failed)
	}
}

func (l *lockout) reset(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.failed, key)
}

// changesPassword tells whether a statement may run while the password must be changed.
func changesPassword(p *cypher.Prepared) bool {
	_, ok := p.Command().(*ast.SetOwnPassword)
	return ok
}

// boltTLS loads the certificate of the Bolt door; nil when there is none.
func boltTLS(f TLSFiles) (*tls.Config, error) {
	if f.Certificate == "" {
		return nil, nil
	}
	cert, err := transport.LoadKeyPair(f.Certificate, f.Key)
	if err != nil {
		return nil, fmt.Errorf("read the certificate of Bolt: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
}

// emulated turns the configured round trips into the endpoint's.
func emulated(delays []PeerDelay) *transport.Latency {
	l := &transport.Latency{RTT: map[string]time.Duration{}}
	for _, d := range delays {
		l.RTT[d.Addr] = d.RTT
	}
	return l
}
