package transport

import (
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

func freePorts(t *testing.T, n int) []string {
	t.Helper()
	var out []string
	for range n {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		out = append(out, c.LocalAddr().String())
	}
	return out
}

func TestEmulatedRoundTrip(t *testing.T) {
	const rtt = 60 * time.Millisecond
	p := freePorts(t, 2)
	a, _ := listen(t, "server-a", func(c *Config) {
		c.Listen, c.Latency = p[0], &Latency{RTT: map[string]time.Duration{p[1]: rtt}}
	})
	b, _ := listen(t, "server-b", func(c *Config) {
		c.Listen, c.Latency = p[1], &Latency{RTT: map[string]time.Duration{p[0]: rtt, "localhost:1": time.Second}}
	})
	b.Handle(Query, echo)
	c, err := a.Dial(within(t), b.Addr(), "server-b", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.ReadFull(c, make([]byte, len("server-a:"))); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(start); d < rtt || d > 4*rtt {
		t.Fatalf("an echo took %v over a round trip of %v", d, rtt)
	}
	if got, ok := a.RTT("server-b"); !ok || got < rtt || got > 4*rtt {
		t.Fatalf("measured %v, emulated %v", got, rtt)
	}
}

func TestDelayedPacketsKeepTheirOrder(t *testing.T) {
	to, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	from, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := newDelayedSocket(from, &Latency{RTT: map[string]time.Duration{to.LocalAddr().String(): 20 * time.Millisecond}}, "udp")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const n = 100
	for i := range n {
		if _, err := s.WriteTo(fmt.Append(nil, i), to.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	buf := make([]byte, 10)
	_ = to.SetReadDeadline(time.Now().Add(10 * time.Second))
	for i := range n {
		k, _, err := to.ReadFrom(buf)
		if err != nil {
			t.Fatal(err)
		}
		if string(buf[:k]) != fmt.Sprint(i) {
			t.Fatalf("packet %s came as number %d", buf[:k], i)
		}
	}
}

func TestLatencyIsChecked(t *testing.T) {
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	for _, rtt := range []map[string]time.Duration{{"no port": 1}, {"127.0.0.1:1": -1}} {
		if _, err := newDelayedSocket(udp, &Latency{RTT: rtt}, "udp"); err == nil {
			t.Errorf("%v was taken", rtt)
		}
	}
}
