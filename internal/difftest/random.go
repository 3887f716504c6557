package difftest

import "math/rand/v2"

// random is a source of choices.
type random struct{ *rand.Rand }

func newRandom(seed, stream uint64) random { return random{rand.New(rand.NewPCG(seed, stream))} }

// chance is true in n of 100 cases.
func (r random) chance(n int) bool { return r.IntN(100) < n }

// between gives a number of [low, high].
func (r random) between(low, high int) int { return low + r.IntN(high-low+1) }

// one gives one of choices.
func one[T any](r random, choices ...T) T { return choices[r.IntN(len(choices))] }

// some gives each of choices with a chance of n in 100.
func some[T any](r random, n int, choices []T) []T {
	var out []T
	for _, c := range choices {
		if r.chance(n) {
			out = append(out, c)
		}
	}
	return out
}
