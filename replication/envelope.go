package replication

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// EntryKind says what the payload of an Envelope is.
type EntryKind uint8

// The kinds of entries. Each state machine knows its own payloads.
const (
	KindChangeset EntryKind = 1 // a graph transaction's changeset
	KindLease     EntryKind = 2 // a lease of node and relationship ids
	KindCatalog   EntryKind = 3 // a command of the system database
	KindMark      EntryKind = 4 // nothing but the leader's time: a time mark, or a barrier
)

// Envelope is what the leader proposes: a payload, the term in which the leader
// validated it (apply refuses an entry whose log term differs), the leader's
// wall clock in Unix nanoseconds, and the W3C trace context of the commit (the
// zero TraceID when it is not sampled).
//
// Layout (docs/format/envelope.md): version(1)=1 kind(1) flags(1) term(uvarint)
// time(varint) [trace id(16) span id(8)] payload. Flag 1: a trace context is there.
type Envelope struct {
	Kind    EntryKind
	Term    uint64
	Time    int64
	TraceID [16]byte
	SpanID  [8]byte
	Payload []byte
}

const (
	envelopeVersion = 1
	envelopeTraced  = 1
)

var (
	// ErrBadEnvelope means that the bytes of an entry are not an Envelope.
	ErrBadEnvelope = errors.New("entry is not an envelope")
	// ErrNewer means bytes in a format that this version does not know. A copy
	// that meets one stops: to skip what others apply would make it differ.
	ErrNewer = errors.New("the data is in the format of a newer version of Graticule: upgrade this server")
)

// Sampled tells whether the commit is traced.
func (e *Envelope) Sampled() bool { return e.TraceID != [16]byte{} }

// Append encodes e after dst.
func (e *Envelope) Append(dst []byte) []byte {
	flags := byte(0)
	if e.Sampled() {
		flags |= envelopeTraced
	}
	dst = append(dst, envelopeVersion, byte(e.Kind), flags)
	dst = binary.AppendUvarint(dst, e.Term)
	dst = binary.AppendVarint(dst, e.Time)
	if e.Sampled() {
		dst = append(dst, e.TraceID[:]...)
		dst = append(dst, e.SpanID[:]...)
	}
	return append(dst, e.Payload...)
}

// DecodeEnvelope decodes data; the payload shares it.
func DecodeEnvelope(data []byte) (Envelope, error) {
	var e Envelope
	if len(data) < 3 || data[0] == 0 {
		return e, ErrBadEnvelope
	}
	if data[0] > envelopeVersion || data[2]&^envelopeTraced != 0 {
		return e, fmt.Errorf("envelope of version %d with flags %x: %w", data[0], data[2], ErrNewer)
	}
	e.Kind = EntryKind(data[1])
	traced := data[2]&envelopeTraced != 0
	data = data[3:]
	term, n := binary.Uvarint(data)
	if n <= 0 {
		return e, ErrBadEnvelope
	}
	data = data[n:]
	e.Term = term
	t, n := binary.Varint(data)
	if n <= 0 {
		return e, ErrBadEnvelope
	}
	data = data[n:]
	e.Time = t
	if traced {
		if len(data) < 24 {
			return e, ErrBadEnvelope
		}
		copy(e.TraceID[:], data)
		copy(e.SpanID[:], data[16:])
		data = data[24:]
	}
	e.Payload = data
	return e, nil
}

// Traced tells whether the data of an entry carries a trace context.
func Traced(data []byte) bool {
	return len(data) > 2 && data[0] == envelopeVersion && data[2]&envelopeTraced != 0
}
