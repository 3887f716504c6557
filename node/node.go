package node

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"graticule/bolt"
	"graticule/catalog"
	"graticule/cypher"
	"graticule/cypher/exec"
	"graticule/graphstore"
	"graticule/internal/room"
	"graticule/internal/spill"
	"graticule/queryapi"
	"graticule/region"
	"graticule/replication/consensus"
	"graticule/telemetry"
	"graticule/transport"
)

// defaultSecret joins servers that were given none; it keeps strangers' traffic
// apart by accident only, which a warning says.
const defaultSecret = "graticule"

const (
	shutdownGrace  = 5 * time.Second
	requestTimeout = time.Minute     // for an HTTP request to arrive
	idleTimeout    = 2 * time.Minute // between two requests on an HTTP connection
)

// Node is one server.
type Node struct {
	cfg     Config
	tls     *tls.Config // of Bolt; nil means plain
	log     *slog.Logger
	id      string // UUID
	engine  *cypher.Engine
	verify  catalog.Verifier
	locks   lockout
	txs     transactions
	memory  exec.MemoryPool
	disk    spill.Disk    // rows that do not fit into memory
	workers exec.Workers  // that help heavy reads
	commit  atomic.Uint64 // sequence of the last commit id
	traces  *telemetry.Telemetry
	metrics metrics
	feeds   feeds

	room           *room.Watch
	roomed         chan struct{} // signals that room was lost or found
	stopSystemFeed func()        // ends the feed of the system database, on a server that is no member of its group
	queries        atomic.Uint64 // statements run, for their ids
	grants         sync.Map      // what users may do, by name: *grants
	sessions       sync.Map      // of clients: *session

	network *transport.Endpoint
	members *region.Directory
	logs    *consensus.LogDB
	catalog *catalog.Machine
	system  atomic.Pointer[consensus.Group] // nil on a secondary of the system database
	ready   atomic.Bool

	query *queryapi.API

	void func() (*graphstore.Store, error) // the graph of statements that have none; opened on first use

	mu        sync.Mutex
	databases map[string]*database // by id
}

// New checks cfg and prepares a node; Run starts it.
func New(cfg Config) (*Node, error) {
	cfg = cfg.withDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	boltTLS, err := boltTLS(cfg.TLS) // now, not when this server has joined the others
	if err != nil {
		return nil, err
	}
	n := &Node{cfg: cfg, tls: boltTLS, log: cfg.Logger, databases: map[string]*database{}, roomed: make(chan struct{}, 1)}
	n.limitMemory()
	n.workers.Limit = helpers(n.cfg.ParallelWorkers)
	n.metrics = newMetrics()
	n.void = sync.OnceValues(graphstore.OpenMemory)
	n.engine = cypher.New(n.procedures())
	n.query = queryapi.New(&boltBackend{n})
	return n, nil
}

// Run serves until ctx ends. The steps stand in start order.
func (n *Node) Run(ctx context.Context) error {
	group, gctx := errgroup.WithContext(ctx)
	work, stopWork := context.WithCancel(context.WithoutCancel(gctx)) // outlives ctx: leadership is handed over first
	defer stopWork()
	var undo []func()
	defer func() {
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i]()
		}
	}()
	for _, step := range []struct {
		name string
		run  func() (func(), error)
	}{
		{"watch the disk", func() (func(), error) { return n.openRoom(group, work) }},                            // it gives room for all that follows
		{"take the data folder", n.takeData},                                                                     // the server's id lives there
		{"clear the temporary files", n.openDisk},                                                                // before any statement
		{"set up tracing", n.openTraces},                                                                         // its spans carry the server's id
		{"listen for HTTP", func() (func(), error) { return n.openHTTP(group) }},                                 // so that /ready answers from the start
		{"listen for metrics", func() (func(), error) { return n.openMetrics(group) }},                           // they tell of the start, too
		{"open the QUIC endpoint", n.openNetwork},                                                                // everything between servers rides on it
		{"open the log store", n.openLogs},                                                                       // before any group
		{"open the catalog", n.openCatalog},                                                                      // what is known of the cluster
		{"join the gossip", func() (func(), error) { return n.openGossip(group, work) }},                         // finds the others
		{"join or found the system database", func() (func(), error) { return n.openSystem(gctx, group, work) }}, // needs the others
		{"hold the copies placed here", func() (func(), error) { return n.openDatabases(gctx, group, work) }},    // needs the catalog
		{"pace the garbage collector", n.openPace},                                                               // for the traffic to come
		{"listen for Bolt", func() (func(), error) { return n.openBolt(group) }},                                 // last: clients come when all is there
	} {
		stop, err := step.run()
		if err != nil {
			stopWork()
			if gctx.Err() != nil && ctx.Err() != nil {
				return nil // asked to stop while starting
			}
			return fmt.Errorf("%s: %w", step.name, err)
		}
		if stop != nil {
			undo = append(undo, stop)
		}
	}
	n.ready.Store(true)
	n.log.Info("ready", "server", n.id, "name", n.name(), "bolt", n.cfg.Bolt.Advertised, "http", n.cfg.HTTP.Advertised)
	<-gctx.Done()
	n.ready.Store(false)
	n.log.Info("stopping")
	n.handOver()
	for i := len(undo) - 1; i >= 0; i-- {
		undo[i]()
	}
	undo = nil
	stopWork()
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (n *Node) name() string {
	if n.cfg.Name != "" {
		return n.cfg.Name
	}
	return n.id
}

func (n *Node) path(parts ...string) string {
	return filepath.Join(append([]string{n.cfg.DataDir}, parts...)...)
}

func (n *Node) takeData() (func(), error) {
	file := n.path("server-id")
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		n.id = newUUID()
		err = writeDurably(file, n.id)
	} else {
		n.id = strings.TrimSpace(string(b))
	}
	if err != nil {
		return nil, err
	}
	return nil, n.countStart()
}

// startBits is how many commits one start of a server may number.
const startBits = 40

// countStart counts the starts of this server, so that the ids of its commits
// never repeat: an id is the number of the start, then that of the commit.
func (n *Node) countStart() error {
	file := n.path("starts")
	b, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read the number of starts: %w", err)
	}
	starts := uint64(0)
	if err == nil {
		if starts, err = strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64-startBits); err != nil {
			return fmt.Errorf("the file %s is damaged: %w", file, err)
		}
	}
	starts++
	n.commit.Store(starts << startBits)
	return writeDurably(file, strconv.FormatUint(starts, 10))
}

// writeDurably replaces a small file; after a crash it holds the old text or the new.
func writeDurably(file, text string) error {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+"-")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	_, err = f.WriteString(text + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", file, err)
	}
	folder, err := os.Open(filepath.Dir(file))
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	defer folder.Close()
	return folder.Sync()
}

// newUUID makes a random UUID (RFC 9562, version 4).
func newUUID() string {
	var u [16]byte
	_, _ = rand.Read(u[:])
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

func (n *Node) openNetwork() (func(), error) {
	var identity transport.Identity
	var err error
	if n.cfg.Identity.Certificate != "" {
		identity, err = transport.LoadIdentity(n.cfg.Identity.Certificate, n.cfg.Identity.Key, n.cfg.Identity.CA)
	} else {
		secret := n.cfg.Secret
		if secret == "" {
			secret = defaultSecret
			if len(n.cfg.Seeds) > 0 {
				n.log.Warn("no cluster secret is set: any server that can reach the cluster port can join; set server.cluster.secret on every server")
			}
		}
		identity, err = transport.NewIdentity(n.path("certificates"), secret, n.id)
	}
	if err != nil {
		return nil, err
	}
	cfg := transport.Config{Server: n.id, Listen: n.cfg.Cluster.Listen, Identity: identity, Logger: n.log}
	if len(n.cfg.Emulate) > 0 {
		cfg.Latency = emulated(n.cfg.Emulate)
	}
	if n.network, err = transport.Listen(cfg); err != nil {
		return nil, err
	}
	n.network.Handle(transport.Raft, n.serveRaft)
	n.network.Handle(transport.Feed, n.serveFeed)
	n.network.Handle(transport.Commit, n.serveCommit)
	n.network.Handle(transport.Admin, n.serveCall)
	return func() { n.network.Close() }, nil
}

func (n *Node) openLogs() (func(), error) {
	var err error
	if n.logs, err = consensus.OpenLogDB(consensus.LogConfig{Dir: n.path("raft"), Room: n.room, Logger: n.log}); err != nil {
		return nil, err
	}
	return func() { n.logs.Close() }, nil
}

func (n *Node) openCatalog() (func(), error) {
	var err error
	n.catalog, err = catalog.Open(n.path("system"))
	return nil, err
}

func (n *Node) openGossip(group *errgroup.Group, work context.Context) (func(), error) {
	var err error
	state, _ := n.catalog.State()
	n.members, err = region.New(region.Config{
		Self: region.Member{ID: n.id, Name: n.name(), Region: n.cfg.Region, Zone: n.cfg.Zone, Cluster: n.cfg.Cluster.Advertised, Bolt: n.cfg.Bolt.Advertised,
			HTTP: n.cfg.HTTP.Advertised, Tags: n.cfg.Tags, Version: Version, Mode: n.cfg.ModeConstraint, Formed: short(state.Cluster)},
		Network: n.network, Seeds: n.cfg.Seeds, Snapshot: n.path("gossip"), Logger: n.log,
	})
	if err != nil {
		return nil, err
	}
	group.Go(func() error { return n.members.Run(work) })
	return func() {
		_ = n.members.Leave()
		n.members.Close()
	}, nil
}

// short abbreviates a cluster id for the gossip, where space is scarce.
func short(id string) string { return id[:min(8, len(id))] }

func (n *Node) openBolt(group *errgroup.Group) (func(), error) {
	l, err := net.Listen("tcp", n.cfg.Bolt.Listen)
	if err != nil {
		return nil, err
	}
	s := bolt.NewServer(bolt.Config{Backend: &boltBackend{n}, Agent: "Neo4j/" + Neo4jVersion, TLS: n.tls, Room: n.memory.Room, Logger: n.log})
	group.Go(func() error { return s.Serve(l) })
	return func() {
		l.Close()
		n.query.Close() // the transactions of HTTP end as those of Bolt do
		ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
		defer cancel()
		s.Close(ctx)
	}, nil
}

func (n *Node) openHTTP(group *errgroup.Group) (func(), error) {
	return n.serveHTTP(group, n.cfg.HTTP.Listen, n.httpHandler())
}

// openMetrics opens the port for those who collect numbers, where one is wanted.
func (n *Node) openMetrics(group *errgroup.Group) (func(), error) {
	if !n.cfg.OpenMetrics {
		return nil, nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", n.metrics.handler(n))
	return n.serveHTTP(group, n.cfg.MetricsListen, onlyHosts(n.cfg.hostsAllowed(), mux))
}

func (n *Node) serveHTTP(group *errgroup.Group, listen string, h http.Handler) (func(), error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: requestTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: 64 << 10}
	group.Go(func() error {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve HTTP: %w", err)
		}
		return nil
	})
	return func() { s.Close() }, nil
}
