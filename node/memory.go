package node

import (
	"bufio"
	"io"
	"math"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/internal/gcpace"
)

// Shares of the memory that the process may use. What lies between is for the
// graph, the store's caches, messages, and garbage.
const (
	queryShare  = 0.5      // that transactions may keep together when no limit is set
	heapShare   = 0.65     // that all objects may take before transactions are refused more
	limitShare  = 0.8      // that Go's collector holds the process to
	paceShare   = 1. / 64  // that a busy server may leave as garbage beside what lives
	bufferShare = 1. / 128 // of each busy database's store
	heapOfJava  = 0.7      // of server.memory.heap.max_size, as Neo4j shares it out
)

// limitMemory sets what transactions may keep, and makes Go's collector keep the
// process within the memory there is.
func (n *Node) limitMemory() {
	available := float64(availableMemory())
	switch cfg := n.cfg.Memory; {
	case cfg.Total > 0:
		n.memory.Limit = cfg.Total
	case cfg.Heap > 0:
		n.memory.Limit = int64(heapOfJava * float64(cfg.Heap))
	default:
		n.memory.Limit = int64(queryShare * available)
	}
	n.memory.Heap = int64(heapShare * available)
	if available > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(limitShare * available))
	}
}

// paceMost is the most garbage that is granted beside the live heap of a busy server.
const paceMost = 512 << 20

// openPace lets the collector run less often under heavy traffic.
func (n *Node) openPace() (func(), error) {
	return gcpace.Start(min(int64(paceShare*float64(availableMemory())), paceMost)).End, nil
}

// storeBuffer gives the bytes that the store of a busy database may gather before it
// writes them out: a load is held up by rewriting what it has written, a small machine
// by the memory. Up to four such buffers wait, which must find room in the reserve of a
// disk that is full.
func (n *Node) storeBuffer() int64 {
	return min(int64(bufferShare*float64(availableMemory())), n.room.Reserve()/4)
}

// spillDefault is how many bytes temporary files may take when no limit is set.
const spillDefault = 10 << 30

// openDisk makes the folder of temporary files, and clears it.
func (n *Node) openDisk() (func(), error) {
	n.disk.Dir, n.disk.Max = n.path("temporary"), n.cfg.Memory.Spill
	if n.disk.Max == 0 {
		n.disk.Max = spillDefault
	}
	return nil, n.disk.Clear()
}

// availableMemory gives the bytes this process may use: of the machine, of its
// control groups, or as GOMEMLIMIT says, whichever is least; 0 when not known.
func availableMemory() int64 {
	least := int64(math.MaxInt64)
	take := func(n int64, err error) {
		if err == nil && n > 0 {
			least = min(least, n)
		}
	}
	if f, err := os.Open("/proc/meminfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "MemTotal:" {
				kib, err := strconv.ParseInt(fields[1], 10, 64)
				take(kib<<10, err)
			}
		}
	}
	files := []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}
	if f, err := os.Open("/proc/self/cgroup"); err == nil {
		defer f.Close()
		files = append(files, groupFiles(f)...)
	}
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil {
			take(strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64))
		}
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		take(debug.SetMemoryLimit(-1), nil)
	}
	if least == math.MaxInt64 {
		return 0
	}
	return least
}

// groupFiles gives the files that hold the limits of the control groups named in
// a /proc/self/cgroup, and of those they lie in; of version 1 and 2.
func groupFiles(list io.Reader) (out []string) {
	for lines := bufio.NewScanner(list); lines.Scan(); {
		fields := strings.SplitN(lines.Text(), ":", 3)
		if len(fields) != 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		switch fields[1] {
		case "":
		case "memory":
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for at := path.Clean("/" + fields[2]); at != "/"; at = path.Dir(at) {
			out = append(out, path.Join(root, at, file))
		}
	}
	return out
}

// sendingAsked is the size from which on a row must find room to be sent.
const sendingAsked = 1 << 20

// sending asks for the room that large rows take on their way to the client: a
// message is made whole.
func (t *tx) sending(emit func([]graph.Value) error) func([]graph.Value) error {
	return func(row []graph.Value) error {
		if n := exec.SizeOf(row); n > sendingAsked {
			if err := t.memory.Room(2 * n); err != nil {
				return err
			}
		}
		return emit(row)
	}
}

// helpers gives how many goroutines may help statements, beside the statements' own.
func helpers(workers int) int {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0) - 1
	}
	return max(workers-1, 0)
}
