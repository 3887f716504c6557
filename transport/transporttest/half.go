package transporttest

import (
	"io"
	"os"
	"sync"
	"time"

	"graticule/transport"
)

// window is how many bytes one direction of a stream may hold.
const window = 1 << 20

// half is one direction of a stream: bytes written at one end, readable at the
// other after the line's delay.
type half struct {
	net  *Network
	line pair

	mu      sync.Mutex
	cond    *sync.Cond // anything below changed, or time passed
	chunks  []chunk
	size    int
	ended   bool  // the writer is done
	dropped bool  // the reader wants no more
	cut     bool  // by a partition: what is written waits
	err     error // of both ends, at once
	read    deadline
	write   deadline
}

type chunk struct {
	b   []byte
	due time.Time
}

// deadline is a point in time after which one side gives up.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func newHalf(n *Network, p pair) *half {
	h := &half{net: n, line: p}
	h.cond = sync.NewCond(&h.mu)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.streams[h] = struct{}{}
	h.cut = n.cut[p] != nil
	return h
}

func (h *half) forget() {
	h.net.mu.Lock()
	delete(h.net.streams, h)
	h.net.mu.Unlock()
}

// poke wakes whoever waits. It takes the lock so as not to fall between a look
// and the wait after it.
func (h *half) poke() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cond.Broadcast()
}

func (h *half) setCut(cut bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cut = cut
	h.cond.Broadcast()
}

func (h *half) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		h.err = err
	}
	h.cond.Broadcast()
}

func (h *half) setDeadline(d *deadline, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.at, d.timer = at, nil
	if !at.IsZero() {
		d.timer = time.AfterFunc(time.Until(at), h.poke)
	}
	h.cond.Broadcast()
}

func (d deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

// Read gives what has arrived.
func (h *half) Read(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		var wait time.Duration
		switch {
		case h.err != nil:
			return 0, h.err
		case h.read.passed():
			return 0, os.ErrDeadlineExceeded
		case !h.cut && len(h.chunks) > 0:
			if wait = time.Until(h.chunks[0].due); wait <= 0 {
				return h.take(b), nil
			}
		case !h.cut && h.ended:
			return 0, io.EOF
		}
		h.sleep(wait)
	}
}

// sleep waits for a change, or for d if it is not 0.
func (h *half) sleep(d time.Duration) {
	if d > 0 {
		t := time.AfterFunc(d, h.poke)
		defer t.Stop()
	}
	h.cond.Wait()
}

func (h *half) take(b []byte) int {
	n := 0
	for len(h.chunks) > 0 && n < len(b) && !h.chunks[0].due.After(time.Now()) {
		k := copy(b[n:], h.chunks[0].b)
		n += k
		if h.chunks[0].b = h.chunks[0].b[k:]; len(h.chunks[0].b) == 0 {
			h.chunks = h.chunks[1:]
		}
	}
	h.size -= n
	h.cond.Broadcast()
	return n
}

// Write queues b, waiting while the window is full.
func (h *half) Write(b []byte) (int, error) {
	delay, _ := h.net.path(h.line)
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for n < len(b) {
		switch room := window - h.size; {
		case h.err != nil:
			return n, h.err
		case h.ended:
			return n, io.ErrClosedPipe
		case h.dropped:
			return n, transport.ErrReset
		case h.write.passed():
			return n, os.ErrDeadlineExceeded
		case room > 0:
			k := min(room, len(b)-n)
			h.chunks = append(h.chunks, chunk{append([]byte(nil), b[n:n+k]...), time.Now().Add(delay)})
			h.size += k
			n += k
			h.cond.Broadcast()
		default:
			h.cond.Wait()
		}
	}
	return n, nil
}

// end says that nothing more will be written.
func (h *half) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	h.cond.Broadcast()
}

// discard says that nothing more will be read.
func (h *half) discard() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dropped, h.chunks, h.size = true, nil, 0
	h.cond.Broadcast()
}
