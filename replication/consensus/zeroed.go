package consensus

import (
	"math"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// zeroedAhead is by how many bytes a file of the write-ahead log is filled with
// zeros before they are needed.
const zeroedAhead = 256 << 10

// walCategory is how Pebble names its write-ahead log.
const walCategory vfs.DiskWriteCategory = "pebble-wal"

// zeroedLogs is a file system on which a sync of the write-ahead log need not
// change a file's size: that would write the file system's own journal as well, and
// take about twice as long. Pebble expects zeros behind the last record, for files
// are also reused and preallocated.
type zeroedLogs struct{ vfs.FS }

// Create makes a file.
func (z zeroedLogs) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := z.FS.Create(name, category)
	if err != nil || category != walCategory {
		return f, err
	}
	return &zeroedFile{File: f}, nil
}

// ReuseForWrite opens a file of the log that is no longer needed as a new one.
func (z zeroedLogs) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := z.FS.ReuseForWrite(oldname, newname, category)
	if err != nil || category != walCategory {
		return f, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &zeroedFile{File: f, size: info.Size()}, nil
}

// zeroedFile is written from its beginning to its end, by one goroutine.
type zeroedFile struct {
	vfs.File
	at   int64 // where the next write goes
	size int64
}

var zeros [zeroedAhead]byte

// Write writes p behind what was written last.
func (f *zeroedFile) Write(p []byte) (int, error) {
	for f.at+int64(len(p)) > f.size {
		if _, err := f.File.WriteAt(zeros[:], f.size); err != nil { // the disk may be full: p may still have room
			f.size = math.MaxInt64
			break
		}
		f.size += zeroedAhead
	}
	n, err := f.File.Write(p)
	f.at += int64(n)
	return n, err
}
