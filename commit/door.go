package commit

import (
	"context"
	"errors"
	"sync"
	"time"

	"graticule/graphstore"
	"graticule/internal/room"
	"graticule/replication"
	"graticule/replication/consensus"
	"graticule/telemetry"
)

// ErrNotLeader means that this server does not lead the database now; nothing was done.
var ErrNotLeader = errors.New("this server does not lead the database")

// ErrFenced means that a commit arrived after its outcome was settled as "not applied".
var ErrFenced = errors.New("the commit was given up before it arrived")

// ErrOutcomeUnknown means that the entry may or may not be in the log; Resolve finds out.
var ErrOutcomeUnknown = errors.New("the outcome of the commit is not known yet")

// fencedMax bounds the ids a leader remembers as given up within one term.
const fencedMax = 100_000

// Door is the leader's entrance of one database. Its mutex guards everything
// below it and orders proposals; it is never held while waiting.
type Door struct {
	group  *consensus.Group
	store  *graphstore.Store
	now    func() time.Time
	traces *telemetry.Telemetry // may be nil

	mu       sync.Mutex
	term     uint64             // term the window belongs to
	window   *graphstore.Window // write footprints of this term
	inFlight map[graphstore.CommitID]struct{}
	fenced   map[graphstore.CommitID]struct{}
}

// NewDoor makes the door of a database whose log is group and whose state is
// store; traces may be nil.
func NewDoor(group *consensus.Group, store *graphstore.Store, now func() time.Time, traces *telemetry.Telemetry) *Door {
	return &Door{group: group, store: store, now: now, traces: traces}
}

// Applied is where a commit landed.
type Applied struct {
	Position  replication.Position
	Duplicate bool // the same commit or token was applied before, at Position
}

// Commit validates c and replicates it. Errors: ErrNotLeader and
// graphstore.ErrConflict / ErrBaseTooOld / constraint errors mean it had no effect,
// as does room.ErrFull;
// ErrOutcomeUnknown means Resolve must find out. A span that ctx carries gets
// tx.validate and raft.propose as parts; the log entry carries the latter.
func (d *Door) Commit(ctx context.Context, c *graphstore.Commit) (Applied, error) {
	p, err := d.admit(ctx, c)
	if err != nil {
		return Applied{}, err
	}
	applied, err := d.await(ctx, c, p)
	p.span.Number("graticule.index", int64(applied.Position.Index))
	p.span.End(err)
	return applied, err
}

// proposal is a commit on its way through the log.
type proposal struct {
	pending *consensus.Pending
	slot    *graphstore.Slot
	span    telemetry.Span
}

func (d *Door) admit(ctx context.Context, c *graphstore.Commit) (p proposal, err error) {
	_, validate := d.traces.Start(ctx, "tx.validate")
	d.mu.Lock()
	defer d.mu.Unlock()
	err = d.checkLocked(c)
	validate.End(err)
	if err != nil {
		return p, err
	}
	ctx, p.span = d.traces.Start(ctx, "raft.propose")
	env := replication.Envelope{Kind: replication.KindChangeset, Term: d.term, Time: d.now().UnixNano(), Payload: c.Payload()}
	env.TraceID, env.SpanID = telemetry.Carried(ctx)
	p.pending = d.group.Propose(env.Append(nil))
	d.inFlight[c.ID] = struct{}{}
	p.slot = d.window.Add(c)
	return p, nil
}

func (d *Door) checkLocked(c *graphstore.Commit) error {
	if err := d.enterTermLocked(); err != nil {
		return err
	}
	if _, fenced := d.fenced[c.ID]; fenced {
		return ErrFenced
	}
	if err := d.group.Room(); err != nil {
		return err
	}
	return d.window.Check(c)
}

// enterTermLocked makes the window of the current term. A fresh window knows
// nothing of writes of earlier terms, so it refuses bases below the last of them.
// A leader is ready when it has applied all of them, and every write of its own
// term passes here.
func (d *Door) enterTermLocked() error {
	term, ready := d.group.LeaderReady()
	if !ready {
		return ErrNotLeader
	}
	if term != d.term || d.window == nil {
		d.term = term
		d.window = graphstore.NewWindow(d.store.Changed())
		d.inFlight = map[graphstore.CommitID]struct{}{}
		d.fenced = map[graphstore.CommitID]struct{}{}
	}
	return nil
}

func (d *Door) await(ctx context.Context, c *graphstore.Commit, p proposal) (Applied, error) {
	result, index, err := p.pending.Wait(context.WithoutCancel(ctx)) // the window must learn where it went
	d.mu.Lock()
	delete(d.inFlight, c.ID)
	if err == nil {
		p.slot.Applied(index)
	}
	d.mu.Unlock()
	switch {
	case errors.Is(err, consensus.ErrNotLeader):
		return Applied{}, ErrNotLeader
	case errors.Is(err, room.ErrFull):
		return Applied{}, err
	case err != nil:
		return Applied{}, errors.Join(ErrOutcomeUnknown, err)
	case result.Err != nil:
		return Applied{}, result.Err
	}
	out := Applied{Position: d.store.Applied()}
	out.Position.Index = index
	if info, ok := result.Value.(graphstore.AppliedInfo); ok && info.Duplicate {
		out.Position.Index, out.Duplicate = info.Index, true
	}
	return out, nil
}

// Resolve settles a commit whose outcome its sender does not know, behind a
// barrier of this leader's own term: the index when it is in the log; 0 when it
// is not, and then it is fenced, so that it can never arrive later.
func (d *Door) Resolve(id graphstore.CommitID) (uint64, error) {
	if err := d.group.Barrier(); err != nil {
		return 0, ErrNotLeader
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.enterTermLocked(); err != nil {
		return 0, err
	}
	if index, ok := d.store.CommitApplied(id); ok {
		return index, nil
	}
	if _, pending := d.inFlight[id]; pending {
		return 0, ErrOutcomeUnknown
	}
	if len(d.fenced) >= fencedMax {
		clear(d.fenced)
	}
	d.fenced[id] = struct{}{}
	return 0, nil
}

// Lease leases node and relationship ids.
func (d *Door) Lease(ctx context.Context, nodes, rels uint32) (graphstore.Lease, error) {
	term, ready := d.group.LeaderReady()
	if !ready {
		return graphstore.Lease{}, ErrNotLeader
	}
	env := replication.Envelope{Kind: replication.KindLease, Term: term, Time: d.now().UnixNano(), Payload: graphstore.EncodeLease(nodes, rels)}
	r, _, err := d.group.Propose(env.Append(nil)).Wait(ctx)
	if errors.Is(err, room.ErrFull) {
		return graphstore.Lease{}, err
	}
	if err != nil {
		return graphstore.Lease{}, ErrNotLeader // ids of an entry that did get in are lost, which is harmless
	}
	if r.Err != nil {
		return graphstore.Lease{}, r.Err
	}
	return r.Value.(graphstore.Lease), nil
}
