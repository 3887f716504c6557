package region

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/serf/coordinate"
	"github.com/hashicorp/serf/serf"
	"golang.org/x/sync/errgroup"
)

// ErrConflict means that gossip shut this server out: another one uses its id.
var ErrConflict = errors.New("region: another server with this server's id is in the cluster")

// eventBacklog is how many of serf's events may wait for Run.
const eventBacklog = 1024

// Directory is a server's view of who is alive and where.
type Directory struct {
	cfg    Config
	gossip *gossip
	border *border
	serf   *serf.Serf
	events chan serf.Event
	now    atomic.Pointer[Topology]

	joining chan struct{} // its one token is held while serf joins; serf would block on a mutex
	telling chan struct{} // its one token is held while serf is told of a change of self

	closed atomic.Bool

	mu   sync.Mutex // guards self and the order of what is stored in now
	self Member
}

// New joins gossip with this server alone; Run finds the others.
func New(cfg Config) (*Directory, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	advertise, err := net.ResolveUDPAddr("udp", cfg.Self.Cluster)
	if err != nil {
		return nil, fmt.Errorf("resolve the advertised cluster address %s: %w", cfg.Self.Cluster, err)
	}
	tags, err := cfg.Self.encode()
	if err != nil {
		return nil, err
	}
	d := &Directory{
		cfg: cfg, self: cfg.Self, events: make(chan serf.Event, eventBacklog), gossip: newGossip(cfg.Network, advertise),
		joining: make(chan struct{}, 1), telling: make(chan struct{}, 1), border: &border{log: cfg.Logger},
	}
	d.border.belong(cfg.Self.Formed)
	if d.serf, err = serf.Create(cfg.serf(d.gossip, d.border, tags, d.events)); err != nil {
		return nil, errors.Join(fmt.Errorf("start gossip: %w", err), d.gossip.Shutdown())
	}
	d.refresh()
	return d, nil
}

// Topology gives the newest view.
func (d *Directory) Topology() *Topology { return d.now.Load() }

// Run keeps the view up to date and looks for the seeds until ctx ends, which
// is no error; it gives ErrConflict when gossip has shut this server out. It
// must be called once, soon after New.
func (d *Directory) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	stop := context.AfterFunc(ctx, d.gossip.cancel)
	defer stop()
	g.Go(func() error { return d.watch(ctx) })
	for _, seed := range d.seeds() {
		g.Go(func() error { return d.seek(ctx, seed) })
	}
	return g.Wait()
}

// watch turns events into topologies.
func (d *Directory) watch(ctx context.Context) error {
	tick := time.NewTicker(d.cfg.Refresh)
	defer tick.Stop()
	for {
		select {
		case <-d.events:
			for range len(d.events) {
				<-d.events
			}
			d.refresh()
		case <-tick.C:
			d.refresh()
		case <-d.serf.ShutdownCh():
			if d.closed.Load() {
				return nil
			}
			return ErrConflict
		case <-ctx.Done():
			return nil
		}
	}
}

// refresh builds the topology anew. It runs under mu, so that an older view never
// replaces a newer one.
func (d *Directory) refresh() {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &Topology{
		self: d.cfg.Self.ID, changed: make(chan struct{}),
		measured: map[string]time.Duration{}, coords: map[string]*coordinate.Coordinate{},
	}
	for _, s := range d.serf.Members() {
		m := decode(s)
		d.border.met.Store(m.ID, true)
		if m.ID == t.self {
			m = d.self
			m.State = Alive
		} else if d.border.foreign(m.Formed) {
			continue // met before it was known to be
		} else if rtt, ok := d.cfg.Network.RTT(m.ID); ok {
			t.measured[m.ID] = rtt
		}
		t.members = append(t.members, m)
		if c, ok := d.serf.GetCachedCoordinate(m.ID); ok {
			t.coords[m.ID] = c.Clone()
		}
	}
	slices.SortFunc(t.members, func(a, b Member) int { return strings.Compare(a.ID, b.ID) })
	old := d.now.Load()
	if old == nil {
		d.now.Store(t)
		return
	}
	if old.sameMembers(t) {
		t.changed = old.changed
		d.now.Store(t)
		return
	}
	d.now.Store(t)
	d.report(old, t)
	close(old.changed)
}

// report logs who came, failed or left.
func (d *Directory) report(old, t *Topology) {
	for _, m := range t.members {
		if o, ok := old.Member(m.ID); m.ID != t.self && (!ok || o.State != m.State) {
			d.cfg.Logger.Info("server is "+m.State.String(), "server", m.ID, "name", m.Name, "region", m.Region, "addr", m.Cluster)
		}
	}
}

// Update changes what this server says of itself, and tells the others. It may
// take 2 s when some do not answer; the change holds then too.
func (d *Directory) Update(change func(*Member)) error {
	d.telling <- struct{}{}
	defer func() { <-d.telling }()
	d.mu.Lock()
	m := d.self
	d.mu.Unlock()
	m.Tags = slices.Clone(m.Tags)
	change(&m)
	m.ID, m.Cluster = d.cfg.Self.ID, d.cfg.Self.Cluster
	tags, err := m.encode()
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.self = m
	d.border.belong(m.Formed)
	d.mu.Unlock()
	d.refresh()
	// On a timeout the new tags are in place and gossip goes on carrying them, so
	// the error says nothing about the change itself.
	if err := d.serf.SetTags(tags); err != nil {
		d.cfg.Logger.Debug("gossip is slow to take a change", "error", err)
	}
	return nil
}

// SetFormed tells the others which cluster this server belongs to.
func (d *Directory) SetFormed(cluster string) error {
	return d.Update(func(m *Member) { m.Formed = cluster })
}

// Forget removes a failed or departed server from this server's view, and as far
// as gossip carries it from that of others; each server should be told.
func (d *Directory) Forget(server string) error {
	if err := d.serf.RemoveFailedNodePrune(server); err != nil {
		return fmt.Errorf("forget server %s: %w", server, err)
	}
	d.refresh()
	return nil
}

// Leave says farewell, so that the others do not take this server for failed.
// Close should follow.
func (d *Directory) Leave() error {
	if err := d.serf.Leave(); err != nil {
		return fmt.Errorf("leave gossip: %w", err)
	}
	return nil
}

// Close ends gossip without a farewell, unless Leave came before.
func (d *Directory) Close() error {
	d.closed.Store(true)
	d.gossip.cancel()
	err := d.serf.Shutdown()
	return errors.Join(err, d.gossip.Shutdown())
}
