// Package apoc holds procedures and functions of the APOC library that
// applications and tools commonly call, by their names and signatures there.
//
// Most of a procedure is Cypher: it puts names and options into a statement and
// runs that in the transaction of the call (exec.ProcedureContext.Query), so
// that what it reads is validated and what it writes is logged like any other
// statement. The package has no state, no goroutines and no I/O of its own.
package apoc
