package boltclient

import (
	"encoding/binary"
	"errors"
	"time"

	"graticule/graph"
	"graticule/internal/packstream"
)

// Tags of the messages used here.
const (
	msgHello   = 0x01
	msgGoodbye = 0x02
	msgReset   = 0x0F
	msgRun     = 0x10
	msgPull    = 0x3F
	msgRoute   = 0x66
	msgLogon   = 0x6A

	msgSuccess = 0x70
	msgRecord  = 0x71
	msgIgnored = 0x7E
	msgFailure = 0x7F
)

// wideInt is PackStream's marker of a 64-bit integer, the form in which all
// parameters are sent: their places in the message do not move.
const wideInt = 0xCB

// fetchSize is what a PULL asks for: all rows.
const fetchSize = -1

// Access is what an auto-commit statement asks for.
type Access struct {
	Database string // "" means the user's home database
	Read     bool
	Timeout  time.Duration // of its transaction, in whole milliseconds; 0 means the server's
}

// Statement is an auto-commit statement with integer parameters: its RUN and its
// PULL, encoded.
type Statement struct {
	bytes  []byte
	places []int // of the parameters' eight bytes
}

// ErrLongStatement means a statement whose RUN does not fit into one chunk.
var ErrLongStatement = errors.New("the statement is longer than one chunk")

// NewStatement encodes a statement. All parameters are 0 until Set.
func NewStatement(a Access, text string, params ...string) (*Statement, error) {
	var o packstream.Options
	b := packstream.AppendString(packstream.AppendStruct(nil, msgRun, 3), text)
	b = packstream.AppendMapHeader(b, len(params))
	s := &Statement{}
	for _, name := range params {
		b = append(packstream.AppendString(b, name), wideInt)
		s.places = append(s.places, len(b)+2) // behind the chunk's length
		b = append(b, make([]byte, 8)...)
	}
	extra := graph.NewMap(3)
	if a.Database != "" {
		extra.Put("db", graph.String(a.Database))
	}
	if a.Read {
		extra.Put("mode", graph.String("r"))
	}
	if a.Timeout > 0 {
		extra.Put("tx_timeout", graph.Int(a.Timeout.Milliseconds()))
	}
	if b = o.AppendMap(b, extra); len(b) > chunkMax {
		return nil, ErrLongStatement
	}
	s.bytes = appendMessage(nil, b)
	batch := graph.NewMap(1)
	batch.Put("n", graph.Int(fetchSize))
	s.bytes = appendMessage(s.bytes, o.AppendMap(packstream.AppendStruct(nil, msgPull, 1), batch))
	return s, nil
}

// Set changes the i-th parameter.
func (s *Statement) Set(i int, v int64) {
	binary.BigEndian.PutUint64(s.bytes[s.places[i]:], uint64(v))
}

// chunkMax is the size of the largest chunk.
const chunkMax = 0xFFFF

// appendMessage appends body in chunks.
func appendMessage(dst, body []byte) []byte {
	for len(body) > 0 {
		n := min(len(body), chunkMax)
		dst = append(binary.BigEndian.AppendUint16(dst, uint16(n)), body[:n]...)
		body = body[n:]
	}
	return append(dst, 0, 0)
}
