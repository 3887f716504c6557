package node_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"graticule/internal/boltclient"
)

// connect opens lean connections to a member.
func (c *cluster) connect(m *member, n int) []*boltclient.Conn {
	c.t.Helper()
	out := make([]*boltclient.Conn, n)
	for i := range out {
		conn, err := boltclient.Dial(c.t.Context(), m.cfg.Bolt.Listen, boltclient.Login{User: "neo4j", Password: testPassword})
		if err != nil {
			c.t.Fatal(err)
		}
		c.t.Cleanup(func() { conn.Close() })
		out[i] = conn
	}
	return out
}

// drive runs a statement b.N times over all connections at once; values gives
// the parameter of each run.
func drive(b *testing.B, conns []*boltclient.Conn, access boltclient.Access, text string, values func(i int64) int64) {
	b.Helper()
	var next atomic.Int64
	done := make(chan error, len(conns))
	b.ReportAllocs()
	b.ResetTimer()
	for _, conn := range conns {
		s, err := boltclient.NewStatement(access, text, "id")
		if err != nil {
			b.Fatal(err)
		}
		go func() {
			for {
				i := next.Add(1)
				if i > int64(b.N) {
					done <- nil
					return
				}
				s.Set(0, values(i))
				if _, err := conn.Do(s); err != nil {
					done <- err
					return
				}
			}
		}()
	}
	for range conns {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
}

// Point reads through Bolt, client and server in this process.
func BenchmarkPointReads(b *testing.B) {
	c := startCluster(b, "here")
	const points = 10_000
	d := c.driver("bolt", c.members[0])
	c.run(d, "CREATE INDEX FOR (n:Point) ON (n.id)", nil)
	c.run(d, fmt.Sprintf("UNWIND range(0, %d) AS i CREATE (:Point {id: i, value: i})", points-1), nil)
	for _, clients := range []int{1, 12} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			drive(b, c.connect(c.members[0], clients), boltclient.Access{Read: true}, "MATCH (n:Point {id: $id}) RETURN n.value", func(i int64) int64 { return i * 7919 % points })
		})
	}
}

// Durable auto-commit writes through Bolt, on one server and on three primaries.
func BenchmarkWrites(b *testing.B) {
	for _, regions := range [][]string{{"here"}, {"here", "there", "beyond"}} {
		b.Run(fmt.Sprintf("%dprimaries", len(regions)), func(b *testing.B) {
			c := startCluster(b, regions...)
			leader := c.leader()
			for _, clients := range []int{1, 64, 256} {
				b.Run(fmt.Sprint(clients), func(b *testing.B) {
					drive(b, c.connect(leader, clients), boltclient.Access{}, "CREATE (:Written {id: $id})", func(i int64) int64 { return i })
				})
			}
		})
	}
}

// leader gives the member that writes are routed to.
func (c *cluster) leader() *member {
	c.t.Helper()
	for _, m := range c.members {
		conn, err := boltclient.Dial(c.t.Context(), m.cfg.Bolt.Listen, boltclient.Login{User: "neo4j", Password: testPassword, Routes: true})
		if err != nil {
			c.t.Fatal(err)
		}
		servers, err := conn.Route("neo4j")
		conn.Close()
		if err != nil {
			c.t.Fatal(err)
		}
		for _, m := range c.members {
			if len(servers.Write) > 0 && servers.Write[0] == m.cfg.Bolt.Listen {
				return m
			}
		}
	}
	c.t.Fatal("nobody leads")
	return nil
}
