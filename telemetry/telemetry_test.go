package telemetry

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"graticule/replication"
)

// quiet takes the OTEL_ variables of whoever runs the test away.
func quiet(t *testing.T, set ...string) {
	t.Helper()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "OTEL_") {
			t.Setenv(name, "")
		}
	}
	for i := 0; i < len(set); i += 2 {
		t.Setenv(set[i], set[i+1])
	}
}

func open(t *testing.T, set ...string) *Telemetry {
	t.Helper()
	quiet(t, set...)
	tel, err := New(t.Context(), Config{Server: "id", Name: "n1", Region: "north", Zone: "a", Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = tel.Close(ctx) // a collector of these tests is not there
	})
	return tel
}

const (
	sampled   = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	unsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
)

func TestTheEnvironmentDecidesWhatIsSampled(t *testing.T) {
	const collector = "http://127.0.0.1:1"
	for _, x := range []struct {
		set    []string
		share  float64
		parent bool
	}{
		{nil, quietShare, true},
		{[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", collector}, 1, true},
		{[]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector, "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}, 1, true},
		{[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", collector, "OTEL_SDK_DISABLED", "true"}, quietShare, true},
		{[]string{"OTEL_TRACES_EXPORTER", "none", "OTEL_EXPORTER_OTLP_ENDPOINT", collector}, quietShare, true},
		{[]string{"OTEL_TRACES_EXPORTER", "otlp"}, 1, true},
		{[]string{"OTEL_TRACES_SAMPLER", "always_on"}, 1, false}, {[]string{"OTEL_TRACES_SAMPLER", "always_off"}, 0, false},
		{[]string{"OTEL_TRACES_SAMPLER", "traceidratio", "OTEL_TRACES_SAMPLER_ARG", "0.25"}, 0.25, false},
		{[]string{"OTEL_TRACES_SAMPLER", "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG", "0.5"}, 0.5, true},
		{[]string{"OTEL_TRACES_SAMPLER", "parentbased_always_on"}, 1, true}, {[]string{"OTEL_TRACES_SAMPLER", "parentbased_always_off"}, 0, true},
	} {
		t.Run(strings.Join(x.set, " "), func(t *testing.T) {
			if tel := open(t, x.set...); tel.share != x.share || tel.parent != x.parent {
				t.Errorf("share %v, parent %v", tel.share, tel.parent)
			}
		})
	}
	for _, wrong := range [][]string{
		{"OTEL_TRACES_EXPORTER", "zipkin"}, {"OTEL_TRACES_EXPORTER", "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"}, {"OTEL_TRACES_SAMPLER", "sometimes"},
		{"OTEL_TRACES_SAMPLER", "traceidratio", "OTEL_TRACES_SAMPLER_ARG", "2"}, {"OTEL_TRACES_SAMPLER", "traceidratio", "OTEL_TRACES_SAMPLER_ARG", "x"},
	} {
		quiet(t, wrong...)
		if _, err := New(t.Context(), Config{}); err == nil || !strings.Contains(err.Error(), "OTEL_") {
			t.Errorf("%v: %v", wrong, err)
		}
		for i := 0; i < len(wrong); i += 2 {
			t.Setenv(wrong[i], "")
		}
	}
}

// The client's decision counts, where the sampler listens to it.
func TestTheClientsTrace(t *testing.T) {
	for _, x := range []struct {
		sampler, traceparent string
		want                 bool
	}{
		{"parentbased_always_off", sampled, true}, {"parentbased_always_on", unsampled, false}, {"parentbased_always_on", "", true}, {"parentbased_always_off", "", false},
		{"always_on", unsampled, true}, {"always_off", sampled, false}, {"parentbased_always_off", "nonsense", false},
		{"parentbased_always_off", "ff" + sampled[2:], false}, {"parentbased_always_off", strings.Replace(sampled, "4bf92f3577b34da6a3ce929d0e0e4736", strings.Repeat("0", 32), 1), false},
		{"parentbased_always_off", sampled[:54] + "zz", false},
	} {
		tel := open(t, "OTEL_TRACES_SAMPLER", x.sampler)
		ctx, span := tel.Root(context.Background(), "bolt.run", x.traceparent)
		id, _ := Carried(ctx)
		if span.Sampled() != x.want || (id != [16]byte{}) != x.want {
			t.Errorf("%s, %q: sampled %v, carries %x", x.sampler, x.traceparent, span.Sampled(), id)
		}
		if joined := fmt.Sprintf("%x", id) == sampled[3:35]; x.want && x.traceparent == sampled && !joined {
			t.Errorf("%s: the trace %x is not the client's", x.sampler, id)
		}
		span.End(nil)
	}
}

func TestSharesAreKept(t *testing.T) {
	tel := open(t, "OTEL_TRACES_SAMPLER", "traceidratio", "OTEL_TRACES_SAMPLER_ARG", "0.25")
	n := 0
	for range 4000 {
		_, span := tel.Root(context.Background(), "x", "")
		if span.Sampled() {
			n++
		}
		span.End(nil)
	}
	if n < 800 || n > 1200 { // 1000 expected; 7 standard deviations
		t.Errorf("%d of 4000 were sampled", n)
	}
}

// What is not sampled allocates nothing, on the way of a commit through all its stages.
func TestUnsampledWorkCostsNothing(t *testing.T) {
	tel := open(t, "OTEL_TRACES_SAMPLER", "always_off")
	plain := replication.Entry{Term: 1, Index: 2, Data: (&replication.Envelope{Kind: replication.KindChangeset, Term: 1, Payload: []byte("x")}).Append(nil)}
	began := time.Now()
	for name, f := range map[string]func(){
		"a transaction": func() {
			ctx, root := tel.Root(context.Background(), "bolt.run", "")
			ctx, part := tel.Start(ctx, "tx.commit")
			Carried(ctx)
			part.Text("k", "v")
			part.Number("k", 1)
			part.End(nil)
			root.End(nil)
		},
		"an unsampled client": func() { tel.Root(context.Background(), "bolt.run", "") },
		"a remote part":       func() { tel.Start(Remote(context.Background(), [16]byte{}, [8]byte{}), "x") },
		"an entry": func() {
			tel.Entry(plain, Stage{Name: "raft.append", Database: "neo4j", Role: "primary", Began: began, Ended: began})
		},
		"no telemetry": func() {
			var none *Telemetry
			ctx, root := none.Root(context.Background(), "x", sampled)
			_, part := none.Start(ctx, "y")
			part.End(nil)
			root.End(nil)
			none.Entry(plain, Stage{})
		},
	} {
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkUnsampledCommit(b *testing.B) {
	tel := &Telemetry{share: 0.001, parent: true}
	for b.Loop() {
		ctx, root := tel.Root(context.Background(), "bolt.run", unsampled)
		_, part := tel.Start(ctx, "tx.commit")
		part.End(nil)
		root.End(nil)
	}
}

// The stages of an entry join the trace whose ids it carries.
func TestStagesJoinTheTraceOfTheEntry(t *testing.T) {
	tel := open(t, "OTEL_TRACES_SAMPLER", "always_off") // this server's own decision does not count
	began := time.Now()
	env := replication.Envelope{Kind: replication.KindChangeset, Term: 3, Time: began.Add(-5 * time.Millisecond).UnixNano(), TraceID: [16]byte{1, 2}, SpanID: [8]byte{3}, Payload: []byte("x")}
	e := replication.Entry{Term: 3, Index: 9, Data: env.Append(nil)}
	tel.Entry(e, Stage{Name: "raft.append", Database: "neo4j", Role: "primary", Began: began, Ended: began.Add(2 * time.Millisecond)})
	tel.Entry(e, Stage{Name: "graphstore.apply", Database: "neo4j", Role: "secondary", Peer: "p", Linked: true, Began: began, Ended: began.Add(time.Millisecond)})
	tel.Entry(replication.Entry{Term: 3, Index: 9, Data: e.Data[:len(e.Data)/2]}, Stage{Name: "damaged"})
	spans := tel.Traces().Trace("01020000000000000000000000000000")
	if len(spans) != 2 {
		t.Fatalf("%d spans: %+v", len(spans), spans)
	}
	first, second := spans[0], spans[1]
	if first.Name != "raft.append" || first.ParentID != "0300000000000000" || first.Links != nil || first.Micros != 2000 || first.Server != "n1" || first.Region != "north" ||
		first.Attributes["graticule.index"] != int64(9) || first.Attributes["graticule.role"] != "primary" || first.Attributes["graticule.lag_ms"] != 7.0 {
		t.Errorf("the first stage is %+v", first)
	}
	if fmt.Sprint(second.Links) != "[0300000000000000]" || second.Attributes["graticule.peer"] != "p" {
		t.Errorf("the linked stage is %+v", second)
	}
}

func TestTheBufferForgetsTheOldest(t *testing.T) {
	tel := open(t, "OTEL_TRACES_SAMPLER", "always_on")
	var ids []string
	for range tracesKept + 10 {
		ctx, root := tel.Root(context.Background(), "x", "")
		id, _ := Carried(ctx)
		ids = append(ids, fmt.Sprintf("%x", id))
		root.End(nil)
	}
	recent := tel.Traces().Recent()
	if len(recent) != tracesKept || recent[0] != ids[len(ids)-1] || recent[len(recent)-1] != ids[10] {
		t.Errorf("%d traces are kept, from %s to %s", len(recent), recent[0], recent[len(recent)-1])
	}
	if len(tel.Traces().Trace(ids[0])) != 0 || len(tel.Traces().Trace(ids[10])) != 1 {
		t.Error("another trace than the oldest was forgotten")
	}
	ctx, root := tel.Root(context.Background(), "x", "")
	id, _ := Carried(ctx)
	for range spansOfTrace + 50 {
		_, s := tel.Start(ctx, "y")
		s.End(fmt.Errorf("as asked"))
	}
	root.End(nil)
	spans := tel.Traces().Trace(fmt.Sprintf("%x", id))
	if len(spans) != spansOfTrace || spans[0].Error != "as asked" {
		t.Errorf("%d spans of one trace are kept; the first says %q", len(spans), spans[0].Error)
	}
}
