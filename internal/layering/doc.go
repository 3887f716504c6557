// Package layering holds the rules of the source tree and the test that keeps
// them: which package may import which, which library belongs to whom, one
// doc.go per package, no file that wants to be two, a page for each pinned
// format, no dead link in the docs. The floors are those of docs/ARCHITECTURE.md.
package layering
