package telemetry

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"graticule/replication"
)

// quietShare is the share of commits that the buffer gets when no collector is configured.
const quietShare = 0.02

// Config says whose spans these are.
type Config struct {
	Server, Name, Region, Zone, Version string
}

// Telemetry makes the spans of one server. A nil Telemetry makes none.
type Telemetry struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	buffer   *Buffer
	share    float64 // of traces begun here that are sampled
	parent   bool    // a client's decision counts
}

// New sets tracing up from the environment: OTEL_TRACES_EXPORTER (otlp or none),
// OTEL_EXPORTER_OTLP_*, OTEL_TRACES_SAMPLER and its argument, OTEL_SERVICE_NAME,
// OTEL_RESOURCE_ATTRIBUTES and OTEL_BSP_* mean what the OpenTelemetry
// specification says ("Environment Variable Specification"). Without a collector
// a small share of the commits is kept for the buffer.
func New(ctx context.Context, cfg Config) (*Telemetry, error) {
	t := &Telemetry{buffer: newBuffer()}
	attributes := []attribute.KeyValue{
		attribute.String("service.name", "graticule"), attribute.String("service.version", cfg.Version), attribute.String("service.instance.id", cfg.Server),
		attribute.String("graticule.server.name", cfg.Name), attribute.String("graticule.region", cfg.Region), attribute.String("graticule.zone", cfg.Zone),
	}
	res, err := resource.New(ctx, resource.WithAttributes(attributes...), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("describe the server for traces: %w", err)
	}
	exporter, err := exporterOf(ctx)
	if err != nil {
		return nil, err
	}
	if t.share, t.parent, err = sampler(exporter != nil); err != nil {
		return nil, err
	}
	options := []sdktrace.TracerProviderOption{sdktrace.WithResource(res), sdktrace.WithSampler(sdktrace.AlwaysSample()), sdktrace.WithSpanProcessor(t.buffer)}
	if exporter != nil {
		options = append(options, sdktrace.WithBatcher(exporter))
	}
	t.provider = sdktrace.NewTracerProvider(options...)
	t.tracer = t.provider.Tracer("graticule")
	return t, nil
}

func env(names ...string) string {
	for _, n := range names {
		if v := strings.TrimSpace(os.Getenv(n)); v != "" {
			return v
		}
	}
	return ""
}

// exporterOf gives the exporter that the environment asks for, nil for none.
func exporterOf(ctx context.Context) (sdktrace.SpanExporter, error) {
	kind := env("OTEL_TRACES_EXPORTER")
	if kind == "" && env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT") != "" {
		kind = "otlp"
	}
	if env("OTEL_SDK_DISABLED") == "true" {
		kind = "none"
	}
	switch kind {
	case "", "none":
		return nil, nil
	case "otlp":
		switch protocol := env("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"); protocol {
		case "grpc":
			return otlptracegrpc.New(ctx)
		case "", "http/protobuf":
			return otlptracehttp.New(ctx)
		default:
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL is grpc or http/protobuf, not %q", protocol)
		}
	}
	return nil, fmt.Errorf("OTEL_TRACES_EXPORTER is otlp or none, not %q", kind)
}

// sampler gives the share of traces to sample and whether a client's decision counts.
func sampler(exporting bool) (share float64, parent bool, err error) {
	name := env("OTEL_TRACES_SAMPLER")
	share = 1
	if arg := env("OTEL_TRACES_SAMPLER_ARG"); arg != "" && strings.HasSuffix(name, "traceidratio") {
		if share, err = strconv.ParseFloat(arg, 64); err != nil || share < 0 || share > 1 {
			return 0, false, fmt.Errorf("OTEL_TRACES_SAMPLER_ARG is a number from 0 to 1, not %q", arg)
		}
	}
	switch name {
	case "":
		if !exporting {
			share = quietShare
		}
		return share, true, nil
	case "always_on", "traceidratio":
		return share, false, nil
	case "always_off":
		return 0, false, nil
	case "parentbased_always_on", "parentbased_traceidratio":
		return share, true, nil
	case "parentbased_always_off":
		return 0, true, nil
	}
	return 0, false, fmt.Errorf("OTEL_TRACES_SAMPLER %q is not known", name)
}

// Close sends what is left.
func (t *Telemetry) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Traces gives the buffer of recent traces.
func (t *Telemetry) Traces() *Buffer { return t.buffer }

// Span is one piece of work. The zero Span is not sampled; its methods do nothing.
type Span struct{ s trace.Span }

// Root begins a trace, or goes on with the client's: traceparent is the W3C
// header's value, "" when the client gave none.
func (t *Telemetry) Root(ctx context.Context, name, traceparent string) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	sampled := false
	if remote, ok := parseTraceparent(traceparent); ok && t.parent {
		if sampled = remote.IsSampled(); sampled {
			ctx = trace.ContextWithRemoteSpanContext(ctx, remote)
		}
	} else {
		sampled = t.share >= 1 || t.share > 0 && rand.Float64() < t.share
	}
	if !sampled {
		return ctx, Span{}
	}
	ctx, s := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer))
	return ctx, Span{s}
}

// Start begins a part of the span that ctx carries; without one nothing.
func (t *Telemetry) Start(ctx context.Context, name string) (context.Context, Span) {
	if t == nil || !trace.SpanContextFromContext(ctx).IsSampled() {
		return ctx, Span{}
	}
	ctx, s := t.tracer.Start(ctx, name)
	return ctx, Span{s}
}

// Remote gives a context that carries a span of another server.
func Remote(ctx context.Context, traceID [16]byte, spanID [8]byte) context.Context {
	if traceID == [16]byte{} {
		return ctx
	}
	return trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: spanID, TraceFlags: trace.FlagsSampled, Remote: true}))
}

// Carried gives the ids of the span that ctx carries; zero when it is not sampled.
func Carried(ctx context.Context) (traceID [16]byte, spanID [8]byte) {
	if sc := trace.SpanContextFromContext(ctx); sc.IsSampled() {
		return sc.TraceID(), sc.SpanID()
	}
	return traceID, spanID
}

// Sampled tells whether the span is recorded.
func (s Span) Sampled() bool { return s.s != nil }

// Text notes a string of the span.
func (s Span) Text(key, value string) {
	if s.s != nil {
		s.s.SetAttributes(attribute.String(key, value))
	}
}

// Number notes a number of the span.
func (s Span) Number(key string, value int64) {
	if s.s != nil {
		s.s.SetAttributes(attribute.Int64(key, value))
	}
}

// End ends the span; err, if any, is its outcome.
func (s Span) End(err error) {
	if s.s == nil {
		return
	}
	if err != nil {
		s.s.SetStatus(codes.Error, err.Error())
	}
	s.s.End()
}

// Stage is what a copy does with a log entry.
type Stage struct {
	Name         string // raft.append, graphstore.apply, stream.ship
	Database     string
	Role         string // primary or secondary
	Peer         string // the server it is shipped to, if it is
	Linked       bool   // the copy follows asynchronously: linked to the commit, not waited for by it
	Began, Ended time.Time
}

// Entry records what a copy did with a log entry whose data is an envelope, when
// its commit is traced.
func (t *Telemetry) Entry(e replication.Entry, stage Stage) {
	if t == nil || !replication.Traced(e.Data) {
		return
	}
	env, err := replication.DecodeEnvelope(e.Data)
	if err != nil {
		return
	}
	ctx := Remote(context.Background(), env.TraceID, env.SpanID)
	options := []trace.SpanStartOption{trace.WithTimestamp(stage.Began), trace.WithAttributes(
		attribute.String("db.namespace", stage.Database), attribute.String("graticule.role", stage.Role),
		attribute.Int64("graticule.term", int64(e.Term)), attribute.Int64("graticule.index", int64(e.Index)), attribute.Int("graticule.bytes", len(e.Data)),
		attribute.Float64("graticule.lag_ms", float64(stage.Ended.UnixNano()-env.Time)/1e6),
	)}
	if stage.Peer != "" {
		options = append(options, trace.WithAttributes(attribute.String("graticule.peer", stage.Peer)))
	}
	if stage.Linked {
		options = append(options, trace.WithLinks(trace.Link{SpanContext: trace.SpanContextFromContext(ctx)}))
	}
	_, s := t.tracer.Start(ctx, stage.Name, options...)
	s.End(trace.WithTimestamp(stage.Ended))
}

// parseTraceparent reads a W3C traceparent (Trace Context, section 3.2).
func parseTraceparent(text string) (trace.SpanContext, bool) {
	if text == "" {
		return trace.SpanContext{}, false
	}
	parts := strings.Split(text, "-")
	if len(parts) < 4 || len(parts[0]) != 2 || len(parts[1]) != 32 || len(parts[2]) != 16 || len(parts[3]) != 2 || parts[0] == "ff" {
		return trace.SpanContext{}, false
	}
	id, err1 := trace.TraceIDFromHex(parts[1])
	span, err2 := trace.SpanIDFromHex(parts[2])
	flags, err3 := hex.DecodeString(parts[3])
	if err1 != nil || err2 != nil || err3 != nil {
		return trace.SpanContext{}, false
	}
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: span, TraceFlags: trace.TraceFlags(flags[0]), Remote: true}), true
}
