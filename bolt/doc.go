// Package bolt is the door for drivers: the Bolt protocol, versions 4.4, 5.0
// to 5.8 and 6.0, over TCP and WebSocket on one port, with or without TLS.
//
// One connection is two goroutines: a reader that decodes messages into a
// bounded queue (so that RESET can interrupt a running query), and a worker
// that owns the protocol state and the session, runs messages in order and
// writes answers. What a message means is the Backend's business.
//
// It must not import session, cypher or any engine.
package bolt
