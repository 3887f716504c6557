package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the unit of the times in /proc: Linux shows programs a hundredth of a
// second whatever the kernel counts in (proc(5), sysconf(_SC_CLK_TCK)).
const tick = 10 * time.Millisecond

// cpuTime gives the processor time that a process of this machine has used, all
// threads together. pid is a number or "self".
func cpuTime(pid string) (time.Duration, error) {
	b, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0, fmt.Errorf("read the processor time of process %s: %w", pid, err)
	}
	_, rest, _ := bytes.Cut(b, []byte(") ")) // the name before may hold anything
	fields := bytes.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("process %s tells its times in an unknown form", pid)
	}
	var sum time.Duration
	for _, f := range fields[11:13] { // utime, stime
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("process %s tells its times in an unknown form: %w", pid, err)
		}
		sum += time.Duration(n) * tick
	}
	return sum, nil
}

// cpuTimes sums the processor time of several processes.
func cpuTimes(pids []string) (sum time.Duration, err error) {
	for _, pid := range pids {
		t, err := cpuTime(pid)
		if err != nil {
			return 0, err
		}
		sum += t
	}
	return sum, nil
}
