package shell

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// statement is one command (":use x") or query, without its semicolon.
type statement struct {
	text    string
	command bool
}

// splitter cuts a script into statements: commands end with their line, queries
// with a semicolon outside quotes and comments. Its zero value is ready.
type splitter struct {
	text    strings.Builder
	content bool // the text has more than space and comments
	state   splitState
	last    rune // the character before, for escapes and ends of comments
}

type splitState int

const (
	between splitState = iota // nothing of a statement seen yet
	inQuery
	inCommand
	afterSlash // a comment may begin
	inSingle
	inDouble
	inBacktick
	inLineComment
	inBlockComment
)

// line takes one line with its newline, and gives the statements it completes.
func (p *splitter) line(s string) []statement {
	var out []statement
	for _, r := range s {
		if done := p.next(r); done != nil {
			out = append(out, *done)
		}
	}
	return out
}

// pending tells whether a statement has begun and not ended.
func (p *splitter) pending() bool { return p.content }

// rest gives what is left at the end of the input, if it is a statement.
func (p *splitter) rest() *statement {
	if p.state == inCommand {
		return p.finish(true)
	}
	if !p.content {
		p.reset()
		return nil
	}
	return p.finish(false)
}

func (p *splitter) reset() { *p = splitter{} }

func (p *splitter) finish(command bool) *statement {
	text := strings.TrimSpace(p.text.String())
	if command {
		text = strings.TrimSpace(strings.TrimSuffix(text, ";"))
	}
	content := p.content
	p.reset()
	if !content || text == "" {
		return nil
	}
	return &statement{text: text, command: command}
}

func (p *splitter) next(r rune) *statement {
	last := p.last
	p.last = r
	switch p.state {
	case inSingle, inDouble:
		p.text.WriteRune(r)
		if r == '\\' && last == '\\' {
			p.last = 0 // an escaped backslash escapes nothing
		} else if last != '\\' && (p.state == inSingle && r == '\'' || p.state == inDouble && r == '"') {
			p.state = inQuery
		}
	case inBacktick:
		p.text.WriteRune(r)
		if r == '`' {
			p.state = inQuery
		}
	case inLineComment:
		p.text.WriteRune(r)
		if r == '\n' {
			p.state = p.outside()
		}
	case inBlockComment:
		p.text.WriteRune(r)
		if r == '/' && last == '*' {
			p.state, p.last = p.outside(), 0
		}
	case inCommand:
		if r == '\n' {
			return p.finish(true)
		}
		p.text.WriteRune(r)
	case afterSlash:
		switch r {
		case '/':
			p.state = inLineComment
		case '*':
			p.state, p.last = inBlockComment, 0
		default: // a division
			p.state, p.content = inQuery, true
			return p.plain(r)
		}
		p.text.WriteRune(r)
	default:
		return p.plain(r)
	}
	return nil
}

func (p *splitter) outside() splitState {
	if p.content {
		return inQuery
	}
	return between
}

// plain takes a character outside quotes and comments.
func (p *splitter) plain(r rune) *statement {
	if r == ';' {
		return p.finish(false)
	}
	if p.state == between && r == ':' { // comments before a command are no part of it
		p.text.Reset()
		p.state, p.content = inCommand, true
	}
	p.text.WriteRune(r)
	switch {
	case p.state == inCommand || strings.ContainsRune(" \t\r\n\uFEFF", r):
		return nil
	case r == '/':
		p.state = afterSlash
		return nil
	case r == '\'':
		p.state = inSingle
	case r == '"':
		p.state = inDouble
	case r == '`':
		p.state = inBacktick
	default:
		p.state = inQuery
	}
	p.content = true
	return nil
}

// script gives the statements of a reader one by one.
type script struct {
	in    *bufio.Reader
	split splitter
	ready []statement
	ended bool
}

func newScript(r io.Reader) *script { return &script{in: bufio.NewReader(r)} }

// next gives io.EOF after the last statement.
func (s *script) next() (statement, error) {
	for len(s.ready) == 0 {
		if s.ended {
			return statement{}, io.EOF
		}
		line, err := s.in.ReadString('\n')
		s.ready = s.split.line(line)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return statement{}, err
			}
			s.ended = true
			if rest := s.split.rest(); rest != nil {
				s.ready = append(s.ready, *rest)
			}
		}
	}
	st := s.ready[0]
	s.ready = s.ready[1:]
	return st, nil
}
