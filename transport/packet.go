package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
)

// mailboxes hold the packets on their way to each address.
type mailboxes struct {
	mu     sync.Mutex
	byAddr map[string]*mailbox
}

// mailbox is a queue to one address, emptied by a goroutine that ends when idle.
type mailbox struct {
	addr  string
	queue chan []byte
}

// maxMailboxes is how many addresses may have packets waiting at one time.
const maxMailboxes = 4096

// SendPacket implements Network. A packet that finds the queue full is dropped.
func (e *Endpoint) SendPacket(addr string, b []byte) error {
	if len(b) > MaxPacket {
		return fmt.Errorf("%w: packet of %d bytes", ErrTooLarge, len(b))
	}
	m := &e.mail
	m.mu.Lock()
	defer m.mu.Unlock()
	box := m.byAddr[addr]
	if box == nil {
		if len(m.byAddr) >= maxMailboxes {
			return nil
		}
		box = &mailbox{addr: addr, queue: make(chan []byte, e.cfg.Limits.PacketQueue)}
		if !e.spawn(func() { e.deliver(box) }) {
			return ErrClosed
		}
		if m.byAddr == nil {
			m.byAddr = map[string]*mailbox{}
		}
		m.byAddr[addr] = box
	}
	select {
	case box.queue <- append([]byte(nil), b...):
	default:
	}
	return nil
}

// deliver sends a mailbox's packets until none came for a while.
func (e *Endpoint) deliver(box *mailbox) {
	idle := time.NewTimer(e.cfg.Limits.PacketIdle)
	defer idle.Stop()
	for {
		select {
		case b := <-box.queue:
			if e.transmit(box.addr, b) != nil {
				empty(box.queue) // waited as long as the dialling: too old to be of use
			}
			idle.Reset(e.cfg.Limits.PacketIdle)
		case <-e.ctx.Done():
			return
		case <-idle.C:
			e.mail.mu.Lock()
			done := len(box.queue) == 0
			if done {
				delete(e.mail.byAddr, box.addr)
			}
			e.mail.mu.Unlock()
			if done {
				return
			}
			idle.Reset(e.cfg.Limits.PacketIdle)
		}
	}
}

func empty(queue chan []byte) {
	for range len(queue) {
		select {
		case <-queue:
		default:
		}
	}
}

// transmit sends one packet. An error means that there is no connection.
func (e *Endpoint) transmit(addr string, b []byte) error {
	ctx, cancel := context.WithTimeout(e.ctx, e.cfg.Limits.DialTimeout)
	defer cancel()
	l, err := e.connect(ctx, addr, "")
	if err != nil {
		return err
	}
	err = l.conn.SendDatagram(b)
	if _, big := errors.AsType[*quic.DatagramTooLargeError](err); !big {
		return err
	}
	s, err := e.open(ctx, l, Packet, nil, nil)
	if err != nil {
		return err
	}
	deadline, _ := ctx.Deadline()
	_ = s.SetWriteDeadline(deadline)
	if _, err = s.Write(b); err != nil {
		s.Reset()
		return err
	}
	return s.Close()
}

// receivePackets hands on the datagrams of a connection.
func (e *Endpoint) receivePackets(l *link) {
	from := l.conn.RemoteAddr().String()
	for {
		b, err := l.conn.ReceiveDatagram(e.ctx)
		if err != nil {
			return
		}
		if h := e.packets.Load(); h != nil {
			(*h)(from, b)
		}
	}
}

// receivePacketStream hands on a packet that came as a stream.
func (e *Endpoint) receivePacketStream(s *stream) {
	defer s.Close()
	_ = s.SetReadDeadline(time.Now().Add(e.cfg.Limits.HeadTimeout))
	b, err := io.ReadAll(io.LimitReader(s, MaxPacket+1))
	if err == nil && len(b) > MaxPacket {
		err = ErrTooLarge
	}
	if err != nil {
		if s.link.alive() {
			e.complain("refused a packet", s.RemoteAddr(), err)
		}
		return
	}
	if h := e.packets.Load(); h != nil {
		(*h)(s.RemoteAddr().String(), b)
	}
}
