package replication

import (
	"fmt"
	"testing"

	"graticule/internal/mutate"
)

// TestDamagedEnvelopes decodes damaged envelopes; what is still read keeps its content when it is written again.
func TestDamagedEnvelopes(t *testing.T) {
	var seeds [][]byte
	for _, e := range []Envelope{{Kind: KindMark}, {Kind: KindChangeset, Term: 7, Time: -5, Payload: []byte("abc")}, {Kind: KindLease, Term: 1 << 60, Time: 1 << 60, TraceID: [16]byte{1}, SpanID: [8]byte{2}, Payload: []byte{0}}} {
		seeds = append(seeds, e.Append(nil))
	}
	mutate.Run(t, seeds, func(b []byte) error {
		e, err := DecodeEnvelope(b)
		if err != nil {
			return nil
		}
		again, err := DecodeEnvelope(e.Append(nil))
		if err != nil || again.Term != e.Term || string(again.Payload) != string(e.Payload) {
			return fmt.Errorf("written again it is %+v (%v)", again, err)
		}
		return nil
	})
}
