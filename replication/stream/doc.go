// Package stream feeds secondaries: a Sender at a primary reads committed
// entries from the log, awake at the moment of commit, and ships them on one
// connection; a Receiver applies them to its own state machine. A subscriber
// says which position it holds; when the log no longer has what follows, it gets
// a checkpoint first.
//
// Frames (docs/format/stream.md): length(4) crc32(4) kind(1) body. Goroutines: one
// per Serve, plus one that reads the subscriber's acknowledgements; one per
// Receiver.Run. It must not import raft or graphstore.
package stream
