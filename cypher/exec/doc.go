// Package exec compiles a parsed query into a tree of operators and runs it
// over the Graph seam that it declares.
//
// Compile resolves names to slots of one flat frame per row, so that reading a
// variable is an array access; expressions become closures. At run time rows
// are pushed: an operator changes the frame in place and calls the next one, so
// that streaming operators allocate nothing per row; only those that must keep
// rows (sorting, grouping, eager writes) copy the frame. The order in which a
// MATCH is solved is chosen when a plan starts, from the counts of the graph
// it runs on.
//
// A Run belongs to one goroutine at a time. The package starts goroutines for the
// batches of CALL … IN CONCURRENT TRANSACTIONS only, each with a run of its own,
// and for coroutines, which run while their reader waits.
package exec
