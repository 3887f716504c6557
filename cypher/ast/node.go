package ast

import (
	"fmt"
	"strings"
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

// Locate places e at byte offset of source and adds the line and a caret, as Neo4j does.
func Locate(e *status.Error, source string, offset int) *status.Error {
	offset = min(offset, len(source))
	e = e.At(PositionOf(source, offset))
	if e.Cause != nil {
		e.Cause = e.Cause.At(e.Position)
	}
	begin := strings.LastIndexByte(source[:offset], '\n') + 1
	end := len(source)
	if i := strings.IndexByte(source[offset:], '\n'); i >= 0 {
		end = offset + i
	}
	e.Message = fmt.Sprintf("%s (line %d, column %d (offset: %d))\n\"%s\"\n%s^", e.Message, e.Position.Line, e.Position.Column, e.Position.Offset,
		source[begin:end], strings.Repeat(" ", e.Position.Column))
	return e
}

// Name is an identifier in the text, unescaped.
type Name struct {
	Span
	Value string
}
