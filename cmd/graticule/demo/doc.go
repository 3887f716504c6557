// Package demo runs a whole geo-distributed cluster on one machine: for each
// region one primary and one secondary, each a server process of its own, with
// the round trips between regions emulated by the servers' transport.
//
// The demo process owns its children: one goroutine per child waits for it.
// `graticule demo kill|pause|resume|start` talk to it over a Unix socket, whose
// path is derived from the user, so that at most one demo of a user runs at a
// time. Children that a user killed stay down until they are started again.
package demo
