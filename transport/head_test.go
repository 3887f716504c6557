package transport

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// The bytes on the wire are pinned; docs/format/transport.md explains them.
func TestHeadGolden(t *testing.T) {
	golden, err := os.ReadFile("testdata/head.golden")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, h := range []struct {
		kind   Kind
		header string
	}{{Gossip, ""}, {Raft, "system"}, {Feed, strings.Repeat("x", 200)}} {
		b, err := appendHead(nil, h.kind, []byte(h.header))
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString(hex.EncodeToString(b) + "\n")
		kind, header, err := readHead(bytes.NewReader(b))
		if err != nil || kind != h.kind || string(header) != h.header {
			t.Fatalf("read back %v %q %v", kind, header, err)
		}
	}
	if got.String() != string(golden) {
		t.Fatalf("the format of heads changed:\n%s", got.String())
	}
}

func TestHeadRefusesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		bytes string
		want  error
	}{
		"nothing":            {"", io.EOF},
		"kind alone":         {"\x01", io.ErrUnexpectedEOF},
		"short header":       {"\x01\x03ab", io.ErrUnexpectedEOF},
		"cut length":         {"\x01\x83", io.ErrUnexpectedEOF},
		"kind 0":             {"\x00\x00", ErrHead},
		"over the limit":     {"\x01\x81\x20", ErrHead}, // 4097
		"endless length":     {"\x01\xff\xff\xff\xff\xff", ErrHead},
		"length not minimal": {"\x01\x81\x00", ErrHead},
	} {
		if _, _, err := readHead(strings.NewReader(c.bytes)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if _, err := appendHead(nil, Raft, make([]byte, MaxHeader+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("long header: %v", err)
	}
	b, err := appendHead(nil, Raft, make([]byte, MaxHeader))
	if err != nil {
		t.Fatal(err)
	}
	if _, header, err := readHead(bytes.NewReader(b)); err != nil || len(header) != MaxHeader {
		t.Errorf("longest header: %d, %v", len(header), err)
	}
}

// What is read is written back to the very same bytes, and nothing after the
// head is touched.
func FuzzHead(f *testing.F) {
	f.Add([]byte("\x04\x06system and more"))
	f.Add([]byte("\x01\xff\xff\xff"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bytes.NewReader(in)
		kind, header, err := readHead(r)
		if err != nil {
			return
		}
		out, err := appendHead(nil, kind, header)
		if err != nil {
			t.Fatal(err)
		}
		if used := in[:len(in)-r.Len()]; !bytes.Equal(used, out) {
			t.Fatalf("read %x, wrote %x", used, out)
		}
	})
}
