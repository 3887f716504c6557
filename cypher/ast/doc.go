// Package ast is the syntax tree of Cypher statements: queries, schema
// commands, SHOW commands and administration commands. It holds what the text
// says and where it stands, and no meaning: names are unresolved, types unknown.
//
// Every node carries the Span of source bytes it came from, so that errors
// have positions and an unaliased column is named by its exact source text.
// A tree is immutable once parsed and may be shared between goroutines.
package ast
