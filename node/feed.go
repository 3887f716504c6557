package node

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"graticule/catalog"
	"graticule/replication/consensus"
	"graticule/transport"
)

const (
	// feedReview is how often a secondary that is not fed by the nearest primary
	// looks whether it can be.
	feedReview = time.Second
	// feedSilence is how long a primary that knows of no leader goes on feeding.
	feedSilence = 3 * time.Second
)

// feedSource is a primary that could feed a secondary.
type feedSource struct {
	id      string
	near    bool // in the secondary's region
	rtt     time.Duration
	touches bool // it knows a leader, so it hears of new commits
}

// orderSources puts the primary to be fed by first. The nearest one of those that
// hear from the leader shows a commit as soon as the leader itself could, since
// commits are on their way to it anyway, and far links carry them once.
func orderSources(all []feedSource) {
	rank := func(s feedSource) int {
		r := 0
		if !s.touches {
			r += 2
		}
		if !s.near {
			r++
		}
		return r
	}
	slices.SortStableFunc(all, func(a, b feedSource) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return int(a.rtt - b.rtt)
	})
}

// feedSources asks the primaries that are alive whether they know a leader.
func (d *database) feedSources(ctx context.Context, def *catalog.Database) []feedSource {
	t := d.n.members.Topology()
	var mu sync.Mutex
	var all []feedSource
	var asked sync.WaitGroup
	for _, v := range def.Voters {
		m, ok := t.Member(v)
		if !ok {
			continue
		}
		s := feedSource{id: v, near: m.Region == d.n.cfg.Region}
		s.rtt, _ = t.RTT(d.n.id, v)
		asked.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, leadsTimeout+2*s.rtt)
			defer cancel()
			var leader string
			s.touches = d.n.call(ctx, v, request{Op: "leader", Database: def.ID}, &leader) == nil && leader != ""
			mu.Lock()
			defer mu.Unlock()
			all = append(all, s)
		})
	}
	asked.Wait()
	slices.SortFunc(all, func(a, b feedSource) int { return slices.Index(def.Voters, a.id) - slices.Index(def.Voters, b.id) })
	orderSources(all)
	return all
}

// dialFeed opens a feed from the primary that suits best, or from any other.
func (d *database) dialFeed(ctx context.Context) (net.Conn, error) {
	s, _ := d.n.catalog.State()
	def := s.Database(d.def.Name)
	if def == nil {
		return nil, errNoAnswer
	}
	var last error = errNoAnswer
	for i, source := range d.feedSources(ctx, def) {
		m, ok := d.n.members.Topology().Member(source.id)
		if !ok {
			continue
		}
		dial, cancel := context.WithTimeout(ctx, callTimeout)
		c, err := d.n.network.DialDedicated(dial, m.Cluster, source.id, transport.Feed, []byte(d.def.ID))
		cancel()
		if err != nil {
			last = err
			continue
		}
		d.n.log.Info("fed by", "database", d.def.Name, "server", m.Name, "region", m.Region, "choice", i+1)
		watched := &feedConn{Conn: c, done: make(chan struct{})}
		go d.reviewFeed(ctx, def, source.id, watched)
		return watched, nil
	}
	return nil, last
}

// feedConn is a feed that tells when it was closed.
type feedConn struct {
	net.Conn
	once sync.Once
	done chan struct{}
}

// Close implements net.Conn.
func (c *feedConn) Close() error {
	c.once.Do(func() { close(c.done) })
	return c.Conn.Close()
}

// reviewFeed ends a feed once another primary suits better; the next one comes
// from that, and goes on where this one ended. Nobody is asked while the feed
// comes from the own region: such a source ends it when it does not suit.
func (d *database) reviewFeed(ctx context.Context, def *catalog.Database, source string, c *feedConn) {
	tick := time.NewTicker(feedReview)
	defer tick.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		m, ok := d.n.members.Topology().Member(source)
		if ok && m.Region == d.n.cfg.Region {
			continue
		}
		if all := d.feedSources(ctx, def); len(all) > 0 && all[0].id != source && all[0].touches {
			c.Close()
			return
		}
	}
}

// endSilentFeed ends what this server feeds once it has known no leader for long:
// it is cut off or alone, and another primary may know more.
func endSilentFeed(ctx context.Context, g *consensus.Group, end func()) {
	tick := time.NewTicker(feedSilence / 3)
	defer tick.Stop()
	heard := time.Now()
	for {
		if _, ok := g.Leader(); ok {
			heard = time.Now()
		} else if time.Since(heard) > feedSilence {
			end()
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
