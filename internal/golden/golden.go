package golden

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Bytes is one named encoding.
type Bytes struct {
	Name string // one word
	Data []byte
}

// lineMax is how many bytes of an encoding stand on one line.
const lineMax = 64

// Check compares the encodings with those that file (in testdata) pins, and
// gives the pinned ones, for the test to decode.
func Check(t testing.TB, file string, got ...Bytes) []Bytes {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, format(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: go test . -run %s -update", err, t.Name())
	}
	pinned, err := parse(string(text))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if len(pinned) != len(got) {
		t.Fatalf("%s pins %d encodings, the test makes %d", path, len(pinned), len(got))
	}
	for i, p := range pinned {
		if p.Name != got[i].Name || string(p.Data) != string(got[i].Data) {
			t.Errorf("the format of %s changed:\n got %s %x\nwant %s %x\nif that is meant, raise its version, describe it in docs/format, and run: go test . -run %s -update",
				p.Name, got[i].Name, got[i].Data, p.Name, p.Data, t.Name())
		}
	}
	return pinned
}

func format(all []Bytes) []byte {
	var b strings.Builder
	for _, e := range all {
		fmt.Fprintf(&b, "%s %d\n", e.Name, len(e.Data))
		text := !bytes.ContainsFunc(e.Data, func(r rune) bool { return r < ' ' || r > '~' })
		for rest := e.Data; len(rest) > 0; {
			n := min(lineMax, len(rest))
			if text {
				n = min(2*lineMax, len(rest))
			}
			if text {
				fmt.Fprintf(&b, "\t'%s\n", rest[:n])
			} else {
				fmt.Fprintf(&b, "\t%x\n", rest[:n])
			}
			rest = rest[n:]
		}
	}
	return []byte(b.String())
}

func parse(text string) ([]Bytes, error) {
	var out []Bytes
	var want []int
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if digits, ok := strings.CutPrefix(line, "\t"); ok && len(out) > 0 {
			data, err := hex.DecodeString(digits)
			if text, ok := strings.CutPrefix(digits, "'"); ok {
				data, err = []byte(text), nil
			}
			if err != nil {
				return nil, fmt.Errorf("line %q: %w", line, err)
			}
			last := &out[len(out)-1]
			last.Data = append(last.Data, data...)
			continue
		}
		var e Bytes
		var n int
		if _, err := fmt.Sscanf(line, "%s %d", &e.Name, &n); err != nil {
			return nil, fmt.Errorf("line %q: %w", line, err)
		}
		out, want = append(out, e), append(want, n)
	}
	for i, e := range out {
		if len(e.Data) != want[i] {
			return nil, fmt.Errorf("%s has %d bytes, its head says %d", e.Name, len(e.Data), want[i])
		}
	}
	return out, nil
}
