package telemetry

import (
	"context"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Limits of the buffer.
const (
	tracesKept   = 256
	spansOfTrace = 200
)

// SpanInfo is one finished span of this server.
type SpanInfo struct {
	TraceID    string         `json:"traceId"`
	SpanID     string         `json:"spanId"`
	ParentID   string         `json:"parentId,omitempty"`
	Links      []string       `json:"links,omitempty"` // span ids
	Name       string         `json:"name"`
	Server     string         `json:"server"`
	Region     string         `json:"region"`
	Start      time.Time      `json:"start"`
	Micros     int64          `json:"durationMicros"`
	Error      string         `json:"error,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// Buffer keeps the spans of the last traces this server took part in.
type Buffer struct {
	mu     sync.Mutex
	order  []string
	traces map[string][]SpanInfo
}

func newBuffer() *Buffer { return &Buffer{traces: map[string][]SpanInfo{}} }

// OnStart does nothing.
func (b *Buffer) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd keeps a finished span.
func (b *Buffer) OnEnd(s sdktrace.ReadOnlySpan) {
	info := SpanInfo{
		TraceID: s.SpanContext().TraceID().String(), SpanID: s.SpanContext().SpanID().String(), Name: s.Name(),
		Start: s.StartTime(), Micros: s.EndTime().Sub(s.StartTime()).Microseconds(), Error: s.Status().Description, Attributes: map[string]any{},
	}
	if s.Parent().IsValid() {
		info.ParentID = s.Parent().SpanID().String()
	}
	for _, l := range s.Links() {
		info.Links = append(info.Links, l.SpanContext.SpanID().String())
	}
	for _, a := range s.Attributes() {
		info.Attributes[string(a.Key)] = a.Value.AsInterface()
	}
	for _, a := range s.Resource().Attributes() {
		switch a.Key {
		case "graticule.server.name":
			info.Server = a.Value.AsString()
		case "graticule.region":
			info.Region = a.Value.AsString()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	spans, known := b.traces[info.TraceID]
	if !known {
		if len(b.order) >= tracesKept {
			delete(b.traces, b.order[0])
			b.order = b.order[1:]
		}
		b.order = append(b.order, info.TraceID)
	}
	if len(spans) < spansOfTrace {
		b.traces[info.TraceID] = append(spans, info)
	}
}

// Shutdown does nothing.
func (b *Buffer) Shutdown(context.Context) error { return nil }

// ForceFlush does nothing.
func (b *Buffer) ForceFlush(context.Context) error { return nil }

// Recent gives the ids of the traces at hand, the newest first.
func (b *Buffer) Recent() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]string, len(b.order))
	for i, id := range b.order {
		out[len(out)-1-i] = id
	}
	return out
}

// Trace gives this server's spans of a trace.
func (b *Buffer) Trace(id string) []SpanInfo {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]SpanInfo{}, b.traces[id]...)
}
