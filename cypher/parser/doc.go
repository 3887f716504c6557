// Package parser turns Cypher text into an ast.Statement: a hand-written lexer
// that makes all tokens first, and a recursive-descent parser with precedence
// climbing for expressions. Keywords are recognised by place, so that nearly
// all of them may serve as names.
//
// Errors are *status.Error with Neo4j's SyntaxError code and a position. Depth
// and length are limited (DepthMax, TextMax), so that no text can exhaust the
// stack. The package is pure: no goroutine, no clock, no I/O.
package parser
