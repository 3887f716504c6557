package transport

import (
	"crypto/x509"
	"errors"

	"github.com/quic-go/quic-go"
)

// TLS alerts (RFC 8446, 6.2) as QUIC carries them (RFC 9001, 4.8).
const (
	alertNoProtocol    quic.TransportErrorCode = 0x100 + 120
	alertNoCertificate quic.TransportErrorCode = 0x100 + 116
)

// advice says what an operator does about two servers that do not trust each other;
// "" where err is nothing of the kind.
func advice(err error) string {
	if t, ok := errors.AsType[*quic.TransportError](err); ok && t.ErrorCode.IsCryptoError() {
		switch {
		case t.ErrorCode == alertNoProtocol:
			return "run versions of Graticule that understand each other"
		case t.Remote:
			return "read in the log of the server at that address why it refuses this server's certificate: most often server.cluster.secret differs, or a clock is wrong"
		case t.ErrorCode == alertNoCertificate:
			return "let only servers connect to the cluster port; clients use Bolt or HTTP"
		}
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "renew the certificate of the server at that address and restart it, or set the clocks right"
	}
	switch {
	case errors.Is(err, ErrWrongServer):
		return "look at server.cluster.advertised_address of the servers: two of them claim one address, or one has a new data folder"
	case errors.Is(err, ErrUntrusted):
		return "give all servers of the cluster the same server.cluster.secret, or certificates of one authority (server.cluster.tls.ca)"
	}
	return ""
}

// refusedByPeer tells whether the other side ended the connection because it does
// not trust this server.
func refusedByPeer(err error) bool {
	t, ok := errors.AsType[*quic.TransportError](err)
	return ok && t.Remote && t.ErrorCode.IsCryptoError()
}
