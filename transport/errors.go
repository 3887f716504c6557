package transport

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/quic-go/quic-go"
)

// What Dial, SendPacket and the methods of Conn fail with.
var (
	// ErrClosed means that this endpoint is closed.
	ErrClosed = errors.New("transport: endpoint is closed")
	// ErrPeerDown means that the connection to the server was lost or could not be made.
	ErrPeerDown = errors.New("transport: server is not reachable")
	// ErrWrongServer means that another server than the expected one answered.
	ErrWrongServer = errors.New("transport: another server answers at this address")
	// ErrUntrusted means that a certificate is not of this cluster.
	ErrUntrusted = errors.New("transport: certificate is not of this cluster")
	// ErrReset means that the other side abandoned the stream.
	ErrReset = errors.New("transport: stream was reset by the peer")
	// ErrNoHandler means that the other side does not serve this kind of stream.
	ErrNoHandler = errors.New("transport: peer does not serve this kind of stream")
	// ErrHead means that a stream's head is malformed or too long.
	ErrHead = errors.New("transport: malformed stream head")
	// ErrTooLarge means that a packet or header exceeds its limit.
	ErrTooLarge = errors.New("transport: message is over the limit")
)

// Error codes on the wire, for streams and connections alike.
const (
	codeNone      = 0
	codeAborted   = 1
	codeNoHandler = 2
	codeHead      = 3
	codeTooMany   = 4
	codeWrong     = 5
	codePreface   = 6
)

// named turns quic-go's errors into this package's, keeping the cause in the text.
func named(err error) error {
	if err == nil || err == io.EOF || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	if s, ok := errors.AsType[*quic.StreamError](err); ok {
		switch s.ErrorCode {
		case codeNoHandler:
			return ErrNoHandler
		case codeHead:
			return fmt.Errorf("%w, says the peer", ErrHead)
		}
		return ErrReset
	}
	if refusedByPeer(err) {
		return fmt.Errorf("%w, says the peer: %w", ErrUntrusted, err)
	}
	return fmt.Errorf("%w: %w", ErrPeerDown, err)
}
