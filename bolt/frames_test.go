package bolt

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"graticule/graph"
	"graticule/status"
)

// flood is a backend whose statements give large rows until they are ended.
type flood struct {
	echo
	statement context.Context
	emitting  *atomic.Int64 // when the row on its way was given, in nanoseconds; 0: none is
	ended     chan error
}

func (b flood) Connect(context.Context, ConnInfo) (Session, error) {
	return &floodSession{flood: b}, nil
}

type floodSession struct {
	echoSession
	flood
}

func (s *floodSession) Run(context.Context, TxConfig, string, *graph.Map) (Result, error) {
	return &floodResult{flood: s.flood}, nil
}

type floodResult struct {
	echoResult
	flood
}

func (r *floodResult) Context() context.Context { return r.statement }
func (r *floodResult) Fetch(_ context.Context, _ int64, emit func([]graph.Value) error) (bool, error) {
	row := []graph.Value{graph.String(strings.Repeat("x", 64<<10))}
	for {
		r.emitting.Store(time.Now().UnixNano())
		err := emit(row)
		r.emitting.Store(0)
		if err == nil {
			err = context.Cause(r.statement)
		}
		if err != nil {
			r.ended <- err
			return false, err
		}
	}
}

// selfSigned makes a certificate for 127.0.0.1.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A statement whose client does not read ends soon after it is ended, also where the
// connection sends in frames. There a frame cannot go on later: the client loses the
// connection. Over plain TCP it finds whole rows, and then the error.
func TestAnEndedStatementDoesNotWaitForItsFrame(t *testing.T) {
	for name, framed := range map[string]func(addr string) net.Conn{
		"TCP": nil,
		"TLS": func(addr string) net.Conn {
			c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true}) // a certificate of this test
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			return c
		},
		"WebSocket": func(addr string) net.Conn { return webSocket(t, addr) },
	} {
		statement, end := context.WithCancelCause(t.Context())
		b := flood{statement: statement, emitting: &atomic.Int64{}, ended: make(chan error, 1)}
		addr := serveWith(t, Config{Backend: b, TLS: &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}})
		connect := framed
		if connect == nil {
			connect = func(addr string) net.Conn {
				c, err := net.Dial("tcp", addr)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { c.Close() })
				return c
			}
		}
		c := loginOver(t, connect(addr))
		c.send(msgRun, graph.String("on and on"), mapOf(), mapOf())
		c.send(msgPull, all())
		tick := time.NewTicker(time.Millisecond)
		for since := int64(0); since == 0 || time.Now().UnixNano()-since < int64(100*time.Millisecond); since = b.emitting.Load() {
			<-tick.C // until a row does not get away
		}
		tick.Stop()
		ended := time.Now()
		end(status.New(status.Terminated, "50N42", "enough"))
		select {
		case <-b.ended:
			if late := time.Since(ended); late > time.Second {
				t.Errorf("%s: the statement went on for %v", name, late)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: the statement goes on", name)
		}
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		if framed != nil {
			if _, err := io.Copy(io.Discard, c); errors.Is(err, context.DeadlineExceeded) || timedOut(err) {
				t.Errorf("%s: the connection stays", name)
			}
			continue
		}
		tag, _ := c.receive() // of RUN
		for tag, _ = c.receive(); tag == msgRecord; tag, _ = c.receive() {
		}
		if tag != msgFailure {
			t.Errorf("%s: behind the rows stands %#x", name, tag)
		}
	}
}

func timedOut(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}
