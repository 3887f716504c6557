// Package shell is `graticule shell`: a command-line client that takes the
// flags, commands and scripts of cypher-shell and prints what it prints, on the
// official Go driver. It knows nothing of the server but Bolt.
//
// A statement comes from a reader (reader.go splits scripts, terminal.go edits
// lines), goes to Shell.execute, which runs either a command (commands.go) or a
// query on the connection (connection.go); a printer (plain.go, table.go) writes
// the rows as they arrive, and summary.go and plan.go what follows them.
//
// Everything runs on the caller's goroutine, except the watch on SIGTERM and
// the idle timer of interactive use (terminal.go).
package shell
