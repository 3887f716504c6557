package transport

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
)

// Protocols negotiated in the handshake; the number changes when servers of
// two versions could not understand each other's streams.
const (
	protoShared    = "graticule/1"
	protoDedicated = "graticule-dedicated/1"
)

// serverOf gives the id a derived certificate proves, "" if it is not one.
func serverOf(c *x509.Certificate) string {
	if len(c.DNSNames) == 2 && c.DNSNames[1] == clusterName {
		return c.DNSNames[0]
	}
	return ""
}

// verify checks that a certificate is of the cluster, whatever its name.
func verify(leaf *x509.Certificate, chain []*x509.Certificate, roots *x509.CertPool) error {
	between := x509.NewCertPool()
	for _, c := range chain {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return nil
}

// config makes the TLS settings of one side; both sides are checked alike. The
// standard check of names is off because servers are known by id, not by host;
// VerifyConnection does the whole check, also where there is no client side of it.
func (id Identity) config(want string, protos ...string) *tls.Config {
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{id.leaf},
		NextProtos:             protos,
		ClientAuth:             tls.RequireAnyClientCert,
		InsecureSkipVerify:     true,
		SessionTicketsDisabled: true,
		VerifyConnection: func(cs tls.ConnectionState) error {
			if len(cs.PeerCertificates) == 0 {
				return fmt.Errorf("%w: none given", ErrUntrusted)
			}
			if !slices.Contains(protos, cs.NegotiatedProtocol) {
				return fmt.Errorf("%w: protocol %q", ErrUntrusted, cs.NegotiatedProtocol)
			}
			leaf := cs.PeerCertificates[0]
			if err := verify(leaf, cs.PeerCertificates[1:], id.roots); err != nil {
				return err
			}
			if got := serverOf(leaf); want != "" && got != "" && got != want {
				return fmt.Errorf("%w: %s instead of %s", ErrWrongServer, got, want)
			}
			return nil
		},
	}
}
