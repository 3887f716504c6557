package transport

import (
	"context"
	"fmt"
	"io"
	"testing"
)

func pairForBench(b *testing.B) (from, to *Endpoint) {
	b.Helper()
	var e [2]*Endpoint
	for i := range e {
		server := fmt.Sprint("server-", i)
		id, err := NewIdentity(b.TempDir(), secret, server)
		if err != nil {
			b.Fatal(err)
		}
		if e[i], err = Listen(Config{Server: server, Listen: "127.0.0.1:0", Identity: id}); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = e[i].Close() })
	}
	return e[0], e[1]
}

func BenchmarkRoundTrip(b *testing.B) {
	from, to := pairForBench(b)
	to.Handle(Query, func(_ context.Context, _ []byte, c Conn) {
		defer c.Close()
		_, _ = io.Copy(c, c)
	})
	c, err := from.Dial(b.Context(), to.Addr(), "", Query, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 256)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Write(buf); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(c, buf); err != nil {
			b.Fatal(err)
		}
	}
}

// One stream per question, as forwarded requests are.
func BenchmarkStreamPerRequest(b *testing.B) {
	from, to := pairForBench(b)
	to.Handle(Query, func(_ context.Context, _ []byte, c Conn) {
		defer c.Close()
		_, _ = io.Copy(c, c)
	})
	buf := make([]byte, 256)
	b.ReportAllocs()
	for b.Loop() {
		c, err := from.Dial(b.Context(), to.Addr(), "", Query, nil)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = c.Write(buf)
		_ = c.CloseWrite()
		if _, err := io.ReadAll(c); err != nil {
			b.Fatal(err)
		}
		_ = c.Close()
	}
}

func BenchmarkThroughput(b *testing.B) {
	from, to := pairForBench(b)
	to.Handle(Checkpoint, func(_ context.Context, _ []byte, c Conn) {
		defer c.Close()
		_, _ = io.Copy(io.Discard, c)
	})
	c, err := from.DialDedicated(b.Context(), to.Addr(), "", Checkpoint, nil)
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 1<<20)
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		if _, err := c.Write(buf); err != nil {
			b.Fatal(err)
		}
	}
	_ = c.CloseWrite()
	if _, err := io.ReadAll(c); err != nil {
		b.Fatal(err)
	}
	_ = c.Close()
}
