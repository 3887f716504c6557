package node

import (
	"bufio"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// queryShare is the share of the machine's memory that statements may keep
// together when no limit is set.
const queryShare = 0.5

// availableMemory gives the bytes this process may use: of the machine, of its
// control group, or as GOMEMLIMIT says, whichever is least; 0 when not known.
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
	for _, name := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := os.ReadFile(name); err == nil {
			take(strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64))
		}
	}
	take(debug.SetMemoryLimit(-1), nil)
	if least == math.MaxInt64 {
		return 0
	}
	return least
}
