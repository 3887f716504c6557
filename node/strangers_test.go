package node_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"graticule/node"
)

// journal is a log that a test reads while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) has(s string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Contains(j.text.String(), s)
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

// ownAuthority makes the files of a server whose authority is its own.
func ownAuthority(t *testing.T, until time.Time) node.TLSFiles {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "some.host"}, DNSNames: []string{"some.host"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f := node.TLSFiles{Certificate: filepath.Join(dir, "c.pem"), Key: filepath.Join(dir, "k.pem"), CA: filepath.Join(dir, "ca.pem")}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for file, b := range map[string][]byte{f.Certificate: cert, f.CA: cert, f.Key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// stranger is the configuration of a server that wants to join c.
func (c *cluster) stranger(name string, log *journal) node.Config {
	return node.Config{
		Name: name, Region: "nowhere", DataDir: c.t.TempDir(), Password: testPassword, User: "neo4j", Secret: c.t.Name(), FoundingPrimaries: 3,
		Bolt: node.Address{Listen: freePort(c.t, "tcp")}, HTTP: node.Address{Listen: freePort(c.t, "tcp")}, Cluster: node.Address{Listen: freePort(c.t, "udp")},
		Seeds: c.members[0].cfg.Seeds, Logger: log.logger(),
	}
}

// Servers of another secret or authority that want to join, and noise on the
// cluster ports: both sides say what to do, and nothing else changes.
func TestStrangersAtTheClusterPort(t *testing.T) {
	log := &journal{}
	c := startClusterWith(t, func(_ int, cfg *node.Config) { cfg.Logger = log.logger() }, "eu", "us", "ap")
	d := c.driver("neo4j", c.members[0])
	servers := func() string {
		return fmt.Sprint(c.run(d, "SHOW SERVERS YIELD serverId, name, address, state, health ORDER BY name", nil, neo4j.ExecuteQueryWithDatabase("system")))
	}
	before := servers()
	written := 0
	write := func() {
		t.Helper()
		c.run(d, "CREATE (:Written {n: $n})", map[string]any{"n": written})
		written++
	}
	for name, change := range map[string]func(*node.Config){
		"another secret":    func(cfg *node.Config) { cfg.Secret = "quite another" },
		"another authority": func(cfg *node.Config) { cfg.Identity = ownAuthority(t, time.Now().Add(time.Hour)) },
	} {
		t.Run(name, func(t *testing.T) {
			own := &journal{}
			cfg := c.stranger(name, own)
			change(&cfg)
			n, err := node.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- n.Run(ctx) }()
			defer func() {
				cancel()
				if err := <-done; err != nil {
					t.Errorf("it ended with: %v", err)
				}
			}()
			eventually(t, 30*time.Second, "the stranger says what to do", func() bool { return own.has("server.cluster.secret") })
			eventually(t, 30*time.Second, "the cluster says so too", func() bool { return log.has("refused a connection") && log.has("server.cluster.secret") })
			write()
			if got := servers(); got != before {
				t.Errorf("the servers were\n%s\nand are\n%s", before, got)
			}
		})
	}

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := mathrand.New(mathrand.NewPCG(seed, 1))
	for _, m := range c.members {
		noise, err := net.Dial("udp", m.cfg.Cluster.Listen)
		if err != nil {
			t.Fatal(err)
		}
		defer noise.Close()
		for i := range 3000 {
			packet := make([]byte, 1+src.IntN(1400))
			for k := range packet {
				packet[k] = byte(src.Uint32())
			}
			if head := [][]byte{nil, {0xc0, 0, 0, 0, 1, 8}, {0x80, 0, 0, 0, 0, 8}, {0x40}}[i%4]; len(packet) > len(head) {
				copy(packet, head) // as a first packet, a negotiation of versions, one of a connection
			}
			if _, err := noise.Write(packet); err != nil {
				t.Fatal(err)
			}
			if i%1000 == 0 {
				write()
			}
		}
	}
	write()
	if got := servers(); got != before {
		t.Errorf("the servers were\n%s\nand are\n%s", before, got)
	}
	if got := c.run(d, "MATCH (n:Written) RETURN count(n)", nil)[0][0]; got != int64(written) {
		t.Errorf("%v of %d writes are there", got, written)
	}
	if log.has("panic") {
		t.Error("a server panicked")
	}
}

// A server whose files are no good ends at once, and names the file.
func TestBadCertificateFilesEndTheStart(t *testing.T) {
	good := ownAuthority(t, time.Now().Add(time.Hour))
	garbage := filepath.Join(t.TempDir(), "garbage.pem")
	if err := os.WriteFile(garbage, []byte("\x00\xff not a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*node.Config)
		want   string
	}{
		"cluster certificate": {func(cfg *node.Config) { cfg.Identity = good; cfg.Identity.Certificate = garbage }, garbage},
		"cluster key":         {func(cfg *node.Config) { cfg.Identity = good; cfg.Identity.Key = garbage }, garbage},
		"cluster authority":   {func(cfg *node.Config) { cfg.Identity = good; cfg.Identity.CA = garbage }, garbage},
		"no cluster key":      {func(cfg *node.Config) { cfg.Identity = good; cfg.Identity.Key = "" }, "certificate, key and CA"},
		"expired":             {func(cfg *node.Config) { cfg.Identity = ownAuthority(t, time.Now().Add(-time.Hour)) }, "expired"},
		"Bolt certificate":    {func(cfg *node.Config) { cfg.TLS = good; cfg.TLS.Certificate = garbage }, garbage},
		"Bolt key":            {func(cfg *node.Config) { cfg.TLS = good; cfg.TLS.Key = garbage }, garbage},
	} {
		cfg := node.Config{
			DataDir: t.TempDir(), Password: testPassword, User: "neo4j", Logger: slog.New(slog.DiscardHandler),
			Bolt: node.Address{Listen: freePort(t, "tcp")}, HTTP: node.Address{Listen: freePort(t, "tcp")}, Cluster: node.Address{Listen: freePort(t, "udp")},
		}
		c.change(&cfg)
		n, err := node.New(cfg)
		if err == nil {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			err = n.Run(ctx)
			cancel()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}
