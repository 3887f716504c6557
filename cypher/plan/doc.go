// Package plan chooses how a pattern is solved: in which order its nodes and
// relationships are found, from where, and by which operators.
//
// A caller describes the pattern as a Query: numbers instead of variables,
// with the conditions that an index may answer and those that may not. Best
// asks a Statistics how large things are and gives the cheapest tree of Ops.
//
// The search (search.go) is dynamic programming over sets of solved elements.
// The number of rows of a set is estimated from the set alone (estimate.go), so
// that the cheapest way to each set is all that need be kept. Sets grow by one
// step (steps.go): a node from nothing, an expansion, an expansion into two
// solved ends, the intersection of the neighbours of several solved nodes; and
// two sets that are solved apart become one by a hash join (join.go). Patterns
// of usual size are searched exhaustively; of larger ones only the cheapest sets
// of each size are kept, so that the work has a bound.
//
// The package is pure: it does no I/O, keeps nothing between calls and starts no
// goroutine. It must not import anything but graph.
package plan
