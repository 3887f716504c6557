// Package transporttest is the cluster's network in memory, for tests that run
// many servers in one process, in a testing/synctest bubble or out of one.
//
// A Network holds Hosts; each Host is a transport.Network. Delays per pair of
// hosts, partitions, dropped packets and lost hosts are set on the Network at
// any time. Streams are pipes that deliver in order after the delay and hold at
// most window bytes; a partition stops them, and breaks them after its
// IdleTimeout, as QUIC would.
//
// Goroutines: one per handled stream and per delayed packet, all ended by
// Host.Close. Lock order: Network.mu before half.mu.
package transporttest
