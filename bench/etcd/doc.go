// Command etcd measures durable puts of three embedded etcd members on this
// machine's loopback: the limit that "graticule bench writes" on three primaries
// is compared with. It is a module of its own, so that the product does not
// depend on etcd.
//
//	cd bench/etcd && go run . [-processes] [-duration 5s] [-clients 1,64,256]
//
// Data flow: start runs the members in this process, or with -processes each in
// one of its own (this program again), with their data in a temporary folder; measure connects each client to one of them in turn and puts
// one key after the other until the time is up. Latencies are of whole puts,
// which etcd answers once a majority has them on disk.
package main
