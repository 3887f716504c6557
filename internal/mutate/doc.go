// Package mutate feeds decoders with damaged input: seeds whose bytes were
// flipped, cut, doubled, mixed and replaced. It is blind to what is covered, and
// so a thousand times faster than a fuzzer that looks. It starts one goroutine,
// which watches for hangs and ends with Run.
package mutate
