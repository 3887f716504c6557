// Package waiter lets goroutines wait until a monotonic index is reached:
// bookmarks wait for the applied index, senders wait for the committed one.
// There is no polling: Advance wakes exactly those whose index was reached.
// One mutex guards everything; no method calls out while holding it.
package waiter
