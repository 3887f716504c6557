// Package notice holds the notifications of Cypher: for each kind of hint to
// the client a function that makes it, with Neo4j's codes and texts. Who finds
// what there is to tell is elsewhere: bind by reading the statement, and the
// engine by comparing names with what the graph has.
//
// The package has no state. It imports status and nothing else.
package notice
