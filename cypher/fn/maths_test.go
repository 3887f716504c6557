package fn

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// TestRoundNear compares the quick way to round with that by decimal digits.
func TestRoundNear(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	quick := 0
	for range 200_000 {
		precision := int64(r.IntN(11))
		f := (r.Float64() - 0.5) * math.Pow10(r.IntN(16)-3)
		if r.IntN(2) == 0 { // few digits, many halves
			f = math.Round(f*1000) / 1000
		}
		got, ok := roundNear(f, precision)
		if !ok {
			continue
		}
		quick++
		want, err := roundDecimal(f, precision, "HALF_UP")
		if err != nil || want.AsFloat() != got {
			t.Fatalf("round(%v, %d) is %v, want %v (%v)", f, precision, got, want, err)
		}
	}
	if quick < 50_000 {
		t.Errorf("only %d of 200,000 were rounded the quick way", quick)
	}
}
