package demo

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// Layout is the shape of the cluster: regions, the round trips between them,
// and the first port of each door.
type Layout struct {
	Regions               []string
	RTT                   []time.Duration // upper triangle, row by row: 0-1, 0-2, …, 1-2, …
	Bolt, HTTP, Cluster   int             // first ports
	DataDir, Secret, Auth string
	LogLevel              string // of the servers, "" for their default
}

// Server is one server of the layout.
type Server struct {
	Name, Region, Mode  string // Mode is PRIMARY or SECONDARY
	Bolt, HTTP, Cluster string // addresses
}

// Servers lists the servers: the primary, then the secondary of each region.
func (l Layout) Servers() []Server {
	var out []Server
	for _, region := range l.Regions {
		for i, mode := range []string{"PRIMARY", "SECONDARY"} {
			n := len(out)
			out = append(out, Server{
				Name: fmt.Sprintf("%s-%d", region, i+1), Region: region, Mode: mode,
				Bolt: local(l.Bolt + n), HTTP: local(l.HTTP + n), Cluster: local(l.Cluster + n),
			})
		}
	}
	return out
}

// Between gives the emulated round trip between two regions.
func (l Layout) Between(a, b string) time.Duration {
	i, j := l.place(a), l.place(b)
	if i == j {
		return 0
	}
	if i > j {
		i, j = j, i
	}
	k := 0
	for row := range i {
		k += len(l.Regions) - 1 - row
	}
	return l.RTT[k+j-i-1]
}

func (l Layout) place(region string) int {
	for i, r := range l.Regions {
		if r == region {
			return i
		}
	}
	return 0
}

// args gives the command line of one server.
func (l Layout) args(s Server) []string {
	var seeds, delays []string
	for _, other := range l.Servers() {
		if other.Mode == "PRIMARY" {
			seeds = append(seeds, other.Cluster)
		}
		if rtt := l.Between(s.Region, other.Region); rtt > 0 {
			delays = append(delays, other.Cluster+"="+rtt.String())
		}
	}
	founders := min(3, len(l.Regions))
	args := []string{
		"server", "--data", l.DataDir + "/" + s.Name,
		"--set", "server.name=" + s.Name,
		"--set", "server.region=" + s.Region,
		"--set", "initial.server.mode_constraint=" + s.Mode,
		"--set", "server.bolt.listen_address=" + s.Bolt,
		"--set", "server.http.listen_address=" + s.HTTP,
		"--set", "server.cluster.listen_address=" + s.Cluster,
		"--set", "dbms.cluster.endpoints=" + strings.Join(seeds, ","),
		"--set", "dbms.cluster.minimum_initial_system_primaries_count=" + strconv.Itoa(founders),
		"--set", "initial.dbms.default_primaries_count=" + strconv.Itoa(len(l.Regions)),
		"--set", "initial.dbms.default_secondaries_count=" + strconv.Itoa(len(l.Regions)),
		"--set", "initial.dbms.automatically_enable_free_servers=true",
		"--set", "server.cluster.emulated_round_trips=" + strings.Join(delays, ","),
	}
	if l.LogLevel != "" {
		args = append(args, "--log-level", l.LogLevel)
	}
	return args
}

func local(port int) string { return net.JoinHostPort("localhost", strconv.Itoa(port)) }

// parseRTT reads "40,80,120" or "40ms,…" into the upper triangle of n regions;
// a short list repeats its last value.
func parseRTT(s string, n int) ([]time.Duration, error) {
	var out []time.Duration
	for _, part := range strings.Split(s, ",") {
		part = strings.TrimSpace(part)
		d, err := time.ParseDuration(part)
		if ms, numErr := strconv.Atoi(part); numErr == nil {
			d, err = time.Duration(ms)*time.Millisecond, nil
		}
		if err != nil || d < 0 || d > 10*time.Second {
			return nil, fmt.Errorf("round trip %q: want milliseconds, such as 40", part)
		}
		out = append(out, d)
	}
	pairs := n * (n - 1) / 2
	if len(out) > max(pairs, 1) {
		return nil, fmt.Errorf("%d round trips for %d regions: there are %d pairs", len(out), n, pairs)
	}
	for len(out) < pairs {
		out = append(out, out[len(out)-1])
	}
	return out, nil
}
