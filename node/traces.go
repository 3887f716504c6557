package node

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"graticule/graph"
	"graticule/replication"
	"graticule/replication/consensus"
	"graticule/replication/stream"
	"graticule/telemetry"
)

// openTraces sets tracing up.
func (n *Node) openTraces() (func(), error) {
	var err error
	n.traces, err = telemetry.New(context.Background(), telemetry.Config{Server: n.id, Name: n.name(), Region: n.cfg.Region, Zone: n.cfg.Zone, Version: Version})
	if err != nil {
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
		defer cancel()
		if err := n.traces.Close(ctx); err != nil {
			n.log.Warn("send the last spans", "error", err)
		}
	}, nil
}

// traceparent gives the W3C trace context that a client put into the metadata
// of its transaction, "" for none.
func traceparent(metadata *graph.Map) string {
	if metadata != nil {
		if v, ok := metadata.Get("traceparent"); ok && v.Kind() == graph.KindString {
			return v.AsString()
		}
	}
	return ""
}

// observe hears of the stages of traced commits at this primary.
func (d *database) observe(e replication.Entry, stage consensus.Stage, began, ended time.Time) {
	d.n.traces.Entry(e, telemetry.Stage{Name: string(stage), Database: d.def.Name, Role: "primary", Began: began, Ended: ended})
}

// received hears of the entries that this secondary has applied.
func (d *database) received(e replication.Entry, began, ended time.Time) {
	d.n.traces.Entry(e, telemetry.Stage{Name: string(consensus.Apply), Database: d.def.Name, Role: "secondary", Linked: true, Began: began, Ended: ended})
}

// shipped gives what hears of the entries that this primary has sent to a secondary.
func (n *Node) shipped(group, subscriber string) stream.Observer {
	d := n.open(group)
	if d == nil {
		return nil
	}
	return func(e replication.Entry, began, ended time.Time) {
		n.traces.Entry(e, telemetry.Stage{Name: "stream.ship", Database: d.def.Name, Role: "primary", Peer: subscriber, Linked: true, Began: began, Ended: ended})
	}
}

// A commit's header on the wire is the database's id and, when the commit is
// traced, 0, the trace id (16 bytes) and the span id (8 bytes).
func commitHeader(ctx context.Context, database string) []byte {
	header := []byte(database)
	if trace, span := telemetry.Carried(ctx); trace != [16]byte{} {
		header = append(append(append(header, 0), trace[:]...), span[:]...)
	}
	return header
}

var errBadHeader = errors.New("the header of a commit cannot be read")

func decodeCommitHeader(ctx context.Context, header []byte) (_ context.Context, database string, err error) {
	id, rest, traced := bytes.Cut(header, []byte{0})
	if !traced {
		return ctx, string(id), nil
	}
	if len(rest) != 24 {
		return ctx, "", errBadHeader
	}
	return telemetry.Remote(ctx, [16]byte(rest), [8]byte(rest[16:])), string(id), nil
}

// listTraces shows the traces this server took part in lately, the newest first.
func (n *Node) listTraces(w http.ResponseWriter, _ *http.Request) {
	type entry struct {
		ID       string    `json:"traceId"`
		Name     string    `json:"name"` // of the first span here
		Start    time.Time `json:"start"`
		Micros   int64     `json:"durationMicros"`
		Spans    int       `json:"spans"` // on this server
		Location string    `json:"href"`
	}
	list := []entry{}
	buffer := n.traces.Traces()
	for _, id := range buffer.Recent() {
		spans := buffer.Trace(id)
		if len(spans) == 0 {
			continue // forgotten since
		}
		first := slices.MinFunc(spans, func(a, b telemetry.SpanInfo) int { return a.Start.Compare(b.Start) })
		list = append(list, entry{id, first.Name, first.Start, first.Micros, len(spans), "/traces/" + id})
	}
	writeJSON(w, list)
}

// showTrace shows all servers' spans of one trace, by their starts.
func (n *Node) showTrace(w http.ResponseWriter, r *http.Request) {
	spans := n.gatherTrace(r.Context(), r.PathValue("id"))
	if len(spans) == 0 {
		http.Error(w, "no server remembers this trace; each keeps the last few hundred", http.StatusNotFound)
		return
	}
	writeJSON(w, spans)
}

func (n *Node) gatherTrace(ctx context.Context, id string) []telemetry.SpanInfo {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	spans := n.traces.Traces().Trace(id)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, m := range n.members.Topology().Alive() {
		if m.ID == n.id {
			continue
		}
		wg.Go(func() {
			var theirs []telemetry.SpanInfo
			if err := n.call(ctx, m.ID, request{Op: "trace", Payload: []byte(id)}, &theirs); err != nil {
				n.log.Debug("ask for a trace", "server", m.ID, "error", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			spans = append(spans, theirs...)
		})
	}
	wg.Wait()
	slices.SortStableFunc(spans, func(a, b telemetry.SpanInfo) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.SpanID, b.SpanID))
	})
	return spans
}
