package golden

import (
	"bytes"
	"reflect"
	"testing"
)

func TestFormatRoundTrip(t *testing.T) {
	all := []Bytes{{"one", []byte{1, 2, 255}}, {"nothing", nil}, {"text", []byte("plain 'text'")}, {"long", bytes.Repeat([]byte{7}, 200)}}
	got, err := parse(string(format(all)))
	if err != nil || !reflect.DeepEqual(got, all) {
		t.Fatalf("got %v (%v)", got, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"\t0102\n", "one\n", "one 2\n\t01\n", "one 1\n\tzz\n"} {
		if got, err := parse(text); err == nil {
			t.Errorf("%q gave %v", text, got)
		}
	}
}
