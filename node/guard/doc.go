// Package guard is a graph as one user sees it: a layer over a transaction of
// the store that leaves out what the user may not see and refuses what the user
// may not change. Queries are planned and run on it as on the store itself.
//
// Elements that are hidden look as if they were not there, properties that are
// hidden are null. A node is seen by any of its labels, a relationship by its
// type when both its ends are seen. Where a user sees everything, the store
// answers directly.
//
// Every method of exec.Graph is either answered here or named in the test as one
// that tells nothing about elements. No goroutines; a Graph belongs to one
// goroutine at a time, as the one below does.
package guard
