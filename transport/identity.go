package transport

import (
	"crypto"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Identity is what a server proves itself with and what it trusts in others.
type Identity struct {
	leaf  tls.Certificate
	roots *x509.CertPool
	reset [32]byte // key of stateless resets; stable over restarts
}

// NewIdentity gives the identity of a server in the cluster that shares secret.
// The cluster's authority is derived from the secret, so every server has the
// same one without exchanging anything; the server issues its own certificate
// with it, once, and keeps it in dir (made if need be) as server.crt, server.key
// and ca.crt. An empty secret means a cluster of this server alone: a random
// secret is made and kept in dir as secret.
//
// Whoever holds the secret can join; it should be random, 128 bits or more.
func NewIdentity(dir, secret, server string) (Identity, error) {
	if server == "" {
		return Identity{}, errors.New("transport: identity without a server id")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Identity{}, fmt.Errorf("make the certificates' folder: %w", err)
	}
	if secret == "" {
		var err error
		if secret, err = ownSecret(filepath.Join(dir, "secret")); err != nil {
			return Identity{}, err
		}
	}
	a, err := deriveAuthority(secret)
	if err != nil {
		return Identity{}, err
	}
	leaf, err := a.stored(dir, server)
	if err != nil {
		return Identity{}, err
	}
	id := Identity{leaf: leaf, roots: x509.NewCertPool()}
	id.roots.AddCert(a.cert)
	return id, deriveKey(id.reset[:], a.seed, "stateless reset of "+server)
}

// LoadIdentity reads the identity from PEM files: the server's certificate
// (chain), its key, and the authorities that sign the certificates of all
// servers. The certificates need no server ids in them; a server then tells its
// id itself when it connects.
func LoadIdentity(certFile, keyFile, caFile string) (Identity, error) {
	leaf, err := LoadKeyPair(certFile, keyFile)
	if err != nil {
		return Identity{}, fmt.Errorf("read the cluster certificate: %w", err)
	}
	ca, err := os.ReadFile(caFile)
	if err != nil {
		return Identity{}, fmt.Errorf("read the cluster's authority: %w", err)
	}
	id := Identity{leaf: leaf, roots: x509.NewCertPool()}
	if !id.roots.AppendCertsFromPEM(ca) {
		return Identity{}, fmt.Errorf("read the cluster's authority: no certificate in %s", caFile)
	}
	var chain []*x509.Certificate
	for _, der := range leaf.Certificate[1:] {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return Identity{}, fmt.Errorf("read the cluster certificate: %s: %w", certFile, err)
		}
		chain = append(chain, c)
	}
	if err := verify(leaf.Leaf, chain, id.roots); err != nil {
		return Identity{}, fmt.Errorf("check the cluster certificate %s against the authority in %s: %w", certFile, caFile, err)
	}
	key, ok := leaf.PrivateKey.(crypto.Signer)
	if !ok {
		return Identity{}, errors.New("read the cluster certificate: the key cannot sign")
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Identity{}, fmt.Errorf("read the cluster key: %w", err)
	}
	return id, deriveKey(id.reset[:], der, "stateless reset")
}

// LoadKeyPair reads a certificate (chain) and its key from PEM files. Its errors
// name the file that is wrong.
func LoadKeyPair(certFile, keyFile string) (tls.Certificate, error) {
	cert, err := os.ReadFile(certFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	switch first, ok := firstBlock(cert, "CERTIFICATE"); {
	case !ok:
		return tls.Certificate{}, fmt.Errorf("%s holds no certificate in PEM form (BEGIN CERTIFICATE)", certFile)
	default:
		if _, err := x509.ParseCertificate(first); err != nil {
			return tls.Certificate{}, fmt.Errorf("%s: %w", certFile, err)
		}
	}
	if _, ok := firstBlock(key, "PRIVATE KEY"); !ok {
		return tls.Certificate{}, fmt.Errorf("%s holds no private key in PEM form (BEGIN PRIVATE KEY, not encrypted)", keyFile)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s with the key %s: %w", certFile, keyFile, err)
	}
	return pair, nil
}

// firstBlock gives the first PEM block whose type ends with kind.
func firstBlock(text []byte, kind string) ([]byte, bool) {
	for b, rest := pem.Decode(text); b != nil; b, rest = pem.Decode(rest) {
		if strings.HasSuffix(b.Type, kind) && !strings.HasPrefix(b.Type, "ENCRYPTED") {
			return b.Bytes, true
		}
	}
	return nil, false
}

// names tells whether the identity's own certificate carries the server's id.
func (id Identity) names(server string) bool { return serverOf(id.leaf.Leaf) == server }

// ownSecret reads the secret in file, making a random one on first use.
func ownSecret(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err == nil && len(strings.TrimSpace(string(b))) > 0 {
		return strings.TrimSpace(string(b)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read the cluster secret: %w", err)
	}
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails
	secret := hex.EncodeToString(raw[:])
	if err := writeFile(file, []byte(secret+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep the cluster secret: %w", err)
	}
	return secret, nil
}

func deriveKey(out, secret []byte, use string) error {
	k, err := hkdf.Key(sha256.New, secret, []byte("graticule transport 1"), use, len(out))
	if err != nil {
		return fmt.Errorf("derive the %s key: %w", use, err)
	}
	copy(out, k)
	return nil
}

// writeFile replaces a file whole: after a crash it has the old bytes or the new.
func writeFile(file string, b []byte, mode os.FileMode) error {
	tmp := file + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp, file)
}
