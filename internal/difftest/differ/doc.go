// Command differ plays random statements at a real Neo4j, whose address is in
// ORACLE, and at the engine in process, or at the server whose address is in
// GRATICULE. It prints what differs and ends with 1 when anything did.
package main
