package transporttest

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"graticule/transport"
)

const (
	addrA = "10.0.0.1:6000"
	addrB = "10.0.0.2:6000"
)

func two(t *testing.T) (*Network, *Host, *Host) {
	n := New(1)
	a, b := n.Join("a", addrA), n.Join("b", addrB)
	b.Handle(transport.Query, func(_ context.Context, header []byte, c transport.Conn) {
		defer c.Close()
		_, _ = c.Write(header)
		_, _ = io.Copy(c, c)
	})
	t.Cleanup(func() { a.Close(); b.Close() })
	return n, a, b
}

func TestStreamTakesTheRoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, a, _ := two(t)
		n.SetRTT(addrA, addrB, 100*time.Millisecond)
		start := time.Now()
		first, err := a.Dial(t.Context(), addrB, "b", transport.Raft, nil)
		if err != nil {
			t.Fatal(err)
		}
		first.Close()
		if d := time.Since(start); d != 100*time.Millisecond {
			t.Fatalf("connecting took %v", d)
		}
		start = time.Now()
		c, err := a.Dial(t.Context(), addrB, "b", transport.Query, []byte("h:"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, _ = c.Write([]byte("x"))
		_ = c.CloseWrite()
		got, err := io.ReadAll(c)
		if err != nil || string(got) != "h:x" {
			t.Fatalf("got %q, %v", got, err)
		}
		if d := time.Since(start); d != 100*time.Millisecond {
			t.Fatalf("took %v", d)
		}
		if rtt, ok := a.RTT("b"); !ok || rtt != 100*time.Millisecond {
			t.Fatalf("round trip %v %v", rtt, ok)
		}
	})
}

func TestPartitionHoldsThenBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, a, _ := two(t)
		c, err := a.Dial(t.Context(), addrB, "", transport.Query, []byte("h"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		buf := make([]byte, 1)
		if _, err := c.Read(buf); err != nil {
			t.Fatal(err)
		}
		n.Partition([]string{addrA}, []string{addrB})
		_, _ = c.Write([]byte("1"))
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := c.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("read through a partition: %v", err)
		}
		_ = c.SetReadDeadline(time.Time{})
		n.Heal()
		if _, err := c.Read(buf); err != nil || buf[0] != '1' {
			t.Fatalf("after healing: %q %v", buf, err)
		}
		down := make(chan string, 1)
		a.OnPeerDown(func(s string, _ error) { down <- s })
		n.Partition([]string{addrA}, []string{addrB})
		if _, err := c.Read(buf); !errors.Is(err, transport.ErrPeerDown) {
			t.Fatalf("after a long partition: %v", err)
		}
		if s := <-down; s != "b" {
			t.Fatalf("%s is down", s)
		}
		if _, err := a.Dial(t.Context(), addrB, "", transport.Query, nil); !errors.Is(err, transport.ErrPeerDown) {
			t.Fatalf("dial through a partition: %v", err)
		}
	})
}

func TestCloseIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := two(t)
		c, err := a.Dial(t.Context(), addrB, "", transport.Query, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		down := make(chan string, 1)
		a.OnPeerDown(func(s string, _ error) { down <- s })
		b.Close()
		if s := <-down; s != "b" {
			t.Fatalf("%s is down", s)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, transport.ErrPeerDown) {
			t.Fatalf("read gives %v", err)
		}
	})
}

func TestPacketsAndNoHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, a, b := two(t)
		n.SetRTT(addrA, addrB, time.Second)
		got := make(chan string, 1)
		b.HandlePackets(func(from string, p []byte) { got <- from + string(p) })
		if err := a.SendPacket(addrB, []byte("x")); err != nil {
			t.Fatal(err)
		}
		if s := <-got; s != addrA+"x" {
			t.Fatal(s)
		}
		c, err := a.Dial(t.Context(), addrB, "", transport.Raft, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, transport.ErrNoHandler) {
			t.Fatalf("got %v", err)
		}
		c.Close()
	})
}
