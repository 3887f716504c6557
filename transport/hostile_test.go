package transport

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
)

// serves checks that an endpoint still does its work.
func serves(t *testing.T, e *Endpoint) {
	t.Helper()
	e.Handle(Query, echo)
	friend, _ := listen(t, "server-friend")
	c, err := friend.Dial(within(t), e.Addr(), e.Server(), Query, nil)
	if err != nil {
		t.Fatal("the endpoint no longer serves:", err)
	}
	if got := ask(t, c, "x"); got != "server-friend:x" {
		t.Fatalf("got %q", got)
	}
}

func TestRandomBytesOnTheSocket(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := mathrand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24)})
	e, _ := listen(t, "server-a")
	c, err := net.Dial("udp", e.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 1400)
	for i := range 2000 {
		_, _ = src.Read(buf)
		if i%2 == 0 {
			buf[0] |= 0xc0 // as the first packet of a connection, version 1
			copy(buf[1:], "\x00\x00\x00\x01\x08")
		}
		if _, err := c.Write(buf[:1+int(src.Uint64()%1399)]); err != nil {
			t.Fatal(err)
		}
	}
	serves(t, e)
}

func TestForeignSecret(t *testing.T) {
	e, log := listen(t, "server-a")
	foreign, err := NewIdentity(t.TempDir(), "quite another secret", "server-b")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := listen(t, "server-b", func(c *Config) { c.Identity = foreign })
	if _, err := b.Dial(within(t), e.Addr(), "server-a", Query, nil); !errors.Is(err, ErrUntrusted) {
		t.Fatalf("got %v", err)
	}
	log.await(t, "refused a connection")
	serves(t, e)
}

// stranger connects without looking at whom it talks to.
func stranger(t *testing.T, e *Endpoint, certs []tls.Certificate, proto string) (*quic.Conn, error) {
	t.Helper()
	conn, err := quic.DialAddr(within(t), e.Addr(), &tls.Config{
		InsecureSkipVerify: true, Certificates: certs, NextProtos: []string{proto},
	}, &quic.Config{EnableDatagrams: true})
	if err == nil {
		t.Cleanup(func() { _ = conn.CloseWithError(0, "") })
	}
	return conn, err
}

func TestStrangersCertificates(t *testing.T) {
	e, log := listen(t, "server-a")
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"server-a", clusterName},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	selfSigned, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, certs := range map[string][]tls.Certificate{
		"none":        nil,
		"self-signed": {{Certificate: [][]byte{selfSigned}, PrivateKey: key}},
	} {
		conn, err := stranger(t, e, certs, protoShared)
		if err == nil { // the client's side of the handshake ends first
			<-conn.Context().Done()
			err = context.Cause(conn.Context())
		}
		if te, ok := errors.AsType[*quic.TransportError](err); !ok || !te.ErrorCode.IsCryptoError() {
			t.Errorf("%s: got %v", name, err)
		}
	}
	log.await(t, ErrUntrusted.Error())
	if _, err := stranger(t, e, nil, "h3"); err == nil {
		t.Error("another protocol was taken")
	}
	serves(t, e)
}

func member(t *testing.T, e *Endpoint) *quic.Conn {
	t.Helper()
	id, err := NewIdentity(t.TempDir(), secret, "server-evil")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := stranger(t, e, []tls.Certificate{id.leaf}, protoShared)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// Streams with wrong heads are reset, with the reason, and the rest goes on.
func TestWrongHeads(t *testing.T) {
	e, log := listen(t, "server-a", func(c *Config) { c.Limits.HeadTimeout = 100 * time.Millisecond })
	conn := member(t, e)
	for name, c := range map[string]struct {
		bytes string
		code  quic.StreamErrorCode
	}{
		"kind 0":          {"\x00\x00", codeHead},
		"unknown kind":    {"\xf0\x00", codeNoHandler},
		"unserved kind":   {"\x04\x00", codeNoHandler},
		"oversized":       {"\x04\xff\xff\x03" + strings.Repeat("x", 70000), codeHead},
		"endless length":  {"\x04" + strings.Repeat("\xff", 1000), codeHead},
		"never ends":      {"\x04\x20half", codeHead},
		"never starts":    {"\x04", codeHead},
		"oversize packet": {"\x02\x00" + strings.Repeat("x", MaxPacket+1), codeNone},
	} {
		s, err := conn.OpenStreamSync(within(t))
		if err != nil {
			t.Fatal(name, err)
		}
		_, _ = io.WriteString(s, c.bytes) // may be refused midway
		_ = s.SetReadDeadline(time.Now().Add(10 * time.Second))
		_, err = s.Read(make([]byte, 1))
		if se, ok := errors.AsType[*quic.StreamError](err); c.code != codeNone && (!ok || se.ErrorCode != c.code || !se.Remote) {
			t.Errorf("%s: got %v, want code %d", name, err, c.code)
		} else if c.code == codeNone && err != io.EOF {
			t.Errorf("%s: got %v, want the end", name, err)
		}
		s.CancelWrite(0)
	}
	log.await(t, "refused a stream")
	serves(t, e)
}

func TestNoHandlerIsTold(t *testing.T) {
	a, _ := listen(t, "server-a")
	b, _ := listen(t, "server-b")
	c, err := a.Dial(within(t), b.Addr(), "server-b", Raft, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, ErrNoHandler) {
		t.Fatalf("got %v", err)
	}
}

func TestConnectionsPerPeerAreBounded(t *testing.T) {
	e, log := listen(t, "server-a", func(c *Config) { c.Limits.ConnsPerPeer = 2 })
	var conns []*quic.Conn
	for range 3 {
		conns = append(conns, member(t, e))
	}
	// Which of the three is refused depends on timing.
	done := make(chan error, 3)
	for _, c := range conns {
		context.AfterFunc(c.Context(), func() { done <- context.Cause(c.Context()) })
	}
	err := <-done
	if ae, ok := errors.AsType[*quic.ApplicationError](err); !ok || ae.ErrorCode != codeTooMany {
		t.Fatalf("got %v", err)
	}
	log.await(t, "too many connections")
	serves(t, e)
}

// A server with a certificate that does not carry its id, which then never tells it.
func TestPeerThatNeverIntroducesItself(t *testing.T) {
	e, log := listen(t, "server-a", func(c *Config) { c.Limits.HeadTimeout = 50 * time.Millisecond })
	a, err := deriveAuthority(secret)
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := a.issue("some.host")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := stranger(t, e, []tls.Certificate{pair}, protoShared)
	if err != nil {
		t.Fatal(err)
	}
	<-conn.Context().Done()
	log.await(t, "learn the server's id")
	serves(t, e)
}

func TestLogOfStrangersIsThrottled(t *testing.T) {
	th := newThrottle(1, 3)
	passed := 0
	for range 1000 {
		if ok, _ := th.allow(); ok {
			passed++
		}
	}
	if passed < 3 || passed > 10 {
		t.Fatalf("%d of 1000 passed", passed)
	}
}

// deaf is a socket that sends and hears nothing.
type deaf struct {
	net.PacketConn
	closed chan struct{}
	once   sync.Once
}

// ReadFrom waits for Close.
func (d *deaf) ReadFrom([]byte) (int, net.Addr, error) {
	<-d.closed
	return 0, nil, net.ErrClosed
}

// Close ends ReadFrom.
func (d *deaf) Close() error {
	d.once.Do(func() { close(d.closed) })
	return d.PacketConn.Close()
}

// Thousands of handshakes that are begun and never ended: what they hold is bounded,
// and members are served meanwhile.
func TestHalfOpenHandshakes(t *testing.T) {
	const handshakes, rounds = 1000, 2
	const roomFor = 128 << 20 // bytes of both sides, which share this process
	var most uint64
	e, _ := listen(t, "server-a", func(c *Config) { c.Limits.DialTimeout = time.Second })
	serves(t, e)
	to, err := net.ResolveUDPAddr("udp", e.Addr())
	if err != nil {
		t.Fatal(err)
	}
	before := held()
	for range rounds {
		socket, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		d := &deaf{PacketConn: socket, closed: make(chan struct{})}
		dialler := &quic.Transport{Conn: d}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		var wg sync.WaitGroup
		for range handshakes {
			wg.Go(func() {
				if _, err := dialler.Dial(ctx, to, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protoShared}}, nil); err == nil {
					t.Error("a handshake of one that hears nothing ended well")
				}
			})
		}
		serves(t, e)
		most = max(most, held())
		wg.Wait()
		cancel()
		if err := errors.Join(d.Close(), dialler.Close()); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Fatal(err)
		}
	}
	t.Logf("%d half-open handshakes: %d KiB at most, %d KiB in the end", handshakes*rounds, (most-before)>>10, (int64(held())-int64(before))>>10)
	if most > before+roomFor {
		t.Errorf("half-open handshakes hold %d MiB", (most-before)>>20)
	}
	serves(t, e)
}

// held is how many bytes of memory are in use.
func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Version negotiation packets, for connections that are there and that are not.
func TestVersionNegotiationPackets(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := mathrand.New(mathrand.NewPCG(seed, 1))
	e, _ := listen(t, "server-a")
	conn := member(t, e) // must live through it
	c, err := net.Dial("udp", e.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2000 {
		packet := []byte{0x80 | byte(src.UintN(128)), 0, 0, 0, 0}
		for range 2 { // the ids of both sides
			id := make([]byte, src.IntN(21))
			for i := range id {
				id[i] = byte(src.UintN(256))
			}
			packet = append(append(packet, byte(len(id))), id...)
		}
		for range src.IntN(64) {
			packet = binary.BigEndian.AppendUint32(packet, src.Uint32())
		}
		if _, err := c.Write(packet); err != nil {
			t.Fatal(err)
		}
	}
	serves(t, e)
	if err := context.Cause(conn.Context()); err != nil {
		t.Errorf("a connection that was there ended: %v", err)
	}
}
