package node

import (
	"context"
	"errors"
	"sync"
	"time"

	"graticule/cypher"
	"graticule/graph"
	"graticule/graphstore"
)

// Limits of a lane.
const (
	laneBatch   = 256 // statements that commit together
	attemptsMax = 200 // runs of a batch whose commit meets a newer one
	runsHere    = 2   // of them at a server that does not lead, before the leader is asked
)

// lane takes the auto-commit statements of one database whose first attempt met
// a conflict. Those that wait run one after the other in one transaction, each
// seeing the one before, and commit as one: a hot value is written as often
// in one round trip as clients ask for it, and nobody starves.
type lane struct {
	mu      sync.Mutex
	waiting []*job
	busy    bool
}

// job is one statement in a lane.
type job struct {
	t        *tx
	prepared *cypher.Prepared
	text     string
	params   *graph.Map

	result *bufferedResult
	cursor *cypher.Cursor
	err    error
	done   chan struct{}

	taken bool // it is being run: only then does the lane touch its transaction
	left  bool // its statement was ended while it waited
}

// run waits for the statement's turn and gives its result. A statement that is
// ended does not wait for those before it.
func (l *lane) run(j *job) (*bufferedResult, error) {
	j.done = make(chan struct{})
	l.mu.Lock()
	l.waiting = append(l.waiting, j)
	if !l.busy {
		l.busy = true
		go l.work()
	}
	l.mu.Unlock()
	select {
	case <-j.done:
		return j.result, j.err
	case <-j.t.ctx.Done():
	}
	l.mu.Lock()
	j.left = !j.taken
	l.mu.Unlock()
	if j.left {
		return nil, context.Cause(j.t.ctx)
	}
	<-j.done
	return j.result, j.err
}

// take gives those of the statements that still wait: they are run now.
func (l *lane) take(batch []*job) []*job {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []*job
	for _, j := range batch {
		if !j.left {
			j.taken = true
			out = append(out, j)
		}
	}
	return out
}

// putBack lets the statements wait again that were not given up meanwhile.
func (l *lane) putBack(batch []*job) []*job {
	batch = running(batch)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, j := range batch {
		j.taken = false
	}
	return batch
}

// finish hands the outcomes of statements to those who wait for them.
func finish(batch ...*job) {
	for _, j := range batch {
		close(j.done)
	}
}

func (l *lane) work() {
	for {
		l.mu.Lock()
		if len(l.waiting) == 0 {
			l.busy = false
			l.mu.Unlock()
			return
		}
		batch := l.next()
		l.mu.Unlock()
		l.carry(l.take(batch))
	}
}

// next takes the statements that commit together: those in front, or one that must be alone.
func (l *lane) next() []*job {
	n := 0
	for n < min(len(l.waiting), laneBatch) && !l.waiting[n].alone() {
		n++
	}
	n = max(n, 1)
	batch := l.waiting[:n:n]
	l.waiting = l.waiting[n:]
	return batch
}

// alone tells whether a statement cannot share its commit: it is known by a
// token of its own, or changes the schema.
func (j *job) alone() bool {
	return j.t.token() != "" || j.prepared.Kind() == cypher.Schema || j.prepared.Kind() == cypher.Admin
}

// carry runs a batch until it is committed. When one of its statements fails,
// each runs by itself: what fails must have no effect on the others.
func (l *lane) carry(batch []*job) {
	if len(batch) == 0 {
		return
	}
	for attempt := 1; ; attempt++ {
		err := commitTogether(batch)
		switch {
		case err == nil:
			finish(batch...)
			return
		case retryable(err) && attempt < attemptsMax:
			if attempt >= runsHere {
				batch = forwardAll(batch)
			}
			if batch = running(batch); len(batch) == 0 {
				return
			}
			awaitNewer(batch, err)
		case len(batch) > 1:
			for _, j := range l.putBack(batch) {
				l.carry(l.take([]*job{j}))
			}
			return
		default:
			batch[0].err = err
			finish(batch[0])
			return
		}
	}
}

// newerPatience bounds the wait for what a batch conflicts with.
const newerPatience = time.Second

// awaitNewer waits until this copy has applied something newer than what the last
// run was based on: the leader may have met a commit that is not yet applied, and
// a run before that would meet it again.
func awaitNewer(batch []*job, err error) {
	if !errors.Is(err, graphstore.ErrConflict) && !errors.Is(err, graphstore.ErrBaseTooOld) {
		return
	}
	ctx, release := untilOneEnds(batch)
	defer release()
	ctx, cancel := context.WithTimeout(ctx, newerPatience)
	defer cancel()
	j := batch[0]
	_ = j.t.copy.store.WaitApplied(ctx, j.t.store.Position().Index+1) // the next run tells
}

// untilOneEnds gives a context that ends with the first of the statements: what
// waits for all of them then lets that one go.
func untilOneEnds(batch []*job) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(batch[0].t.ctx)
	var stops []func() bool
	for _, j := range batch[1:] {
		stops = append(stops, context.AfterFunc(j.t.ctx, func() { cancel(context.Cause(j.t.ctx)) }))
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel(nil)
	}
}

// forwardAll has the leader run the statements; those it did not take come back.
func forwardAll(batch []*job) []*job {
	d := batch[0].t.copy
	if d.leadsHere() {
		return batch
	}
	var wg sync.WaitGroup
	for _, j := range batch {
		wg.Go(func() { j.result, j.err = d.forward(j) })
	}
	wg.Wait()
	var left []*job
	for _, j := range batch {
		if errors.Is(j.err, errForwardLater) {
			left = append(left, j)
		} else {
			finish(j)
		}
	}
	return left
}

// running drops the statements that were given up meanwhile.
func running(batch []*job) []*job {
	var out []*job
	for _, j := range batch {
		if j.err = context.Cause(j.t.ctx); j.err == nil {
			out = append(out, j)
		} else {
			finish(j)
		}
	}
	return out
}

// commitTogether runs the statements in one transaction of the store and commits it.
func commitTogether(batch []*job) error {
	first := batch[0].t
	first.store = nil
	ctx, release := untilOneEnds(batch)
	defer release()
	if err := first.snapshotIn(ctx, false); err != nil {
		return err
	}
	defer first.store.Close()
	defer func() {
		for _, j := range batch {
			if j.cursor != nil {
				j.cursor.Close()
				j.cursor = nil
			}
		}
	}()
	for _, j := range batch {
		if j.t.store = first.store; j.result != nil {
			j.result.drop() // of an attempt before
		}
	}
	for _, j := range batch {
		var err error
		if j.result, j.cursor, err = j.t.carryOut(j.prepared, j.params); err != nil {
			return err
		}
	}
	if first.store.Stale() {
		return graphstore.ErrConflict
	}
	if err := first.commitStore(); err != nil {
		return err
	}
	for _, j := range batch {
		j.t.position = first.position
		j.result.summary = summaryOf(j.cursor, j.t.def.Name, j.t.bookmark())
	}
	return nil
}
