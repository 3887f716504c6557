package graphstore

import "github.com/cockroachdb/pebble/v2/vfs"

// OpenMemory opens an empty database that lives in memory alone: for tests, and
// for statements of the system database, which has no graph.
func OpenMemory() (*Store, error) { return Open(Config{Dir: "memory", FS: vfs.NewMem()}) }
