package temporal

import (
	"math/rand/v2"
	"testing"
	"time"

	"graticule/graph"
)

func read(t *testing.T, kind graph.Kind, text string) graph.Value {
	t.Helper()
	v, err := Parse(kind, text, time.UTC, false)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// Clocks that are put forward or back, with answers of Neo4j 5.26.
func TestClocksThatChange(t *testing.T) {
	for text, want := range map[string]string{
		"2024-03-31T01:30[Europe/London]":       "2024-03-31T02:30:00+01:00[Europe/London]", // left out
		"2024-03-31T02:30[Europe/Berlin]":       "2024-03-31T03:30:00+02:00[Europe/Berlin]",
		"2024-03-10T02:30[America/New_York]":    "2024-03-10T03:30:00-04:00[America/New_York]",
		"2024-10-06T02:15[Australia/Lord_Howe]": "2024-10-06T02:45:00+11:00[Australia/Lord_Howe]", // by half an hour
		"2011-12-30T12:00[Pacific/Apia]":        "2011-12-31T12:00:00+14:00[Pacific/Apia]",        // by a day
		"2024-10-27T01:30[Europe/London]":       "2024-10-27T01:30:00+01:00[Europe/London]",       // shown twice: the first
		"2024-10-27T02:30[Europe/Berlin]":       "2024-10-27T02:30:00+02:00[Europe/Berlin]",
		"2024-11-03T01:30[America/New_York]":    "2024-11-03T01:30:00-04:00[America/New_York]",
		"2024-04-07T02:30[Australia/Sydney]":    "2024-04-07T02:30:00+11:00[Australia/Sydney]",
		"2024-04-07T01:45[Australia/Lord_Howe]": "2024-04-07T01:45:00+11:00[Australia/Lord_Howe]",
		"2024-10-27T01:30Z[Europe/London]":      "2024-10-27T01:30:00Z[Europe/London]", // the second, as it says
		"2024-12-31T12:59[Africa/Cairo]":        "2024-12-31T12:59:00+02:00[Africa/Cairo]",
		"1847-11-30T00:00[Europe/London]":       "1847-11-30T00:00:00-00:01:15[Europe/London]",
	} {
		if got := Format(read(t, graph.KindDateTime, text)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// A clock that a zone shows gives an instant at which it shows that; one that it
// does not show gives one that is as much later as the clocks went forward.
func TestEveryClockGivesAnInstant(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := rand.New(rand.NewPCG(seed, 1))
	for _, name := range []string{"Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Africa/Casablanca", "Pacific/Apia", "Asia/Tehran", "Antarctica/Troll", "America/Sao_Paulo"} {
		loc, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 2000 {
			at := time.Date(1900+src.IntN(250), time.Month(1+src.IntN(12)), 1+src.IntN(31), src.IntN(24), src.IntN(60), 0, 0, loc)
			if src.IntN(2) == 0 { // near a change
				if _, end := at.ZoneBounds(); !end.IsZero() {
					at = end.Add(time.Duration(src.IntN(240)-120) * time.Minute)
				}
			}
			shown := at.Unix() + secondsEast(at)
			v := Zoned(shown, 0, loc, true)
			if again := v.EpochSeconds() + int64(v.Zone().Offset); again != shown || v.EpochSeconds() > at.Unix() {
				t.Fatalf("%s: %v is shown at %d, which gives %s at %d", name, at, at.Unix(), Format(v), v.EpochSeconds())
			}
			if v.EpochSeconds() != at.Unix() { // the first of two, so the second is kept when it is preferred
				if got := shown - offsetOf(shown, loc, secondsEast(at)); got != at.Unix() {
					t.Fatalf("%s: %v becomes %d with its own offset", name, at, got)
				}
			}
			missed := shown + int64(src.IntN(7200)-3600)
			w := Zoned(missed, 0, loc, true)
			if moved := w.EpochSeconds() + int64(w.Zone().Offset) - missed; moved < 0 || moved > 24*3600 {
				t.Fatalf("%s: a clock that is left out is moved by %d s", name, moved)
			}
		}
	}
}
