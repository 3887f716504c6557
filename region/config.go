package region

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/hashicorp/memberlist"
	"github.com/hashicorp/serf/serf"

	"graticule/transport"
)

// Config is what New needs.
type Config struct {
	Self    Member            // State is ignored
	Network transport.Network // Directory takes its packets and its Gossip streams
	// Seeds are cluster addresses (host:port) of servers to find the others by;
	// the own one may be among them. One that does not answer is tried for ever.
	Seeds    []string
	Snapshot string // file of the members met, to find them again without seeds; "" keeps none
	Logger   *slog.Logger

	ProbeInterval time.Duration // between questions to one other server; default 1 s
	Refresh       time.Duration // of round trips; default 2 s
}

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.ProbeInterval == 0 {
		c.ProbeInterval = time.Second
	}
	if c.Refresh == 0 {
		c.Refresh = 2 * time.Second
	}
	return c
}

// Validate gives an error that names what is missing or wrong.
func (c Config) Validate() error {
	var errs []error
	if c.Self.ID == "" {
		errs = append(errs, errors.New("region: Self.ID is empty"))
	}
	if c.Network == nil {
		errs = append(errs, errors.New("region: Network is nil"))
	}
	for _, a := range append([]string{c.Self.Cluster}, c.Seeds...) {
		if _, _, err := net.SplitHostPort(a); err != nil {
			errs = append(errs, fmt.Errorf("region: cluster address %q: %w", a, err))
		}
	}
	if _, err := c.Self.encode(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// serf gives serf's settings. A server that falls silent is suspected after one
// probe interval and failed two later if no one hears of it, 3 to 5 s with the
// default; a probe may take half an interval, more than any round trip on earth.
func (c Config) serf(g *gossip, b *border, tags map[string]string, events chan serf.Event) *serf.Config {
	logger := stdLogger(c.Logger)
	m := memberlist.DefaultWANConfig()
	m.Transport = g
	m.Logger, m.LogOutput = logger, nil
	m.AdvertiseAddr, m.AdvertisePort = g.advertise.IP.String(), g.advertise.Port
	m.BindPort = g.advertise.Port
	m.TCPTimeout = 10 * time.Second
	m.ProbeInterval, m.ProbeTimeout = c.ProbeInterval, c.ProbeInterval/2
	m.SuspicionMult, m.SuspicionMaxTimeoutMult = 2, 3
	m.AwarenessMaxMultiplier = 4
	m.IndirectChecks = 2
	m.GossipInterval, m.GossipNodes = 200*time.Millisecond, 3
	m.GossipToTheDeadTime = 30 * time.Second
	// Chance may leave a server out of a round of gossip; in a small cluster it
	// costs little to send more often and to compare whole states soon after.
	m.RetransmitMult = 8
	m.PushPullInterval = 10 * time.Second
	m.UDPBufferSize = 1100 // fits a QUIC datagram on any path
	m.EnableCompression = false
	m.DeadNodeReclaimTime = time.Second // a server may come back on another address
	m.RequireNodeNames = false          // seeds have none

	s := serf.DefaultConfig()
	s.MemberlistConfig = m
	s.NodeName = c.Self.ID
	s.Tags = tags
	s.EventCh = events
	s.Merge = b
	s.Logger, s.LogOutput = logger, nil
	s.SnapshotPath = c.Snapshot
	s.RejoinAfterLeave = true
	s.ReconnectInterval = 5 * time.Second
	s.BroadcastTimeout = 2 * time.Second
	s.LeavePropagateDelay = 500 * time.Millisecond
	s.EnableNameConflictResolution = true
	return s
}
