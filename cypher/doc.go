// Package cypher is the language as one engine: Prepare turns text into a
// Prepared (from a cache of plans where it can), Execute runs it over the store
// seam of cypher/exec and gives a Cursor that streams rows.
//
// Queries are compiled by cypher/exec. Schema commands run on the Graph's own
// schema methods. SHOW and administration commands get their rows from the
// Commander that the session passes in; what follows SHOW (YIELD, WHERE,
// RETURN) is planned like the tail of any query.
package cypher
