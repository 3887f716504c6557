package replication

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"graticule/internal/golden"
)

func TestGoldenEnvelopes(t *testing.T) {
	all := []Envelope{
		{Kind: KindMark, Payload: []byte{}},
		{Kind: KindChangeset, Term: 300, Time: -1, Payload: []byte("changeset")},
		{Kind: KindLease, Term: 1, Time: 1_700_000_000_000_000_000, TraceID: [16]byte{1, 15: 2}, SpanID: [8]byte{3, 7: 4}, Payload: []byte("lease")},
		{Kind: KindCatalog, Term: 1, Payload: []byte("{}")},
	}
	names := []string{"mark", "changeset", "lease-traced", "catalog"}
	var got []golden.Bytes
	for i := range all {
		got = append(got, golden.Bytes{Name: names[i], Data: all[i].Append(nil)})
	}
	for i, g := range golden.Check(t, "envelope.golden", got...) {
		e, err := DecodeEnvelope(g.Data)
		if err != nil || !reflect.DeepEqual(e, all[i]) || !bytes.Equal(e.Append(nil), g.Data) {
			t.Errorf("%s: read as %+v (%v)", g.Name, e, err)
		}
	}
}

func TestEnvelopesOfAnotherVersion(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":        {nil, ErrBadEnvelope},
		"version 0":      {[]byte{0, 1, 0, 1, 0}, ErrBadEnvelope},
		"newer version":  {[]byte{envelopeVersion + 1, 1, 0, 1, 0}, ErrNewer},
		"unknown flag":   {[]byte{envelopeVersion, 1, 2, 1, 0}, ErrNewer},
		"cut":            {[]byte{envelopeVersion, 1, 0, 1}, ErrBadEnvelope},
		"trace cut":      {[]byte{envelopeVersion, 1, 1, 1, 0, 5}, ErrBadEnvelope},
		"term too large": {append([]byte{envelopeVersion, 1, 0}, bytes.Repeat([]byte{0xff}, 11)...), ErrBadEnvelope},
	} {
		if _, err := DecodeEnvelope(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// The archive of a checkpoint must not depend on when or by whom its files were made.
func TestGoldenArchive(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"000001.sst": "table", "MANIFEST": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := Pack(&b, dir); err != nil {
		t.Fatal(err)
	}
	pinned := golden.Check(t, "archive.golden", golden.Bytes{Name: "archive", Data: b.Bytes()})
	out := filepath.Join(t.TempDir(), "out")
	if err := Unpack(bytes.NewReader(pinned[0].Data), out); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := Pack(&again, out); err != nil || !bytes.Equal(again.Bytes(), pinned[0].Data) {
		t.Errorf("unpacked and packed again differs (%v)", err)
	}
}
