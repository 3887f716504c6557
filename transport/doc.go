// Package transport joins the servers of a cluster: one QUIC endpoint, that is
// one UDP socket, per server, carrying everything servers say to each other.
//
// It owns the identity of a server (a certificate of the cluster's authority,
// checked on both sides of every connection), the connections between servers,
// the kinds of streams and their limits, and the round trips measured on them.
// It does not know what travels: each part of the server registers a Handler
// for its Kind.
//
// Data flow: Dial finds or makes the shared connection to a server, opens a
// stream and writes the head (kind, header) once; the other side reads the
// head, within limits, and hands the stream to the kind's Handler. DialDedicated
// does the same on a connection of its own, so that bulk never delays what is
// live. SendPacket sends small unreliable packets as QUIC datagrams, falling
// back to a short stream when one does not fit.
//
// Goroutines: an Endpoint owns one that accepts connections; per connection one
// that accepts streams and, on shared ones, one that receives datagrams; one
// per stream being handled; one per address packets go to, ending when idle;
// one per connection being dialled. Close ends them all and waits, so a Handler
// must return when its context ends.
//
// Lock order: mailboxes.mu before Endpoint.mu; pool.mu stands alone. Nothing
// that waits runs under any of them.
//
// Network is what the rest of the server sees; package transporttest has an
// in-memory implementation of it for tests under testing/synctest. quic-go is
// imported here alone. The package must not import anything of Graticule but
// floor 0.
package transport
