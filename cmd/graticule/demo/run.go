package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"
)

// Options are the flags of `graticule demo`.
type Options struct {
	Regions, RTT, DataDir, Password, LogLevel string
	Bolt, HTTP, Cluster                       int
}

const (
	readyTimeout  = 60 * time.Second
	readyInterval = 50 * time.Millisecond // between two questions to a server that is starting
)

var regionName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,29}$`)

// Run starts the cluster, prints its progress to out, and stops it when ctx ends.
func Run(ctx context.Context, o Options, out io.Writer) error {
	layout, err := o.layout()
	if err != nil {
		return err
	}
	control, err := listenControl()
	if err != nil {
		return err
	}
	defer control.Close()
	if err := portsFree(layout); err != nil {
		return err
	}
	remove, err := prepareData(&layout)
	if err != nil {
		return err
	}
	defer remove()
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	c := newChildren(layout, binary)
	defer func() {
		fmt.Fprintln(out, "Stopping…")
		c.stop()
	}()
	began := time.Now()
	fmt.Fprintf(out, "Starting %d servers in %d regions (data in %s)\n", 2*len(layout.Regions), len(layout.Regions), layout.DataDir)
	for _, s := range layout.Servers() {
		if err := c.start(s.Name); err != nil {
			return err
		}
	}
	go serveControl(control, c)
	for _, s := range layout.Servers() {
		if err := awaitReady(ctx, c, s); err != nil {
			return err
		}
		fmt.Fprintf(out, "  %-16s ready after %.1f s\n", s.Name, time.Since(began).Seconds())
	}
	printTable(out, layout, o.Password)
	<-ctx.Done()
	return nil
}

func (o Options) layout() (Layout, error) {
	l := Layout{Regions: splitNames(o.Regions), Bolt: o.Bolt, HTTP: o.HTTP, Cluster: o.Cluster, DataDir: o.DataDir, Auth: "neo4j/" + o.Password, LogLevel: o.LogLevel}
	if len(l.Regions) < 1 || len(l.Regions) > 11 {
		return l, fmt.Errorf("%d regions: want 1 to 11", len(l.Regions))
	}
	seen := map[string]bool{}
	for _, r := range l.Regions {
		if !regionName.MatchString(r) || seen[r] {
			return l, fmt.Errorf("region %q: want distinct names of small letters, digits and dashes", r)
		}
		seen[r] = true
	}
	if len(o.Password) < 8 {
		return l, errors.New("the password must have at least 8 characters")
	}
	var err error
	l.RTT, err = parseRTT(o.RTT, len(l.Regions))
	return l, err
}

// prepareData makes the data folder and the cluster's secret in it; the
// function it gives removes the folder when it was a temporary one.
func prepareData(l *Layout) (remove func(), err error) {
	remove = func() {}
	if l.DataDir == "" {
		if l.DataDir, err = os.MkdirTemp("", "graticule-demo-"); err != nil {
			return remove, fmt.Errorf("make a data folder: %w", err)
		}
		dir := l.DataDir
		remove = func() { _ = os.RemoveAll(dir) }
	} else if err = os.MkdirAll(l.DataDir, 0o700); err != nil {
		return remove, fmt.Errorf("make the data folder: %w", err)
	}
	file := filepath.Join(l.DataDir, "secret")
	if b, err := os.ReadFile(file); err == nil {
		l.Secret = strings.TrimSpace(string(b))
		return remove, nil
	}
	var key [32]byte
	_, _ = rand.Read(key[:])
	l.Secret = hex.EncodeToString(key[:])
	return remove, os.WriteFile(file, []byte(l.Secret+"\n"), 0o600)
}

// portsFree gives an error that names every port another program holds.
func portsFree(l Layout) error {
	var errs []error
	for _, s := range l.Servers() {
		for _, addr := range []string{s.Bolt, s.HTTP} {
			t, err := net.Listen("tcp", addr)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s is in use", addr))
				continue
			}
			t.Close()
		}
		u, err := net.ListenPacket("udp", s.Cluster)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s (UDP) is in use", s.Cluster))
			continue
		}
		u.Close()
	}
	if len(errs) > 0 {
		return fmt.Errorf("choose other ports with --bolt-port, --http-port and --cluster-port: %w", errors.Join(errs...))
	}
	return nil
}

// awaitReady asks a server's /ready until it says yes.
func awaitReady(ctx context.Context, c *children, s Server) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyTimeout, fmt.Errorf("%s was not ready within %v; see %s.log", s.Name, readyTimeout, filepath.Join(c.layout.DataDir, s.Name)))
	defer cancel()
	client := &http.Client{Timeout: time.Second}
	tick := time.NewTicker(readyInterval)
	defer tick.Stop()
	for {
		if resp, err := client.Get("http://" + s.HTTP + "/ready"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-c.exited(s.Name):
			return fmt.Errorf("%s ended while starting; its log:\n%s", s.Name, tail(filepath.Join(c.layout.DataDir, s.Name+".log")))
		}
	}
}

func tail(file string) string {
	b, _ := os.ReadFile(file)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

func printTable(out io.Writer, l Layout, password string) {
	servers := l.Servers()
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintf(w, "\nSERVER\tREGION\tROLE\tBOLT\tHTTP\tRTT TO %s\n", strings.ToUpper(l.Regions[0]))
	for _, s := range servers {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%v\n", s.Name, s.Region, strings.ToLower(s.Mode), s.Bolt, s.HTTP, l.Between(l.Regions[0], s.Region))
	}
	w.Flush()
	fmt.Fprintf(out, `
Drivers connect to neo4j://%[1]s as neo4j with the password %[2]s. Try:
  curl -u neo4j:%[2]s http://%[3]s/db/neo4j/cluster/status
  graticule demo kill %[4]s
  graticule demo start %[4]s
Ctrl-C stops everything.
`, servers[0].Bolt, password, servers[0].HTTP, servers[0].Name)
}
