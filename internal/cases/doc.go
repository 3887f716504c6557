// Package cases reads, plays and rewrites query behaviour written as text.
//
// A .test file holds cases one after another. A line that begins in the first
// column is a keyword, the lines indented under it are its body, and a # begins
// a comment line:
//
//	cypher 25                  the language of the cases below (5 until told)
//	graph                      statements run before each case below, parted by
//	  CREATE (:A {n: 1});      a semicolon at the end of a line; a later block
//	  CREATE (:A {n: 2})       takes the place of an earlier one
//	file people.csv            a file in the import folder, for the cases below;
//	  name,age                 .gz and .zip are made of the text
//
//	case what is shown [PT1 TR39]       ids of what is shown, as docs/cypher.md
//	  MATCH (a:A) WHERE a.n > $low     lists them; the body is the query
//	  RETURN a, a.n
//	params {low: 0}                    a map of Cypher literals
//	rows                               columns, then rows in any order;
//	  a | a.n                          "ordered" demands their order
//	  (:A {n: 1}) | 1
//	  (:A {n: 2}) | 2
//
// A case may begin with "given" (more statements to prepare the graph, as in
// graph), with "cypher 25" for itself alone, with "explicit" (the query runs in
// a transaction of the client, so only over Bolt), with "server" (it needs a
// server, so only over Bolt), with "differs: why" where the answer is meant to
// differ from Neo4j's, and with "open: what" where the engine does not give the
// answer yet (the word must go when it does). Its query then follows the word
// "query". Another "query" plays on the graph that the one before left behind.
//
// The answer to a query is any of these, in this order:
//
//	rows, ordered        what came back; a case with an error may have both
//	done                 no columns and nothing changed
//	counters a 1, b 2    what changed; without this line nothing must have
//	plan A, !B           operators that the plan has and has not, on wish
//	notes                notifications, as "code gqlstatus at line:column"
//	error code gqlstatus/cause at line:column
//	  message            what is left out of an error is not compared
//
// Values are written as Cypher writes literals, with the keys of maps and
// labels in alphabetical order; nodes are (:A {k: 1}), relationships
// [:T {k: 1}], paths <(:A)-[:T]->(:B)>. In a cell \| and \n stand for a bar and
// a line end.
//
// Play runs a case on a Database: the engine, a server or a cluster over Bolt
// (internal/cases/overbolt), or a real Neo4j (internal/cases/oracle). Rewrite
// gives the text of a file with answers replaced. The package has no goroutines.
package cases
