// Package status is the value of an answer to a client that something went
// wrong: the Neo4j status code drivers act on, the GQLSTATUS, the text, and
// where in the query it lies. The cypher packages make statuses directly, as
// their errors are part of the language; every other engine returns sentinels
// or typed errors, and the doors map them (package node).
package status
