package demo

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestBetweenReadsTheTriangle(t *testing.T) {
	rtt, err := parseRTT("1,2,3,4,5,6", 4)
	if err != nil {
		t.Fatal(err)
	}
	l := Layout{Regions: []string{"a", "b", "c", "d"}, RTT: rtt}
	want := map[string]int{"ab": 1, "ac": 2, "ad": 3, "bc": 4, "bd": 5, "cd": 6, "dc": 6, "ba": 1, "aa": 0}
	for pair, ms := range want {
		if got := l.Between(pair[:1], pair[1:]); got != time.Duration(ms)*time.Millisecond {
			t.Errorf("%s: %v, want %d ms", pair, got, ms)
		}
	}
}

func TestParseRTTRepeatsTheLastValueAndRefusesNonsense(t *testing.T) {
	got, err := parseRTT("40, 80ms", 3)
	if err != nil || !reflect.DeepEqual(got, []time.Duration{40e6, 80e6, 80e6}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "x", "-1", "1,2,3,4"} {
		if _, err := parseRTT(bad, 3); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestServersArePairsPerRegion(t *testing.T) {
	l := Layout{Regions: []string{"x", "y"}, RTT: []time.Duration{1}, Bolt: 7687, HTTP: 7474, Cluster: 6000, DataDir: "d"}
	s := l.Servers()
	if len(s) != 4 || s[3].Name != "y-2" || s[3].Mode != "SECONDARY" || s[3].Bolt != "localhost:7690" {
		t.Fatalf("servers %+v", s)
	}
	if line := strings.Join(l.args(s[0]), " "); !strings.Contains(line, "emulated_round_trips=localhost:6002=1ns,localhost:6003=1ns") {
		t.Errorf("arguments %s", line)
	}
}
