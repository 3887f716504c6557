package region

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"graticule/transport"
)

// The same over real sockets: three servers, round trips emulated between them.
func TestOverQUIC(t *testing.T) {
	const n, rtt = 3, 40 * time.Millisecond
	const patience = 3 * time.Minute // on a machine that has hardly any time for it
	var addrs []string
	var sockets []net.PacketConn // hold the ports until they are needed
	for range n {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		sockets = append(sockets, c)
		addrs = append(addrs, c.LocalAddr().String())
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var dirs []*Directory
	for i := range n {
		id, err := transport.NewIdentity(t.TempDir(), "a secret for this test only", fmt.Sprint("server-", i))
		if err != nil {
			t.Fatal(err)
		}
		delays := map[string]time.Duration{}
		for j, a := range addrs {
			if j != i {
				delays[a] = rtt
			}
		}
		if err := sockets[i].Close(); err != nil {
			t.Fatal(err)
		}
		host, err := transport.Listen(transport.Config{
			Server: fmt.Sprint("server-", i), Listen: addrs[i], Identity: id, Latency: &transport.Latency{RTT: delays},
		})
		if err != nil {
			t.Fatal(err)
		}
		d, err := New(Config{
			Self:    Member{ID: fmt.Sprint("server-", i), Region: fmt.Sprint("r", i), Cluster: addrs[i]},
			Network: host, Seeds: addrs, ProbeInterval: 200 * time.Millisecond, Refresh: 100 * time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		runCtx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- d.Run(runCtx) }()
		t.Cleanup(func() {
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			if err := host.Close(); err != nil {
				t.Error(err)
			}
		})
		dirs = append(dirs, d)
	}
	for _, d := range dirs {
		for top := d.Topology(); len(top.Alive()) < n; top = d.Topology() {
			select {
			case <-top.Changed():
			case <-ctx.Done():
				t.Fatalf("not all joined: %+v", top.Members())
			}
		}
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		got, ok := dirs[0].Topology().RTT("server-0", "server-2")
		if ok && got >= rtt && got < 3*rtt {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("round trip %v %v, emulated %v", got, ok, rtt)
		}
	}
}
