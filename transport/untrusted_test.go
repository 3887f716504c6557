package transport

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// signed makes a certificate of a for the names, valid between two times from now.
func (a *authority) signed(t *testing.T, from, until time.Duration, names ...string) tls.Certificate {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(until), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, pub, a.key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func authorityOf(t *testing.T, secret string) *authority {
	t.Helper()
	a, err := deriveAuthority(secret)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Two servers one of which does not trust the other: neither talks, both say in
// their logs what to do, and the one that is right serves on.
func TestServersThatDoNotTrustEachOther(t *testing.T) {
	ours, theirs := authorityOf(t, secret), authorityOf(t, "quite another secret")
	const hour, year = time.Hour, 365 * 24 * time.Hour
	for name, c := range map[string]struct {
		leaf       tls.Certificate
		trusts     *authority // whom the wrong server trusts
		host, peer string     // what the logs of the right and the wrong server must say
	}{
		"expired":        {ours.signed(t, -year, -hour, "server-b", clusterName), ours, "renew the certificate", "does not trust this one"},
		"not yet valid":  {ours.signed(t, hour, year, "server-b", clusterName), ours, "set the clocks right", "read in the log of the server"},
		"other secret":   {theirs.signed(t, -hour, year, "server-b", clusterName), theirs, "most often server.cluster.secret differs", "same server.cluster.secret"},
		"foreign but us": {theirs.signed(t, -hour, year, "server-b", clusterName), ours, "same server.cluster.secret", "read in the log of the server"},
	} {
		t.Run(name, func(t *testing.T) {
			host, hostLog := listen(t, "server-a")
			wrong := Identity{leaf: c.leaf, roots: x509.NewCertPool(), reset: [32]byte{1}}
			wrong.roots.AddCert(c.trusts.cert)
			peer, peerLog := listen(t, "server-b", func(cfg *Config) { cfg.Identity = wrong })
			conn, err := peer.Dial(within(t), host.Addr(), "server-a", Query, nil)
			if err == nil { // this side of the handshake ended first
				_, err = conn.Read(make([]byte, 1))
				conn.Close()
			}
			if !errors.Is(err, ErrUntrusted) {
				t.Errorf("the wrong server got %v", err)
			}
			hostLog.await(t, c.host)
			peerLog.await(t, c.peer)
			if _, err := host.Dial(within(t), peer.Addr(), "server-b", Query, nil); !errors.Is(err, ErrUntrusted) {
				t.Errorf("the right server dialled it and got %v", err)
			}
			serves(t, host)
		})
	}
}

func TestAServerUnderAnotherName(t *testing.T) {
	host, hostLog := listen(t, "server-a")
	peer, _ := listen(t, "server-b")
	if _, err := host.Dial(within(t), peer.Addr(), "server-c", Query, nil); !errors.Is(err, ErrWrongServer) {
		t.Errorf("got %v", err)
	}
	hostLog.await(t, "server.cluster.advertised_address")
	serves(t, host)
}

func TestAPeerWithoutCertificate(t *testing.T) {
	host, hostLog := listen(t, "server-a")
	conn, err := stranger(t, host, nil, protoShared)
	if err == nil {
		<-conn.Context().Done()
	}
	hostLog.await(t, "let only servers connect to the cluster port")
	serves(t, host)
}

// Files that hold no good certificate or key: the error names the one that is wrong.
func TestBadIdentityFiles(t *testing.T) {
	a := authorityOf(t, secret)
	cert, key, err := a.issue("x.example")
	if err != nil {
		t.Fatal(err)
	}
	_, otherKey, err := a.issue("x.example")
	if err != nil {
		t.Fatal(err)
	}
	expired := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.signed(t, -2*time.Hour, -time.Hour, "x.example").Certificate[0]})
	foreign := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityOf(t, "quite another secret").cert.Raw})
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	garbage := []byte(strings.Repeat("\x00\xffgarbage", 1000))
	broken := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: garbage})
	for name, c := range map[string]struct {
		cert, key, ca []byte // nil: there is no such file
		want          []string
	}{
		"no certificate file":       {nil, key, ca, []string{"c.pem"}},
		"no key file":               {cert, nil, ca, []string{"k.pem"}},
		"no authority file":         {cert, key, nil, []string{"ca.pem"}},
		"garbage certificate":       {garbage, key, ca, []string{"c.pem", "no certificate"}},
		"empty certificate":         {[]byte{}, key, ca, []string{"c.pem", "no certificate"}},
		"certificate that is none":  {broken, key, ca, []string{"c.pem"}},
		"second of the chain":       {append(append([]byte{}, cert...), broken...), key, ca, []string{"c.pem"}},
		"garbage key":               {cert, garbage, ca, []string{"k.pem", "no private key"}},
		"certificate for a key":     {cert, cert, ca, []string{"k.pem", "no private key"}},
		"key of another":            {cert, otherKey, ca, []string{"c.pem", "k.pem", "does not match"}},
		"garbage authority":         {cert, key, garbage, []string{"ca.pem", "no certificate"}},
		"expired":                   {expired, key, ca, []string{"c.pem"}},
		"another authority's":       {cert, key, foreign, []string{"c.pem", "ca.pem", "unknown authority"}},
		"key where an authority is": {cert, key, key, []string{"ca.pem"}},
	} {
		dir := t.TempDir()
		files := []string{filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem"), filepath.Join(dir, "ca.pem")}
		for i, b := range [][]byte{c.cert, c.key, c.ca} {
			if b == nil {
				continue
			}
			if err := os.WriteFile(files[i], b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := LoadIdentity(files[0], files[1], files[2])
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: the error says nothing of %q: %v", name, w, err)
			}
		}
	}
}

// A certificate that an intermediate authority signed comes with that one's.
func TestIdentityWithAChain(t *testing.T) {
	root := authorityOf(t, secret)
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "root"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	top := &authority{key: key}
	if top.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	between := *tmpl
	between.SerialNumber, between.Subject = big.NewInt(4), pkix.Name{CommonName: "between"}
	if der, err = x509.CreateCertificate(rand.Reader, &between, top.cert, root.key.Public(), top.key); err != nil {
		t.Fatal(err)
	}
	middle := &authority{key: root.key}
	if middle.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	cert, leafKey, err := middle.issue("x.example")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	chain := append(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: middle.cert.Raw})...)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: top.cert.Raw})
	for name, b := range map[string][]byte{"c.pem": chain, "k.pem": leafKey, "ca.pem": ca} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	id, err := LoadIdentity(filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem"), filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	x, _ := listen(t, "server-x", func(c *Config) { c.Identity = id })
	y, _ := listen(t, "server-y", func(c *Config) { c.Identity = id })
	y.Handle(Query, echo)
	c, err := x.Dial(within(t), y.Addr(), "server-y", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, c, "!"); got != "server-x:!" {
		t.Errorf("got %q", got)
	}
}
