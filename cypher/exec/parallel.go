package exec

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"graticule/cypher/fn"
	"graticule/graph"
)

// A MATCH whose rows are aggregated may run on several cores (morsel-driven
// parallelism; V. Leis et al., SIGMOD 2014). Its plan begins with a scan, which
// workers take a piece of at a time; each makes the rows of its pieces and groups
// them, in a run of its own on the same snapshot. Their groups are merged in the
// order of the first rows. Where the outcome might differ from that of one core,
// by a sum of FLOATs or by an error, nothing of it is used and one core does it all.

// parallelRows is how many rows a step of a plan must expect to make for others to
// help, unless Workers says otherwise.
const parallelRows = 100_000

// Workers bounds how many goroutines help statements, all together. A statement's
// own is not counted. The zero value has none.
type Workers struct {
	Limit int
	Rows  float64 // that a step of a plan must expect to make to be helped; 0 means 100,000

	busy, helped atomic.Int64
}

// take gives how many may help now, at most as many as are wanted.
func (w *Workers) take(wanted int) int {
	for {
		busy := w.busy.Load()
		n := min(int64(w.Limit)-busy, int64(wanted))
		if n <= 0 {
			return 0
		}
		if w.busy.CompareAndSwap(busy, busy+n) {
			return int(n)
		}
	}
}

func (w *Workers) give(n int) { w.busy.Add(-int64(n)) }

// Helped gives how many times statements were helped.
func (w *Workers) Helped() int64 { return w.helped.Load() }

// worthwhile tells whether a plan makes enough rows to be helped.
func (w *Workers) worthwhile(ops []op) bool {
	least := w.Rows
	if least == 0 {
		least = parallelRows
	}
	return slices.ContainsFunc(ops, func(o op) bool { return o.rows >= least })
}

// teamwork is a MATCH that several cores may carry out.
type teamwork struct {
	r      *run
	ops    []op
	groups *groupSink
}

// splits are the steps a plan may begin with, by name: each asks for one cursor.
var splits = map[string]bool{"AllNodesScan": true, "NodeByLabelScan": true, "IntersectionNodeByLabelsScan": true, "NodeIndexScan": true, "NodeIndexSeekByRange": true,
	"DirectedAllRelationshipsScan": true, "DirectedRelationshipTypeScan": true}

// severalCores tells how p and the groups of its rows are made on several cores;
// nil when they are not.
func severalCores(r *run, p *pattern, ops []op, groups *groupSink) *teamwork {
	if r.env.Workers == nil || r.env.Workers.Limit < 1 || r.env.Host == nil || r.serial || r.writes || r.profile != nil || r.depth > 0 || groups.p.inexact.Load() {
		return nil
	}
	for _, a := range groups.p.aggs {
		if !fn.Mergeable[a.name] || a.p != nil || a.distinct && a.name != "count" {
			return nil
		}
	}
	if slices.ContainsFunc(ops, func(o op) bool { return strings.HasSuffix(o.name, "HashJoin") || o.name == "CartesianProduct" }) { // each worker would make the table
		return nil
	}
	if len(ops) == 0 || !splits[ops[0].name] || !r.env.Workers.worthwhile(ops) || slices.ContainsFunc(p.rels, func(x *patternRel) bool { return len(x.types) > 1 }) {
		return nil
	}
	return &teamwork{r: r, ops: ops, groups: groups}
}

// run carries the MATCH out from f when workers are free. done=false means that
// nothing was done.
func (t *teamwork) run(f frame) (done bool, err error) {
	s, pool := t.groups, t.r.env.Workers
	if s.place > 0 || len(s.order) > 0 || s.late != nil {
		return false, nil // there are groups of earlier rows
	}
	helpers := pool.take(pool.Limit)
	if helpers == 0 {
		return false, nil
	}
	defer pool.give(helpers)
	ctx, cancel := context.WithCancelCause(t.r.ctx)
	defer cancel(nil)
	scan, account := &sharedScan{}, &sharedAccount{of: t.r.account}
	workers := make([]*worker, 0, helpers+1)
	for range helpers + 1 {
		g := t.r.env.Host.Share()
		if g == nil {
			return false, nil
		}
		workers = append(workers, t.worker(ctx, &morsels{Graph: g, scan: scan}, account))
	}
	defer func() {
		for _, w := range workers {
			w.run.giveBack()
			w.account.Close()
		}
	}()
	var wg sync.WaitGroup
	for _, w := range workers[1:] {
		w.run.helps = true
		wg.Go(func() { w.carryOut(f, cancel) })
	}
	workers[0].carryOut(f, cancel)
	wg.Wait()
	if err := scan.close(); err != nil {
		return true, err
	}
	if err := t.r.check(); err != nil {
		return true, err
	}
	for _, w := range workers {
		switch {
		case w.panicked != nil:
			panic(w.panicked)
		case errors.Is(w.err, fn.ErrInexact) || errors.Is(w.err, errNotSplit):
			s.p.inexact.Store(true)
		}
	}
	for _, w := range workers {
		if w.err != nil { // one core comes to the error that is the first in the order of rows, or goes on in files
			return false, nil
		}
	}
	for _, w := range workers {
		if exact, err := s.absorb(w.groups); err != nil || !exact {
			s.forget()
			return false, t.r.check()
		}
	}
	s.settleOrder()
	pool.helped.Add(1)
	return true, nil
}

// worker is one of those that carry out a MATCH.
type worker struct {
	run      *run
	graph    *morsels
	account  *Account
	groups   *groupSink
	ops      []op
	err      error
	panicked any
}

func (t *teamwork) worker(ctx context.Context, g *morsels, account *sharedAccount) *worker {
	env := *t.r.env
	env.Graph, env.Account, env.Disk, env.Workers = g, account.worker(), nil, nil
	r := newRun(ctx, &env)
	r.params, r.context.Version, r.width, r.serial = t.r.params, t.r.context.Version, t.r.width, true
	r.base, r.csvFile, r.csvLine = slices.Clone(t.r.base), t.r.csvFile, t.r.csvLine
	w := &worker{run: r, graph: g, account: env.Account, ops: t.ops, groups: newGroupSink(r, t.groups.p, nil, nil)}
	w.groups.parted = true
	g.place = &w.groups.place
	return w
}

// carryOut groups the rows of some pieces of the scan.
func (w *worker) carryOut(f frame, cancel context.CancelCauseFunc) {
	defer func() {
		if x := recover(); x != nil {
			w.panicked = fmt.Sprintf("%v in a worker: %s", x, debug.Stack())
		}
		if w.err != nil || w.panicked != nil {
			cancel(errOthers)
		}
	}()
	defer w.groups.cols.release()
	solve := w.run.solver(w.ops, w.groups.push, w.groups.pushChunk)
	if w.err = solve(slices.Clone(f)); w.err == nil && !w.graph.opened {
		w.err = errNotSplit
	}
}

// A helper rests for a moment every workTime. While all cores are busy Go's
// scheduler looks for messages that have arrived but every 10 ms, else whenever a
// goroutine waits: so short statements go on meanwhile. As long as its core is
// wanted, which a rest that lasts longer than it should shows, it rests again.
const (
	workTime = 500 * time.Microsecond
	restTime = 20 * time.Microsecond
	wanted   = 150 * time.Microsecond // a rest this long
	restMax  = 10 * time.Millisecond  // at once
)

// giveWay lets others have the core of a helper when it has had it for long.
func (r *run) giveWay() {
	began := time.Now()
	if began.Sub(r.gaveWay) < workTime {
		return
	}
	now := began
	for r.gaveWay.Unix() > 0 && now.Sub(began) < restMax {
		before := now
		time.Sleep(restTime)
		if now = time.Now(); now.Sub(before) < wanted {
			break
		}
	}
	r.gaveWay = now
}

var (
	errOthers   = errors.New("another worker has given up")
	errNotSplit = errors.New("the plan does not begin with one scan")
)

// sharedScan is the cursor that workers read together.
type sharedScan struct {
	mu    sync.Mutex
	nodes graph.NodeCursor
	rels  graph.RelCursor
	piece int64 // read so far
}

// close closes the cursor, which no worker reads any more.
func (s *sharedScan) close() error {
	switch {
	case s.nodes != nil:
		return s.nodes.Close()
	case s.rels != nil:
		return s.rels.Close()
	}
	return nil
}

// morsels is the graph of a worker: the first scan asked of it is the shared one.
type morsels struct {
	Graph
	scan   *sharedScan
	place  *int64 // of the worker's rows: set to where a piece begins
	opened bool
}

// pieceRows is more than a piece may give rise to: places of rows go on from it.
const pieceRows = 1 << 36

func (m *morsels) nodes(open func() graph.NodeCursor) graph.NodeCursor {
	if m.opened {
		return open()
	}
	m.opened = true
	m.scan.mu.Lock()
	defer m.scan.mu.Unlock()
	if m.scan.nodes == nil {
		m.scan.nodes = open()
	}
	return nodePieces{m}
}

func (m *morsels) rels(open func() graph.RelCursor) graph.RelCursor {
	if m.opened {
		return open()
	}
	m.opened = true
	m.scan.mu.Lock()
	defer m.scan.mu.Unlock()
	if m.scan.rels == nil {
		m.scan.rels = open()
	}
	return relPieces{m}
}

// begins notes a piece.
func (m *morsels) begins() {
	m.scan.piece++
	*m.place = m.scan.piece * pieceRows
}

// ScanNodes, ScanLabel, SeekNodes, ScanRels and SeekRels give the shared scan
// to the first who asks.
func (m *morsels) ScanNodes() graph.NodeCursor {
	return m.nodes(func() graph.NodeCursor { return m.Graph.ScanNodes() })
}

// ScanLabel gives the nodes with a label.
func (m *morsels) ScanLabel(l graph.LabelID) graph.NodeCursor {
	return m.nodes(func() graph.NodeCursor { return m.Graph.ScanLabel(l) })
}

// SeekNodes gives the nodes of an index.
func (m *morsels) SeekNodes(id graph.IndexID, q graph.RangeQuery) graph.NodeCursor {
	return m.nodes(func() graph.NodeCursor { return m.Graph.SeekNodes(id, q) })
}

// ScanRels gives the relationships of a type.
func (m *morsels) ScanRels(t graph.TypeID) graph.RelCursor {
	return m.rels(func() graph.RelCursor { return m.Graph.ScanRels(t) })
}

// SeekRels gives the relationships of an index.
func (m *morsels) SeekRels(id graph.IndexID, q graph.RangeQuery) graph.RelCursor {
	return m.rels(func() graph.RelCursor { return m.Graph.SeekRels(id, q) })
}

// FindNodes finds nodes; a plan that begins with it is not split.
func (m *morsels) FindNodes(labels []graph.LabelID, keys []graph.KeyID, values []graph.Value, out []graph.NodeID) ([]graph.NodeID, error) {
	if !m.opened {
		return nil, errNotSplit
	}
	return m.Graph.FindNodes(labels, keys, values, out)
}

// Expand expands; a plan that begins with it is not split.
func (m *morsels) Expand(req *graph.ExpandRequest, out *graph.Adjacency) error {
	if !m.opened {
		return errNotSplit
	}
	return m.Graph.Expand(req, out)
}

type nodePieces struct{ *morsels }

// Next gives the next piece that nobody has.
func (p nodePieces) Next(buf []graph.NodeID) (int, error) {
	p.scan.mu.Lock()
	defer p.scan.mu.Unlock()
	p.begins()
	return p.scan.nodes.Next(buf)
}

// Close leaves the scan to the others.
func (p nodePieces) Close() error { return nil }

type relPieces struct{ *morsels }

// Next gives the next piece that nobody has.
func (p relPieces) Next(ids []graph.RelID, ends []graph.RelEnds) (int, error) {
	p.scan.mu.Lock()
	defer p.scan.mu.Unlock()
	p.begins()
	return p.scan.rels.Next(ids, ends)
}

// Close leaves the scan to the others.
func (p relPieces) Close() error { return nil }
