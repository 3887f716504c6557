package node

import (
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"graticule/replication/consensus"
	"graticule/replication/stream"
)

// metrics are the figures that are counted as things happen; those of the state
// of the server are gathered when they are asked for.
type metrics struct {
	commits  *prometheus.HistogramVec
	refusals *prometheus.CounterVec
}

func newMetrics() metrics {
	return metrics{
		commits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "graticule_commit_seconds", Help: "Time from the end of a transaction's work until its commit is durable on a quorum and applied here, by transactions of clients of this server.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .15, .2, .3, .5, 1, 2, 5, 10},
		}, []string{"database"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "graticule_commit_failures_total", Help: "Commits of clients of this server that were refused or whose outcome is unknown, by status code.",
		}, []string{"database", "code"}),
	}
}

// committing measures a commit from now until the function it gives is called.
func (m *metrics) committing(database string) func(*error) {
	began := time.Now()
	return func(err *error) {
		if *err != nil {
			m.refusals.WithLabelValues(database, failureOf(*err).Code).Inc()
			return
		}
		m.commits.WithLabelValues(database).Observe(time.Since(began).Seconds())
	}
}

// handler serves the figures in the formats of Prometheus.
func (m *metrics) handler(n *Node) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(m.commits, m.refusals, stateCollector{n}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// stateCollector gathers the state of the server and of its copies.
type stateCollector struct{ n *Node }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("graticule_"+name, help, labels, nil)
}

var (
	infoDesc         = describe("build_info", "Always 1; the labels tell of the server.", "version", "go", "server", "region", "zone")
	readyDesc        = describe("ready", "1 when the server serves clients.")
	transactionsDesc = describe("transactions_active", "Open transactions of clients of this server.")
	membersDesc      = describe("servers_alive", "Servers that gossip believes to be alive, this one included.")
	fullDesc         = describe("disk_full", "1 when writes are refused because the disk of this server is nearly full.")
	appliedDesc      = describe("applied_index", "The last index of the log that this copy has applied.", "database")
	committedDesc    = describe("committed_index", "The last index of the log that this copy knows to be committed.", "database")
	termDesc         = describe("raft_term", "The raft term of this primary.", "database")
	leaderDesc       = describe("is_leader", "1 when this server is the leader of the database.", "database")
	lagEntriesDesc   = describe("replication_lag_entries", "Committed entries that this secondary has heard of and not applied.", "database")
	lagSecondsDesc   = describe("replication_lag_seconds", "How long the oldest of these entries has been known.", "database")
	silenceDesc      = describe("replication_silence_seconds", "Time since this secondary last heard of its feed; a sign of life comes each second.", "database")
	feedEntriesDesc  = describe("feed_lag_entries", "Committed entries that a secondary fed by this server has not acknowledged.", "database", "secondary")
	feedSecondsDesc  = describe("feed_lag_seconds", "How long the oldest of these entries has been known here.", "database", "secondary")
)

// Describe tells of nothing ahead: the databases come and go.
func (stateCollector) Describe(chan<- *prometheus.Desc) {}

// Collect gathers the figures.
func (s stateCollector) Collect(out chan<- prometheus.Metric) {
	n := s.n
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if !n.ready.Load() {
		gauge(readyDesc, 0)
		return
	}
	gauge(readyDesc, 1)
	gauge(infoDesc, 1, Version, runtime.Version(), n.name(), n.cfg.Region, n.cfg.Zone)
	gauge(transactionsDesc, float64(n.txs.count()))
	gauge(fullDesc, truth(n.room.Err() != nil))
	gauge(membersDesc, float64(len(n.members.Topology().Alive())))
	primary := func(name string, g *consensus.Group) {
		gauge(committedDesc, float64(g.Committed()), name)
		gauge(termDesc, float64(g.Term()), name)
		_, leads := g.LeaderReady()
		gauge(leaderDesc, truth(leads), name)
	}
	gauge(appliedDesc, float64(n.catalog.Applied().Index), systemGroup)
	if g := n.system.Load(); g != nil {
		primary(systemGroup, g)
	}
	names := map[string]string{systemGroup: systemGroup}
	n.mu.Lock()
	open := make([]*database, 0, len(n.databases))
	for id, d := range n.databases {
		open = append(open, d)
		names[id] = d.def.Name
	}
	n.mu.Unlock()
	for _, d := range open {
		gauge(appliedDesc, float64(d.store.Applied().Index), d.def.Name)
		if d.group != nil {
			primary(d.def.Name, d.group)
		}
		if d.feed != nil {
			lag := d.feed.Lag()
			gauge(lagEntriesDesc, float64(lag.Entries), d.def.Name)
			gauge(lagSecondsDesc, lag.Behind.Seconds(), d.def.Name)
			gauge(silenceDesc, lag.Silence.Seconds(), d.def.Name)
		}
	}
	servers := map[string]string{}
	for _, m := range n.members.Topology().Alive() {
		servers[m.ID] = m.Name
	}
	for _, f := range n.feeds.list() {
		name, server := names[f.database], servers[f.subscriber]
		if name == "" || server == "" {
			continue // dropped, or gone
		}
		lag := f.progress.Lag()
		gauge(feedEntriesDesc, float64(lag.Entries), name, server)
		gauge(feedSecondsDesc, lag.Behind.Seconds(), name, server)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// feed is a secondary's copy that this server feeds.
type feed struct {
	database, subscriber string // ids
	progress             *stream.Progress
}

// feeds are the secondaries' copies that this server feeds now; a subscriber that
// connected again replaces its earlier feed.
type feeds struct {
	mu  sync.Mutex
	all map[[2]string]feed
}

// add takes note of a feed until the function it gives is called.
func (f *feeds) add(one feed) (end func()) {
	key := [2]string{one.database, one.subscriber}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = map[[2]string]feed{}
	}
	f.all[key] = one
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.all[key].progress == one.progress {
			delete(f.all, key)
		}
	}
}

func (f *feeds) list() []feed {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]feed, 0, len(f.all))
	for _, one := range f.all {
		out = append(out, one)
	}
	return out
}
