// Package boltclient is a lean Bolt client for measurements: statements are
// encoded once, a request is one write, and of the answer only the kind of each
// message is looked at. What it costs is small and the same for every server,
// which is not so for a driver, whose records and sessions take more of a
// machine that client and server share than the server does.
//
// Data flow: Dial (handshake, HELLO, LOGON) -> Conn.Do: the RUN and PULL of a
// Statement out, messages in until the second SUCCESS. No goroutines: a Conn
// belongs to one caller at a time, a Statement as well. It speaks Bolt 5.8
// (neo4j.com/docs/bolt/current) and no other version.
package boltclient
