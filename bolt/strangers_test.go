package bolt

import (
	"context"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"graticule/graph"
)

// long plays more of what is random.
var long = flag.Bool("long", false, "send more random bytes")

func TestAFloodOfStrangersClosesTheOldest(t *testing.T) {
	var s strangers
	var ours []net.Conn
	var known []func()
	for range unauthenticatedMax + 3 {
		a, b := net.Pipe()
		t.Cleanup(func() { a.Close(); b.Close() })
		ours = append(ours, a)
		known = append(known, s.add(b))
	}
	closed := func(c net.Conn) bool {
		_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
		_, err := c.Read(make([]byte, 1))
		return !errors.Is(err, os.ErrDeadlineExceeded)
	}
	for i, c := range ours[:10] {
		if closed(c) != (i < 3) {
			t.Errorf("connection %d: closed %v", i, i >= 3)
		}
	}
	for _, k := range known[:500] {
		k()
		k()
	}
	if n := s.conns.Len(); n != unauthenticatedMax+3-500 {
		t.Errorf("%d strangers are left", n)
	}
}

// webSocket upgrades to a WebSocket.
func webSocket(t *testing.T, addr string) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, "ws://"+addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := websocket.NetConn(context.Background(), ws, websocket.MessageBinary)
	t.Cleanup(func() { c.Close() })
	return c
}

// Connections that say nothing, or say it slowly, end; one that has logged in does not.
func TestSlowConnectionsEnd(t *testing.T) {
	addr := serveWith(t, Config{HandshakeTimeout: 300 * time.Millisecond, LoginTimeout: 600 * time.Millisecond})
	patient := login(t, addr)
	drip := func(c net.Conn, b []byte) { // never still for long
		for i := range b {
			if _, err := c.Write(b[i : i+1]); err != nil {
				return
			}
			_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
			if _, err := c.Read(make([]byte, 64)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				return
			}
		}
	}
	plain := func(hello string) net.Conn { return dial(t, addr, []byte(hello)) }
	greeting := string(versionHello(0x00080805))
	for name, open := range map[string]func() net.Conn{
		"silence":              func() net.Conn { return plain("") },
		"a byte":               func() net.Conn { return plain("\x60") },
		"half a handshake":     func() net.Conn { return plain(greeting[:10]) },
		"a dripping handshake": func() net.Conn { c := plain(""); go drip(c, []byte(strings.Repeat("\x60", 500))); return c },
		"no HELLO":             func() net.Conn { return plain(greeting) },
		"half a HELLO":         func() net.Conn { return plain(greeting + "\x00\x40\xB1\x01") },
		"NOOPs only":           func() net.Conn { c := plain(greeting); go drip(c, make([]byte, 500)); return c },
		"half a request":       func() net.Conn { return plain("GET / HTTP/1.1\r\nHost: x\r\n") },
		"a dripping request": func() net.Conn {
			c := plain("GET / HTTP/1.1\r\nX: ")
			go drip(c, []byte(strings.Repeat("x", 500)))
			return c
		},
		"a request that is no upgrade": func() net.Conn { return plain("GET / HTTP/1.1\r\nHost: x\r\n\r\n") },
		"a silent WebSocket":           func() net.Conn { return webSocket(t, addr) },
		"a WebSocket without HELLO": func() net.Conn {
			c := webSocket(t, addr)
			_, _ = io.WriteString(c, greeting)
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := open()
			began := time.Now()
			for time.Since(began) < 5*time.Second {
				_ = c.SetDeadline(time.Now().Add(5 * time.Second))
				if _, err := c.Read(make([]byte, 512)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
					return
				}
			}
			t.Error("the connection stayed open")
		})
	}
	patient.send(msgRun, graph.String("x"), mapOf(), mapOf())
	if tag, _ := patient.receive(); tag != msgSuccess {
		t.Errorf("a client that had logged in gets %#x", tag)
	}
}

// Random bytes, at each stage of a connection, over TCP and WebSocket.
func TestRandomBytesAtEachStage(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	addr := serveWith(t, Config{HandshakeTimeout: 200 * time.Millisecond, LoginTimeout: 400 * time.Millisecond})
	noise := func() []byte {
		b := make([]byte, 1+rng.IntN(3000))
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		if rng.IntN(2) == 0 { // looks like a small message
			b[0], b[1] = 0, byte(len(b)%250)
		}
		return b
	}
	stages := 10
	if *long {
		stages = 500
	}
	for i := range stages {
		var c net.Conn
		switch i % 5 {
		case 0:
			c = dial(t, addr, nil)
		case 1:
			c = dial(t, addr, versionHello(0x00080805))
		case 2:
			c = greet(t, addr)
		case 3:
			c = login(t, addr)
		case 4:
			c = webSocket(t, addr)
			if rng.IntN(2) == 0 {
				_, _ = c.Write(versionHello(0x00080805))
			}
		}
		_, _ = c.Write(noise())
		if i%5 != 3 {
			_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("stage %d: the connection stayed open", i%5)
			}
		}
		c.Close()
	}
	login(t, addr)
}

// A client that sends and sends while a statement runs is not read for ever.
func TestWhatIsReadAheadIsBounded(t *testing.T) {
	const messageMax = 1 << 20
	c := login(t, serveWith(t, Config{MessageMax: messageMax}))
	c.send(msgRun, graph.String("wait"), mapOf(), mapOf())
	big := mapOf("x", strings.Repeat("x", 200_000))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	_ = c.SetWriteDeadline(time.Now().Add(2 * time.Second))
	sent := 0
	go func() { _, _ = io.Copy(io.Discard, c) }() // NOOPs
	client := &client{t: t, Conn: c.Conn}
	for range 200 {
		if client.try(msgRun, graph.String("x"), big, mapOf()) != nil {
			break
		}
		sent++
	}
	runtime.ReadMemStats(&after)
	if sent >= 200 {
		t.Error("all was taken while a statement ran")
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("%d messages took %d bytes", sent, grown)
	}
}

// An endless message ends the connection when it is larger than allowed.
func TestEndlessMessages(t *testing.T) {
	addr := serveWith(t, Config{MessageMax: 1 << 20})
	for name, open := range map[string]func() *client{"before login": func() *client { return greet(t, addr) }, "after login": func() *client { return login(t, addr) }} {
		c := open()
		chunk := append([]byte{0xFF, 0xFF}, make([]byte, 0xFFFF)...)
		sent := 0
		for ; sent < 1000; sent++ {
			if _, err := c.Write(chunk); err != nil {
				break
			}
		}
		if sent == 1000 {
			t.Errorf("%s: 64 MiB of one message were taken", name)
		}
	}
	login(t, addr)
}
