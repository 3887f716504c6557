package replication

import (
	"reflect"
	"testing"
)

func TestEnvelopeRoundTrip(t *testing.T) {
	for _, e := range []Envelope{
		{Kind: KindMark, Payload: []byte{}},
		{Kind: KindChangeset, Term: 7, Time: -5, Payload: []byte("abc")},
		{Kind: KindLease, Term: 1 << 60, Time: 1 << 60, TraceID: [16]byte{1}, SpanID: [8]byte{2}, Payload: []byte{0}},
	} {
		got, err := DecodeEnvelope(e.Append(nil))
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("got %+v (%v), want %+v", got, err, e)
		}
	}
}

func FuzzDecodeEnvelope(f *testing.F) {
	f.Add((&Envelope{Kind: KindChangeset, Term: 3, TraceID: [16]byte{1}, Payload: []byte("x")}).Append(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := DecodeEnvelope(data)
		if err != nil {
			return
		}
		again, err := DecodeEnvelope(e.Append(nil))
		if err != nil || again.Term != e.Term || string(again.Payload) != string(e.Payload) {
			t.Fatalf("re-encoding changed the envelope: %v", err)
		}
	})
}
