// Package fn is the function library and the operators of Cypher over
// graph.Value: a registry of scalar functions by lower-case name, aggregate
// accumulators, and arithmetic. Entities are looked into through the small
// Entities interface. It is pure apart from the clock and the random source in
// the Context. Errors are *status.Error.
package fn
