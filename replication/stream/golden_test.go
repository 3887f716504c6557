package stream

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"reflect"
	"testing"

	"graticule/internal/golden"
	"graticule/replication"
)

func TestGoldenFrames(t *testing.T) {
	entries := []replication.Entry{{Index: 300, Term: 2, Data: []byte("data")}, {Index: 301, Term: 3, Data: []byte{}}}
	number := func(ns ...uint64) (b []byte) {
		for _, n := range ns {
			b = binary.BigEndian.AppendUint64(b, n)
		}
		return b
	}
	frames := []struct {
		name string
		kind frameKind
		body []byte
	}{
		{"hello", frameHello, number(299)},
		{"entries", frameEntries, appendEntries(nil, entries)},
		{"mark", frameMark, number(301, 1_700_000_000_000_000_000)},
		{"checkpoint", frameCheckpoint, []byte{}},
		{"bytes", frameBytes, []byte("part of an archive")},
		{"end", frameBytes, []byte{}},
		{"ack", frameAck, number(301)},
	}
	var got []golden.Bytes
	for _, f := range frames {
		got = append(got, golden.Bytes{Name: f.name, Data: appendFrame(nil, f.kind, f.body)})
	}
	for i, g := range golden.Check(t, "frames.golden", got...) {
		kind, body, err := readFrame(bytes.NewReader(g.Data))
		if err != nil || kind != frames[i].kind || !bytes.Equal(body, frames[i].body) || !bytes.Equal(appendFrame(nil, kind, body), g.Data) {
			t.Errorf("%s: read as kind %d, %x (%v)", g.Name, kind, body, err)
		}
		if kind != frameEntries {
			continue
		}
		es, err := decodeEntries(body)
		if err != nil || !reflect.DeepEqual(es, entries) || !bytes.Equal(appendEntries(nil, es), body) {
			t.Errorf("entries read as %v (%v)", es, err)
		}
	}
}

// A kind of frame that only a later version knows ends the feed with a clear error.
func TestNewerFramesEndTheFeed(t *testing.T) {
	a, b := net.Pipe()
	defer b.Close()
	r := &Receiver{Machine: &counter{t: t}, Dial: func(context.Context) (net.Conn, error) { return a, nil }, Dir: t.TempDir()}
	go func() {
		if _, _, err := readFrame(b); err == nil {
			_, _ = b.Write(appendFrame(nil, 99, nil))
		}
	}()
	if err := r.follow(t.Context()); !errors.Is(err, replication.ErrNewer) {
		t.Errorf("got %v", err)
	}
}
