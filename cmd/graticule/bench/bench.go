package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/spf13/cobra"

	"graticule/internal/social"
)

// options are the flags of the command.
type options struct {
	uri, user, password, database string
	rival, rivalUser, rivalPass   string
	clients, pairs                int
	duration                      time.Duration
	size                          string
	json                          bool
	readers                       []string
	client                        string // raw or driver
	rounds                        int
	warm                          time.Duration
	pids, rivalPIDs               []string
	file                          string // templates
}

// target is one of the systems under test.
type target struct {
	name     string
	uri      string
	user     string
	password string // "" for no login
	pids     []string
	driver   neo4j.DriverWithContext
	database string
}

// Result is what one workload measured on one target.
type Result struct {
	Workload string             `json:"workload"`
	Query    string             `json:"query,omitempty"` // of a template
	Target   string             `json:"target"`
	Clients  int                `json:"clients"`
	Count    int                `json:"count"`
	Rate     float64            `json:"per_second"`
	P50      float64            `json:"p50_ms"`
	P90      float64            `json:"p90_ms"`
	P99      float64            `json:"p99_ms"`
	Rounds   []float64          `json:"rounds,omitempty"` // the rates Rate is the median of
	Extra    map[string]float64 `json:"extra,omitempty"`
}

// workload measures one thing: statements from many clients on all targets in
// turn, whatever run does on one target, or together on all.
type workload struct {
	name, what string
	load       *load
	run        func(ctx context.Context, o *options, t *target) ([]Result, error)
	together   func(ctx context.Context, o *options, targets []*target) ([][]Result, error)
}

var workloads = []workload{
	{name: "reads", what: "point reads by an indexed property", load: &pointReads},
	{name: "writes", what: "durable creation of single nodes, auto-commit", load: &nodeWrites},
	{name: "counter", what: "all clients increment one property of one node; the sum must be exact", run: counter},
	{name: "bookmarks", what: "a write, then a read of it on any replica; stale reads are counted", run: bookmarks},
	{name: "latency", what: "an auto-commit write, a transaction of five statements, and a read, one at a time", run: latency},
	{name: "templates", what: "the query templates of mgbench on a synthetic social network", together: templates},
}

// Command gives the bench command.
func Command() *cobra.Command {
	o := &options{}
	var names []string
	for _, w := range workloads {
		names = append(names, fmt.Sprintf("  %-10s %s", w.name, w.what))
	}
	c := &cobra.Command{
		Use:   "bench [workload…]",
		Short: "Measure throughput and latency over Bolt, beside a rival",
		Long:  "Runs workloads against a server, and in the same run against --compare:\n" + strings.Join(names, "\n"),
		Args:  cobra.OnlyValidArgs,
		ValidArgs: func() (out []string) {
			for _, w := range workloads {
				out = append(out, w.name)
			}
			return
		}(),
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, args []string) error { return run(c.Context(), c.OutOrStdout(), o, args) },
		SilenceErrors: true,
	}
	f := c.Flags()
	f.StringVarP(&o.uri, "uri", "a", "neo4j://localhost:7687", "server to measure")
	f.StringVarP(&o.user, "user", "u", "neo4j", "user")
	f.StringVarP(&o.password, "password", "p", "password123", "password; empty for no login")
	f.StringVarP(&o.database, "database", "d", "neo4j", "database")
	f.StringVar(&o.rival, "compare", "", "a rival to measure in the same run, such as bolt://localhost:17687")
	f.StringVar(&o.rivalUser, "compare-user", "neo4j", "user at the rival")
	f.StringVar(&o.rivalPass, "compare-password", "", "password at the rival; empty for no login")
	f.IntVarP(&o.clients, "clients", "c", 12, "concurrent clients")
	f.IntVar(&o.pairs, "pairs", 5000, "pairs of the bookmarks workload")
	f.DurationVar(&o.duration, "duration", 5*time.Second, "of each measurement")
	f.StringVar(&o.size, "size", "small", "of the social network: small or medium")
	f.StringVar(&o.file, "templates", "", "file of query templates, each ended by ';' at the end of a line, which take the place of mgbench's; $id and $to are users")
	f.StringVar(&o.client, "client", "raw", "of reads and writes: raw, which costs little and the same for every server, or driver")
	f.IntVar(&o.rounds, "rounds", 5, "of reads and writes, the order of the servers alternating; the median counts")
	f.DurationVar(&o.warm, "warm", 30*time.Second, "longest warm-up of reads and writes, which ends when the rate has settled")
	f.StringSliceVar(&o.pids, "pid", nil, "processes of the server, when it is on this machine: reads and writes then tell its processor time a request")
	f.StringSliceVar(&o.rivalPIDs, "compare-pid", nil, "processes of the rival")
	f.BoolVar(&o.json, "json", false, "one JSON object a line")
	f.StringSliceVar(&o.readers, "reader", nil, "bolt:// addresses that the bookmarks workload reads from; default: as the driver routes")
	return c
}

func run(ctx context.Context, out io.Writer, o *options, args []string) error {
	if o.client != "raw" && o.client != "driver" {
		return fmt.Errorf("--client is raw or driver, not %q", o.client)
	}
	targets := []*target{}
	open := func(name, uri, user, password string, pids []string) error {
		auth := neo4j.NoAuth()
		if password != "" {
			auth = neo4j.BasicAuth(user, password, "")
		}
		d, err := neo4j.NewDriverWithContext(uri, auth, func(c *neo4j.Config) { c.MaxConnectionPoolSize = 1000 })
		if err != nil {
			return err
		}
		if err := d.VerifyConnectivity(ctx); err != nil {
			return fmt.Errorf("%s: %w", uri, err)
		}
		targets = append(targets, &target{name: name, uri: uri, user: user, password: password, pids: pids, driver: d, database: o.database})
		return nil
	}
	if err := open("graticule", o.uri, o.user, o.password, o.pids); err != nil {
		return err
	}
	if o.rival != "" {
		if err := open("rival", o.rival, o.rivalUser, o.rivalPass, o.rivalPIDs); err != nil {
			return err
		}
	}
	defer func() {
		for _, t := range targets {
			t.driver.Close(ctx)
		}
	}()
	for _, w := range workloads {
		if len(args) > 0 && !slices.Contains(args, w.name) {
			continue
		}
		var results [][]Result
		if w.load != nil {
			var err error
			if results, err = o.sideBySide(ctx, targets, w.load); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
		}
		if w.together != nil {
			var err error
			if results, err = w.together(ctx, o, targets); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
		}
		for _, t := range targets {
			if w.run == nil {
				break
			}
			r, err := w.run(ctx, o, t)
			if err != nil {
				return fmt.Errorf("%s at %s: %w", w.name, t.name, err)
			}
			results = append(results, r)
		}
		report(out, o, results)
	}
	return nil
}

// report prints the results of one workload, with the ratio to the rival.
func report(out io.Writer, o *options, results [][]Result) {
	for i := range results[0] {
		for k := range results {
			r := results[k][i]
			if o.json {
				b, _ := json.Marshal(r)
				fmt.Fprintln(out, string(b))
				continue
			}
			fmt.Fprintf(out, "%-28s %-10s %4d clients %10.0f/s  p50 %8.3f  p90 %8.3f  p99 %8.3f ms", r.Workload, r.Target, r.Clients, r.Rate, r.P50, r.P90, r.P99)
			if k > 0 {
				fmt.Fprintf(out, "  rate x%.2f, p50 x%.2f", results[0][i].Rate/r.Rate, results[0][i].P50/r.P50)
			}
			for name, v := range r.Extra {
				fmt.Fprintf(out, "  %s %g", name, v)
			}
			fmt.Fprintln(out)
		}
	}
}

// execute runs one auto-commit statement and drains it.
func (t *target) execute(ctx context.Context, s neo4j.SessionWithContext, query string, params map[string]any) ([]*neo4j.Record, error) {
	r, err := s.Run(ctx, query, params)
	if err != nil {
		return nil, err
	}
	return r.Collect(ctx)
}

func (t *target) session(ctx context.Context, read bool) neo4j.SessionWithContext {
	mode := neo4j.AccessModeWrite
	if read {
		mode = neo4j.AccessModeRead
	}
	return t.driver.NewSession(ctx, neo4j.SessionConfig{DatabaseName: t.database, AccessMode: mode})
}

const points = 100_000 // nodes of the reads workload

// prepare makes the points once.
func (t *target) prepare(ctx context.Context) error {
	s := t.session(ctx, false)
	defer s.Close(ctx)
	rows, err := t.execute(ctx, s, "MATCH (n:BenchPoint) RETURN count(*) AS c", nil)
	if err != nil {
		return err
	}
	if rows[0].Values[0].(int64) == points {
		return nil
	}
	for _, q := range []string{"CREATE INDEX bench_point IF NOT EXISTS FOR (n:BenchPoint) ON (n.id)", "UNWIND range(0, " + fmt.Sprint(points-1) + ") AS i CREATE (:BenchPoint {id: i, value: i * 2})", "CALL db.awaitIndexes(300)", "CALL db.resampleOutdatedIndexes()"} {
		if _, err := t.execute(ctx, s, q, nil); err != nil {
			return err
		}
	}
	return nil
}

func summary(name string, t *target, clients int, times []time.Duration, took time.Duration) Result {
	slices.Sort(times)
	at := func(q float64) float64 {
		if len(times) == 0 {
			return 0
		}
		return float64(times[int(q*float64(len(times)-1))].Microseconds()) / 1000
	}
	return Result{Workload: name, Target: t.name, Clients: clients, Count: len(times), Rate: float64(len(times)) / took.Seconds(), P50: at(0.5), P90: at(0.9), P99: at(0.99)}
}

// networkOf gives the social network of the size asked for.
func (o *options) networkOf() (social.Network, error) {
	switch o.size {
	case "small":
		return social.Small, nil
	case "medium":
		return social.Medium, nil
	}
	return social.Network{}, fmt.Errorf("--size is small or medium, not %q", o.size)
}
