package bolt

import (
	"container/list"
	"net"
	"sync"
)

// strangers are the connections that have not logged in, the oldest first. When
// there are too many the oldest is closed: those who log in do so at once, and a
// flood of idle connections does not keep them out. The zero value is ready.
type strangers struct {
	mu    sync.Mutex
	conns list.List // of net.Conn
}

// add takes note of a connection until the function it gives is called, which
// may be more than once.
func (s *strangers) add(c net.Conn) (known func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.conns.PushBack(c)
	if s.conns.Len() > unauthenticatedMax {
		s.conns.Remove(s.conns.Front()).(net.Conn).Close()
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.conns.Remove(e) // nothing when it is gone
	}
}
