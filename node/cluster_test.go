package node_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"graticule/node"
)

const testPassword = "correct horse"

// cluster is a set of nodes of this process that talk over the loopback.
type cluster struct {
	t       testing.TB
	members []*member
	imports string // folder that all of them import from
}

// member is one server; its ports and data outlive a restart.
type member struct {
	cfg  node.Config
	stop func()
}

// startCluster starts a primary in each region and a secondary in each of the
// regions named twice, and waits until all hold the default database.
func startCluster(t testing.TB, regions ...string) *cluster {
	t.Helper()
	return startClusterWith(t, func(int, *node.Config) {}, regions...)
}

// startClusterWith is startCluster with changes to the configuration of each
// server, which is numbered from 0.
func startClusterWith(t testing.TB, change func(i int, cfg *node.Config), regions ...string) *cluster {
	t.Helper()
	c := &cluster{t: t, imports: t.TempDir()}
	var seeds []string
	seen := map[string]bool{}
	primaries, secondaries := 0, 0
	for i, region := range regions {
		mode := "PRIMARY"
		if seen[region] {
			mode = "SECONDARY"
			secondaries++
		} else {
			primaries++
		}
		seen[region] = true
		cfg := node.Config{
			Name: fmt.Sprintf("%s-%d", region, i), Region: region, ModeConstraint: mode, AutoEnable: true, DataDir: t.TempDir(), Password: testPassword, User: "neo4j", Secret: t.Name(), ImportDir: c.imports, OpenStatus: true,
			Bolt: node.Address{Listen: freePort(t, "tcp")}, HTTP: node.Address{Listen: freePort(t, "tcp")}, Cluster: node.Address{Listen: freePort(t, "udp")},
			Logger: slog.New(slog.DiscardHandler),
		}
		change(i, &cfg)
		seeds = append(seeds, cfg.Cluster.Listen)
		c.members = append(c.members, &member{cfg: cfg})
	}
	for _, m := range c.members {
		if m.cfg.DefaultPrimaries, m.cfg.DefaultSecondaries = primaries, secondaries; len(regions) > 1 {
			m.cfg.Seeds, m.cfg.FoundingPrimaries = seeds, primaries
		}
		c.start(m)
	}
	t.Cleanup(func() { // all at once: the last ones would look for a majority in vain
		var wg sync.WaitGroup
		for _, m := range c.members {
			wg.Go(m.stop)
		}
		wg.Wait()
	})
	for _, m := range c.members {
		c.awaitReady(m)
	}
	return c
}

// freePort gives an address of the loopback that nobody listens on now. It is
// below the range that systems take the near ends of outgoing connections from,
// so that none of these takes it before the node does.
func freePort(t testing.TB, network string) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 12_000+rand.IntN(18_000))
		var l io.Closer
		var err error
		if network == "udp" {
			l, err = net.ListenPacket("udp", address)
		} else {
			l, err = net.Listen(network, address)
		}
		if err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("found no free port in 100 tries")
	return ""
}

func (c *cluster) start(m *member) {
	c.t.Helper()
	n, err := node.New(m.cfg)
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	m.stop = func() {
		m.stop = func() {}
		cancel()
		select {
		case err := <-done:
			if err != nil {
				c.t.Errorf("%s ended with: %v", m.cfg.Name, err)
			}
		case <-time.After(time.Minute):
			stacks := make([]byte, 1<<20)
			c.t.Errorf("%s does not end:\n%s", m.cfg.Name, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func (c *cluster) awaitReady(m *member) {
	c.t.Helper()
	eventually(c.t, 30*time.Second, m.cfg.Name+" is ready and holds the database", func() bool {
		req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, "http://"+m.cfg.HTTP.Listen+"/db/neo4j/cluster/available", nil)
		if err != nil {
			c.t.Fatal(err)
		}
		req.SetBasicAuth("neo4j", testPassword)
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// eventually asks again until what is awaited is there.
func eventually(t testing.TB, patience time.Duration, what string, yes func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited %v in vain: %s", patience, what)
		case <-tick.C:
		}
	}
}

// driver connects to a member; scheme is neo4j or bolt.
func (c *cluster) driver(scheme string, m *member) neo4j.DriverWithContext {
	c.t.Helper()
	d, err := neo4j.NewDriverWithContext(scheme+"://"+m.cfg.Bolt.Listen, neo4j.BasicAuth("neo4j", testPassword, ""))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { d.Close(context.Background()) })
	if err := d.VerifyConnectivity(c.t.Context()); err != nil { // also: the driver's first connection is not for two goroutines
		c.t.Fatal(err)
	}
	return d
}

// autoCommit runs an auto-commit statement, which the driver does not retry.
func (c *cluster) autoCommit(d neo4j.DriverWithContext, query string) ([]*neo4j.Record, neo4j.ResultSummary, error) {
	s := d.NewSession(c.t.Context(), neo4j.SessionConfig{})
	defer s.Close(c.t.Context())
	r, err := s.Run(c.t.Context(), query, nil)
	if err != nil {
		return nil, nil, err
	}
	records, err := r.Collect(c.t.Context())
	if err != nil {
		return nil, nil, err
	}
	summary, err := r.Consume(c.t.Context())
	return records, summary, err
}

// run runs a statement and gives its rows.
func (c *cluster) run(d neo4j.DriverWithContext, query string, params map[string]any, options ...neo4j.ExecuteQueryConfigurationOption) [][]any {
	c.t.Helper()
	r, err := neo4j.ExecuteQuery(c.t.Context(), d, query, params, neo4j.EagerResultTransformer, options...)
	if err != nil {
		c.t.Fatalf("%s: %v", query, err)
	}
	rows := make([][]any, len(r.Records))
	for i, rec := range r.Records {
		rows[i] = slices.Clone(rec.Values)
	}
	return rows
}
