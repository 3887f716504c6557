package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"graticule/cmd/graticule/server"
)

// beServer makes the test's own binary the server, so that a whole process runs
// with an environment of its own.
const beServer = "GRATICULE_TEST_BE_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(beServer) == "" {
		os.Exit(m.Run())
	}
	cmd := server.Command()
	cmd.SetArgs(os.Args[1:])
	ctx, stop := context.WithCancel(context.Background())
	go func() { // the test closes standard input to end the server
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if err := cmd.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// receiver takes spans over gRPC and over HTTP, as the OTLP specification has it.
type receiver struct {
	collector.UnimplementedTraceServiceServer
	mu      sync.Mutex
	spans   []string // service, resource, name
	headers []string
}

// Export takes spans.
func (r *receiver) Export(_ context.Context, req *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rs := range req.ResourceSpans {
		of := map[string]string{}
		for _, a := range rs.Resource.Attributes {
			of[a.Key] = a.Value.GetStringValue()
		}
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				r.spans = append(r.spans, strings.Join([]string{of["service.name"], of["deployment.environment"], of["graticule.server.name"], s.Name}, " "))
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

// ServeHTTP takes spans as protobuf.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	b, err := io.ReadAll(req.Body)
	var in collector.ExportTraceServiceRequest
	if err != nil || req.URL.Path != "/v1/traces" || req.Header.Get("Content-Type") != "application/x-protobuf" || proto.Unmarshal(b, &in) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.headers = append(r.headers, req.Header.Get("X-Test"))
	r.mu.Unlock()
	_, _ = r.Export(req.Context(), &in)
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func (r *receiver) has(span string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.spans, span)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// start runs a server process and gives its HTTP address; it is ended with the test.
func start(t *testing.T, env ...string) string {
	t.Helper()
	var ports []string
	for range 3 {
		l := listen(t)
		ports = append(ports, l.Addr().String())
		l.Close()
	}
	cmd := exec.Command(os.Args[0], "--data", t.TempDir(), "--set", "server.bolt.listen_address="+ports[0], "--set", "server.http.listen_address="+ports[1],
		"--set", "server.cluster.listen_address="+ports[2], "--set", "server.name=one")
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "OTEL_") && !strings.HasPrefix(kv, "NEO4J_") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(append(cmd.Env, beServer+"=1", "NEO4J_AUTH=neo4j/password123"), env...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		late := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
		defer late.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ended with %v:\n%s", err, &log)
		}
	})
	eventually(t, "the server is ready", func() bool {
		r, err := http.Get("http://" + ports[1] + "/ready")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	return ports[1]
}

// eventually asks again until what is awaited is there.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(30 * time.Second)
	for !yes() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("waited in vain: " + what)
		}
	}
}

func write(t *testing.T, addr string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+addr+"/db/neo4j/query/v2", strings.NewReader(`{"statement":"CREATE (:Traced)"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth("neo4j", "password123")
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusAccepted {
		b, _ := io.ReadAll(r.Body)
		t.Fatalf("%d %s", r.StatusCode, b)
	}
}

// A process exports to where the standard variables say, over gRPC and over HTTP.
func TestSpansGoWhereTheEnvironmentSays(t *testing.T) {
	for protocol, serve := range map[string]func(*receiver, net.Listener) func(){
		"grpc": func(r *receiver, l net.Listener) func() {
			s := grpc.NewServer()
			collector.RegisterTraceServiceServer(s, r)
			go func() { _ = s.Serve(l) }()
			return s.Stop
		},
		"http/protobuf": func(r *receiver, l net.Listener) func() {
			s := &http.Server{Handler: r, ReadHeaderTimeout: time.Second}
			go func() { _ = s.Serve(l) }()
			return func() { s.Close() }
		},
	} {
		t.Run(protocol, func(t *testing.T) {
			r := &receiver{}
			l := listen(t)
			t.Cleanup(serve(r, l))
			addr := start(t, "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+l.Addr().String(), "OTEL_EXPORTER_OTLP_PROTOCOL="+protocol, "OTEL_EXPORTER_OTLP_HEADERS=X-Test=yes",
				"OTEL_BSP_SCHEDULE_DELAY=50", "OTEL_SERVICE_NAME=shop", "OTEL_RESOURCE_ATTRIBUTES=deployment.environment=test")
			write(t, addr)
			for _, name := range []string{"bolt.run", "cypher.execute", "tx.commit", "tx.validate", "raft.propose", "raft.append", "raft.commit", "graphstore.apply"} {
				eventually(t, name+" was received", func() bool { return r.has("shop test one " + name) })
			}
			if protocol == "http/protobuf" && (len(r.headers) == 0 || r.headers[0] != "yes") {
				t.Errorf("headers %v", r.headers)
			}
		})
	}
}

// A collector that is not there, and one that never answers, hold nothing up.
func TestADeadCollectorHoldsNothingUp(t *testing.T) {
	dead := listen(t) // takes connections and says nothing
	addr := start(t, "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+dead.Addr().String(), "OTEL_BSP_SCHEDULE_DELAY=10", "OTEL_BSP_EXPORT_TIMEOUT=1000")
	began := time.Now()
	for range 50 {
		write(t, addr)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("50 writes took %v", took)
	}
}
