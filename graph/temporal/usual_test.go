package temporal

import (
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

// What is read in the usual forms, and computed in 64 bits, is the same as in general.
func TestUsualFormsAreReadAsAllOthers(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := rand.New(rand.NewPCG(seed, 1))
	forms := []string{"2024-02-29", "0001-13-31", "12:34:56.123456789", "23:59:60", "12:30:00Z", "12:30:00.5+01:00[Europe/Berlin]", "10:00"}
	dates, times := 0, 0
	for range 200_000 {
		text := []byte(forms[src.IntN(len(forms))])
		for range src.IntN(3) {
			text[src.IntN(len(text))] = "0123456789-:.,+Z[ T"[src.IntN(19)]
		}
		s := string(text[:len(text)-src.IntN(3)])
		if got, ok := usualDate(s); ok {
			dates++
			if want, err := anyDate(s); err != nil || got != want {
				t.Fatalf("date %q: %d, want %d (%v)", s, got, want, err)
			}
		}
		if got, ok := usualTime(s); ok {
			times++
			if want, err := anyTime(s); err != nil || got != want {
				t.Fatalf("time %q: %d, want %d (%v)", s, got, want, err)
			}
		}
		clock, offset, name, ok := zoneParts(s)
		if c, o, n, k := anyZoneParts(s); c != clock || o != offset || n != name || k != ok {
			t.Fatalf("zone of %q: %q %q %q %v, want %q %q %q %v", s, clock, offset, name, ok, c, o, n, k)
		}
	}
	if dates < 1000 || times < 1000 {
		t.Errorf("%d dates and %d times were of the usual form", dates, times)
	}
}

func TestWholeDurationsAreComputedAsAllOthers(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	src := rand.New(rand.NewPCG(seed, 1))
	number := func() int64 { return src.Int64N(wholeMax) >> src.IntN(32) * int64(1-2*src.IntN(2)) }
	for range 20_000 {
		var whole Whole
		parts := Parts{}
		for name := range units {
			if n := number(); src.IntN(3) == 0 && (!whole.Add(name, n) || !parts.Add(name, strconv.FormatInt(n, 10))) {
				t.Fatalf("%d %s was refused", n, name)
			}
		}
		want, err := parts.Duration()
		if got := whole.Duration(); err != nil || got != want {
			t.Fatalf("%v: %v, want %v (%v)", parts, got, want, err)
		}
		by := number()
		got, ok := Times(want, by)
		if !ok {
			continue
		}
		if scaled, err := Scale(want, big.NewRat(by, 1)); err != nil || got != scaled {
			t.Fatalf("%v times %d: %v, want %v (%v)", want, by, got, scaled, err)
		}
	}
}
