// Package temporal does what Cypher does with temporal values: parse, print,
// build from maps, read components, truncate, and calculate. It is pure; the
// clock is the caller's.
package temporal
