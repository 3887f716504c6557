// Package difftest plays random statements on random graphs at a real Neo4j and
// at the engine, and tells where the two answer differently.
//
// A round makes a small graph from a seed (graph.go), loads it on both sides,
// plays reads on it side by side and then statements that write, each followed
// by a comparison of the whole graph. Statements are made with types
// (expression.go and the files beside it), so that most are legal, cannot fail
// at some row only, and have one right answer: what is not determined, such as
// the order of collect() or which of two shortest paths is found, is either
// never looked at or marked in the Statement (Bags, Loose, Keys), and compare.go
// compares as much as is determined. A share is wrong on purpose (wrong.go):
// with one mistake, or as the text of a legal statement with words lost.
//
// Differences that are known and meant are listed with their reasons in
// rules.go; every other one is a Difference, made small by shrink.go and put
// into a group by what remains of it.
//
// Both sides are cases.Database values: the engine in process, or any server
// over Bolt. Play runs a few goroutines over the reads of a round, which share
// nothing but the two databases; all else happens in the caller's goroutine.
package difftest
