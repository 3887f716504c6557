// Package node is one server as a struct: New with a Config, Run until its
// context ends. Run is a list of steps in start order; shutdown is its reverse.
//
// A node owns: the QUIC endpoint, the gossip directory, the log store, its copy
// of the system database (a voter of its group, or a secondary fed from one), and
// a database for each copy the catalog places here, which the reconciler opens
// and closes. The doors (Bolt, HTTP) reach databases through the node.
//
// Goroutines: the reconciler, the formation of the cluster, the leader's duties,
// and the doors', all in one group that Run waits for. Locks: Node.mu guards the
// map of databases.
package node
