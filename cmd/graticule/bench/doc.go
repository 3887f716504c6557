// Package bench is the command "graticule bench": workloads against any server
// that speaks Bolt, beside a rival in the same run.
//
// Throughput (reads, writes) is measured through internal/boltclient, which costs
// the same for every server, and little: each server is warmed up until its rate
// has settled, then the servers work in turns, in rounds of changing order, and
// the median counts. With --pid the processor time a request is told as well,
// which other work on the machine does not change. Everything else goes through
// the official driver, as an application would.
//
// Goroutines: one for each client, for the time of a measurement.
package bench
