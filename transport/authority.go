package transport

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/scrypt"
)

const (
	// clusterName is the name every derived certificate carries beside the id.
	clusterName  = "cluster"
	leafLifetime = 5 * 365 * 24 * time.Hour
	leafRenewal  = 365 * 24 * time.Hour // at a start this long before the end, a new one is issued
)

// authority is the cluster's certificate authority. Servers with the same
// secret derive the same one, to the byte.
type authority struct {
	seed []byte
	key  ed25519.PrivateKey
	cert *x509.Certificate
}

// deriveAuthority stretches the secret, since certificates seen on the network
// would otherwise let a guess at a weak secret be checked cheaply.
func deriveAuthority(secret string) (*authority, error) {
	seed, err := scrypt.Key([]byte(secret), []byte("graticule cluster authority 1"), 1<<14, 8, 1, 32)
	if err != nil {
		return nil, fmt.Errorf("derive the cluster's authority: %w", err)
	}
	var k [ed25519.SeedSize]byte
	if err := deriveKey(k[:], seed, "authority"); err != nil {
		return nil, err
	}
	a := &authority{seed: seed, key: ed25519.NewKeyFromSeed(k[:])}
	tmpl := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "Graticule cluster authority"},
		NotBefore:             time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, a.key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("make the cluster's authority: %w", err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("make the cluster's authority: %w", err)
	}
	return a, nil
}

// stored gives the server's certificate kept in dir, issuing one when there is
// none, or it is of another authority or server, or it will soon end.
func (a *authority) stored(dir, server string) (tls.Certificate, error) {
	certFile, keyFile := filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")
	if c, err := tls.LoadX509KeyPair(certFile, keyFile); err == nil {
		roots := x509.NewCertPool()
		roots.AddCert(a.cert)
		if serverOf(c.Leaf) == server && time.Until(c.Leaf.NotAfter) > leafRenewal && verify(c.Leaf, nil, roots) == nil {
			return c, nil
		}
	}
	cert, key, err := a.issue(server, clusterName)
	if err != nil {
		return tls.Certificate{}, err
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	for _, f := range []struct {
		name string
		pem  []byte
		mode os.FileMode
	}{{keyFile, key, 0o600}, {certFile, cert, 0o644}, {filepath.Join(dir, "ca.crt"), ca, 0o644}} {
		if err := writeFile(f.name, f.pem, f.mode); err != nil {
			return tls.Certificate{}, fmt.Errorf("keep the cluster certificate: %w", err)
		}
	}
	return tls.X509KeyPair(cert, key)
}

// issue makes a certificate for the names, and its key, both as PEM.
func (a *authority) issue(names ...string) (cert, key []byte, err error) {
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make the server's key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, fmt.Errorf("make the server's certificate: %w", err)
	}
	now := time.Now()
	tmpl := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: names[0]},
		DNSNames:     names,
		NotBefore:    now.Add(-24 * time.Hour), // clocks of servers differ
		NotAfter:     now.Add(leafLifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, pub, a.key)
	if err != nil {
		return nil, nil, fmt.Errorf("sign the server's certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(priv)
	if err != nil {
		return nil, nil, fmt.Errorf("encode the server's key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), nil
}
