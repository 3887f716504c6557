// Package room keeps a server alive when its disk fills up.
//
// A Watch looks at the free space of the volume that holds the server's data,
// and keeps a reserve file there. While less than Config.Low is free, Err says
// so: the owners of logs refuse what would make them grow, and writes of clients
// end with an error that is certain. What is under way then (a flush, a vote, an
// entry that a quorum has) still finds room; should another program take the
// rest, the first write that meets ENOSPC gives the reserve back to the volume
// and is tried again. The reserve is laid again once there is room enough.
//
// Run is the only goroutine, that of its caller. Watch.mu guards the reserve file;
// Err reads an atomic. The package stands below the stores: it sees files and
// bytes, not what is in them.
package room
