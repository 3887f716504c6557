// Package golden pins bytes: a test names encodings, and a file in testdata
// holds them, in hexadecimal or after a quote mark as text, so that a change of
// a durable or wire format is seen in review. `go test PACKAGE -run Golden -update` writes
// the file anew; the pages in docs/format say what the bytes mean.
//
// For tests only: importing it adds the flag -update.
package golden
