// Package routing holds the pure decisions of where requests go: bookmarks and
// the routing table that drivers get. No goroutine, no clock, no I/O.
package routing
