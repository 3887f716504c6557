// Package gcpace lets Go's garbage collector run less often in a busy process
// with a small heap.
//
// By itself Go collects when the heap has doubled since the last cycle. A server
// whose live heap is small but whose requests leave garbage behind is then
// collected many times a second, which takes processor time and, worse, holds
// requests up. A Pacer watches the cycles: while they follow each other fast it
// grants more garbage beside what lives, up to a fixed number of bytes, and takes
// it back when they do not. The memory limit of the process (GOMEMLIMIT) holds
// as before, and an idle process is as small as without a Pacer.
package gcpace
