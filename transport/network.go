package transport

import (
	"context"
	"net"
	"strconv"
	"time"
)

// Kind says what a stream is for; it is the first byte of each stream. The
// numbers are part of the protocol between servers and never reused.
type Kind uint8

// The kinds of streams.
const (
	Gossip     Kind = 1 // membership, push and pull of state
	Packet     Kind = 2 // one packet too large for a datagram
	Hello      Kind = 3 // formation of the cluster, questions before membership
	Raft       Kind = 4 // one raft group; the header names the database
	Feed       Kind = 5 // committed entries to a secondary
	Checkpoint Kind = 6 // the files of a copy
	Commit     Kind = 7 // a transaction to validate and commit at the leader
	Query      Kind = 8 // a whole request, run on another server
	Admin      Kind = 9 // administration between servers: status, copies, leases
)

// String gives the kind's name, for logs.
func (k Kind) String() string {
	names := [...]string{Gossip: "gossip", Packet: "packet", Hello: "hello", Raft: "raft", Feed: "feed",
		Checkpoint: "checkpoint", Commit: "commit", Query: "query", Admin: "admin"}
	if int(k) < len(names) && names[k] != "" {
		return names[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// Conn is one stream between two servers. Reads and writes may run at the same
// time, and Close ends both. A read or write fails with ErrPeerDown when the
// connection underneath is lost, with ErrReset when the other side gave the
// stream up, and with os.ErrDeadlineExceeded after a deadline.
type Conn interface {
	net.Conn
	// Peer gives the id of the server at the other end, as its certificate proves it.
	Peer() string
	// CloseWrite ends the sending side: the peer reads all that was written, then io.EOF.
	CloseWrite() error
	// CancelRead tells the peer that nothing more of it will be read.
	CancelRead()
	// Reset abandons both sides; the peer's reads and writes fail with ErrReset.
	Reset()
}

// Handler serves one incoming stream. It owns c: it, or whoever it hands c to,
// must Close it, which is also what lets the peer open another in its place.
// ctx ends when the connection or the endpoint does; the handler must then return.
type Handler func(ctx context.Context, header []byte, c Conn)

// Network is the sight of the cluster that the rest of a server has. Endpoint
// is the real one.
type Network interface {
	// Server gives this server's own id.
	Server() string
	// Addr gives the local address, host:port.
	Addr() string
	// Dial opens a stream on the shared connection to the server at addr, dialling
	// when there is none. want is the id of the server expected there, "" any of the
	// cluster; ErrWrongServer if another one answers. ctx bounds the dialling alone.
	Dial(ctx context.Context, addr, want string, kind Kind, header []byte) (Conn, error)
	// DialDedicated is Dial on a new connection that carries this stream alone.
	DialDedicated(ctx context.Context, addr, want string, kind Kind, header []byte) (Conn, error)
	// Handle sets the handler of a kind, replacing the one before; nil removes it.
	Handle(kind Kind, h Handler)
	// SendPacket sends b, at most MaxPacket bytes, without any guarantee, and does not wait.
	SendPacket(addr string, b []byte) error
	// HandlePackets sets who receives packets; h may keep b. It must not block.
	HandlePackets(h func(from string, b []byte))
	// RTT gives the smoothed round trip with a server there is a connection to.
	RTT(server string) (time.Duration, bool)
	// OnPeerDown sets who hears that the last shared connection to a server was
	// lost. It must not block. It is a hint: the next Dial may well succeed.
	OnPeerDown(h func(server string, cause error))
	// Close ends all connections and waits for the handlers.
	Close() error
}

// MaxPacket is the most bytes SendPacket takes.
const MaxPacket = 64 << 10

// MaxHeader is the most bytes a stream's header may have.
const MaxHeader = 4 << 10
