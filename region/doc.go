// Package region knows who is alive and where: the servers of the cluster, the
// region and zone of each, and the round trip between any two.
//
// It owns a serf pool (gossip) on top of transport.Network: packets travel as
// QUIC datagrams and streams as kind Gossip, so gossip is authenticated and
// encrypted like everything else and needs no port of its own. What it says is a
// hint, quick and eventually right; who belongs to the cluster and to a database
// is decided by raft groups elsewhere.
//
// Data flow: serf's events wake Directory.Run, which builds a new immutable
// Topology and swaps it in; readers take Directory.Topology without a lock, and
// wait for the next change on Topology.Changed. Round trips are refreshed on a
// timer: those with this server as measured by the transport, those between
// others from serf's network coordinates.
//
// Goroutines: serf's and memberlist's own, ended by Close; Run and one per seed
// under it, ended with Run's context. Directory.mu is a leaf but for serf's own
// locks; nothing that waits runs under it.
//
// The package must not import anything above floor 1; serf and memberlist are
// imported here alone.
package region
