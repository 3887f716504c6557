// Package exec compiles a parsed query into a tree of operators and runs it
// over the Graph seam that it declares.
//
// Compile resolves names to slots of one flat frame per row, so that reading a
// variable is an array access; expressions become closures. At run time rows
// are pushed: an operator changes the frame in place and calls the next one, so
// that streaming operators allocate nothing per row; only those that must keep
// rows (sorting, grouping, eager writes) copy the frame. The order in which a
// MATCH is solved is chosen by package plan when a run starts, from the sizes in
// the graph it runs on, and kept until they change (order.go).
//
// Beside rows there are chunks (chunk.go): rows that share a frame and differ in
// a node or a relationship, held as arrays of ids, as scans, index seeks and
// expansions make them. Filters, projections, DISTINCT and aggregates compute on
// columns of a chunk (vector.go); any other operator gets it row by row. Statements
// that write, and profiled ones, use rows only.
//
// Rows that do not fit into the statement's memory go to temporary files
// (overflow.go, putoff.go). The rows of a heavy MATCH that are aggregated may be
// made by several workers (parallel.go).
//
// A Run belongs to one goroutine at a time. The package starts goroutines for the
// batches of CALL … IN CONCURRENT TRANSACTIONS and for workers, each with a run of
// its own, and for coroutines, which run while their reader waits.
package exec
