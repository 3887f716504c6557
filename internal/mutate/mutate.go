package mutate

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// Limits of a run.
const (
	usual   = 20_000           // inputs when MUTATIONS does not say
	sizeMax = 4096             // bytes of an input
	slow    = time.Second      // an input that takes longer, three times, fails
	hang    = 30 * time.Second // one that takes longer ends the process
)

// Run gives as many inputs to once as the environment's MUTATIONS says, made of
// the seeds with the random numbers of MUTATION_SEED, and fails the test when
// one gives an error or takes long. It logs the seed and the count.
func Run(t *testing.T, seeds [][]byte, once func(input []byte) error) {
	t.Helper()
	count, seed := usual, rand.Uint64()
	for name, set := range map[string]func(n uint64){"MUTATIONS": func(n uint64) { count = int(n) }, "MUTATION_SEED": func(n uint64) { seed = n }} {
		if text := os.Getenv(name); text != "" {
			n, err := strconv.ParseUint(text, 10, 63)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			set(n)
		}
	}
	r := rand.New(rand.NewPCG(seed, 2))
	var done atomic.Int64
	var at atomic.Pointer[[]byte]
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for last := int64(-1); ; {
			select {
			case <-stop:
				return
			case <-time.After(hang):
			}
			if n := done.Load(); n != last {
				last = n
				continue
			}
			panic(fmt.Sprintf("seed %d: an input does not end: %q", seed, *at.Load()))
		}
	}()
	began, slowest := time.Now(), time.Duration(0)
	for i := range count {
		input := input(r, seeds)
		at.Store(&input)
		took := time.Duration(1 << 62)
		for range 3 { // others use the machine as well
			before := time.Now()
			if err := once(input); err != nil {
				t.Fatalf("seed %d, input %d, %q: %v", seed, i, input, err)
			}
			if took = min(took, time.Since(before)); took < slow {
				break
			}
		}
		if slowest = max(slowest, took); took > slow {
			t.Errorf("seed %d, input %d, %q took %v", seed, i, input, took)
		}
		done.Add(1)
	}
	t.Logf("%d inputs in %v with seed %d; the slowest took %v", count, time.Since(began).Round(time.Millisecond), seed, slowest)
}

// input makes one input.
func input(r *rand.Rand, seeds [][]byte) []byte {
	any := func() []byte { return seeds[r.IntN(len(seeds))] }
	b := append([]byte(nil), any()...)
	for range 1 + r.IntN(4) {
		if len(b) == 0 {
			b = append(b, byte(r.IntN(256)))
		}
		from := r.IntN(len(b))
		to := min(len(b), from+1+r.IntN(16))
		switch r.IntN(9) {
		case 0:
			b[from] ^= 1 << r.IntN(8)
		case 1:
			b[from] = byte(r.IntN(256))
		case 2:
			b = append(b[:from:from], b[to:]...)
		case 3:
			b = b[:from]
		case 4:
			b = append(append(b[:to:to], b[from:to]...), b[to:]...)
		case 5:
			b = append(append(b[:from:from], any()...), b[from:]...)
		case 6: // a number of extremes where a length may stand
			large := [...]uint32{0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 1 << 20, 0x7FFFFFFF, 0xFFFFFFFF}[r.IntN(10)]
			b = append(append(b[:from:from], binary.BigEndian.AppendUint32(nil, large)[r.IntN(4):]...), b[from:]...)
		case 7:
			other := any()
			if len(other) > 0 {
				b = append(b[:from:from], other[r.IntN(len(other)):]...)
			}
		case 8:
			part := append([]byte(nil), b[from:to]...)
			for range r.IntN(100) {
				b = append(b, part...)
			}
		}
	}
	return b[:min(len(b), sizeMax)]
}
