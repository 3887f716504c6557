// Package cyphertest gives tests a database of one server without any server:
// an Engine over a graphstore in memory whose log is applied at once.
package cyphertest
