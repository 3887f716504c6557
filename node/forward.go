package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"graticule/bolt"
	"graticule/commit"
	"graticule/graph"
	"graticule/internal/packstream"
	"graticule/replication"
	"graticule/status"
	"graticule/telemetry"
	"graticule/transport"
)

// forwarded is the outcome of a statement that ran at the leader for another server.
type forwarded struct {
	Failure  *status.Error        `json:"failure,omitempty"`
	Conflict bool                 `json:"conflict,omitempty"` // nothing was done; it may be tried again
	Position replication.Position `json:"position"`
	Type     string               `json:"type"`
	Columns  []string             `json:"columns"`
	Rows     []byte               `json:"rows"` // PackStream: a list of lists
	Counters []byte               `json:"counters,omitempty"`
}

// betweenServers is how values travel from server to server.
var betweenServers = packstream.Options{UTC: true, Servers: true}

// errForwardLater means that the leader did not take the statement; nothing was done.
var errForwardLater = errors.New("the leader did not take the statement")

// forward has the leader run a statement. A server far away, whose commits are
// always older than those of the leader's own clients, would otherwise lose
// every race for a contended node.
func (d *database) forward(j *job) (*bufferedResult, error) {
	leader := d.n.leaderOf(j.t.ctx, &d.def)
	m, ok := d.n.members.Topology().Member(leader)
	if !ok || leader == d.n.id || j.prepared.Profiled() { // a profile tells of the server asked
		return nil, errForwardLater
	}
	statement := graph.List([]graph.Value{graph.String(j.text), graph.MapOf(j.params), graph.String(j.t.token()), graph.String(j.t.actor())})
	question, err := json.Marshal(request{Op: "run", Database: d.def.ID, Payload: betweenServers.Append(nil, statement)})
	if err != nil {
		return nil, fmt.Errorf("encode statement: %w", err)
	}
	ctx, span := d.n.traces.Start(j.t.ctx, "tx.forward")
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer d.whileLeads(leader, cancel)()
	answer, err := d.n.ask(ctx, m.Cluster, leader, transport.Admin, nil, question)
	span.End(err)
	if errors.Is(err, errNotAsked) {
		return nil, errForwardLater
	}
	var r reply
	var f forwarded
	if err == nil {
		err = json.Unmarshal(answer, &r)
	}
	if err == nil && r.Error == "" {
		err = json.Unmarshal(r.Value, &f)
	}
	switch {
	case err != nil: // it may have run
		return nil, errors.Join(commit.ErrOutcomeUnknown, err)
	case r.Error != "", f.Conflict:
		return nil, errForwardLater
	case f.Failure != nil:
		return nil, f.Failure
	}
	j.t.position = f.Position
	rows := packstream.Decoder{B: f.Rows, UTC: true, Servers: true}
	out := &bufferedResult{database: d.def.ID, columns: f.Columns}
	for _, row := range rows.Value().AsList() {
		out.rows = append(out.rows, row.AsList())
	}
	out.summary = bolt.Summary{Type: f.Type, Database: d.def.Name, HasRows: len(out.rows) > 0, Notifications: j.prepared.Notifications()}
	if len(f.Counters) > 0 {
		counters := packstream.Decoder{B: f.Counters, UTC: true}
		out.summary.Counters = counters.Map()
		rows.Err = errors.Join(rows.Err, counters.Err)
	}
	if rows.Err != nil {
		return nil, fmt.Errorf("the statement is committed, but its rows cannot be read: %w", rows.Err)
	}
	if err := d.store.WaitApplied(j.t.ctx, f.Position.Index); err != nil {
		return nil, err
	}
	out.summary.Bookmark = j.t.bookmark()
	return out, nil
}

// runFor runs a statement for another server, in the lane of this leader.
func (n *Node) runFor(ctx context.Context, req request) (any, error) {
	d := n.open(req.Database)
	if d == nil || !d.leadsHere() {
		return nil, commit.ErrNotLeader
	}
	in := packstream.Decoder{B: req.Payload, UTC: true, Servers: true}
	statement := in.Value().AsList()
	if in.Err != nil || len(statement) < 3 || len(statement) > 4 || statement[0].Kind() != graph.KindString || statement[1].Kind() != graph.KindMap || statement[2].Kind() != graph.KindString {
		return nil, errors.New("the statement cannot be read")
	}
	cfg := bolt.TxConfig{Database: d.def.Name}
	if token := statement[2].AsString(); token != "" {
		cfg.Metadata = graph.NewMap(1)
		cfg.Metadata.Put(tokenKey, graph.String(token))
	}
	s := &session{n: n}
	if len(statement) == 4 && statement[3].Kind() == graph.KindString && statement[3].AsString() != "" {
		state, _ := n.catalog.State()
		if s.user = state.Users[statement[3].AsString()]; s.user == nil { // this server's catalog is behind, or the user is gone
			return forwarded{Conflict: true}, nil
		}
	}
	state, _ := n.catalog.State()
	p, err := n.prepare(ctx, statement[0].AsString(), state.ByID(d.def.ID))
	if err != nil {
		return forwarded{Failure: failureOf(err)}, nil
	}
	t, err := s.begin(ctx, cfg, telemetry.Span{})
	if err != nil {
		return forwarded{Failure: failureOf(err)}, nil
	}
	r, err := s.update(t, p, statement[0].AsString(), statement[1].AsMap())
	switch {
	case retryable(err), errors.Is(err, commit.ErrNotLeader), errors.Is(err, errNoLeader):
		return forwarded{Conflict: true}, nil
	case err != nil:
		return forwarded{Failure: failureOf(err)}, nil
	}
	rows := make([]graph.Value, len(r.rows))
	for i, row := range r.rows {
		rows[i] = graph.List(row)
	}
	out := forwarded{Position: t.position, Type: r.summary.Type, Columns: r.columns, Rows: betweenServers.Append(nil, graph.List(rows))}
	if r.summary.Counters != nil {
		out.Counters = betweenServers.AppendMap(nil, r.summary.Counters)
	}
	return out, nil
}
