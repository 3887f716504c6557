// Package queryapi is the door for HTTP clients: Neo4j's Query API (statements
// as JSON, each in a transaction of its own or in one that lasts over several
// requests) and the console page. It speaks to the same backend as the Bolt door
// and knows no more of it.
//
// A request is parsed after its login, so that strangers cost little; rows are
// written as they are fetched. Transactions that last are kept in API under an
// id, for the user who began them; one is used by one request at a time, and is
// rolled back when it is not used for a while. API.mu guards the map of them; a
// transaction's own lock is held while a request uses it.
package queryapi
