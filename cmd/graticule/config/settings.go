package config

import (
	"fmt"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"time"

	"graticule/node"
)

// A setting is one name an operator may set.
type setting struct {
	name, initial, description string
	apply                      func(*node.Config, string) error
}

// settings lists every setting by its Neo4j name where Neo4j has one.
func settings() []setting {
	return []setting{
		{"server.name", "", "Name of this server in SHOW SERVERS.", text(func(c *node.Config) *string { return &c.Name })},
		{"server.directories.data", "data", "Folder of this server's data.", text(func(c *node.Config) *string { return &c.DataDir })},
		{"server.directories.import", "", "The only folder that LOAD CSV reads files from; unset turns file URLs off.", text(func(c *node.Config) *string { return &c.ImportDir })},
		{"internal.dbms.cypher_ip_blocklist", privateNetworks, "Comma-separated networks that LOAD CSV must not fetch from; at first every private one. Empty blocks none.", blockNetworks},
		{"server.default_listen_address", "localhost", "Interface the doors listen on unless they name one.", nil},
		{"server.default_advertised_address", "localhost", "Host name that clients and servers are told unless a door names one.", nil},
		{"server.bolt.listen_address", ":7687", "Where Bolt listens (TCP and WebSocket).", text(func(c *node.Config) *string { return &c.Bolt.Listen })},
		{"server.bolt.advertised_address", ":7687", "Bolt address told to drivers.", text(func(c *node.Config) *string { return &c.Bolt.Advertised })},
		{"server.http.listen_address", ":7474", "Where HTTP listens.", text(func(c *node.Config) *string { return &c.HTTP.Listen })},
		{"server.http.advertised_address", ":7474", "HTTP address told to clients.", text(func(c *node.Config) *string { return &c.HTTP.Advertised })},
		{"server.http.allowed_hosts", "", "Comma-separated host names that HTTP answers to, besides addresses; .name for all below a name, * for any; unset means the server's own names.", list(func(c *node.Config) *[]string { return &c.AllowedHosts })},
		{"server.cluster.listen_address", ":6000", "Where the QUIC endpoint between servers listens (UDP).", text(func(c *node.Config) *string { return &c.Cluster.Listen })},
		{"server.cluster.advertised_address", ":6000", "Cluster address told to other servers.", text(func(c *node.Config) *string { return &c.Cluster.Advertised })},
		{"server.cluster.secret", "", "Shared secret of the cluster; its certificates are derived from it.", text(func(c *node.Config) *string { return &c.Secret })},
		{"server.cluster.system_database_mode", "PRIMARY", "Accepted for compatibility; the founding servers hold the system primaries.", ignore},
		{"server.region", "", "Region this server stands in.", text(func(c *node.Config) *string { return &c.Region })},
		{"server.zone", "", "Zone within the region.", text(func(c *node.Config) *string { return &c.Zone })},
		{"initial.server.tags", "", "Comma-separated tags of this server.", list(func(c *node.Config) *[]string { return &c.Tags })},
		{"initial.server.mode_constraint", "NONE", "NONE, PRIMARY or SECONDARY: which copies the server may hold.", upper(func(c *node.Config) *string { return &c.ModeConstraint })},
		{"initial.dbms.default_primaries_count", "1", "Primaries of the default database.", integer(func(c *node.Config) *int { return &c.DefaultPrimaries })},
		{"initial.dbms.default_secondaries_count", "0", "Secondaries of the default database.", integer(func(c *node.Config) *int { return &c.DefaultSecondaries })},
		{"initial.dbms.default_database", "neo4j", "Name of the default database.", text(func(c *node.Config) *string { return &c.DefaultDatabase })},
		{"initial.dbms.automatically_enable_free_servers", "false", "Enable servers that join the cluster without ENABLE SERVER.", boolean(func(c *node.Config) *bool { return &c.AutoEnable })},
		{"dbms.cluster.endpoints", "", "Comma-separated cluster addresses of servers to find the cluster by.", list(func(c *node.Config) *[]string { return &c.Seeds })},
		{"dbms.cluster.discovery.resolver_type", "LIST", "How endpoints are found; LIST is served.", resolver},
		{"dbms.cluster.minimum_initial_system_primaries_count", "3", "Servers that must see each other before they found a cluster.", integer(func(c *node.Config) *int { return &c.FoundingPrimaries })},
		{"dbms.security.auth_enabled", "true", "Whether clients must log in.", negated(func(c *node.Config) *bool { return &c.NoAuth })},
		{"dbms.security.cluster_status_auth_enabled", "true", "Whether /db/{name}/cluster/… over HTTP asks for a login.", negated(func(c *node.Config) *bool { return &c.OpenStatus })},
		{"server.metrics.prometheus.enabled", "false", "Whether /metrics is served without a login, on a port of its own.", boolean(func(c *node.Config) *bool { return &c.OpenMetrics })},
		{"server.metrics.prometheus.endpoint", "localhost:2004", "Where it is served then.", text(func(c *node.Config) *string { return &c.MetricsListen })},
		{"db.transaction.timeout", "0s", "Longest a transaction may run; 0 means no limit.", duration(func(c *node.Config) *time.Duration { return &c.TransactionTimeout })},
		{"db.transaction.bookmark_ready_timeout", "30s", "Longest a transaction waits for its bookmarks.", duration(func(c *node.Config) *time.Duration { return &c.BookmarkTimeout })},
		{"db.lock.acquisition.timeout", "0s", "Longest a writer waits for another; 0 means as long as it may run.", duration(func(c *node.Config) *time.Duration { return &c.LockTimeout })},
		{"db.memory.transaction.max", "0", "Most memory one transaction may use; 0 means no limit.", size(func(c *node.Config) *int64 { return &c.Memory.Transaction })},
		{"dbms.memory.transaction.total.max", "0", "Most memory all transactions may use together; 0 means a share of the machine.", size(func(c *node.Config) *int64 { return &c.Memory.Total })},
		{"server.memory.heap.max_size", "0", "Of which transactions may use 70 % together when dbms.memory.transaction.total.max is not set; 0 means a share of the machine.", size(func(c *node.Config) *int64 { return &c.Memory.Heap })},
		{"server.cypher.parallel.worker_limit", "-1", "Most goroutines that work on heavy reads, all together; 0 means one for each processor, below 0 so many fewer, 1 that every read has but its own.", workers},
		{"graticule.temporary_files.max", "10g", "Most space that temporary files of queries may take.", size(func(c *node.Config) *int64 { return &c.Memory.Spill })},
		{"server.memory.pagecache.size", "0", "Block cache of the store; 0 means a modest one.", size(func(c *node.Config) *int64 { return &c.Memory.PageCache })},
		{"server.disk.free.min", "128m", "Writes are refused while less than this is free on the volume of the data folder.", size(func(c *node.Config) *int64 { return &c.Disk.Low })},
		{"server.disk.reserve", "32m", "Space kept in a file of the data folder, given back for what is under way when the volume is full.", size(func(c *node.Config) *int64 { return &c.Disk.Reserve })},
		{"server.bolt.tls.certificate", "", "PEM certificate for Bolt; unset means plain.", text(func(c *node.Config) *string { return &c.TLS.Certificate })},
		{"server.bolt.tls.private_key", "", "PEM key for Bolt.", text(func(c *node.Config) *string { return &c.TLS.Key })},
		{"server.cluster.tls.certificate", "", "PEM certificate for the cluster port, instead of one derived from the secret.", text(func(c *node.Config) *string { return &c.Identity.Certificate })},
		{"server.cluster.tls.private_key", "", "PEM key for the cluster port.", text(func(c *node.Config) *string { return &c.Identity.Key })},
		{"server.cluster.tls.ca", "", "PEM authority that signs every server's cluster certificate.", text(func(c *node.Config) *string { return &c.Identity.CA })},
		{"server.cluster.emulated_round_trips", "", "Round trips added on purpose: host:port=40ms, comma-separated.", emulate},
	}
}

// privateNetworks are the networks that are not the public internet (RFC 6890):
// whoever may run a query should not reach through the server what stands there.
const privateNetworks = "0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,192.168.0.0/16,198.18.0.0/15,224.0.0.0/3," +
	"::/127,64:ff9b::/96,64:ff9b:1::/48,fc00::/7,fe80::/10,ff00::/8"

func blockNetworks(c *node.Config, v string) error {
	var out []netip.Prefix
	for _, s := range strings.Split(v, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return fmt.Errorf("%q is not a network such as 10.0.0.0/8", s)
		}
		out = append(out, p.Masked())
	}
	c.BlockedNets = out
	return nil
}

func text(field func(*node.Config) *string) func(*node.Config, string) error {
	return func(c *node.Config, v string) error { *field(c) = v; return nil }
}

func upper(field func(*node.Config) *string) func(*node.Config, string) error {
	return func(c *node.Config, v string) error { *field(c) = strings.ToUpper(v); return nil }
}

func list(field func(*node.Config) *[]string) func(*node.Config, string) error {
	return func(c *node.Config, v string) error {
		var out []string
		for _, s := range strings.Split(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
		*field(c) = out
		return nil
	}
}

func integer(field func(*node.Config) *int) func(*node.Config, string) error {
	return func(c *node.Config, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", v)
		}
		*field(c) = n
		return nil
	}
}

// workers counts from the processors there are when the number is not above 0.
func workers(c *node.Config, v string) error {
	err := integer(func(c *node.Config) *int { return &c.ParallelWorkers })(c, v)
	if err == nil && c.ParallelWorkers <= 0 {
		c.ParallelWorkers = max(runtime.GOMAXPROCS(0)+c.ParallelWorkers, 1)
	}
	return err
}

func boolean(field func(*node.Config) *bool) func(*node.Config, string) error {
	return func(c *node.Config, v string) error {
		b, err := strconv.ParseBool(strings.ToLower(v))
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", v)
		}
		*field(c) = b
		return nil
	}
}

func negated(field func(*node.Config) *bool) func(*node.Config, string) error {
	set := boolean(field)
	return func(c *node.Config, v string) error {
		if err := set(c, v); err != nil {
			return err
		}
		*field(c) = !*field(c)
		return nil
	}
}

func duration(field func(*node.Config) *time.Duration) func(*node.Config, string) error {
	return func(c *node.Config, v string) error {
		d, err := parseDuration(v)
		if err != nil {
			return err
		}
		*field(c) = d
		return nil
	}
}

// parseDuration reads Neo4j's duration settings: a number with ns, μs, ms, s, m, h
// or d, several in a row, or bare seconds.
func parseDuration(v string) (time.Duration, error) {
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	if days, rest, ok := strings.Cut(v, "d"); ok {
		n, err := strconv.ParseInt(days, 10, 32)
		if err != nil {
			return 0, fmt.Errorf("%q is not a duration such as 30s or 2m", v)
		}
		d := time.Duration(n) * 24 * time.Hour
		if rest == "" {
			return d, nil
		}
		more, err := time.ParseDuration(rest)
		return d + more, err
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a duration such as 30s or 2m", v)
	}
	return d, nil
}

func size(field func(*node.Config) *int64) func(*node.Config, string) error {
	return func(c *node.Config, v string) error {
		n, err := parseSize(v)
		if err != nil {
			return err
		}
		*field(c) = n
		return nil
	}
}

// parseSize reads Neo4j's byte settings: a number with an optional k, m, g or t
// (binary multiples), optionally followed by iB or B.
func parseSize(v string) (int64, error) {
	s := strings.ToLower(strings.TrimSpace(v))
	s = strings.TrimSuffix(strings.TrimSuffix(s, "b"), "i")
	shift := 0
	if s != "" {
		if i := strings.IndexByte("kmgt", s[len(s)-1]); i >= 0 {
			shift, s = 10*(i+1), s[:len(s)-1]
		}
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || f < 0 || f*float64(int64(1)<<shift) > 1<<62 {
		return 0, fmt.Errorf("%q is not a size such as 512m or 2g", v)
	}
	return int64(f * float64(int64(1)<<shift)), nil
}

func ignore(*node.Config, string) error { return nil }

func resolver(_ *node.Config, v string) error {
	if !strings.EqualFold(v, "LIST") {
		return fmt.Errorf("%q is not served; use LIST and name the servers in dbms.cluster.endpoints", v)
	}
	return nil
}

func emulate(c *node.Config, v string) error {
	c.Emulate = nil
	for _, part := range strings.Split(v, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		addr, rtt, ok := strings.Cut(part, "=")
		d, err := time.ParseDuration(rtt)
		if !ok || err != nil || d < 0 {
			return fmt.Errorf("%q: want host:port=duration", part)
		}
		c.Emulate = append(c.Emulate, node.PeerDelay{Addr: addr, RTT: d})
	}
	return nil
}
