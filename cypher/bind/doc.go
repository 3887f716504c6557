// Package bind holds the static rules of Cypher: which names a clause may read,
// which it may bind again, what kinds of values an expression can have, and
// where aggregation and patterns may stand. It turns a statement that only
// parses into one that means something, or into a status.Error whose Detail is
// the openCypher word for what is wrong.
//
// Data flow: Bind walks the clauses in order with a scope of the names visible
// there. Each expression is checked for the set of kinds it may give; a rule is
// broken only when no possible kind fits, so what is unknown is left to run
// time. Nothing is rewritten and the tree stays shared.
//
// The package has no goroutines and no locks. It must not import fn, plan or
// exec: what it needs to know of functions and procedures comes through Config.
package bind
