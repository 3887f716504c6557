package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"graticule/bolt"
	"graticule/graph"
	"graticule/status"
)

// counted is a server that answers every statement with the rows that a workload
// expects, and remembers what it was asked.
type counted struct {
	name string
	all  *journal

	mu     sync.Mutex
	asked  map[string]int
	modes  map[string]bool // of each statement: whether it only reads
	params map[int64]int
}

// journal tells in which order servers were asked: each time the server changes.
type journal struct {
	mu    sync.Mutex
	order []string
}

func (j *journal) note(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.order) == 0 || j.order[len(j.order)-1] != name {
		j.order = append(j.order, name)
	}
}

func (s *counted) Connect(context.Context, bolt.ConnInfo) (bolt.Session, error) {
	return &countedSession{s}, nil
}
func (s *counted) Failure(err error) *status.Error {
	return status.New(status.UnknownError, "50N42", "%v", err)
}

type countedSession struct{ s *counted }

func (*countedSession) Logon(context.Context, bolt.Auth) error { return nil }
func (*countedSession) Logoff(context.Context) error           { return nil }
func (*countedSession) Telemetry(int64)                        {}
func (*countedSession) Close()                                 {}
func (*countedSession) Begin(context.Context, bolt.TxConfig) (bolt.Transaction, error) {
	return nil, errors.New("no transactions here")
}
func (*countedSession) Route(context.Context, bolt.RouteRequest) (bolt.RoutingTable, error) {
	return bolt.RoutingTable{}, errors.New("no routing here")
}
func (c *countedSession) Run(_ context.Context, cfg bolt.TxConfig, text string, params *graph.Map) (bolt.Result, error) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.asked[text]++
	c.s.modes[text] = cfg.Read
	if id, ok := params.Get("id"); ok {
		c.s.params[id.AsInt()]++
		c.s.all.note(c.s.name)
	}
	if text == "fail" {
		return nil, errors.New("as asked")
	}
	r := &oneRow{}
	if strings.Contains(text, "count(*)") {
		r.row = []graph.Value{graph.Int(points)}
	} else if strings.Contains(text, "RETURN") {
		r.row = []graph.Value{graph.Int(1)}
	}
	return r, nil
}

type oneRow struct{ row []graph.Value }

func (r *oneRow) Columns() []string {
	if r.row == nil {
		return nil
	}
	return []string{"c"}
}
func (*oneRow) DatabaseID() string       { return "d" }
func (*oneRow) Database() string         { return "d" }
func (*oneRow) Context() context.Context { return context.Background() }
func (r *oneRow) Fetch(_ context.Context, _ int64, emit func([]graph.Value) error) (bool, error) {
	row := r.row
	r.row = nil
	if row == nil {
		return false, nil
	}
	return false, emit(row)
}
func (*oneRow) Summary() bolt.Summary       { return bolt.Summary{Type: "r", Database: "d"} }
func (*oneRow) Close(context.Context) error { return nil }

func (j *journal) serve(t *testing.T, name string) (*counted, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &counted{name: name, all: j, asked: map[string]int{}, modes: map[string]bool{}, params: map[int64]int{}}
	s := bolt.NewServer(bolt.Config{Backend: b, Agent: "Neo4j/5.26.0"})
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		l.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.Close(ctx)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return b, "bolt://" + l.Addr().String()
}

// bench runs the command and gives its results.
func runBench(t *testing.T, args ...string) ([]Result, error) {
	t.Helper()
	var out bytes.Buffer
	c := Command()
	c.SetArgs(append(args, "--json"))
	c.SetOut(&out)
	err := c.ExecuteContext(t.Context())
	var results []Result
	for line := range strings.Lines(out.String()) {
		var r Result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		results = append(results, r)
	}
	return results, err
}

// Both servers get the same statements from the same client, in rounds of changing order.
func TestServersAreMeasuredInTurns(t *testing.T) {
	for _, client := range []string{"raw", "driver"} {
		t.Run(client, func(t *testing.T) {
			var j journal
			ours, uri := j.serve(t, "ours")
			theirs, rival := j.serve(t, "theirs")
			results, err := runBench(t, "reads", "-a", uri, "--compare", rival, "--client", client, "-c", "3", "--rounds", "3", "--duration", "20ms", "--warm", "1ms")
			if err != nil {
				t.Fatal(err)
			}
			if len(results) != 2 || results[0].Target != "graticule" || results[1].Target != "rival" {
				t.Fatalf("the results are %+v", results)
			}
			for _, r := range results {
				if r.Count == 0 || r.Clients != 3 || len(r.Rounds) != 3 || r.Rate != median(r.Rounds) || r.P50 > r.P99 {
					t.Errorf("an odd result: %+v", r)
				}
			}
			if want := []string{"ours", "theirs", "ours", "theirs", "ours", "theirs"}; !slices.Equal(j.order, want) { // warm-ups, then there, back, and there
				t.Errorf("the servers were asked in the order %v, want %v", j.order, want)
			}
			for _, s := range []*counted{ours, theirs} {
				if s.asked[pointReads.text] < results[0].Count/100 || !s.modes[pointReads.text] {
					t.Errorf("%s was asked %v, reading: %v", s.name, s.asked, s.modes)
				}
				if len(s.params) < 2 {
					t.Errorf("%s was asked for the same point again and again", s.name)
				}
			}
		})
	}
}

// Each run of a write has a number of its own, whichever client it comes from.
func TestWritesAreNumbered(t *testing.T) {
	var j journal
	s, uri := j.serve(t, "ours")
	results, err := runBench(t, "writes", "-a", uri, "-c", "5", "--rounds", "2", "--duration", "20ms", "--warm", "0s")
	if err != nil {
		t.Fatal(err)
	}
	for id, times := range s.params {
		if times != 1 {
			t.Errorf("number %d was written %d times", id, times)
		}
	}
	if got := len(s.params); got != results[0].Count || s.modes[nodeWrites.text] {
		t.Errorf("%d writes arrived and %d were counted", got, results[0].Count)
	}
}

func TestAFailureEndsTheMeasurement(t *testing.T) {
	var j journal
	_, uri := j.serve(t, "ours")
	o := &options{client: "raw", clients: 2, rounds: 1, duration: time.Minute, warm: 0}
	bad := &load{name: "bad", text: "fail", values: func(int, []int64) {}}
	began := time.Now()
	if _, err := o.sideBySide(t.Context(), []*target{{name: "ours", uri: uri}}, bad); err == nil || !strings.Contains(err.Error(), "as asked") {
		t.Errorf("got %v", err)
	}
	if time.Since(began) > 30*time.Second {
		t.Error("the other clients went on")
	}
	if _, err := runBench(t, "reads", "-a", uri, "--client", "none"); err == nil {
		t.Error("an unknown client was taken")
	}
}

func TestProcessorTimeIsCounted(t *testing.T) {
	before, err := cpuTime("self")
	if err != nil {
		t.Skip("no /proc here:", err)
	}
	for after := before; after < before+2*tick; { // this loop is what is counted
		if after, err = cpuTime("self"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := cpuTimes([]string{"self", "no process"}); err == nil {
		t.Error("a process that is not there has a time")
	}
	var j journal
	_, uri := j.serve(t, "ours")
	results, err := runBench(t, "reads", "-a", uri, "--pid", "self", "-c", "2", "--rounds", "2", "--duration", "50ms", "--warm", "0s")
	if err != nil {
		t.Fatal(err)
	}
	if _, told := results[0].Extra["server us of CPU a request"]; !told {
		t.Errorf("no processor time in %+v", results[0])
	}
}

func TestMedian(t *testing.T) {
	for _, x := range []struct {
		in   []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 2, 100}, 3}} {
		if got := median(x.in); got != x.want {
			t.Error(fmt.Sprint("median of ", x.in, " is ", got, ", want ", x.want))
		}
	}
}
