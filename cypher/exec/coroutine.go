package exec

import (
	"iter"
	"sync"
)

// sparesMax is how many coroutines wait for the next run; more are let go.
const sparesMax = 64

// spares are the coroutines that wait. They are of the process, since a stack that
// has grown is what makes one worth keeping: a run on a new stack spends a fifth
// of a point read's time on growing it.
var spares struct {
	sync.Mutex
	waiting []*coroutine
}

// coroutine carries out one run after the other, stopping when it has some rows.
type coroutine struct {
	resume func() (*resultRows, bool)
	stop   func()

	work    func(push func(*resultRows) error) error
	closing bool // the run at hand is to end at its next rows
	ended   bool // the run at hand has ended, with err
	err     error
}

// errClosed unwinds a run whose result was closed.
var errClosed error = &errEnough{}

// startCoroutine gives a coroutine for work, which begins with the first call of next.
func startCoroutine(work func(push func(*resultRows) error) error) *coroutine {
	spares.Lock()
	var c *coroutine
	if n := len(spares.waiting); n > 0 {
		c = spares.waiting[n-1]
		spares.waiting = spares.waiting[:n-1]
	}
	spares.Unlock()
	if c == nil {
		c = &coroutine{}
		c.resume, c.stop = iter.Pull(c.carryOut)
	}
	c.work, c.closing, c.ended, c.err = work, false, false, nil
	return c
}

// carryOut is what runs on the coroutine.
func (c *coroutine) carryOut(yield func(*resultRows) bool) {
	push := func(rows *resultRows) error {
		if c.closing || !yield(rows) || c.closing {
			return errClosed
		}
		return nil
	}
	for {
		c.err = c.work(push)
		c.ended = true
		if !yield(nil) {
			return
		}
	}
}

// next gives the next rows; ok=false means that the run has ended, with err, and
// that the coroutine is no longer the caller's. A panic of the run goes through.
func (c *coroutine) next() (rows *resultRows, err error, ok bool) {
	rows, alive := c.resume()
	if alive && !c.ended {
		return rows, nil, true
	}
	if err = c.err; err == errClosed {
		err = nil
	}
	if c.work, c.err = nil, nil; alive {
		c.release()
	}
	return nil, err, false
}

// close ends a run that has not ended.
func (c *coroutine) close() {
	c.closing = true
	for ok := true; ok; {
		_, _, ok = c.next()
	}
}

func (c *coroutine) release() {
	spares.Lock()
	if len(spares.waiting) < sparesMax {
		spares.waiting = append(spares.waiting, c)
		c = nil
	}
	spares.Unlock()
	if c != nil {
		c.stop()
	}
}
