// Package snapmap is a sorted map with cheap snapshots: a fork costs a few
// words, and shares all pages that neither side has changed since.
//
// A map that has been forked may be read, and forked again, by any number of
// goroutines as long as nobody changes it; a fork belongs to one goroutine
// until it is given away. There are no goroutines of its own.
package snapmap
