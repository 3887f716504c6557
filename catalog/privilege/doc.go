// Package privilege says what privileges there are, which of them the built-in
// roles have, and what a set of them allows. A privilege is stored in the words
// in which SHOW PRIVILEGES shows it: action, resource, graph and segment.
//
// Everything is pure: no goroutine, no lock, no I/O. The package imports nothing
// of the project.
package privilege
