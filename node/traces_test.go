package node_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"

	"graticule/telemetry"
)

// receiver is an OTLP collector: the service of the OTLP specification over gRPC.
type receiver struct {
	collector.UnimplementedTraceServiceServer
	mu    sync.Mutex
	spans map[string][]string // by trace: "server span-name", with "+link" when it has one
}

// Export takes spans.
func (r *receiver) Export(_ context.Context, req *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rs := range req.ResourceSpans {
		server := ""
		for _, a := range rs.Resource.Attributes {
			if a.Key == "graticule.server.name" {
				server = a.Value.GetStringValue()
			}
		}
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				id := hex.EncodeToString(s.TraceId)
				r.spans[id] = append(r.spans[id], server+" "+s.Name+linked(s))
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

func linked(s *tracepb.Span) string {
	if len(s.Links) > 0 {
		return "+link"
	}
	return ""
}

func (r *receiver) trace(id string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.spans[id]))
}

func startReceiver(t *testing.T) *receiver {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{spans: map[string][]string{}}
	s := grpc.NewServer()
	collector.RegisterTraceServiceServer(s, r)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(s.Stop)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+l.Addr().String())
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
	return r
}

// One commit is one trace with every stage on every server and no other span.
func TestTraceOfACommitSpansTheCluster(t *testing.T) {
	r := startReceiver(t)
	c := startCluster(t, "north", "south", "west", "north", "south")
	leaderOf(c)
	warm := c.driver("neo4j", c.members[0])
	c.run(warm, "CREATE (:Traced {n: -1})", nil)
	for _, m := range c.members { // no copy lags: the commits of the test need no second attempt
		d := c.driver("bolt", m)
		eventually(t, 20*time.Second, m.cfg.Name+" has the first commit", func() bool {
			return len(c.run(d, "MATCH (n:Traced) RETURN n", nil, neo4j.ExecuteQueryWithReadersRouting())) == 1
		})
	}
	var names, primaries, secondaries []string
	for _, m := range c.members {
		names = append(names, m.cfg.Name)
		if m.cfg.ModeConstraint == "PRIMARY" {
			primaries = append(primaries, m.cfg.Name)
		} else {
			secondaries = append(secondaries, m.cfg.Name)
		}
	}
	for i, entrance := range c.members { // a commit that enters at any server
		d := c.driver("bolt", entrance)
		session := d.NewSession(t.Context(), neo4j.SessionConfig{})
		id := fmt.Sprintf("%032x", 0xabc0+i)
		meta := neo4j.WithTxMetadata(map[string]any{"traceparent": "00-" + id + "-00f067aa0ba902b7-01"})
		result, err := session.Run(t.Context(), "CREATE (:Traced {n: $n})", map[string]any{"n": i}, meta)
		if err == nil {
			_, err = result.Consume(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		leader := leaderOf(c)
		want := []string{leader + " tx.validate", leader + " raft.propose"}
		for _, name := range []string{"bolt.run", "cypher.prepare", "cypher.execute", "tx.commit"} {
			want = append(want, entrance.cfg.Name+" "+name)
		}
		for _, p := range primaries {
			want = append(want, p+" raft.append", p+" raft.commit", p+" graphstore.apply")
		}
		for _, s := range secondaries {
			want = append(want, s+" graphstore.apply+link")
		}
		slices.Sort(want)
		var got []string
		eventually(t, 20*time.Second, "the collector has the whole trace", func() bool {
			got = r.trace(id)
			ships := 0
			got = slices.DeleteFunc(got, func(s string) bool {
				ship := strings.HasSuffix(s, " stream.ship+link")
				if ship {
					ships++
				}
				return ship
			})
			return len(got) >= len(want) && ships == len(secondaries)
		})
		if !slices.Equal(got, want) {
			t.Errorf("commit at %s: spans\n%s\nwant\n%s", entrance.cfg.Name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}

		var shown []telemetry.SpanInfo
		err = json.Unmarshal([]byte(get(t, c.members[(i+1)%len(c.members)], "/traces/"+id, plainJSON)), &shown)
		if want := len(got) + len(secondaries); err != nil || len(shown) != want {
			t.Errorf("/traces/%s shows %d spans, want %d (%v)", id, len(shown), want, err)
		}
		for _, s := range shown {
			if !slices.Contains(names, s.Server) || s.Region == "" || s.Micros < 0 || s.Micros > int64(time.Minute/time.Microsecond) {
				t.Errorf("a span of an odd place or length: %+v", s)
			}
		}
	}
}

// leaderOf gives the name of the member that leads the default database.
func leaderOf(c *cluster) string {
	c.t.Helper()
	name := ""
	eventually(c.t, 20*time.Second, "a leader says so", func() bool {
		for _, m := range c.members {
			if r, err := http.Get("http://" + m.cfg.HTTP.Listen + "/db/neo4j/cluster/writable"); err == nil {
				r.Body.Close()
				if r.StatusCode == http.StatusOK {
					name = m.cfg.Name
				}
			}
		}
		return name != ""
	})
	return name
}

// Under load each sampled commit is a whole trace, whichever server it entered at,
// and what is not sampled leaves none.
func TestTracesUnderLoadAreWhole(t *testing.T) {
	r := startReceiver(t)
	c := startCluster(t, "north", "south", "west", "north", "south")
	leader := leaderOf(c)
	c.run(c.driver("neo4j", c.members[0]), "CREATE (:Traced {n: -1})", nil)
	const writers, each = 10, 12
	var wg sync.WaitGroup
	for w := range writers {
		d := c.driver("bolt", c.members[w%len(c.members)])
		wg.Go(func() {
			session := d.NewSession(t.Context(), neo4j.SessionConfig{})
			defer session.Close(context.Background())
			for i := range each {
				meta := neo4j.WithTxMetadata(map[string]any{"traceparent": fmt.Sprintf("00-%032x-00f067aa0ba902b7-%02x", 1+w*each+i, i%2)})
				result, err := session.Run(t.Context(), "CREATE (:Traced {w: $w, i: $i})", map[string]any{"w": w, "i": i}, meta)
				if err == nil {
					_, err = result.Consume(t.Context())
				}
				if err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	wg.Wait()
	for n := range writers * each {
		w, i := n/each, n%each
		id := fmt.Sprintf("%032x", 1+n)
		if i%2 == 0 {
			continue
		}
		entrance := c.members[w%len(c.members)].cfg.Name
		want := map[string]int{entrance + " bolt.run": 1, entrance + " tx.commit": 1}
		if leaderOf(c) == leader {
			want[leader+" raft.propose"] = 1
		}
		for _, m := range c.members {
			if m.cfg.ModeConstraint == "PRIMARY" {
				for _, stage := range []string{"raft.append", "raft.commit", "graphstore.apply"} {
					want[m.cfg.Name+" "+stage] = 1
				}
			} else {
				want[m.cfg.Name+" graphstore.apply+link"] = 1
			}
		}
		missing := ""
		eventually(t, 20*time.Second, "the collector has all of trace "+id, func() bool {
			got := map[string]int{}
			for _, s := range r.trace(id) {
				got[s]++
			}
			missing = ""
			for span, n := range want {
				if got[span] < n {
					missing = span
				}
			}
			return missing == ""
		})
		seen := map[string]int{}
		for _, s := range r.trace(id) {
			if seen[s]++; strings.Contains(s, "raft.append") && seen[s] > 1 {
				t.Errorf("trace %s: %s comes %d times", id, s, seen[s])
			}
		}
	}
	for n := range writers * each {
		if id := fmt.Sprintf("%032x", 1+n); (n%each)%2 == 0 && len(r.trace(id)) != 0 {
			t.Errorf("a trace that was not sampled has spans: %v", r.trace(id))
		}
	}
}
