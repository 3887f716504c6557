// Package graph holds the values of the property graph model: identifiers,
// Value and what it can contain (lists, maps, nodes, relationships, paths,
// temporal and spatial values), Cypher equality, equivalence and order, and
// the column batches in which engines hand graph data to each other.
//
// It is the bottom floor: it imports nothing else of this project, has no
// goroutine, no lock, no clock and no I/O. Values are immutable once made;
// a Value may be copied freely and shared between goroutines.
package graph
