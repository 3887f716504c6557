package consensus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"graticule/replication"
)

var (
	// ErrNotLeader means that the proposal surely had no effect.
	ErrNotLeader = errors.New("this server does not lead the group")
	// ErrOutcomeUnknown means that the entry may or may not be committed.
	ErrOutcomeUnknown = errors.New("it is not known whether the entry was committed")
)

// Network dials other members of a group; the connection carries this group's raft traffic alone.
type Network interface {
	Dial(ctx context.Context, server string) (net.Conn, error)
}

// Config is what Open needs.
type Config struct {
	Group   string // id of the database
	Server  string // id of this server
	Log     *LogDB
	Dir     string // for snapshots
	Machine replication.StateMachine
	Network Network
	RTT     time.Duration // longest measured round trip between members; 0 means a LAN
	Logger  *slog.Logger
	Ready   func() // called when this member has begun to lead and is ready to; may be nil
	Observe Observer

	// Term asks another member for its current term, for Confirm; it may be nil
	// where nobody confirms.
	Term func(ctx context.Context, server string) (uint64, error)

	trailing uint64 // entries kept behind a snapshot; 0 means trailingLogs
}

// Stage is what a member does with an entry.
type Stage string

// The stages of an entry at each member.
const (
	Append Stage = "raft.append"      // write it durably
	Commit Stage = "raft.commit"      // from then until this member knows that a quorum has it
	Apply  Stage = "graphstore.apply" // change the state machine by it
)

// Observer hears of each traced entry and stage; nil means nobody listens. It must not block.
type Observer func(e replication.Entry, stage Stage, began, ended time.Time)

// Limits and sizes of a group.
const (
	trailingLogs      = 100_000
	snapshotThreshold = 100_000
	rpcsInFlight      = 64
	appendEntriesMax  = 256
	commitTick        = 100 * time.Millisecond // followers that missed a notice hear of a commit after about twice this
	snapshotsKept     = 2
)

// Group is this server's member of one raft group.
type Group struct {
	cfg       Config
	raft      *raft.Raft
	log       *groupLog
	snapshots raft.SnapshotStore
	trans     *raft.NetworkTransport
	elector   *elector
	handing   handing
	layer     *layer
	fsm       *fsm
	ready     atomic.Uint64 // the term in which this leader's barrier was applied
	floor     atomic.Uint64 // the index applied then
	stop      chan struct{}
	wg        sync.WaitGroup

	closing       context.CancelFunc // ends waits of the state machine
	confirmations confirmations
	outcomes      outcomes
}

// Open opens the group from what its log holds.
func Open(cfg Config) (*Group, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.trailing == 0 {
		cfg.trailing = trailingLogs
	}
	log, err := cfg.Log.group(cfg.Group)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make snapshot folder: %w", err)
	}
	quiet := libraryLog(cfg.Logger, cfg.Group)
	snaps, err := raft.NewFileSnapshotStoreWithLogger(cfg.Dir, snapshotsKept, quiet)
	if err != nil {
		return nil, fmt.Errorf("open snapshots: %w", err)
	}
	g := &Group{cfg: cfg, log: log, stop: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	g.closing = cancel
	g.fsm = &fsm{ctx: ctx, machine: cfg.Machine, log: log, dir: cfg.Dir, seen: observed{report: cfg.Observe}, notices: notices{g: g, to: map[raft.ServerID]*noticed{}}}
	known, err := resume(g.fsm, log, snaps)
	if err != nil {
		return nil, fmt.Errorf("resume raft group %s: %w", cfg.Group, err)
	}
	g.layer = &layer{network: cfg.Network, server: cfg.Server, incoming: make(chan net.Conn, 16), done: make(chan struct{})}
	g.trans = raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{Stream: g.layer, MaxPool: 3, Timeout: 10 * time.Second, MaxRPCsInFlight: rpcsInFlight, Logger: quiet})
	rc := raft.DefaultConfig()
	rc.LocalID = raft.ServerID(cfg.Server)
	rc.Logger = quiet
	rc.HeartbeatTimeout = heartbeatTimeout(cfg.RTT)
	rc.ElectionTimeout = rc.HeartbeatTimeout
	rc.LeaderLeaseTimeout = rc.HeartbeatTimeout * 3 / 4
	rc.CommitTimeout = commitTick
	rc.MaxAppendEntries = appendEntriesMax
	rc.BatchApplyCh = true
	rc.SnapshotThreshold, rc.TrailingLogs = snapshotThreshold, cfg.trailing
	rc.NoSnapshotRestoreOnStart = true
	g.elector = newElector(g.trans, cfg.Server, cfg.RTT)
	member, err := raft.NewRaft(rc, g.fsm, observedLog{log, g}, log, known, guardedTransport{g.elector, log, &g.fsm.notices})
	if err != nil {
		g.elector.stop()
		return nil, fmt.Errorf("start raft group %s: %w", cfg.Group, err)
	}
	g.raft, g.snapshots = member, known
	known.started.Store(true)
	g.fsm.applied.Advance(cfg.Machine.Applied().Index)
	g.elector.raft.Store(g.raft)
	g.wg.Add(2)
	go g.watch()
	go g.watchLeader()
	return g, nil
}

// HasState tells whether the group was bootstrapped or has received anything.
func (g *Group) HasState() bool {
	last, _ := g.log.LastIndex()
	return last > 0 || len(g.raft.GetConfiguration().Configuration().Servers) > 0
}

// Bootstrap founds the group with these voters; all founding members may call
// it with the same list.
func (g *Group) Bootstrap(servers []string) error {
	var c raft.Configuration
	for _, s := range servers {
		c.Servers = append(c.Servers, raft.Server{ID: raft.ServerID(s), Address: raft.ServerAddress(s)})
	}
	if err := g.raft.BootstrapCluster(c).Error(); err != nil && !errors.Is(err, raft.ErrCantBootstrap) {
		return fmt.Errorf("bootstrap group: %w", err)
	}
	return nil
}

// ServeConn takes an incoming raft connection of this group.
func (g *Group) ServeConn(c net.Conn) {
	select {
	case g.layer.incoming <- c:
	case <-g.layer.done:
		c.Close()
	}
}

// watch makes a new leader ready: one barrier per term.
func (g *Group) watch() {
	defer g.wg.Done()
	for {
		select {
		case <-g.stop:
			return
		case leads := <-g.raft.LeaderCh():
			if !leads {
				continue
			}
			term := g.raft.CurrentTerm()
			if err := g.await(context.Background(), g.raft.Barrier(0)); err == nil && g.raft.CurrentTerm() == term {
				g.floor.Store(g.cfg.Machine.Applied().Index)
				g.ready.Store(term)
				if g.cfg.Ready != nil {
					g.cfg.Ready()
				}
			}
		}
	}
}

// Term gives the current term.
func (g *Group) Term() uint64 { return g.raft.CurrentTerm() }

// Leader gives the id of the leader this member knows of.
func (g *Group) Leader() (string, bool) {
	_, id := g.raft.LeaderWithID()
	return string(id), id != ""
}

// IsLeader tells whether this member believes to lead.
func (g *Group) IsLeader() bool { return g.raft.State() == raft.Leader }

// LeaderReady gives the term this member leads in, once everything of earlier terms is applied here.
func (g *Group) LeaderReady() (uint64, bool) {
	if g.ready.Load() == 0 { // raft calls here before Open has it
		return 0, false
	}
	term := g.raft.CurrentTerm()
	return term, g.raft.State() == raft.Leader && g.ready.Load() == term
}

// TermFloor gives the index that was applied here when this leader became ready:
// everything of earlier terms is at or below it.
func (g *Group) TermFloor() uint64 { return g.floor.Load() }

// await gives the outcome of a future. The library leaves futures without an
// answer that stand in its queues when it shuts down; these end here with
// raft.ErrRaftShutdown.
func (g *Group) await(ctx context.Context, f raft.Future) error {
	answer := make(chan error, 1)
	go func() { answer <- f.Error() }()
	select {
	case err := <-answer:
		return err
	case <-g.stop:
		return raft.ErrRaftShutdown
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Barrier returns once everything proposed before is applied here.
func (g *Group) Barrier() error {
	if err := g.await(context.Background(), g.raft.Barrier(5*time.Second)); err != nil {
		return fmt.Errorf("%w: %v", ErrNotLeader, err)
	}
	return nil
}

// StepDown hands leadership to another member, if this one has it.
func (g *Group) StepDown() error {
	if !g.IsLeader() {
		return nil
	}
	if err := g.await(context.Background(), g.raft.LeadershipTransfer()); err != nil {
		return fmt.Errorf("hand leadership over: %w", err)
	}
	return nil
}

// StepDownTo hands leadership to one other member, if this one has it.
func (g *Group) StepDownTo(server string) error {
	if !g.IsLeader() {
		return nil
	}
	if err := g.await(context.Background(), g.raft.LeadershipTransferToServer(raft.ServerID(server), raft.ServerAddress(server))); err != nil {
		return fmt.Errorf("hand leadership over: %w", err)
	}
	return nil
}

// Committed gives the last index applied here, which is committed.
func (g *Group) Committed() uint64 { return g.fsm.applied.Index() }

// WaitCommitted blocks until an index is committed and applied here.
func (g *Group) WaitCommitted(ctx context.Context, index uint64) error {
	return g.fsm.applied.Wait(ctx, index)
}

// Entries reads committed entries from an index on, about maxBytes of them.
func (g *Group) Entries(from uint64, maxBytes int) ([]replication.Entry, error) {
	if first, _ := g.log.FirstIndex(); from < first || first == 0 {
		return nil, replication.ErrCompacted
	}
	var out []replication.Entry
	size := 0
	for i := from; i <= g.Committed() && size < maxBytes; i++ {
		var l raft.Log
		if err := g.log.GetLog(i, &l); err != nil {
			if errors.Is(err, raft.ErrLogNotFound) {
				return nil, replication.ErrCompacted
			}
			return nil, err
		}
		e := replication.Entry{Term: l.Term, Index: l.Index}
		if l.Type == raft.LogCommand {
			e.Data = l.Data
		}
		size += len(e.Data) + 32
		out = append(out, e)
	}
	return out, nil
}

// Checkpoint writes a copy of the state machine into dir.
func (g *Group) Checkpoint(dir string) (replication.Position, error) {
	g.fsm.mu.Lock()
	defer g.fsm.mu.Unlock()
	return g.cfg.Machine.Checkpoint(dir)
}

// Close stops this member.
func (g *Group) Close() error {
	close(g.stop)
	g.closing()
	err := g.raft.Shutdown().Error()
	g.log.awaitDisk(^uint64(0))
	g.layer.Close()
	g.trans.Close()
	g.elector.stop()
	g.wg.Wait()
	return err
}

// --- connections ---

// layer is raft's StreamLayer over Network; addresses are server ids.
type layer struct {
	network  Network
	server   string
	incoming chan net.Conn
	done     chan struct{}
	once     sync.Once
}

// Dial connects to a member.
func (l *layer) Dial(address raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return l.network.Dial(ctx, string(address))
}

// Accept gives the next incoming connection.
func (l *layer) Accept() (net.Conn, error) {
	select {
	case c := <-l.incoming:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (l *layer) Close() error { l.once.Do(func() { close(l.done) }); return nil }

// Addr gives this server's address, its id.
func (l *layer) Addr() net.Addr { return address(l.server) }

type address string

func (address) Network() string  { return "graticule" }
func (a address) String() string { return string(a) }
