package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"graticule/internal/packstream"
)

const (
	// watchDelay is how long a message is handled before somebody looks whether
	// the client resets the connection, or has gone.
	watchDelay = 10 * time.Millisecond
	// noopInterval is how often a NOOP goes out while a message is handled, and
	// receiveTimeout the silence after which drivers are told to give a connection
	// up: they would wait forever for a server that is frozen or cut off (Bolt:
	// "connection.recv_timeout_seconds").
	noopInterval   = 2 * time.Second
	receiveTimeout = 6 * time.Second
	// inMax is the largest buffer that a connection keeps between messages, in bytes.
	inMax = 64 << 10
)

// next waits for a message and notes that it is being handled.
func (c *conn) next() (msg []byte, ok bool) {
	c.mu.Lock()
	queued := c.watched || len(c.messages) > 0
	c.mu.Unlock()
	if queued {
		if msg, ok = <-c.messages; ok {
			c.release(len(msg))
		}
	} else {
		var err error
		if cap(c.in) > inMax {
			c.in = nil
		}
		c.in, err = c.readMessage(c.in[:0])
		if msg, ok = c.in, err == nil; ok {
			c.arrived(msg)
		}
	}
	if !ok {
		return nil, false
	}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.working, c.since, c.silent = true, now, now
	if due := now.Add(watchDelay); c.due.IsZero() || c.due.After(due) { // it is not stopped at the end, so that it is touched once in a while and not with each message
		c.due = due
		c.look.Reset(watchDelay)
	}
	return msg, true
}

// rest notes that the message was handled, and tells whether the next one is here.
func (c *conn) rest() (more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.working = false
	return len(c.messages) > 0 || !c.watched && c.buffered()
}

// buffered tells whether a message of one chunk stands in br.
func (c *conn) buffered() bool {
	have := c.br.Buffered()
	if have < 2 {
		return false
	}
	head, err := c.br.Peek(2)
	return err == nil && have >= 2+int(binary.BigEndian.Uint16(head))+2
}

// arrived interrupts what runs when the message is a RESET.
func (c *conn) arrived(msg []byte) {
	if len(msg) >= 2 && msg[1] == msgReset {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.resets.Add(1)
		c.cancel(errReset)
	}
}

// lookAfter runs when look is due: it has a message that takes long watched, and
// sends NOOPs.
func (c *conn) lookAfter() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.working || c.ending {
		c.due = time.Time{}
		return
	}
	now := time.Now()
	left := watchDelay - now.Sub(c.since)
	if left <= 0 {
		if !c.watched {
			c.watched = true
			go c.watch()
		}
		if left = noopInterval - now.Sub(c.silent); left <= 0 {
			c.silent = now
			left = noopInterval
			go c.noop()
		}
	}
	c.due = now.Add(left)
	c.look.Reset(left)
}

// noop tells the client that its message is still being handled, unless rows or
// another NOOP are on their way.
func (c *conn) noop() {
	if !c.writing.TryLock() {
		return
	}
	defer c.writing.Unlock()
	c.mu.Lock()
	working := c.working && !c.ending && !c.torn
	c.mu.Unlock()
	if working {
		c.allowWrite()
		if n, err := c.net.Write([]byte{0, 0}); err != nil && (n > 0 || !errors.Is(err, os.ErrDeadlineExceeded)) { // sendRows ends a wait
			c.abandon(fmt.Errorf("the client has gone: %w", err)) // watch may wait for room and not see it
		}
	}
}

// watch reads messages ahead while one is handled. It gives br back with the
// first message that run waits for, and ends when the connection does.
func (c *conn) watch() {
	for {
		msg, err := c.readMessage(nil)
		if err != nil {
			if !c.retired.Load() {
				c.abandon(fmt.Errorf("the client has gone: %w", err))
			}
			close(c.messages)
			return
		}
		c.arrived(msg)
		c.mu.Lock()
		if !c.working && !c.ending && len(c.messages) == 0 {
			c.watched = false
			c.held += int64(len(msg))
			c.messages <- msg // there is room: run finds it before it reads itself
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		if !c.hold(len(msg)) {
			close(c.messages)
			return
		}
		c.messages <- msg
	}
}

// hold waits until a message of n bytes more may be kept, and tells whether the
// connection still lives. Before login few are read ahead, whatever they weigh.
func (c *conn) hold(n int) bool {
	for {
		most := int64(c.server.cfg.MessageMax)
		if c.messageMax.Load() == loginMessageMax {
			most = loginHeldMax
		}
		c.mu.Lock()
		if c.held == 0 || c.held+int64(n) <= most {
			c.held += int64(n)
			c.mu.Unlock()
			return true
		}
		c.mu.Unlock()
		select {
		case <-c.drained:
		case <-c.life.Done():
			return false
		}
	}
}

func (c *conn) release(n int) {
	c.mu.Lock()
	c.held -= int64(n)
	c.mu.Unlock()
	select {
	case c.drained <- struct{}{}:
	default: // one is waiting
	}
}

// endWatch closes the connection and waits until nobody else reads it.
func (c *conn) endWatch() {
	c.mu.Lock()
	c.ending, c.working = true, false
	watched := c.watched
	c.mu.Unlock()
	c.look.Stop()
	c.net.Close()
	if watched {
		for range c.messages { // until watch has closed it
		}
	}
}

// readMessage appends the chunks of one message to msg; empty chunks between messages are NOOPs.
func (c *conn) readMessage(msg []byte) ([]byte, error) {
	for {
		head, err := c.br.Peek(2)
		if err != nil {
			return msg, err
		}
		n := int(binary.BigEndian.Uint16(head))
		if _, err := c.br.Discard(2); err != nil {
			return msg, err
		}
		if n == 0 {
			if len(msg) > 0 {
				return msg, nil
			}
			continue
		}
		if int64(len(msg)+n) > c.messageMax.Load() {
			return msg, errors.New("a message is too large")
		}
		at := len(msg)
		if room := c.server.cfg.Room; room != nil && at+n > cap(msg) && at+n > bodyKept {
			if err := room(int64(2 * (at + n))); err != nil {
				return c.refuse(n, err)
			}
		}
		msg = append(msg, make([]byte, n)...)
		if _, err := io.ReadFull(c.br, msg[at:]); err != nil {
			return msg, err
		}
	}
}

// msgRefused stands for a message there was no room for. No client sends it: it is
// no message of Bolt, and one that does gets an error as well.
const msgRefused = 0x00

// refuse passes over the rest of a message, n bytes of its chunk first, and gives
// what stands for it.
func (c *conn) refuse(n int, why error) ([]byte, error) {
	for {
		if _, err := c.br.Discard(n); err != nil {
			return nil, err
		}
		head, err := c.br.Peek(2)
		if err != nil {
			return nil, err
		}
		n = int(binary.BigEndian.Uint16(head))
		if _, err := c.br.Discard(2); err != nil {
			return nil, err
		}
		if n == 0 {
			c.refused.Store(&why)
			return packstream.AppendStruct(nil, msgRefused, 0), nil
		}
	}
}
