package transport

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"
)

// stream is a Conn over one QUIC stream.
type stream struct {
	*quic.Stream
	link    *link
	inbound bool          // opened by the peer: its credit is given back at Close
	onClose func(*stream) // what a dedicated connection does after its only stream; may be nil

	writing   sync.Mutex // quic-go forbids Close while a Write runs
	closed    atomic.Bool
	closeOnce sync.Once
}

var _ Conn = (*stream)(nil)

// Read implements net.Conn.
func (s *stream) Read(b []byte) (int, error) {
	n, err := s.Stream.Read(b)
	if err != nil {
		err = s.named(err)
	}
	return n, err
}

// Write implements net.Conn.
func (s *stream) Write(b []byte) (int, error) {
	s.writing.Lock()
	n, err := s.Stream.Write(b)
	s.writing.Unlock()
	if err != nil {
		err = s.named(err)
	}
	return n, err
}

func (s *stream) named(err error) error {
	if s.closed.Load() {
		return net.ErrClosed
	}
	return named(err)
}

// Close implements net.Conn. What was written is still delivered, unless a
// Write is running, which then fails and the peer sees ErrReset.
func (s *stream) Close() error {
	s.closeOnce.Do(func() {
		s.closed.Store(true)
		s.Stream.CancelRead(codeNone)
		if s.writing.TryLock() {
			_ = s.Stream.Close() // fails only after Reset, which ended the sending side already
		} else {
			s.Stream.CancelWrite(codeAborted)
			s.writing.Lock()
		}
		s.writing.Unlock()
		if s.inbound {
			s.Stream.ReleaseStreamCredit()
		}
		if s.onClose != nil {
			s.onClose(s)
		}
	})
	return nil
}

// CloseWrite implements Conn.
func (s *stream) CloseWrite() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.Stream.Close()
}

// CancelRead implements Conn.
func (s *stream) CancelRead() { s.Stream.CancelRead(codeNone) }

// Reset implements Conn.
func (s *stream) Reset() { s.refuse(codeAborted) }

// refuse abandons both sides with a code that tells the peer why.
func (s *stream) refuse(code quic.StreamErrorCode) {
	s.Stream.CancelRead(code)
	s.Stream.CancelWrite(code)
	_ = s.Close()
}

// Peer implements Conn.
func (s *stream) Peer() string { return s.link.server }

// LocalAddr implements net.Conn.
func (s *stream) LocalAddr() net.Addr { return s.link.conn.LocalAddr() }

// RemoteAddr implements net.Conn.
func (s *stream) RemoteAddr() net.Addr { return s.link.conn.RemoteAddr() }

// SetDeadline implements net.Conn.
func (s *stream) SetDeadline(t time.Time) error { return s.Stream.SetDeadline(t) }
