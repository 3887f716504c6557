package transport

import (
	"context"
	"fmt"
	"io"

	"github.com/quic-go/quic-go"
)

// maxServerID is the most bytes a server's id may have.
const maxServerID = 64

// introduce gives the id of the server at the other end. A derived certificate
// proves it. A server whose certificate (from LoadIdentity) does not carry its id
// tells it first thing, on a unidirectional stream; that it belongs to the
// cluster is proven, that it is who it says rests on the operator's authority.
func (e *Endpoint) introduce(ctx context.Context, conn *quic.Conn) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.Limits.HeadTimeout)
	defer cancel()
	if !e.cfg.Identity.names(e.cfg.Server) {
		s, err := conn.OpenUniStreamSync(ctx)
		if err != nil {
			return "", fmt.Errorf("introduce this server: %w", err)
		}
		if _, err = s.Write([]byte(e.cfg.Server)); err == nil {
			err = s.Close()
		}
		if err != nil {
			return "", fmt.Errorf("introduce this server: %w", err)
		}
	}
	if id := serverOf(conn.ConnectionState().TLS.PeerCertificates[0]); id != "" {
		return id, nil
	}
	s, err := conn.AcceptUniStream(ctx)
	if err != nil {
		return "", fmt.Errorf("learn the server's id: %w", err)
	}
	defer s.ReleaseStreamCredit()
	deadline, _ := ctx.Deadline()
	_ = s.SetReadDeadline(deadline)
	b, err := io.ReadAll(io.LimitReader(s, maxServerID+1))
	if err != nil {
		return "", fmt.Errorf("learn the server's id: %w", err)
	}
	if len(b) == 0 || len(b) > maxServerID {
		s.CancelRead(codePreface)
		return "", fmt.Errorf("learn the server's id: %d bytes, want 1 to %d", len(b), maxServerID)
	}
	return string(b), nil
}
