package node

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Config is everything one server needs to know to start. The zero value,
// completed by withDefaults, is a single durable server on this machine's
// loopback with its data in ./data.
type Config struct {
	Name    string // in SHOW SERVERS; "" means the server's generated id
	DataDir string // owned by this server alone; default "data"

	Bolt    Address // Bolt over TCP and WebSocket; default port 7687
	HTTP    Address // console, health and metrics; default port 7474
	Cluster Address // QUIC between servers (UDP); default port 6000

	Region string // where the server stands; "" is a region of its own
	Zone   string
	Tags   []string // server tags of SHOW SERVERS

	// ModeConstraint limits which copies the server may hold: NONE (default),
	// PRIMARY or SECONDARY.
	ModeConstraint string

	// Seeds are cluster addresses (host:port) of servers to find the cluster by;
	// none means that this server is a cluster of its own.
	Seeds []string
	// FoundingPrimaries is how many servers must see each other before they found
	// a cluster; default 3, 1 without seeds.
	FoundingPrimaries int
	// DefaultPrimaries and DefaultSecondaries are the topology of the default
	// database, created once, with these counts as maxima; default 1 and 0.
	DefaultPrimaries, DefaultSecondaries int
	DefaultDatabase                      string // default "neo4j"
	AutoEnable                           bool   // enable servers that join after founding

	// User and Password are those of the first user, set only while the system
	// database has no user; default neo4j/neo4j, to be changed at first login.
	User, Password string
	NoAuth         bool // accept every login
	OpenStatus     bool // answer load balancers' questions about a copy without a login

	// OpenMetrics has GET /metrics answered without a login, at MetricsListen
	// (default localhost:2004). The HTTP port answers it to users.
	OpenMetrics   bool
	MetricsListen string

	Secret   string      // the cluster's shared secret, from which its certificates are derived
	TLS      TLSFiles    // for Bolt; none means plain
	Identity TLSFiles    // for the cluster port instead of Secret: certificate, key and CA
	Emulate  []PeerDelay // round trips added on purpose, for demonstrations and tests
	Memory   MemoryLimits
	Disk     DiskLimits

	ParallelWorkers    int            // that work on heavy reads, all together, each read's own among them; default one fewer than there are processors
	TransactionTimeout time.Duration  // 0 means none
	BookmarkTimeout    time.Duration  // default 30 s
	LockTimeout        time.Duration  // default 0: wait as long as the transaction may run
	ImportDir          string         // the only folder LOAD CSV reads; "" turns it off
	AllowedHosts       []string       // host names the HTTP port answers to; none: its own; "*": all
	BlockedNets        []netip.Prefix // networks that LOAD CSV does not fetch from

	Settings []Setting // everything as given, for SHOW SETTINGS
	Logger   *slog.Logger
}

// Address is where a server listens and what it tells others to dial.
type Address struct{ Listen, Advertised string }

// TLSFiles are PEM files; all empty means none.
type TLSFiles struct{ Certificate, Key, CA string }

// PeerDelay adds RTT to the round trip with the server whose cluster address is Addr.
type PeerDelay struct {
	Addr string
	RTT  time.Duration
}

// MemoryLimits bound what queries may hold, in bytes; 0 means no limit for
// Transaction, a share of Heap or else of the machine for Total, and spillDefault
// for Spill, which is for temporary files.
type MemoryLimits struct{ Transaction, Total, Heap, PageCache, Spill int64 }

// DiskLimits say, in bytes, below how much free space writes are refused
// (default 128 MiB), and how much is kept in reserve for what is under way then
// (default 32 MiB).
type DiskLimits struct{ Low, Reserve int64 }

// Setting is one configured setting, as SHOW SETTINGS lists it.
type Setting struct {
	Name, Value, Default, Description string
	Explicit                          bool
}

func (c Config) withDefaults() Config {
	if c.DataDir == "" {
		c.DataDir = "data"
	}
	c.Bolt = c.Bolt.withDefaults("7687")
	c.HTTP = c.HTTP.withDefaults("7474")
	c.Cluster = c.Cluster.withDefaults("6000")
	if c.ModeConstraint == "" {
		c.ModeConstraint = "NONE"
	}
	if c.FoundingPrimaries == 0 {
		c.FoundingPrimaries = 3
		if len(c.Seeds) == 0 {
			c.FoundingPrimaries = 1
		}
	}
	if c.DefaultPrimaries == 0 {
		c.DefaultPrimaries = 1
	}
	if c.DefaultDatabase == "" {
		c.DefaultDatabase = "neo4j"
	}
	if c.User == "" {
		c.User, c.Password = "neo4j", "neo4j"
	}
	if c.MetricsListen == "" {
		c.MetricsListen = "localhost:2004"
	}
	if c.BookmarkTimeout == 0 {
		c.BookmarkTimeout = 30 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (a Address) withDefaults(port string) Address {
	if a.Listen == "" {
		a.Listen = "localhost:" + port
	}
	if strings.HasPrefix(a.Listen, ":") {
		a.Listen = "0.0.0.0" + a.Listen
	}
	if !strings.Contains(a.Listen, ":") {
		a.Listen += ":" + port
	}
	host, listenPort, err := net.SplitHostPort(a.Listen)
	if err != nil {
		return a
	}
	if a.Advertised == "" {
		if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
			host = "localhost"
		}
		a.Advertised = net.JoinHostPort(host, listenPort)
	}
	if strings.HasPrefix(a.Advertised, ":") {
		a.Advertised = "localhost" + a.Advertised
	}
	if !strings.Contains(a.Advertised, ":") {
		a.Advertised = net.JoinHostPort(a.Advertised, listenPort)
	}
	return a
}

// Validate gives an error that names every wrong setting.
func (c Config) Validate() error {
	var errs []error
	for _, a := range []struct {
		name string
		addr Address
	}{{"server.bolt", c.Bolt}, {"server.http", c.HTTP}, {"server.cluster", c.Cluster}} {
		for _, s := range []string{a.addr.Listen, a.addr.Advertised} {
			host, port, err := net.SplitHostPort(s)
			if err != nil || host == "" {
				errs = append(errs, fmt.Errorf("%s address %q: want host:port", a.name, s))
				continue
			}
			if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
				errs = append(errs, fmt.Errorf("%s address %q: the port must lie in 0..65535", a.name, s))
			}
		}
	}
	if host, _, err := net.SplitHostPort(c.MetricsListen); c.OpenMetrics && (err != nil || host == "") {
		errs = append(errs, fmt.Errorf("server.metrics.prometheus.endpoint %q: want host:port", c.MetricsListen))
	}
	switch c.ModeConstraint {
	case "NONE", "PRIMARY", "SECONDARY":
	default:
		errs = append(errs, fmt.Errorf("mode constraint %q: want NONE, PRIMARY or SECONDARY", c.ModeConstraint))
	}
	if c.DefaultPrimaries < 1 || c.DefaultPrimaries > 11 {
		errs = append(errs, fmt.Errorf("default primaries count %d: want 1 to 11", c.DefaultPrimaries))
	}
	if c.DefaultSecondaries < 0 || c.DefaultSecondaries > 20 {
		errs = append(errs, fmt.Errorf("default secondaries count %d: want 0 to 20", c.DefaultSecondaries))
	}
	if !c.NoAuth && len(c.Password) < 8 && c.Password != "neo4j" {
		errs = append(errs, errors.New("the initial password must have at least 8 characters"))
	}
	for _, t := range c.Tags {
		if strings.Contains(t, ",") || t == "" {
			errs = append(errs, fmt.Errorf("server tag %q: a tag is not empty and holds no comma", t))
		}
	}
	if (c.TLS.Certificate == "") != (c.TLS.Key == "") {
		errs = append(errs, errors.New("bolt TLS needs both a certificate and a key"))
	}
	if id := c.Identity; id != (TLSFiles{}) && (id.Certificate == "" || id.Key == "" || id.CA == "") {
		errs = append(errs, errors.New("the certificate of the cluster port needs all three files: certificate, key and CA"))
	}
	return errors.Join(errs...)
}
