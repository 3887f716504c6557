package ast

import (
	"unicode/utf8"

	"graticule/status"
)

// Span is a range of bytes of the statement's text.
type Span struct{ Start, End int }

// At gives the span itself; embedding Span makes a type a Node.
func (s Span) At() Span { return s }

// Text gives the source of the span.
func (s Span) Text(source string) string { return source[s.Start:s.End] }

// Node is anything that has a place in the text.
type Node interface{ At() Span }

// PositionOf gives the place of byte offset in source as clients count it:
// offset and column in UTF-16 units, line and column from 1.
func PositionOf(source string, offset int) status.Position {
	p := status.Position{Line: 1, Column: 1}
	for i, r := range source {
		if i >= offset {
			break
		}
		units := 1
		if r > 0xFFFF && r != utf8.RuneError {
			units = 2
		}
		p.Offset += units
		p.Column += units
		if r == '\n' {
			p.Line++
			p.Column = 1
		}
	}
	return p
}

// Name is an identifier in the text, unescaped.
type Name struct {
	Span
	Value string
}
