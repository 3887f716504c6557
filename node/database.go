package node

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"graticule/catalog"
	"graticule/commit"
	"graticule/graphstore"
	"graticule/internal/room"
	"graticule/replication"
	"graticule/replication/consensus"
	"graticule/replication/stream"
	"graticule/routing"
)

// database is this server's copy of one database.
type database struct {
	n     *Node
	def   catalog.Database
	role  string
	store *graphstore.Store
	group *consensus.Group // of a primary
	door  *commit.Door     // of a primary
	feed  *stream.Receiver // of a secondary
	ids   *graphstore.LeasedIDs
	stop  context.CancelFunc
	wg    sync.WaitGroup

	origin    [16]byte // of this server's commits: its id
	contended lane     // auto-commit statements that met a conflict
	marked    atomic.Pointer[mark]
	learned   atomic.Pointer[learnedLeader]
	suspected atomic.Pointer[learnedLeader]
	telling   sync.Mutex    // guards news
	news      chan struct{} // closes when somebody says who leads; nil when nobody waits
}

// mark is the bookmark of a position.
type mark struct {
	position replication.Position
	text     string
}

// bookmark gives the bookmark of a position; that of the last one is kept, since
// all who read between two commits get the same.
func (d *database) bookmark(p replication.Position) string {
	if m := d.marked.Load(); m != nil && m.position == p {
		return m.text
	}
	m := &mark{p, routing.Mark(d.def.ID, p)}
	d.marked.Store(m)
	return m.text
}

// open gives this server's copy of a database by id, nil when it has none.
func (n *Node) open(id string) *database {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.databases[id]
}

// openDatabases starts the reconciler and waits for the copies wanted now.
func (n *Node) openDatabases(ctx context.Context, group *errgroup.Group, work context.Context) (func(), error) {
	for { // the default database is made once
		s, changed := n.catalog.State()
		if len(s.Databases) > 0 {
			break
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-changed:
		}
	}
	placing, stop := context.WithCancel(work)
	done := make(chan struct{})
	s, changed := n.catalog.State()
	leaving := n.reconcile(placing, s)
	group.Go(func() error {
		defer close(done)
		for {
			var again <-chan time.Time
			if leaving {
				again = time.After(lookAgain)
			}
			select {
			case <-placing.Done():
				return nil
			case <-changed:
			case <-again:
			}
			s, changed = n.catalog.State()
			leaving = n.reconcile(placing, s)
		}
	})
	return func() {
		stop()
		<-done // it would open again what is closed, and remove files that are in use
		n.closeDatabases()
	}, nil
}

// originOf gives the id of a server, a UUID, as its commits carry it.
func originOf(server string) (origin [16]byte, err error) {
	b, err := hex.DecodeString(strings.ReplaceAll(server, "-", ""))
	if err != nil || len(b) != len(origin) {
		return origin, fmt.Errorf("server id %q is no UUID", server)
	}
	return [16]byte(b), nil
}

func (n *Node) openDatabase(ctx context.Context, def catalog.Database) (*database, error) {
	origin, err := originOf(n.id)
	if err != nil {
		return nil, err
	}
	dir := n.path("databases", def.ID)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make database folder: %w", err)
	}
	store, err := graphstore.Open(graphstore.Config{Dir: n.path("databases", def.ID, "store"), Incarnation: def.Incarnation, Room: n.room, Buffer: n.storeBuffer(), Logger: n.log})
	if err != nil {
		return nil, err
	}
	d := &database{n: n, def: def, role: def.Role(n.id), store: store, origin: origin}
	if d.role == "" { // it was a primary, and leaves when the others have taken over
		d.role = "primary"
	}
	d.ids = graphstore.NewLeasedIDs(d.lease)
	ctx, d.stop = context.WithCancel(ctx)
	if d.role == "secondary" {
		d.feed = &stream.Receiver{Machine: store, Dir: dir, Logger: n.log, Dial: d.dialFeed, Applied: d.received, Room: n.room}
		d.wg.Add(1)
		go func() {
			defer d.wg.Done()
			d.feed.Run(ctx)
		}()
		return d, nil
	}
	d.group, err = consensus.Open(consensus.Config{Group: def.ID, Server: n.id, Log: n.logs, Dir: n.path("databases", def.ID, "snapshots"), Machine: store, Network: groupNetwork{n, def.ID}, RTT: n.worstRTT(), Logger: n.log, Ready: func() { n.announceLead(def.ID) }, Observe: d.observe, Term: d.termOf})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	if !d.group.HasState() && slices.Contains(def.Founders, n.id) {
		if err := d.group.Bootstrap(def.Founders); err != nil {
			return nil, errors.Join(err, d.group.Close(), store.Close())
		}
	}
	d.door = commit.NewDoor(d.group, store, time.Now, n.traces)
	d.wg.Add(1)
	go func() {
		defer d.wg.Done()
		d.tendMembers(ctx)
	}()
	return d, nil
}

// termOf asks another primary for its term.
func (d *database) termOf(ctx context.Context, server string) (term uint64, err error) {
	err = d.n.call(ctx, server, request{Op: "term", Database: d.def.ID}, &term)
	return term, err
}

func (d *database) close() {
	d.stop()
	if d.group != nil {
		if err := d.group.Close(); err != nil {
			d.n.log.Warn("close raft group", "database", d.def.Name, "error", err)
		}
	}
	d.wg.Wait()
	if err := d.store.Close(); err != nil {
		d.n.log.Warn("close store", "database", d.def.Name, "error", err)
	}
}

func (n *Node) closeDatabases() {
	n.mu.Lock()
	all := n.databases
	n.databases = map[string]*database{}
	n.mu.Unlock()
	for _, d := range all {
		d.close()
	}
}

// handOverPatience is how long a server that stops looks for others to lead; when
// a majority is gone there are none.
const handOverPatience = 2 * time.Second

// handOver gives leadership away before the server stops.
func (n *Node) handOver() {
	groups := n.groups()
	done := make(chan struct{})
	go func() {
		defer close(done)
		var wg sync.WaitGroup
		for _, g := range groups {
			if len(g.Members()) > 1 {
				wg.Go(func() {
					if err := g.StepDown(); err != nil {
						n.log.Debug("hand leadership over", "error", err)
					}
				})
			}
		}
		wg.Wait()
	}()
	select {
	case <-done:
	case <-time.After(handOverPatience):
	}
}

// How long a commit, or a lease, looks for a leader: longer when it has to find
// out what became of it, since the client could not.
const (
	leaderPatience  = 10 * time.Second
	outcomePatience = 20 * time.Second
)

// lease gets ids from the leader, wherever it is.
func (d *database) lease(ctx context.Context, _, _ uint32) (graphstore.Lease, error) {
	began := time.Now()
	for {
		lease, err := d.leaseOnce(ctx)
		if err == nil || time.Since(began) > leaderPatience || d.fullForGood(err, began) {
			return lease, err
		}
		d.forgetLeader()
		if !sleep(ctx, 50*time.Millisecond) {
			return lease, context.Cause(ctx)
		}
	}
}

func (d *database) leaseOnce(ctx context.Context) (lease graphstore.Lease, err error) {
	if d.group != nil && d.group.IsLeader() {
		return d.leaseHere(ctx)
	}
	leader := d.n.leaderOf(ctx, &d.def)
	if leader == "" {
		return lease, commit.ErrNotLeader
	}
	err = d.n.call(ctx, leader, request{Op: "lease", Database: d.def.ID}, &lease)
	return lease, err
}

// leaseSize is how many ids a server leases at once.
const leaseSize = 4096

func (d *database) leaseHere(ctx context.Context) (graphstore.Lease, error) {
	if d.door == nil {
		return graphstore.Lease{}, commit.ErrNotLeader
	}
	return d.door.Lease(ctx, leaseSize, leaseSize)
}

// errNoLeader means that no leader was found in time; nothing was done.
var errNoLeader = errors.New("no leader of the database was found")

// commitTx brings c to the leader, settles unknown outcomes, and waits until
// this copy has applied it.
func (d *database) commitTx(ctx context.Context, c *graphstore.Commit) (applied commit.Applied, err error) {
	defer d.n.metrics.committing(d.def.Name)(&err)
	c.ID = graphstore.CommitID{Origin: d.origin, Sequence: d.n.commit.Add(1)}
	began, patience := time.Now(), leaderPatience
	unknown := false
	for {
		if unknown {
			applied, err = d.resolve(ctx, c.ID)
		} else {
			applied, err = d.commitOnce(ctx, c)
		}
		switch {
		case err == nil:
			return applied, d.awaitOwn(ctx, applied.Position.Index)
		case errors.Is(err, commit.ErrOutcomeUnknown):
			unknown, patience = true, outcomePatience
		case errors.Is(err, commit.ErrNotLeader), errors.Is(err, errNoAnswer), errors.Is(err, errNoLeader):
		case errors.Is(err, room.ErrFull) && !d.fullForGood(err, began): // another server may lead soon
		default:
			return applied, err
		}
		if time.Since(began) > patience {
			if unknown {
				return applied, commit.ErrOutcomeUnknown
			}
			return applied, errNoLeader
		}
		d.forgetLeader()
		if !sleep(ctx, time.Duration(20+rand.IntN(30))*time.Millisecond) {
			if unknown {
				return applied, commit.ErrOutcomeUnknown
			}
			return applied, context.Cause(ctx)
		}
	}
}

// awaitOwn waits until this copy has applied a commit, for those who read here
// again without the bookmark. The commit holds without it: a copy that has no room
// to follow does not hold back the answer.
func (d *database) awaitOwn(ctx context.Context, index uint64) error {
	if err := d.n.follow(ctx, d.store, index); !errors.Is(err, room.ErrFull) {
		return err
	}
	return nil
}

func (d *database) commitOnce(ctx context.Context, c *graphstore.Commit) (commit.Applied, error) {
	if d.group != nil && d.group.IsLeader() {
		return d.door.Commit(ctx, c)
	}
	leader := d.n.leaderOf(ctx, &d.def)
	if leader == "" || leader == d.n.id {
		return commit.Applied{}, errNoLeader
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer d.whileLeads(leader, cancel)()
	applied, err := d.n.commitAt(ctx, leader, d.def.ID, c)
	if errors.Is(err, commit.ErrOutcomeUnknown) {
		d.suspect(leader)
	}
	return applied, err
}

// resolve finds out whether a commit is in the log.
func (d *database) resolve(ctx context.Context, id graphstore.CommitID) (commit.Applied, error) {
	var index uint64
	var err error
	if d.group != nil && d.group.IsLeader() {
		index, err = d.door.Resolve(id)
	} else {
		leader := d.n.leaderOf(ctx, &d.def)
		if leader == "" || leader == d.n.id {
			return commit.Applied{}, errNoLeader
		}
		err = d.n.call(ctx, leader, request{Op: "resolve", Database: d.def.ID, Payload: id.Append(nil)}, &index)
	}
	if err != nil {
		return commit.Applied{}, err
	}
	if index == 0 {
		return commit.Applied{}, graphstore.ErrConflict // surely not applied: the transaction may be run again
	}
	applied := commit.Applied{Position: d.store.Applied()}
	applied.Position.Index = index
	return applied, nil
}

// worstRTT is the longest emulated or measured round trip to any other server.
func (n *Node) worstRTT() time.Duration {
	var worst time.Duration
	for _, e := range n.cfg.Emulate {
		worst = max(worst, e.RTT)
	}
	for _, m := range n.members.Topology().Alive() {
		if d, ok := n.network.RTT(m.ID); ok {
			worst = max(worst, d)
		}
	}
	return worst
}
